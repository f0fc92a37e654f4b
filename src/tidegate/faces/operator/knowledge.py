"""What is known here: the advisories that were pulled, and their ranges, in one SQLite file.

A pull is taken in as one transaction: all of it, or nothing. Beside it stands how far this
organisation has come with each advisory (`stages`), which no pull touches.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

import orjson

from tidegate.engines.formats.advisories.record import Record, RecordError, read_record, record_data
from tidegate.engines.matching.advisories import Affected, Slice
from tidegate.engines.matching.packages import Package
from tidegate.engines.updates.following.following import Followed
from tidegate.engines.updates.following.opening import opened
from tidegate.engines.updates.following.refusals import Cause, FollowError
from tidegate.faces.operator.ranges import NotPlaced, said_by
from tidegate.faces.operator.refused import RefusedError

_RESTRICTED: Final = "restricted/"

_FORM: Final = 1
"""Of the tables; another one is refused."""

_TABLES: Final = """
create table facts (name text primary key, value text not null) without rowid;
create table advisories (
    identifier text primary key,
    revision integer not null,
    label text not null,
    is_restricted integer not null,
    is_withdrawn integer not null,
    title text not null,
    came_at text not null,       -- of its first revision that came here
    path text not null,
    record blob not null
) without rowid;
create table ranges (
    advisory text not null references advisories on delete cascade,
    ecosystem text not null,
    name text not null,
    product integer not null,
    is_unknown integer not null, -- whether it says that it could not be told
    lower blob not null,         -- lower <= key < upper
    upper blob not null,
    introduced text not null,
    ended text not null,
    is_fixed integer not null
);
create index ranges_by_package on ranges (ecosystem, name);
create table packages (
    advisory text not null references advisories on delete cascade,
    ecosystem text not null,
    name text not null,
    product integer not null,
    unreadable text not null,    -- a list, as JSON
    primary key (ecosystem, name, advisory, product)
) without rowid;
create table not_placed (
    advisory text not null references advisories on delete cascade,
    purl text not null,
    words text not null
);
create table stages (
    advisory text not null,
    asset text not null,
    stage text not null,
    at text not null,
    basis text not null,
    receipt_sha256 text not null default '',
    told_at text,                -- when it was reported; null if it was not
    primary key (advisory, asset, stage)
) without rowid;
create table names (             -- under which an asset is told of; one for each advisory
    advisory text not null,
    asset text not null,
    name text not null unique,
    primary key (advisory, asset)
) without rowid;
create table found (
    advisory text not null,
    asset text not null,
    package text not null,
    path text not null,          -- of the inventory
    at text not null,            -- when it was found there first
    inventory_sha256 text not null, -- the last one in which it was affected
    primary key (advisory, asset, package, path)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class AsOf:
    """Of when what is known is."""

    pulled_at: datetime
    expires_at: datetime
    """When what came had to be renewed."""
    sequence: int
    place: str
    epoch: int
    """Of the list of changes that `sequence` is in; 0 where the next pull may bring any."""

    @property
    def at(self) -> datetime:
        """Of when it is. What was carried here late is no newer than its last good day."""
        return min(self.pulled_at, self.expires_at)

    def is_expired(self, now: datetime) -> bool:
        """Say whether it should have been renewed."""
        return now >= self.expires_at

    def words(self, now: datetime) -> str:
        """Say so, for people."""
        days = max(0, (now - self.at).days)
        hours = max(0, int((now - self.at).total_seconds() // 3600))
        age = f"{days} day{'s' * (days != 1)}" if days else f"{hours} hour{'s' * (hours != 1)}"
        said = f"What is known here is of {self.at:%Y-%m-%d %H:%M} UTC, {age} old."
        return f"{said} It should have been renewed; pull." if self.is_expired(now) else said


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pull has changed."""

    new: tuple[str, ...]
    revised: tuple[str, ...]
    withdrawn: tuple[str, ...]
    for_others: int
    """Restricted releases that do not open here."""
    forgotten: tuple[str, ...] = ()
    """What was known, and is not in a list that was begun anew after a theft of keys."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """What one advisory says of one package."""

    identifier: str
    product: int
    affected: Affected
    unknown: tuple[Slice, ...]


class Knowledge:
    """The store, open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.record = lru_cache(maxsize=1_000)(self._record)

    @classmethod
    @contextlib.contextmanager
    def open(cls, file: Path) -> Iterator[Self]:
        """Open the store, and make it if it is missing.

        Raises `RefusedError` for a file that is none, is damaged, or was made by another version.
        """
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
        try:
            with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
                connection.executescript(
                    "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on;"
                )
                _prepare(connection, file)
                yield cls(connection)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # The latter where SQLite quotes, in what it has to say, what is damaged.
            raise RefusedError(
                f"{file} cannot be used: {error}. Move it away, and with it {file.name}-wal and"
                f" {file.name}-shm if they are there, and pull again; what was reported before has"
                " to be said again"
            ) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of it, or nothing."""
        self.connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            # Of a damaged file SQLite may have rolled back by itself.
            if self.connection.in_transaction:
                self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def as_of(self) -> AsOf | None:
        """Return of when it is; None before the first pull."""
        facts = dict(self.connection.execute("select name, value from facts"))
        if "pulled_at" not in facts:
            return None
        with _undamaged("how old it is"):
            return AsOf(
                instant(facts["pulled_at"]),
                instant(facts["expires_at"]),
                int(facts["sequence"]),
                facts["place"],
                int(facts.get("epoch", 1)),
            )

    def take_in(self, followed: Followed, identities: tuple[str, ...], now: datetime) -> Taken:
        """Take in what a pull brought, as one transaction.

        Against a list that was begun anew no revision counts that was known before, since a thief
        can have shown a higher one. Where it is of a higher epoch, it is also all that there is:
        what is known and is not in it was the thief's, or is not published any more.

        What is superseded is passed over: a restricted release stays in the list when its advisory
        has come out since, in a later revision.

        Raises `FollowError` for something that cannot be read; then nothing has changed.
        """
        new: list[str] = []
        revised: list[str] = []
        withdrawn: list[str] = []
        for_others = 0
        came: set[str] = set()
        as_of = self.as_of()
        with self.transaction():
            for arrived in followed.arrived:
                if arrived.file is None:
                    self._drop(arrived.change.path)
                    continue
                bundle = opened(arrived.change, arrived.read(), identities)
                if bundle is None:
                    for_others += 1
                    continue
                record = _read(bundle.record, arrived.change.path)
                if (record.identifier, record.revision) != (bundle.identifier, bundle.revision):
                    raise FollowError(
                        Cause.MIXED, f"{arrived.change.path} holds a record of another advisory"
                    )
                is_first = followed.is_anew and record.identifier not in came
                if not is_first and self._is_superseded(record, arrived.change.path):
                    continue
                held = self._revision(record.identifier)
                if held is not None and record.revision < held and not is_first:
                    raise FollowError(
                        Cause.ROLLED_BACK,
                        f"{record.identifier} comes as revision {record.revision}, and {held} is"
                        " known here",
                    )
                before = self._kept(record.identifier)
                self._keep(record, arrived.change.path, now)
                came.add(record.identifier)
                if record.withdrawn_at is not None:
                    withdrawn.append(record.identifier)
                elif held is None:
                    new.append(record.identifier)
                elif self._kept(record.identifier) != before:
                    revised.append(record.identifier)
            is_whole = followed.is_anew and as_of is not None and as_of.epoch > 0
            forgotten = self._forget_others(came) if is_whole else ()
            self._facts(
                pulled_at=now.isoformat(),
                expires_at=followed.expires_at.isoformat(),
                sequence=str(followed.sequence),
                place=followed.place,
                epoch=str(followed.epoch),
            )
        self.record.cache_clear()
        return Taken(tuple(new), tuple(revised), tuple(withdrawn), for_others, forgotten)

    def read_all_again(self) -> None:
        """Have the next pull read all changes from the first on, of whatever epoch the list is.

        What is known stays meanwhile.
        """
        self.connection.execute("update facts set value = '0' where name in ('sequence', 'epoch')")

    def speaking_of(self, package: Package) -> tuple[Speaking, ...]:
        """Return what advisories say of a package; of those that were withdrawn, nothing."""
        slices: dict[tuple[str, int, int], list[Slice]] = {}
        rows = self.connection.execute(
            "select advisory, product, is_unknown, lower, upper, introduced, ended, is_fixed"
            " from ranges where ecosystem = ? and name = ? order by lower",
            package,
        )
        for advisory, product, is_unknown, *slice_ in rows:
            lower, upper, introduced, ended, is_fixed = slice_
            if not isinstance(lower, bytes) or not isinstance(upper, bytes):
                raise sqlite3.DatabaseError(f"a range of {advisory} in it cannot be read")
            slices.setdefault((advisory, product, is_unknown), []).append(
                Slice(lower, upper, introduced, ended, bool(is_fixed))
            )
        named = self.connection.execute(
            "select advisory, product, unreadable from packages"
            " where ecosystem = ? and name = ? order by advisory, product",
            package,
        )
        with _undamaged("what is said of a package"):
            return tuple(
                Speaking(
                    advisory,
                    product,
                    Affected(
                        package,
                        tuple(slices.get((advisory, product, 0), ())),
                        tuple(orjson.loads(unreadable)),
                    ),
                    tuple(slices.get((advisory, product, 1), ())),
                )
                for advisory, product, unreadable in named
            )

    def not_placed(self) -> tuple[tuple[str, NotPlaced], ...]:
        """Return the products, with their advisories, whose versions cannot be compared here."""
        rows = self.connection.execute(
            "select advisory, purl, words from not_placed order by advisory, purl"
        )
        return tuple((advisory, NotPlaced(purl, words)) for advisory, purl, words in rows)

    def came_at(self, identifier: str) -> datetime:
        """Return when an advisory came here first."""
        row = self.connection.execute(
            "select came_at from advisories where identifier = ?", (identifier,)
        ).fetchone()
        return instant(row[0])

    def counts(self) -> dict[str, int]:
        """Return how many advisories are known, restricted and withdrawn."""
        row = self.connection.execute(
            "select count(*), coalesce(sum(is_restricted), 0), coalesce(sum(is_withdrawn), 0)"
            " from advisories"
        ).fetchone()
        return dict(zip(("advisories", "restricted", "withdrawn"), row, strict=True))

    def knows(self, identifier: str) -> bool:
        """Say whether an advisory came here."""
        return self._revision(identifier) is not None

    def is_restricted(self, identifier: str) -> bool:
        """Say whether an advisory came encrypted to some organisations."""
        row = self.connection.execute(
            "select is_restricted from advisories where identifier = ?", (identifier,)
        ).fetchone()
        return bool(row and row[0])

    def _record(self, identifier: str) -> Record:
        """Return the newest revision of an advisory's record."""
        row = self.connection.execute(
            "select record from advisories where identifier = ?", (identifier,)
        ).fetchone()
        if row is None:
            raise RefusedError(f"{identifier[:60]!r} is not known here; pull, or mend the name")
        with _undamaged(identifier):
            return read_record(orjson.loads(row[0]))

    def _revision(self, identifier: str) -> int | None:
        row = self.connection.execute(
            "select revision from advisories where identifier = ?", (identifier,)
        ).fetchone()
        return row[0] if row else None

    def _is_superseded(self, record: Record, path: str) -> bool:
        """Say whether what is known came by another path, and is newer, or as new and public."""
        row = self.connection.execute(
            "select revision, is_restricted, path from advisories where identifier = ?",
            (record.identifier,),
        ).fetchone()
        if row is None or row[2] == path:
            return False
        held = (row[0], not row[1])
        return (record.revision, not path.startswith(_RESTRICTED)) < held

    def _kept(self, identifier: str) -> bytes | None:
        row = self.connection.execute(
            "select record from advisories where identifier = ?", (identifier,)
        ).fetchone()
        return row[0] if row else None

    def _forget_others(self, came: set[str]) -> tuple[str, ...]:
        """Forget all advisories but those that came; return which."""
        rows = self.connection.execute("select identifier from advisories order by identifier")
        gone = tuple(row[0] for row in rows if row[0] not in came)
        self.connection.executemany(
            "delete from advisories where identifier = ?", ((one,) for one in gone)
        )
        return gone

    def _keep(self, record: Record, path: str, now: datetime) -> None:
        """Put a record in the place of what was known of it."""
        run = self.connection.execute
        was = run(
            "select came_at from advisories where identifier = ?", (record.identifier,)
        ).fetchone()
        run("delete from advisories where identifier = ?", (record.identifier,))
        run(
            "insert into advisories values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.identifier,
                record.revision,
                record.label,
                path.startswith(_RESTRICTED),
                record.withdrawn_at is not None,
                record.title,
                was[0] if was else now.isoformat(),
                path,
                orjson.dumps(record_data(record)),
            ),
        )
        said, not_placed = said_by(record)
        for each in said:
            run(
                "insert into packages values (?, ?, ?, ?, ?)",
                (
                    record.identifier,
                    *each.package,
                    each.product,
                    orjson.dumps(each.unreadable).decode(),
                ),
            )
            for is_unknown, slices in ((0, each.affected), (1, each.unknown)):
                self.connection.executemany(
                    "insert into ranges values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        (record.identifier, *each.package, each.product, is_unknown, *one)
                        for one in slices
                    ),
                )
        self.connection.executemany(
            "insert into not_placed values (?, ?, ?)",
            ((record.identifier, one.purl, one.words) for one in not_placed),
        )

    def _drop(self, path: str) -> None:
        """Forget what came by a path that is gone: a restricted release that was taken back."""
        self.connection.execute("delete from advisories where path = ?", (path,))

    def _facts(self, **facts: str) -> None:
        self.connection.executemany("insert or replace into facts values (?, ?)", facts.items())


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    form = connection.execute("pragma user_version").fetchone()[0]
    if form == 0:
        connection.executescript(f"begin; {_TABLES} pragma user_version={_FORM}; commit;")
    elif form != _FORM:
        raise RefusedError(f"{file} has the form {form}, and this client reads {_FORM}; update it")


def _read(data: Any, path: str) -> Record:
    try:
        return read_record(data)
    except RecordError as error:
        raise FollowError(Cause.MALFORMED, f"{path}: {error}") from error


def instant(text: str) -> datetime:
    """Return a time that the store holds."""
    with _undamaged(f"the time {text!r}"):
        return datetime.fromisoformat(text).astimezone(UTC)


@contextlib.contextmanager
def _undamaged(what: str) -> Iterator[None]:
    """Take what the store holds and cannot be read for what it is: damage, as SQLite tells it."""
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        raise sqlite3.DatabaseError(f"{what} in it cannot be read") from error
