"""The home of engagements: what is whose, who sees what right now, what waits, and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.models import Agreement, Engagement
from tidegate.desks.reviews.queries.engagements import Row, Waiting, my_engagements
from tidegate.desks.reviews.queries.frameworks import readable_frameworks
from tidegate.desks.reviews.queries.grants import GrantShown, list_grants
from tidegate.desks.reviews.services.opening import open_engagement
from tidegate.faces.console.views.doing import Refusal, answered, instant_of, text_of, time_zone
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import telling
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_SECTION: Final = "reviews"
_MOST_WATCHED: Final = 12
"""Engagements of a developer whose grants are shown at home."""

_WAITING: Final = {
    "terms-to-sign": ("Terms to sign", "terms"),
    "terms-to-acknowledge": ("Terms to read before the model is used", "terms"),
    "people-to-name": ("Name your people", "people"),
    "vetting-to-attest": ("A vetting to attest", "people"),
    "grant-to-issue": ("A grant to issue or decline", "access"),
    "grant-to-take-up": ("A grant to take up", ""),
    "request-to-second": ("Something that takes a second person", "access"),
    "certificate-due": ("A certificate of destruction", ""),
}
"""What waits: how it is said, and on which page of the engagement it is done."""


@dataclass(frozen=True, slots=True)
class Own:
    """An engagement of a developer, with its window as a picture and who holds grants."""

    row: Row
    picture: SafeString | None
    grants: tuple[GrantShown, ...]
    """That are in use, or could be taken up."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that waits, and where it is done."""

    what: str
    waiting: Waiting
    address: str


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show what whoever asks has to do with engagements."""
    actor, now = actor_of(request), timezone.now()
    home = my_engagements(actor, at=now)
    # What others can use right now comes first.
    going_on = sorted(
        (row for row in home.as_developer if not row.ended), key=lambda row: not row.open_grants
    )
    documents = _documents(actor, home.waiting, now)
    return page(
        request,
        "reviews/home",
        _SECTION,
        **telling(request, None),
        now=now,
        zone=time_zone(request),
        home=home,
        own=[_own(actor, row, now) for row in going_on[:_MOST_WATCHED]],
        over=[row for row in home.as_developer if row.ended],
        many_more=max(len(going_on) - _MOST_WATCHED, 0),
        waiting=[_to_do(one, documents) for one in home.waiting],
        may_open=bool(developers_of(actor)),
    )


@require_http_methods(["GET", "POST"])
@asking
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new engagement; open one."""
    if request.method == "GET":
        return _form(request)
    made: list[Engagement] = []

    def work() -> None:
        made.append(
            open_engagement(
                actor_of(request),
                text_of(request, "organisation"),
                asks=text_of(request, "asks"),
                model=text_of(request, "model"),
                version=text_of(request, "version"),
                build=text_of(request, "build"),
                reach=text_of(request, "reach"),
                planned_release_at=instant_of(request, "planned", "the planned release"),
                framework=text_of(request, "framework"),
                at=timezone.now(),
            )
        )

    return answered(
        request,
        "open",
        work,
        then=lambda: f"/reviews/{made[0].key}?done=opened",
        again=lambda refusal: _form(request, refusal),
    )


def developers_of(actor: Actor) -> list[tuple[str, str]]:
    """Return key and name of the developers that whoever asks administers."""
    own = actor.of_kind([OrganisationKind.MODEL_DEVELOPER], [Role.ADMINISTRATOR])
    rows = Organisation.objects.filter(pk__in=own).order_by("name", "pk")
    return [(row.key, row.name) for row in rows]


def _form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    frameworks = {one.name: one for one in readable_frameworks(actor_of(request))}
    return page(
        request,
        "reviews/new",
        _SECTION,
        **telling(request, refusal),
        zone=time_zone(request),
        organisations=developers_of(actor_of(request)),
        frameworks=tuple(frameworks.values()),
    )


def _own(actor: Actor, row: Row, now: datetime) -> Own:
    grants = list_grants(actor, engagement=row.key, at=now) if row.open_grants else ()
    alive = (one for one in grants if one.state in ("issued", "in-use"))
    in_use_first = sorted(alive, key=lambda one: one.state != "in-use")
    return Own(row, shown.window_of_row(row, now), tuple(in_use_first))


def _documents(
    actor: Actor, waiting: Sequence[Waiting], now: datetime
) -> dict[tuple[str, str], Agreement]:
    """Return what is to be signed, by the key of its engagement and its digest."""
    digests = [one.subject for one in waiting if one.what == "terms-to-sign"]
    rows = Agreement.objects.select_related("engagement", "party__organisation")
    found = narrowed(actor, rows.filter(sha256__in=digests), at=now) if digests else ()
    return {(row.engagement.key, row.sha256): row for row in found}


def _to_do(waiting: Waiting, documents: Mapping[tuple[str, str], Agreement]) -> ToDo:
    document = documents.get((waiting.engagement, waiting.subject))
    if document is not None and document.party is not None:
        name, key = document.party.organisation.name, document.party.organisation.key
        base = f"/reviews/{waiting.engagement}"
        if document.kind == Agreement.Kind.PARTNER:
            return ToDo(f"The record of {name} to sign", waiting, f"{base}/partners")
        return ToDo(f"Terms with {name} to sign", waiting, f"{base}/terms?partner={key}")
    what, view = _WAITING.get(waiting.what, (waiting.what.replace("-", " ").capitalize(), ""))
    if waiting.what == "grant-to-take-up":
        return ToDo(what, waiting, f"/reviews/grants/{waiting.subject}")
    rest = f"/{view}" if view else "#duties" if waiting.what == "certificate-due" else ""
    return ToDo(what, waiting, f"/reviews/{waiting.engagement}{rest}")
