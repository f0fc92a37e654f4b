"""The OpenPGP key that CSAF documents are signed with.

It is there because a CSAF trusted provider has to have one (CSAF 2.0, 7.1.19 and 7.1.20), and for
readers who know no other way. What Tidegate's own client trusts is the update repository (TUF);
whoever has this key alone can change nothing there.

The key is of version 4 (RFC 4880) on Curve25519, so that today's GnuPG and the common CSAF tools
read it. Sequoia does the work, and puts its own clock's time into signatures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol, Self

from pysequoia import Cert, CipherSuite, Profile, Sig, SignatureMode, Tsk, sign, verify

from tidegate.engines.formats.files import flush_folder, write_new

_PRIVATE: Final = 0o600


class KeyFileError(Exception):
    """The file of an OpenPGP key cannot be used; the message says which, and the mend."""


class Signer(Protocol):
    """Signs what is published."""

    @property
    def fingerprint(self) -> str:
        """Of the key, hexadecimal, in capitals."""

    @property
    def certificate(self) -> bytes:
        """The public part, in ASCII armour."""

    def sign(self, content: bytes) -> bytes:
        """Return a detached signature, in ASCII armour."""

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Say whether a detached signature is of this key, over this content."""


class OpenPgpSigner:
    """Signs with a key whose private part lies in a file that its owner alone can read."""

    def __init__(self, key: Tsk) -> None:
        self._key = key
        self._certificate = key.extract_certificate()

    @classmethod
    def make(cls, path: Path, user_id: str) -> Self:
        """Make a key, once: `path` must not be there, its folder must.

        `user_id` is such as `Tidegate at example.org <security@example.org>`. The key does not
        expire: what is signed with it has to stay good for as long as it is served. Raises
        `KeyFileError`.
        """
        key = Tsk.generate(user_id, profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)
        try:
            write_new(path, str(key).encode("ascii"), mode=_PRIVATE)
            flush_folder(path.parent)
        except FileExistsError as error:
            raise KeyFileError(f"{path} is there already, and a key is made once") from error
        except OSError as error:
            raise KeyFileError(f"{path} cannot be written: {error.strerror}") from error
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key from its file. Raises `KeyFileError`."""
        try:
            if path.stat().st_mode & 0o077:
                raise KeyFileError(f"{path} can be read by others; chmod 600 it, or make a new key")
            key = Tsk.from_bytes(path.read_bytes())
            # A public key is read as well, and is told from one that can sign only here.
            key.signer()
            return cls(key)
        except OSError as error:
            raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
        except (RuntimeError, ValueError) as error:
            raise KeyFileError(f"{path} holds no OpenPGP key with its private part") from error

    @property
    def fingerprint(self) -> str:
        """Of the key, hexadecimal, in capitals."""
        return self._certificate.fingerprint.upper()

    @property
    def certificate(self) -> bytes:
        """The public part, in ASCII armour."""
        return str(self._certificate).encode("ascii")

    def sign(self, content: bytes) -> bytes:
        """Return a detached signature, in ASCII armour."""
        return bytes(sign(self._key.signer(), content, mode=SignatureMode.DETACHED))

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Say whether a detached signature is of this key, over this content."""
        return signature_fault(content, signature, [self._certificate]) is None


def signature_fault(content: bytes, signature: bytes, keys: list[Cert]) -> str | None:
    """Return why no key of these has signed a content; None if one has."""
    if not signature.lstrip().startswith(b"-----BEGIN PGP SIGNATURE-----"):
        return "is no OpenPGP signature in ASCII armour"
    try:
        verify(content, store=lambda _ids: keys, signature=Sig.from_bytes(signature))
    # Sequoia's errors reach Python as whatever their Rust counterpart maps to; each means no.
    except Exception as error:  # noqa: BLE001
        return f"does not verify: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
    return None


def read_certificate(raw: bytes) -> Cert | None:
    """Read a public key in ASCII armour; None if it is none."""
    if not raw.lstrip().startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"):
        return None
    try:
        return Cert.from_bytes(raw)
    except Exception:  # noqa: BLE001 - as above
        return None
