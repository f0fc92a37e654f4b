"""Documents that are kept sealed."""

from __future__ import annotations

from django.db import models


class SealedDocument(models.Model):
    """Bytes under a key of their own; `purpose` is bound to them, so that none stands for another.

    The key is wrapped by the instance's. Destroying a document is destroying its key.
    """

    purpose = models.CharField(max_length=100)
    wrapped = models.BinaryField(db_comment="Empty once it was destroyed.")
    wrapped_by = models.CharField(max_length=64, db_comment="Identifies the instance's key.")
    content = models.BinaryField(db_comment="Empty once it was destroyed.")
    kept_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)
