"""A document's bytes: kept as they came, in sealed pieces, and read again as one stream."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING

from django.db import transaction

from tidegate.desks.findings.models import Delivery, DeliveryPiece
from tidegate.desks.findings.models.deliveries import PIECE_BYTES
from tidegate.desks.findings.queries.pieces import Pieces
from tidegate.desks.findings.sealing import seals_of
from tidegate.engines.sealing.seals import OVERHEAD

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECES_A_TRANSACTION = 8

Stored = Callable[[int], None]
"""Told how many bytes are kept."""


def store(delivery: Delivery, stream: IO[bytes], stored: Stored | None = None) -> None:
    """Keep what a stream holds as a delivery's pieces, sealed; sets its size and digest, unsaved.

    Memory stays flat for a stream of any length. Raises what the stream raises; what was kept
    until then belongs to a delivery that is still being received, and so to nobody.
    """
    read = _Read(stream)
    sealed = seals_of(delivery.pk).seal_document(read.pieces(), delivery)
    kept, number = 0, 0
    # Read first: a slow sender must not keep a transaction, and so everybody else, waiting.
    while pieces := list(islice(sealed, _PIECES_A_TRANSACTION)):
        with transaction.atomic():
            for content in pieces:
                DeliveryPiece.objects.create(delivery=delivery, number=number, content=content)
                number += 1
                kept += len(content) - OVERHEAD
        if stored:
            stored(kept)
    delivery.size, delivery.sha256 = read.size, read.digest.hexdigest()


class _Read:
    """A stream that is counted while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._stream = stream

    def pieces(self) -> Iterator[bytes]:
        while piece := _whole_piece(self._stream):
            self.digest.update(piece)
            self.size += len(piece)
            yield piece


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
        self._pieces = Pieces(delivery)
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
            self._held = (number, self._pieces.read(number) or b"")
        return self._held[1]
