"""What was handed in about an asset, and what is installed on it."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.exposure.keys import new_inventory_key
from tidegate.desks.exposure.models.assets import Asset
from tidegate.desks.parties.models import Person
from tidegate.engines.matching.packages import Reason

_REASONS = [(reason.value, reason.value) for reason in Reason]


class Inventory(models.Model):
    """One document that says what is installed on an asset; the newest one of a source counts."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_inventory_key)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="inventories")
    part = models.CharField(
        max_length=100,
        blank=True,
        db_comment="Which part of the asset it tells of; a new one replaces that of the same part.",
    )
    name = models.CharField(max_length=300, db_comment="The file's name, as its sender wrote it.")
    format = models.CharField(max_length=30)
    format_version = models.CharField(max_length=20, blank=True)
    tool = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(null=True, db_comment="As the document says.")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(db_comment="Bytes, as they came.")
    wrapped = models.BinaryField(db_comment="The key of `document`, wrapped by the instance's.")
    wrapped_by = models.CharField(max_length=64, db_comment="Identifies the instance's key.")
    document = models.BinaryField(db_comment="As it came, compressed and sealed.")
    handed_in_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    components = models.IntegerField()
    repeated = models.IntegerField()
    placed = models.IntegerField(db_comment="Components that can be matched.")
    not_understood = models.IntegerField()
    distribution = models.CharField(
        max_length=40, blank=True, db_comment="Of which release it was read, where it tells none."
    )
    replaced_at = models.DateTimeField(
        null=True, db_comment="When a newer one took its place, or it was taken back."
    )
    taken_back_at = models.DateTimeField(null=True, db_comment="It never comes to count again.")

    class Meta:
        """In refusals it is named so; one counts for each part of an asset."""

        verbose_name = "inventory"
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "part"],
                condition=models.Q(replaced_at=None),
                name="inventory_once_a_part",
            )
        ]
        indexes = [models.Index(fields=["wrapped_by", "id"], name="inventory_by_wrapping")]


class NotUnderstood(models.Model):
    """Something in an inventory that was left out, and why."""

    inventory = models.ForeignKey(Inventory, on_delete=models.CASCADE, related_name="lines")
    place = models.CharField(max_length=300)
    words = models.TextField()


class Unplaced(models.Model):
    """A component of which nothing can be said, and why: it is never taken for not affected."""

    inventory = models.ForeignKey(Inventory, on_delete=models.CASCADE, related_name="unplaced")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="unplaced")
    component = models.CharField(max_length=600, db_comment="Its package URL, or its name.")
    reason = models.CharField(max_length=30, choices=_REASONS)
    words = models.TextField()


class Package(models.Model):
    """A package by the name under which advisories speak of it."""

    ecosystem = models.CharField(max_length=60, db_comment="OSV's word, with its release.")
    name = models.CharField(max_length=500)

    class Meta:
        """One for each name."""

        constraints = [
            models.UniqueConstraint(fields=["ecosystem", "name"], name="exposure_package_once")
        ]


class Coordinate(models.Model):
    """A package in a version. Compared byte by byte, keys stand as versions do.

    The predicate of matching is `package = ? AND key >= ? AND key < ?`, in any database.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="coordinates")
    version = models.CharField(max_length=300)
    sort_key = models.BinaryField(db_comment="From `engines.matching.versions`.")

    class Meta:
        """One for each version; found by its place in the order."""

        constraints = [
            models.UniqueConstraint(fields=["package", "version"], name="coordinate_once")
        ]
        indexes = [models.Index(fields=["package", "sort_key"], name="coordinate_in_order")]


class Installed(models.Model):
    """A coordinate on an asset, as its inventories say now; those that were replaced have none."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="installed")
    inventory = models.ForeignKey(Inventory, on_delete=models.CASCADE, related_name="installed")
    coordinate = models.ForeignKey(Coordinate, on_delete=models.PROTECT, related_name="installed")
    purls = models.JSONField(
        default=list,
        db_comment="As they came: several binary packages of one"
        " source package are one coordinate.",
    )
    doubt = models.CharField(
        max_length=30,
        choices=_REASONS,
        blank=True,
        db_comment="Why it may not be said that it is not affected; what is found is true.",
    )

    class Meta:
        """Once in an inventory; found from either side."""

        constraints = [
            models.UniqueConstraint(fields=["inventory", "coordinate"], name="installed_once")
        ]
        indexes = [
            models.Index(fields=["coordinate", "asset"], name="installed_by_coordinate"),
            models.Index(fields=["asset", "coordinate"], name="installed_by_asset"),
        ]
