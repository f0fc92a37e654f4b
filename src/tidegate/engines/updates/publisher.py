"""What a desk publishes becomes the next state of the updates; nothing is ever half-published.

A publication touches few files: the bins of its paths, the list of changes, the snapshot and the
timestamp. The timestamp is written last and is what clients read first, so they see the old state
or the new one. Whoever is killed in between does it again: what is published already is no news.

One publisher writes at a time; any number may be open, and each sees what another one has written.
Keys are handed in, as many as there are: who signs what is said by the root and the targets, which
offline keys have signed.

How each of it is done: `publishing.py`, `refreshing.py`, `adopting.py`, `beginning.py`; how the
next state is written: `drafts.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from tidegate.engines.updates import gate, refreshing
from tidegate.engines.updates.adopting import is_next_root, is_next_targets
from tidegate.engines.updates.beginning import begin
from tidegate.engines.updates.bins import Bins
from tidegate.engines.updates.drafts import Draft
from tidegate.engines.updates.errors import PublicationError, RepositoryError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publishing import extend_list, put_news
from tidegate.engines.updates.roles import BIN_BITS, KEPT
from tidegate.engines.updates.signing import read_root, read_targets
from tidegate.engines.updates.states import State, read_list, read_state

__all__ = ["Addition", "Published", "Publisher", "create"]


@dataclass(frozen=True, slots=True)
class Published:
    """What clients read now."""

    sequence: int
    """Of the last change."""
    versions: Mapping[str, int]
    """Of each metadata file that was written, by its role; empty where nothing was new."""
    changed: tuple[str, ...] = ()
    """The paths that have a new line in the list of changes."""


class Publisher:
    """Writes the updates in one folder; each thread needs one of its own."""

    def __init__(self, folder: Path, signers: Sequence[Signer]) -> None:
        self._folder = UpdateFolder(folder)
        self._signers = {signer.public_key.keyid: signer for signer in signers}
        self._raw = b""
        self._state: State | None = None
        self._bins = Bins(self._folder)

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
            for found in self._bins.of(self.state()).values()
            for path, digest in found.records.items()
        }

    def read(self, path: str) -> bytes:
        """Return the content of a record that the updates hold.

        Raises:
            PublicationError: they hold none of that path.
            RepositoryError: it is missing, or is not what was signed.
        """
        state = self.state()
        name = state.bins.get_role_for_target(path)
        digest = self._bins.of(state)[name].records.get(path)
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
            held = self._bins.of(draft.state)
            gate.check(
                additions,
                withdrawn,
                held=(found.records.keys() for found in held.values()),
                standing=standing,
            )
            news = put_news(draft, additions, withdrawn, held, at)
            if not news:
                return Published(self._sequence(), {})
            sequence = extend_list(draft, news, at)
            return Published(sequence, draft.put(at), tuple(one.path for one in news))

    def refresh(self, at: datetime) -> Published:
        """Sign anew what has under half of its time left; do nothing where nothing has.

        Raises:
            PublicationError: a key that has to sign is missing.
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing() as draft:
            versions = refreshing.sign_anew(draft, self._bins.of(draft.state), at)
            return Published(self._sequence(), versions)

    def sweep(self, at: datetime, kept: timedelta = KEPT) -> int:
        """Remove files that are not current and have not been for `kept`; return how many.

        Raises:
            RepositoryError: the folder cannot be used, or is not what was signed.
        """
        with self._writing() as draft:
            return refreshing.sweep(draft, self._bins.of(draft.state), at - kept)

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
                draft.redelegate(read_targets(targets, "the targets document").signed)
            if draft.root is None and targets is None and not state.behind:
                return Published(self._sequence(), {})
            draft.require_fit(targets)
            if targets is not None:
                self._folder.write_metadata("targets", state.targets.version, targets, at)
            return Published(self._sequence(), draft.put(at))

    @contextmanager
    def _writing(self, *, adopting: bool = False) -> Iterator[Draft]:
        """Let nobody else write; what was drafted and not written is forgotten."""
        with self._folder.locked():
            try:
                draft = Draft(self._folder, self._signers, self.state())
                if draft.state.behind and not adopting:
                    draft.require_fit(None)
                yield draft
                if draft.written:
                    self._raw = draft.written
                    self._bins.keep(draft.bins)
            except OSError as error:
                self._state = None
                raise RepositoryError(
                    f"{error.filename or self._folder.path} cannot be written: {error.strerror};"
                    " nothing was published"
                ) from error
            except BaseException:
                self._state = None
                raise

    def _sequence(self) -> int:
        state = self._state or self.state()
        return read_list(self._folder, state)[0].sequence


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
    signers = {signer.public_key.keyid: signer for signer in online_keys}
    roots = [root] if isinstance(root, bytes) else list(root)
    begin(UpdateFolder(folder), roots, targets, signers, at, bits=bits)
    return Publisher.open(folder, online_keys)
