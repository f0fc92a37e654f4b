"""What every process remembers for a while: attempts to sign in, codes that were used."""

from __future__ import annotations

from django.db import models

LONGEST_KEY = 250


class Mark(models.Model):
    """One thing that is remembered until a moment; `remembering` reads and writes it."""

    key = models.CharField(max_length=LONGEST_KEY, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
