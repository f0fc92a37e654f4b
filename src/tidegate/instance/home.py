"""Where an installation keeps what it keeps, and which database it is told to use."""

from __future__ import annotations

import os
import secrets
import shlex
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import dj_database_url
import platformdirs

_DATABASE: Final = "tidegate.sqlite3"
_KEY_FILE: Final = "secret-key"
_OURS: Final = {_DATABASE, _KEY_FILE, "keys"}
"""What a folder holds that is an installation's."""

_OF_OTHERS: Final = 0o077
_BUSY_SECONDS: Final = 30
_SECRET_BYTES: Final = 48

_SQLITE_OPTIONS: Final = {
    # A transaction that will write takes the lock when it begins: two that read first and write
    # later would otherwise fail each other without waiting.
    "transaction_mode": "IMMEDIATE",
    "timeout": _BUSY_SECONDS,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
}


class HomeError(Exception):
    """The installation's folder or database cannot be used; the message says what to do."""


def home() -> Path:
    """Return the folder of everything that is kept, with access for its owner alone.

    A folder that is there already and open to others is closed to them if it is empty or holds an
    installation.

    Raises:
        HomeError: it cannot be made, belongs to somebody else, or is open to others and holds
            what is not ours.
    """
    named = os.environ.get("TIDEGATE_HOME")
    folder = Path(named) if named else platformdirs.user_data_path("tidegate")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        _close_to_others(folder)
    except OSError as error:
        raise HomeError(
            f"{folder} cannot be used: {error.strerror}; name another folder in TIDEGATE_HOME"
        ) from error
    return folder


def _close_to_others(folder: Path) -> None:
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise HomeError(
            f"{folder} belongs to the user with the number {found.st_uid}, who could read and"
            " change all that is kept there; name a folder of your own in TIDEGATE_HOME"
        )
    if not found.st_mode & _OF_OTHERS:
        return
    holds = {path.name for path in folder.iterdir()}
    if holds and not holds & _OURS:
        raise HomeError(
            f"{folder} is open to other users and holds other things; close it with"
            f" chmod 700 {shlex.quote(str(folder))}, or name an empty folder in TIDEGATE_HOME"
        )
    folder.chmod(0o700)


def database_url() -> str:
    """Return the address of the database, as a URL.

    Raises:
        HomeError: the folder of the installation cannot be used.
    """
    named = os.environ.get("TIDEGATE_DATABASE")
    return named or f"sqlite:///{quote(str(home() / _DATABASE))}"


def database() -> dict[str, Any]:
    """Return Django's description of the database.

    Raises:
        HomeError: `TIDEGATE_DATABASE` names none that is supported, or its file cannot be used.
    """
    try:
        described: dict[str, Any] = dict(dj_database_url.parse(database_url()))
    except ValueError as error:
        raise HomeError(f"TIDEGATE_DATABASE is not the URL of a database: {error}") from error
    engine = described["ENGINE"].rpartition(".")[2]
    if engine == "sqlite3":
        if described["NAME"] != ":memory:":
            _keep_to_owner(Path(described["NAME"]))
        return {**described, "OPTIONS": _SQLITE_OPTIONS}
    if engine == "postgresql":
        return {**described, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    raise HomeError(
        f"TIDEGATE_DATABASE names {engine}; write postgresql://... or sqlite:////path/to/file"
    )


def _keep_to_owner(path: Path) -> None:
    """Make a database's file if it is missing, with access for its owner alone."""
    try:
        # What SQLite lays beside it later has the same owner and the same access.
        path.touch(mode=0o600)
        if path.stat().st_mode & _OF_OTHERS:
            path.chmod(0o600)
    except OSError as error:
        raise HomeError(
            f"the database {path} cannot be used: {error.strerror}; check the folder and the owner"
        ) from error


def secret_key() -> str:
    """Return the secret that sessions and forms are signed with, made at its first use.

    Raises:
        HomeError: it cannot be read or made.
    """
    path = home() / _KEY_FILE
    try:
        # Whoever comes second finds the first one's secret: it is linked in whole, or not at all.
        draft = path.with_name(f"{_KEY_FILE}.{secrets.token_hex(8)}")
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(_SECRET_BYTES))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text()
    except OSError as error:
        raise HomeError(f"{path} cannot be used: {error.strerror}; check its owner") from error
