"""Exposures as a list: filters, sorts, pages, and what was done about many of them at once."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.exposure.queries.exposures import SORTS, STATES, list_exposures
from tidegate.desks.exposure.queries.untold import could_not_be_told
from tidegate.desks.exposure.services.remedies import Answer, say_remedy
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.faces.console.exposure_words import REMEDIES, REMEDIES_MEANT
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.doing import Refusal, done, needed_instant_of, text_of
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.exposure.doing import as_on, back_to, ticked
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_PATH: Final = "/exposures"
_FIRST: Final = "due"
_CHIPS: Final = {
    "search": "Search",
    "vulnerability": "Vulnerability",
    "asset": "Asset",
    "system": "System",
    "due_within": "Due within days",
    "in_kev": "Known to be exploited",
}
_WITHIN: Final = (3, 14, 60)
_YES_OR_NO: Final = {"": None, "yes": True, "no": False}


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the exposures that fit a filter, a page of them."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    return _list(request)


@require_POST
@asking
def remedy(request: HttpRequest) -> HttpResponse:
    """Say of several exposures what was done about them: of all of them, or of none."""
    said: list[Answer] = []
    return done(
        request,
        "remedy",
        lambda actor, at: said.append(
            say_remedy(
                actor,
                ticked(request),
                text_of(request, "remedy"),
                done_at=needed_instant_of(request, "done_at", "the instant at which it was done"),
                words=text_of(request, "words"),
                at=at,
            )
        ),
        then=lambda: back_to(
            request, _PATH, "remedied-early" if said[0].out_of_order else "remedied"
        ),
        again=lambda refusal: _again(request, refusal),
    )


def _again(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    as_on(request, _PATH)
    return _list(request, refusal)


def _list(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    asked = _asked(request)
    sort = request.GET.get("sort", _FIRST)
    state = request.GET.get("state", "open")
    found = list_exposures(
        actor,
        organisation=shown.chosen_of(request),
        asset=asked["asset"],
        vulnerability=asked["vulnerability"],
        system=asked["system"],
        state=state,
        due_within=_days(asked["due_within"]),
        in_kev=_kev(asked["in_kev"]),
        search=asked["search"],
        sort=sort,
        cursor=request.GET.get("after"),
        limit=lists.LIMIT,
        at=now,
    )
    above = shown.above(request, now, refusal)
    operated = {one.key for one in above["operates"]}
    return page(
        request,
        "exposure/exposures",
        shown.SECTION,
        **above,
        found=found,
        untold=could_not_be_told(actor, organisation=shown.chosen_of(request), at=now),
        asked=asked,
        state=state,
        states=STATES,
        within=_WITHIN,
        chips=lists.chips(request, _CHIPS),
        sorts=lists.sorts(request, sort, SORTS),
        kept=lists.kept(request, ("sort", "vulnerability", "asset", "system")),
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
        may_say=any(row.organisation in operated for row in found.rows),
        operated=operated,
        remedies=[(word, label, REMEDIES_MEANT[word]) for word, label in REMEDIES.items()],
        query=request.GET.urlencode(),
        picked=request.POST.getlist("key") if refusal else [],
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in _CHIPS}


def _days(word: str) -> int | None:
    if not word:
        return None
    if not (word.isascii() and word.isdecimal() and len(word) < 5):
        raise FilterError(
            f"{word[:40]!r} is no number of days; write one such as 14", parameter="due_within"
        )
    return int(word)


def _kev(word: str) -> bool | None:
    if word not in _YES_OR_NO:
        raise FilterError(f"in_kev is yes or no, and not {word[:40]!r}", parameter="in_kev")
    return _YES_OR_NO[word]
