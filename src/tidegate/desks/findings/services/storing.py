"""A document's bytes: kept as they came, in pieces, and read again as one stream."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from django.db import transaction

from tidegate.desks.findings.models import Delivery, DeliveryPiece
from tidegate.desks.findings.models.deliveries import PIECE_BYTES

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECES_A_TRANSACTION = 8

Stored = Callable[[int], None]
"""Told how many bytes are kept."""


def store(delivery: Delivery, stream: IO[bytes], stored: Stored | None = None) -> None:
    """Keep what a stream holds as a delivery's pieces; sets its size and digest, unsaved.

    Memory stays flat for a stream of any length. Raises what the stream raises; what was kept
    until then belongs to a delivery that is still being received, and so to nobody.
    """
    digest, size, number = hashlib.sha256(), 0, 0
    ended = False
    while not ended:
        # Read first: a slow sender must not keep a transaction, and so everybody else, waiting.
        pieces = [piece for _ in range(_PIECES_A_TRANSACTION) if (piece := _whole_piece(stream))]
        ended = len(pieces) < _PIECES_A_TRANSACTION
        with transaction.atomic():
            for content in pieces:
                DeliveryPiece.objects.create(delivery=delivery, number=number, content=content)
                digest.update(content)
                size += len(content)
                number += 1
        if stored:
            stored(size)
    delivery.size, delivery.sha256 = size, digest.hexdigest()


def _whole_piece(stream: IO[bytes]) -> bytes:
    """Read a piece's bytes; fewer only at the end, however short the stream's own reads are."""
    parts: list[bytes] = []
    missing = PIECE_BYTES
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def open_document(delivery: Delivery) -> io.BufferedReader:
    """Return a delivery's document as a seekable stream of its bytes, as they came."""
    return io.BufferedReader(_Pieces(delivery), PIECE_BYTES)


class _Pieces(io.RawIOBase):
    """Reads pieces as they are needed, one at a time."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._delivery.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        number, offset = divmod(self._at, PIECE_BYTES)
        part = self._piece(number)[offset : offset + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            found = (
                DeliveryPiece.objects.filter(delivery=self._delivery, number=number)
                .values_list("content", flat=True)
                .first()
            )
            self._held = (number, bytes(found or b""))
        return self._held[1]
