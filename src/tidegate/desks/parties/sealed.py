"""Short texts that nobody reads who has the tables alone: secrets of second factors and providers.

Each is sealed with a key of its own, and that key is wrapped by the instance's. So the instance's
key can be changed without a text being opened: `rewrapped`.
"""

from __future__ import annotations

import base64
from typing import Final

from tidegate.engines.sealing import SealError, key_id_of, new_key, seal, unseal
from tidegate.instance.keyring import keyring

_MARK: Final = "sealed"
_PARTS: Final = 3


def sealed(text: str, purpose: str) -> str:
    """Return a text sealed for a purpose; what is sealed for another one is not opened as this.

    Raises:
        HomeError: the instance's key cannot be read or made.
    """
    key = new_key()
    wrapped = keyring().wrap(key, purpose)
    return _written(wrapped.content, seal(text.encode(), key, purpose))


def opened(written: str, purpose: str) -> str:
    """Return the text that was sealed for a purpose.

    Raises:
        SealError: it is nothing sealed, was sealed for something else, or was changed.
        HomeError: the instance's key is missing.
    """
    wrapped, content = _read(written, purpose)
    return unseal(content, keyring().unwrap(wrapped, purpose), purpose).decode()


def rewrapped(written: str, purpose: str) -> str:
    """Return the same with its key wrapped by the newest of the instance's keys.

    Raises:
        SealError: it is nothing sealed, or was changed.
        HomeError: one of the instance's keys is missing.
    """
    wrapped, content = _read(written, purpose)
    ring = keyring()
    if key_id_of(wrapped) == ring.newest().key_id:
        return written
    return _written(ring.wrap(ring.unwrap(wrapped, purpose), purpose).content, content)


def wrapper_of(written: str, purpose: str) -> str:
    """Return the id of the instance's key that a sealed text's key is wrapped by.

    Raises:
        SealError: it is nothing sealed.
    """
    return key_id_of(_read(written, purpose)[0])


def _written(wrapped: bytes, content: bytes) -> str:
    parts = (base64.urlsafe_b64encode(part).decode("ascii") for part in (wrapped, content))
    return ".".join((_MARK, *parts))


def _read(written: str, purpose: str) -> tuple[bytes, bytes]:
    parts = written.split(".")
    try:
        if len(parts) != _PARTS or parts[0] != _MARK:
            raise ValueError("it has another form")
        return base64.urlsafe_b64decode(parts[1]), base64.urlsafe_b64decode(parts[2])
    except ValueError as error:
        raise SealError(f"the {purpose} is not sealed; restore it from a backup") from error
