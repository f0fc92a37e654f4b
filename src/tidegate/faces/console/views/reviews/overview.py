"""One engagement: its course and window, who sees what, its releases, and what is done from there.

A release is recorded whenever the developer likes; no page offers to approve one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.models import Delivery
from tidegate.desks.reviews.models import Party, Release
from tidegate.desks.reviews.queries.engagements import EngagementPage, engagement_page
from tidegate.desks.reviews.queries.grants import list_grants
from tidegate.desks.reviews.services import (
    certifying,
    closing,
    grants,
    opening,
    releasing,
    reporting,
    windows,
    withdrawing,
)
from tidegate.faces.console.views.doing import (
    Refusal,
    Work,
    done,
    instant_of,
    needed_instant_of,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import LARGEST_UPLOAD
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_TO: Final = (
    (Release.To.PARTNERS, "other trusted partners"),
    (Release.To.PUBLIC, "the public"),
)


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show how far an engagement has come."""
    return overview(request, key)


def overview(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement.

    Raises:
        NotFoundError: there is none, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    reads = one.content is not None
    held = list_grants(actor, engagement=one.key, at=now) if reads else ()
    in_use = [grant.person for grant in held if grant.state == "in-use" and not grant.unusable]
    return page(
        request,
        "reviews/overview",
        "reviews",
        **shown.above(request, one, now, "", refusal),
        picture=shown.window_of(one, now),
        ceiling=shown.ceiling_of(one.content) if one.content else None,
        sights=shown.sights_of(one, in_use),
        counts_calls=shown.is_developer(one) or shown.is_government(one),
        to=_TO,
        leads=_certifying(one),
        largest=LARGEST_UPLOAD,
    )


def _certifying(one: EngagementPage) -> list[tuple[str, str]]:
    """Return key and name of the own organisations that may have something to certify."""
    led = {
        party.organisation: party.name
        for party in one.parties
        if party.mine and party.part != Party.Part.DEVELOPER
    }
    own = {} if shown.is_developer(one) else {duty.organisation: duty.name for duty in one.duties}
    return list({**led, **own}.items())


@require_POST
@asking
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Describe the engagement anew."""
    return _done(
        request,
        key,
        "change",
        lambda actor, at: opening.change(
            actor,
            key,
            model=text_of(request, "model") or None,
            version=text_of(request, "version"),
            build=text_of(request, "build"),
            reach=text_of(request, "reach"),
            planned_release_at=instant_of(request, "planned", "the planned release"),
            at=at,
        ),
        "changed",
    )


@require_POST
@asking
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Show a draft to those whom it asks."""
    return _done(
        request, key, "propose", lambda actor, at: opening.propose(actor, key, at=at), "proposed"
    )


@require_POST
@asking
def open_window(request: HttpRequest, key: str) -> HttpResponse:
    """Let access begin, now or later."""
    return _done(
        request,
        key,
        "window",
        lambda actor, at: windows.open_window(
            actor,
            key,
            opens_at=instant_of(request, "opens_at", "the beginning of the window"),
            ends_at=needed_instant_of(request, "ends_at", "the end of the window"),
            at=at,
        ),
        "window",
    )


@require_POST
@asking
def move_end(request: HttpRequest, key: str) -> HttpResponse:
    """Move the end of the window."""
    return _done(
        request,
        key,
        "move",
        lambda actor, at: windows.move_end(
            actor, key, needed_instant_of(request, "ends_at", "the end of the window"), at=at
        ),
        "moved",
    )


@require_POST
@asking
def begin_evaluation(request: HttpRequest, key: str) -> HttpResponse:
    """Say that the model is being looked at."""
    return _done(
        request,
        key,
        "evaluation",
        lambda actor, at: windows.begin_evaluation(actor, key, at=at),
        "evaluating",
    )


@require_POST
@asking
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw the engagement; nothing is asked."""
    return _done(
        request,
        key,
        "withdraw",
        lambda actor, at: withdrawing.withdraw(actor, key, at=at),
        "withdrawn",
    )


@require_POST
@asking
def record_release(request: HttpRequest, key: str) -> HttpResponse:
    """Put on record that the model was released; nothing is asked first."""
    return _done(
        request,
        key,
        "release",
        lambda actor, at: releasing.record_release(
            actor,
            key,
            text_of(request, "to"),
            instant_of(request, "released_at", "when it was released") or at,
            words=text_of(request, "words"),
            end_access=bool(text_of(request, "end_access")),
            at=at,
        ),
        "released",
    )


@require_POST
@asking
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close the engagement."""
    return _done(
        request, key, "close", lambda actor, at: closing.close(actor, key, at=at), "closed"
    )


@require_POST
@asking
def pull_the_plug(request: HttpRequest, key: str) -> HttpResponse:
    """End every access at once; nothing is asked."""
    return _done(
        request,
        key,
        "plug",
        lambda actor, at: grants.pull_the_plug(actor, key, at=at),
        "plugged",
        then="/access",
    )


@require_POST
@asking
def put_back(request: HttpRequest, key: str) -> HttpResponse:
    """Let access be given again."""
    return _done(
        request,
        key,
        "plug",
        lambda actor, at: grants.put_back(actor, key, at=at),
        "put-back",
        then="/access",
    )


@require_POST
@asking
def certify(request: HttpRequest, key: str) -> HttpResponse:
    """Certify for a party what it has destroyed."""
    return _done(
        request,
        key,
        "certify",
        lambda actor, at: certifying.certify_destruction(
            actor,
            key,
            text_of(request, "organisation"),
            text_of(request, "what"),
            needed_instant_of(request, "destroyed_at", "when it was destroyed"),
            at=at,
        ),
        "certified",
    )


@require_POST
@asking
def report(request: HttpRequest, key: str) -> HttpResponse:
    """Hand in findings that were made with the model."""

    def work(actor: Actor, at: datetime) -> None:
        name, content = upload_of(
            request, "document", "the document with the findings", most=LARGEST_UPLOAD
        )
        reporting.report_findings(
            actor,
            key,
            content,
            name=name,
            channel=Delivery.Channel.UPLOAD,
            finder=text_of(request, "finder"),
            at=at,
        )

    return _done(request, key, "report", work, "reported")


def _done(
    request: HttpRequest, key: str, form: str, work: Work, word: str, *, then: str = ""
) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=f"/reviews/{key}{then}?done={word}",
        again=lambda refusal: overview(request, key, refusal),
    )
