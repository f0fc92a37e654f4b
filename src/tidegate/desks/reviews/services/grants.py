"""Grants: asked for, issued, taken up, ended; and the plug that ends all of them.

A grant is one person's, for one purpose, with one scope, and it has an end. It never outlives what
it stands on: the window for the government, the dates of its record for a trusted partner. That is
checked here, when it is issued, and once more by the policy at every use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Grant, Party
from tidegate.desks.reviews.queries.bounds import access_of
from tidegate.desks.reviews.queries.terms import has_acknowledged
from tidegate.desks.reviews.services.course import hold, require_going_on
from tidegate.desks.reviews.services.endings import cut, end_access
from tidegate.desks.reviews.services.instants import sound_now
from tidegate.desks.reviews.services.issuing import (
    asked,
    is_their_own,
    issue,
    nominee,
    require_access_on,
    require_asked,
    require_holder,
    require_terms,
)
from tidegate.desks.reviews.services.proving_keys import thumbprint_of
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.services.scopes import Scope
from tidegate.desks.reviews.states.grants import Hours

PREFIX: Final = "tg-grant-"
"""So that a grant's secret is known for one wherever it turns up."""


def ask_for_grant(
    actor: Actor,
    engagement_key: str,
    person_key: str = "",
    *,
    purpose: str,
    endpoints: Sequence[str],
    operations: Sequence[str],
    calls_a_minute: int,
    tokens: int | None = None,
    hours: Hours | None = None,
    addresses: Sequence[str] = (),
    begins_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> Grant:
    """Ask for access for one named person.

    Args:
        actor: the named person, or who leads the part of the party that has named them.
        engagement_key: of the engagement.
        person_key: who is to have access; the actor, without one.
        purpose: one of the purposes of the terms in force.
        endpoints: names of the endpoints that may be called.
        operations: values of `states.grants.Operation`.
        calls_a_minute: how many calls may begin in a minute.
        tokens: how many there may be in all, in and out; no bound without it.
        hours: in which it is good; every hour without them.
        addresses: networks from which it is good, in the terms' own; the terms' without any.
        begins_at: from when,
        ends_at: until when.
        at: now.

    Raises:
        NotFoundError: there is no such engagement or named person, or not for them.
        NotPossibleError: no terms are in force, something of it is malformed or not as the terms
            have it, or they may not hold grants.
    """
    scope = Scope(
        purpose,
        endpoints,
        operations,
        calls_a_minute,
        tokens,
        hours,
        addresses,
        begins_at,
        ends_at,
    )
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.SEE, at=at)
        named = nominee(actor, engagement, person_key, (*GOVERNMENT, Party.Part.PARTNER), at=at)
        grant = asked(actor, engagement, named, scope, at=at)
        _record("grant-asked", grant, actor, at, purpose=grant.purpose, **_dates(grant))
        return grant


def issue_grant(
    actor: Actor,
    grant_key: str,
    *,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    at: datetime,
) -> Grant:
    """Issue a grant that was asked for; its person can take it up.

    Args:
        actor: who runs the developer's engagement.
        grant_key: of the grant.
        begins_at: a later beginning than was asked for.
        ends_at: an earlier end than was asked for.
        at: now.

    Raises:
        NotFoundError: there is no such grant in an engagement that they run.
        NotPossibleError: it would outlive the window, the record or the terms; its person may not
            hold it; access is off; it was issued or ended already.
        ClockWentBackError: the clock cannot be believed.
    """
    with transaction.atomic():
        engagement, grant = _run(actor, grant_key, at)
        if grant.break_glass:
            raise NotPossibleError(
                f"{grant.key} is break-glass access, which a second person of the other side"
                " issues; decline it, or issue one that was asked for in the ordinary way"
            )
        sound_now(at)
        issue(grant, engagement, by=actor.person, begins_at=begins_at, ends_at=ends_at, at=at)
        _record("grant-issued", grant, actor, at, purpose=grant.purpose, **_dates(grant))
        return grant


def decline_grant(actor: Actor, grant_key: str, *, why: str = "", at: datetime) -> Grant:
    """Decline a grant that was asked for; no reason is needed.

    Raises:
        NotFoundError: there is no such grant in an engagement that they run.
        NotPossibleError: it was issued or ended already.
    """
    said = worded(why, "the reason")
    with transaction.atomic():
        _, grant = _run(actor, grant_key, at)
        require_asked(grant)
        grant.ended_at, grant.ended_by, grant.ended_why = at, actor.name, said
        grant.save(update_fields=["ended_at", "ended_by", "ended_why"])
        _record("grant-declined", grant, actor, at, why=said)
        return grant


def take_up(
    actor: Actor,
    grant_key: str,
    *,
    public_key: Mapping[str, Any] | None = None,
    at: datetime,
    secret: Callable[[str], str] = new_secret,
) -> str:
    """Return the secret that the grant's person shows to the gateway; nothing shows it again.

    Taking it up again replaces the secret, and has gateways look again at what runs with the grant.

    Args:
        actor: the grant's own person, who has read the terms in force.
        grant_key: of the grant.
        public_key: a public key as a JWK (RFC 7517), with which each call is proven (RFC 9449);
            needed where the terms ask for it, and binding where it is given.
        at: now.
        secret: returns a secret with a prefix.

    Raises:
        NotFoundError: there is no such grant of theirs.
        NotPossibleError: it is not issued, or has ended; they have not read the terms in force; a
            key is missing or malformed; access is off.
        ClockWentBackError: the clock cannot be believed.
    """
    key = as_written(grant_key)
    thumbprint = "" if public_key is None else thumbprint_of(public_key)
    with transaction.atomic():
        found = find(actor, Grant.objects.select_related(*_WITH), at=at, key=key)
        if not is_their_own(actor, found.named):
            raise NotFoundError("grant", key)
        engagement = hold(actor, found.engagement.key, Act.SEE, at=at)
        grant = _locked(found)
        sound_now(at)
        _require_holding(grant, engagement, at)
        held = require_terms(engagement, grant.named.party)
        require_holder(grant.named, held.terms.settings)
        if not has_acknowledged(grant.named.person_id, held.agreement):
            raise NotPossibleError(
                "the terms in force have to be read before a grant is taken up; read them, and say"
                " so"
            )
        if held.terms.settings.proven_calls and not thumbprint:
            raise NotPossibleError(
                "the terms ask for calls that are proven with a key of your own; hand over its"
                " public part as a JWK"
            )
        again = grant.digest is not None
        shown_once = secret(PREFIX)
        grant.digest, grant.thumbprint = digest_of(shown_once), thumbprint
        grant.taken_up_at = at
        # Whoever had the old secret elsewhere does not keep its person from using the new one.
        grant.used_from = ""
        grant.save(update_fields=["digest", "thumbprint", "taken_up_at", "used_from"])
        if again:
            cut(engagement, [grant], at=at)
        _record("grant-taken-up", grant, actor, at, again=again, proven=bool(thumbprint))
        return shown_once


def revoke_grant(actor: Actor, grant_key: str, *, why: str = "", at: datetime) -> Grant:
    """End a grant for good, at once; streams that run with it are cut.

    Args:
        actor: one of the developer's people, who leads for the grant's person, or that person.
        grant_key: of the grant.
        why: for the others who read it; none is needed.
        at: now.

    Raises:
        NotFoundError: there is no such grant that they may end.
        NotPossibleError: it has ended already.
    """
    said = worded(why, "the reason")
    with transaction.atomic():
        rows = Grant.objects.select_related(*_WITH)
        found = find(actor, rows, Act.REVOKE, at=at, key=as_written(grant_key))
        engagement = hold(actor, found.engagement.key, Act.SEE, at=at)
        grant = _locked(found)
        if grant.ended_at is not None:
            raise NotPossibleError(f"{grant.key} has ended at {shown(grant.ended_at)} already")
        ended = end_access(engagement, at=at, actor=actor, why=said, grants=[grant])
        return ended[0]


def pull_the_plug(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """End every grant of an engagement at once, and let nobody have access until it is put back.

    It can be pulled in every state, and again.

    Raises:
        NotFoundError: there is no such engagement that they run.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        is_new = engagement.access_off_at is None
        if is_new:
            engagement.access_off_at = at
            engagement.save(update_fields=["access_off_at"])
        ended = end_access(
            engagement, at=at, actor=actor, why="the developer has switched all access off"
        )
        if is_new or ended:
            record("plug-pulled", engagement, at=at, actor=actor, grants=len(ended))
        return engagement


def put_back(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """Let access be given again. Grants that have ended stay ended.

    Raises:
        NotFoundError: there is no such engagement that they run.
        NotPossibleError: the plug was not pulled, or the engagement is over.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        if engagement.access_off_at is None:
            raise NotPossibleError(f"access to {engagement.key} is not switched off")
        engagement.access_off_at = None
        engagement.save(update_fields=["access_off_at"])
        record("plug-put-back", engagement, at=at, actor=actor)
        return engagement


_WITH: Final = ("engagement__developer", "named__person", "named__party__organisation")
"""Rows that are read with a grant's."""


def _run(actor: Actor, grant_key: str, at: datetime) -> tuple[Engagement, Grant]:
    """Return a grant and its engagement, which `actor` runs for the developer; both locked."""
    found = find(actor, Grant.objects.select_related(*_WITH), at=at, key=as_written(grant_key))
    engagement = hold(actor, found.engagement.key, Act.ADMINISTER, at=at)
    return engagement, _locked(found)


def _locked(grant: Grant) -> Grant:
    rows = Grant.objects.select_for_update(of=("self",)).select_related(*_WITH)
    return rows.get(pk=grant.pk)


def _require_holding(grant: Grant, engagement: Engagement, at: datetime) -> None:
    """Refuse a grant that is not issued, or whose time is over."""
    require_going_on(engagement)
    require_access_on(engagement)
    if grant.ended_at is not None:
        raise NotPossibleError(f"{grant.key} has ended at {shown(grant.ended_at)}; ask for another")
    if grant.issued_at is None:
        raise NotPossibleError(f"{grant.key} is not issued yet; the developer decides about it")
    within = access_of(engagement, grant.named.party)
    until = min(grant.ends_at, within.ends_at) if within else grant.ends_at
    if within is None or until <= at:
        raise NotPossibleError(f"the time of {grant.key} is over; ask for another grant")


def _dates(grant: Grant) -> dict[str, str]:
    return {"begins_at": shown(grant.begins_at), "ends_at": shown(grant.ends_at)}


def _record(kind: str, grant: Grant, actor: Actor, at: datetime, **text: Any) -> None:
    record(
        kind,
        grant.engagement,
        at=at,
        actor=actor,
        about=grant.named.party.organisation,
        grant=grant.key,
        holder=grant.named.person.key,
        **text,
    )
