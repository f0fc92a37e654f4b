"""What an operator runs, whose directives bind it, and who may act for the operator."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.exposure.keys import new_asset_key, new_delegation_key
from tidegate.desks.parties.models import Organisation, Person
from tidegate.engines.rules import Scope

_SCOPES = [(scope.value, scope.value) for scope in Scope]


class Operator(models.Model):
    """What holds for all that an organisation runs."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="operator"
    )
    zone = models.CharField(
        max_length=64, default="UTC", db_comment="IANA name; its days end in this zone."
    )
    scope = models.CharField(
        max_length=24, choices=_SCOPES, default=Scope.OTHER, db_comment="Of new assets."
    )
    sector = models.CharField(max_length=100, blank=True, db_comment="Of new assets.")
    roles = models.JSONField(
        default=list,
        db_comment="Words by which directives speak of it: role/manufacturer, body/cisa.",
    )
    table = models.CharField(
        max_length=200, blank=True, db_comment="Own decision table that is shown beside; or empty."
    )


class Asset(models.Model):
    """Something that an organisation runs: a server, a product, a fleet of the same devices."""

    class Exposed(models.TextChoices):
        """Whether who is not trusted reaches it over a public network (BOD 26-04)."""

        YES = "yes"
        NO = "no"
        UNKNOWN = "unknown"
        """Counts as exposed."""

    class Criticality(models.TextChoices):
        """What depends on it, in the operator's own judgement."""

        UNSAID = ""
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"
        ESSENTIAL = "essential"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_asset_key)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assets")
    name = models.CharField(max_length=200)
    owner = models.CharField(max_length=200, blank=True, db_comment="Who answers for it there.")
    environment = models.CharField(max_length=60, blank=True, db_comment="Such as production.")
    system = models.CharField(max_length=200, blank=True, db_comment="The system it belongs to.")
    exposed = models.CharField(max_length=7, choices=Exposed, default=Exposed.UNKNOWN)
    criticality = models.CharField(max_length=9, choices=Criticality, blank=True)
    scope = models.CharField(max_length=24, choices=_SCOPES)
    sector = models.CharField(max_length=100, blank=True, db_comment="Of critical infrastructure.")
    is_operational_technology = models.BooleanField(
        default=False, db_comment="A patch may have to wait for years; mitigation comes first."
    )
    distribution = models.CharField(
        max_length=40, blank=True, db_comment="Such as debian-12; for inventories that tell none."
    )
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, db_comment="It is run no more.")

    class Meta:
        """A name stands for one asset of an organisation."""

        verbose_name = "asset"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=models.Q(retired_at=None),
                name="asset_once_by_name",
            )
        ]
        indexes = [models.Index(fields=["organisation", "system"], name="asset_by_system")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that an operator has put on an asset."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=60)

    class Meta:
        """A word stands once on an asset."""

        constraints = [models.UniqueConstraint(fields=["asset", "word"], name="tag_once")]
        indexes = [models.Index(fields=["word"], name="tag_by_word")]


class Delegation(models.Model):
    """A provider may act for an operator: hand in what it runs, read and answer its exposures."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_delegation_key)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="delegations"
    )
    provider = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="delegated_to_it"
    )
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A provider has one that is in force."""

        verbose_name = "delegation"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "provider"],
                condition=models.Q(ended_at=None),
                name="delegation_once",
            )
        ]
