"""Pages of a list hold every row once and in order, whatever comes in, and no cursor crashes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desks.findings.makers import make_case, make_delivery, make_finding
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.queries.cases import CASE_SORTS, CaseFilter, list_cases
from tidegate.desks.findings.queries.errors import CursorError, FilterError
from tidegate.desks.findings.queries.findings import (
    FINDING_SORTS,
    FindingFilter,
    FindingRow,
    list_findings,
)
from tidegate.desks.findings.queries.paging import Cursor, Page

pytestmark = pytest.mark.django_db

PACKAGES = ("a", "b", "é", "zz")
VERDICTS = ("", "reproduced", "flaky")

kinds = st.tuples(st.sampled_from(range(5)), st.sampled_from(PACKAGES), st.sampled_from(VERDICTS))
filters = st.builds(
    FindingFilter,
    verdict=st.sampled_from(("", "reproduced", "reproduced,flaky")),
    severity=st.sampled_from(("", "high", "low,critical")),
    package=st.sampled_from(("", *PACKAGES)),
    finder=st.sampled_from(("", "one")),
)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Take back what an example puts into the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def add(kinds_: list[tuple[int, str, str]], finder: str = "one") -> None:
    delivery = make_delivery(finder)
    for severity, package, verdict in kinds_:
        make_finding(
            finder,
            delivery=delivery,
            severity=severity,
            package=package,
            verdict=verdict,
            document=False,
        )


def fits(finding: Finding, asked: FindingFilter) -> bool:
    words = {0: "unknown", 1: "low", 2: "medium", 3: "high", 4: "critical"}
    return (
        (not asked.verdict or finding.verdict in asked.verdict.split(","))
        and (not asked.severity or words[finding.severity] in asked.severity.split(","))
        and (not asked.package or finding.package == asked.package)
        and (not asked.finder or finding.finder.name == asked.finder)
    )


def expected(asked: FindingFilter, sort: str) -> list[str]:
    columns: dict[str, Callable[[Finding], object]] = {
        "received": lambda finding: 0,
        "severity": lambda finding: finding.severity,
        "package": lambda finding: finding.package.encode(),
    }
    value = columns[sort.lstrip("-")]
    rows = [one for one in Finding.objects.select_related("finder") if fits(one, asked)]
    rows.sort(key=lambda one: (value(one), one.pk), reverse=sort.startswith("-"))
    return [one.key for one in rows]


def forwards(
    asked: FindingFilter, sort: str, limit: int, between: Callable[[], None] = lambda: None
) -> Iterator[Page[FindingRow]]:
    cursor: str | None = None
    while True:
        page = list_findings(OWNER, asked, sort, cursor, limit)
        yield page
        if page.next is None:
            return
        cursor = page.next
        between()


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(kinds, max_size=25),
    others=st.lists(kinds, max_size=5),
    asked=filters,
    sort=st.sampled_from(FINDING_SORTS),
    limit=st.integers(1, 9),
)
def test_every_row_comes_once_and_in_order_forwards_and_backwards(
    rows, others, asked, sort, limit
) -> None:
    with nothing_kept():
        add(rows)
        add(others, "another")
        pages = list(forwards(asked, sort, limit))
        wanted = expected(asked, sort)
        assert [row.key for page in pages for row in page.rows] == wanted
        assert pages[0].previous is None

        back = [pages[-1]]
        while back[-1].previous is not None:
            back.append(list_findings(OWNER, asked, sort, back[-1].previous, limit))
        assert [row.key for page in reversed(back) for row in page.rows] == wanted


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(kinds, min_size=4, max_size=20),
    sort=st.sampled_from(FINDING_SORTS),
    limit=st.integers(1, 5),
)
def test_rows_that_come_in_meanwhile_move_no_other_row(rows, sort, limit) -> None:
    with nothing_kept():
        add(rows)
        before = expected(FindingFilter(), sort)
        more = iter(rows * 20)
        pages = forwards(FindingFilter(), sort, limit, between=lambda: add([next(more)]))
        seen: list[str] = []
        for page in pages:
            seen += [row.key for row in page.rows]
            if set(before) <= set(seen) or len(seen) > 10 * len(rows):
                break
        assert len(seen) == len(set(seen))
        assert [key for key in seen if key in before] == before


@pytest.mark.parametrize("sort", CASE_SORTS)
def test_cases_are_paged_in_every_order(sort: str) -> None:
    cases = [
        make_case(
            make_finding(package="ab"[n % 2]),
            package="ab"[n % 2],
            severity=n % 3,
            priority=n % 4 * 10,
            finders_count=n % 3 + 1,
        )
        for n in range(11)
    ]
    column = {
        "priority": "priority",
        "opened": "opened_at",
        "severity": "severity",
        "finders": "finders_count",
        "package": "package",
    }[sort.lstrip("-")]
    cases.sort(key=lambda case: (getattr(case, column), case.pk), reverse=sort.startswith("-"))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = list_cases(OWNER, CaseFilter(), sort, cursor, 3)
        seen += [row.key for row in page.rows]
        if page.next is None:
            break
        cursor = page.next
    assert seen == [case.key for case in cases]


def test_a_cursor_tells_no_number_of_a_row() -> None:
    add([(3, "a", "")] * 3)
    cursor = list_findings(OWNER, limit=1).next
    assert cursor is not None
    told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    ids = set(Finding.objects.values_list("id", flat=True))
    assert not ids & {value for value in told if isinstance(value, int) and value > 1}


def test_a_cursor_of_another_list_is_refused() -> None:
    add([(3, "a", "")] * 3)
    cursor = list_findings(OWNER, limit=1).next
    for asked, sort in ((FindingFilter(package="a"), "-received"), (None, "received")):
        with pytest.raises(CursorError, match="another list"):
            list_findings(OWNER, asked, sort, cursor, 1)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_hostile_cursors_are_refused_and_crash_nothing(text: str) -> None:
    for sort in FINDING_SORTS:
        try:
            page = list_findings(OWNER, None, sort, text, 1)
        except CursorError:
            continue
        assert text == ""
        assert page.rows == ()


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(told=hostile, sort=st.sampled_from(FINDING_SORTS))
def test_cursors_of_hostile_content_are_refused(told: object, sort: str) -> None:
    text = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    with pytest.raises(CursorError):
        list_findings(OWNER, None, sort, text, 1)


@settings(max_examples=100, deadline=None)
@given(
    value=st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    key=st.text(max_size=13) | st.just("own"),
    sort=st.sampled_from(FINDING_SORTS),
    back=st.booleans(),
)
def test_forged_cursors_of_the_right_list_crash_nothing(value, key, sort, back) -> None:
    with nothing_kept():
        add([(3, "a", ""), (1, "b", "")])
        real = list_findings(OWNER, None, sort, None, 1).next
        assert real is not None
        of, _, own, *_ = json.loads(base64.urlsafe_b64decode(real + "=" * (-len(real) % 4)))
        try:
            forged = str(Cursor(of, back, own if key == "own" else key, value))
            page = list_findings(OWNER, None, sort, forged, 1)
        except (CursorError, UnicodeEncodeError):
            return
        assert len(page.rows) <= 1


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_limit_out_of_bounds_is_refused(limit: int) -> None:
    with pytest.raises(FilterError, match="1 to 200"):
        list_findings(OWNER, limit=limit)


def test_an_unknown_sort_names_the_known_ones() -> None:
    with pytest.raises(FilterError, match="-severity"):
        list_findings(OWNER, sort="colour")
