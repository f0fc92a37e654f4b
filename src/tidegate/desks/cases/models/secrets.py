"""What is kept sealed, and the keys of cases that it is sealed with."""

from __future__ import annotations

from django.db import models

from tidegate.desks.cases.models.coordination import Coordination


class CaseKey(models.Model):
    """A key of a case, wrapped by a key of the instance; the newest one seals."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="keys")
    number = models.IntegerField(db_comment="From 1.")
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=64, db_comment="Identifies the instance's key.")
    made_at = models.DateTimeField()

    class Meta:
        """Keys of a case are numbered."""

        constraints = [
            models.UniqueConstraint(fields=["coordination", "number"], name="case_key_once")
        ]


class Sealed(models.Model):
    """Bytes under a key of a case; `purpose` is bound to them, so that none stands for another."""

    key = models.ForeignKey(CaseKey, on_delete=models.PROTECT, related_name="sealed")
    purpose = models.CharField(max_length=100)
    content = models.BinaryField()
