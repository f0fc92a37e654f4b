"""The coordination of a case: its embargo and clocks, its parties, what the world knows.

Whoever may know of a case and not read it gets its envelope: under which terms they may, and
nothing of what is in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.policies.policy import Policy
from tidegate.desks.cases.policies.words import Trigger
from tidegate.desks.cases.queries.case_page import CasePage, get_case_page, get_terms
from tidegate.desks.cases.queries.coordinators import coordinators_of
from tidegate.desks.cases.queries.headings import Heading, heading_of
from tidegate.desks.cases.queries.permitted import Permitted, permitted_in
from tidegate.desks.cases.queries.policies import known_policies
from tidegate.desks.cases.queries.unread import tally_of
from tidegate.desks.cases.services.opening import DEFAULT_POLICY
from tidegate.desks.cases.services.vendors import mark_seen
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.queries.lists import OrganisationRow, list_organisations
from tidegate.faces.console import coordination_words as words
from tidegate.faces.console.views import coordination_shown as arranged
from tidegate.faces.console.views.doing import Refusal, telling, time_zone
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_ENTRIES: Final = 12
"""Of the ledger, on this page; its own page has all of them."""
_FOUND: Final = 20
"""Organisations that a search for parties shows."""
_SHOWN_STATUSES: Final = 3
"""Products of a party in the table; its own page has all of them."""


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show how a case is worked on together."""
    return coordination_page(request, key)


def coordination_page(
    request: HttpRequest, key: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page of a case's coordination, or its envelope for who may not read it."""
    actor, now = actor_of(request), timezone.now()
    permitted = permitted_in(actor, key, at=now)
    if not permitted.read:
        return envelope(request, key, refusal)
    heading = heading_of(actor, key, at=now)
    base = {**above(request, actor, heading, permitted, now), **telling(request, refusal)}
    if not heading.coordinated:
        return page(request, "coordination_unopened", "cases", **base, **_policies())
    shown = get_case_page(actor, key, at=now)
    proposal = arranged.open_proposal(shown)
    return page(
        request,
        "coordination",
        "cases",
        **base,
        **(_for_coordinators(request, actor, shown) if permitted.coordinate else {}),
        case=shown,
        tide=arranged.tide_of(shown, now),
        tide_to=arranged.last_end(shown),
        consents=arranged.consents_of(shown),
        clocks=arranged.clock_rows(actor, shown, base["drafts"], now),
        proposal=proposal,
        negotiable=arranged.is_negotiable(shown) and heading.closed_at is None,
        earlier_end=proposal is not None and arranged.shortens(shown.terms, proposal),
        earlier=[one for one in shown.proposals if one.outcome != "open"],
        facts=arranged.facts_of(shown, base["drafts"]),
        silent=sum(1 for one in shown.parties if one.role == "vendor" and one.silent),
        vendors=sum(1 for one in shown.parties if one.role == "vendor"),
        most_statuses=f":{_SHOWN_STATUSES}",
        history=list_entries(actor, case=heading.row.key, limit=_ENTRIES),
        names={party.organisation: party.name for party in shown.parties},
    )


def envelope(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the envelope of a case: its terms, for who may know of it and not read it.

    Raises:
        NotFoundError: there is no such case, or not for them, or they were not invited to it.
    """
    actor, now = actor_of(request), timezone.now()
    terms = get_terms(actor, key, at=now)
    if not terms.own:
        # Whoever was not invited has no envelope, whatever else may let them know of a case.
        raise NotFoundError("case", as_written(key))
    for part in terms.own:
        _keep_seen(actor, key, part.organisation, now)
    permitted = permitted_in(actor, key, at=now)
    return page(
        request,
        "coordination_envelope",
        "cases",
        **telling(request, refusal),
        now=now,
        zone=time_zone(request),
        terms=terms,
        label_meaning=words.said_in(words.LABELS, terms.tlp),
        permitted=permitted,
        person=actor.key,
        coordinators=coordinators_of(actor, key, at=now),
    )


def above(
    request: HttpRequest, actor: Actor, heading: Heading, permitted: Permitted, now: datetime
) -> dict[str, Any]:
    """Return what every page of a case shows above its own part."""
    key = heading.row.key
    terms = get_terms(actor, key, at=now) if heading.coordinated else None
    return {
        "now": now,
        "zone": time_zone(request),
        "heading": heading,
        "row": heading.row,
        "terms": terms,
        "permitted": permitted,
        "tally": tally_of(actor, key, at=now) if heading.coordinated else None,
    }


def _keep_seen(actor: Actor, key: str, organisation: str, now: datetime) -> None:
    """Keep that a party has seen its invitation, where who looks may answer for it."""
    try:
        mark_seen(actor, key, organisation, at=now)
    except (NotFoundError, NotPossibleError):
        return


def _for_coordinators(request: HttpRequest, actor: Actor, shown: CasePage) -> dict[str, Any]:
    asked = request.GET.get("find", "").strip()
    since = arranged.terms_since(shown)
    proposal = arranged.open_proposal(shown)
    return {
        **_policies(),
        "find": asked,
        "found": _found(actor, shown, asked) if asked else [],
        "parts": tuple(words.PARTS.items()),
        "labels": arranged.labels_of(shown.terms),
        "release": arranged.approving(shown, "release", since),
        "for_terms": arranged.approving(shown, f"terms {proposal.number}", proposal.proposed_at)
        if proposal
        else None,
        "triggers": [(str(one), str(one)) for one in Trigger],
    }


def _found(actor: Actor, shown: CasePage, asked: str) -> list[OrganisationRow]:
    """Return the organisations that a search for parties finds and that take no part yet."""
    there = {party.organisation for party in shown.parties}
    text = asked.casefold()
    return [
        one
        for one in list_organisations(actor)
        if one.key not in there and (text in one.name.casefold() or text == one.key.casefold())
    ][:_FOUND]


def _policies() -> dict[str, Any]:
    newest: dict[str, Policy] = {policy.name: policy for policy in known_policies()}
    return {"policies": tuple(newest.values()), "default_policy": DEFAULT_POLICY}
