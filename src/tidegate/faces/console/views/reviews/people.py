"""The parties of an engagement and the people whom they have named: asked, named, vetted, recused.

What of a party is shown to whom, the query decides: others see their own part alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.parties.queries.lists import PlaceRow, list_people
from tidegate.desks.reviews.models import GOVERNMENT, NamedPerson, Party
from tidegate.desks.reviews.queries.engagements import EngagementPage, ShownParty, engagement_page
from tidegate.desks.reviews.queries.frameworks import find_framework
from tidegate.desks.reviews.services import naming, opening
from tidegate.faces.console import review_words as words
from tidegate.faces.console.views.doing import Refusal, Work, done, text_of
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import done_on
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party with what can be done for it by who asks."""

    party: ShownParty
    candidates: tuple[PlaceRow, ...]
    """People of the organisation who are not named; for who names them."""
    duties: tuple[tuple[str, str, str], ...]
    """Word, label and meaning of each duty that it may name somebody for."""
    titles: tuple[str, ...]
    """What the framework calls its people."""
    changes: bool
    """Something can be done about one of its people."""


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the parties and their people."""
    return people(request, key)


def people(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement's parties.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    return page(
        request,
        "reviews/people",
        "reviews",
        **shown.above(request, one, now, "people", refusal),
        rows=[_row(actor, one, party) for party in one.parties],
        own=actor.key,
        asked=[(part.value, words.PARTS[part]) for part in GOVERNMENT],
        whole=one.content is not None,
    )


@require_POST
@asking
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask an organisation to review or to determine."""
    return _done(
        request,
        key,
        "ask",
        lambda actor, at: opening.ask(
            actor, key, text_of(request, "organisation"), text_of(request, "part"), at=at
        ),
        "asked",
    )


@require_POST
@asking
def end_part(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """End an organisation's part."""
    return _done(
        request,
        key,
        "end",
        lambda actor, at: opening.end_part(
            actor, key, organisation, text_of(request, "part"), at=at
        ),
        "ended-part",
    )


@require_POST
@asking
def name(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Name a person for a party."""
    return _done(
        request,
        key,
        f"name-{organisation}-{text_of(request, 'part')}",
        lambda actor, at: naming.name_person(
            actor,
            key,
            organisation,
            text_of(request, "person"),
            text_of(request, "duty"),
            title=text_of(request, "title"),
            part=text_of(request, "part"),
            at=at,
        ),
        "named",
    )


@require_POST
@asking
def attest(request: HttpRequest, key: str, organisation: str, person: str) -> HttpResponse:
    """Attest that a person was vetted."""
    return _done(
        request,
        key,
        f"vet-{person}",
        lambda actor, at: naming.attest_vetting(
            actor,
            key,
            organisation,
            person,
            text_of(request, "words"),
            at=at,
        ),
        "vetted",
    )


@require_POST
@asking
def recuse(request: HttpRequest, key: str, organisation: str, person: str) -> HttpResponse:
    """Let a person step back; who did so for themselves may read nothing more afterwards."""

    def again(refusal: Refusal) -> HttpResponse:
        return people(request, key, refusal)

    itself = person == actor_of(request).key
    return done(
        request,
        f"recuse-{person}",
        lambda actor, at: naming.recuse(
            actor,
            key,
            organisation,
            person,
            text_of(request, "why"),
            at=at,
        ),
        then="/reviews?done=recused" if itself else f"/reviews/{key}/people?done=recused",
        again=again,
    )


@require_POST
@asking
def unname(request: HttpRequest, key: str, organisation: str, person: str) -> HttpResponse:
    """Take a person back."""
    return _done(
        request,
        key,
        f"unname-{person}",
        lambda actor, at: naming.unname(actor, key, organisation, person, at=at),
        "unnamed",
    )


@require_POST
@asking
def set_recipient(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Set to whom what is kept of calls is encrypted."""
    return _done(
        request,
        key,
        f"recipient-{organisation}",
        lambda actor, at: naming.set_recipient(
            actor, key, organisation, text_of(request, "recipient"), at=at
        ),
        "recipient",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_on("people", people, request, key, form, work, word)


def _row(actor: Actor, one: EngagementPage, party: ShownParty) -> PartyRow:
    if not party.mine or "name" not in one.may:
        is_named = any(person.key == actor.key for person in party.people)
        return PartyRow(party, (), (), (), changes=is_named and "recuse" in one.may)
    named = {person.key for person in party.people}
    duties = [
        duty
        for duty in NamedPerson.Duty
        if duty != NamedPerson.Duty.OFFICIAL or party.part == Party.Part.DETERMINING
    ]
    return PartyRow(
        party,
        tuple(
            place
            for place in _people_of(actor, party.organisation)
            if place.person not in named and place.suspended_at is None
        ),
        tuple((duty.value, words.DUTIES[duty], words.DUTIES_MEANT[duty]) for duty in duties),
        _titles(one, party.part),
        changes=True,
    )


def _people_of(actor: Actor, organisation: str) -> list[PlaceRow]:
    try:
        return list_people(actor, organisation)
    except NotFoundError:
        return []


def _titles(one: EngagementPage, part: str) -> tuple[str, ...]:
    """Return what the engagement's framework calls the people of a part."""
    content = one.content
    if content is None:
        return ()
    framework = find_framework(content.framework, content.framework_version)
    roles = framework.roles if framework else ()
    return tuple(role.title for role in roles if role.part == part)
