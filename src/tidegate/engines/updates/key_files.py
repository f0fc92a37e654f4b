"""Keys that lie in a safe: a file for each, which a passphrase opens.

    Tidegate offline key root-1
    keyid 3f0e...
    scrypt n=131072 r=8 p=1 salt=Zm9v...
    -----BEGIN ENCRYPTED PRIVATE KEY-----

The key is PKCS #8 in PEM. Its own derivation is PBKDF2 with 2,048 rounds and cannot be told to use
more, so what it gets as the password is 32 bytes of scrypt over the passphrase, in hex. How to open
such a file with nothing but Python or OpenSSL is written in docs/keys.md.

From: RFC 7914 (scrypt), RFC 5958 and RFC 8018 (PKCS #8, PBES2), RFC 7468, 2 (text before PEM).
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, Key, SSlibKey  # type: ignore[attr-defined]

from tidegate.engines.formats.files import flush_folder, write_new
from tidegate.engines.updates.errors import KeyFileError

COST: Final = 1 << 17
"""Of scrypt: 128 MiB and half a second for each guess."""

SHORTEST: Final = 12
"""Characters of a passphrase."""

NAME_FIELD: Final = "x-tidegate-name"
"""The field of a key in TUF metadata that says how its file was called."""

_HIGHEST_COST: Final = 1 << 20
_SALT_BYTES: Final = 16
_LONGEST: Final = 8192
_PUBLIC: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SCRYPT: Final = re.compile(
    rb"^scrypt n=(\d{1,7}) r=8 p=1 salt=([A-Za-z0-9+/=]{24})$", re.MULTILINE
)


def make_key_file(path: Path, passphrase: str, *, cost: int | None = None) -> Key:
    """Make a key, write it to a new file that only `passphrase` opens, and return its public half.

    The public half is written beside it, as `NAME.pub`: that is what others need.

    Raises:
        KeyFileError: there is such a file already, or it cannot be written, or its name or the
            passphrase is not fit.
    """
    name = path.name.removesuffix(".pem")
    if not _NAME.fullmatch(name):
        raise KeyFileError(f"{path} is no name for a key; write one such as root-1.pem")
    if len(passphrase) < SHORTEST:
        raise KeyFileError(
            f"the passphrase of {path} has under {SHORTEST} characters; take five random words"
        )
    cost = cost or COST
    private = Ed25519PrivateKey.generate()
    public = public_key(private.public_key(), name)
    salt = secrets.token_bytes(_SALT_BYTES)
    text = (
        f"Tidegate offline key {name}\nkeyid {public.keyid}\n"
        f"scrypt n={cost} r=8 p=1 salt={base64.b64encode(salt).decode()}\n"
    )
    password = _derived(passphrase, salt, cost)
    pem = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    pub = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        write_new(path, text.encode("ascii") + pem, mode=0o600)
        write_new(public_path(path), pub, mode=0o644)
        flush_folder(path.parent)
    except FileExistsError as error:
        raise KeyFileError(
            f"{error.filename} is there already, and a key is never overwritten; name another file"
        ) from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from error
    return public


def open_key_file(path: Path, passphrase: str) -> CryptoSigner:
    """Return the key in a file, ready to sign.

    Raises:
        KeyFileError: it cannot be read, is no such file, or the passphrase is another one.
    """
    raw, found = _sealed(path)
    try:
        salt = base64.b64decode(found[2], validate=True)
        password = _derived(passphrase, salt, int(found[1]))
        private = load_pem_private_key(raw, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # Which of the two it was cannot be told apart, and need not be.
        raise KeyFileError(
            f"{path} does not open with this passphrase, or was damaged; try again, or take"
            " another copy of the file"
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(f"{path} does not hold an Ed25519 key")
    named = public_key(private.public_key(), path.name.removesuffix(".pem"))
    return CryptoSigner(private, named)


def require_key_file(path: Path) -> None:
    """Refuse what no passphrase opens, before one is asked for.

    Raises:
        KeyFileError: it cannot be read, or is no such file.
    """
    _sealed(path)


def public_path(path: Path) -> Path:
    """Return where the public half of a key file lies: `root-1.pub` beside `root-1.pem`."""
    return path.with_name(f"{path.name.removesuffix('.pem')}.pub")


def read_public(path: Path) -> Key:
    """Return the public half that lies in a file; it is named after the file.

    Raises:
        KeyFileError: it cannot be read, or is no Ed25519 public key in PEM.
    """
    try:
        found = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path} is not a public key in PEM; take the NAME.pub") from error
    if not isinstance(found, Ed25519PublicKey):
        raise KeyFileError(f"{path} is not an Ed25519 key; make one with `keys root make-key`")
    return public_key(found, path.name.removesuffix(".pub"))


def public_key(found: Ed25519PublicKey, name: str) -> SSlibKey:
    """Return a public key as TUF metadata holds it, with its name for people."""
    key = SSlibKey.from_crypto(found)
    key.unrecognized_fields[NAME_FIELD] = name
    return key


def is_as_made(key: Key) -> bool:
    """Say whether a key is as `public_key` makes it, and is called by the digest of what it is.

    TUF asks for neither. But people compare keys by their ids, so an id has to stand for one key;
    and one key that can be written in two ways has two ids, so that its holder would count twice.
    """
    public = key.keyval.get("public")
    if not isinstance(public, str) or not _PUBLIC.fullmatch(public):
        return False
    made = SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    return (key.keyid, key.keytype, key.scheme, key.keyval) == (
        made.keyid,
        made.keytype,
        made.scheme,
        made.keyval,
    )


def name_of(key: Key) -> str:
    """Return how people call a key: its name, if it has one, and the beginning of its id."""
    name, short = bare_name_of(key), key.keyid[:8]
    return f"{name} ({short})" if name else short


def bare_name_of(key: Key) -> str:
    """Return the name of a key; empty if it has none. Whoever wrote the document chose it."""
    name = key.unrecognized_fields.get(NAME_FIELD)
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _sealed(path: Path) -> tuple[bytes, re.Match[bytes]]:
    raw = _read(path)
    found = _SCRYPT.search(raw)
    if found is None or not 2 <= int(found[1]) <= _HIGHEST_COST or int(found[1]).bit_count() != 1:
        raise KeyFileError(f"{path} is not a key file of `tidegate keys ceremony`")
    return raw, found


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=cost, r=8, p=1)
    return kdf.derive(passphrase.encode()).hex().encode("ascii")


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_LONGEST)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
