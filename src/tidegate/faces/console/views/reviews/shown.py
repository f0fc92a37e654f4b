"""What every page of an engagement shows above its own part, and what of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils.safestring import SafeString

from tidegate.desks.access.actors import Actor
from tidegate.desks.reviews.models import GOVERNMENT, Party
from tidegate.desks.reviews.queries.engagements import (
    Content,
    EngagementPage,
    Row,
    ShownParty,
)
from tidegate.desks.reviews.queries.frameworks import find_framework
from tidegate.desks.reviews.queries.requests import RequestShown, list_requests
from tidegate.faces.console.charts.window import Days, draw_window
from tidegate.faces.console.views.doing import Refusal, time_zone
from tidegate.faces.console.views.reviews.answering import telling


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of an engagement, in its row of pages."""

    word: str
    name: str
    icon: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What a party can see right now, in words."""

    party: ShownParty
    sees: str
    people: tuple[str, ...]
    """Names of those who read, or could."""
    calls: int
    """Grants of its people that are in use."""


_TABS: Final = (
    Tab("", "Overview", "overview"),
    Tab("terms", "Terms", "file"),
    Tab("people", "People", "people"),
    Tab("access", "Access", "plug"),
    Tab("calls", "Calls", "findings"),
    Tab("determination", "Determination", "seal"),
    Tab("partners", "Partners", "merge"),
    Tab("record", "Record", "lock"),
)
_UNUSED: Final = ("draft", "proposed")
"""States in which there is no access yet; the plug is shown where access is set up, then."""
_FOR_ALL: Final = ("", "terms", "people", "record")
"""Pages that show something also to who may only see that there is an engagement."""
_FOR_PARTNERS: Final = (*_FOR_ALL, "access", "calls", "partners")


def above(
    request: HttpRequest,
    one: EngagementPage,
    now: datetime,
    view: str,
    refusal: Refusal | None = None,
) -> dict[str, Any]:
    """Return what the head of an engagement's page is made of, and what was done or refused."""
    return {
        **telling(request, refusal),
        "now": now,
        "zone": time_zone(request),
        "one": one,
        "may": one.may,
        "view": view,
        "title": title_of(one),
        "tabs": tabs_of(one),
        "runs": is_developer(one),
        "governs": is_government(one),
        "own_terms": own_terms(one),
        "plug_shown": view == "access" or (one.content and one.content.state not in _UNUSED),
    }


def title_of(one: EngagementPage) -> str:
    """Return what an engagement is called: its model, for who may read it."""
    if one.content is None:
        return f"An engagement of {one.developer}"
    return f"{one.content.model} {one.content.version}".strip()


def tabs_of(one: EngagementPage) -> list[Tab]:
    """Return the pages that have something to show to who asks."""
    if is_developer(one) or (is_government(one) and one.content is not None):
        return list(_TABS)
    shown = _FOR_PARTNERS if Party.Part.PARTNER in one.own_parts else _FOR_ALL
    return [tab for tab in _TABS if tab.word in shown]


def own_partner(one: EngagementPage) -> str:
    """Return the key of the own organisation that is a trusted partner, and nothing else, here."""
    if is_developer(one) or is_government(one) or Party.Part.PARTNER not in one.own_parts:
        return ""
    own = (party.organisation for party in one.parties if party.part == Party.Part.PARTNER)
    return next(own, "")


def own_terms(one: EngagementPage) -> str:
    """Return what the address of the terms ends with, for who reads a partner's alone."""
    partner = own_partner(one)
    return f"?partner={partner}" if partner else ""


def is_developer(one: EngagementPage) -> bool:
    """Say whether it is an engagement of the own organisation."""
    return Party.Part.DEVELOPER in one.own_parts


def is_government(one: EngagementPage) -> bool:
    """Say whether the own organisation was asked to review or to determine."""
    return any(part in one.own_parts for part in GOVERNMENT)


def ceiling_of(content: Content) -> timedelta | None:
    """Return the longest window of an engagement's framework; None if that is not here any more."""
    known = find_framework(content.framework, content.framework_version)
    return known.ceiling if known else None


def window_of(one: EngagementPage, now: datetime) -> SafeString | None:
    """Draw the window of an engagement, or where one could be."""
    content = one.content
    if content is None:
        return None
    window = content.window
    return draw_window(
        Days(
            ceiling_of(content),
            window.opens_at if window else None,
            window.ends_at if window else None,
            content.planned_release_at,
        ),
        now,
    )


def window_of_row(row: Row, now: datetime) -> SafeString | None:
    """Draw the window of an engagement in a list."""
    if row.window is None:
        return None
    window = row.window
    return draw_window(Days(None, window.opens_at, window.ends_at, row.planned_release_at), now)


def open_requests(actor: Actor, one: EngagementPage, at: datetime) -> list[RequestShown]:
    """Return what takes two persons and is still good: to be seconded, or to be done."""
    return [
        row
        for row in list_requests(actor, engagement=one.key, at=at)
        if row.used_at is None and row.expires_at > at
    ]


def sights_of(one: EngagementPage, callers: Sequence[str]) -> list[Sight]:
    """Return what each party can see right now.

    `callers` are the names of those who hold a grant that is in use, once for each grant.
    """
    return [_sight(one, party, callers) for party in one.parties if party.ended_at is None]


def _sight(one: EngagementPage, party: ShownParty, callers: Sequence[str]) -> Sight:
    named = tuple(person.name for person in party.people if person.recused_at is None)
    many = sum(name in named for name in callers)
    return Sight(party, _seen_by(one, party, bool(named)), named, many)


def _seen_by(one: EngagementPage, party: ShownParty, has_named: bool) -> str:
    if party.part == Party.Part.DEVELOPER:
        return "Everything: its administrators, and the people whom it has named"
    if party.told_at is None:
        return "Nothing; it has not been told"
    if one.ended == "withdrawn":
        return "That there was an engagement, and what it has signed"
    if party.part == Party.Part.PARTNER:
        return "Its own record and terms, and what its own people call"
    open_to_it = one.content is not None and (
        one.asks == "coverage" or any(s.at for s in one.content.stages if s.state == "terms-agreed")
    )
    if not open_to_it:
        return "That there is an engagement, and the terms that are put to it"
    return (
        "The engagement, through the people named"
        if has_named
        else ("That there is an engagement, and the terms; it has named nobody")
    )
