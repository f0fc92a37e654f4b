"""What holds a proof is sealed with a key of the delivery that it came in.

That is the document as it came, each finding's record, and what running its proof showed. A key of
a delivery is wrapped by a key of the instance. Why the delivery's, and not the case's: a case's
findings come and go, and the document holds the same bytes, of findings of many cases
(docs/decisions/0008).

Everything sealed says which of the delivery's keys it was sealed with, so it opens at any moment,
also while another process moves it to a newer one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from tidegate.desks.findings.models import Delivery, DeliveryKey
from tidegate.engines import sealing
from tidegate.engines.sealing import Key, SealError
from tidegate.instance.keyring import keyring

Kept = bytes | memoryview
"""Bytes as a database returns them."""


class Part(StrEnum):
    """What is sealed of a finding."""

    RECORD = "record"
    NATIVE = "native"
    JUDGEMENT = "judgement"
    REPRODUCTION = "reproduction"
    RECEIPT = "receipt"
    SMALL_PROOF = "small-proof"
    EARLIER = "earlier"
    """What runs had shown before it was tried again."""

    def of(self, finding: str, *which: str) -> str:
        """Return the purpose that it is sealed for: the finding's key, and which one of several."""
        return ":".join((self, finding, *which))


class Seals:
    """The keys of one delivery: the newest one seals, each of them opens what it has sealed."""

    def __init__(self, rows: Sequence[DeliveryKey]) -> None:
        """Take up a delivery's keys, the oldest first; they are unwrapped as they are needed."""
        self._rows = rows
        self._keys: dict[str, Key] = {}

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Return bytes, sealed as what `purpose` names.

        Raises:
            KeyringError: the instance's key is missing.
        """
        return sealing.seal(content, self._key(self._rows[-1]), purpose)

    def unseal(self, sealed: Kept, purpose: str) -> bytes:
        """Return what was sealed as what `purpose` names.

        Raises:
            SealError: it was changed, or is something else.
            KeyringError: the instance's key is missing.
        """
        raw = bytes(sealed)
        return sealing.unseal(raw, self._key_of(raw, purpose), purpose)

    def seal_data(self, data: Any, purpose: str) -> bytes:
        """Return JSON data, sealed."""
        return self.seal(json.dumps(data, separators=(",", ":")).encode("ascii"), purpose)

    def unseal_data(self, sealed: Kept, purpose: str) -> Any:
        """Return what `seal_data` sealed; it raises what `unseal` raises."""
        return json.loads(self.unseal(sealed, purpose))

    def seal_document(self, contents: Iterable[bytes], delivery: Delivery) -> Iterator[bytes]:
        """Yield a document's pieces, sealed, while they come; of an empty one there is one."""
        key = self._key(self._rows[-1])
        return sealing.seal_pieces(contents, key, _document(delivery))

    def seal_piece(self, content: bytes, delivery: Delivery, number: int, *, last: bool) -> bytes:
        """Return a piece of a document, sealed."""
        key = self._key(self._rows[-1])
        return sealing.seal_piece(content, key, _document(delivery), number, last=last)

    def unseal_piece(self, sealed: Kept, delivery: Delivery, number: int, *, last: bool) -> bytes:
        """Return a piece of a document; it raises what `unseal` raises."""
        raw, owner = bytes(sealed), _document(delivery)
        return sealing.unseal_piece(raw, self._key_of(raw, owner), owner, number, last=last)

    def _key_of(self, sealed: bytes, purpose: str) -> Key:
        key_id = sealing.key_id_of(sealed)
        if key_id not in {row.key_id for row in self._rows}:
            # Somebody may have given the delivery a newer key since its keys were read.
            self._rows = _rows(DeliveryKey.objects.filter(delivery=self._rows[0].delivery_id))
        row = next((row for row in self._rows if row.key_id == key_id), None)
        if row is None:
            raise SealError(
                f"{purpose} is sealed with the key {key_id}, which is none of its delivery's;"
                " restore the database from a backup"
            )
        return self._key(row)

    def _key(self, row: DeliveryKey) -> Key:
        if row.key_id not in self._keys:
            key = keyring().unwrap(bytes(row.wrapped), wrapped_as(row))
            self._keys[row.key_id] = key
        return self._keys[row.key_id]


def seals_of(delivery_id: int) -> Seals:
    """Return the keys of a delivery.

    Raises:
        SealError: it has none.
    """
    return _seals(DeliveryKey.objects.filter(delivery=delivery_id), f"delivery {delivery_id}")


def seals_of_finding(key: str) -> Seals:
    """Return the keys of the delivery that a finding came in.

    Raises:
        SealError: there is no such finding, or its delivery has no key.
    """
    return _seals(DeliveryKey.objects.filter(delivery__findings__key=key), f"delivery of {key}")


def seals_of_all(delivery_ids: Iterable[int]) -> dict[int, Seals]:
    """Return the keys of some deliveries, by their ids; left out are those that have none."""
    rows: dict[int, list[DeliveryKey]] = {}
    for row in _rows(DeliveryKey.objects.filter(delivery__in=set(delivery_ids))):
        rows.setdefault(row.delivery_id, []).append(row)
    return {delivery: Seals(keys) for delivery, keys in rows.items()}


def add_key(delivery: Delivery, number: int, at: datetime) -> DeliveryKey:
    """Give a delivery a new key, inside the caller's transaction.

    Raises:
        HomeError: the instance's keys cannot be used.
    """
    key = sealing.new_key()
    row = DeliveryKey(delivery=delivery, number=number, key_id=key.id, made_at=at)
    wrapped = keyring().wrap(key, wrapped_as(row))
    row.wrapped, row.wrapped_by = wrapped.content, wrapped.by
    row.save()
    return row


def wrapped_as(row: DeliveryKey) -> str:
    """Return what a delivery's key is wrapped as, so that none stands for another's."""
    return f"delivery-key:{row.delivery.key}:{row.number}"


def _seals(found: QuerySet[DeliveryKey], named: str) -> Seals:
    rows = _rows(found)
    if not rows:
        raise SealError(f"the {named} has no key; restore the database from a backup")
    return Seals(rows)


def _rows(found: QuerySet[DeliveryKey]) -> list[DeliveryKey]:
    return list(found.select_related("delivery").order_by("number"))


def _document(delivery: Delivery) -> str:
    return f"document:{delivery.key}"
