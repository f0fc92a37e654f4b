"""Invitations to an organisation."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.access.words import Role
from tidegate.desks.parties.keys import new_invitation_key
from tidegate.desks.parties.models.organisations import Organisation
from tidegate.desks.parties.models.persons import Person


class Invitation(models.Model):
    """Somebody at an e-mail address is asked to join; the link's secret is kept as a digest."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_invitation_key)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=14, choices=[(role.value, role.value) for role in Role])
    digest = models.CharField(max_length=64, unique=True, db_comment="SHA-256 of the secret.")
    invited_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "invitation"
