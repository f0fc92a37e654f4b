"""Frameworks that were loaded here, besides those that are shipped."""

from __future__ import annotations

from django.db import models


class LoadedFramework(models.Model):
    """One version of a framework, as its file was; never changed, never deleted."""

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, db_comment="Of its RFC 8785 form.")
    document = models.BinaryField()
    loaded_by = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()

    class Meta:
        """What a version says, it says for good."""

        verbose_name = "framework"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="framework_once")]
