"""A grant is asked for, and comes to hold, within all that it stands on; whoever it is for.

Whether somebody may do it is asked by those who call this: `grants` lets the developer issue one,
`break_glass` two people of the government's side.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import SCOPE_OF, WORKING, Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant
from tidegate.desks.cases.states.steps import Refused
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Settings
from tidegate.desks.reviews.models import Engagement, Grant, NamedPerson, Party
from tidegate.desks.reviews.queries.bounds import access_of, terms_over
from tidegate.desks.reviews.queries.named import still_named
from tidegate.desks.reviews.queries.terms import Held
from tidegate.desks.reviews.services.course import require_going_on
from tidegate.desks.reviews.services.scopes import (
    Scope,
    addresses_within,
    kept_scope,
    require_endpoints,
    require_purpose,
)
from tidegate.desks.reviews.states.windows import Window, granted

MOST_ASKED: Final = 20
"""Grants that a person may have asked for, or been issued, and that have not ended."""


def nominee(
    actor: Actor, engagement: Engagement, person_key: str, parts: Collection[str], *, at: datetime
) -> NamedPerson:
    """Return the named person for whom `actor` may ask: themselves, or one whom they lead.

    Args:
        actor: who asks.
        engagement: in which.
        person_key: of the person; the actor, without one.
        parts: in which the person is named.
        at: now.

    Raises:
        NotFoundError: there is no such person, or not for them to ask for.
        NotPossibleError: they are named, but not to evaluate.
    """
    key = as_written(person_key) if person_key.strip() else actor.key
    if actor.person is None or not key:
        raise NotFoundError("named person", key)
    there = still_named().filter(party__engagement=engagement, party__part__in=parts)
    rows = there.select_related("party__organisation", "person")
    found: list[NamedPerson] = [
        row
        for row in rows.filter(person__key=key).order_by("pk")
        if is_their_own(actor, row) or may(actor, Act.RESPOND, row.party, at=at)
    ]
    if not found:
        raise NotFoundError("named person", key)
    evaluators = [row for row in found if row.duty == NamedPerson.Duty.EVALUATOR]
    if not evaluators:
        raise NotPossibleError(
            f"{found[0].person.name} is named as {found[0].duty}, and grants are for people who"
            " evaluate; name them as evaluator first"
        )
    return find(actor, rows, at=at, pk=evaluators[0].pk)


def is_their_own(actor: Actor, named: NamedPerson) -> bool:
    """Say whether it is the actor who was named, and may work with it as they came here now."""
    return (
        actor.person is not None
        and named.person_id == actor.person
        and SCOPE_OF[Act.USE] in actor.scopes
        and named.party.organisation_id in actor.with_role(*WORKING)
    )


def asked(
    actor: Actor,
    engagement: Engagement,
    named: NamedPerson,
    scope: Scope,
    *,
    break_glass: bool = False,
    at: datetime,
) -> Grant:
    """Keep what is asked for, if it could be issued as far as can be said now.

    Raises:
        NotPossibleError: it could not be.
    """
    require_going_on(engagement)
    held = require_terms(engagement, named.party)
    columns = kept_scope(scope, engagement, held.terms.settings)
    _require_length(columns["begins_at"], columns["ends_at"], held.terms.settings, at)
    require_holder(named, held.terms.settings)
    if columns["ends_at"] <= max(columns["begins_at"], at):
        raise NotPossibleError(
            f"the grant would end at {shown(columns['ends_at'])}, which is not ahead of it;"
            " choose a later end"
        )
    within = access_of(engagement, named.party)
    if within is not None and columns["ends_at"] > within.ends_at:
        raise NotPossibleError(
            f"the grant would end at {shown(columns['ends_at'])}, and access may be used until"
            f" {shown(within.ends_at)}; let it end by then"
        )
    if Grant.objects.filter(named=named, ended_at=None, ends_at__gt=at).count() >= MOST_ASKED:
        raise NotPossibleError(
            f"{named.person.name} has {MOST_ASKED} grants that have not ended, which is the most;"
            " give some back"
        )
    return Grant.objects.create(
        engagement=engagement,
        named=named,
        break_glass=break_glass,
        asked_by=Person.objects.get(key=actor.key),
        asked_at=at,
        **columns,
    )


def issue(
    grant: Grant,
    engagement: Engagement,
    *,
    by: int | None,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    at: datetime,
) -> None:
    """Let a grant hold, inside the caller's transaction, with both rows locked.

    Its beginning moves to where access begins, if that is later; its end is never moved by itself.

    Raises:
        NotPossibleError: it would outlive what it stands on, or does not fit the terms any more;
            its person may not hold it; access is off; it was issued or ended already.
    """
    require_going_on(engagement)
    require_access_on(engagement)
    require_asked(grant)
    named = grant.named
    settings = require_terms(engagement, named.party).terms.settings
    require_holder(named, settings)
    require_purpose(grant.purpose, settings)
    require_endpoints(grant.endpoints, engagement)
    within = access_of(engagement, named.party)
    if within is None:
        raise NotPossibleError(_no_access(engagement, named.party))
    bounds = _narrowed(grant, begins_at, ends_at, within)
    answer = granted(bounds.opens_at, bounds.ends_at, within=within, now=at)
    if isinstance(answer, Refused):
        raise NotPossibleError(f"{grant.key}: {answer.reason}")
    _require_length(answer.state.opens_at, answer.state.ends_at, settings, at)
    grant.begins_at, grant.ends_at = answer.state.opens_at, answer.state.ends_at
    grant.addresses = list(addresses_within(grant.addresses, settings))
    grant.issued_by_id, grant.issued_at = by, at
    grant.save(update_fields=["begins_at", "ends_at", "addresses", "issued_by", "issued_at"])


def require_access_on(engagement: Engagement) -> None:
    """Refuse what gives access while the developer has switched it off.

    Raises:
        NotPossibleError: it has.
    """
    if engagement.access_off_at is not None:
        raise NotPossibleError(
            f"access was switched off by the developer at {shown(engagement.access_off_at)};"
            " nobody has any until the developer puts it back"
        )


def require_asked(grant: Grant) -> None:
    """Refuse what can be done only with a grant that was asked for, and nothing more.

    Raises:
        NotPossibleError: it was issued, or has ended.
    """
    if grant.ended_at is not None:
        raise NotPossibleError(f"{grant.key} has ended at {shown(grant.ended_at)}; ask for another")
    if grant.issued_at is not None:
        raise NotPossibleError(f"{grant.key} was issued at {shown(grant.issued_at)} already")


def require_terms(engagement: Engagement, party: Party) -> Held:
    """Return the terms that a party's people work under.

    Raises:
        NotPossibleError: none are in force.
    """
    held = terms_over(engagement, party)
    if held is None:
        raise NotPossibleError(
            f"no terms are in force between the developer and {party.organisation.name}; both sides"
            " sign them before anybody has access"
        )
    return held


def require_holder(named: NamedPerson, settings: Settings) -> None:
    """Refuse somebody who may not hold a grant.

    Raises:
        NotPossibleError: they may not.
    """
    name, organisation = named.person.name, named.party.organisation
    if named.ended_at is not None or named.party.ended_at is not None:
        raise NotPossibleError(f"{name} is not named any more; name them anew")
    if named.recused_at is not None:
        raise NotPossibleError(f"{name} has stepped back from this engagement; name somebody else")
    if named.party.invited_at is None:
        raise NotPossibleError(f"{organisation.name} has no part in the engagement yet")
    if organisation.pk not in actor_of(named.person).with_role(*WORKING):
        raise NotPossibleError(
            f"{name} does no work for {organisation.name} here; its administrators can make them a"
            " member"
        )
    if settings.vetting and named.vetted_at is None:
        raise NotPossibleError(
            f"the terms ask for vetted people, and nobody has attested the vetting of {name}; who"
            f" leads for {organisation.name} can do so"
        )


def _no_access(engagement: Engagement, party: Party) -> str:
    if party.part == Party.Part.PARTNER:
        return (
            f"{party.organisation.name} has no early access now: both sides sign its record and its"
            " own terms first, and nothing is given once it was declined or its time is over"
        )
    return (
        f"{engagement.key} has no window yet in which access may be used; open it, or say when it"
        " will open"
    )


def _narrowed(
    grant: Grant, begins_at: datetime | None, ends_at: datetime | None, within: Window
) -> Window:
    begins, ends = grant.begins_at, grant.ends_at
    if begins_at is not None and (begins := instant(begins_at, "the beginning")) < grant.begins_at:
        raise NotPossibleError(
            f"{grant.key} was asked for from {shown(grant.begins_at)}; begin it then, or later"
        )
    if ends_at is not None and (ends := instant(ends_at, "the end")) > grant.ends_at:
        raise NotPossibleError(
            f"{grant.key} was asked for until {shown(grant.ends_at)}; end it then, or sooner"
        )
    return Window(max(begins, within.opens_at), ends)


def _require_length(
    begins_at: datetime, ends_at: datetime, settings: Settings, at: datetime
) -> None:
    if ends_at - max(begins_at, at) > settings.longest_grant:
        hours = settings.longest_grant.total_seconds() / 3600
        raise NotPossibleError(
            f"the terms let a grant last for at most {hours:g} hours; let it end by"
            f" {shown(max(begins_at, at) + settings.longest_grant)}"
        )
