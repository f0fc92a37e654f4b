"""Lists of cases: narrowed, searched, sorted, paged, and counted within a bound."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.queries.case_detail import CaseDetail, get_case
from tidegate.desks.findings.queries.counting import Count, counted
from tidegate.desks.findings.queries.filters import CaseFilter, check_cases, words
from tidegate.desks.findings.queries.narrowing import among, holds, is_empty
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.desks.findings.queries.rows import CaseRow, CaseState, case_row, merged_into_of
from tidegate.desks.findings.queries.searching import Matches, matches

__all__ = [
    "CASE_SORTS",
    "CaseDetail",
    "CaseFilter",
    "CaseRow",
    "count_cases",
    "get_case",
    "list_cases",
]

_COLUMNS: Final = {
    "priority": ("priority", int),
    "opened": ("opened_at", datetime),
    "severity": ("severity", int),
    "finders": ("finders_count", int),
    "package": ("package", str),
}

CASE_SORTS: Final = tuple(f"{sign}{word}" for word in _COLUMNS for sign in ("", "-"))
"""What cases can be sorted by; with `-` the most urgent, the newest, the gravest first."""


def list_cases(
    actor: Actor,
    asked: CaseFilter | None = None,
    sort: str = "-priority",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CaseRow]:
    """Return a page of the cases that fit.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    asked = asked or CaseFilter()
    check_cases(asked)
    order = order_of(sort, _COLUMNS)
    mark = fingerprint("cases", sort, asked)
    at = read_cursor(cursor, of=mark)
    found = matches(actor, asked.text, newest=at.newest if at else "")
    return page_of(
        _fitting(actor, asked, found),
        order,
        at,
        checked_limit(limit),
        lambda ids: _shown(actor, ids),
        of=mark,
        known=visible(actor, Act.READ, Kind.CASE),
        newest=found.newest,
        note=found.note,
    )


def count_cases(actor: Actor, asked: CaseFilter | None = None, at_most: int = 10_000) -> Count:
    """Count the cases that fit, no further than `at_most`.

    Raises:
        FilterError: a word of the filter is not known.
    """
    asked = asked or CaseFilter()
    check_cases(asked)
    found = matches(actor, asked.text)
    return counted(_fitting(actor, asked, found), at_most, more=bool(found.note))


def _fitting(actor: Actor, asked: CaseFilter, found: Matches) -> QuerySet[Case]:
    """Return the cases that fit, so that the index of any sort can be walked for them."""
    rows = narrowed(actor, Case.objects.all())
    if found.where:
        # A search finds findings: what is looked for are their cases.
        members = Finding.objects.filter(found.where, case__isnull=False)
        rows = rows.filter(among(list(members.values_list("case_id", flat=True).distinct())))
    if asked.state:
        rows = rows.filter(is_empty("merged_into", empty=asked.state == CaseState.OPEN))
    if asked.package:
        rows = rows.filter(package=asked.package)
    for column in ("effect", "verdict"):
        if named := words(getattr(asked, column)):
            rows = rows.filter(holds(column, named))
    if asked.severity:
        ranks = [Severity.of_word(word) for word in words(asked.severity)]
        rows = rows.filter(holds("severity", ranks))
    return rows


def _shown(actor: Actor, ids: Sequence[int]) -> list[tuple[int, str, CaseRow]]:
    found = list(Case.objects.filter(id__in=ids).select_related("merged_into"))
    named = merged_into_of(actor, found)
    return [(case.pk, case.key, case_row(case, named)) for case in found]
