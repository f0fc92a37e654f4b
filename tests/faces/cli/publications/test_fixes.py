"""Fixes from the command line: offered, tried, looked at, and never shown to whom they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.desks.publications.rooms import day
from tests.desks.publications.trials import DIFF, SECRET, let_climb, proven_room
from tests.faces.cli.exposure.running import run
from tidegate.desks.publications.models import Fix
from tidegate.engines.reproduction.fixes.receipt import verify
from tidegate.instance.workshop import instance_key

pytestmark = pytest.mark.django_db


def offered(room, who, *more: str) -> str:
    Path("fix.diff").write_bytes(DIFF)
    said = run(who, "fix", "offer", room.key, "--patch", "fix.diff", *more, "--json").document()
    return str(said["fix"])


def test_a_fix_is_offered_tried_and_looked_at():
    room = proven_room()
    assert f"tidegate fix offer {room.key}" in run(room.one, "fix", "list", room.key).words
    key = offered(room, room.vendor, "--words", "it looks at keys")
    assert "waiting" in run(room.one, "fix", "list", room.key).words
    assert "nothing is known of it yet" in run(room.one, "fix", "show", key).words
    assert "a trial" in run(room.one, "fix", "trial", key).refusal()
    let_climb(Fix.objects.get(key=key), day(1))
    shown = run(room.one, "fix", "show", key)
    for word in ("variants-quiet", "passed", SECRET, "proof-silenced, variants-silenced"):
        assert word in shown.words
    assert "may be published as fixed" in shown.words
    look = ("fix", "look", key, "--accept", "--because", "It is right.")
    assert "as its maintainer" in run(room.vendor, *look).words
    assert "maintainer-accepted" in run(room.one, "fix", "list", room.key).words
    assert "say which of the two" in run(room.one, *look, "--reject").refusal()
    (row,) = run(room.one, "fix", "list", room.key, "--json").document()["rows"]
    assert row["trials"][0]["may_publish"] is True
    again = run(room.one, "fix", "trial", key, "--json").document()
    assert (again["trial"], again["state"]) == (2, "waiting")
    assert run(room.one, "fix", "withdraw", key, "--because", "wrong").code == 0
    assert "withdrawn" in run(room.one, "fix", "list", room.key).words


def test_what_must_not_be_published_says_so_and_why():
    room = proven_room()
    key = offered(room, room.one)
    let_climb(Fix.objects.get(key=key), day(1), variants_quiet="failed")
    told = run(room.one, "fix", "show", key).words
    assert "must not be published as fixed: " in told
    assert "variants-quiet" in told
    (row,) = run(room.one, "fix", "list", room.key, "--json").document()["rows"]
    assert row["trials"][0]["may_publish"] is False
    assert "no: " in run(room.one, "fix", "list", room.key).words


def test_diff_and_receipt_come_byte_for_byte():
    room = proven_room()
    key = offered(room, room.one)
    assert run(room.vendor, "fix", "diff", key).raw == DIFF
    assert "not tried to the end" in run(room.one, "fix", "receipt", key).refusal()
    let_climb(Fix.objects.get(key=key), day(1))
    for more in ((), ("--trial", "1")):
        receipt = run(room.one, "fix", "receipt", key, *more).raw
        assert verify(receipt, instance_key().public_key_pem)


def test_waiting_tells_of_each_rung_and_ends_with_whether_it_may_be_published(monkeypatch):
    room = proven_room()
    Path("fix.diff").write_bytes(DIFF)
    words = iter(("passed", "flaky"))

    def meanwhile(_: float) -> None:
        let_climb(Fix.objects.latest("pk"), day(1), variants_quiet=next(words))

    monkeypatch.setattr("tidegate.faces.cli.publications.climbing.time.sleep", meanwhile)
    done = run(room.one, "fix", "offer", room.key, "--patch", "fix.diff", "--wait")
    assert (done.code, "variants-quiet: passed" in done.error) == (0, True)
    key = Fix.objects.get().key
    done = run(room.one, "fix", "trial", key, "--wait", "--json")
    assert json.loads(done.out)["trials"][0]["number"] == 2
    assert done.code == 1
    assert done.error == ""


@pytest.mark.parametrize("who", ["stranger", "finder"])
def test_nobody_else_is_told_that_there_is_a_fix(who):
    room = proven_room()
    key = offered(room, room.one)
    for line in (
        ("show",), ("diff",), ("receipt",), ("trial",),
        ("look", "--accept", "--because", "good"), ("withdraw", "--because", "bad"),
    ):  # fmt: skip
        hidden, absent = (
            run(getattr(room, who), "fix", line[0], one, *line[1:]).refusal()
            for one in (key, "R-AAAAA-AAAAA")
        )
        assert hidden.replace(key, "R-AAAAA-AAAAA") == absent
    assert run(getattr(room, who), "fix", "offer", room.key, "--release", "1.2.6").refusal()
    assert Fix.objects.count() == 1


def test_what_is_offered_is_one_of_the_two():
    room = proven_room()
    both = ("--patch", "fix.diff", "--release", "1.2.6")
    for more in ((), both):
        assert "give either" in run(room.one, "fix", "offer", room.key, *more).refusal()
    assert "cannot be read" in run(room.one, "fix", "offer", room.key, *both[:2]).refusal()
