"""Whoever can write to the tables, and has no key, is found, and where they began is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from tests.desks.ledger.ledgers import (
    ATTACKS,
    CASE,
    STRANGERS_KEY,
    add,
    checkpoint,
    forge,
    published,
    recompute,
    set_back,
    show_entries,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.ledger.models import Checkpoint, Entry, Hash, Head
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.ledger.services.faults import HEAD, HISTORY, TEXTS, Fault
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.verifying import verify
from tidegate.engines.transparency import NoteSigner, TransparencyError, verify_ledger
from tidegate.engines.transparency.verdicts import Place

SIZE = 12

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(db: None) -> None:
    add(SIZE)


@pytest.fixture
def followed(db: None, tmp_path: Path) -> Path:
    """Give a ledger that was published at 4, at 8 and at 12 entries; return the folder."""
    for _ in range(3):
        add(4)
        published(tmp_path / "log")
    return tmp_path / "log"


def first(**more) -> Fault:
    found = verify(OWNER, **more).faults
    assert found, "nothing was found"
    assert all(fault.mend for fault in found)
    return found[0]


def sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return what the verifier says that shares no code with the ledger."""
    status = verify_ledger.main([str(folder), "--key", str(log_key())])
    return status, capsys.readouterr().out


def test_a_sound_ledger_is_sound(followed: Path, capsys: pytest.CaptureFixture[str]):
    told: list[tuple[int, int]] = []
    found = verify(
        OWNER, folder=followed, earlier=checkpoint(), tell=lambda *done: told.append(done)
    )
    assert (found.faults, found.size, found.checkpoints) == ((), SIZE, 6)
    assert told[-1] == (24, 24)
    assert sentence(followed, capsys)[0] == 0


def test_an_empty_ledger_is_sound(db: None):
    assert verify(OWNER).faults == ()


def test_only_who_runs_the_instance_has_it_verified(ledger: None):
    with pytest.raises(NotFoundError):
        verify(NOBODY)


# Somebody changes the entries and nothing else.


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("index", [0, 5, 10])
def test_the_first_wrong_entry_is_named(
    ledger: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    attack: Callable[[int], None],
    index: int,
):
    published(tmp_path / "log")
    attack(index)
    fault = first()
    assert (fault.first, fault.last, fault.place) == (index, index, str(Place.TABLE))
    assert f"entry {index} " in fault.what
    show_entries(tmp_path / "log")
    status, said = sentence(tmp_path / "log", capsys)
    assert (status, re.findall(r"entry (\d+)", said)[:1]) == (1, [str(index)])


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_entries_that_are_wrong_are_not_published(
    ledger: None, tmp_path: Path, attack: Callable[[int], None]
):
    attack(5)
    with pytest.raises((TransparencyError, NotPossibleError), match="tidegate ledger verify"):
        published(tmp_path)
    assert not (tmp_path / "checkpoint").exists()


def test_an_entry_that_nobody_signed_is_found(ledger: None):
    forge(SIZE, "appended by hand")
    assert (first().first, first().place) == (SIZE, str(Place.TABLE))


class AnyAttack(HypothesisTestCase):
    @settings(max_examples=12, deadline=None)
    @given(st.data())
    def test_anywhere_in_a_ledger_of_any_size_it_is_the_first_wrong_one(self, data):
        size = data.draw(st.integers(2, 20))
        index = data.draw(st.integers(0, size - 2))
        add(size)
        ATTACKS[data.draw(st.sampled_from(sorted(ATTACKS)))](index)
        fault = first()
        assert (fault.first, fault.last) == (index, index)


# Somebody changes what belongs to an entry and is not its leaf.


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "{}"),
        ("text", f'{{"actor":"tidegate","case":"{CASE}"}}'),
        ("salt", b"0" * 32),
        ("salt", b""),
        ("actor", "somebody else"),
        ("person", "P-00000-00001"),
        ("case", "C-00000-00002"),
        ("organisation", "O-00000-00001"),
        ("kind", "merge"),
        ("at", "2026-11-26T12:05:00.000001Z"),
    ],
)
def test_a_text_a_salt_and_each_column_are_held_to_the_leaf(ledger: None, column: str, value):
    Entry.objects.filter(index=5).update(**{column: value})
    fault = first()
    assert (fault.first, fault.last, fault.place) == (5, 5, TEXTS)


def test_a_number_that_leaves_a_gap_is_found(ledger: None):
    Entry.objects.filter(index=SIZE - 1).update(index=SIZE + 7)
    assert (first().first, first().place) == (SIZE - 1, TEXTS)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere a column holds its type")
def test_a_row_that_cannot_be_read_is_no_way_out(ledger: None):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET leaf = 'no bytes' WHERE \"index\" = 5")
    assert "cannot be read" in first().what


# Somebody changes the hashes, the head or the history.


def test_a_changed_hash_is_found(ledger: None):
    Hash.objects.filter(level=1, index=2).update(value=b"0" * 32)
    assert (first().first, first().last, first().place) == (4, 5, str(Place.HASHES))
    assert "tidegate ledger rebuild" in first().mend


def test_a_missing_hash_is_found(ledger: None):
    Hash.objects.filter(level=0, index=5).delete()
    assert (first().first, first().place) == (5, str(Place.HASHES))


def test_a_hash_of_an_entry_to_come_is_found(ledger: None):
    Hash.objects.create(level=2, index=3, value=b"0" * 32)
    assert (first().first, first().place) == (SIZE, str(Place.HASHES))


@pytest.mark.parametrize("changed", [{"size": 11}, {"root": b"0" * 32}, {"root": b""}])
def test_a_head_that_says_something_else_than_was_signed_is_found(ledger: None, changed):
    Head.objects.update(**changed)
    assert first().place == HEAD
    _is_not_appended()


@pytest.mark.parametrize("note", ["", "no note", "example.org/x\n12\nAAAA\n\n\u2014 x AAAAAAAA\n"])
def test_a_head_that_nobody_signed_is_found(followed: Path, note: str):
    add()
    Head.objects.update(note=note)
    assert (first().first, first().place) == (SIZE, HEAD)
    _is_not_appended()


def test_a_head_that_is_gone_is_found(ledger: None):
    Head.objects.all().delete()
    assert first().first == 0


def test_a_changed_checkpoint_of_the_history_is_found(followed: Path):
    row = Checkpoint.objects.get(size=8)
    Checkpoint.objects.filter(size=8).update(note=row.note.replace("\n8\n", "\n7\n"))
    assert (first().first, first().place) == (4, HISTORY)


def _is_not_appended() -> None:
    size = Entry.objects.count()
    with pytest.raises(TransparencyError, match="tidegate ledger verify"):
        add()
    assert Entry.objects.count() == size


# Somebody makes everything in the database fit again, and has all but the key.


def test_who_recomputes_everything_without_the_key_is_found_by_the_signature(ledger: None):
    forge(5, "something else")
    recompute()
    fault = first()
    assert (fault.first, fault.last, fault.place) == (0, SIZE - 1, HEAD)
    _is_not_appended()


def test_what_was_published_narrows_where_they_began(followed: Path):
    forge(5, "something else")
    recompute()
    found = [fault for fault in verify(OWNER).faults if fault.place == str(Place.TABLE)]
    assert [(fault.first, fault.last) for fault in found] == [(4, 7)]


def test_a_published_folder_names_the_very_entry(followed: Path):
    forge(5, "something else")
    recompute()
    found = verify(OWNER, folder=followed).faults
    assert (found[0].first, found[0].last, found[0].place) == (5, 5, str(Place.TABLE))


def test_a_checkpoint_that_was_kept_shows_it(ledger: None):
    kept = checkpoint()
    forge(5, "something else")
    recompute()
    Head.objects.all().delete()
    fault = first(earlier=kept)
    assert (fault.first, fault.last, fault.place) == (0, SIZE - 1, str(Place.TABLE))


def test_who_sets_everything_back_is_shown_by_a_checkpoint_that_was_kept(followed: Path):
    kept = checkpoint()
    set_back(8)
    assert verify(OWNER).faults == (), "nothing in the database tells of it"
    assert (first(earlier=kept).first, first(earlier=kept).last) == (8, 8)
    assert first(folder=followed).first == 8
    add(1)
    with pytest.raises(NotPossibleError, match="does not extend"):
        published(followed)


def test_a_key_that_was_kept_shows_that_another_one_signs(ledger: None):
    assert verify(OWNER, keys=[log_key()]).faults == ()
    another = NoteSigner(log_key().name, STRANGERS_KEY).key
    assert first(keys=[another]).place == HEAD


def test_the_checkpoint_of_another_log_is_not_compared_with(ledger: None):
    with pytest.raises(NotPossibleError, match="not one of this ledger"):
        verify(OWNER, earlier="example.org/other\n1\nAAAA\n\n\u2014 x AAAAAAAA\n".encode())


# Somebody changes what was published.


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("tile/0/000.p/12", Place.TILES),
        ("tile/entries/000.p/12", Place.BUNDLES),
        ("checkpoint", None),
    ],
)
@pytest.mark.parametrize("change", ["flip", "remove", "truncate"])
def test_a_changed_file_is_found(
    followed: Path, capsys: pytest.CaptureFixture[str], name: str, place: Place | None, change: str
):
    path = followed / name
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    if change == "remove":
        path.unlink()
    else:
        path.write_bytes(content if change == "flip" else content[:middle])
    fault = first(folder=followed)
    assert fault.place == (str(place) if place else str(path))
    assert "tidegate ledger publish" in fault.mend
    assert sentence(followed, capsys)[0] != 0
    (followed / "checkpoint").unlink(missing_ok=True)
    published(followed)
    assert verify(OWNER, folder=followed).faults == ()
    assert sentence(followed, capsys)[0] == 0


def test_a_folder_that_lags_behind_is_sound(followed: Path):
    add(3)
    assert verify(OWNER, folder=followed).faults == ()
