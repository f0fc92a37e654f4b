"""Documents that operators hand in, compressed and sealed before they are kept."""

from __future__ import annotations

from typing import Final

import zstandard

from tidegate.engines.sealing import new_key, seal, unseal
from tidegate.instance.keyring import Wrapped, keyring

_LARGEST: Final = 1 << 30
"""Bytes of one document, uncompressed; more was never kept."""


def sealed(content: bytes, purpose: str) -> tuple[bytes, Wrapped]:
    """Return bytes as they are kept, and the key of theirs, wrapped; `purpose` is bound to both.

    Raises:
        HomeError: the instance's key cannot be used.
    """
    key = new_key()
    return seal(zstandard.compress(content), key, purpose), keyring().wrap(key, purpose)


def opened(kept: bytes, wrapped: bytes, purpose: str) -> bytes:
    """Return what was kept.

    Raises:
        SealError: it was changed.
        HomeError: the instance's key is missing.
    """
    content = unseal(kept, keyring().unwrap(wrapped, purpose), purpose)
    return zstandard.decompress(content, max_output_size=_LARGEST)
