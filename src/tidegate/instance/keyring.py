"""The instance's own keys: those that wrap every other key, and the one that signs the ledger.

Each lies in a file of its own in `key_folder()`. Wrapping keys come in generations: the newest one
wraps, the older ones still unwrap what they have wrapped. A generation's file may be taken away
once nothing is wrapped by it any more, in the database or in a backup that is to be read again.

The folder is looked at whenever something is wrapped, so that a key that another process has made
counts from the next time on.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
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

from tidegate.engines.sealing import Key, SealError, key_id_of, new_key, unwrap, wrap
from tidegate.instance.home import HomeError, home
from tidegate.instance.private_files import make_once, one_at_a_time, private_folder, read_private

_LEDGER_FILE: Final = "ledger-key.pem"
_WRAPPING_FILE: Final = re.compile(r"wrapping-[1-9][0-9]{0,8}-[0-9a-f]{32}\.json")
"""Generation and id: a file that is put back from a backup never lies on another one."""


class KeyringError(HomeError):
    """A key of the instance is missing, damaged or not to be trusted; the message says which."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One of the instance's wrapping keys, without the key."""

    number: int
    """From 1; the largest is the newest."""
    key_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key that was wrapped, as it is kept in a row."""

    content: bytes
    by: str
    """Id of the generation's key."""


def key_folder() -> Path:
    """Return where the instance keeps its keys; `TIDEGATE_KEYS` names another place.

    Raises:
        HomeError: the folder of the installation cannot be used.
    """
    named = os.environ.get("TIDEGATE_KEYS")
    return Path(named) if named else home() / "keys"


def keyring() -> Keyring:
    """Return the keys of this installation.

    Raises:
        HomeError: the folder of the installation cannot be used.
    """
    return _keyring(key_folder())


@cache
def _keyring(folder: Path) -> Keyring:
    return Keyring(folder)


class Keyring:
    """The wrapping keys that lie in a folder; what was read once is kept in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, _Held] = {}

    def generations(self) -> list[Generation]:
        """Return what keys there are, the oldest first; makes none.

        Raises:
            HomeError: the folder or a file in it cannot be used.
        """
        return [held.generation for held in self._read()]

    def newest(self) -> Generation:
        """Return the generation that wraps; the first one is made when it is first asked for.

        Raises:
            HomeError: it cannot be read or made.
        """
        return self._newest().generation

    def rotate(self, at: datetime) -> Generation:
        """Make a new generation, and return it. What older ones have wrapped stays as it is.

        Where two processes do it at the same moment, one generation comes of it.

        Raises:
            HomeError: it cannot be made.
        """
        before = self.newest()
        with one_at_a_time(self.folder):
            if self.newest() == before:
                self._make(before.number + 1, at)
        return self.newest()

    def wrap(self, key: Key, purpose: str) -> Wrapped:
        """Wrap a key by the newest generation; `purpose` names what the key is for.

        Raises:
            HomeError: that generation cannot be read or made.
        """
        by = self._newest().key
        return Wrapped(wrap(key, by, purpose), by.id)

    def unwrap(self, wrapped: bytes, purpose: str) -> Key:
        """Return a key that one of the generations has wrapped for `purpose`.

        Raises:
            KeyringError: that generation is not here.
            SealError: it was wrapped for something else, or changed.
            HomeError: the folder or a file in it cannot be used.
        """
        key_id = key_id_of(wrapped)
        by = _of(key_id, self._known.values()) or _of(key_id, self._read())
        if by is None:
            raise KeyringError(
                f"the key of {purpose} is wrapped by the instance's key {key_id}, which is not in"
                f" {self.folder}; put its file (wrapping-N-{key_id}.json) back from a backup of the"
                " keys, or name their folder in TIDEGATE_KEYS"
            )
        return unwrap(wrapped, by, purpose)

    def _newest(self) -> _Held:
        held = self._read()
        if not held:
            with one_at_a_time(self.folder):
                if not self._read():
                    self._make(1, datetime.now(UTC))
            held = self._read()
        return held[-1]

    def _read(self) -> list[_Held]:
        """Return what lies in the folder now, the oldest first."""
        folder = private_folder(self.folder)
        try:
            names = [path.name for path in folder.iterdir() if _WRAPPING_FILE.fullmatch(path.name)]
        except OSError as error:
            raise KeyringError(f"{folder} cannot be read: {error.strerror}") from error
        known = self._known
        self._known = {name: known.get(name) or _held(folder / name) for name in names}
        return sorted(self._known.values(), key=lambda one: (one.generation.number, one.key.id))

    def _make(self, number: int, at: datetime) -> None:
        key = new_key()
        document = {
            "generation": number,
            "id": key.id,
            "made": at.astimezone(UTC).isoformat(timespec="seconds"),
            "key": base64.b64encode(key.secret).decode("ascii"),
        }
        written = json.dumps(document, indent=2).encode("ascii") + b"\n"
        make_once(self.folder / _file_name(number, key.id), written)


@dataclass(frozen=True, slots=True)
class _Held:
    generation: Generation
    key: Key


def _of(key_id: str, held: Iterable[_Held]) -> Key | None:
    return next((one.key for one in held if one.key.id == key_id), None)


def _file_name(number: int, key_id: str) -> str:
    return f"wrapping-{number}-{key_id}.json"


def _held(path: Path) -> _Held:
    raw = read_private(path)
    try:
        said = json.loads(raw)
        key = Key(base64.b64decode(said["key"], validate=True))
        made_at = datetime.fromisoformat(said["made"])
        number = int(said["generation"])
        if path.name != _file_name(number, key.id):
            raise ValueError("it is another key")
    except (ValueError, TypeError, LookupError, SealError) as error:
        # What was wrong stays unsaid: it could show a part of the key.
        raise KeyringError(
            f"{path} is not the key that it was; put it back from a backup of the keys"
        ) from error
    return _Held(Generation(number, key.id, made_at), key)


def ledger_key() -> Ed25519PrivateKey:
    """Return the key that the ledger's checkpoints are signed with, made at its first use.

    It is made once and never rotated: whoever follows the log knows it by this key.

    Raises:
        KeyringError: it is no such key.
        HomeError: the folder or the file cannot be used.
    """
    path = private_folder(key_folder()) / _LEDGER_FILE
    if not os.path.lexists(path):
        make_once(
            path,
            Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
        )
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyringError(
            f"the ledger's key {path} is not a private key in PEM without a password;"
            " put it back from a backup of the keys: with another one the log is another log"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyringError(f"the ledger's key {path} is not an Ed25519 key; put the right one back")
    return key
