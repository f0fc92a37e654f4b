"""What a person's programs sign in with."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.parties.keys import new_token_key
from tidegate.desks.parties.models.organisations import Organisation
from tidegate.desks.parties.models.persons import Person


class ApiToken(models.Model):
    """Acts as its person, within its scopes, in one organisation or in all of theirs."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_token_key)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="tokens"
    )
    name = models.CharField(max_length=200, db_comment="What it is for, as its person says.")
    digest = models.CharField(max_length=64, unique=True, db_comment="SHA-256 of the secret.")
    scopes = models.JSONField(default=list, db_comment="Values of access.words.Scope.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, db_comment="To the minute.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "token"
