"""What one bug is: a case; and how findings are held to be the same, or related."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.keys import LENGTH, new_case_key

# Every sort's index holds these as well, so that a narrowed list is read within it.
_NARROWED = ["effect", "verdict", "merged_into"]


class Case(models.Model):
    """One bug: all the findings that are linked as duplicates of each other, once one is proven."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_case_key)
    founder = models.ForeignKey(
        "findings.Finding", on_delete=models.PROTECT, null=True, related_name="founded"
    )
    title = models.CharField(max_length=300)
    package_type = models.CharField(max_length=40)
    package = models.CharField(max_length=600)
    effect = models.CharField(max_length=30, blank=True)
    opened_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged"
    )
    # Of its findings, kept here for lists; every service that changes a member recounts them.
    found_at = models.DateTimeField(db_comment="When the first of its findings came in.")
    findings_count = models.IntegerField(default=1)
    finders_count = models.IntegerField(default=1)
    severity = models.SmallIntegerField(default=0)
    verdict = models.CharField(
        max_length=16, blank=True, db_comment="The strongest of its findings."
    )
    vers = models.TextField(blank=True, db_comment="The affected range that running showed.")
    priority = models.IntegerField(default=0)

    class Meta:
        """Each index serves a list's sort."""

        verbose_name = "case"
        indexes = [
            models.Index(
                fields=["priority", "id", *_NARROWED, "severity"], name="case_by_priority"
            ),
            models.Index(fields=["severity", "id", *_NARROWED], name="case_by_severity"),
            models.Index(
                fields=["finders_count", "id", *_NARROWED, "severity"], name="case_by_finders"
            ),
            models.Index(fields=["package", "id", *_NARROWED, "severity"], name="case_by_package"),
            models.Index(
                fields=["opened_at", "id", *_NARROWED, "severity"], name="case_by_opening"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class LinkKind(models.TextChoices):
    """What one finding is to another."""

    DUPLICATE = "duplicate-of"
    VARIANT = "variant-of"
    INCOMPLETE_FIX = "incomplete-fix-of"


class Link(models.Model):
    """Two findings are related, says somebody, for a reason; can be undone, is never deleted."""

    class Basis(models.TextChoices):
        """What the reason rests on."""

        EXACT = "exact"
        """The same proof; or the same minimised proof, and no release tells the two apart."""
        BEHAVIOUR = "behaviour"
        """The same behaviour in our own runs."""
        CROSSING = "crossing"
        """Each fixed release disarms the other's proof."""
        PERSON = "person"

    kind = models.CharField(max_length=20, choices=LinkKind)
    source = models.ForeignKey(
        "findings.Finding", on_delete=models.PROTECT, related_name="links_from"
    )
    """The later finding: it is a duplicate (a variant, an incomplete fix) of `target`."""
    target = models.ForeignKey(
        "findings.Finding", on_delete=models.PROTECT, related_name="links_to"
    )
    basis = models.CharField(max_length=10, choices=Basis)
    reason = models.TextField()
    evidence = models.JSONField(default=dict)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        """Two findings have at most one standing link of a kind."""

        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "kind"],
                condition=models.Q(undone_at=None),
                name="link_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="link_between_two"
            ),
        ]


class Nomination(models.Model):
    """Two findings might be one bug: shown to people and to our own runs; merges nothing."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    # The earlier finding and the later one, so that a pair is nominated once.
    earlier = models.ForeignKey(
        "findings.Finding", on_delete=models.PROTECT, related_name="nominations_as_earlier"
    )
    later = models.ForeignKey(
        "findings.Finding", on_delete=models.PROTECT, related_name="nominations_as_later"
    )
    score = models.FloatField(db_comment="0 to 1; only for sorting.")
    reasons = models.JSONField(default=list)
    suggestion = models.CharField(max_length=20, choices=LinkKind, default=LinkKind.DUPLICATE)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.TextField(blank=True)

    class Meta:
        """A pair is nominated once."""

        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="nomination_once_a_pair"),
            models.CheckConstraint(
                condition=models.Q(earlier__lt=models.F("later")), name="nomination_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "score", "id"], name="nomination_by_score"),
            models.Index(fields=["later", "state"], name="nomination_by_later"),
        ]
