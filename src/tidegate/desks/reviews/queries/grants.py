"""Grants as those read them who may: what each lets through, how far it is, why it is not usable.

The secret of a grant is in none of it, nor its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Action, Heading
from tidegate.desks.reviews.frameworks.terms import plainly, worded
from tidegate.desks.reviews.models import Engagement, Grant, TwoPersonRequest
from tidegate.desks.reviews.queries.bounds import access_of, terms_over
from tidegate.desks.reviews.queries.grant_words import scope_in_words, unusable
from tidegate.desks.reviews.queries.terms import Held, has_acknowledged
from tidegate.desks.reviews.queries.usable import hours_of
from tidegate.desks.reviews.states.grants import Hours
from tidegate.desks.reviews.states.windows import Window

MOST: Final = 1000
"""Grants that are shown at once, the newest ones."""


class GrantState(StrEnum):
    """How far a grant is."""

    ASKED = "asked"
    """Nobody has issued it."""
    ISSUED = "issued"
    """Its person has not taken it up."""
    IN_USE = "in-use"
    """It was taken up; whether it can be used now, `unusable` says."""
    ENDED = "ended"
    """Revoked, declined or given back."""
    LAPSED = "lapsed"
    """Its time, or that of what it stands on, is over."""


@dataclass(frozen=True, slots=True)
class GrantShown:
    """A grant in a list."""

    key: str
    engagement: str
    """Key."""
    model: str
    """The model's name, or its code name."""
    person: str
    """Name of whoever holds it."""
    person_key: str
    organisation: str
    """Name of the party that has named them."""
    organisation_key: str
    part: str
    """A value of `models.Party.Part`."""
    purpose: str
    state: GrantState
    unusable: str
    """Why its person cannot use it now, as a sentence; empty where they can."""
    break_glass: bool
    begins_at: datetime
    ends_at: datetime
    """As the grant says."""
    good_until: datetime
    """The end of the grant, or of what it stands on, if that comes first."""
    asked_at: datetime
    issued_at: datetime | None
    taken_up_at: datetime | None
    ended_at: datetime | None
    may: frozenset[str]
    """What the actor may do: `issue`, `decline`, `second`, `take-up`, `revoke`, `acknowledge`."""


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """A clause of the terms in force."""

    heading: Heading
    plain: str
    """In plain words."""
    text: str
    """As it was signed."""


@dataclass(frozen=True, slots=True)
class GrantPage:
    """A grant, with all that its person has to know before they use it."""

    grant: GrantShown
    endpoints: tuple[str, ...]
    """Names that calls use for the model."""
    operations: tuple[str, ...]
    calls_a_minute: int
    tokens: int | None
    tokens_used: int
    hours: Hours | None
    addresses: tuple[str, ...]
    scope: tuple[str, ...]
    """What it lets through, in sentences."""
    asked_by: str
    issued_by: str
    ended_by: str
    ended_why: str
    proven: bool
    """Whether each call has to be proven with a key of the person's own."""
    terms_title: str
    """Empty where no terms are in force."""
    terms_sha256: str
    """Of the terms in force: what is acknowledged."""
    terms: tuple[ClauseShown, ...]
    acknowledged: bool
    """Whether the grant's person has read the terms in force."""


def list_grants(actor: Actor, *, engagement: str = "", at: datetime) -> tuple[GrantShown, ...]:
    """Return the grants that somebody may read, the newest first.

    Args:
        actor: who asks.
        engagement: key of the engagement; all of them, without it.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    rows = Grant.objects.select_related(*_WITH)
    if engagement:
        key = as_written(engagement)
        rows = rows.filter(
            engagement=find(actor, Engagement.objects.all(), Act.SEE, at=at, key=key)
        )
    found = narrowed(actor, rows, at=at).order_by("-pk")[:MOST]
    return _all_shown(actor, list(found), at)


def grant_page(actor: Actor, key: str, *, at: datetime) -> GrantPage:
    """Return a grant with its scope and the terms in force.

    Raises:
        NotFoundError: there is no such grant, or not for them.
    """
    rows = Grant.objects.select_related(*_WITH, "asked_by", "issued_by")
    row = find(actor, rows, at=at, key=as_written(key))
    held = terms_over(row.engagement, row.named.party)
    return GrantPage(
        grant=_all_shown(actor, [row], at)[0],
        endpoints=tuple(row.endpoints),
        operations=tuple(row.operations),
        calls_a_minute=row.calls_a_minute,
        tokens=row.tokens,
        tokens_used=row.used_tokens,
        hours=hours_of(row.hours),
        addresses=tuple(row.addresses),
        scope=scope_in_words(row),
        asked_by=row.asked_by.name,
        issued_by=row.issued_by.name if row.issued_by else "",
        ended_by=row.ended_by,
        ended_why=row.ended_why,
        proven=bool(row.thumbprint) or bool(held and held.terms.settings.proven_calls),
        terms_title=held.terms.title if held else "",
        terms_sha256=held.agreement.sha256 if held else "",
        terms=_clauses(held) if held else (),
        acknowledged=bool(held and has_acknowledged(row.named.person_id, held.agreement)),
    )


_WITH: Final = ("engagement", "named__person", "named__party__organisation")
"""Rows that are read with a grant's."""


def _clauses(held: Held) -> tuple[ClauseShown, ...]:
    settings = held.terms.settings
    return tuple(
        ClauseShown(one.heading, plainly(one, settings), worded(one, settings))
        for one in held.terms.clauses
    )


def _all_shown(actor: Actor, rows: Sequence[Grant], at: datetime) -> tuple[GrantShown, ...]:
    usable = _usable(rows, at)
    may = _may(actor, rows, at)
    access: dict[int, Window | None] = {}
    for row in rows:
        party = row.named.party
        if party.pk not in access:
            access[party.pk] = access_of(row.engagement, party)
    return tuple(
        _shown(row, access[row.named.party.pk], row.pk in usable, may[row.pk], at) for row in rows
    )


def _shown(
    row: Grant, access: Window | None, is_usable: bool, may: frozenset[str], at: datetime
) -> GrantShown:
    named = row.named
    until = min(row.ends_at, access.ends_at) if access else row.ends_at
    state = _state(row, until, at)
    return GrantShown(
        key=row.key,
        engagement=row.engagement.key,
        model=row.engagement.model,
        person=named.person.name,
        person_key=named.person.key,
        organisation=named.party.organisation.name,
        organisation_key=named.party.organisation.key,
        part=named.party.part,
        purpose=row.purpose,
        state=state,
        unusable=unusable(row, access, is_usable=is_usable, at=at),
        break_glass=row.break_glass,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        good_until=until,
        asked_at=row.asked_at,
        issued_at=row.issued_at,
        taken_up_at=row.taken_up_at,
        ended_at=row.ended_at,
        may=may & _POSSIBLE[state],
    )


_POSSIBLE: Final = {
    GrantState.ASKED: frozenset({"issue", "decline", "second", "revoke", "acknowledge"}),
    GrantState.ISSUED: frozenset({"take-up", "revoke", "acknowledge"}),
    GrantState.IN_USE: frozenset({"take-up", "revoke", "acknowledge"}),
    GrantState.ENDED: frozenset[str](),
    GrantState.LAPSED: frozenset[str](),
}
"""What anybody may do with a grant that is so far."""


def _state(row: Grant, until: datetime, at: datetime) -> GrantState:
    if row.ended_at is not None:
        return GrantState.ENDED
    if until <= at:
        return GrantState.LAPSED
    if row.issued_at is None:
        return GrantState.ASKED
    return GrantState.ISSUED if row.taken_up_at is None else GrantState.IN_USE


def _usable(rows: Iterable[Grant], at: datetime) -> frozenset[int]:
    """Return which of the grants the policy lets their persons use now."""
    by_person: dict[Person, list[int]] = {}
    for row in rows:
        if row.ended_at is None and row.taken_up_at is not None:
            by_person.setdefault(row.named.person, []).append(row.pk)
    return frozenset(
        pk
        for person, own in by_person.items()
        for pk in narrowed(
            actor_of(person), Grant.objects.filter(pk__in=own), Act.USE, at=at
        ).values_list("pk", flat=True)
    )


def _may(actor: Actor, rows: Sequence[Grant], at: datetime) -> dict[int, frozenset[str]]:
    """Return what the actor may do with each grant, however far it is."""
    own = Grant.objects.filter(pk__in=[row.pk for row in rows])
    revocable = set(narrowed(actor, own, Act.REVOKE, at=at).values_list("pk", flat=True))
    engagements = Engagement.objects.filter(pk__in={row.engagement_id for row in rows})
    run = set(narrowed(actor, engagements, Act.ADMINISTER, at=at).values_list("pk", flat=True))
    requests = TwoPersonRequest.objects.filter(
        action=Action.BREAK_GLASS,
        subject__in=[row.key for row in rows if row.break_glass],
        expires_at__gt=at,
        used_at=None,
    ).exclude(asked_by=actor.person)
    to_second = set(narrowed(actor, requests, Act.RESPOND, at=at).values_list("subject", flat=True))
    read: dict[int, bool] = {}
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        words = {"revoke"} if row.pk in revocable else set[str]()
        if row.engagement_id in run:
            words |= {"decline"} if row.break_glass else {"decline", "issue"}
        if row.key in to_second:
            words.add("second")
        if row.named.person_id == actor.person and SCOPE_OF[Act.USE] in actor.scopes:
            party = row.named.party
            if party.pk not in read:
                held = terms_over(row.engagement, party)
                read[party.pk] = held is None or has_acknowledged(
                    row.named.person_id, held.agreement
                )
            words.add("take-up" if read[party.pk] else "acknowledge")
        found[row.pk] = frozenset(words)
    return found
