"""Files that are named on the command line, read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tidegate.faces.operator.refused import RefusedError

_LONGEST_KEY: Final = 4_096


def bytes_of(file: Path) -> bytes:
    """Return what is in a file; raises `RefusedError`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise RefusedError(f"{file} cannot be read: {error.strerror}") from error


def key_of(name: str) -> bytes | None:
    """Return a public key, in PEM, from a file that was named; None if none was.

    Raises `RefusedError` for a file that cannot be one; whether it is, is seen when it is used.
    """
    if not name:
        return None
    raw = bytes_of(Path(name))
    if len(raw) > _LONGEST_KEY or b"PUBLIC KEY" not in raw:
        raise RefusedError(
            f"{name} is no public key in PEM; give the coordinator's, which begins with"
            " -----BEGIN PUBLIC KEY-----"
        )
    return raw
