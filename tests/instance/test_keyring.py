"""The instance's keys are made once, are their owner's alone, and the old ones still unwrap."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidegate.engines.sealing import Key, SealError, key_id_of, new_key
from tidegate.instance.home import HomeError
from tidegate.instance.keyring import Keyring, KeyringError, key_folder, keyring, ledger_key

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECRET = Key(bytes(range(32)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(found))
    return found


def file_of(ring: Keyring, number: int = 1) -> Path:
    ring.newest()
    (found,) = ring.folder.glob(f"wrapping-{number}-*.json")
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_keys_lie_in_the_home_unless_another_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TIDEGATE_KEYS", raising=False)
    assert key_folder() == tmp_path / "home" / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "elsewhere"))
    assert keyring().folder == tmp_path / "elsewhere"


def test_the_first_key_is_made_at_its_first_use_for_its_owner_alone(folder: Path) -> None:
    assert keyring().generations() == []
    first = keyring().newest()
    assert first.number == 1
    assert Keyring(folder).newest() == first
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == {
        f"wrapping-1-{first.key_id}.json": 0o600,
        ".lock": 0o600,
    }


def test_the_newest_generation_wraps_and_every_older_one_unwraps(folder: Path) -> None:
    ring, wrapped = Keyring(folder), []
    for number in range(1, 4):
        wrapped.append(ring.wrap(SECRET, "delivery:D-1"))
        assert ring.newest().number == number
        assert wrapped[-1].by == ring.newest().key_id == key_id_of(wrapped[-1].content)
        assert ring.rotate(AT).made_at == AT
    assert len({one.by for one in wrapped}) == 3
    for one in wrapped:
        assert Keyring(folder).unwrap(one.content, "delivery:D-1") == SECRET


def test_a_generation_that_another_process_made_counts_at_once(folder: Path) -> None:
    ours, theirs = Keyring(folder), Keyring(folder)
    assert ours.newest() == theirs.newest()
    made = theirs.rotate(AT)
    assert ours.newest() == made
    theirs.rotate(AT)
    assert ours.unwrap(theirs.wrap(SECRET, "delivery:D-1").content, "delivery:D-1") == SECRET


def test_many_who_make_the_first_key_at_once_get_the_same_one(folder: Path) -> None:
    found, gate = [], threading.Barrier(12)

    def ask() -> None:
        gate.wait()
        found.append((Keyring(folder).newest(), ledger_key().private_bytes_raw()))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert len(list(folder.glob("wrapping-*"))) == 1
    assert not list(folder.glob("*.partial"))


def test_two_who_rotate_at_once_make_no_key_that_is_lost(folder: Path) -> None:
    Keyring(folder).newest()
    gate, made = threading.Barrier(8), []

    def rotate() -> None:
        ring = Keyring(folder)
        gate.wait()
        ring.rotate(AT)
        made.append(ring.wrap(SECRET, "delivery:D-1"))

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    generations = Keyring(folder).generations()
    assert [one.number for one in generations] == list(range(1, len(generations) + 1))
    for one in made:
        assert Keyring(folder).unwrap(one.content, "delivery:D-1") == SECRET


def test_a_missing_generation_is_one_error_that_names_the_key_the_thing_and_the_folder(
    folder: Path,
) -> None:
    ring = Keyring(folder)
    wrapped = ring.wrap(SECRET, "delivery:D-1")
    ring.rotate(AT)
    file_of(ring, 1).unlink()
    with pytest.raises(KeyringError) as caught:
        Keyring(folder).unwrap(wrapped.content, "delivery:D-1")
    for named in (wrapped.by, "delivery:D-1", str(folder)):
        assert named in str(caught.value)


def test_a_key_that_is_put_back_never_lies_on_one_that_was_made_meanwhile(
    folder: Path, tmp_path: Path
) -> None:
    wrapped = Keyring(folder).wrap(SECRET, "delivery:D-1")
    folder.rename(tmp_path / "backup")
    meanwhile = Keyring(folder).wrap(SECRET, "delivery:D-2")
    shutil.copytree(tmp_path / "backup", folder, dirs_exist_ok=True)
    ring = Keyring(folder)
    assert ring.unwrap(wrapped.content, "delivery:D-1") == SECRET
    assert ring.unwrap(meanwhile.content, "delivery:D-2") == SECRET
    assert ring.newest().number == 1
    assert ring.rotate(AT).number == 2


def test_a_key_that_was_wrapped_for_something_else_is_refused(folder: Path) -> None:
    wrapped = keyring().wrap(SECRET, "delivery:D-1")
    with pytest.raises(SealError, match="delivery:D-2"):
        keyring().unwrap(wrapped.content, "delivery:D-2")


def test_a_damaged_key_is_one_error_that_shows_nothing_of_it(folder: Path) -> None:
    path = file_of(Keyring(folder))
    good = json.loads(path.read_bytes())
    other = json.loads(path.read_bytes()) | {"generation": 2}
    changed = (
        other,
        good | {"key": base64.b64encode(bytes(32)).decode()},
        good | {"key": "AAAA"},
        good | {"made": 1},
    )
    broken = [json.dumps(one).encode() for one in changed]
    for raw in (b"", b"[]", b"{}", b"\xff", path.read_bytes()[:-20], *broken):
        path.write_bytes(raw)
        with pytest.raises(KeyringError, match=r"\.json is not the key that it was") as e:
            Keyring(folder).newest()
        assert good["key"] not in str(e.value)


def test_a_key_that_others_can_read_or_exchange_is_not_used(folder: Path) -> None:
    path = file_of(Keyring(folder))
    path.chmod(0o640)
    with pytest.raises(HomeError, match="can be read by others"):
        Keyring(folder).newest()
    path.chmod(0o600)
    folder.chmod(0o770)
    with pytest.raises(HomeError, match="can be changed by others"):
        Keyring(folder).newest()
    folder.chmod(0o700)
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    with pytest.raises(HomeError, match="cannot be read"):
        Keyring(folder).newest()


def test_what_is_no_generation_is_passed_over(folder: Path) -> None:
    newest = Keyring(folder).newest()
    kept = f"wrapping-2-{newest.key_id}.json"
    for name in (
        ".0a.partial",
        f"{kept}.old",
        f".{kept}",
        kept.replace("2", "02", 1),
        "wrapping-2",
    ):
        (folder / name).touch()
    assert Keyring(folder).generations() == [newest]


def test_the_ledgers_key_is_made_once_and_never_replaced(folder: Path) -> None:
    made = ledger_key().private_bytes_raw()
    keyring().rotate(AT)
    assert ledger_key().private_bytes_raw() == made
    path = folder / "ledger-key.pem"
    assert mode(path) == 0o600
    path.write_bytes(b"nonsense")
    with pytest.raises(KeyringError, match="ledger's key"):
        ledger_key()
    assert path.read_bytes() == b"nonsense"


def test_a_new_key_is_never_the_same(tmp_path: Path) -> None:
    assert Keyring(tmp_path / "a").newest() != Keyring(tmp_path / "b").newest()
    assert new_key() != new_key()
