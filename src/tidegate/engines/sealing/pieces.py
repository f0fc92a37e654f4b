"""Something long, sealed piece by piece, so that it is read from anywhere and held nowhere whole.

Each piece is bound to its owner, to its number from 0 on, and to whether it is the last one. So
pieces cannot be exchanged, left out, repeated, moved to another owner, or cut off at the end. What
is empty is one empty piece.

After STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-
Reuse Misuse-Resistance, 2015), with a random nonce for each piece.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from tidegate.engines.sealing.errors import SealError
from tidegate.engines.sealing.keys import Key
from tidegate.engines.sealing.seals import Form, Randomness, seal_as, unseal_as


def seal_pieces(
    contents: Iterable[bytes],
    key: Key,
    owner: str,
    *,
    randomness: Randomness = secrets.token_bytes,
) -> Iterator[bytes]:
    """Yield the pieces of what `owner` names, sealed; one of them is held back until the next."""
    for number, (content, last) in enumerate(_marked(contents)):
        yield seal_piece(content, key, owner, number, last=last, randomness=randomness)


def unseal_pieces(sealed: Iterable[bytes], key: Key, owner: str) -> Iterator[bytes]:
    """Yield the contents of all pieces of `owner`, in order.

    Raises:
        SealError: one was changed, left out, added or put elsewhere; what came before it is right.
    """
    for number, (piece, last) in enumerate(_marked(sealed)):
        yield unseal_piece(piece, key, owner, number, last=last)


def seal_piece(
    content: bytes,
    key: Key,
    owner: str,
    number: int,
    *,
    last: bool,
    randomness: Randomness = secrets.token_bytes,
) -> bytes:
    """Seal one piece; the caller says which it is, and whether it is the last one."""
    return seal_as(Form.PIECE, content, key, _bound(owner, number, last=last), randomness)


def unseal_piece(sealed: bytes, key: Key, owner: str, number: int, *, last: bool) -> bytes:
    """Return the content of one piece; the caller says which, and whether it is the last one.

    Raises:
        SealError: it is not that piece.
    """
    named = f"piece {number} of {owner}"
    return unseal_as(Form.PIECE, sealed, key, _bound(owner, number, last=last), named)


def _marked(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each part with whether it is the last one; of nothing, one empty part."""
    waiting: bytes | None = None
    for part in parts:
        if waiting is not None:
            yield waiting, False
        waiting = part
    yield waiting if waiting is not None else b"", True


def _bound(owner: str, number: int, *, last: bool) -> bytes:
    # The owner comes last: it is the only part whose length is not fixed.
    try:
        return number.to_bytes(8, "big") + bytes((last,)) + owner.encode()
    except OverflowError as error:
        raise SealError(f"{owner} has no piece {number}; they are counted from 0") from error
