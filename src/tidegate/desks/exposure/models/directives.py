"""What was loaded beside what is shipped, and what organisations have done of it."""

from __future__ import annotations

from django.db import models

from tidegate.desks.parties.models import Organisation, Person


class Loaded(models.Model):
    """A directive, a decision table or a policy set that was loaded here; never changed."""

    class Kind(models.TextChoices):
        """What it is."""

        DIRECTIVE = "directive"
        TABLE = "table"
        POLICY_SET = "policy-set"

    kind = models.CharField(max_length=10, choices=Kind)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        related_name="loaded_tables",
        db_comment="Whose own table it is; null for what holds for the instance.",
    )
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    document = models.TextField(db_comment="JSON, as it came.")
    loaded_by = models.CharField(max_length=200)
    at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True, db_comment="It counts no more.")

    class Meta:
        """One of a name and version counts."""

        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "version", "organisation"],
                condition=models.Q(set_aside_at=None, organisation__isnull=False),
                name="loaded_once_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "version"],
                condition=models.Q(set_aside_at=None, organisation__isnull=True),
                name="loaded_once",
            ),
        ]


class Fulfilment(models.Model):
    """An organisation says that it has done what a directive asks of it; taken back, it stays."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="fulfilments"
    )
    directive = models.CharField(max_length=100)
    requirement = models.CharField(max_length=100)
    occurrence = models.CharField(
        max_length=200, blank=True, db_comment="Which one, of a requirement that comes again."
    )
    done_at = models.DateTimeField()
    words = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        """Once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "directive", "requirement", "occurrence"],
                condition=models.Q(taken_back_at=None),
                name="fulfilment_once",
            )
        ]


class HappenedToOrganisation(models.Model):
    """An event that clocks of directives count from, such as a severe incident that was noticed."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="happened"
    )
    directive = models.CharField(max_length=100)
    event = models.CharField(max_length=100)
    name = models.CharField(max_length=100, db_comment="Which one: the organisation's own name.")
    at = models.DateTimeField(db_comment="When it happened.")
    said_at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
