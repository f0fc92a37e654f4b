"""How far a published fix has come: one row for each step that somebody took, and when."""

from __future__ import annotations

from django.db import models

from tidegate.desks.exposure.models import Asset
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models.publications import Publication


class Adoption(models.Model):
    """An organisation, or one of its assets, has reached a stage; rows are added, never changed."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="adoptions")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="adoptions"
    )
    stage = models.CharField(max_length=8, db_comment="`states.adoption`.")
    asset = models.ForeignKey(
        Asset, on_delete=models.PROTECT, null=True, related_name="+", db_comment="One known here."
    )
    reference = models.CharField(
        max_length=64, blank=True, db_comment="The client's own random name for an asset."
    )
    basis = models.CharField(max_length=9)
    receipt_sha256 = models.CharField(
        max_length=64,
        blank=True,
        db_comment="Of a run's receipt, as its client says: nobody here has seen it.",
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    said_by = models.CharField(max_length=200)

    class Meta:
        """A stage is reached once by each; curves are read in order."""

        verbose_name = "adoption"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "organisation", "stage", "reference"],
                condition=models.Q(asset=None),
                name="adoption_once",
            ),
            models.UniqueConstraint(
                fields=["publication", "asset", "stage"],
                condition=models.Q(asset__isnull=False),
                name="adoption_once_an_asset",
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "stage", "happened_at"], name="adoption_by_time")
        ]


class AdoptionCount(models.Model):
    """Counts alone: of how many assets an organisation says that they have reached a stage."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="counts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8)
    assets = models.IntegerField()
    basis = models.CharField(
        max_length=9, blank=True, db_comment="What `verified` rests on, as its client says."
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        """One count holds at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["publication", "organisation", "stage"],
                condition=models.Q(replaced_at=None),
                name="adoption_count_once",
            )
        ]


class AdoptionCell(models.Model):
    """Whether the organisations of a sector and scope are counted alone; it is decided once."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=60)
    scope = models.CharField(max_length=60)
    is_alone = models.BooleanField(db_comment="Or else with all others that are not.")
    placed_at = models.DateTimeField()

    class Meta:
        """A cell is placed once."""

        constraints = [
            models.UniqueConstraint(
                fields=["publication", "sector", "scope"], name="adoption_cell_once"
            )
        ]


class AdoptionFigure(models.Model):
    """One step of a figure that others are shown; rows are added, and the newest one holds."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="figures")
    sector = models.CharField(max_length=60, blank=True, db_comment="Empty of others together.")
    scope = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=20, db_comment="`states.figures.Figure`, or a day due.")
    measured = models.IntegerField(db_comment="Nobody is shown it: the next step goes by it.")
    shown = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        """A figure makes one step at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["publication", "sector", "scope", "name", "at"],
                name="adoption_figure_once",
            )
        ]


class Following(models.Model):
    """One row: how far exposures were looked at for what they say of adoption."""

    until = models.DateTimeField(null=True, db_comment="When what had changed was looked at last.")
    whole_at = models.DateTimeField(null=True, db_comment="When all of them were looked at last.")
    shown_on = models.DateField(
        null=True, db_comment="The day (UTC) on which figures were shown anew last."
    )


class UpdateRecipient(models.Model):
    """An organisation's public age key: what is restricted is encrypted to it."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="update_recipients"
    )
    recipient = models.CharField(max_length=100, db_comment="An age X25519 recipient, age1...")
    name = models.CharField(max_length=200, blank=True)
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """A key is registered once."""

        verbose_name = "update recipient"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "recipient"],
                condition=models.Q(revoked_at=None),
                name="update_recipient_once",
            )
        ]
