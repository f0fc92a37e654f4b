"""Grants: one person, one purpose, one scope, an end. And what takes two persons."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.keys import new_grant_key, new_request_key
from tidegate.desks.reviews.models.engagements import Engagement
from tidegate.desks.reviews.models.parties import NamedPerson, Party


class Grant(models.Model):
    """A named person may use the model, so far and so long. It never outlives what allows it.

    It is asked for, issued by the developer, taken up by its person, and ended. A break-glass grant
    is asked for by one person of the reviewing party and issued by a second one.
    """

    key = models.CharField(max_length=LENGTH, unique=True, default=new_grant_key)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="grants")
    named = models.ForeignKey(NamedPerson, on_delete=models.PROTECT, related_name="grants")
    purpose = models.TextField()
    # Its scope.
    endpoints = models.JSONField(default=list, db_comment="Names of endpoints.")
    operations = models.JSONField(default=list, db_comment="Values of states.grants.Operation.")
    calls_a_minute = models.IntegerField()
    tokens = models.BigIntegerField(null=True, db_comment="Budget; null for no bound.")
    hours = models.JSONField(
        default=dict, db_comment="zone, from, to, days (0 is Monday); empty for every hour."
    )
    addresses = models.JSONField(default=list, db_comment="Networks; empty for any.")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # How it came about.
    break_glass = models.BooleanField(default=False)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    # Taken up: the secret that its person's programs show to the gateway.
    digest = models.CharField(
        max_length=64, unique=True, null=True, db_comment="SHA-256 of the secret."
    )
    thumbprint = models.CharField(
        max_length=64, blank=True, db_comment="RFC 7638, of the key that each call is proven with."
    )
    taken_up_at = models.DateTimeField(null=True)
    # Its use, as the gateway puts it on record with each call.
    used_at = models.DateTimeField(null=True, db_comment="When a call last began or ended.")
    used_from = models.CharField(max_length=45, blank=True, db_comment="Address of the last call.")
    used_tokens = models.BigIntegerField(default=0, db_comment="Of all calls that have ended.")
    ended_at = models.DateTimeField(null=True, db_comment="Revoked, declined or given back.")
    ended_by = models.CharField(max_length=200, blank=True)
    ended_why = models.TextField(blank=True)
    lapse_noted_at = models.DateTimeField(
        null=True, db_comment="When it was put on record that its time is over."
    )

    class Meta:
        """In refusals it is named so."""

        verbose_name = "grant"
        indexes = [models.Index(fields=["engagement", "ends_at"], name="grant_by_engagement")]


class TwoPersonRequest(models.Model):
    """One person has asked for something that the terms let two do together."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_request_key)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="requests")
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="The trusted partner whose terms ask for it; null for the government's side.",
    )
    action = models.CharField(max_length=40, db_comment="A word of the framework's actions.")
    subject = models.CharField(max_length=100, db_comment="Key of what it is about.")
    reason = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    seconded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    seconded_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "request"
