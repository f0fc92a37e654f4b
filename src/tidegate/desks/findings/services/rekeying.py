"""Everything that is sealed of a delivery is moved to a new key of it.

The new key seals from the first moment on, the older ones open what is not moved yet; they are
kept. Documents are moved some pieces a transaction, findings one a transaction, so that nobody
waits long. Whoever is killed in the middle does it again, with another new key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.findings.models import (
    Delivery,
    DeliveryPiece,
    Document,
    Event,
    Finding,
    Judgement,
    Reproduction,
)
from tidegate.desks.findings.sealing import Part, Seals, add_key, seals_of

_PIECES_A_TRANSACTION: Final = 8


def rekey(delivery_id: int, *, at: datetime) -> None:
    """Give a delivery a new key, and seal with it what older ones have sealed.

    What a reader of the same document keeps at this moment may still get the older key.

    Raises:
        SealError: something was changed, and is left as it is; what came before it is moved.
        KeyringError: a key of the instance is missing.
    """
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
        newest = delivery.keys.order_by("number").last()
        add_key(delivery, newest.number + 1 if newest else 1, at)
    seals = seals_of(delivery_id)
    _move_document(delivery, seals)
    for finding in Finding.objects.filter(delivery=delivery).values_list("pk", flat=True):
        _move_finding(finding, seals)


def _move_document(delivery: Delivery, seals: Seals) -> None:
    count = delivery.pieces.count()
    for first in range(0, count, _PIECES_A_TRANSACTION):
        with transaction.atomic():
            numbers = range(first, first + _PIECES_A_TRANSACTION)
            pieces = DeliveryPiece.objects.select_for_update().filter(
                delivery=delivery, number__in=numbers
            )
            for piece in pieces:
                last = piece.number == count - 1
                content = seals.unseal_piece(piece.content, delivery, piece.number, last=last)
                piece.content = seals.seal_piece(content, delivery, piece.number, last=last)
                piece.save(update_fields=["content"])


def _move_finding(pk: int, seals: Seals) -> None:
    with transaction.atomic():
        # Whoever keeps something of a finding has locked it, too: nothing is kept beside this.
        finding = Finding.objects.select_for_update(of=("self",)).get(pk=pk)
        _move_record(finding, seals)
        _move_results(finding, seals)


def _move_record(finding: Finding, seals: Seals) -> None:
    document = Document.objects.filter(finding=finding).only("record", "native").first()
    if document is None:
        return
    record, native = Part.RECORD.of(finding.key), Part.NATIVE.of(finding.key)
    document.record = seals.seal(seals.unseal(document.record, record), record)
    if document.native is not None:
        document.native = seals.seal(seals.unseal(document.native, native), native)
    document.save(update_fields=["record", "native"])


def _move_results(finding: Finding, seals: Seals) -> None:
    key = finding.key
    for judgement in Judgement.objects.filter(finding=finding):
        purpose = Part.JUDGEMENT.of(key, judgement.version)
        judgement.data = seals.seal(seals.unseal(judgement.data, purpose), purpose)
        judgement.save(update_fields=["data"])
    for ran in Reproduction.objects.filter(finding=finding):
        whole, receipt = Part.REPRODUCTION.of(key), Part.RECEIPT.of(key)
        ran.document = seals.seal(seals.unseal(ran.document, whole), whole)
        ran.receipt = seals.seal(seals.unseal(ran.receipt, receipt), receipt)
        if ran.small_proof is not None:
            small = Part.SMALL_PROOF.of(key)
            ran.small_proof = seals.seal(seals.unseal(ran.small_proof, small), small)
        ran.save(update_fields=["document", "receipt", "small_proof"])
    for event in Event.objects.filter(finding=finding, sealed__isnull=False):
        assert event.sealed is not None
        purpose = Part.EARLIER.of(key, event.at.isoformat())
        event.sealed = seals.seal(seals.unseal(event.sealed, purpose), purpose)
        event.save(update_fields=["sealed"])
