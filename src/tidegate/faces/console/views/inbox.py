"""What waits for whoever is signed in, and by when: one list, what is due first comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.models import Clock
from tidegate.desks.cases.queries.inbox import MOST, Item, Waiting, inbox
from tidegate.desks.cases.queries.lines import waiting_parties
from tidegate.desks.cases.queries.near import near
from tidegate.desks.cases.queries.unread import unread_of
from tidegate.desks.cases.services.machines import EMBARGO
from tidegate.faces.console import coordination_words as words
from tidegate.faces.console.places import reads_every_case
from tidegate.faces.console.views.doing import time_zone
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_MOST: Final = 200
"""Rows on the page; what is due last is left out."""
_MOST_NEW: Final = 3
"""New cases that have a row each."""

_BOUNDS: Final[tuple[tuple[str, bool, timedelta | None], ...]] = (
    ("Past its time", True, timedelta(0)),
    ("Within a day", True, timedelta(days=1)),
    ("Within seven days", False, timedelta(days=7)),
    ("Later", False, None),
)
"""Names of groups, whether they press, and how soon what is in them is due."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, and where it is done."""

    what: str
    """What is to be done, in a few words."""
    kind: str
    """In one word, for the list of kinds."""
    about: str
    """What tells it apart: a party, a person, a clock."""
    case: str
    title: str
    address: str
    since: datetime
    by: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """What is due within a time."""

    name: str
    pressing: bool
    rows: tuple[Row, ...]


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show what waits."""
    actor, now = actor_of(request), timezone.now()
    found = sorted(_rows(actor, now), key=_place)
    return page(
        request,
        "inbox",
        "inbox",
        now=now,
        zone=time_zone(request),
        many=len(found),
        more=len(found) - _MOST,
        groups=_groups(found[:_MOST], now),
        coordinates=reads_every_case(actor),
    )


def _rows(actor: Actor, now: datetime) -> Iterator[Row]:
    found = inbox(actor, at=now)
    new = [item for item in found if item.what == Waiting.COORDINATION]
    if len(new) > _MOST_NEW:
        yield _all_new(new)
    for item in found:
        if item.what != Waiting.COORDINATION or len(new) <= _MOST_NEW:
            yield _row(item)
    for one in unread_of(actor, at=now):
        what = "1 message to read" if one.many == 1 else f"{one.many} messages to read"
        address = f"/cases/{one.case}/messages"
        yield Row(what, "Messages", "", one.case, one.title, address, one.since, None)
    for party in waiting_parties(actor, at=now):
        place = party.place
        at = f", {place.number} of {place.waiting}" if place else ""
        yield Row(
            "A party waits in line",
            "Line",
            f"{party.name}{at}",
            party.case,
            party.title,
            f"/cases/{party.case}/parties/{party.organisation}",
            party.since,
            None,
        )
    for date in near(actor, at=now):
        what = words.said_in(words.CLOCKS, date.kind)
        if date.kind == Clock.Kind.POLICY:
            what = date.name.replace("-", " ").capitalize()
        address = f"/cases/{date.case}/coordination#clocks"
        yield Row(what, "Date", "", date.case, date.title, address, date.since, date.at)


def _all_new(items: Sequence[Item]) -> Row:
    """Return one row for many cases that nobody coordinates; the board shows them."""
    many = f"{MOST} or more" if len(items) >= MOST else str(len(items))
    since = min(item.since for item in items)
    what = f"{many} proven cases that nobody coordinates"
    return Row(what, "New cases", "", "", "", "/board?column=uncoordinated", since, None)


def _row(item: Item) -> Row:
    case = f"/cases/{item.case}"
    party = f"{case}/parties/{item.organisation}"
    what, kind, address = {
        Waiting.INVITATION: ("An invitation to answer", "Invitation", case),
        Waiting.CONSENT: ("Terms to agree to", "Terms", f"{case}/coordination"),
        Waiting.REPORT: ("Say what you make of the report", "Report", party),
        Waiting.STATUS: ("Say how your products stand", "Status", f"{party}#products"),
        Waiting.PROPOSAL: ("Proposed terms to decide about", "Proposal", f"{case}/coordination"),
        Waiting.APPROVAL: (
            "An approval that takes a second coordinator",
            "Approval",
            f"{case}/coordination",
        ),
        Waiting.DATE: (_date(item), "Date", f"{case}/coordination#clocks"),
        Waiting.COORDINATION: (
            "A proven case that nobody coordinates",
            "New case",
            f"{case}/coordination",
        ),
    }.get(item.what, (str(item.what).capitalize(), str(item.what), case))
    about = "" if item.what == Waiting.DATE else item.name
    return Row(what, kind, about, item.case, item.title, address, item.since, item.by)


def _date(item: Item) -> str:
    """Say which date it is: the clock of an embargo has its name, that of a policy its rule's."""
    if item.name == EMBARGO:
        return words.said_in(words.CLOCKS, Clock.Kind.EMBARGO_END)
    return item.name.replace("-", " ").capitalize()


def _place(row: Row) -> tuple[bool, datetime, str]:
    """Return where a row stands: what is due first, then what waits longest."""
    return row.by is None, row.by or row.since, row.case


def _groups(rows: list[Row], now: datetime) -> list[Group]:
    """Return rows, which are in order, by how soon they are due; groups without any are left out.

    Rows that are due within a time stand before all others, so a group is a run of them.
    """
    groups: list[Group] = []
    for name, pressing, within in _BOUNDS:
        taken = tuple(takewhile(partial(_is_due, now=now, within=within), rows))
        rows = rows[len(taken) :]
        groups.append(Group(name, pressing, taken))
    groups.append(Group("Without a date", False, tuple(rows)))
    return [group for group in groups if group.rows]


def _is_due(row: Row, now: datetime, within: timedelta | None) -> bool:
    return row.by is not None and (within is None or row.by <= now + within)
