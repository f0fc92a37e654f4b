"""What was published is what clients get, and nothing else; python-tuf's own client judges."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tuf.api.exceptions import ExpiredMetadataError

from tests.engines.updates.repositories import AT, Client, House
from tidegate.engines.updates.changes import (
    LATEST_PATH,
    Change,
    What,
    read_latest,
    read_segment,
    wanted,
)
from tidegate.engines.updates.errors import (
    CeremonyError,
    PublicationError,
    RepositoryError,
    VanishedError,
)
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher, create

ONE = "advisories/TG-2026-k3m9q2x4.json"
FIX = "fixes/TG-2026-k3m9q2x4/a.diff"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be flushed: no machine is switched off here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.build(tmp_path / "updates")


@pytest.fixture
def publisher(house: House) -> Publisher:
    return house.create()


def publish(publisher: Publisher, *paths: str, content: bytes = b"one", **more: Any) -> Any:
    standing = {*publisher.holds(), *paths}
    additions = [Addition(path, content) for path in paths]
    said: dict[str, Any] = {"standing": standing, "at": AT}
    return publisher.publish(additions, **(said | more))


def read_list(client: Client, folder: Path) -> list[Change]:
    updater = client.pull(folder, AT)

    def fetch(path: str) -> bytes:
        info = updater.get_targetinfo(path)
        assert info is not None, path
        return Path(updater.download_target(info)).read_bytes()

    latest = read_latest(fetch(LATEST_PATH))
    return [
        change
        for number in wanted(0, latest)
        for change in read_segment(fetch(f"changes/{number:06}.json"), number, latest)
    ]


def test_a_client_gets_what_was_published_revised_and_withdrawn(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    client = Client.of(house, tmp_path / "client")
    folder = house.folder
    assert publish(publisher, ONE, FIX).sequence == 2
    assert client.fetch(folder, AT, ONE) == b"one"
    assert publish(publisher, ONE, content=b"two").changed == (ONE,)
    assert client.fetch(folder, AT, ONE) == b"two"
    done = publish(publisher, ONE, content=b"gone", withdrawn={ONE, FIX})
    assert (done.sequence, done.changed) == (5, (ONE, FIX))
    assert client.fetch(folder, AT, ONE) == b"gone"
    assert client.fetch(folder, AT, FIX) is None
    assert [(one.path, one.what) for one in read_list(client, folder)] == [
        (ONE, What.PUBLISHED),
        (FIX, What.PUBLISHED),
        (ONE, What.REVISED),
        (ONE, What.WITHDRAWN),
        (FIX, What.WITHDRAWN),
    ]
    assert publisher.holds() == {ONE: hashlib.sha256(b"gone").hexdigest()}


def test_doing_it_again_is_no_news(publisher: Publisher) -> None:
    publish(publisher, ONE, FIX)
    publish(publisher, withdrawn={FIX})
    for gone in (set[str](), {FIX}, {FIX, ONE}):
        done = publish(publisher, ONE, withdrawn=gone)
        assert (done.sequence, done.versions) == (3, {})


def test_only_what_is_touched_is_written(house: House, publisher: Publisher) -> None:
    publish(publisher, ONE, FIX)
    before = {path.name for path in (house.folder / "metadata").iterdir()}
    done = publish(publisher, ONE, content=b"two")
    new = {path.name for path in (house.folder / "metadata").iterdir()} - before
    (touched,) = [name for name in done.versions if name.startswith("bin-")]
    assert set(done.versions) == {touched, "changes", "snapshot", "timestamp"}
    assert new == {
        f"{done.versions[role]}.{role}.json" for role in (touched, "changes", "snapshot")
    }


def test_a_restricted_release_is_called_nothing_else(house: House, publisher: Publisher) -> None:
    path = "restricted/0123456789abcdef0123456789abcdef.age"
    publish(publisher, path)
    last = (house.folder / "targets/changes").glob("*.000001.json")
    assert any(b'"what":"restricted"' in file.read_bytes() for file in last)


def test_records_that_vanished_stop_everything_and_are_named(
    house: House, publisher: Publisher
) -> None:
    publish(publisher, ONE, FIX)
    before = (house.folder / "metadata/timestamp.json").read_bytes()
    with pytest.raises(VanishedError, match=FIX) as caught:
        publish(publisher, "advisories/TG-2026-22222222.json", standing={ONE})
    assert caught.value.paths == (FIX,)
    assert (house.folder / "metadata/timestamp.json").read_bytes() == before
    assert set(publisher.holds()) == {ONE, FIX}


def test_each_publisher_sees_what_another_one_wrote(house: House, publisher: Publisher) -> None:
    other = house.open()
    publish(other, ONE)
    publish(publisher, FIX)
    publish(other, ONE, content=b"two")
    assert publisher.holds() == other.holds() == house.open().holds()
    with pytest.raises(VanishedError, match=FIX):
        publish(other, standing={ONE})


def test_a_publisher_that_is_open_sees_that_the_folder_came_back_from_an_older_copy(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(house.folder, older)
    publish(publisher, ONE)
    shutil.rmtree(house.folder)
    older.rename(house.folder)
    # Another process gives another bin the version that this one has read before.
    publish(house.open(), ONE, content=b"two")
    assert publisher.holds() == house.open().holds()
    assert publisher.read(ONE) == b"two"


def test_two_at_once_are_one_after_the_other(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    paths = [f"advisories/TG-2026-{number:08}.json" for number in range(8)]
    everything = set(paths)

    def work(mine: list[str]) -> None:
        own = house.open()
        for path in mine:
            publish(own, path, standing=everything)

    threads = [threading.Thread(target=work, args=(paths[half::2],)) for half in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    changes = read_list(Client.of(house, tmp_path / "client"), house.folder)
    assert sorted(one.path for one in changes) == paths


def test_a_full_part_of_the_list_stays_and_clients_read_on(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    paths = [f"advisories/TG-2026-{number:08}.json" for number in range(129)]
    for first, last in ((0, 31), (31, 32), (32, 33), (33, 128), (128, 129)):
        publish(publisher, *paths[first:last])
        changes = read_list(Client.of(house, tmp_path / f"client-{last}"), house.folder)
        assert [one.path for one in changes] == paths[:last]
    assert set(publisher.state().changes.targets) == {LATEST_PATH, "changes/000005.json"}


def test_what_runs_out_is_signed_anew_in_time_and_nothing_before(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    client = Client.of(house, tmp_path / "client")
    publish(publisher, ONE)
    assert publisher.refresh(AT + timedelta(hours=11)).versions == {}
    assert set(publisher.refresh(AT + timedelta(hours=13)).versions) == {"timestamp"}
    assert set(publisher.refresh(AT + 4 * DAY).versions) == {"snapshot", "timestamp"}
    assert client.fetch(house.folder, AT + 4.9 * DAY, ONE) == b"one"
    with pytest.raises(ExpiredMetadataError):
        client.fetch(house.folder, AT + 5.1 * DAY, ONE)
    everything = {"changes", "records", "snapshot", "timestamp"} | {f"bin-{n}" for n in range(8)}
    assert set(publisher.refresh(AT + 190 * DAY).versions) == everything
    assert client.fetch(house.folder, AT + 190 * DAY, ONE) == b"one"


def test_files_that_nobody_reads_any_more_go_after_a_while(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    publish(publisher, ONE, FIX, at=AT - 100 * DAY)
    publish(publisher, ONE, content=b"two")
    publish(publisher, withdrawn={FIX})
    (house.folder / "metadata/.0000.partial").write_bytes(b"half")
    os.utime(house.folder / "metadata/.0000.partial", (0, 0))
    files = len([*house.folder.rglob("*.*")])
    # What was old when it ended stays: somebody may have begun to read just then.
    assert publisher.sweep(AT + 13 * DAY) <= 10
    assert [*(house.folder / "targets/fixes").rglob("*.a.diff")]
    assert publisher.sweep(AT + 15 * DAY) > 0
    assert not [*(house.folder / "targets/fixes").rglob("*.a.diff")]
    assert len([*house.folder.rglob("*.*")]) < files
    publisher.refresh(AT + DAY)
    assert Client.of(house, tmp_path / "client").fetch(house.folder, AT + DAY, ONE) == b"two"
    assert publisher.sweep(AT + 15 * DAY) == 0
    assert (house.folder / "metadata/1.root.json").is_file()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: next(folder.glob("metadata/*.snapshot.json")).write_bytes(b"{}"),
        lambda folder: next(folder.glob("metadata/2.bin-*.json")).unlink(),
        lambda folder: _replace(next(folder.glob("metadata/2.bin-*.json")), b":3}", b":4}"),
        lambda folder: _replace(folder / "metadata/timestamp.json", b'"version":2', b'"version":9'),
        lambda folder: _replace(next(folder.glob("targets/changes/*.000001.json")), b"T", b"X"),
    ],
)
def test_nothing_is_signed_on_top_of_what_somebody_else_changed(
    house: House, publisher: Publisher, spoil: Callable[[Path], Any]
) -> None:
    publish(publisher, "advisories/one.json")
    for old in house.folder.glob("metadata/1.snapshot.json"):
        old.unlink()
    spoil(house.folder)
    with pytest.raises(RepositoryError, match=r"[Cc]opy the folder back"):
        publish(house.open(), ONE, standing={"advisories/one.json", ONE})


def _replace(path: Path, old: bytes, new: bytes) -> None:
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new))


def test_a_key_that_is_not_here_is_named(house: House, publisher: Publisher) -> None:
    poor = Publisher.open(house.folder, house.signers[:2])
    with pytest.raises(PublicationError, match=r"is signed by the key \w+ \(.*not here"):
        publish(poor, ONE)
    assert publisher.holds() == {}


def test_a_full_disk_publishes_nothing_and_the_next_time_works(
    house: House, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tidegate.engines.updates import folders

    def full(path: Path, content: bytes, *, mode: int) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(folders, "write_new", full)
        with pytest.raises(RepositoryError, match="No space left on device"):
            publish(publisher, ONE)
    assert publisher.holds() == {}
    assert publish(publisher, ONE).sequence == 1


def test_updates_are_made_once_and_only_of_documents_that_fit(
    house: House, publisher: Publisher, tmp_path: Path
) -> None:
    with pytest.raises(RepositoryError, match="holds updates already"):
        house.create()
    other = House.build(tmp_path / "other")
    for root, targets, signers in (
        (house.roots[0], other.targets, other.signers),
        (other.roots[0], other.targets, house.signers),
    ):
        with pytest.raises((CeremonyError, PublicationError)):
            create(other.folder, root.to_bytes(), targets.to_bytes(), signers, AT)
    with pytest.raises(CeremonyError, match="no root that counts"):
        other.create(AT + 366 * DAY)
    with pytest.raises(RepositoryError, match="holds no updates yet"):
        other.open()


class Publishing(RuleBasedStateMachine):
    """Whatever is published in whatever order: what is held is what a simple model holds."""

    paths = st.sampled_from([f"restricted/{letter}.age" for letter in "abcd"])

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.place = tempfile.TemporaryDirectory()
        self.house = House.build(Path(self.place.name) / "updates")
        self.publisher = self.house.create()
        self.model: dict[str, bytes] = {}
        self.lines = 0

    @rule(paths=st.sets(paths), gone=st.sets(paths), content=st.binary(max_size=1))
    def publish(self, paths: set[str], gone: set[str], content: bytes) -> None:
        coming = dict.fromkeys(paths, content)
        self.lines += sum(self.model.get(path) != one for path, one in coming.items())
        self.lines += len((gone - paths) & set(self.model))
        additions = [Addition(path, one) for path, one in coming.items()]
        done = self.publisher.publish(
            additions, standing=set(self.model) | paths, at=AT, withdrawn=gone
        )
        self.model = {p: one for p, one in (self.model | coming).items() if p not in gone - paths}
        assert done.sequence == self.lines

    @rule()
    def begin_again(self) -> None:
        self.publisher = self.house.open()

    @rule(path=paths)
    def forget_one(self, path: str) -> None:
        if path in self.model:
            with pytest.raises(VanishedError, match=path):
                self.publisher.publish([], standing=set(self.model) - {path}, at=AT)

    @rule()
    def sweep(self) -> None:
        self.publisher.sweep(AT, timedelta(-1))

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        said = {path: hashlib.sha256(one).hexdigest() for path, one in self.model.items()}
        assert self.publisher.holds() == said

    def teardown(self) -> None:
        client = Client.of(self.house, Path(self.place.name) / "client")
        for path, content in self.model.items():
            assert client.fetch(self.house.folder, AT, path) == content
        self.place.cleanup()


Publishing.TestCase.settings = settings(max_examples=8, stateful_step_count=8, deadline=None)
test_what_is_held_is_what_was_published = Publishing.TestCase
