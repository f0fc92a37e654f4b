"""Findings that say exactly the same find each other, before anything is run."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import later
from tests.desks.findings.services.handing_in import hand_in, lines, proof, record
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Delivery, Finding, Link, LinkKind, Nomination
from tidegate.desks.findings.services import cases, linking, matching

pytestmark = pytest.mark.django_db


def match() -> None:
    """Do what the worker does for every delivery; doing it twice changes nothing."""
    for delivery in Delivery.objects.order_by("pk"):
        matching.match_batch(delivery.key, matching.FIRST, at=later())
        again = matching.match_batch(delivery.key, matching.FIRST, at=later())
        assert (again.links, again.nominations) == (0, 0)


def test_another_finder_hands_in_the_same_and_keeps_a_finding_of_his_own():
    content = lines(record(1, **proof("x")))
    hand_in(content, "Lab A")
    hand_in(content, "Lab B")
    match()
    link = Link.objects.get()
    assert (link.source.finder.name, link.target.finder.name) == ("Lab B", "Lab A")
    assert link.basis == "exact"


def test_a_proof_written_with_other_line_endings_is_the_same_proof():
    hand_in(lines(record(1, **proof("a\nb\n"))), "Lab A")
    hand_in(lines(record(7, title="other words", **proof("a\r\nb"))), "Lab B")
    match()
    assert Link.objects.get().reason == "the same proof, about the same package and effect"


@pytest.mark.parametrize(
    "other",
    [
        {"effect": "code-execution"},
        {"target": {"purl": "pkg:npm/y18n@1.0.0"}},
        {"target": {"purl": "pkg:pypi/minimist@1.2.0"}},
    ],
)
def test_one_proof_for_two_claims_is_two_findings(other):
    hand_in(lines(record(1, **proof("x"))), "Lab A")
    hand_in(lines(record(2, **proof("x"), **other)), "Lab B")
    match()
    assert not Link.objects.exists()


def test_without_a_proof_nothing_is_linked_but_the_very_same_record():
    hand_in(lines(record(1), record(2)), "Lab A")
    match()
    assert not Link.objects.exists()
    hand_in(lines(record(1)), "Lab B")
    match()
    assert Link.objects.get().reason == "the same record, handed in by another finder"


def test_what_is_handed_in_again_under_a_name_is_nominated_for_a_name_can_be_taken():
    hand_in(lines(record(1, **proof("alices"))), "Lab A")
    hand_in(lines(record(1, **proof("bobs"))), "Lab B")
    alice, bob = Finding.objects.order_by("pk")
    prove(alice)
    prove(bob)
    hand_in(lines(record(7, **proof("alices")), record(7, **proof("bobs"))), "Mallory")
    match()
    assert len({f.case_id for f in Finding.objects.all()}) == 2
    hand_in(lines(record(1, description="more is known now", **proof("alices"))), "Lab A")
    hand_in(lines(record(1, description="and now a better one", **proof("c"))), "Lab A")
    match()
    named = [n for n in Nomination.objects.all() if "the finder's own name" in str(n.reasons)]
    assert [n.later.reference for n in named] == ["lab-1"]


def prove(finding: Finding) -> Finding:
    finding.verdict, finding.stage = "reproduced", "judged"
    finding.case = cases.open_for(finding, at=later())
    finding.save()
    return finding


def test_what_is_linked_shares_the_case_whichever_was_proven_first():
    hand_in(lines(record(1, **proof("x"))), "Lab A")
    hand_in(lines(record(2, **proof("x"))), "Lab B")
    hand_in(lines(record(3, **proof("x"))), "Lab C")
    first, second, third = Finding.objects.order_by("pk")
    prove(second)
    match()
    prove(third)
    assert {f.case_id for f in Finding.objects.all()} == {second.case_id}
    first.refresh_from_db()
    assert first.verdict == ""


def test_two_cases_that_turn_out_to_be_one_proof_are_merged():
    hand_in(lines(record(1, **proof("x"))), "Lab A")
    hand_in(lines(record(2, **proof("x"))), "Lab B")
    first, second = Finding.objects.order_by("pk")
    case, other = prove(first).case, prove(second).case
    assert case is not None
    assert other is not None
    match()
    other.refresh_from_db()
    assert other.merged_into == case


def test_what_a_person_parted_is_not_matched_again():
    hand_in(lines(record(1, **proof("x"))), "Lab A")
    hand_in(lines(record(2, **proof("x"))), "Lab B")
    match()
    linking.undo(OWNER, Link.objects.get().pk, reason="two programs that look alike")
    match()
    assert not Link.objects.filter(undone_at=None).exists()


def test_a_thousand_copies_become_one_case_with_a_thousand_links():
    hand_in(lines(record(0, **proof("x"))), "Lab A")
    prove(Finding.objects.get())
    copies = hand_in(lines(*(record(n, **proof("x")) for n in range(1, 1001))), "Lab B")
    batch = matching.match_batch(copies.key, matching.FIRST, at=later())
    made = batch.links
    while batch.more:
        batch = matching.match_batch(copies.key, batch.after, at=later())
        made += batch.links
    assert made == 1000
    case = Finding.objects.order_by("pk")[0].case
    assert case is not None
    assert (case.findings_count, case.finders_count) == (1001, 1)


def test_splitting_the_first_of_many_copies_leaves_the_others_together():
    for finder in "ABCD":
        hand_in(lines(record(1, **proof("x"))), f"Lab {finder}")
    first, *others = Finding.objects.order_by("pk")
    prove(first)
    match()
    for other in others:
        other.refresh_from_db()
        prove(other)
    linking.split(OWNER, first.key, reason="it was another program after all")
    found = [f.case_id for f in Finding.objects.order_by("pk")]
    assert len(set(found)) == 2
    assert len(set(found[1:])) == 1
    match()
    assert [f.case_id for f in Finding.objects.order_by("pk")] == found


def test_what_hangs_on_a_newcomer_is_in_the_case_too():
    hand_in(lines(record(1, **proof("x"))), "Lab A")
    prove(Finding.objects.get())
    hand_in(lines(record(2, **proof("x")), record(3, **proof("y"))), "Lab B")
    second, third = Finding.objects.order_by("pk")[1:]
    linking.relate(OWNER, third.key, second.key, LinkKind.DUPLICATE, reason="the same line")
    match()
    assert len({f.case_id for f in Finding.objects.all()}) == 1
