"""A copy of the updates for a stick: whole and verified, or none at all."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engines.updates.repositories import AT, Client, House
from tidegate.engines.updates import carrying
from tidegate.engines.updates.carrying import Carried, copy_to_folder, copy_to_tar
from tidegate.engines.updates.errors import RepositoryError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.states import read_target

ONE, FIX = "advisories/TG-2026-k3m9q2x4.json", "fixes/TG-2026-k3m9q2x4/a.diff"
MANY = {f"advisories/TG-2026-{number:08}.json" for number in range(40)}
Copy = Callable[[UpdateFolder, Path], Carried]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be flushed: no machine is switched off here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "sync", lambda: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return updates with a full part of the list, two roots, and files that are not current."""
    made = House.build(tmp_path / "home" / "updates")
    publisher = made.create()
    first = [Addition(path, path.encode()) for path in sorted(MANY)]
    publisher.publish(first, standing=MANY, at=AT)
    root, targets = made.exchange(*Online)
    made.open().adopt(AT, root=root, targets=targets)
    for content in (b"one", b"two"):
        more = [Addition(ONE, content), Addition(FIX, b"--- a")]
        made.open().publish(more, standing={ONE, FIX, *MANY}, at=AT)
    return made


def updates(house: House) -> UpdateFolder:
    return UpdateFolder(house.folder)


def nothing_beside(place: Path) -> bool:
    return not list(place.parent.glob(f".{place.name}*"))


def test_a_client_follows_the_copy_as_it_would_the_updates(house: House, tmp_path: Path) -> None:
    place = tmp_path / "stick" / "updates"
    place.parent.mkdir()
    carried = copy_to_folder(updates(house), place)
    client = Client.of(house, tmp_path / "client")
    held = house.open().holds()
    for path in (ONE, FIX, *sorted(MANY)[:3]):
        assert client.fetch(place, AT, path) == house.open().read(path)
    files = [one for one in place.rglob("*") if one.is_file()]
    assert (carried.files, carried.size) == (len(files), sum(one.stat().st_size for one in files))
    assert carried.expires == AT + timedelta(days=1)
    # Nothing is missing, and nothing of before is carried along.
    assert nothing_beside(place)
    there = Publisher.open(place, house.signers)
    assert there.holds() == held
    assert there.sweep(AT + timedelta(days=99)) == 0


def test_an_archive_holds_the_same_and_is_always_the_same(house: House, tmp_path: Path) -> None:
    copy_to_folder(updates(house), tmp_path / "folder")
    one, two = tmp_path / "one.tar", tmp_path / "two.tar"
    assert copy_to_tar(updates(house), one) == copy_to_tar(updates(house), two)
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert names[-1] == "updates/metadata/timestamp.json"
    unpacked = tmp_path / "unpacked" / "updates"
    assert _files(unpacked) == _files(tmp_path / "folder")


def _files(folder: Path) -> dict[str, bytes]:
    found = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


@pytest.mark.parametrize("copy", [copy_to_folder, copy_to_tar])
def test_what_was_not_signed_is_not_carried(house: House, tmp_path: Path, copy: Copy) -> None:
    (served,) = house.folder.glob("targets/fixes/*/*.a.diff")
    served.write_bytes(b"--- b")
    with pytest.raises(RepositoryError, match="is not what was signed"):
        copy(updates(house), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert nothing_beside(tmp_path / "copy")


@pytest.mark.parametrize("copy", [copy_to_folder, copy_to_tar])
def test_a_full_stick_holds_no_half_of_a_copy(
    house: House, tmp_path: Path, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [20]

    def fails(*given: Any) -> bytes:
        left[0] -= 1
        if not left[0]:
            raise OSError(28, "No space left on device")
        return read_target(*given)

    monkeypatch.setattr(carrying, "read_target", fails)
    with pytest.raises(RepositoryError, match=r"No space left.*nothing was copied"):
        copy(updates(house), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert nothing_beside(tmp_path / "copy")


@pytest.mark.parametrize("copy", [copy_to_folder, copy_to_tar])
def test_nothing_that_is_there_is_written_over(house: House, tmp_path: Path, copy: Copy) -> None:
    place = tmp_path / "copy"
    place.mkdir()
    (place / "mine").write_text("mine")
    with pytest.raises(RepositoryError, match="is there already"):
        copy(updates(house), place)
    assert [one.name for one in place.iterdir()] == ["mine"]
    shutil.rmtree(place)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RepositoryError, match="is there already"):
        copy(updates(house), place)


def test_what_is_published_meanwhile_takes_nothing_away(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_first = [True]

    def publishes(*given: Any) -> bytes:
        if is_first and is_first.pop():
            later = [Addition(ONE, b"three")]
            house.open().publish(later, standing={ONE, FIX, *MANY}, at=AT)
        return read_target(*given)

    monkeypatch.setattr(carrying, "read_target", publishes)
    copy_to_folder(updates(house), tmp_path / "copy")
    assert house.open().read(ONE) == b"three"
    assert Client.of(house, tmp_path / "client").fetch(tmp_path / "copy", AT, ONE) == b"two"


def test_there_has_to_be_something_to_carry(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="no updates yet"):
        copy_to_folder(UpdateFolder(tmp_path / "updates"), tmp_path / "copy")
