"""What stands in the public log about something that matters: a commitment, never the text.

An entry has a text, such as who did what in which case, and a salt of 32 random bytes of its own.
The log shows only the leaf, in its RFC 8785 form:

    {"at":"2026-11-30T12:00:00.000000Z","digest":"<64 hex digits>","kind":"consent","sequence":17}

The digest is SHA-256(salt || text). Without the salt nobody can try texts against it; with salt
and text, which only those get who may see the entry, anybody can check that this was the text
and no other. Whoever forgets the salt has erased the text for good, and the log still verifies.

Time and kind are public: a kind must be a word so coarse that it tells nothing of a secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tidegate.engines.formats.documents import canonical
from tidegate.engines.transparency.errors import EntryError

SALT_BYTES: Final = 32

# A leaf has no free text, so this pattern is its RFC 8785 form: keys in order, no white space.
_LEAF: Final = re.compile(
    rb'\{"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)",'
    rb'"digest":"([0-9a-f]{64})","kind":"([a-z][a-z0-9.-]{0,63})",'
    rb'"sequence":(0|[1-9][0-9]{0,15})\}'
)
_KIND: Final = re.compile(r"[a-z][a-z0-9.-]{0,63}")
_MOST_ENTRIES: Final = 2**53 - 1
"""From: RFC 8785, 3.2.2.3: the largest whole number that every reader of JSON holds exactly."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the public log shows of an entry."""

    sequence: int
    """Its index in the log, from 0."""
    at: datetime
    """In UTC, to the microsecond."""
    kind: str
    """A coarse word for what happened, such as `consent`."""
    digest: bytes
    """SHA-256 over salt and text."""

    def __post_init__(self) -> None:
        if not 0 <= self.sequence <= _MOST_ENTRIES:
            raise EntryError(f"{self.sequence} is not an entry's number; they count from 0")
        if self.at.utcoffset() != timedelta(0):
            raise EntryError(f"the time {self.at} of entry {self.sequence} is not in UTC")
        if not _KIND.fullmatch(self.kind):
            raise EntryError(
                f"{self.kind!r:.80} is not a kind of entry; write a word in lower case,"
                " such as consent or case.state"
            )
        if len(self.digest) != hashlib.sha256().digest_size:
            raise EntryError(f"the digest of entry {self.sequence} is not 32 bytes long")

    @property
    def leaf(self) -> bytes:
        """The bytes that stand in the log."""
        at = self.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        return canonical(
            {
                "at": f"{at}Z",
                "digest": self.digest.hex(),
                "kind": self.kind,
                "sequence": self.sequence,
            }
        )

    @classmethod
    def parse(cls, leaf: bytes) -> Commitment:
        """Read a leaf. Raises `EntryError` for bytes that are not exactly one."""
        match = _LEAF.fullmatch(leaf)
        if match is None:
            raise EntryError(f"{leaf[:60]!r} is not a leaf of a ledger")
        at, digest, kind, sequence = match.groups()
        try:
            time = datetime.fromisoformat(at.decode("ascii"))
        except ValueError as error:
            raise EntryError(f"{at.decode('ascii')} is not a time: {error}") from error
        return cls(int(sequence), time, kind.decode("ascii"), bytes.fromhex(digest.decode("ascii")))


@dataclass(frozen=True, slots=True)
class Entry:
    """All of an entry; text and salt are for those who may see them, and in no `repr`."""

    sequence: int
    at: datetime
    kind: str
    text: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    """32 bytes from a good source of randomness, for this entry alone."""

    @property
    def commitment(self) -> Commitment:
        """What the log shows of it. Raises `EntryError` for members that cannot be committed to."""
        return Commitment(self.sequence, self.at, self.kind, _digest(self.text, self.salt))


def canonical_text(said: Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 form of what an entry says: plain JSON values."""
    return canonical(dict(said))


def opens(leaf: bytes, *, text: bytes, salt: bytes) -> bool:
    """Say whether `text` with `salt` is what the leaf commits to.

    Raises `EntryError` if the leaf is none, or the salt is not 32 bytes long.
    """
    return Commitment.parse(leaf).digest == _digest(text, salt)


def sequence_of(leaf: bytes) -> int | None:
    """Return the number that a leaf claims, None for bytes that are no leaf; quick."""
    match = _LEAF.fullmatch(leaf)
    return int(match[4]) if match else None


def _digest(text: bytes, salt: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        # A salt of another length could move bytes between salt and text under the same digest.
        raise EntryError(f"the salt has {len(salt)} bytes; it has to have {SALT_BYTES}")
    return hashlib.sha256(salt + text).digest()
