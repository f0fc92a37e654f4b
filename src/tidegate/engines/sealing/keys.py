"""Keys: how they are named, made, and wrapped by one another.

A key's id is a digest of it, so that whoever finds the id beside something sealed knows which key
he needs, and nothing of the key.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

from tidegate.engines.sealing.errors import SealError
from tidegate.engines.sealing.seals import KEY_ID_BYTES, Form, Randomness, seal_as, unseal_as

KEY_BYTES: Final = 32

_FOR_IDS: Final = b"tidegate key id"
"""Of BLAKE2b (RFC 7693, and its parameter block's `person`): a digest for this use alone."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes; neither its text nor an error shows it."""

    secret: bytes = field(repr=False)
    id: str = field(init=False)
    """32 hexadecimal digits."""

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise SealError(f"a key has {KEY_BYTES} bytes; this one has {len(self.secret)}")
        named = hashlib.blake2b(self.secret, digest_size=KEY_ID_BYTES, person=_FOR_IDS)
        object.__setattr__(self, "id", named.hexdigest())


def new_key(randomness: Randomness = secrets.token_bytes) -> Key:
    """Return a key that nobody has had before."""
    return Key(randomness(KEY_BYTES))


def wrap(key: Key, by: Key, purpose: str, *, randomness: Randomness = secrets.token_bytes) -> bytes:
    """Return a key, sealed with another; `purpose` names what the wrapped one is for."""
    return seal_as(Form.KEY, key.secret, by, purpose.encode(), randomness)


def unwrap(wrapped: bytes, by: Key, purpose: str) -> Key:
    """Return the key that was wrapped by `by` for `purpose`.

    Raises:
        SealError: it was not, or was changed.
    """
    return Key(unseal_as(Form.KEY, wrapped, by, purpose.encode(), f"the key of {purpose}"))
