"""What only some organisations may read: encrypted to them, and alike from outside.

A restricted release lies among the public updates, so its file must tell nobody what it is, how
much there is of it, or for how many it is. Its content is padded to a power of two, and the keys
that can open it to the next multiple of `RECIPIENTS`, with keys that nobody has. age's recipients
carry no name: whoever has a key tries it, and learns only whether it fits.

What stays visible is that there is one, and when it came.

From: https://c2sp.org/age (X25519 recipients; the payload is authenticated).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

import pyrage
from pyrage.x25519 import Identity, Recipient

from tidegate.engines.updates.errors import AudienceError

SMALLEST: Final = 16 << 10
"""Bytes that every release is padded to at least."""
LARGEST: Final = 32 << 20
"""Bytes of the largest release, padded."""
RECIPIENTS: Final = 16
"""The number of keys that can open a release is a multiple of this."""

_LENGTH_BYTES: Final = 8
_RANDOM_BYTES: Final = 16
_ENVELOPE: Final = 1 << 20
"""More than age adds: 200 bytes a recipient, 16 for each 64 KiB."""


def new_restricted_path() -> str:
    """Return a path for a release, drawn at random: `restricted/` and 32 digits of hex."""
    return f"restricted/{secrets.token_hex(_RANDOM_BYTES)}.age"


def restrict(content: bytes, recipients: Sequence[str]) -> bytes:
    """Return `content` so that only the holders of these keys can read it.

    Args:
        content: Such as a bundle.
        recipients: age's X25519 recipients (`age1...`), all those of the organisations that may
            have it; their number is not told.

    Raises:
        AudienceError: there is no recipient, one of them is none, or the content is too large.
    """
    padded = pad(content)
    asked = sorted(set(recipients))
    if not asked:
        raise AudienceError("a restricted release needs somebody who may read it; name a recipient")
    keys: list[Recipient] = []
    for one in asked:
        try:
            keys.append(Recipient.from_str(one))
        except pyrage.RecipientError as error:
            raise AudienceError(
                f"{one[:70]!r} is not an age recipient; write the age1... of `age-keygen -y`"
            ) from error
    while len(keys) % RECIPIENTS:
        keys.append(Identity.generate().to_public())
    # age writes recipients in the order in which they come; this one says nothing.
    secrets.SystemRandom().shuffle(keys)
    sealed: bytes = pyrage.encrypt(padded, keys)
    return sealed


def open_restricted(raw: bytes, identity: str) -> bytes | None:
    """Return what a release says to the holder of `identity`; None if it is not for them.

    Args:
        raw: The file, as fetched.
        identity: age's X25519 identity (`AGE-SECRET-KEY-1...`).

    Raises:
        AudienceError: `identity` is none, or what was opened was not written by `restrict`.
    """
    if len(raw) > LARGEST + _ENVELOPE:
        raise AudienceError(f"the release is larger than {LARGEST >> 20} MiB")
    try:
        key = Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        # What was wrong stays unsaid: it could show a part of the key.
        raise AudienceError(
            "this is not an age identity; write the AGE-SECRET-KEY-1... of `age-keygen`"
        ) from error
    try:
        padded = pyrage.decrypt(raw, [key])
    except pyrage.DecryptError:
        return None
    return unpad(padded)


def pad(content: bytes) -> bytes:
    """Return the content with its length before it, filled up to a power of two.

    Raises:
        AudienceError: it is too large.
    """
    length = len(content) + _LENGTH_BYTES
    size = max(SMALLEST, 1 << (length - 1).bit_length())
    if size > LARGEST:
        raise AudienceError(
            f"a restricted release has at most {LARGEST >> 20} MiB; leave things out"
        )
    return (len(content).to_bytes(_LENGTH_BYTES, "big") + content).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given.

    Raises:
        AudienceError: `pad` returned nothing such.
    """
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    content = padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if len(content) != length or pad(content) != padded:
        raise AudienceError("the release is padded wrongly; nobody here has made it")
    return content
