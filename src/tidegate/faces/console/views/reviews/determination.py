"""Whether a model is covered: what is weighed, who was consulted, and what an official decides.

The developer sees the decision in the words that were chosen for it, and nothing of the rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import Consultation, Determination, Evidence
from tidegate.desks.reviews.queries.determinations import determination_page, get_evidence
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.services import consulting, determining, evidence, two_persons
from tidegate.faces.console import review_words as words
from tidegate.faces.console.views.doing import SAVED_HEADERS, Refusal, Work, text_of, upload_of
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import (
    LARGEST_NUMBER,
    LARGEST_UPLOAD,
    done_on,
    handed,
)
from tidegate.faces.console.views.reviews.shown import open_requests
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_KINDS: Final = (
    (Evidence.Kind.DOCUMENT, "Document"),
    (Evidence.Kind.BENCHMARK_REPORT, "Benchmark report"),
)


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is weighed and what was decided, as far as it is theirs to read."""
    return determination(request, key)


def determination(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement's determination.

    Raises:
        NotFoundError: there is no such engagement, or they may not read it.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    found = determination_page(actor, key, at=now)
    asked = [row for row in open_requests(actor, one, now) if row.action == Action.DETERMINE]
    return page(
        request,
        "reviews/determination",
        "reviews",
        **shown.above(request, one, now, "determination", refusal),
        found=found,
        can=found.may,
        weighed=[piece for piece in found.evidence if piece.set_aside_at is None],
        apart=[piece for piece in found.evidence if piece.set_aside_at is not None],
        decisions=[(word.value, words.DECISIONS[word]) for word in Determination.Decision],
        asked=asked,
        asks_first=found.takes_two and not any(row.is_own for row in asked),
        views=[(word.value, words.VIEWS[word].label) for word in Consultation.View],
        kinds=_KINDS,
        largest=LARGEST_UPLOAD,
    )


@require_POST
@asking
def add_document(request: HttpRequest, key: str) -> HttpResponse:
    """Keep a document that is weighed."""

    def work(actor: Actor, at: datetime) -> None:
        name, content = upload_of(request, "document", "the document", most=LARGEST_UPLOAD)
        kind = text_of(request, "kind") or Evidence.Kind.DOCUMENT.value
        evidence.add_document(actor, key, name, content, kind=kind, at=at)

    return _done(request, key, "document", work, "evidence")


@require_POST
@asking
def add_digest(request: HttpRequest, key: str) -> HttpResponse:
    """Name something that is weighed and kept elsewhere."""
    return _done(
        request,
        key,
        "digest",
        lambda actor, at: evidence.add_digest(
            actor,
            key,
            text_of(request, "name"),
            text_of(request, "sha256").lower(),
            kind=text_of(request, "kind") or Evidence.Kind.DOCUMENT.value,
            at=at,
        ),
        "evidence",
    )


@require_POST
@asking
def set_aside(request: HttpRequest, key: str, piece: str) -> HttpResponse:
    """Weigh a piece of evidence no more."""
    return _done(
        request,
        key,
        f"aside-{piece}",
        lambda actor, at: evidence.set_aside(actor, piece, at=at),
        "aside",
    )


@require_POST
@asking
def save_evidence(request: HttpRequest, key: str, piece: str) -> HttpResponse:
    """Hand out a document; that it was had is on record."""
    actor, now = actor_of(request), timezone.now()
    named = get_evidence(actor, piece, at=now)
    return handed(
        request,
        f"save-{piece}",
        lambda: evidence.hand_out_evidence(actor, piece, at=now),
        headers={
            **SAVED_HEADERS,
            "Content-Disposition": content_disposition_header(True, named.name) or "attachment",
        },
        again=lambda refusal: determination(request, key, refusal),
    )


@require_POST
@asking
def consult(request: HttpRequest, key: str) -> HttpResponse:
    """Note that a body is consulted."""
    return _done(
        request,
        key,
        "consult",
        lambda actor, at: consulting.consult(actor, key, text_of(request, "body"), at=at),
        "consulted",
    )


@require_POST
@asking
def note_answer(request: HttpRequest, key: str) -> HttpResponse:
    """Note what a body has answered."""
    return _done(
        request,
        key,
        "answer",
        lambda actor, at: consulting.note_answer(
            actor,
            key,
            text_of(request, "body"),
            text_of(request, "view"),
            text_of(request, "words"),
            at=at,
        ),
        "body-answered",
    )


@require_POST
@asking
def determine(request: HttpRequest, key: str) -> HttpResponse:
    """Decide; or ask a second person to agree to the decision first, where the terms have it so."""
    if text_of(request, "how") == "ask":
        return _done(
            request,
            key,
            "determine",
            lambda actor, at: two_persons.ask(
                actor, key, Action.DETERMINE, key, text_of(request, "words"), at=at
            ),
            "two-asked",
        )
    return _done(
        request,
        key,
        "determine",
        lambda actor, at: determining.determine(
            actor,
            key,
            text_of(request, "decision"),
            text_of(request, "words"),
            reasons=text_of(request, "reasons"),
            at=at,
        ),
        "determined",
    )


@require_POST
@asking
def second(request: HttpRequest, key: str, asked: str) -> HttpResponse:
    """Agree to a decision that an official would like to make."""
    return _done(
        request,
        key,
        f"request-{asked}",
        lambda actor, at: two_persons.second(actor, asked, at=at),
        "seconded",
    )


@require_POST
@asking
def dissent(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Keep with a determination that whoever asks disagrees."""
    return _done(
        request,
        key,
        f"dissent-{number}",
        lambda actor, at: determining.dissent(
            actor, key, min(number, LARGEST_NUMBER), text_of(request, "words"), at=at
        ),
        "dissent",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_on("determination", determination, request, key, form, work, word)
