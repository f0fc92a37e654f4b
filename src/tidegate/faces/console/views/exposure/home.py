"""An operator's home: what is due as a picture, what could not be told, how old the feeds are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.exposure.queries import feeds
from tidegate.desks.exposure.queries.home import Home, home
from tidegate.desks.exposure.queries.untold import Untold
from tidegate.faces.console.charts.due import Day, draw_due
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@dataclass(frozen=True, slots=True)
class Count:
    """A number, what it is of, and the list that it is the length of."""

    number: int
    name: str
    note: str
    address: str
    kind: str = ""
    """How it looks: `late`, `soon`, `untold`, or plain."""


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show what an operator looks at first."""
    actor, now = actor_of(request), timezone.now()
    above = shown.above(request, now)
    seen = home(actor, organisation=shown.chosen_of(request), at=now)
    operator = above["operator"]
    return page(
        request,
        "exposure/home",
        shown.SECTION,
        **above,
        home=seen,
        picture=draw_due([Day(one.day, one.due, one.in_kev) for one in seen.days], seen.today),
        dated=_dated(seen, operator),
        undated=_undated(seen, operator),
        answered=_answered(seen, operator),
        untold=seen.untold,
        untold_counts=[one for one in untold_of(seen.untold, operator) if one.number],
        feeds=[one for one in feeds.feeds(now) if one.edition or one.is_followed],
    )


def _dated(seen: Home, operator: str) -> list[Count]:
    within = "Each includes those before it, and none that is late."
    return [
        Count(seen.late, "late", "their day is over", _list(operator, state="late"), "late"),
        *(
            Count(number, f"due in {days} days", within, _list(operator, due_within=days), kind)
            for number, days, kind in (
                (seen.due_in_3_days, 3, "soon"),
                (seen.due_in_14_days, 14, ""),
                (seen.due_in_60_days, 60, ""),
            )
        ),
    ]


def _undated(seen: Home, operator: str) -> list[Count]:
    return [
        Count(
            seen.no_day,
            "with the next system upgrade",
            "no day, by the table",
            _list(operator, state="no-day"),
        ),
        Count(
            seen.undetermined,
            "undetermined",
            "nobody knows a value that the day rests on",
            _list(operator, state="undetermined"),
            "untold",
        ),
        Count(
            seen.no_table,
            "without a table",
            "their authority has none here",
            _list(operator, state="no-table"),
            "untold",
        ),
        Count(seen.due_later, "due later", "after 60 days", _list(operator, state="to-do")),
    ]


def _answered(seen: Home, operator: str) -> list[Count]:
    return [
        Count(seen.mitigated, "mitigated", "", _list(operator, state="mitigated")),
        Count(seen.remediated, "said, not shown yet", "", _list(operator, state="remediated")),
        Count(seen.excepted, "excepted", "", _list(operator, state="excepted")),
        Count(seen.triage, "forensic triage due", "", _list(operator, state="triage")),
        Count(seen.in_kev, "known to be exploited", "", _list(operator, in_kev="yes")),
    ]


def untold_of(untold: Untold, operator: str) -> list[Count]:
    """Return what could not be told, each with where it can be seen."""
    assets = f"/assets?{urlencode({shown.OPERATOR: operator})}" if operator else "/assets"
    return [
        Count(
            untold.unknown,
            "exposures of which it is not known whether they are affected",
            "treat them as affected until you know",
            _list(operator, state="unknown"),
        ),
        Count(
            untold.undetermined,
            "exposures whose day is undetermined",
            "something is not known that the day rests on",
            _list(operator, state="undetermined"),
        ),
        Count(
            untold.unplaced,
            "components of which nothing can be said",
            "no version, no package URL, an ecosystem that is not covered",
            assets,
        ),
        Count(
            untold.in_doubt,
            "packages of which it may not be said that they are not affected",
            "what was found of them is true; that there is no more is not known",
            assets,
        ),
        Count(
            untold.not_understood,
            "places of inventories that were not understood",
            "they were left out; the inventory's page lists each with its mend",
            assets,
        ),
        Count(
            untold.without_inventory,
            "assets without an inventory",
            "nothing at all can be said of them",
            assets,
        ),
    ]


def _list(operator: str, **words: object) -> str:
    asked = {name: str(word) for name, word in words.items()}
    if operator:
        asked[shown.OPERATOR] = operator
    return f"/exposures?{urlencode(asked)}"
