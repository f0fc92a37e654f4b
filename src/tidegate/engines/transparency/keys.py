"""Who signs notes: a name, a kind of signature and an Ed25519 key, written as one line.

    example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    name            key id   base64(kind || 32 bytes of public key)

From: https://c2sp.org/signed-note, "Verifier keys" and "Signature types";
https://c2sp.org/tlog-cosignature, "Format".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tidegate.engines.transparency.errors import KeyStringError

KEY_ID_BYTES: Final = 4
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_LONGEST_KEY_STRING: Final = 1000
_MEND: Final = "write it as the log's owner published it: name+key id+key"


class SignatureKind(IntEnum):
    """What a signature says; the numbers are those that C2SP assigned."""

    NOTE = 0x01
    """Ed25519 over the note's text: how a log signs."""
    COSIGNATURE = 0x04
    """Ed25519 over the text and a time: how a witness signs what it has seen to be consistent."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key that signs notes."""

    name: str
    """Such as `example.org/ledger`; for a log the same as its origin."""
    kind: SignatureKind
    public: bytes
    """32 bytes, as in RFC 8032, 5.1.5."""

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise KeyStringError(
                f"{self.name!r} is not a name for a key; write one without white space and '+',"
                " such as example.org/ledger"
            )
        if len(self.public) != PUBLIC_KEY_BYTES:
            raise KeyStringError(f"the key {self.name} is not 32 bytes long; {_MEND}")

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each signature; a hint, never a proof."""
        named = f"{self.name}\n".encode()
        return hashlib.sha256(named + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a verifier key string. Raises `KeyStringError` for all that is not exactly one."""
        parts = text.split("+", 2)
        if len(text) > _LONGEST_KEY_STRING or len(parts) != 3:
            raise KeyStringError(f"this is not a verifier key; {_MEND}")
        name, key_id, encoded = parts
        key = base64_strictly(encoded)
        if not key or key[0] not in set(SignatureKind):
            raise KeyStringError(
                f"the key of {name!r} is of no kind that is read here (Ed25519 for notes or for"
                f" cosignatures/v1); {_MEND}"
            )
        parsed = cls(name, SignatureKind(key[0]), key[1:])
        if key_id != parsed.key_id.hex():
            raise KeyStringError(
                f"the key of {name!r} has the id {parsed.key_id.hex()}, not {key_id!r:.12}; {_MEND}"
            )
        return parsed

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Say whether the holder of this key signed `message`: Ed25519, RFC 8032, 5.1.7."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class NoteSigner:
    """The private half: signs messages under a name."""

    def __init__(
        self,
        name: str,
        private_key: Ed25519PrivateKey,
        kind: SignatureKind = SignatureKind.NOTE,
    ) -> None:
        """Take up a key. Raises `KeyStringError` for a name that is none."""
        self._private_key = private_key
        public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = VerifierKey(name, kind, public)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""
        return self._private_key.sign(message)


def is_key_name(name: str) -> bool:
    """Say whether a name can stand in a signature line.

    From: https://c2sp.org/signed-note, "Format": not empty, no Unicode space, no plus sign, and
    as in all of a note no control character.
    """
    return bool(name) and not any(
        one.isspace() or one == "+" or one < " " or "\ud800" <= one <= "\udfff" for one in name
    )


def base64_strictly(text: str) -> bytes | None:
    """Decode base64 (RFC 4648, 4) that is written in its one right form; else return None."""
    try:
        encoded = text.encode("ascii")
        decoded = base64.b64decode(encoded, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return decoded if base64.b64encode(decoded) == encoded else None
