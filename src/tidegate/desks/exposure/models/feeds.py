"""What the world says of vulnerabilities: each source in its own words, with its time."""

from __future__ import annotations

from django.db import models

from tidegate.desks.exposure.models.inventories import Package


class FeedState(models.Model):
    """Where a feed is read from, and how far it is."""

    name = models.CharField(max_length=40, unique=True)
    place = models.CharField(
        max_length=1000, blank=True, db_comment="A mirror's address or a path; empty: its own."
    )
    is_followed = models.BooleanField(default=False, db_comment="Whether it is fetched by itself.")
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    checked_at = models.DateTimeField(null=True, db_comment="When it was last looked for.")
    confirmed_at = models.DateTimeField(
        null=True, db_comment="When the edition that counts was last known to be the newest."
    )
    edition = models.ForeignKey(
        "Edition",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="The last good one.",
    )
    trouble = models.TextField(
        blank=True, db_comment="What was wrong the last time it was looked for; empty: nothing."
    )
    troubled_since = models.DateTimeField(null=True)
    told_too_old_at = models.DateTimeField(
        null=True, db_comment="When it was told that what counts is too old; null while it is not."
    )


class Edition(models.Model):
    """What a feed said at a time; or why what it said was refused."""

    class Outcome(models.TextChoices):
        """What became of it."""

        TAKING = "taking"
        """Its records are being taken in; if that stops, it goes on from the beginning."""
        TAKEN = "taken"
        REFUSED = "refused"
        STOPPED = "stopped"
        """It was good and did not come in whole; another one was taken in its place."""

    feed = models.CharField(max_length=40)
    version = models.CharField(max_length=100, blank=True, db_comment="As the feed calls it.")
    said_at = models.DateTimeField(null=True, db_comment="As the feed dates it.")
    fetched_at = models.DateTimeField()
    came_from = models.CharField(max_length=1000, db_comment="Address or file.")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    records = models.IntegerField()
    refused_records = models.IntegerField(default=0)
    vanished = models.IntegerField(
        default=0, db_comment="Records of the last one that are gone; no withdrawals."
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    words = models.TextField(blank=True, db_comment="Why it was refused; or what to know of it.")

    class Meta:
        """Read by feed, the newest first."""

        indexes = [models.Index(fields=["feed", "-fetched_at"], name="edition_by_feed")]


class Vulnerability(models.Model):
    """A vulnerability, by the name that its advisories share: a CVE id where there is one."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "vulnerability"

    def __str__(self) -> str:
        return self.name


class Assertion(models.Model):
    """What one source says of a vulnerability. Sources are never blended."""

    class Kind(models.TextChoices):
        """What it is about."""

        KEV = "kev"
        EPSS = "epss"
        SSVC = "ssvc"
        CVSS = "cvss"

    vulnerability = models.ForeignKey(
        Vulnerability, on_delete=models.PROTECT, related_name="assertions"
    )
    source = models.CharField(max_length=100, db_comment="A feed, and who speaks in it.")
    kind = models.CharField(max_length=4, choices=Kind)
    value = models.JSONField(db_comment="See `engines.feeds.assertions`.")
    version = models.CharField(max_length=100, blank=True, db_comment="Such as of EPSS's model.")
    said_at = models.DateTimeField(null=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(db_comment="When we learned it.")
    ended_at = models.DateTimeField(
        null=True, db_comment="When the source said otherwise; one that is not said any more stays."
    )

    class Meta:
        """A source says one thing of a kind at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["vulnerability", "source", "kind"],
                condition=models.Q(ended_at=None),
                name="assertion_once_a_source",
            )
        ]


class Advisory(models.Model):
    """An advisory of a feed, as it was last said; or what was proven by running."""

    source = models.CharField(max_length=40, db_comment="A feed, or `tidegate` for own proofs.")
    identifier = models.CharField(max_length=100)
    summary = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, db_comment="An explicit withdrawal.")
    vanished_at = models.DateTimeField(
        null=True, db_comment="When its feed had it no more; it is matched all the same."
    )
    vectors = models.JSONField(default=list)
    references = models.JSONField(default=list)
    not_covered = models.JSONField(default=list)
    digest = models.CharField(max_length=64, db_comment="Of what was read; the same is not new.")
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, related_name="+", db_comment="Last seen in."
    )
    vulnerabilities = models.ManyToManyField(Vulnerability, related_name="advisories")

    class Meta:
        """One for each identifier of a source."""

        verbose_name = "advisory"
        constraints = [
            models.UniqueConstraint(fields=["source", "identifier"], name="advisory_once_a_source")
        ]


class AffectedPackage(models.Model):
    """A package that an advisory names."""

    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="affected")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="affected")
    unreadable = models.JSONField(
        default=list, db_comment="Bounds that its order does not know; what they mean is unknown."
    )
    is_unreadable = models.BooleanField(default=False, db_comment="Whether there are any.")
    cleared = models.JSONField(
        default=list, db_comment="Of own proofs: versions that our runs showed not to be affected."
    )

    class Meta:
        """Once in an advisory."""

        constraints = [
            models.UniqueConstraint(fields=["advisory", "package"], name="affected_once")
        ]


class AffectedSlice(models.Model):
    """A run of versions that is affected: `lower <= sort_key < upper`."""

    affected = models.ForeignKey(AffectedPackage, on_delete=models.CASCADE, related_name="slices")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="slices")
    lower = models.BinaryField()
    upper = models.BinaryField()
    introduced = models.CharField(max_length=300)
    ended = models.CharField(max_length=300, blank=True)
    is_fixed = models.BooleanField()

    class Meta:
        """Found by the package, then by where it begins."""

        indexes = [models.Index(fields=["package", "lower"], name="slice_by_package")]
