"""What two findings are to each other is told by releases, whatever first made them suspicious."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.desks.findings.makers import (
    later,
    make_finding,
    make_judgement,
    make_nomination,
    make_reproduction,
    run_row,
)
from tidegate.desks.findings.models import Finding, Link, Nomination
from tidegate.desks.findings.services import cases, crossing
from tidegate.engines.reproduction.judgements import Judgement, Shown
from tidegate.engines.reproduction.signatures import BehaviourSignature, Place
from tidegate.engines.reproduction.verdicts import RUNS, Trust, Verdict, Word

pytestmark = pytest.mark.django_db

VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
OLD, NEW = VERSIONS[:3], VERSIONS[1:3]
"""Affected from the oldest release on, and from the second one; both are mended with 1.3.0."""
NARROW = VERSIONS[:2]
NOWHERE = BehaviourSignature(problem="the effect leaves no stack")


def at(function: str) -> BehaviourSignature:
    place = Place("index.js", function, "a" * 64)
    return BehaviourSignature("pkg:npm/minimist", "prototype-pollution", "", (place,))


def proven(
    affected: Sequence[str], behaviour: BehaviourSignature = NOWHERE, **columns: Any
) -> Finding:
    """Make a finding whose proof was run on every release, and fires on some."""
    words = {v: Word.REPRODUCED if v in affected else Word.NOT_REPRODUCED for v in VERSIONS}
    finding = make_finding(
        stage="judged",
        verdict="reproduced",
        signature=behaviour.key() or "",
        proof_digest=secrets.token_hex(32),
        case=None,
        **columns,
    )
    make_reproduction(
        finding,
        range_runs=[run_row(version, word.value) for version, word in words.items()],
        signature=behaviour.to_data(),
    )
    for version, word in words.items():
        make_judgement(
            finding, version=version, verdict=word, data=judged(version, word, behaviour)
        )
    finding.case = cases.open_for(finding, at=later())
    finding.save()
    return finding


def judged(version: str, word: Word, behaviour: BehaviourSignature) -> Mapping[str, Any]:
    shown = (Shown("proof.js", (), behaviour),) * RUNS if word.affected else ()
    verdict = Verdict(word, Trust.L2, "", program="proof.js", fired=len(shown), runs=RUNS)
    return Judgement(version, verdict, required=RUNS, shown=shown).to_data()


def settle(one: Finding, other: Finding) -> Link | None:
    assert crossing.missing(one, other.key) == []
    crossing.settle(one, other.key, at=later())
    return Link.objects.first()


def suggested() -> str:
    return str(Nomination.objects.get().suggestion)


def test_one_place_and_one_mend_are_one_bug():
    one, other = proven(OLD, at("setKey")), proven(OLD, at("setKey"))
    assert crossing.candidates(other) == [one.key]
    link = settle(other, one)
    assert link is not None
    assert (link.source, link.target, link.basis) == (other, one, "behaviour")
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.case == other.case


def test_one_place_and_two_mends_are_two_bugs():
    """As minimist's and nine other groups of bugs that share their top frames."""
    one, other = proven(OLD, at("setKey")), proven(NARROW, at("setKey"))
    assert settle(other, one) is None
    assert suggested() == "incomplete-fix-of"
    assert one.case != other.case


def test_one_mend_and_two_places_are_left_to_a_person():
    one, other = proven(OLD, at("setKey")), proven(OLD, at("merge"))
    make_nomination(one, other)
    assert crossing.candidates(other) == [one.key]
    assert settle(other, one) is None
    assert suggested() == "duplicate-of"


def test_without_a_stack_it_takes_a_beginning_in_common_and_texts_that_are_alike():
    one, other = proven(NEW), proven(NEW)
    make_nomination(one, other)
    link = settle(other, one)
    assert link is not None
    assert link.basis == "crossing"


def test_without_a_stack_a_mend_in_common_is_not_enough():
    one, other = proven(OLD), proven(OLD)
    make_nomination(one, other)
    assert settle(other, one) is None


def test_a_proof_that_carries_two_bugs_and_is_cut_down_to_one_is_not_merged():
    """The attack: another's payload beside one's own, which minimising throws away."""
    small = "5" * 64
    one = proven(NARROW, at("setKey"), small_proof_digest=small)
    both = proven(OLD, at("setKey"), small_proof_digest=small)
    assert crossing.candidates(both) == [one.key]
    assert settle(both, one) is None
    assert one.case != both.case


def test_two_proofs_that_are_one_program_when_cut_down_are_one_bug_if_no_release_objects():
    small = "5" * 64
    one = proven(OLD, at("setKey"), small_proof_digest=small)
    other = proven(OLD, at("setKey"), small_proof_digest=small)
    link = settle(other, one)
    assert link is not None
    assert (link.basis, link.reason[:8]) == ("exact", "cut down")


def test_what_no_release_mends_cannot_be_crossed_and_is_nominated():
    one, other = proven(VERSIONS, at("setKey")), proven(VERSIONS, at("setKey"))
    assert settle(other, one) is None
    nomination = Nomination.objects.get()
    assert "crossed: undecided: no release is known that mends both" in nomination.reasons


def test_settling_twice_changes_nothing():
    one, other = proven(OLD, at("setKey")), proven(OLD, at("setKey"))
    settle(other, one)
    settle(other, one)
    settle(one, other)
    assert Link.objects.count() == 1
    assert not Nomination.objects.exists()


def test_an_empty_signature_suspects_nobody():
    proven(OLD)
    assert crossing.candidates(proven(OLD)) == []
