"""A signed note: a text, an empty line, and signature lines; read strictly, written in one way.

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRK…

Lines of keys that we do not know are kept and believed nothing: that is how keys are changed and
how witnesses sign. A line of a key that we know has to verify, or the whole note is refused.

From: https://c2sp.org/signed-note and, for `Cosignature`, https://c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tidegate.engines.transparency.errors import NoteError
from tidegate.engines.transparency.keys import (
    KEY_ID_BYTES,
    SIGNATURE_BYTES,
    SignatureKind,
    base64_strictly,
    is_key_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.engines.transparency.keys import NoteSigner, VerifierKey

MAX_NOTE_BYTES: Final = 1 << 20
MAX_SIGNATURES: Final = 100
"""More than the 16 that a reader must accept; post-quantum ones of 5 kB each fit, too."""

_DASH: Final = "\u2014"
_TIMESTAMP_BYTES: Final = 8
_LATEST_TIMESTAMP: Final = 253_402_300_799
"""9999-12-31T23:59:59Z: beyond it there is no date that a reader could be shown."""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature, as it stands under a note. Nobody has verified it."""

    name: str
    key_id: bytes
    signature: bytes
    """All that follows the key id: 64 bytes of Ed25519, with a time before it in a cosignature."""

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {_base64(self.key_id + self.signature)}"

    def is_of(self, key: VerifierKey) -> bool:
        """Say whether it claims to be this key's: name and id together name a key."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's statement: at this time, this was the largest consistent tree I had seen."""

    key: VerifierKey
    at: datetime
    """In UTC, to the second."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures, as parsed; see `verified`."""

    text: str
    """Ends with a newline."""
    signatures: tuple[SignatureLine, ...]

    def __bytes__(self) -> bytes:
        lines = "".join(f"{line}\n" for line in self.signatures)
        return f"{self.text}\n{lines}".encode()

    @classmethod
    def parse(cls, raw: bytes) -> Note:
        """Read a note. Raises `NoteError` for bytes that are not exactly one."""
        if len(raw) > MAX_NOTE_BYTES:
            raise NoteError(f"the note is larger than {MAX_NOTE_BYTES >> 20} MiB")
        try:
            whole = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NoteError(f"the note is not UTF-8 at byte {error.start + 1}") from error
        if any(one < " " and one != "\n" for one in whole):
            raise NoteError("the note holds a control character; only newlines may stand in it")
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not text or not lines.endswith("\n"):
            raise NoteError(
                "this is not a signed note: a text, an empty line, then signature lines,"
                " each with a newline at its end"
            )
        written = lines[:-1].split("\n")
        if len(written) > MAX_SIGNATURES:
            raise NoteError(f"the note has {len(written)} signatures; at most {MAX_SIGNATURES}")
        return cls(f"{text}\n", tuple(map(_signature_line, written)))

    def verified(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, SignatureLine]:
        """Return those of `keys` that signed, each with its last line; lines of others are passed.

        Raises `NoteError` if a line that claims to be of one of them is not.
        """
        signed = {}
        for key in keys:
            for line in self.signatures:
                if line.is_of(key):
                    if not _is_signed(key, self.text, line.signature):
                        raise NoteError(
                            f"the signature by {key.name} ({key.key_id.hex()}) does not fit:"
                            " the note was changed after it was signed, or another key signed it"
                        )
                    signed[key] = line
        return signed

    def with_signatures(self, lines: Iterable[SignatureLine]) -> Note:
        """Return the note with more signatures; a line that it has already is not repeated."""
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *lines))))


def sign(text: str, signer: NoteSigner, *, at: datetime | None = None) -> SignatureLine:
    """Sign a note's text: with `at`, the time, for a cosigner's key, and without for a log's.

    Raises `NoteError` for a text that no note could have, `ValueError` where `at` is missing or
    has no place, is not in UTC or lies outside of 1970 to 9999.
    """
    if not text.endswith("\n") or any(one < " " and one != "\n" for one in text):
        raise NoteError("a note's text ends with a newline and holds no other control character")
    stamp = b""
    if signer.key.kind is SignatureKind.COSIGNATURE:
        if at is None or at.utcoffset() is None:
            raise ValueError("a cosignature needs its time, with its zone")
        seconds = int(at.timestamp())
        if not 0 <= seconds <= _LATEST_TIMESTAMP:
            raise ValueError(f"{at} is no time for a cosignature")
        stamp = struct.pack(">Q", seconds)
    elif at is not None:
        raise ValueError("only a cosignature has a time")
    signature = signer.sign(_message(text, stamp))
    return SignatureLine(signer.key.name, signer.key.key_id, stamp + signature)


def cosignature(key: VerifierKey, line: SignatureLine) -> Cosignature:
    """Return what a cosigner's verified line says. Raises `NoteError` for a time beyond 9999."""
    (seconds,) = struct.unpack(">Q", line.signature[:_TIMESTAMP_BYTES])
    if seconds > _LATEST_TIMESTAMP:
        raise NoteError(f"the cosignature by {key.name} claims a time after the year 9999")
    return Cosignature(key, datetime.fromtimestamp(seconds, UTC))


def _is_signed(key: VerifierKey, text: str, signature: bytes) -> bool:
    stamped = _TIMESTAMP_BYTES if key.kind is SignatureKind.COSIGNATURE else 0
    if len(signature) != stamped + SIGNATURE_BYTES:
        return False
    return key.verifies(_message(text, signature[:stamped]), signature[stamped:])


def _message(text: str, stamp: bytes) -> bytes:
    if not stamp:
        return text.encode()
    (seconds,) = struct.unpack(">Q", stamp)
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _signature_line(line: str) -> SignatureLine:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    signed = base64_strictly(encoded)
    if dash != _DASH or not is_key_name(name) or signed is None or len(signed) <= KEY_ID_BYTES:
        raise NoteError(
            f"{line[:60]!r} is not a signature line: an em dash, the key's name and base64"
        )
    return SignatureLine(name, signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
