"""One bug one case, one case one bug, whatever is linked and undone in whatever order."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.findings.makers import later, make_finding
from tidegate.desks.access.actors import OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.models import Case, Event, Finding, Link, LinkKind
from tidegate.desks.findings.services import cases, linking
from tidegate.desks.findings.services.linking import Because
from tidegate.desks.findings.services.refusals import NotPossibleError

SAME = Because(Link.Basis.BEHAVIOUR, "the same behaviour")
COUNT = 6
places = st.integers(0, COUNT - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("prove"), places, places),
        st.tuples(st.just("link"), places, places),
        st.tuples(st.just("undo"), st.integers(0, 30), places),
        st.tuples(st.just("split"), places, places),
    ),
    max_size=25,
)


def waiting(**columns: Any) -> Finding:
    own = {"proof_digest": secrets.token_hex(32), "stage": "waiting", "verdict": "", "case": None}
    return make_finding(**{**own, **columns})


def prove(finding: Finding) -> Finding:
    finding.refresh_from_db()
    finding.verdict, finding.stage = "reproduced", "judged"
    finding.case = cases.open_for(finding, at=later())
    finding.save()
    cases.recount(finding.case)
    return finding


def join(one: Finding, other: Finding) -> Link | None:
    one.refresh_from_db()
    other.refresh_from_db()
    return linking.link(one, other, LinkKind.DUPLICATE, SAME, at=later())


class AnyOrder(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(steps)
    def test_findings_share_a_case_exactly_when_links_hold_them_together(self, asked):
        findings = [waiting() for _ in range(COUNT)]
        made: list[Link] = []
        for verb, one, other in asked:
            if verb == "prove":
                prove(findings[one])
            elif verb == "link":
                if link := join(findings[one], findings[other]):
                    made.append(link)
            elif verb == "undo" and made:
                link = made[one % len(made)]
                link.refresh_from_db()
                if link.undone_at is None:
                    linking.undo(OWNER, link.pk, reason="two bugs")
            elif (
                verb == "split"
                and Link.objects.filter(source=findings[one], undone_at=None).exists()
            ):
                linking.split(OWNER, findings[one].key, reason="two bugs")
            check(findings)
        assert Finding.objects.count() == COUNT
        assert Link.objects.filter(pk__in=[link.pk for link in made]).count() == len(made)


def check(findings: list[Finding]) -> None:
    case_of_group: dict[frozenset[int], set[int | None]] = {}
    for finding in findings:
        finding.refresh_from_db()
        members = cases.component(finding)
        group = frozenset(member.pk for member in members)
        case_of_group.setdefault(group, set()).add(finding.case_id)
        if any(member.verdict == "reproduced" for member in members):
            assert finding.case is not None
            assert finding.case.merged_into is None
            assert finding.case.founder_id in group
            assert finding.case.findings_count == len(group)
        else:
            assert finding.case is None
    assert all(len(cases_) == 1 for cases_ in case_of_group.values())
    held = [case for found in case_of_group.values() for case in found if case is not None]
    assert len(held) == len(set(held))


@pytest.mark.django_db
def test_two_finders_of_one_bug_both_keep_the_credit_and_the_time():
    first = prove(waiting(finder="Lab A"))
    second = prove(waiting(finder="Lab B"))
    join(second, first)
    case = Case.objects.get(merged_into=None)
    assert [f.finder.name for f in case.findings.order_by("pk")] == ["Lab A", "Lab B"]
    assert case.finders_count == 2
    assert case.founder == first
    assert case.found_at == first.received_at


@pytest.mark.django_db
def test_a_rediscovery_raises_the_priority_and_a_copy_does_not():
    first = prove(waiting(finder="Lab A", proof_digest="a" * 64, severity=3))
    assert first.case is not None
    before = first.case.priority
    copy = prove(waiting(finder="Lab B", proof_digest="a" * 64, severity=3))
    join(copy, first)
    first.case.refresh_from_db()
    assert (first.case.finders_count, first.case.priority) == (1, before)
    own = prove(waiting(finder="Lab C", proof_digest="c" * 64, severity=3))
    join(own, first)
    first.case.refresh_from_db()
    assert first.case.finders_count == 2
    assert first.case.priority > before


@pytest.mark.django_db
def test_what_was_merged_and_parted_has_its_old_case_again():
    first, second = prove(waiting()), prove(waiting())
    old = second.case
    link = join(second, first)
    second.refresh_from_db()
    assert second.case == first.case
    assert link is not None
    linking.undo(OWNER, link.pk, reason="the fixes differ")
    second.refresh_from_db()
    assert second.case == old
    assert old is not None
    old.refresh_from_db()
    assert old.merged_into is None
    link.refresh_from_db()
    assert (link.undone_by, link.undone_reason) == (OWNER.name, "the fixes differ")


@pytest.mark.django_db
def test_what_a_person_parted_our_own_rules_do_not_join_again():
    first, second = prove(waiting()), prove(waiting())
    link = join(second, first)
    assert link is not None
    linking.undo(OWNER, link.pk, reason="two bugs")
    assert join(second, first) is None
    made = linking.relate(
        OWNER, second.key, first.key, LinkKind.DUPLICATE, reason="one bug after all"
    )
    assert made.undone_at is None


@pytest.mark.django_db
def test_a_variant_is_related_and_joins_nothing():
    first, second = prove(waiting()), prove(waiting())
    linking.relate(OWNER, second.key, first.key, LinkKind.VARIANT, reason="same sink")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.case != second.case


@pytest.mark.django_db
def test_merging_says_what_cannot_be_merged():
    first, second = prove(waiting()), prove(waiting(package="y18n"))
    assert first.case is not None
    assert second.case is not None
    keys = first.case.key, second.case.key
    with pytest.raises(NotPossibleError, match=r"is about minimist, .* about y18n"):
        linking.merge(OWNER, *keys, reason="why not")
    with pytest.raises(NotFoundError, match="there is no case C-00000-00000"):
        linking.merge(OWNER, keys[0], "C-00000-00000", reason="why not")
    with pytest.raises(NotPossibleError, match="are one already"):
        linking.merge(OWNER, keys[0], keys[0], reason="why not")
    third = prove(waiting())
    assert third.case is not None
    with pytest.raises(NotPossibleError, match="a reason is missing"):
        linking.merge(OWNER, keys[0], third.case.key, reason="  ")
    linking.merge(OWNER, keys[0], third.case.key, reason="the same line")
    with pytest.raises(NotPossibleError, match="was merged into"):
        linking.merge(OWNER, keys[0], third.case.key, reason="again")


@pytest.mark.django_db
def test_a_history_names_who_did_what_and_why():
    first, second = prove(waiting()), prove(waiting())
    assert first.case is not None
    assert second.case is not None
    ada, grace = Actor("Ada", is_owner=True), Actor("Grace", is_owner=True)
    linking.merge(ada, first.case.key, second.case.key, reason="the same line")
    linking.split(grace, second.key, reason="another fix")
    told = [
        (event.actor, event.verb, event.detail.get("reason"))
        for event in Event.objects.filter(finding=second).order_by("pk")
        if event.actor != "tidegate"
    ]
    assert told == [("Ada", "linked", "the same line"), ("Grace", "unlinked", "another fix")]
