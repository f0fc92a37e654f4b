"""An entry stands and falls with what it tells of, and nothing unsigned is gone on from."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from tests.desks.ledger.ledgers import SECRET, START, add, checkpoint, later
from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.ledger.models import Entry, Hash, Head, Witness
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.ledger.services.appending import LONGEST_TEXT, append
from tidegate.desks.ledger.signals import appended
from tidegate.engines.transparency import leaf_hash, open_checkpoint, opens
from tidegate.engines.transparency.errors import BrokenTreeError, EntryError, KeyStringError

pytestmark = pytest.mark.django_db


def test_an_entry_and_its_change_are_kept_together_or_not_at_all():
    add(3)
    before = checkpoint()
    with pytest.raises(ZeroDivisionError):
        _change_that_fails()
    assert (Entry.objects.count(), Hash.objects.count(), checkpoint()) == (3, 4, before)
    assert not Witness.objects.exists()
    add(1)
    assert Entry.objects.count() == 4


def test_who_listens_is_told_and_can_still_take_it_back():
    heard: list[tuple[int, str]] = []

    def listen(*, entry: Entry, actor: Actor, **_: object) -> None:
        heard.append((entry.index, actor.name))
        if len(heard) == 2:
            raise ZeroDivisionError

    appended.connect(listen)
    try:
        add(1)
        with pytest.raises(ZeroDivisionError):
            add(1)
    finally:
        appended.disconnect(listen)
    assert heard == [(0, "tidegate"), (1, "tidegate")]
    assert Entry.objects.count() == Head.objects.get().size == 1


@transaction.atomic
def _change_that_fails() -> None:
    Witness.objects.create(name="w", key="w", since=START)
    append("witness-added", at=START, actor=HOUSE)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_no_entry():
    with pytest.raises(TransactionManagementError):
        append("case-state", at=START, actor=HOUSE)
    assert not Entry.objects.exists()


def test_the_head_is_signed_anew_with_each_entry():
    first = add(1)
    signed = open_checkpoint(checkpoint(), [log_key()]).head
    assert (signed.size, signed.root) == (1, leaf_hash(bytes(first.leaf)))
    add(1)
    assert open_checkpoint(checkpoint(), [log_key()]).head.size == 2


def test_the_log_shows_when_and_neither_what_nor_of_which_kind():
    leaf = json.loads(bytes(add(1).leaf))
    assert leaf == {
        "at": "2026-11-26T12:00:00.000000Z",
        "digest": leaf["digest"],
        "kind": "entry",
        "sequence": 0,
    }


def test_the_same_text_twice_gives_two_digests():
    one, other = add(1, note="the same"), add(1, note="the same")
    assert json.loads(bytes(one.leaf))["digest"] != json.loads(bytes(other.leaf))["digest"]


def test_a_text_opens_its_leaf_and_says_who_did_it():
    somebody = Actor("Ada", person=1, key="P-00000-00001")
    entry = add(1, actor=somebody, organisation="O-00000-00001", weight=1.5, names=["a", "ü\u0000"])
    entry.refresh_from_db()
    assert opens(bytes(entry.leaf), text=entry.text.encode(), salt=bytes(entry.salt))
    assert entry.said == {
        "kind": "case-state",
        "actor": "Ada",
        "person": "P-00000-00001",
        "case": entry.case,
        "organisation": "O-00000-00001",
        "note": f"{SECRET}, step 0",
        "weight": 1.5,
        "names": ["a", "ü\u0000"],
    }


def test_a_time_of_any_zone_is_kept_as_its_instant():
    there = timezone(timedelta(hours=9))
    with transaction.atomic():
        entry = append("case-state", at=datetime(2026, 11, 26, 21, tzinfo=there), actor=HOUSE)
    assert json.loads(bytes(entry.leaf))["at"] == "2026-11-26T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ({"number": 2**60}, "cannot be written as JSON"),
        ({"number": float("nan")}, "cannot be written as JSON"),
        ({"word": "\ud800"}, "cannot be written as JSON"),
        ({"word": "x" * LONGEST_TEXT}, "at most"),
        ({"person": "P-00000-00002"}, "is who did it"),
    ],
)
def test_what_cannot_be_an_entry_is_refused_and_nothing_is_kept(text, told: str):
    with pytest.raises(EntryError, match=told):
        add(1, **text)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("kind", ["Consent", "", "case state", "x" * 65])
def test_a_kind_is_a_word(kind: str):
    with pytest.raises(EntryError, match="kind"):
        add(1, kind=kind)


def test_hashes_that_were_changed_are_not_gone_on_from():
    add(3)
    Hash.objects.filter(level=1).update(value=b"0" * 32)
    with pytest.raises(BrokenTreeError):
        add(1)


def test_a_ledger_keeps_the_name_that_it_signed_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TIDEGATE_LEDGER_NAME", "clearinghouse.example/ledger")
    assert log_key().name == "clearinghouse.example/ledger"
    add(1)
    monkeypatch.setenv("TIDEGATE_LEDGER_NAME", "elsewhere.example/ledger")
    add(1)
    assert checkpoint().startswith(b"clearinghouse.example/ledger\n2\n")


def test_a_name_that_is_none_is_refused_before_anything_is_signed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TIDEGATE_LEDGER_NAME", "two words")
    with pytest.raises(KeyStringError, match="TIDEGATE_LEDGER_NAME"):
        add(1)
    assert not Head.objects.filter(size__gt=0).exists()


def test_a_ledger_without_a_name_is_called_by_its_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TIDEGATE_LEDGER_NAME", raising=False)
    add(1)
    assert log_key().name.startswith("tidegate.invalid/")
    assert later(0) == Head.objects.get().signed_at
