"""The terms of an engagement: their versions, clause by clause, and how they are signed.

A version is proposed by what a form holds: each clause and each setting as it stands in it. What is
signed is the digest of the document that comes of it.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.frameworks.framework import Action, Heading, Kept
from tidegate.desks.reviews.frameworks.terms import TermsError
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.queries.terms import document_of, terms_page
from tidegate.desks.reviews.services import acknowledging
from tidegate.desks.reviews.services import terms as proposing
from tidegate.faces.console import review_words as words
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    done,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.reviews import shown, terms_form
from tidegate.faces.console.views.reviews.answering import LARGEST_NUMBER, LARGEST_UPLOAD
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one version of the terms, and which there are."""
    return terms(request, key)


def terms(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement's terms, or of a trusted partner's.

    Raises:
        NotFoundError: there are none, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    partner = _partner(request) or shown.own_partner(one)
    found = terms_page(actor, key, for_partner=partner, number=_number(request), at=now)
    edits = found.may_propose and (
        request.GET.get("edit") == "1" or (refusal is not None and refusal.form == "terms")
    )
    return page(
        request,
        "reviews/terms",
        "reviews",
        **shown.above(request, one, now, "terms", refusal),
        terms=found,
        partner=partner,
        query=f"?{urlencode({'partner': partner})}" if partner else "",
        more=f"&{urlencode({'partner': partner})}" if partner else "",
        editing=terms_form.form_of(found, refusal) if edits and found.terms else None,
        kept=[(kind.value, words.KEPT[kind]) for kind in Kept],
        actions=[(one.value, words.ACTIONS[one]) for one in Action if one != Action.BREAK_GLASS],
        headings=[(one.value, words.HEADINGS[one]) for one in Heading],
        acknowledges="acknowledge" in one.may and not found.has_acknowledged,
        clauses_changed={one.what for one in found.changes if one.heading is not None},
    )


@require_POST
@asking
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Propose the version that the form holds, in place of what is on the table."""

    def work(actor: Actor, at: datetime) -> None:
        found = terms_page(
            actor, key, for_partner=_partner(request), number=_number(request), at=at
        )
        if found.terms is None:
            raise NotPossibleError("there are no terms to change yet; propose the default ones")
        try:
            document = terms_form.document_of(request, found.terms)
            proposing.propose_terms(actor, key, document, for_partner=_partner(request), at=at)
        except TermsError as error:
            raise UnreadableError(str(error)) from error

    return _done(request, key, "terms", work, "terms")


@require_POST
@asking
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Propose a version that was written elsewhere."""

    def work(actor: Actor, at: datetime) -> None:
        _, content = upload_of(request, "document", "the document", most=LARGEST_UPLOAD)
        try:
            proposing.propose_terms(actor, key, content, for_partner=_partner(request), at=at)
        except TermsError as error:
            raise UnreadableError(str(error)) from error

    return _done(request, key, "upload", work, "terms")


@require_POST
@asking
def propose_default(request: HttpRequest, key: str) -> HttpResponse:
    """Propose the framework's own terms."""
    return _done(
        request,
        key,
        "default",
        lambda actor, at: proposing.propose_default(
            actor, key, for_partner=_partner(request), at=at
        ),
        "terms",
    )


@require_POST
@asking
def take_back(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Take a version back that was not signed by both."""
    return _done(
        request,
        key,
        "back",
        lambda actor, at: proposing.take_back(
            actor, key, min(number, LARGEST_NUMBER), for_partner=_partner(request), at=at
        ),
        "terms-back",
    )


@require_GET
@asking
def save_document(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Hand out a version's bytes, as they are signed."""
    if number > LARGEST_NUMBER:
        raise NotFoundError("agreement")
    partner = _partner(request)
    content = document_of(actor_of(request), key, number, for_partner=partner, at=timezone.now())
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="terms-{key}-{number}.json"'},
    )


@require_POST
@asking
def acknowledge(request: HttpRequest, key: str) -> HttpResponse:
    """Keep that whoever asks has read the terms in force."""
    return _done(
        request,
        key,
        "acknowledge",
        lambda actor, at: acknowledging.acknowledge(actor, key, text_of(request, "sha256"), at=at),
        "read",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    partner = _partner(request)
    more = f"&{urlencode({'partner': partner})}" if partner else ""
    return done(
        request,
        form,
        work,
        then=f"/reviews/{key}/terms?done={word}{more}",
        again=lambda refusal: terms(request, key, refusal),
    )


def _partner(request: HttpRequest) -> str:
    """Return the key of the trusted partner whose own terms are meant; empty for the main ones."""
    return (request.GET.get("partner") or request.POST.get("partner") or "").strip()[:20]


def _number(request: HttpRequest) -> int | None:
    """Return the version that is asked for; None for the one that matters now."""
    said = request.GET.get("version") or request.POST.get("version") or ""
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()) or int(said[:20]) > LARGEST_NUMBER:
        raise CursorError("this is no version of the terms; leave it out for the newest one")
    return int(said)
