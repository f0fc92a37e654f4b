"""What is confidential is handed out, and who had it is kept in the ledger.

The entry names the finding or the delivery and no case: whoever reads their own finding must not
learn from the entry about it that there is one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.findings.queries.deliveries import DocumentShown, get_document
from tidegate.desks.findings.queries.finding_detail import get_record
from tidegate.desks.ledger.services.appending import append


def hand_out_record(actor: Actor, key: str, *, at: datetime | None = None) -> bytes:
    """Return a finding's record, its proof included.

    Raises:
        NotFoundError: there is no such finding, or its proof is not for them.
    """
    with transaction.atomic():
        record = get_record(actor, key)
        _keep(actor, key, at)
        return record


def hand_out_document(actor: Actor, key: str, *, at: datetime | None = None) -> DocumentShown:
    """Return a delivery's document, byte for byte.

    Raises:
        NotFoundError: there is no such delivery, or not for them.
        NotHereError: its bytes are not all here yet.
    """
    with transaction.atomic():
        document = get_document(actor, key)
        _keep(actor, key, at)
        return document


def _keep(actor: Actor, key: str, at: datetime | None) -> None:
    append("proof-read", at=at or timezone.now(), actor=actor, what=as_written(key))
