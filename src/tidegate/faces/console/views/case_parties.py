"""One party of a case: its consent, its report, its products, its team; and what is said for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.participants import PartyShown, list_parties
from tidegate.desks.cases.queries.permitted import Permitted, permitted_in
from tidegate.desks.cases.services import consenting, inviting, teams, vendors
from tidegate.desks.cases.states.reports import REPORTS, ReportEvent, ReportState
from tidegate.desks.cases.states.vulnerabilities import VENDOR_EVENTS
from tidegate.desks.parties.queries.lists import PlaceRow, list_people
from tidegate.faces.console import coordination_words as words
from tidegate.faces.console.views.coordination import above, envelope
from tidegate.faces.console.views.doing import (
    Refusal,
    answered,
    instant_of,
    needed_instant_of,
    telling,
    text_of,
)
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_NO_TERMS: Final = "none"
"""What a form says for terms where nothing is on the table."""

Work = Callable[[Actor, datetime], object]


@require_GET
@asking
def show(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Show one party of a case."""
    return _party(request, key, organisation)


@require_POST
@asking
def accept(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Agree to the terms on the table for a party, and let it join if it has not."""

    def work(actor: Actor, at: datetime) -> None:
        named = text_of(request, "terms")
        terms = None
        if named != _NO_TERMS:
            terms = needed_instant_of(request, "terms", "the end of the embargo")
        until = instant_of(request, "until", "the end of the consent")
        consenting.accept(actor, key, organisation, terms=terms, until=until, at=at)

    return _answered(request, key, organisation, work)


@require_POST
@asking
def decline(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Decline the terms on the table for a party, or withdraw from them."""

    def work(actor: Actor, at: datetime) -> None:
        reason = text_of(request, "reason")
        consenting.decline(actor, key, organisation, reason=reason, at=at)

    return _answered(request, key, organisation, work)


@require_POST
@asking
def invite_again(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Invite a party anew that has declined, or whose consent has lapsed."""
    return _done(
        request,
        key,
        organisation,
        "again",
        lambda actor, at: inviting.invite(
            actor, key, organisation, text_of(request, "role"), at=at
        ),
        "invited",
    )


@require_POST
@asking
def record_silence(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Keep that a party has not answered in time."""
    return _done(
        request,
        key,
        organisation,
        "silent",
        lambda actor, at: consenting.record_silence(actor, key, organisation, at=at),
        "silent",
    )


@require_POST
@asking
def remove(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """End a party's part in a case."""
    return answered(
        request,
        "remove",
        lambda: inviting.remove(
            actor_of(request),
            key,
            organisation,
            reason=text_of(request, "reason"),
            at=timezone.now(),
        ),
        then=lambda: f"/cases/{key}/coordination?done=removed",
        again=lambda refusal: _party(request, key, organisation, refusal),
    )


@require_POST
@asking
def set_contact(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Record how far the contact with a party has come."""
    return _done(
        request,
        key,
        organisation,
        "contact",
        lambda actor, at: vendors.set_contact(
            actor, key, organisation, text_of(request, "contact"), at=at
        ),
        "contact",
    )


@require_POST
@asking
def say_status(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Say what holds for one of a vendor's products."""
    return _done(
        request,
        key,
        organisation,
        "status",
        lambda actor, at: vendors.say_status(
            actor,
            key,
            organisation,
            text_of(request, "product"),
            text_of(request, "status"),
            justification=text_of(request, "justification"),
            statement=text_of(request, "statement"),
            versions=text_of(request, "versions"),
            at=at,
        ),
        "said",
    )


@require_POST
@asking
def record_progress(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Record that a vendor is aware, has a fix ready, or has it deployed."""
    return _done(
        request,
        key,
        organisation,
        "progress",
        lambda actor, at: vendors.record_progress(
            actor,
            key,
            organisation,
            text_of(request, "event"),
            happened_at=instant_of(request, "happened_at", "when it came about"),
            at=at,
        ),
        "recorded",
    )


@require_POST
@asking
def handle_report(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Record what a party does with the report."""
    return _done(
        request,
        key,
        organisation,
        "report",
        lambda actor, at: vendors.handle_report(
            actor, key, organisation, text_of(request, "event"), at=at
        ),
        "report",
    )


@require_POST
@asking
def add_member(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Put somebody on a party's team."""

    def work(actor: Actor, at: datetime) -> None:
        until = instant_of(request, "until", "the end of the grant")
        teams.add_member(actor, key, organisation, text_of(request, "person"), until=until, at=at)

    return _answered(request, key, organisation, work, form="team", done="team")


@require_POST
@asking
def remove_member(request: HttpRequest, key: str, organisation: str, person: str) -> HttpResponse:
    """Take somebody off a party's team."""

    def work(actor: Actor, at: datetime) -> None:
        teams.remove_member(actor, key, organisation, person, at=at)

    return _answered(request, key, organisation, work, form="team", done="team")


def _done(
    request: HttpRequest, key: str, organisation: str, form: str, work: Work, done: str
) -> HttpResponse:
    return answered(
        request,
        form,
        lambda: work(actor_of(request), timezone.now()),
        then=lambda: f"/cases/{key}/parties/{organisation}?done={done}",
        again=lambda refusal: _party(request, key, organisation, refusal),
    )


def _answered(
    request: HttpRequest,
    key: str,
    organisation: str,
    work: Work,
    *,
    form: str = "answer",
    done: str = "",
) -> HttpResponse:
    """Do what may begin or end that somebody reads the case, and lead to what they may see then."""

    def again(refusal: Refusal) -> HttpResponse:
        if permitted_in(actor_of(request), key, at=timezone.now()).read:
            try:
                return _party(request, key, organisation, refusal)
            except NotFoundError:
                pass  # Who reads the case for its label alone sees none of its parties.
        return envelope(request, key, refusal)

    word = done or ("joined" if request.path.endswith("/accept") else "declined")
    return answered(
        request,
        form,
        lambda: work(actor_of(request), timezone.now()),
        then=lambda: f"/cases/{key}/coordination?done={word}",
        again=again,
    )


def _party(
    request: HttpRequest, key: str, organisation: str, refusal: Refusal | None = None
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    heading = heading_of(actor, key, at=now)
    permitted = permitted_in(actor, key, at=now)
    named = as_written(organisation)
    parties = list_parties(actor, key, at=now)
    party = next((one for one in parties if one.organisation == named), None)
    if party is None:
        raise NotFoundError("party", named)
    base = above(request, actor, heading, permitted, now)
    own = {part.organisation: part for part in base["terms"].own} if base["terms"] else {}
    return page(
        request,
        "coordination_party",
        "cases",
        **base,
        **telling(request, refusal),
        trail=[(f"/cases/{heading.row.key}/coordination", "Coordination"), ("", party.name)],
        party=party,
        own_part=own.get(named),
        answers=named in permitted.respond and heading.closed_at is None,
        speaks=_speaks(party, permitted) and heading.closed_at is None,
        changes_team=named in permitted.teams and heading.closed_at is None,
        candidates=_candidates(actor, party) if named in permitted.teams else [],
        next_reports=_next_reports(party),
        next_progress=VENDOR_EVENTS[len(party.progress) :][:1],
        contacts=tuple((word, look.label) for word, look in words.CONTACTS.items()),
        statuses=tuple((word, look.label) for word, look in words.STATUSES.items()),
        justifications=tuple(words.JUSTIFICATIONS.items()),
        person=actor.key,
    )


def _speaks(party: PartyShown, permitted: Permitted) -> bool:
    """Say whether who asks says how far the party is: it has joined, and they work on the case."""
    return (
        party.joined_at is not None and party.organisation in permitted.respond and permitted.write
    )


def _candidates(actor: Actor, party: PartyShown) -> list[PlaceRow]:
    """Return the organisation's people who are not on its team."""
    there = {member.person for member in party.team}
    people = list_people(actor, party.organisation)
    return [one for one in people if one.person not in there and one.suspended_at is None]


def _next_reports(party: PartyShown) -> list[tuple[str, str]]:
    state = ReportState(party.report)
    return [
        (str(event), words.said_in(words.REPORT_EVENTS, event))
        for event in ReportEvent
        if (state, event) in REPORTS and event is not ReportEvent.RECEIVE
    ]
