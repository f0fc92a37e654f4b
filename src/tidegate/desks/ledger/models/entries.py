"""Entries, the hashes of the tree above them, and what was signed of it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class Entry(models.Model):
    """One thing that mattered. The log shows `leaf`; `text` is for those who may see it."""

    index = models.BigIntegerField(primary_key=True, db_comment="From 0, without a gap.")
    at = models.DateTimeField()
    kind = models.CharField(max_length=64, db_comment="What happened, in a word.")
    actor = models.CharField(max_length=200)
    person = models.CharField(max_length=20, blank=True, db_comment="Key of who did it.")
    organisation = models.CharField(
        max_length=20, blank=True, db_comment="Key, if it is about one."
    )
    case = models.CharField(max_length=20, blank=True, db_comment="Key, if it is about one.")
    engagement = models.CharField(max_length=20, blank=True, db_comment="Key, if it is about one.")
    only_for = models.CharField(
        max_length=20,
        blank=True,
        db_comment="Of one about an engagement: key of the only party that reads it, if one.",
    )
    text = models.TextField(db_comment="JSON in its RFC 8785 form, as the leaf commits to it.")
    salt = models.BinaryField(db_comment="Without it, nobody can guess the text from the leaf.")
    leaf = models.BinaryField(db_comment="The commitment that the tree is built over.")

    class Meta:
        """Read by what it is about, in order."""

        verbose_name = "entry"
        indexes = [
            models.Index(fields=["case", "index"], name="entry_by_case"),
            models.Index(fields=["organisation", "index"], name="entry_by_organisation"),
            models.Index(fields=["engagement", "index"], name="entry_by_engagement"),
            models.Index(fields=["person", "index"], name="entry_by_person"),
        ]

    @property
    def said(self) -> dict[str, Any]:
        """The text as JSON data."""
        said: dict[str, Any] = json.loads(self.text)
        return said


class Hash(models.Model):
    """The hash of a complete subtree."""

    level = models.SmallIntegerField(db_comment="0 for leaves.")
    index = models.BigIntegerField()
    value = models.BinaryField()

    class Meta:
        """One for each subtree."""

        constraints = [models.UniqueConstraint(fields=["level", "index"], name="hash_once")]


class Head(models.Model):
    """One row: the tree as it is now, signed. Whoever appends locks it first."""

    size = models.BigIntegerField(default=0)
    root = models.BinaryField(default=b"")
    note = models.TextField(blank=True, db_comment="The signed checkpoint of this size.")
    signed_at = models.DateTimeField(null=True)


class Checkpoint(models.Model):
    """A head that was published, with what witnesses added to it. From: C2SP tlog-checkpoint."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField(db_comment="With the signature and witnesses' cosignatures.")
    at = models.DateTimeField()
    cosigned_at = models.DateTimeField(
        null=True, db_comment="When the last cosignature was accepted; null without one."
    )


class Witness(models.Model):
    """Somebody who has seen each head extend the one before, and whose word we pass on."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=400, unique=True, db_comment="Verifier key, as one line.")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, db_comment="When we stopped accepting its word.")

    class Meta:
        """In refusals it is named so."""

        verbose_name = "witness"
