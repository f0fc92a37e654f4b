"""Fixes are offered by who writes in the case, sealed, and accepted by who may."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import take_in
from tests.desks.cases.rooms import everything_kept
from tests.desks.publications.rooms import NOW, day
from tests.desks.publications.trials import DIFF, SECRET, let_climb, proven_room
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.findings.models import Outbox
from tidegate.desks.findings.services.attempts import KillsItsWorkerError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import Fix, Trial
from tidegate.desks.publications.queries.trials import kept_of, purpose_of
from tidegate.desks.publications.services import fixes, trying
from tidegate.engines.reproduction.fixes.receipt import verify
from tidegate.instance.workshop import instance_key

pytestmark = pytest.mark.django_db


def offered(room, who="vendor", **more):
    of = {"patch": DIFF, **more} if "release" not in more else more
    return fixes.offer(getattr(room, who).actor, room.key, at=NOW, **of)


def test_a_party_offers_a_patch_and_it_is_promised_to_be_tried():
    room = proven_room()
    row = offered(room, words="it looks at keys")
    assert (row.kind, row.purl, row.version) == ("patch", "pkg:npm/minimist", "1.2.0")
    assert (row.organisation, row.offered_by) == (
        room.vendor.organisation,
        room.vendor.actor.name,
    )
    promised = Outbox.objects.filter(topic=fixes.TOPIC).values_list("subject", "round")
    assert [*promised] == [(row.key, 1)]
    (entry,) = Entry.objects.filter(kind="fix-offered")
    assert entry.case == room.key
    assert "__proto__" not in entry.text


def test_a_release_is_held_against_the_version_that_the_proof_was_run_on():
    row = offered(proven_room(), "one", release="1.2.6")
    read = trying.read_of(row)
    assert (read.base, read.version, read.diff) == ("1.2.0", "1.2.6", b"")


def test_the_diff_and_what_rungs_saw_are_nowhere_readable():
    room = proven_room()
    let_climb(offered(room, tests={"test.js": b"require('assert')(SEALED_TEST)"}), day(1))
    for value in everything_kept():
        assert b"k === '__proto__'" not in value
        assert SECRET.encode() not in value
        assert b"SEALED_TEST" not in value


@pytest.mark.parametrize("who", ["stranger", "finder", "reader"])
def test_nobody_else_offers(who):
    room = proven_room()
    with pytest.raises(NotFoundError):
        offered(room, who)
    assert not Fix.objects.exists()


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({}, "a diff or a released version"),
        ({"patch": DIFF, "release": "1.2.6"}, "a diff or a released version"),
        ({"patch": b"no diff"}, "no hunk"),
        ({"patch": DIFF, "tests": {"../x.js": b""}}, "no plain file name"),
        ({"release": "1.2.0"}, "is the one that is to be mended"),
    ],
)
def test_what_cannot_be_tried_is_refused(of, words):
    room = proven_room()
    with pytest.raises(NotPossibleError, match=words):
        fixes.offer(room.vendor.actor, room.key, at=NOW, **of)
    assert not Outbox.objects.filter(topic=fixes.TOPIC).exists()


def test_the_same_fix_is_offered_once_and_anew_when_it_was_withdrawn():
    room = proven_room()
    row = offered(room)
    with pytest.raises(NotPossibleError, match=row.key):
        offered(room, "one")
    fixes.withdraw(room.vendor.actor, row.key, why="a better one comes", at=day(1))
    offered(room)
    with pytest.raises(NotPossibleError, match="is withdrawn"):
        fixes.ask_for_trial(room.one.actor, row.key, at=day(1))


def test_a_withdrawn_fix_is_not_tried():
    room = proven_room()
    row = offered(room)
    fixes.withdraw(room.one.actor, row.key, why="wrong package", at=day(1))
    assert not trying.begin(row.key, 1, at=day(2))
    trial = Trial.objects.get()
    assert (trial.state, trial.reason) == (
        "failed",
        "the fix was withdrawn before it was tried",
    )


def test_only_who_offered_it_and_coordinators_withdraw():
    room = proven_room()
    take_in(room.coordination, room.one, room.finder, "finder")
    row = offered(room)
    with pytest.raises(NotPossibleError, match="offered by others"):
        fixes.withdraw(room.finder.actor, row.key, why="mine is better", at=day(1))
    with pytest.raises(NotFoundError):
        fixes.withdraw(room.stranger.actor, row.key, why="no", at=day(1))
    with pytest.raises(NotFoundError):
        fixes.withdraw(room.reader.actor, row.key, why="no", at=day(1))


def test_another_trial_is_another_climb_and_one_at_a_time():
    room = proven_room()
    row = offered(room)
    with pytest.raises(NotPossibleError, match="has not ended"):
        fixes.ask_for_trial(room.vendor.actor, row.key, at=day(1))
    let_climb(row, day(1))
    assert fixes.ask_for_trial(room.vendor.actor, row.key, at=day(2)).number == 2
    assert [*Outbox.objects.filter(topic=fixes.TOPIC).values_list("round", flat=True)] == [1, 2]


def test_a_climb_gives_labels_and_a_receipt_that_anybody_can_check():
    trial = let_climb(offered(proven_room()), day(1))
    assert trial.labels == ["proof-silenced", "variants-silenced"]
    assert (trial.state, trial.why_not) == ("done", "")
    assert trial.receipt is not None
    receipt = opened(trial.receipt, purpose_of("receipt", trial))
    said = verify(receipt, instance_key().public_key_pem)
    assert said.predicate["labels"] == trial.labels


def test_a_flaky_rung_forbids_publishing_whatever_else_passed():
    trial = let_climb(offered(proven_room()), day(1), tests_same="flaky")
    assert trial.labels == []
    assert trial.why_not == "tests-same is flaky, and nothing is published on that"


def test_a_maintainers_word_labels_it_and_a_refusal_forbids_it():
    room = proven_room()
    row = offered(room, "one")
    let_climb(row, day(1))
    fixes.look(room.other.actor, row.key, accepts=True, words="it reads well", at=day(2))
    trial = Trial.objects.get()
    assert "maintainer-accepted" not in trial.labels
    fixes.look(room.vendor.actor, row.key, accepts=True, words="we ship it", at=day(3))
    trial.refresh_from_db()
    assert trial.labels[-1] == "maintainer-accepted"
    assert trial.words[-1] == ["reviewed", "passed"]
    rung = kept_of(trial).rungs[-1]
    assert (rung.word, "accepts it" in rung.reason) == ("passed", True)
    assert trial.receipt is not None
    receipt = opened(trial.receipt, purpose_of("receipt", trial))
    assert verify(receipt, instance_key().public_key_pem).predicate["labels"] == trial.labels
    fixes.look(room.vendor.actor, row.key, accepts=False, words="it breaks us", at=day(4))
    trial.refresh_from_db()
    assert (trial.labels[-1], trial.why_not) == ("variants-silenced", "reviewed failed")
    assert Entry.objects.filter(kind="fix-looked-at").count() == 3


def test_a_look_before_the_trial_counts_once_it_has_ended():
    room = proven_room()
    row = offered(room)
    fixes.look(room.vendor.actor, row.key, accepts=True, words="ours", at=NOW)
    assert let_climb(row, day(1)).labels[-1] == "maintainer-accepted"


def test_a_step_that_was_begun_too_often_is_not_begun_again():
    row = offered(proven_room())
    trying.begin(row.key, 1, at=NOW)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), trying.attempt(row.key, 1, tries=2):
            _ = 1 / 0
    with (
        pytest.raises(KillsItsWorkerError, match="begun 2 times"),
        trying.attempt(row.key, 1, tries=2),
    ):
        pass
    trying.forget(row.key, 1)
    with trying.attempt(row.key, 1, tries=2):
        assert trying.tries_of(row.key, 1) == 1
    assert trying.tries_of(row.key, 1) == 0
