"""What has a repository that is not known here yet? Followed through TUF, or refused.

The workflow, of one pull:

1. the clock is looked at: one that stands before the last pull cannot judge what has expired;
2. root, timestamp, snapshot and targets come and are checked (TUF specification, 5.3 to 5.6);
3. the targets document says the epoch of the list of changes. Where it is higher than the one that
   is known here, what is known may be a thief's: the list is read from its beginning;
4. `changes/latest.json` says how far the changes go, and the segments after the sequence that is
   known here say what changed; each must follow on the one before;
5. every target that changed comes to a waiting room, under the name of its digest, so that a pull
   that was killed goes on where it was;
6. the caller takes all of it into what it knows, in one transaction, and clears the waiting room.

Nothing here is 'known' before step 6: until then what was known stays as it was. Metadata that was
checked stays in any case, since it is what a rollback is seen by.

python-tuf's `Updater` does the checking. What is done here beside it: the bounds, the sequence of
changes, and the words of a refusal. Two pulls into one folder at a time are not allowed; the caller
holds a lock.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tuf.api import exceptions as tuf_errors
from tuf.ngclient import Updater, UpdaterConfig  # type: ignore[attr-defined]
from tuf.ngclient.fetcher import FetcherInterface

from tidegate.engines.updates.ceremony import epoch as epoch_of
from tidegate.engines.updates.changes import (
    LATEST_PATH,
    Change,
    What,
    after,
    read_latest,
    read_segment,
    segment_path,
    wanted,
)
from tidegate.engines.updates.errors import UpdatesError
from tidegate.engines.updates.following.addresses import AddressError, WebFetcher, origin_of
from tidegate.engines.updates.following.bounds import Bounds, Meter
from tidegate.engines.updates.following.folders import FolderFetcher
from tidegate.engines.updates.following.refusals import Cause, FollowError, refusal

FOLLOWED: Final = ("advisories/", "restricted/")
"""What a client fetches by itself; fixes are fetched when somebody wants them."""

_EXPECTED: Final = (
    tuf_errors.RepositoryError,
    tuf_errors.DownloadError,
    UpdatesError,
    FollowError,
    OSError,
)
_METADATA: Final = "metadata"
_TARGETS: Final = "targets"
_WAITING: Final = "waiting"
_CLOCK_TOLERANCE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy of the repository is: an address, or a folder."""

    where: str
    """`https://host/updates/`, or the path of a folder that holds `metadata` and `targets`."""
    ca_file: str = ""
    proxy: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine."""
        return "://" not in self.where

    def fault(self) -> str | None:
        """Return why it cannot be asked, if so."""
        if self.is_folder:
            return None if self.where else "a place is empty; name an address or a folder"
        try:
            origin_of(self.where)
        except AddressError as error:
            return str(error)
        return None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A change, and the file that came for it."""

    change: Change
    file: Path | None
    """None where the target is gone: it was withdrawn as a whole."""

    def read(self) -> bytes:
        """Return the bytes that came; checked when they came."""
        return self.file.read_bytes() if self.file else b""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a pull brought."""

    sequence: int
    """The last change that there is."""
    epoch: int
    """Of the list of changes; the offline keys raise it after a compromise."""
    is_anew: bool
    """Whether the list was read from its beginning, since its epoch is higher than the known one,
    or none is known. What was known before and did not come again may have been a thief's."""
    arrived: tuple[Arrived, ...]
    """What changed since the sequence that was known, the oldest first, each target once."""
    root_version: int
    timestamp_version: int
    snapshot_version: int
    expires_at: datetime
    """When what came has to be renewed."""
    fetched_bytes: int
    fetched_files: int
    place: str


def follow(
    place: Place,
    room: Path,
    root: bytes,
    *,
    known: int,
    now: datetime,
    epoch: int = 0,
    last_pull: datetime | None = None,
    late: timedelta = timedelta(),
    bounds: Bounds | None = None,
    seen: Callable[[int, int], None] | None = None,
) -> Followed:
    """Ask one place for what is new, and bring it to the waiting room.

    Args:
        place: a mirror.
        room: a folder of this client's own, for metadata and what waits; it is made if missing.
        root: the first root, as it was given.
        known: the last change that is known here; 0 for none.
        now: this machine's time, with its zone.
        epoch: that of the list in which `known` is; 0 where none is known.
        last_pull: when a pull was last successful, by this machine's clock.
        late: how long after its day signed data is still taken; anything but zero is the
            operator's own decision, for folders that are carried by hand.
        bounds: of size and time.
        seen: called with how many files of how many have come.

    Raises:
        FollowError: nothing was learned, and nothing that is known has changed.
    """
    with _open(place, room, root, now, last_pull, late, bounds) as line:
        return _followed(line, known, epoch, seen)


def fetch(
    place: Place,
    room: Path,
    root: bytes,
    paths: Sequence[str],
    *,
    now: datetime,
    last_pull: datetime | None = None,
    late: timedelta = timedelta(),
    bounds: Bounds | None = None,
) -> dict[str, bytes]:
    """Ask one place for targets by name, such as the files of a fix; return those that there are.

    The arguments are those of `follow`, which asks for what is new; this changes nothing of how far
    the list of changes is known.

    Raises:
        FollowError: one of them is not what was signed, or nothing can be learned.
    """
    with _open(place, room, root, now, last_pull, late, bounds) as line:
        files = {path: line.fetch(path) for path in paths}
        return {path: file.read_bytes() for path, file in files.items() if file}


def clear(room: Path) -> None:
    """Empty the waiting room, once all of it was taken in."""
    shutil.rmtree(room / _WAITING, ignore_errors=True)


@contextmanager
def _open(
    place: Place,
    room: Path,
    root: bytes,
    now: datetime,
    last_pull: datetime | None,
    late: timedelta,
    bounds: Bounds | None,
) -> Iterator[_Line]:
    """Open a place and check its metadata; what goes wrong then is a refusal, in our words."""
    if last_pull is not None and now + _CLOCK_TOLERANCE < last_pull:
        raise FollowError(
            Cause.CLOCK,
            f"this machine's clock says {now:%Y-%m-%d %H:%M}, and the last pull was on"
            f" {last_pull:%Y-%m-%d %H:%M}",
            place.where,
        )
    try:
        line = _Line.open(place, room, root, Meter(bounds or Bounds()), now - late)
        line.updater.refresh()
        yield line
    except _EXPECTED as error:
        said = refusal(error, f"{now:%Y-%m-%d %H:%M} UTC")
        raise said.at(place.where) from error


@dataclass(frozen=True, slots=True)
class _Line:
    """One place that is being followed."""

    place: Place
    updater: Updater
    meter: Meter
    waiting: Path

    @classmethod
    def open(cls, place: Place, room: Path, root: bytes, meter: Meter, at: datetime) -> _Line:
        if fault := place.fault():
            raise FollowError(Cause.UNREACHABLE, fault)
        metadata, waiting = room / _METADATA, room / _WAITING
        for folder in (metadata, waiting):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fetcher: FetcherInterface
        if place.is_folder:
            fetcher, base = FolderFetcher(Path(place.where), meter), ""
        else:
            fetcher = WebFetcher(place.where, meter, ca_file=place.ca_file, proxy=place.proxy)
            base = place.where.rstrip("/") + "/"
        updater = Updater(
            str(metadata),
            f"{base}{_METADATA}/",
            str(waiting),
            f"{base}{_TARGETS}/",
            fetcher,
            UpdaterConfig(),
            bootstrap=root,
        )
        # python-tuf reads the machine's clock; what decides here takes time as an argument.
        updater._trusted_set.reference_time = at  # noqa: SLF001
        return cls(place, updater, meter, waiting)

    def fetch(self, path: str) -> Path | None:
        """Bring a target to the waiting room; None where the repository has none of that name."""
        info = self.updater.get_targetinfo(path)
        if info is None:
            return None
        if info.length > self.meter.bounds.file_bytes:
            raise FollowError(
                Cause.TOO_LARGE,
                f"{path} has {info.length:,} bytes; at most {self.meter.bounds.file_bytes:,}",
            )
        digest = info.hashes.get("sha256")
        if digest is None:
            raise FollowError(Cause.MALFORMED, f"{path} is listed without its SHA-256")
        file = self.waiting / digest
        # What an earlier pull left here is looked at again: it may be half of a file.
        if self.updater.find_cached_target(info, str(file)) is None:
            self.updater.download_target(info, str(file))
        return file

    def read(self, path: str) -> bytes:
        """Return a target's bytes; raises `FollowError` where there is none."""
        file = self.fetch(path)
        if file is None:
            raise FollowError(Cause.MALFORMED, f"{path} is missing in what was signed")
        return file.read_bytes()


def _followed(
    line: _Line, known: int, known_epoch: int, seen: Callable[[int, int], None] | None
) -> Followed:
    trusted = line.updater._trusted_set  # noqa: SLF001 - what was checked is not told otherwise
    epoch = epoch_of(trusted.targets)
    if epoch < known_epoch:
        raise FollowError(
            Cause.ROLLED_BACK,
            f"the list of changes is of epoch {epoch}, and epoch {known_epoch} is known here",
        )
    is_anew = known_epoch < epoch and (known_epoch > 0 or known == 0)
    known = 0 if is_anew else known
    latest = read_latest(line.read(LATEST_PATH))
    if latest.sequence < known:
        raise FollowError(
            Cause.ROLLED_BACK,
            f"the changes end at {latest.sequence}, and {known} is known here",
        )
    found: list[Change] = []
    for number in wanted(known, latest):
        found += read_segment(line.read(segment_path(number)), number, latest)
    changes = [one for one in _newest_of_each(after(found, known)) if _is_followed(one.path)]
    arrived = []
    for number, change in enumerate(changes, 1):
        arrived.append(Arrived(change, _fetched(line, change)))
        if seen is not None:
            seen(number, len(changes))
    return Followed(
        sequence=latest.sequence,
        epoch=epoch,
        is_anew=is_anew,
        arrived=tuple(arrived),
        root_version=trusted.root.version,
        timestamp_version=trusted.timestamp.version,
        snapshot_version=trusted.snapshot.version,
        expires_at=min(trusted.timestamp.expires, trusted.snapshot.expires),
        fetched_bytes=line.meter.fetched,
        fetched_files=line.meter.files,
        place=line.place.where,
    )


def _fetched(line: _Line, change: Change) -> Path | None:
    file = line.fetch(change.path)
    if file is None:
        if change.what is What.WITHDRAWN and not change.path.startswith("advisories/"):
            return None
        raise FollowError(
            Cause.MALFORMED,
            f"{change.path} is missing, and change {change.sequence} says that it is there",
        )
    if file.name != change.sha256:
        raise FollowError(
            Cause.MIXED,
            f"{change.path} is signed as {file.name[:12]}…, and change {change.sequence} says"
            f" {change.sha256[:12]}…",
        )
    return file


def _newest_of_each(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the last change of each target, in their order: what was before it is not served."""
    newest: dict[str, Change] = {}
    for change in changes:
        newest.pop(change.path, None)
        newest[change.path] = change
    return tuple(newest.values())


def _is_followed(path: str) -> bool:
    return path.startswith(FOLLOWED)
