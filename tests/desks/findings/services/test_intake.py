"""Documents come in: kept byte for byte, each record accepted, recognised or refused."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.findings.makers import START, make_finder
from tests.desks.findings.services.handing_in import hand_in, lines, proof, record
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import (
    Delivery,
    DeliveryPiece,
    Finding,
    Outbox,
    RefusedRecord,
)
from tidegate.desks.findings.models.deliveries import PIECE_BYTES
from tidegate.desks.findings.queries.finding_detail import get_record
from tidegate.desks.findings.services import intake
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.storing import open_document

pytestmark = pytest.mark.django_db


def counts(delivery: Delivery) -> tuple[int, int, int]:
    return delivery.accepted, delivery.repeated, delivery.refused


def test_good_records_go_in_and_each_bad_one_says_its_line_its_field_and_the_mend():
    wrong = record(2, target={"purl": "minimist"})
    delivery = hand_in(lines(record(1), wrong, record(3)) + b"{]\n")
    assert counts(delivery) == (2, 0, 2)
    first, second = RefusedRecord.objects.order_by("number")
    assert (first.line, first.field) == (2, "target.purl")
    assert "is not a package URL; write pkg:npm/minimist@1.2.0" in first.reason
    assert second.line == 4
    assert "not JSON at column 2" in second.reason


def test_the_same_document_twice_changes_nothing():
    content = lines(record(1, **proof("x")), {"bad": 1})
    first = hand_in(content)
    tables = (Delivery, DeliveryPiece, Finding, RefusedRecord, Outbox)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    assert hand_in(content, name="again.jsonl").pk == first.pk
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_the_same_record_in_another_document_is_recognised():
    hand_in(lines(record(1)))
    assert counts(hand_in(lines(record(1), record(2)))) == (1, 1, 0)
    reordered = b'{"effect":"prototype-pollution","id":"lab-1",' + json.dumps(
        {k: v for k, v in record(1).items() if k not in ("effect", "id")}
    ).encode().removeprefix(b"{")
    assert counts(hand_in(reordered + b"\n")) == (0, 1, 0)


def test_only_what_has_a_proof_is_promised_to_be_run():
    hand_in(lines(record(1), record(2, **proof("x"))))
    unproven, waiting = Finding.objects.order_by("pk")
    assert (unproven.stage, waiting.stage) == ("unproven", "waiting")
    promised = Outbox.objects.filter(topic=Outbox.Topic.REPRODUCE)
    assert [row.subject for row in promised] == [waiting.key]


def test_a_document_is_kept_byte_for_byte():
    made = random.Random(7)
    noise = made.randbytes(2 * PIECE_BYTES + 17)
    delivery = hand_in(noise, name="noise.bin")
    with open_document(delivery) as stream:
        assert stream.read() == noise
        stream.seek(PIECE_BYTES - 3)
        assert stream.read(7) == noise[PIECE_BYTES - 3 :][:7]
    assert delivery.size == len(noise)
    assert counts(delivery) == (0, 0, 1)


def test_a_compressed_document_is_kept_as_it_came_and_read():
    packed = gzip.compress(lines(record(1)))
    delivery = hand_in(packed, name="findings.jsonl.gz")
    assert counts(delivery) == (1, 0, 0)
    with open_document(delivery) as stream:
        assert stream.read() == packed


def test_a_bomb_is_refused_and_what_came_before_it_stands():
    bomb = gzip.compress(lines(record(1)) + b" " * (200 << 20))
    assert len(bomb) < 1 << 20
    delivery = hand_in(bomb, name="bomb.gz")
    assert counts(delivery) == (1, 0, 1)


def test_a_stream_that_breaks_leaves_nothing():
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) or self.die()

        def die(self) -> bytes:
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="the line went dead"):
        intake.receive(OWNER, Broken(lines(record(1))), name="x", finder="Lab A", channel="api")
    assert not Delivery.objects.exists()
    assert not DeliveryPiece.objects.exists()
    assert not Finding.objects.exists()


def test_what_was_stored_and_not_read_is_read_by_whoever_comes_next(monkeypatch):
    content = lines(*(record(n) for n in range(1200)))
    taken = intake._take_in
    batches: list[int] = []

    def dies_after_one(*given_: Any) -> None:
        if batches:
            raise KeyboardInterrupt
        batches.append(1)
        taken(*given_)

    monkeypatch.setattr(intake, "_take_in", dies_after_one)
    with pytest.raises(KeyboardInterrupt):
        hand_in(content, clock=lambda: START)
    monkeypatch.setattr(intake, "_take_in", taken)
    delivery = Delivery.objects.get()
    assert delivery.state == "stored"
    assert Finding.objects.count() == 500
    assert intake.unread(lambda: START + timedelta(seconds=59)) == []
    assert intake.unread(lambda: START + timedelta(seconds=61)) == [delivery]
    intake.read(delivery)
    delivery.refresh_from_db()
    assert (delivery.state, *counts(delivery)) == ("read", 1200, 0, 0)


def test_what_never_came_whole_is_swept_away_after_a_day():
    lost = Delivery.objects.create(
        finder=make_finder("Lab A"), channel="api", name="x", received_at=START, alive_at=START
    )
    DeliveryPiece.objects.create(delivery=lost, number=0, content=b"half")
    assert intake.sweep(lambda: START + timedelta(hours=23)) == 0
    assert intake.sweep(lambda: START + timedelta(hours=25)) == 1
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 201])
def test_nobody_to_credit_is_told_before_anything_is_kept(name):
    with pytest.raises(NotPossibleError, match="name whom to credit"):
        hand_in(lines(record(1)), name)
    assert not Delivery.objects.exists()


def test_a_target_that_is_none_is_told_before_anything_is_kept():
    with pytest.raises(NotPossibleError, match="target 'minimist' is not a package URL"):
        hand_in(lines(record(1)), target="minimist")
    assert not Delivery.objects.exists()


def test_a_nul_in_a_text_is_kept_in_the_record_and_shown_as_what_it_is():
    raw = lines(record(1, title="a\0b", description="\0"))
    hand_in(raw)
    finding = Finding.objects.get()
    assert finding.title == "a\N{REPLACEMENT CHARACTER}b"
    assert get_record(OWNER, finding.key) == raw.strip()


def shape(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without values and the names of savepoints."""
    return [re.sub(r"s\d+_x\d+|'[^']*'|\d+", "?", query["sql"]) for query in queries]


def test_a_match_with_another_finder_costs_no_query_more():
    """What can be measured from outside must not tell whether somebody else was first."""
    hand_in(lines(record(1, **proof("mine"))), "Lab A")
    hand_in(lines(record(99, **proof("warm up"))), "Lab B")
    with CaptureQueriesContext(connection) as new:
        alone = hand_in(lines(record(2, **proof("new"))), "Lab B")
    with CaptureQueriesContext(connection) as known:
        matched = hand_in(lines(record(3, **proof("mine"))), "Lab B")
    assert counts(alone) == counts(matched)
    assert shape(new) == shape(known)


class AnySplit(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.integers(0, 12), min_size=1, max_size=25),
        st.integers(1, 4),
    )
    def test_however_records_are_spread_over_documents_each_is_kept_once(self, numbers, parts):
        size = -(-len(numbers) // parts)
        for at in range(0, len(numbers), size):
            hand_in(lines(*(record(n) for n in numbers[at : at + size])))
        found = Finding.objects.values_list("reference", flat=True)
        assert sorted(found) == sorted({f"lab-{n}" for n in numbers})


def test_the_mend_that_a_refusal_names_can_be_followed_with_the_same_document():
    mantis = lines({"id": "m-1", "title": "t", "description": "d", "code_paths": ["a.js:1"]})
    first = hand_in(mantis, name="m.json")
    assert counts(first) == (0, 0, 1)
    again = hand_in(mantis, name="m.json", target="pkg:npm/minimist@1.2.0")
    assert counts(again) == (1, 0, 0)
    assert hand_in(mantis, name="m.json", target="pkg:npm/minimist@1.2.0").pk == again.pk


def test_a_document_whose_reading_fails_again_and_again_is_given_up_with_the_reason(monkeypatch):
    def fails(*_: Any, **__: Any) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(intake, "read_reports", fails)
    with pytest.raises(MemoryError):
        hand_in(lines(record(1)), clock=lambda: START)
    delivery = Delivery.objects.get()
    for _ in range(3):
        intake.read_again(delivery, clock=lambda: START)
    assert (delivery.state, delivery.readings) == ("unreadable", 3)
    assert delivery.reason == "MemoryError: too much"
    assert intake.all_read()
