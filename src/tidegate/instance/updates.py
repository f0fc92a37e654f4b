"""Where what is published lies on this machine, and the keys that it is signed with.

- `updates` in the home: the update repository, served under `/updates/`, or copied to a mirror.
- `public` in the home: the CSAF provider, the archive of OSV records and the feeds.
- the folder `updates` among the keys: one file for each online key, `ROLE-KEYID.pem`, as
  `tidegate keys` makes them. Which of them signs is said by what the offline keys have signed, so
  older ones may lie beside it.
- `openpgp-key.asc` among the keys: what CSAF documents are signed with. It is made at its first
  use.

Bundles are signed with the key that signs receipts (`workshop.instance_key`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, Signer  # type: ignore[attr-defined]

from tidegate.engines.provider.signing import KeyFileError, OpenPgpSigner
from tidegate.engines.updates.key_files import public_key
from tidegate.engines.updates.roles import Online
from tidegate.instance.home import home
from tidegate.instance.keyring import KeyringError, key_folder
from tidegate.instance.private_files import make_once, one_at_a_time, private_folder, read_private

_OPENPGP: Final = "openpgp-key.asc"
_RECEIPTS: Final = "instance-key.pem"
_ONLINE_FILE: Final = re.compile(r"[a-z]+-[0-9a-f]{8,64}\.pem")
_SHORT: Final = 16


def update_folder() -> Path:
    """Return the folder of the update repository. Raises `HomeError`."""
    return home() / "updates"


def public_folder() -> Path:
    """Return the folder of what is served to everybody. Raises `HomeError`."""
    return home() / "public"


def bundle_signer() -> Signer:
    """Return the key that bundles are signed with, made at its first use.

    Raises:
        ReceiptError: the key cannot be made or trusted.
        HomeError: it cannot be read.
    """
    # Only here: what opens sandboxes is not needed for anything else.
    from tidegate.instance.workshop import instance_key

    instance_key()
    return CryptoSigner(_private(key_folder() / _RECEIPTS))


def online_signers() -> tuple[Signer, ...]:
    """Return the online keys of the update repository, all that there are.

    Raises:
        KeyringError: one of the files is no such key.
        HomeError: the folder or a file in it cannot be used.
    """
    folder = private_folder(key_folder() / "updates")
    paths = sorted(path for path in folder.iterdir() if _ONLINE_FILE.fullmatch(path.name))
    return tuple(_online_signer(path) for path in paths)


def make_online_key(role: Online) -> Signer:
    """Make a new online key for a role, beside those that are there.

    Raises:
        HomeError: the folder cannot be used.
    """
    folder = private_folder(key_folder() / "updates")
    private = Ed25519PrivateKey.generate()
    short = public_key(private.public_key(), role.value).keyid[:_SHORT]
    path = folder / f"{role.value}-{short}.pem"
    make_once(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return _online_signer(path)


def document_signer(user_id: str) -> OpenPgpSigner:
    """Return the OpenPGP key that CSAF documents are signed with, made at its first use.

    Args:
        user_id: whose it is, where it is made now.

    Raises:
        KeyringError: it cannot be used or made.
        HomeError: the folder cannot be used.
    """
    folder = private_folder(key_folder())
    path = folder / _OPENPGP
    try:
        if not os.path.lexists(path):
            with one_at_a_time(folder):
                if not os.path.lexists(path):
                    OpenPgpSigner.make(path, user_id)
        return OpenPgpSigner.load(path)
    except KeyFileError as error:
        raise KeyringError(str(error)) from error


def _online_signer(path: Path) -> Signer:
    private = _private(path)
    return CryptoSigner(private, public_key(private.public_key(), path.name.removesuffix(".pem")))


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyringError(
            f"{path} is not a private key in PEM without a password; put it back from a backup of"
            " the keys"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyringError(f"{path} is not an Ed25519 key; put it back from a backup of the keys")
    return key
