"""How bytes are sealed: encrypted, authenticated, and bound to what they are.

XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), from libsodium. What is sealed is

    format    1 byte, 1
    form      1 byte: content, key or piece
    key id    16 bytes
    nonce     24 bytes, random
    the rest  as long as the content, and a tag of 16 bytes

Format, form and key id are authenticated, and so is the purpose: words such as `message:M-...` that
name the one thing that the bytes are. They are not part of what is sealed; whoever opens it says
which thing he expects. So nothing sealed can stand in another's place.

The cipher alone does not commit to its key: bytes can be made that open under two keys. The key id,
a digest of the key, does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from tidegate.engines.sealing.errors import SealError

if TYPE_CHECKING:
    from tidegate.engines.sealing.keys import Key

Randomness = Callable[[int], bytes]
"""Returns so many bytes that nobody can guess."""

FORMAT: Final = 1
KEY_ID_BYTES: Final = 16
OVERHEAD: Final = 2 + KEY_ID_BYTES + Aead.NONCE_SIZE + Aead.MACBYTES
"""By how many bytes what is sealed is longer than its content."""

_HEADER_BYTES: Final = 2 + KEY_ID_BYTES


class Form(IntEnum):
    """What kind of thing is sealed; one is never opened as another."""

    CONTENT = 0
    KEY = 1
    PIECE = 2


def seal(
    content: bytes, key: Key, purpose: str, *, randomness: Randomness = secrets.token_bytes
) -> bytes:
    """Seal bytes as the one thing that `purpose` names."""
    return seal_as(Form.CONTENT, content, key, purpose.encode(), randomness)


def unseal(sealed: bytes, key: Key, purpose: str) -> bytes:
    """Return the bytes that were sealed with `key` as the thing that `purpose` names.

    Raises:
        SealError: they were not, or not a bit of them is left as it was.
    """
    return unseal_as(Form.CONTENT, sealed, key, purpose.encode(), purpose)


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key that something was sealed with.

    Raises:
        SealError: it is nothing sealed, or of a format that is not known.
    """
    return _key_id(_header(sealed, "it"))


def seal_as(
    form: Form, content: bytes, key: Key, bound: bytes, randomness: Randomness = secrets.token_bytes
) -> bytes:
    """Seal bytes in a form; `bound` is authenticated with them and not kept."""
    header = bytes((FORMAT, form)) + bytes.fromhex(key.id)
    nonce = randomness(Aead.NONCE_SIZE)
    return header + bytes(Aead(key.secret).encrypt(content, header + bound, nonce))


def unseal_as(form: Form, sealed: bytes, key: Key, bound: bytes, named: str) -> bytes:
    """Return what was sealed in a form and bound to `bound`; errors call it `named`.

    Raises:
        SealError: it was not.
    """
    header = _header(sealed, named)
    if header[1] != form:
        raise SealError(f"{named} is sealed as something else than it is kept as; restore it")
    if _key_id(header) != key.id:
        raise SealError(
            f"{named} is sealed with the key {_key_id(header)}, not with {key.id};"
            " it was exchanged, or the wrong key was put back"
        )
    try:
        return bytes(Aead(key.secret).decrypt(sealed[_HEADER_BYTES:], header + bound))
    except (CryptoError, ValueError) as error:
        raise SealError(
            f"{named} cannot be opened: it was changed after it was sealed, or it is another"
            " thing in its place; restore it from a backup"
        ) from error


def _header(sealed: bytes, named: str) -> bytes:
    if len(sealed) < OVERHEAD:
        raise SealError(f"{named} is nothing sealed: it is too short; restore it from a backup")
    if sealed[0] != FORMAT:
        raise SealError(
            f"{named} is sealed in the format {sealed[0]}; known is {FORMAT}:"
            " it was changed, or a later version of Tidegate sealed it"
        )
    return sealed[:_HEADER_BYTES]


def _key_id(header: bytes) -> str:
    return header[2:].hex()
