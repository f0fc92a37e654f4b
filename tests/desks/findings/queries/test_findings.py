"""Lists of findings narrow by every filter, and one finding comes with everything known of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.findings.makers import (
    make_case,
    make_event,
    make_finding,
    make_link,
    make_nomination,
    make_reproduction,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries import narrowing
from tidegate.desks.findings.queries.errors import FilterError, NotHereError
from tidegate.desks.findings.queries.finding_detail import get_receipt, get_record
from tidegate.desks.findings.queries.findings import (
    Count,
    FindingFilter,
    count_findings,
    get_finding,
    list_findings,
)

pytestmark = pytest.mark.django_db


def keys(**asked: str) -> list[str]:
    return [row.key for row in list_findings(OWNER, FindingFilter(**asked)).rows]


@pytest.mark.parametrize(
    ("asked", "column", "value", "other"),
    [
        ({"stage": "set-aside"}, "stage", "set-aside", "waiting"),
        ({"verdict": "flaky"}, "verdict", "flaky", "reproduced"),
        ({"verdict": "flaky,unattributed"}, "verdict", "unattributed", "reproduced"),
        ({"effect": "file-read"}, "effect", "file-read", "assertion"),
        ({"severity": "critical"}, "severity", 4, 3),
        ({"format": "mantis"}, "format", "mantis", "osv-1.7"),
        ({"package": "left-pad"}, "package", "left-pad", "right-pad"),
        ({"package_type": "pypi"}, "package_type", "pypi", "npm"),
    ],
)
@pytest.mark.parametrize("few", [0, 2000], ids=["by walking", "by looking up"])
def test_a_filter_keeps_what_fits_alone(asked, column, value, other, few, monkeypatch) -> None:
    monkeypatch.setattr(narrowing, "FEW", few)
    fitting = make_finding(**{column: value})
    make_finding(**{column: other})
    assert keys(**asked) == [fitting.key]
    assert count_findings(OWNER, FindingFilter(**asked)) == Count(1, capped=False)


@pytest.mark.parametrize("few", [0, 2000], ids=["by walking", "by looking up"])
def test_filters_by_finder_and_by_case(few, monkeypatch) -> None:
    monkeypatch.setattr(narrowing, "FEW", few)
    one, other = make_finding("Lab A"), make_finding("Lab B")
    case = make_case(one)
    assert keys(finder="Lab B") == [other.key]
    assert keys(finder="nobody") == []
    assert keys(case=case.key.lower()) == [one.key]
    assert keys(case=case.key, finder="Lab B") == []


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"stage": "lost"}, "unproven, waiting"),
        ({"verdict": "reproduced,true"}, "not-reproduced"),
        ({"severity": "9.8"}, "critical"),
        ({"format": "csv"}, "sarif-2.1.0"),
        ({"case": "17"}, "C-"),
        ({"text": "x" * 501}, "at most 500"),
        ({"package": "a\0b"}, "NUL"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_ones(asked, known) -> None:
    with pytest.raises(FilterError, match=known) as caught:
        list_findings(OWNER, FindingFilter(**asked))
    assert caught.value.parameter in asked


def test_a_count_goes_no_further_than_its_bound() -> None:
    for _ in range(4):
        make_finding(document=False)
    assert count_findings(OWNER, at_most=3) == Count(3, capped=True)
    assert count_findings(OWNER, at_most=4) == Count(4, capped=False)


def test_a_page_costs_the_same_questions_however_many_rows_it_has() -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            list_findings(OWNER, limit=50)
        return len(asked)

    make_case(make_finding())
    few = questions()
    for _ in range(20):
        make_case(make_finding())
    assert questions() == few


def test_one_finding_comes_with_everything() -> None:
    first = make_finding("Lab A", verdict="reproduced", places=[["index.js", 69, "setKey"]])
    second = make_finding("Lab B", verdict="reproduced", aliases=["CVE-2021-44906"])
    case = make_case(first, second)
    make_reproduction(second)
    make_link(second, first, reason="the same frames")
    make_nomination(first, second, reasons=["alike"])
    make_event("judged", finding=second, detail={"verdict": "reproduced"})

    told = get_finding(OWNER, second.key.lower())
    assert told.row.case == case.key
    assert told.row.finder == "Lab B"
    assert (told.credit.number, told.credit.of) == (2, 2)
    assert told.aliases == ("CVE-2021-44906",)
    assert len(told.runs) == 3
    assert told.frames[0].startswith("minimist/index.js")
    assert told.range is not None
    assert told.range.releases[0].version == "1.1.3"
    assert told.range.releases[0].inferred
    assert told.has_receipt
    assert [link.reason for link in told.links] == ["the same frames"]
    assert [one.reasons for one in told.nominations] == [("alike",)]
    assert [event.verb for event in told.events] == ["judged"]
    assert [row.key for row in told.others] == [first.key]
    assert get_finding(OWNER, first.key).places[0].symbol == "setKey"


def test_a_finding_that_was_not_run_has_no_runs_and_no_receipt() -> None:
    finding = make_finding(document=False)
    told = get_finding(OWNER, finding.key)
    assert (told.runs, told.range, told.has_receipt, told.others) == ((), None, False, ())
    with pytest.raises(NotHereError, match="no receipt"):
        get_receipt(OWNER, finding.key)


def test_the_record_is_kept_byte_for_byte() -> None:
    finding = make_finding(record=b'{"odd" :  1}\n')
    assert get_record(OWNER, finding.key) == b'{"odd" :  1}\n'


@pytest.mark.parametrize("key", ["", "F-", "x" * 1000, "F-AAAAA-AAAAA", "\0", "Ж-'; DROP"])
def test_a_key_of_nothing_is_not_here(key: str) -> None:
    with pytest.raises(NotFoundError):
        get_finding(OWNER, key)
