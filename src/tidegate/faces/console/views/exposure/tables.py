"""Decision tables: which there are, one of them as a tree, and what it says to given values.

The address holds the values, so that an exposure's page can lead to the very row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.exposure.queries.tables import (
    TableRow,
    Told,
    dated_by,
    list_tables,
    table_named,
    told_by,
)
from tidegate.desks.parties.services.texts import time_zones
from tidegate.engines.rules import (
    UNKNOWN,
    Branch,
    Circumstances,
    Deadline,
    Input,
    RuleInputError,
    Scope,
    reasons,
    tree,
)
from tidegate.engines.rules.tables import Row
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "tables"
_GIVEN: Final = "given on this page"
_DATING: Final = ("scope", "listed_on", "detected_at", "zone")
_NOON: Final = time(12)
"""Stands for a day of which the hour was not asked."""
_MOST_DRAWN: Final = 512
"""Rows of a table that is drawn as a tree; a larger one is a list of its rows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision point in the form, and what was chosen."""

    word: str
    name: str
    definition: str
    values: tuple[tuple[str, str], ...]
    """Word and name of each."""
    chosen: str


@dataclass(frozen=True, slots=True)
class Node:
    """A branch of the tree, as it is shown."""

    value: str
    asks: str
    """The next decision point; empty at an end."""
    nodes: tuple[Node, ...]
    number: int | None
    outcome: str
    definition: str
    rank: int
    """Of the outcome, from 0 for the least urgent to 3."""
    is_on_path: bool
    """Whether it is what holds, or may hold."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the table says, or why it cannot."""

    told: Told | None = None
    row: int | None = None
    possible: tuple[tuple[int, str], ...] = ()
    """Number and outcome of the rows that remain."""
    dated: Deadline | None = None
    reasons: tuple[str, ...] = ()
    mend: str = ""


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the decision tables that there are."""
    actor, now = actor_of(request), timezone.now()
    return page(
        request,
        "exposure/tables",
        SECTION,
        **above(request, now, "tables"),
        rows=list_tables(actor, at=now),
    )


@require_GET
@asking
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show a decision table as a tree, and what it says to the values in the address."""
    actor, now = actor_of(request), timezone.now()
    row = table_named(actor, name, organisation=request.GET.get("organisation", ""), at=now)
    asks = _asks(request, row)
    said = _said(request, row, asks)
    kept = said.told.rows if said.told else ()
    drawn = len(row.table.rows) <= _MOST_DRAWN
    return page(
        request,
        "exposure/table",
        SECTION,
        status=422 if said.mend else 200,
        **above(request, now, "tables"),
        row=row,
        table=row.table,
        asks=asks,
        said=said,
        is_asked=any(one.chosen for one in asks),
        nodes=_nodes(tree(row.table), row, {one.number for one in kept}) if drawn else (),
        rows=[(row.number(one), one) for one in _in_order(row)],
        first=row.table.points[0].name,
        scopes=[scope for one in row.policy_sets for scope in one.scopes],
        written={key: request.GET.get(key, "") for key in _DATING},
        zones=sorted(time_zones()),
    )


def _asks(request: HttpRequest, row: TableRow) -> list[Ask]:
    return [
        Ask(
            point.word,
            point.name,
            point.definition,
            tuple((value.word, value.name) for value in point.values),
            request.GET.get(point.word, "").strip(),
        )
        for point in row.table.points
    ]


def _said(request: HttpRequest, row: TableRow, asks: Collection[Ask]) -> Said:
    inputs = {
        one.word: Input(one.chosen, _GIVEN)
        for one in asks
        if one.chosen and (one.chosen != UNKNOWN or row.read_by is not None)
    }
    if not inputs:
        return Said()
    try:
        told = told_by(row, inputs)
        dated = _dated(request, row, inputs)
    except RuleInputError as error:
        return Said(mend=str(error))
    return Said(
        told=told,
        row=row.number(told.row) if told.row else None,
        possible=tuple((row.number(one), one.outcome.name) for one in told.rows),
        dated=dated,
        reasons=reasons(dated) if dated else (),
    )


def _dated(request: HttpRequest, row: TableRow, inputs: Mapping[str, Input]) -> Deadline | None:
    """Return by which day it is due, where a day to count from is given.

    Raises:
        RuleInputError: what is given is no day, no zone or no scope.
    """
    listed = _day(request, "listed_on", "the day of the listing")
    detected = _day(request, "detected_at", "the day of the detection")
    if row.read_by is None or (listed is None and detected is None):
        return None
    name = request.GET.get("zone", "").strip() or "UTC"
    if name not in time_zones():
        raise RuleInputError(f"there is no time zone {name[:60]!r}; write one as America/New_York")
    zone = ZoneInfo(name)
    scope = request.GET.get("scope", "").strip() or next(iter(row.read_by.scopes))
    if scope not in set(Scope):
        raise RuleInputError(f"there is no scope {scope[:60]!r}; choose {', '.join(Scope)}")
    try:
        noon = datetime.combine(detected, _NOON, zone).astimezone(UTC) if detected else None
    except OverflowError:
        raise RuleInputError(f"{detected} is beyond every calendar; write another day") from None
    known = Circumstances(Scope(scope), inputs, detected_at=noon, listed_on=listed)
    return dated_by(row, known, zone)


def _day(request: HttpRequest, name: str, what: str) -> date | None:
    written = request.GET.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        reason = f"{what}, {written[:40]!r}, is no day; write one like 2026-12-07"
        raise RuleInputError(reason) from None


def _nodes(branches: Collection[Branch], row: TableRow, kept: set[int]) -> tuple[Node, ...]:
    return tuple(_node(one, row, kept) for one in branches)


def _node(branch: Branch, row: TableRow, kept: set[int]) -> Node:
    nodes = _nodes(branch.branches, row, kept)
    end = branch.row
    return Node(
        value=branch.value.name,
        asks=branch.branches[0].point.name if branch.branches else "",
        nodes=nodes,
        number=row.number(end) if end else None,
        outcome=end.outcome.name if end else "",
        definition=end.outcome.definition if end else "",
        rank=_rank(row, end) if end else 0,
        is_on_path=(end is not None and end.number in kept) or any(n.is_on_path for n in nodes),
    )


def _rank(row: TableRow, end: Row) -> int:
    keys = [value.key for value in row.table.outcome.values]
    return round(3 * keys.index(end.outcome.key) / max(len(keys) - 1, 1))


def _in_order(row: TableRow) -> Iterator[Row]:
    yield from sorted(row.table.rows, key=row.number)
