"""Organisations, and the places that people have in them."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.keys import new_organisation_key
from tidegate.desks.parties.models.persons import Person


class Organisation(models.Model):
    """A party: whoever finds, mends, runs, coordinates or reviews."""

    class AgencyScope(models.TextChoices):
        """Whose directives bind an agency's systems."""

        FCEB = "FCEB"
        """Federal civilian executive branch: CISA's directives."""
        NSS = "NSS"
        """National security systems: CNSS."""
        DOW = "DoW"
        """Department of War systems."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_organisation_key)
    name = models.CharField(max_length=200, unique=True)
    kinds = models.JSONField(default=list, db_comment="Values of OrganisationKind.")
    scope = models.CharField(
        max_length=4, blank=True, choices=AgencyScope, db_comment="Of an agency."
    )
    made_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.TextField(blank=True)
    cases_a_week = models.SmallIntegerField(
        null=True, db_comment="Most new cases it takes in seven days; null for no bound."
    )

    class Meta:
        """In refusals it is named so."""

        verbose_name = "organisation"

    def __str__(self) -> str:
        return self.name

    @property
    def kind_words(self) -> frozenset[OrganisationKind]:
        """What it is."""
        return frozenset(OrganisationKind(word) for word in self.kinds)


class Membership(models.Model):
    """A person's place in an organisation; when they leave, the row stays."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=14, choices=[(role.value, role.value) for role in Role])
    since = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        """A person has one place in an organisation at a time."""

        verbose_name = "membership"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=models.Q(left_at=None),
                name="membership_once",
            )
        ]
