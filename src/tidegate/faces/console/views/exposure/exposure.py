"""One exposure: why this date, what to do, and what was done: remedies, evidence, exceptions, VEX.

Everything that is done here can be undone here, where the desk has an undo. `reasons` says why the
date is what it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import TriageDecision
from tidegate.desks.exposure.queries import feeds
from tidegate.desks.exposure.queries.exposures import ExposurePage, exposure_page
from tidegate.desks.exposure.queries.statements import list_statements
from tidegate.desks.exposure.queries.triage import triage_log
from tidegate.desks.exposure.services import exceptions, statements, triage
from tidegate.desks.exposure.services.remedies import Answer, say_remedy, take_back_remedy
from tidegate.faces.console.exposure_words import REMEDIES, REMEDIES_MEANT, TRIAGE
from tidegate.faces.console.views.doing import (
    SAVED_HEADERS,
    Refusal,
    Work,
    done,
    instant_of,
    needed_instant_of,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.exposure import reasons, shown
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LARGEST_VEX: Final = 16 << 20
"""Bytes of a VEX document that a form takes."""


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one exposure."""
    return _exposure(request, key)


@require_POST
@asking
def remedy(request: HttpRequest, key: str) -> HttpResponse:
    """Say what was done about it."""
    said: list[Answer] = []
    return done(
        request,
        "remedy",
        lambda actor, at: said.append(
            say_remedy(
                actor,
                [key],
                text_of(request, "remedy"),
                done_at=needed_instant_of(request, "done_at", "the instant at which it was done"),
                words=text_of(request, "words"),
                at=at,
            )
        ),
        then=lambda: _back(key, "remedied-early" if said[0].out_of_order else "remedied"),
        again=lambda refusal: _exposure(request, key, refusal),
    )


@require_POST
@asking
def take_remedy_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take back what was last said to have been done."""
    return _done(
        request,
        key,
        "remedy-back",
        lambda actor, at: take_back_remedy(actor, key, at=at),
        "remedy-back",
    )


@require_POST
@asking
def make_exception(request: HttpRequest, key: str) -> HttpResponse:
    """Except it until an instant; somebody answers for that."""
    return _done(
        request,
        key,
        "except",
        lambda actor, at: exceptions.except_exposure(
            actor,
            key,
            text_of(request, "reason"),
            text_of(request, "approver"),
            needed_instant_of(request, "until", "the end of the exception"),
            at=at,
        ),
        "excepted",
    )


@require_POST
@asking
def end_exception(request: HttpRequest, key: str, exception: str) -> HttpResponse:
    """End an exception before its end."""
    exposure_page(actor_of(request), key, at=timezone.now())
    return _done(
        request,
        key,
        "end-exception",
        lambda actor, at: exceptions.end_exception(actor, exception, at=at),
        "exception-ended",
    )


@require_POST
@asking
def collect(request: HttpRequest, key: str) -> HttpResponse:
    """Log a piece of evidence."""
    return _done(
        request,
        key,
        "collect",
        lambda actor, at: triage.collect(
            actor,
            key,
            text_of(request, "item"),
            text_of(request, "system"),
            needed_instant_of(request, "collected_at", "the instant of the collection"),
            text_of(request, "collector"),
            sha256=text_of(request, "sha256"),
            words=text_of(request, "words"),
            at=at,
        ),
        "collected",
    )


@require_POST
@asking
def take_evidence_back(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Take back a line of the log."""
    return _done(
        request,
        key,
        "evidence-back",
        lambda actor, at: triage.take_back_item(actor, key, number, at=at),
        "evidence-back",
    )


@require_POST
@asking
def decide_triage(request: HttpRequest, key: str) -> HttpResponse:
    """Put on record what the triage has come to."""
    return _done(
        request,
        key,
        "decide",
        lambda actor, at: triage.decide_triage(
            actor,
            key,
            text_of(request, "outcome"),
            text_of(request, "words"),
            decided_at=needed_instant_of(request, "decided_at", "the instant of the decision"),
            reported_at=instant_of(request, "reported_at", "the instant of the report"),
            at=at,
        ),
        "decided",
    )


@require_GET
@asking
def save_log(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out the log of evidence, as an authority is given it."""
    log = triage_log(actor_of(request), key, at=timezone.now())
    name = f"triage-{key}.csv" if key.isascii() and key.replace("-", "").isalnum() else "triage.csv"
    headers = {**SAVED_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(log, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@asking
def load_vex(request: HttpRequest, key: str) -> HttpResponse:
    """Load a document with VEX statements for the operator of an exposure."""
    loaded: list[statements.Loaded] = []
    one = exposure_page(actor_of(request), key, at=timezone.now())
    if not one.may_operate:
        # Whatever the document holds, who may not load one is told so first.
        raise NotFoundError("exposure", key)

    def work(actor: Actor, at: datetime) -> None:
        name, raw = upload_of(request, "document", "the document", most=_LARGEST_VEX)
        loaded.append(statements.load_vex(actor, one.row.organisation, raw, name, at=at))

    return done(
        request,
        "vex",
        work,
        then=lambda: _back(key, "vex" if loaded[0].is_new else "vex-known"),
        again=lambda refusal: _exposure(request, key, refusal),
    )


@require_POST
@asking
def end_statement(request: HttpRequest, key: str, statement: str) -> HttpResponse:
    """Let a VEX statement count no more."""
    exposure_page(actor_of(request), key, at=timezone.now())
    return _done(
        request,
        key,
        "end-statement",
        lambda actor, at: statements.end_statement(actor, statement, at=at),
        "vex-ended",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=_back(key, word),
        again=lambda refusal: _exposure(request, key, refusal),
    )


def _back(key: str, word: str) -> str:
    return f"/exposures/{key}?done={word}"


def _exposure(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    one = exposure_page(actor, key, at=now)
    said = list_statements(
        actor,
        organisation=one.row.organisation,
        vulnerability=one.row.vulnerability,
        ended=True,
        at=now,
    )
    above = shown.above(request, now, refusal)
    return page(
        request,
        "exposure/exposure",
        shown.SECTION,
        **{**above, "today": shown.day_in(one.row.zone, now)},
        one=one,
        row=one.row,
        due=one.deadline,
        to_do=one.to_do,
        statements=said.rows,
        counting=[each for each in one.grounds if each.ended_at is None and not each.is_overruled],
        others=[each for each in one.grounds if each.ended_at is not None or each.is_overruled],
        undoes=any(each.counts for each in one.remedies),
        excepted=next((each for each in one.exceptions if each.holds), None),
        old_feeds=shown.old_feeds(
            now, [*(each.source for each in one.said), *(each.source for each in one.grounds)]
        ),
        remedies=[(word, label, REMEDIES_MEANT[word]) for word, label in REMEDIES.items()],
        outcomes=[
            (word, TRIAGE[word].label, TRIAGE[word].meaning)
            for word in TriageDecision.Outcome.values
        ],
        **_why(one, feeds.feed_row("kev", at=now)),
    )


def _why(one: ExposurePage, kev: feeds.FeedRow | None) -> dict[str, Any]:
    """Return why the date is what it is, in plain sentences."""
    due = one.deadline
    if due is None:
        return {"known": (), "moves": ()}
    return {
        "known": reasons.known_of(
            due,
            one.said,
            one.moves,
            catalogue=kev.edition if kev else None,
            asset=one.row.asset,
            vulnerability=one.row.vulnerability,
        ),
        "row_said": reasons.row_of(due),
        "possible": reasons.possible_of(due),
        "clock": reasons.clock_of(due, one.row.detected_at),
        "authority": reasons.authority_of(due),
        "force_said": reasons.force_of(due),
        "tree": reasons.tree_of(due, one.said, one.row.detected_at),
        "moves": [(move, reasons.told_of(move)) for move in one.moves],
    }
