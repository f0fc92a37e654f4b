"""Where an installation keeps what it keeps, and which database it is told to use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import dj_database_url
import platformdirs

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
    """Return the folder of everything that is kept, made with access for its owner alone.

    Raises:
        HomeError: it cannot be made.
    """
    named = os.environ.get("TIDEGATE_HOME")
    folder = Path(named) if named else platformdirs.user_data_path("tidegate")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"{folder} cannot be made: {error.strerror}; name another folder in TIDEGATE_HOME"
        ) from error
    return folder.resolve()


def database_url() -> str:
    """Return the address of the database, as a URL."""
    named = os.environ.get("TIDEGATE_DATABASE")
    if named:
        return named
    path = home() / "tidegate.sqlite3"
    # What SQLite lays beside it later has the same owner and the same access.
    path.touch(mode=0o600)
    return f"sqlite:///{quote(str(path))}"


def database() -> dict[str, Any]:
    """Return Django's description of the database.

    Raises:
        HomeError: `TIDEGATE_DATABASE` names none that is supported.
    """
    try:
        described: dict[str, Any] = dict(dj_database_url.parse(database_url()))
    except ValueError as error:
        raise HomeError(f"TIDEGATE_DATABASE is not the URL of a database: {error}") from error
    engine = described["ENGINE"].rpartition(".")[2]
    if engine == "sqlite3":
        return {**described, "OPTIONS": _SQLITE_OPTIONS}
    if engine == "postgresql":
        return {**described, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    raise HomeError(
        f"TIDEGATE_DATABASE names {engine}; write postgresql://... or sqlite:////path/to/file"
    )


def secret_key() -> str:
    """Return the secret that sessions and forms are signed with, made at its first use.

    Raises:
        HomeError: it cannot be read or made.
    """
    path = home() / "secret-key"
    try:
        # Whoever comes second finds the first one's secret: it is linked in whole, or not at all.
        draft = path.with_name(f"secret-key.{secrets.token_hex(8)}")
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
