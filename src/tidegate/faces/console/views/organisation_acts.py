"""What is done with an organisation: one address for each verb; the service says who may."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Role
from tidegate.desks.parties.services import joining, memberships, organisations, providers
from tidegate.faces.console.views.doing import UnreadableError, answered, text_of
from tidegate.faces.console.views.organisation import base_address, kinds_of, organisation_page
from tidegate.faces.console.views.showing import asking
from tidegate.faces.web.acting import actor_of_request as actor_of

Work = Callable[[Actor], object]


@require_POST
@asking
def invite(request: HttpRequest, key: str) -> HttpResponse:
    """Invite somebody to an organisation, and show the link this once."""
    made: list[joining.Invited] = []

    def work() -> None:
        email, role = text_of(request, "email"), _role(request)
        made.append(joining.invite(actor_of(request), key, email, role, at=timezone.now()))

    answer = answered(
        request,
        "invite",
        work,
        then=lambda: f"/organisation/{key}",
        again=lambda refusal: organisation_page(request, key, refusal),
    )
    if not made:
        return answer
    # The link is in no address, and so in no history and no log.
    return organisation_page(
        request,
        key,
        link=f"{base_address(request)}/join/{made[0].secret}",
        invited=made[0].invitation,
    )


@require_POST
@asking
def revoke(request: HttpRequest, key: str, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    return _done(
        request,
        key,
        "revoke",
        lambda actor: joining.revoke_invitation(actor, invitation, at=timezone.now()),
    )


@require_POST
@asking
def change_role(request: HttpRequest, key: str, person: str) -> HttpResponse:
    """Give somebody another role."""
    return _done(
        request,
        key,
        "role",
        lambda actor: memberships.change_role(
            actor, key, person, _role(request), at=timezone.now()
        ),
    )


@require_POST
@asking
def suspend_member(request: HttpRequest, key: str, person: str) -> HttpResponse:
    """Take somebody's standing in the organisation."""
    return _done(
        request,
        key,
        "member",
        lambda actor: memberships.suspend_member(actor, key, person, at=timezone.now()),
    )


@require_POST
@asking
def reinstate_member(request: HttpRequest, key: str, person: str) -> HttpResponse:
    """Give somebody their standing back."""
    return _done(
        request,
        key,
        "member",
        lambda actor: memberships.reinstate_member(actor, key, person, at=timezone.now()),
    )


@require_POST
@asking
def remove_member(request: HttpRequest, key: str, person: str) -> HttpResponse:
    """End somebody's place in the organisation."""
    return _done(
        request,
        key,
        "member",
        lambda actor: memberships.remove(actor, key, person, at=timezone.now()),
    )


@require_POST
@asking
def set_capacity(request: HttpRequest, key: str) -> HttpResponse:
    """Set how many new cases the organisation takes in seven days."""

    def work(actor: Actor) -> None:
        written = text_of(request, "cases_a_week")
        if written and not (written.isascii() and written.isdecimal() and len(written) < 7):
            raise UnreadableError(
                f"{written[:20]!r} is no number of cases; write one such as 5, or leave it empty"
                " for no bound"
            )
        number = int(written) if written else None
        organisations.set_capacity(actor, key, number, at=timezone.now())

    return _done(request, key, "capacity", work)


@require_POST
@asking
def change_kinds(request: HttpRequest, key: str) -> HttpResponse:
    """Say anew what an organisation is."""
    return _done(
        request,
        key,
        "kinds",
        lambda actor: organisations.change_kinds(
            actor, key, kinds_of(request), scope=text_of(request, "scope"), at=timezone.now()
        ),
    )


@require_POST
@asking
def suspend(request: HttpRequest, key: str) -> HttpResponse:
    """Take all standing from an organisation's people."""
    return _done(
        request,
        key,
        "suspend",
        lambda actor: organisations.suspend_organisation(
            actor, key, reason=text_of(request, "reason"), at=timezone.now()
        ),
    )


@require_POST
@asking
def reinstate(request: HttpRequest, key: str) -> HttpResponse:
    """Let a suspended organisation stand again."""
    return _done(
        request,
        key,
        "suspend",
        lambda actor: organisations.reinstate_organisation(actor, key, at=timezone.now()),
    )


@require_POST
@asking
def set_provider(request: HttpRequest, key: str) -> HttpResponse:
    """Set the provider through which the organisation's people sign in."""
    return _done(
        request,
        key,
        "provider",
        lambda actor: providers.set_provider(
            actor,
            key,
            issuer=text_of(request, "issuer"),
            client_id=text_of(request, "client_id"),
            secret=text_of(request, "secret"),
            domains=text_of(request, "domains").replace(",", " ").split(),
            at=timezone.now(),
        ),
    )


@require_POST
@asking
def remove_provider(request: HttpRequest, key: str) -> HttpResponse:
    """Take the organisation's provider away."""
    return _done(
        request,
        key,
        "provider",
        lambda actor: providers.remove_provider(actor, key, at=timezone.now()),
    )


def _done(request: HttpRequest, key: str, form: str, work: Work) -> HttpResponse:
    return answered(
        request,
        form,
        lambda: work(actor_of(request)),
        then=lambda: f"/organisation/{key}?done=changed",
        again=lambda refusal: organisation_page(request, key, refusal),
    )


def _role(request: HttpRequest) -> Role:
    said = text_of(request, "role")
    if said not in tuple(Role):
        raise UnreadableError(f"{said[:40]!r} is no role; choose one of {', '.join(Role)}")
    return Role(said)
