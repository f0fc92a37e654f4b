"""What the pages of what is exposed have in common: the operator that they are of, and its zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils.http import urlencode

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, may_with_instance, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Operator
from tidegate.desks.exposure.queries.exposure_rows import today_in
from tidegate.desks.exposure.queries.feeds import too_old
from tidegate.desks.exposure.queries.operators import my_operators, one_operator
from tidegate.desks.exposure.queries.untold import DATING
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.faces.console.views.doing import Refusal, time_zone
from tidegate.faces.console.views.exposure.doing import telling
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "exposure"
OPERATOR: Final = "operator"
"""In an address: the key of the operator that a page is narrowed to."""

_MOST_LINKS: Final = 8
"""Operators that are links beside each other; more are chosen from a list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An operator whose pages somebody may see, and where they are."""

    key: str
    name: str
    zone: str
    is_own: bool
    """Whether they have a place in it; else they act for it as its provider."""
    may_operate: bool
    address: str
    is_chosen: bool


def above(request: HttpRequest, now: datetime, refusal: Refusal | None = None) -> dict[str, Any]:
    """Return what every one of these pages is given."""
    actor = actor_of(request)
    choices = choices_of(request, actor, now)
    chosen = next((one for one in choices if one.is_chosen), None)
    return {
        **telling(request, refusal),
        "now": now,
        "zone": time_zone(request),
        "choices": choices,
        "many": len(choices) > _MOST_LINKS,
        "chosen": chosen,
        "operator": chosen.key if chosen and len(choices) > 1 else "",
        "today": day_in(chosen.zone if chosen else "UTC", now),
        "operates": [one for one in choices if one.may_operate],
        "counts_all": may_with_instance(actor, Act.READ),
    }


def choices_of(request: HttpRequest, actor: Actor, now: datetime) -> list[Choice]:
    """Return the operators that a page can be narrowed to; the only one is chosen by itself."""
    operators = my_operators(actor, at=now)
    asked = as_written(request.GET.get(OPERATOR, ""))
    rows = Organisation.objects.filter(pk__in=[one.pk for one in operators])
    own = set(rows.filter(pk__in=actor.organisations).values_list("pk", flat=True))
    operated = set(narrowed(actor, rows, Act.OPERATE, at=now).values_list("pk", flat=True))
    settled = Operator.objects.filter(organisation__in=rows)
    zones = dict(settled.values_list("organisation", "zone"))
    return [
        Choice(
            one.key,
            one.name,
            zones.get(one.pk, "UTC"),
            one.pk in own,
            one.pk in operated,
            f"{request.path}?{urlencode({OPERATOR: one.key})}",
            one.key == asked or len(operators) == 1,
        )
        for one in operators
    ]


def chosen_of(request: HttpRequest) -> str:
    """Return the key of the operator that an address is narrowed to; empty for all."""
    return request.GET.get(OPERATOR, "").strip()


def operator_of(actor: Actor, key: str, now: datetime) -> Organisation:
    """Return the operator whose assets somebody reads: the one that is named, or the only one.

    Raises:
        NotFoundError: there is no such operator, or not for them; or several, and none is named.
    """
    try:
        return one_operator(actor, key, at=now)
    except NotPossibleError:
        raise NotFoundError("organisation") from None


def operator_to(act: Act, actor: Actor, key: str, now: datetime) -> Organisation:
    """Return the operator that something is to be done for: the one that is named, or the only one.

    Raises:
        NotFoundError: there is no such operator, or not for them to do so.
    """
    if key:
        return find(actor, Organisation.objects.all(), act, at=now, key=as_written(key))
    able = [one for one in my_operators(actor, at=now) if may(actor, act, one, at=now)]
    if len(able) != 1:
        raise NotFoundError("organisation")
    return able[0]


def day_in(zone: str, now: datetime) -> date:
    """Return the day that an instant is in a zone."""
    return today_in(zone, now)


def old_feeds(now: datetime, sources: Iterable[str]) -> tuple[str, ...]:
    """Return what of some sources is too old to be a ground for an answer, in words.

    Those on which every day rests are always among them.
    """
    named = {source.partition(":")[0] for source in sources} | set(DATING)
    return tuple(words for feed, words in too_old(now).items() if feed in named)
