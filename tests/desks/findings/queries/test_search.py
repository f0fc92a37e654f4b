"""A search finds findings by their words, by keys and by identifiers, and no text breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desks.findings.makers import make_case, make_delivery, make_finding
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings import search
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.queries import searching
from tidegate.desks.findings.queries.cases import CaseFilter, list_cases
from tidegate.desks.findings.queries.findings import (
    Count,
    FindingFilter,
    count_findings,
    list_findings,
)

pytestmark = pytest.mark.django_db


def indexed(text: str, **columns: object) -> Finding:
    finding = make_finding(document=False, **columns)  # type: ignore[arg-type]
    search.index_findings([(finding.pk, text)])
    return finding


def found(text: str, sort: str = "-received") -> list[str]:
    return [row.key for row in list_findings(OWNER, FindingFilter(text=text), sort).rows]


@pytest.mark.parametrize(
    "text",
    [
        "pollution",
        "POLLUTION Prototype",
        "proto",
        "prototype poll",
        "@scope/mini-mist",
        "minimist",
        "mist mini",
        "CVE-2021-44906",
        "cve-2021-44906",
        "CVE-2021-449",
        "ref_17.b",
        "  setkey()  ",
        "ÜBER",
        "strasse",
    ],
)
def test_words_beginnings_packages_identifiers_and_references_are_found(text: str) -> None:
    finding = indexed(
        "Prototype pollution in @scope/mini-mist minimist setKey()"
        " CVE-2021-44906 ref_17.b über Straße"
    )
    indexed("Path traversal in left-pad")
    assert found(text) == [finding.key]


@pytest.mark.parametrize("text", ["ollution", "pollution missing", "CVE-2021-44907", "!!!", "\0"])
def test_what_no_finding_holds_is_not_found(text: str) -> None:
    indexed("Prototype pollution CVE-2021-44906")
    assert found(text.replace("\0", "—")) == []


def test_keys_are_found_however_they_are_written() -> None:
    finding = make_finding(key="F-10AB0-Q2X4D")
    case = make_case(finding, key="C-7K3M9-Q2X4D")
    other = make_finding()
    assert found("f-10ab0-q2x4d") == found(" F-IOABO-Q2X4D ") == found("F-10AB0Q2X4D")
    assert found("F-10AB0-Q2X4D") == [finding.key]
    assert found(case.key) == [finding.key]
    assert found(other.delivery.key) == [other.key]
    assert [row.key for row in list_cases(OWNER, CaseFilter(text=finding.key)).rows] == [case.key]


def test_a_search_narrows_and_sorts_like_every_list() -> None:
    low = indexed("prototype pollution", severity=1, verdict="flaky")
    high = indexed("prototype pollution", severity=4, verdict="flaky")
    indexed("prototype pollution", severity=2, verdict="reproduced")
    asked = FindingFilter(text="prototype", verdict="flaky")
    page = list_findings(OWNER, asked, "severity", None, 1)
    assert [row.key for row in page.rows] == [low.key]
    page = list_findings(OWNER, asked, "severity", page.next, 1)
    assert [row.key for row in page.rows] == [high.key]
    assert page.next is None


def test_a_search_looks_at_the_newest_matches_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(searching, "MOST_MATCHES", 3)
    made = [indexed("prototype", severity=4 - n) for n in range(4)]
    page = list_findings(OWNER, FindingFilter(text="prototype"), "-severity", None, 2)
    assert [row.key for row in page.rows] == [made[1].key, made[2].key]
    assert "newest 3" in page.note
    assert count_findings(OWNER, FindingFilter(text="prototype")) == Count(3, capped=True)

    # What comes in while somebody turns pages takes nothing away from them.
    indexed("prototype", severity=4)
    rest = list_findings(OWNER, FindingFilter(text="prototype"), "-severity", page.next, 2)
    assert [row.key for row in rest.rows] == [made[3].key]


def test_cases_are_found_by_the_words_of_their_findings() -> None:
    case = make_case(indexed("alpha"), indexed("beta gamma"))
    make_case(indexed("delta"))
    indexed("gamma, in no case")
    assert [row.key for row in list_cases(OWNER, CaseFilter(text="gamma")).rows] == [case.key]


def test_a_finding_is_indexed_once() -> None:
    finding = indexed("alpha")
    search.index_findings([(finding.pk, "beta"), (finding.pk, "beta")])
    assert found("alpha") == [finding.key]
    assert found("beta") == []


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_search(text: str) -> None:
    if "\0" not in text:
        list_findings(OWNER, FindingFilter(text=text))


OPERATORS = ('"', "*", "NEAR(", "AND", "OR", "NOT", "^", "words:", "(", ")", "+", "-", "a", "b1")


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.sampled_from(OPERATORS), max_size=8))
def test_operators_of_the_database_are_words_like_others(parts: list[str]) -> None:
    list_findings(OWNER, FindingFilter(text=" ".join(parts)))


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_whatever_is_indexed_is_found_by_each_of_its_words(text: str) -> None:
    finding = Finding.objects.order_by("-id").first()
    number = (finding.pk if finding else 0) + 1
    made = make_finding(id=number, delivery=make_delivery(), document=False)
    search.index_findings([(made.pk, text)])
    for word in search.words_of(text)[:5]:
        question = search.Question((word,), begun=False)
        assert made.pk in search.newest_matches(question, 10_000)
