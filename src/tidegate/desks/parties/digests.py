"""Secrets that somebody is given once, and what is kept of them.

They are random and long, so a fast digest is as good as the secret is: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_BYTES: Final = 32


def new_secret(prefix: str = "") -> str:
    """Return a secret of 256 bits for an address or a header, in base64url behind a prefix."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret, as 64 hexadecimal digits."""
    # What is no Unicode text has been given to nobody, and is looked up like anything else.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
