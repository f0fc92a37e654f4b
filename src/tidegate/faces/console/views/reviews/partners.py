"""The trusted partners of an engagement: proposed, signed for by both sides, let in, ended."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.reviews.models import Agreement
from tidegate.desks.reviews.queries.engagements import EngagementPage, ShownParty, engagement_page
from tidegate.desks.reviews.queries.partners import partners_page
from tidegate.desks.reviews.queries.terms import document_of
from tidegate.desks.reviews.services import partners as sharing
from tidegate.faces.console.views.doing import Refusal, Work, instant_of, needed_instant_of, text_of
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import LARGEST_NUMBER, done_on
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the partners."""
    return partners(request, key)


def partners(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement's trusted partners.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    found = partners_page(actor, key, at=now)
    return page(
        request,
        "reviews/partners",
        "reviews",
        **shown.above(request, one, now, "partners", refusal),
        found=found,
        can=found.may,
        signers=_signers(one),
        has_passkey=has_passkey(actor.person),
    )


@require_POST
@asking
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Propose a partner; nothing is signed by that."""
    return _done(
        request,
        key,
        "propose",
        lambda actor, at: sharing.propose_partner(
            actor,
            key,
            text_of(request, "organisation"),
            identity=text_of(request, "identity"),
            scope=text_of(request, "scope"),
            hardening=text_of(request, "hardening"),
            begins_at=needed_instant_of(request, "begins_at", "the beginning of early access"),
            ends_at=needed_instant_of(request, "ends_at", "the end of early access"),
            early=bool(text_of(request, "early")),
            at=at,
        ),
        "partner",
    )


@require_POST
@asking
def decline(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Decline a partner, or take the proposal back."""
    return _done(
        request,
        key,
        f"decline-{organisation}",
        lambda actor, at: sharing.decline_partner(actor, key, organisation, at=at),
        "declined",
    )


@require_POST
@asking
def let_begin_early(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """Let a partner begin while the window is open."""

    def work(actor: Actor, at: datetime) -> None:
        begins_at = instant_of(request, "begins_at", "the beginning of early access")
        sharing.let_begin_early(actor, key, organisation, begins_at=begins_at, at=at)

    return _done(request, key, f"early-{organisation}", work, "early")


@require_POST
@asking
def end(request: HttpRequest, key: str, organisation: str) -> HttpResponse:
    """End a partner's early access."""
    return _done(
        request,
        key,
        f"end-{organisation}",
        lambda actor, at: sharing.end_partner(
            actor, key, organisation, why=text_of(request, "why"), at=at
        ),
        "partner-ended",
    )


@require_GET
@asking
def save_record(request: HttpRequest, key: str, organisation: str, number: int) -> HttpResponse:
    """Hand out the bytes of a partner's record, as they are signed."""
    if number > LARGEST_NUMBER:
        raise NotFoundError("agreement")
    content = document_of(
        actor_of(request),
        key,
        number,
        for_partner=organisation,
        kind=Agreement.Kind.PARTNER,
        at=timezone.now(),
    )
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="partner-{key}-{number}.json"'},
    )


def _signers(one: EngagementPage) -> list[ShownParty]:
    """Return the own organisations that sign records: the developer, or those that review."""
    return [
        party
        for party in one.parties
        if party.mine and party.ended_at is None and party.part in ("developer", "reviewer")
    ]


def has_passkey(person: int | None) -> bool:
    """Say whether somebody has a passkey to sign with."""
    kind = Authenticator.Type.WEBAUTHN
    return bool(Authenticator.objects.filter(user=person, type=kind).exists())


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_on("partners", partners, request, key, form, work, word)
