"""What a desk publishes becomes the next state of the updates; nothing is ever half-published.

A publication touches few files: the bins of its paths, the list of changes, the snapshot and the
timestamp. The timestamp is written last and is what clients read first, so they see the old state
or the new one. Whoever is killed in between does it again: what is published already is no news.

One publisher writes at a time; any number may be open, and each sees what another one has written.
Keys are handed in, as many as there are: who signs what is said by the root and the targets, which
offline keys have signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, ItemsView, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Delegations,
    Metadata,
    MetaFile,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

from tidegate.engines.updates import gate
from tidegate.engines.updates.adopting import is_next_root, is_next_targets, last_root
from tidegate.engines.updates.ceremony import delegate, online_key
from tidegate.engines.updates.changes import (
    EMPTY,
    LATEST_PATH,
    News,
    What,
    append,
    segment_path,
    write_latest,
)
from tidegate.engines.updates.errors import CeremonyError, PublicationError, RepositoryError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.key_files import name_of
from tidegate.engines.updates.roles import BIN, BIN_BITS, DUE, KEPT, LASTS, Online
from tidegate.engines.updates.signing import is_complete, quorums, read_root, read_targets
from tidegate.engines.updates.states import State, read_bin, read_list, read_state

__all__ = ["Addition", "Published", "Publisher", "create"]

_LIST: Final = "changes/"


@dataclass(frozen=True, slots=True)
class Published:
    """What clients read now."""

    sequence: int
    """Of the last change."""
    versions: Mapping[str, int]
    """Of each metadata file that was written, by its role; empty where nothing was new."""
    changed: tuple[str, ...] = ()
    """The paths that have a new line in the list of changes."""


@dataclass(frozen=True, slots=True)
class _Bin:
    """What a bin holds, as it was read."""

    version: int
    expires: datetime
    records: Mapping[str, str]
    """The digest of each, by its path."""
    segments: Mapping[str, str]
    """Likewise, the full parts of the list of changes."""


@dataclass(slots=True)
class _Draft:
    """The next state, while it is made: what it has that the one before has not."""

    state: State
    bins: dict[str, Targets] = field(default_factory=dict)
    """Those that were touched."""
    touched: set[str] = field(default_factory=set)
    """Which of `changes`, `records` and `targets` were."""
    root: bytes | None = None
    """Written only when all that its keys sign is there."""
    retired: list[tuple[str, str]] = field(default_factory=list)
    """Path and digest of targets that are not current any more."""


class Publisher:
    """Writes the updates in one folder; each thread needs one of its own."""

    def __init__(self, folder: Path, signers: Sequence[Signer]) -> None:
        self._folder = UpdateFolder(folder)
        self._signers = {signer.public_key.keyid: signer for signer in signers}
        self._raw = b""
        self._state: State | None = None
        self._read: dict[str, _Bin] = {}

    @classmethod
    def open(cls, folder: Path, online_keys: Sequence[Signer]) -> Publisher:
        """Open the updates in a folder; `online_keys` are all that there are, older ones too.

        Raises:
            RepositoryError: there are none, or they are not what was signed.
        """
        publisher = cls(folder, online_keys)
        publisher.state()
        return publisher

    def state(self) -> State:
        """Return the metadata that clients read now; whoever asks must not change it.

        Raises:
            RepositoryError: it is missing, or is not what was signed.
        """
        if not self._folder.is_made:
            raise RepositoryError(
                f"{self._folder.path} holds no updates yet; run `tidegate keys ceremony`, then"
                " `tidegate keys root adopt`"
            )
        raw = self._folder.read_timestamp()
        if self._state is None or raw != self._raw:
            self._state, self._raw = read_state(self._folder, raw), raw
        return self._state

    def holds(self) -> Mapping[str, str]:
        """Return the paths of the records that the updates hold, each with its SHA-256 in hex.

        Raises:
            RepositoryError: a bin is missing, or is not what was signed.
        """
        return {
            path: digest
            for found in self._bins().values()
            for path, digest in found.records.items()
        }

    def read(self, path: str) -> bytes:
        """Return the content of a record that the updates hold.

        Raises:
            PublicationError: they hold none of that path.
            RepositoryError: it is missing, or is not what was signed.
        """
        name = self.state().bins.get_role_for_target(path)
        digest = self._bins()[name].records.get(path)
        if digest is None:
            raise PublicationError(f"the updates hold no {path}")
        content = self._folder.read_target(path, digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise RepositoryError(
                f"{path} is not what was signed; copy the folder back from a mirror or a backup"
            )
        return content

    def publish(
        self,
        additions: Sequence[Addition],
        *,
        standing: Collection[str],
        at: datetime,
        withdrawn: Collection[str] = (),
    ) -> Published:
        """Publish what is new, revised or withdrawn, all of it at once.

        What is held already, byte for byte, is no news; so this may be done again after a crash.

        Args:
            additions: Targets as they should be from now on.
            standing: The paths of all records that the desk says are published, withdrawn
                advisories included; as a set where there are many.
            at: Now.
            withdrawn: Paths of what is withdrawn. An advisory stays, so it needs an addition with
                the bundle that says so; anything else goes.

        Raises:
            VanishedError: the updates hold what is neither standing nor withdrawn.
            PublicationError: something cannot be published, or a key that has to sign is missing.
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing() as draft:
            bins = self._bins()
            gate.check(
                additions,
                withdrawn,
                held=(found.records.keys() for found in bins.values()),
                standing=standing,
            )
            news = self._news(draft, additions, withdrawn, bins, at)
            if not news:
                return Published(self._sequence(), {})
            sequence = self._extend_list(draft, news, at)
            return Published(sequence, self._put(draft, at), tuple(one.path for one in news))

    def refresh(self, at: datetime) -> Published:
        """Sign anew what has under half of its time left; do nothing where nothing has.

        Raises:
            PublicationError: a key that has to sign is missing.
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing() as draft:
            state = draft.state
            for role, signed in ((Online.CHANGES, state.changes), (Online.RECORDS, state.records)):
                if _is_due(signed.expires, role, at):
                    draft.touched.add(role.value)
            for name, found in self._bins().items():
                if _is_due(found.expires, Online.RECORDS, at):
                    self._touched_bin(draft, name)
            if (
                draft.bins
                or draft.touched
                or state.behind
                or _is_due(state.snapshot.expires, Online.SNAPSHOT, at)
            ):
                versions = self._put(draft, at)
            elif _is_due(state.timestamp.expires, Online.TIMESTAMP, at):
                versions = self._put_timestamp(draft, at)
            else:
                versions = {}
            return Published(self._sequence(), versions)

    def sweep(self, at: datetime, kept: timedelta = KEPT) -> int:
        """Remove files that are not current and have not been for `kept`; return how many.

        Raises:
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing() as draft:
            listed = draft.state.changes.targets.items()
            current = {(path, one.hashes["sha256"]) for path, one in listed}
            for found in self._bins().values():
                current |= found.records.items() | found.segments.items()
            return self._folder.sweep(draft.state.file_names(), current, at - kept)

    def adopt(
        self, at: datetime, *, root: bytes | None = None, targets: bytes | None = None
    ) -> Published:
        """Take in the next root, the next targets document, or both; sign what follows from them.

        Of whom a key is exchanged by them, everything is signed anew, with a higher version.
        Adopting again what was adopted does nothing.

        Raises:
            CeremonyError: one of them is not the next, is not signed by enough, names a key for an
                online role that is not here, or they do not fit each other.
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing(adopting=True) as draft:
            state = draft.state
            if root is not None and is_next_root(self._folder, root, at):
                draft.root, state.root = root, read_root(root, "the root").signed
            if targets is not None and not is_next_targets(self._folder, state, targets, at):
                targets = None
            if targets is not None:
                self._redelegate(draft, read_targets(targets, "the targets document").signed)
            if draft.root is None and targets is None and not state.behind:
                return Published(self._sequence(), {})
            self._require_fit(state, targets)
            if targets is not None:
                self._folder.write_metadata("targets", state.targets.version, targets, at)
            return Published(self._sequence(), self._put(draft, at))

    # What there is.

    @contextmanager
    def _writing(self, *, adopting: bool = False) -> Iterator[_Draft]:
        """Let nobody else write; what was drafted and not written is forgotten."""
        with self._folder.locked():
            try:
                state = self.state()
                if state.behind and not adopting:
                    self._require_fit(state, None)
                yield _Draft(state)
            except OSError as error:
                self._state = None
                raise RepositoryError(
                    f"{error.filename or self._folder.path} cannot be written: {error.strerror};"
                    " nothing was published"
                ) from error
            except BaseException:
                self._state = None
                raise

    def _bins(self) -> Mapping[str, _Bin]:
        state = self.state()
        for name in state.bins.get_roles():
            known = self._read.get(name)
            if known is None or known.version != state.version(name):
                self._read[name] = _as_read(read_bin(self._folder, state, name))
        return self._read

    def _touched_bin(self, draft: _Draft, name: str) -> Targets:
        if name not in draft.bins:
            draft.bins[name] = read_bin(self._folder, draft.state, name)
        return draft.bins[name]

    def _sequence(self) -> int:
        return read_list(self._folder, self.state())[0].sequence

    # What comes.

    def _news(
        self,
        draft: _Draft,
        additions: Sequence[Addition],
        withdrawn: Collection[str],
        bins: Mapping[str, _Bin],
        at: datetime,
    ) -> list[News]:
        news: list[News] = []
        coming = {one.path for one in additions}
        for one in additions:
            name = draft.state.bins.get_role_for_target(one.path)
            digest = hashlib.sha256(one.content).hexdigest()
            before = bins[name].records.get(one.path)
            if before != digest:
                news.append(News(one.path, digest, _what(one.path, before, withdrawn)))
                self._add(draft, name, one.path, one.content, at)
        for path in sorted(set(withdrawn) - coming):
            name = draft.state.bins.get_role_for_target(path)
            before = bins[name].records.get(path)
            if before is not None:
                news.append(News(path, before, What.WITHDRAWN))
                del self._touched_bin(draft, name).targets[path]
                draft.retired.append((path, before))
        return news

    def _extend_list(self, draft: _Draft, news: Sequence[News], at: datetime) -> int:
        """Add lines to the list of changes: what is full of it goes into a bin, as records do."""
        state = draft.state
        latest, last = read_list(self._folder, state)
        appended = append(latest, last, news, at)
        draft.retired += [(path, one.hashes["sha256"]) for path, one in _items(state.changes)]
        draft.touched.add(Online.CHANGES.value)
        state.changes.targets = {}
        segments = dict(appended.segments)
        if latest.sequence:
            # One that is full since the last time has no new line, and still has to move.
            segments.setdefault(latest.segment, last)
        for number, content in segments.items():
            path = segment_path(number)
            if number == appended.latest.segment:
                self._list(state.changes, path, content, at)
            else:
                self._add(draft, state.bins.get_role_for_target(path), path, content, at)
        self._list(state.changes, LATEST_PATH, write_latest(appended.latest), at)
        return appended.latest.sequence

    def _add(self, draft: _Draft, name: str, path: str, content: bytes, at: datetime) -> None:
        into = self._touched_bin(draft, name)
        if before := into.targets.get(path):
            draft.retired.append((path, before.hashes["sha256"]))
        self._list(into, path, content, at)

    def _list(self, into: Targets, path: str, content: bytes, at: datetime) -> None:
        described = TargetFile.from_data(path, content, ["sha256"])
        self._folder.write_target(path, described.hashes["sha256"], content, at)
        into.targets[path] = described

    # What the offline keys have signed.

    def _require_fit(self, state: State, targets: bytes | None) -> None:
        """Refuse a state that clients could not follow, or that nobody here can sign."""
        raw = targets
        if raw is None:
            raw = self._folder.read_metadata("targets", state.targets.version)
        if not is_complete(quorums(read_targets(raw, "targets"), Metadata(state.root))):
            raise CeremonyError(
                f"targets {state.targets.version} is not signed by whom root"
                f" {state.root.version} names; adopt both at once: tidegate keys root adopt"
                f" {state.root.version}.root.json N.targets.json"
            )
        for role in Online:
            self._signer(state, role)

    def _redelegate(self, draft: _Draft, targets: Targets) -> None:
        """Go over to another targets document; what other keys sign now is signed anew."""
        state = draft.state
        draft.touched.add("targets")
        for role in (Online.CHANGES, Online.RECORDS):
            if delegate(targets, role).keyid != delegate(state.targets, role).keyid:
                draft.touched.add(role.value)
        state.targets = targets
        if Online.RECORDS.value in draft.touched:
            for name in state.bins.get_roles():
                self._touched_bin(draft, name)
            state.records.delegations = _to_bins(targets, state.bins.bit_length)

    def _signer(self, state: State, role: Online) -> Signer:
        key = online_key(state.root, state.targets, role)
        if key.keyid not in self._signers:
            raise PublicationError(
                f"{role} is signed by the key {name_of(key)}, which is not here; put its file back"
                f" from a backup of the keys, or exchange it: tidegate keys online rotate"
            )
        return self._signers[key.keyid]

    # What is written.

    def _put(self, draft: _Draft, at: datetime) -> dict[str, int]:
        """Write what is touched, then the snapshot, then what makes it the state: the timestamp."""
        state, touched = draft.state, draft.touched
        todo = {name: (signed, Online.RECORDS) for name, signed in draft.bins.items()}
        if Online.RECORDS.value in touched:
            todo[Online.RECORDS.value] = (state.records, Online.RECORDS)
        if Online.CHANGES.value in touched:
            todo[Online.CHANGES.value] = (state.changes, Online.CHANGES)
        versions = {
            name: self._put_one(state, name, signed, role, at)
            for name, (signed, role) in todo.items()
        }
        if "targets" in touched:
            versions["targets"] = state.targets.version
            if "targets.json" in state.snapshot.meta:
                self._folder.retire(at, role="targets", version=state.version("targets"))
        state.snapshot.meta |= {f"{name}.json": MetaFile(one) for name, one in versions.items()}
        versions["snapshot"] = self._put_one(state, "snapshot", state.snapshot, Online.SNAPSHOT, at)
        for path, digest in draft.retired:
            self._folder.retire_target(path, digest, at)
        versions |= self._put_timestamp(draft, at)
        self._read |= {name: _as_read(signed) for name, signed in draft.bins.items()}
        return versions

    def _begin(self, state: State, roots: Sequence[bytes], targets: bytes, at: datetime) -> None:
        """Write the first state there is."""
        with self._folder.locked():
            if self._folder.is_made:
                raise RepositoryError(
                    f"{self._folder.path} holds updates already; adopt what is new, or name"
                    " another folder"
                )
            self._require_fit(state, targets)
            try:
                for number, raw in enumerate(roots, 1):
                    self._folder.write_metadata("root", number, raw, at)
                self._folder.write_metadata("targets", state.targets.version, targets, at)
                self._list(state.changes, LATEST_PATH, write_latest(EMPTY), at)
                draft = _Draft(state, touched={"targets", "changes", "records"})
                for name in state.bins.get_roles():
                    draft.bins[name] = Targets()
                    draft.bins[name].version = 0
                self._put(draft, at)
            except OSError as error:
                raise RepositoryError(
                    f"{self._folder.path} cannot be written: {error.strerror}"
                ) from error

    def _put_one(
        self, state: State, name: str, signed: Targets | Snapshot, role: Online, at: datetime
    ) -> int:
        before = signed.version
        signed.version = self._folder.free_version(name, before)
        signed.expires = at.astimezone(UTC) + LASTS[role]
        raw = _sealed(signed, self._signer(state, role))
        self._folder.write_metadata(name, signed.version, raw, at)
        self._folder.retire(at, role=name, version=before)
        return signed.version

    def _put_timestamp(self, draft: _Draft, at: datetime) -> dict[str, int]:
        state = draft.state
        snapshot = self._folder.read_metadata("snapshot", state.snapshot.version)
        state.timestamp.snapshot_meta = MetaFile.from_data(
            state.snapshot.version, snapshot, ["sha256"]
        )
        state.timestamp.version += 1
        state.timestamp.expires = at.astimezone(UTC) + LASTS[Online.TIMESTAMP]
        raw = _sealed(state.timestamp, self._signer(state, Online.TIMESTAMP))
        if draft.root is not None:
            self._folder.write_metadata("root", state.root.version, draft.root, at)
        self._folder.write_timestamp(raw, at)
        state.behind = False
        self._raw = raw
        return {"timestamp": state.timestamp.version}


def create(
    folder: Path,
    root: bytes | Sequence[bytes],
    targets: bytes,
    online_keys: Sequence[Signer],
    at: datetime,
    *,
    bits: int = BIN_BITS,
) -> Publisher:
    """Make the updates in a folder that has none, and open them.

    Args:
        folder: Made if it is missing.
        root: Root 1, signed; or all roots in order, where updates that were lost are made anew.
        targets: The targets document, signed by whom the last root names.
        online_keys: All that there are.
        at: Now.
        bits: There are 2 to the power of this many bins.

    Raises:
        CeremonyError: the documents are not signed by enough, or do not fit each other.
        PublicationError: a key that has to sign is missing.
        RepositoryError: there are updates in the folder already, or it cannot be written.
    """
    roots = [root] if isinstance(root, bytes) else list(root)
    state = State(
        last_root(roots, at),
        Timestamp(),
        Snapshot(meta={}),
        read_targets(targets, "the targets document").signed,
        Targets(),
        Targets(),
    )
    for signed in (state.timestamp, state.snapshot, state.changes, state.records):
        signed.version = 0
    state.records.delegations = _to_bins(state.targets, bits)
    Publisher(folder, online_keys)._begin(state, roots, targets, at)  # noqa: SLF001
    return Publisher.open(folder, online_keys)


def _what(path: str, before: str | None, withdrawn: Collection[str]) -> What:
    if path.startswith("restricted/"):
        return What.RESTRICTED
    if path in withdrawn:
        return What.WITHDRAWN
    return What.PUBLISHED if before is None else What.REVISED


def _to_bins(targets: Targets, bits: int) -> Delegations:
    key = delegate(targets, Online.RECORDS)
    return Delegations({key.keyid: key}, succinct_roles=SuccinctRoles([key.keyid], 1, bits, BIN))


def _as_read(signed: Targets) -> _Bin:
    records: dict[str, str] = {}
    segments: dict[str, str] = {}
    for path, one in _items(signed):
        (segments if path.startswith(_LIST) else records)[path] = one.hashes["sha256"]
    return _Bin(signed.version, signed.expires, records, segments)


def _items(signed: Targets) -> ItemsView[str, TargetFile]:
    return signed.targets.items()


def _is_due(expires: datetime, role: Online, at: datetime) -> bool:
    return expires - at < LASTS[role] * DUE


def _sealed(signed: Targets | Snapshot | Timestamp, signer: Signer) -> bytes:
    document: Metadata[Any] = Metadata(signed)
    document.sign(signer)
    raw: bytes = document.to_bytes()
    return raw
