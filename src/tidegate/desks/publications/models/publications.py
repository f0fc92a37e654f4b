"""What is published of a case: its revisions, who approved them, and the documents they became."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination, Sealed
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.publications.keys import LONGEST, new_identifier

_LABELS = [(label.value, label.value) for label in Label]


class Publication(models.Model):
    """One for each case that is published, or is going to be."""

    identifier = models.CharField(max_length=LONGEST, unique=True, default=new_identifier)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="publication")
    coordination = models.ForeignKey(
        Coordination,
        on_delete=models.PROTECT,
        related_name="publications",
        db_comment="Its key seals the drafts.",
    )
    tlp = models.CharField(
        max_length=16,
        choices=_LABELS,
        default=Label.CLEAR,
        db_comment="Of what is published; TLP:AMBER and TLP:RED go to the named ones alone.",
    )
    began_by = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    shared_at = models.DateTimeField(
        null=True, db_comment="When the drafts were shown to the parties of the case."
    )
    # Of what is published, for lists and addresses that need no sign-in.
    title = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True)
    cve = models.CharField(max_length=30, blank=True)
    severity = models.SmallIntegerField(default=0, db_comment="Rank: 0 unknown to 4 critical.")
    package_type = models.CharField(max_length=40, blank=True)
    package = models.CharField(max_length=600, blank=True)
    published_at = models.DateTimeField(null=True, db_comment="When it was published first.")
    modified_at = models.DateTimeField(null=True, db_comment="When its last revision was.")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Public lists are by time."""

        verbose_name = "publication"
        indexes = [
            models.Index(fields=["published_at", "id"], name="publication_by_time"),
            models.Index(fields=["modified_at", "id"], name="publication_by_change"),
        ]

    def __str__(self) -> str:
        return self.identifier


class Audience(models.Model):
    """An organisation that may have a publication that is not for everybody."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="audience")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """An organisation is named once."""

        constraints = [
            models.UniqueConstraint(
                fields=["publication", "organisation"],
                condition=models.Q(removed_at=None),
                name="audience_once",
            )
        ]


class Revision(models.Model):
    """One state of a publication's record; once it is published, it is never changed."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="revisions")
    number = models.IntegerField(
        db_comment="From 1, without gaps among those that are out; of one that was dropped, the"
        " next one takes it."
    )
    state = models.CharField(max_length=10, default="draft", db_comment="`states.revisions`.")
    record = models.ForeignKey(
        Sealed,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="The record as JSON, of `engines.formats.advisories`.",
    )
    digest = models.CharField(
        max_length=64,
        db_comment="SHA-256 of what is approved: the record, its audience and its time.",
    )
    audience = models.JSONField(
        default=list,
        db_comment="Keys of the organisations that it goes to; none where it is for everybody.",
    )
    edits = models.IntegerField(default=0, db_comment="Two who edit at once see each other by it.")
    words = models.TextField(blank=True, db_comment="What changed, for the history.")
    withdraws = models.BooleanField(default=False, db_comment="Whether it is a withdrawal.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    edited_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)
    publish_at = models.DateTimeField(null=True, db_comment="Its time; null for at once.")
    held_because = models.TextField(
        blank=True, db_comment="Why its time has come and it did not go out; empty: nothing does."
    )
    published_at = models.DateTimeField(null=True)

    class Meta:
        """Revisions are numbered, and one is worked on at a time."""

        verbose_name = "revision"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "number"],
                condition=~models.Q(state="dropped"),
                name="revision_once",
            ),
            models.UniqueConstraint(
                fields=["publication"],
                condition=models.Q(state__in=("draft", "submitted", "approved")),
                name="revision_one_at_work",
            ),
        ]
        indexes = [models.Index(fields=["state", "publish_at"], name="revision_by_due")]


class RevisionAuthor(models.Model):
    """Somebody who has written, addressed or timed a revision, and so does not approve it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="authors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(db_comment="When they did it first.")

    class Meta:
        """A person is named once, and stays, whoever works on it after them."""

        constraints = [
            models.UniqueConstraint(fields=["revision", "person"], name="revision_author_once")
        ]


class RevisionApproval(models.Model):
    """Another coordinator's word that a revision may go out as it is."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, db_comment="Of the record that was approved.")
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    fallen_at = models.DateTimeField(null=True, db_comment="Withdrawn, or what it was for changed.")

    class Meta:
        """A person approves a revision once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["revision", "person"],
                condition=models.Q(fallen_at=None),
                name="revision_approval_once",
            )
        ]


class Rendered(models.Model):
    """A document that was made of a published revision, to the byte as it went out."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="documents")
    format = models.CharField(
        max_length=300,
        db_comment="osv, csaf20, csaf21, cve, openvex, cdx; bundle; or fix/ and a file's name.",
    )
    content = models.BinaryField(
        null=True, db_comment="Null where it is not for everybody: then it is sealed."
    )
    sealed = models.ForeignKey(Sealed, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField(db_comment="Bytes.")

    class Meta:
        """A revision becomes one document of each format."""

        constraints = [
            models.UniqueConstraint(fields=["revision", "format"], name="rendered_once"),
        ]


class Distribution(models.Model):
    """What was promised with a publication: that it reaches the update repository and the site."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"
        DONE = "done"

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="distribution")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    path = models.CharField(
        max_length=200, blank=True, db_comment="Of the target; random for a restricted one."
    )
    sha256 = models.CharField(
        max_length=64, blank=True, db_comment="Of the target's bytes, where it is encrypted."
    )
    sequence = models.BigIntegerField(null=True, db_comment="In the repository's list of changes.")
    tries = models.IntegerField(default=0)
    tried_at = models.DateTimeField(null=True, db_comment="When it was last tried.")
    reason = models.TextField(blank=True, db_comment="Why the last try failed.")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        """What waits is taken in order."""

        indexes = [models.Index(fields=["state", "id"], name="distribution_by_state")]


class CveId(models.Model):
    """A CVE identifier that this instance reserved, or that a vendor's CNA gave to a case."""

    class State(models.TextChoices):
        """From: CVE Services, CVE ID state; but for the first."""

        WANTED = "WANTED"
        """It was asked for; which one it is, is not known yet."""
        RESERVED = "RESERVED"
        PUBLISHED = "PUBLISHED"
        REJECTED = "REJECTED"

    number = models.CharField(
        max_length=30, unique=True, null=True, db_comment="Null while it is being reserved."
    )
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="cve_id")
    cna = models.CharField(max_length=100, db_comment="Short name of who assigned it.")
    is_ours = models.BooleanField(db_comment="Whether it was reserved by this instance.")
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    revision = models.IntegerField(
        default=0, db_comment="The revision that CVE Services has; 0 for none."
    )
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reject_because = models.TextField(
        blank=True, db_comment="Why it is rejected; done once the state says so."
    )
    tries = models.IntegerField(default=0)
    tried_at = models.DateTimeField(null=True, db_comment="When CVE Services was last asked.")
    reason = models.TextField(blank=True, db_comment="Why the last try failed.")

    class Meta:
        """Named in refusals; of promises, the oldest first."""

        verbose_name = "CVE identifier"
        indexes = [models.Index(fields=["state", "id"], name="cve_id_by_state")]

    def __str__(self) -> str:
        return self.number or "a CVE identifier that is being reserved"
