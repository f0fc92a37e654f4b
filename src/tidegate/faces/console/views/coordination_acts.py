"""What is done on the page of a case's coordination: one address for each verb.

Each reads its form, asks the service, and leads back; a refusal comes back beside its form. Who may
do it is decided by the service.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.services import (
    embargoes,
    facts,
    following,
    inviting,
    opening,
    releasing,
    ringing,
)
from tidegate.faces.console.views.coordination import coordination_page
from tidegate.faces.console.views.doing import (
    answered,
    instant_of,
    needed_instant_of,
    text_of,
)
from tidegate.faces.console.views.showing import asking
from tidegate.faces.web.acting import actor_of_request as actor_of

Work = Callable[[Actor, datetime], object]


@require_POST
@asking
def open_case(request: HttpRequest, key: str) -> HttpResponse:
    """Begin to work on a case with others."""
    policy = text_of(request, "policy") or opening.DEFAULT_POLICY
    return _done(
        request,
        key,
        "open",
        lambda actor, at: opening.open_coordination(actor, key, policy=policy, at=at),
        "opened",
    )


@require_POST
@asking
def invite(request: HttpRequest, key: str) -> HttpResponse:
    """Invite a party."""
    return _done(
        request,
        key,
        "invite",
        lambda actor, at: inviting.invite(
            actor, key, text_of(request, "organisation"), text_of(request, "role"), at=at
        ),
        "invited",
    )


@require_POST
@asking
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Propose until when the case is kept secret."""
    return _done(
        request,
        key,
        "propose",
        lambda actor, at: embargoes.propose(
            actor,
            key,
            needed_instant_of(request, "ends_at", "the end of the embargo"),
            words=text_of(request, "words"),
            at=at,
        ),
        "proposed",
    )


@require_POST
@asking
def accept_terms(request: HttpRequest, key: str) -> HttpResponse:
    """Put the proposed terms in force."""
    return _done(
        request,
        key,
        "decide",
        lambda actor, at: embargoes.accept(
            actor, key, knowing_what_it_reveals=_knowing(request), at=at
        ),
        "accepted",
    )


@require_POST
@asking
def refuse_terms(request: HttpRequest, key: str) -> HttpResponse:
    """Refuse the proposed terms."""
    return _done(
        request,
        key,
        "decide",
        lambda actor, at: embargoes.refuse(actor, key, reason=text_of(request, "reason"), at=at),
        "refused",
    )


@require_POST
@asking
def approve_terms(request: HttpRequest, key: str) -> HttpResponse:
    """Approve that the proposed terms, which end earlier, may be accepted."""
    return _done(
        request,
        key,
        "approve",
        lambda actor, at: releasing.approve_terms(
            actor, key, reason=text_of(request, "reason"), at=at
        ),
        "approved",
    )


@require_POST
@asking
def approve_release(request: HttpRequest, key: str) -> HttpResponse:
    """Approve that the embargo ends now; the second approval ends it."""
    ended: list[bool] = []

    def work(actor: Actor, at: datetime) -> None:
        ended.append(
            releasing.approve_release(
                actor,
                key,
                reason=text_of(request, "reason"),
                knowing_what_it_reveals=_knowing(request),
                at=at,
            )
        )

    return answered(
        request,
        "release",
        lambda: work(actor_of(request), timezone.now()),
        then=lambda: _address(key, "released" if ended[0] else "approved"),
        again=lambda refusal: coordination_page(request, key, refusal),
    )


@require_POST
@asking
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw the own approval."""
    purpose = text_of(request, "purpose") or releasing.RELEASE
    return _done(
        request,
        key,
        "withdraw",
        lambda actor, at: releasing.withdraw(actor, key, purpose=purpose, at=at),
        "withdrawn",
    )


@require_POST
@asking
def label(request: HttpRequest, key: str) -> HttpResponse:
    """Set the case's label."""
    return _done(
        request,
        key,
        "label",
        lambda actor, at: opening.label(actor, key, text_of(request, "tlp"), at=at),
        "labelled",
    )


@require_POST
@asking
def record_fact(request: HttpRequest, key: str) -> HttpResponse:
    """Record what the world knows."""
    return _done(
        request,
        key,
        text_of(request, "fact") or "fact",
        lambda actor, at: facts.record_fact(
            actor,
            key,
            text_of(request, "fact"),
            happened_at=instant_of(request, "happened_at", "when it came about"),
            source=text_of(request, "source"),
            at=at,
        ),
        "recorded",
    )


@require_POST
@asking
def close(request: HttpRequest, key: str) -> HttpResponse:
    """End the work on a case."""
    return _done(
        request,
        key,
        "close",
        lambda actor, at: opening.close(actor, key, words=text_of(request, "words"), at=at),
        "closed",
    )


@require_POST
@asking
def open_again(request: HttpRequest, key: str) -> HttpResponse:
    """Go on with the work on a case that was closed."""
    return _done(
        request,
        key,
        "reopen",
        lambda actor, at: opening.open_again(actor, key, reason=text_of(request, "reason"), at=at),
        "reopened",
    )


@require_POST
@asking
def set_policy(request: HttpRequest, key: str) -> HttpResponse:
    """Let the case follow another disclosure policy."""
    return _done(
        request,
        key,
        "policy",
        lambda actor, at: following.set_policy(actor, key, text_of(request, "policy"), at=at),
        "policy",
    )


@require_POST
@asking
def record_trigger(request: HttpRequest, key: str) -> HttpResponse:
    """Record that something happened that deadlines rest on."""
    return _done(
        request,
        key,
        "trigger",
        lambda actor, at: following.record_trigger(
            actor,
            key,
            text_of(request, "trigger"),
            happened_at=instant_of(request, "happened_at", "when it happened"),
            at=at,
        ),
        "recorded",
    )


@require_POST
@asking
def extend(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """Extend the deadline of a rule."""
    return _done(
        request,
        key,
        f"clock-{rule}",
        lambda actor, at: following.extend(
            actor, key, rule, request.POST.getlist("grounds"), at=at
        ),
        "extended",
    )


@require_POST
@asking
def pause(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """Stop the clock of a rule for a while."""
    return _done(
        request,
        key,
        f"clock-{rule}",
        lambda actor, at: following.pause(
            actor, key, rule, reason=text_of(request, "reason"), at=at
        ),
        "paused",
    )


@require_POST
@asking
def resume(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """Let the clock of a rule go on."""
    return _done(
        request,
        key,
        f"clock-{rule}",
        lambda actor, at: following.resume(actor, key, rule, at=at),
        "resumed",
    )


@require_POST
@asking
def ring_again(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Let a clock ring that was set aside."""
    return _done(
        request,
        key,
        f"ring-{number}",
        lambda actor, at: ringing.ring_again(actor, key, number, at=at),
        "rings",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, done: str) -> HttpResponse:
    return answered(
        request,
        form,
        lambda: work(actor_of(request), timezone.now()),
        then=lambda: _address(key, done),
        again=lambda refusal: coordination_page(request, key, refusal),
    )


def _address(key: str, done: str) -> str:
    return f"/cases/{key}/coordination?done={done}"


def _knowing(request: HttpRequest) -> bool:
    return request.POST.get("knowing") == "on"
