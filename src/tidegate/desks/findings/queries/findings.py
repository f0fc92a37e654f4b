"""Lists of findings: narrowed, searched, sorted, paged, and counted within a bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.findings.models import Case, Finder, Finding
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.queries.counting import Count, counted
from tidegate.desks.findings.queries.filters import (
    STAGES,
    FindingFilter,
    check_findings,
    checked_key,
    words,
)
from tidegate.desks.findings.queries.finding_detail import FindingDetail, get_finding
from tidegate.desks.findings.queries.narrowing import few, holds
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.desks.findings.queries.rows import FindingRow, cases_of, finding_row
from tidegate.desks.findings.queries.searching import Matches, matches

__all__ = [
    "FINDING_SORTS",
    "Count",
    "FindingDetail",
    "FindingFilter",
    "FindingRow",
    "count_findings",
    "get_finding",
    "list_findings",
]

# In the order of arrival a finding's number is as good as its time, and no two have the same.
_COLUMNS: Final = {
    "received": ("id", int),
    "severity": ("severity", int),
    "package": ("package", str),
}

FINDING_SORTS: Final = tuple(f"{sign}{word}" for word in _COLUMNS for sign in ("", "-"))
"""What findings can be sorted by; with `-` the newest, the gravest, the last first."""


def list_findings(
    actor: Actor,
    asked: FindingFilter | None = None,
    sort: str = "-received",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[FindingRow]:
    """Return a page of the findings that fit.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    asked = asked or FindingFilter()
    check_findings(asked)
    order = order_of(sort, _COLUMNS)
    mark = fingerprint("findings", sort, asked)
    at = read_cursor(cursor, of=mark)
    readable = visible(actor, Act.READ, Kind.FINDING)
    found = matches(actor, asked.text, newest=at.newest if at else "")
    return page_of(
        _fitting(actor, asked, found, sort),
        order,
        at,
        checked_limit(limit),
        lambda ids: _shown(actor, ids),
        of=mark,
        known=readable,
        newest=found.newest,
        note=found.note,
    )


def count_findings(
    actor: Actor, asked: FindingFilter | None = None, at_most: int = 10_000
) -> Count:
    """Count the findings that fit, no further than `at_most`.

    Raises:
        FilterError: a word of the filter is not known.
    """
    asked = asked or FindingFilter()
    check_findings(asked)
    found = matches(actor, asked.text)
    # In an order, so that one index is walked and the table is not opened.
    return counted(_fitting(actor, asked, found).order_by("-id"), at_most, more=bool(found.note))


def _fitting(
    actor: Actor, asked: FindingFilter, found: Matches, sort: str = ""
) -> QuerySet[Finding]:
    """Return the findings that fit, so that the index of a sort can be walked for them."""
    rows = _looked_up(actor, asked, found)
    looked_up = rows is not None
    rows = Finding.objects.all() if rows is None else rows
    for column in ("stage", "verdict", "effect", "format"):
        if named := words(getattr(asked, column)):
            rows = rows.filter(holds(column, named))
    if asked.finder:
        rows = rows.filter(holds("finder", _finder(asked.finder)))
    if asked.package_type:
        rows = rows.filter(holds("package_type", [asked.package_type]))
    by_package = sort.lstrip("-") == "package"
    if asked.severity:
        ranks = [Severity.of_word(word) for word in words(asked.severity)]
        # The rows of one severity stand together in an index, in the order of arrival.
        together = len(ranks) == 1 and not looked_up and not by_package
        rows = rows.filter(severity=ranks[0]) if together else rows.filter(holds("severity", ranks))
    if by_package and not looked_up and asked != FindingFilter():
        # The widest of the indexes: where few rows fit, they are found sooner in another.
        fitting = few(rows.order_by("-id"))
        return Finding.objects.filter(fitting) if fitting else rows
    return rows


def _looked_up(actor: Actor, asked: FindingFilter, found: Matches) -> QuerySet[Finding] | None:
    """Return the findings of what names few of them; None where nothing does."""
    readable = visible(actor, Act.READ, Kind.FINDING)
    named = [few(Finding.objects.filter(readable)) or readable] if readable else []
    named += [found.where] if found.where else []
    if asked.package:
        named.append(Q(package=asked.package))
    if asked.case:
        named.append(_of_case(actor, checked_key("case", asked.case)))
    if asked.finder:
        of_finder = few(Finding.objects.filter(finder__in=_finder(asked.finder)))
        named += [of_finder] if of_finder else []
    if asked.stage in STAGES and not named:
        of_stage = few(Finding.objects.filter(stage=asked.stage))
        named += [of_stage] if of_stage else []
    return Finding.objects.filter(*named) if named else None


def _of_case(actor: Actor, key: str) -> Q:
    cases = narrowed(actor, Case.objects.filter(key=key), Act.SEE)
    return few(Finding.objects.filter(case__in=cases)) or Q(case__in=cases)


def _finder(name: str) -> list[int]:
    return list(Finder.objects.filter(name=name).values_list("id", flat=True))


def _shown(actor: Actor, ids: Sequence[int]) -> list[tuple[int, str, FindingRow]]:
    found = list(Finding.objects.filter(id__in=ids).select_related("finder", "delivery", "case"))
    cases = cases_of(actor, found)
    return [(finding.pk, finding.key, finding_row(finding, cases)) for finding in found]
