"""Whoever reads the case reads the words; what a rung saw is for who reads every proof."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import take_in
from tests.desks.findings.makers import make_finding
from tests.desks.publications.rooms import NOW, day
from tests.desks.publications.trials import DIFF, SECRET, let_climb, proven_room
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.publications.queries import fixes as shown
from tidegate.desks.publications.services import fixes

pytestmark = pytest.mark.django_db


def tried(made):
    row = fixes.offer(made.vendor.actor, made.key, patch=DIFF, at=NOW)
    let_climb(row, day(1), variants_quiet="failed")
    return row


def test_a_party_reads_words_and_the_coordinator_what_was_seen():
    room = proven_room()
    row = tried(room)
    for who in (room.vendor, room.one):
        (listed,) = shown.fixes_of(who.actor, room.key, at=day(2))
        (trial,) = listed.trials
        assert dict(trial.words)["variants-quiet"] == "failed"
        assert (trial.labels, trial.may_publish) == (("proof-silenced",), False)
        assert trial.rungs is None, "a list shows no rung"
    (trial,) = shown.fix(room.one.actor, row.key, at=day(2)).trials
    assert trial.rungs is not None
    assert SECRET in trial.rungs[0].reason


def test_a_finder_reads_the_words_alone_where_others_found_it_too():
    room = proven_room()
    row = tried(room)
    take_in(room.coordination, room.one, room.finder, "finder")
    make_finding(case=room.case, verdict="reproduced")
    seen = shown.fix(room.finder.actor, row.key, at=day(2))
    assert seen.trials[0].rungs is None
    assert SECRET not in str(seen)
    with pytest.raises(NotFoundError):
        shown.receipt_of(room.finder.actor, row.key, 1, at=day(2))
    assert shown.receipt_of(room.one.actor, row.key, 1, at=day(2)).startswith(b"{")


def test_a_diff_is_read_by_parties_and_not_by_those_who_only_see():
    room = proven_room()
    row = tried(room)
    assert shown.diff_of(room.vendor.actor, row.key, at=day(2)) == DIFF
    for who in (room.reader, room.stranger):
        with pytest.raises(NotFoundError):
            shown.diff_of(who.actor, row.key, at=day(2))
    reader = shown.fix(room.reader.actor, row.key, at=day(2))
    assert (reader.can_read_diff, reader.can_respond, reader.can_withdraw) == (False,) * 3
    vendor = shown.fix(room.vendor.actor, row.key, at=day(2))
    assert (vendor.can_read_diff, vendor.can_respond, vendor.can_withdraw) == (True,) * 3


def test_a_party_that_has_not_joined_knows_of_no_fix():
    room = proven_room(ends_at=day(30))
    row = tried(room)
    for who in (room.finder, room.stranger):
        with pytest.raises(NotFoundError):
            shown.fix(who.actor, row.key, at=day(2))
