"""Lists of cases narrow by every filter, and one case comes with everything known of it."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import (
    later,
    make_case,
    make_event,
    make_finding,
    make_link,
    make_nomination,
    make_reproduction,
    run_row,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.models import LinkKind
from tidegate.desks.findings.queries.cases import CaseFilter, count_cases, get_case, list_cases
from tidegate.desks.findings.queries.counting import Count
from tidegate.desks.findings.queries.errors import FilterError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "column", "value", "other"),
    [
        ({"verdict": "flaky"}, "verdict", "flaky", "reproduced"),
        ({"effect": "file-read,assertion"}, "effect", "file-read", "file-write"),
        ({"severity": "critical"}, "severity", 4, 3),
        ({"package": "left-pad"}, "package", "left-pad", "right-pad"),
    ],
)
def test_a_filter_keeps_what_fits_alone(asked, column, value, other) -> None:
    fitting = make_case(**{column: value})
    make_case(**{column: other})
    assert [row.key for row in list_cases(OWNER, CaseFilter(**asked)).rows] == [fitting.key]
    assert count_cases(OWNER, CaseFilter(**asked)) == Count(1, capped=False)


def test_merged_cases_are_shown_where_they_are_asked_for_alone() -> None:
    standing = make_case()
    merged = make_case(merged_into=standing)

    def keys(state: str) -> set[str]:
        return {row.key for row in list_cases(OWNER, CaseFilter(state=state)).rows}

    assert keys("open") == {standing.key}
    assert keys("merged") == {merged.key}
    assert keys("") == {standing.key, merged.key}
    row = list_cases(OWNER, CaseFilter(state="merged")).rows[0]
    assert (row.state, row.merged_into) == ("merged", standing.key)


def test_an_unknown_word_is_refused_with_the_known_ones() -> None:
    with pytest.raises(FilterError, match="open, merged"):
        list_cases(OWNER, CaseFilter(state="closed"))


def test_every_finder_is_credited_in_the_order_they_came() -> None:
    findings = [make_finding(name) for name in ("Lab A", "Lab B", "Lab A", "Lab C")]
    members = get_case(OWNER, make_case(*findings, founder=findings[1]).key).members
    told = [
        (member.finding.finder, member.finder_number, member.first_of_finder) for member in members
    ]
    assert told == [
        ("Lab A", 1, True),
        ("Lab B", 2, True),
        ("Lab A", 1, False),
        ("Lab C", 3, True),
    ]
    assert [member.founder for member in members] == [False, True, False, False]


def test_the_picture_is_the_strongest_findings_and_the_earliest_of_those() -> None:
    weak = make_finding(verdict="flaky")
    first = make_finding(verdict="reproduced")
    second = make_finding(verdict="reproduced")
    for finding in (second, weak, first):
        make_reproduction(finding, range_runs=[run_row(finding.reference, "reproduced")])
    told = get_case(OWNER, make_case(weak, first, second).key)
    assert told.range is not None
    assert told.range.finding == first.key
    assert [one.finding for one in told.ranges] == [first.key, second.key, weak.key]


def test_a_case_without_a_range_has_no_picture() -> None:
    finding = make_finding(verdict="reproduced")
    make_reproduction(finding, range_runs=None)
    told = get_case(OWNER, make_case(finding).key)
    assert (told.range, told.ranges) == (None, ())


def test_links_and_nominations_are_told_apart_by_what_became_of_them() -> None:
    one, two, three = (make_finding() for _ in range(3))
    case = make_case(one, two)
    standing = make_link(two, one)
    undone = make_link(
        two, one, kind=LinkKind.VARIANT, undone_at=later(), undone_by="sam", undone_reason="no"
    )
    waiting = make_nomination(one, three)
    decided = make_nomination(two, three, state="declined", decided_by="sam")
    told = get_case(OWNER, case.key)
    assert [link.id for link in told.links] == [standing.pk]
    assert [link.id for link in told.undone_links] == [undone.pk]
    assert told.undone_links[0].undone_by == "sam"
    assert [link.id for link in told.open_nominations] == [waiting.pk]
    assert [link.id for link in told.decided_nominations] == [decided.pk]


def test_related_cases_are_those_of_variants_and_of_incomplete_fixes() -> None:
    mine, variant, again, undone = (make_finding() for _ in range(4))
    case = make_case(mine)
    others = [make_case(one) for one in (variant, again, undone)]
    make_link(variant, mine, kind=LinkKind.VARIANT)
    make_link(mine, again, kind=LinkKind.INCOMPLETE_FIX)
    make_link(undone, mine, kind=LinkKind.VARIANT, undone_at=later())
    related = {(one.key, one.says, one.backwards) for one in get_case(OWNER, case.key).related}
    assert related == {
        (others[0].key, "variant-of", True),
        (others[1].key, "incomplete-fix-of", False),
    }


def test_the_priority_is_explained_and_the_history_is_whole() -> None:
    finding = make_finding()
    case = make_case(finding, severity=4, finders_count=3)
    make_event("opened", case=case)
    make_event("judged", finding=finding)
    make_event("judged", finding=make_finding())
    told = get_case(OWNER, case.key)
    assert told.row.priority == 70
    assert told.priority_reasons == (
        "severity critical",
        "rediscovered independently 2 times",
        "reproduced in every run",
    )
    assert [event.verb for event in told.events] == ["judged", "opened"]


def test_a_key_of_nothing_is_not_here() -> None:
    with pytest.raises(NotFoundError, match="there is no case"):
        get_case(OWNER, "C-AAAAA-AAAAA")
