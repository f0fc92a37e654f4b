"""What the terms let two persons do together alone: one asks, another seconds, the first does it.

Both are named by one side: the government, or a trusted partner for the transcripts of its own
calls, if its own terms ask for it. Both have to stand there still when it is done, and one request
is good for one act.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import reasoned
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import Call, Engagement, Party, Transcript, TwoPersonRequest
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.services.course import hold, require_going_on
from tidegate.desks.reviews.services.government import hold_for_government, record_within
from tidegate.desks.reviews.services.recording import record

GOOD_FOR: Final = timedelta(hours=24)
"""From the asking: how long a request can be seconded and used."""

_OF_PARTNERS: Final = (Action.READ_TRANSCRIPTS,)
"""What a trusted partner's own terms can let two persons do together alone."""


def ask(
    actor: Actor, engagement_key: str, action: str, subject: str, reason: str, *, at: datetime
) -> TwoPersonRequest:
    """Ask for another person's word before doing something.

    Args:
        actor: a person whom the government's side has named, or the trusted partner whose call it
            is, and who may do more than observe.
        engagement_key: of the engagement.
        action: a value of `frameworks.framework.Action` that the terms in force name; a trusted
            partner's are its own.
        subject: key of what it is about: of the call for a transcript, of the engagement for a
            determination.
        reason: why.
        at: now.

    Raises:
        NotFoundError: there is no such engagement or subject, or not for them.
        NotPossibleError: the terms do not name the action, the reason is missing, or the same is
            asked for already.
    """
    with transaction.atomic():
        about = as_written(subject)
        of = _own_part(actor, engagement_key, about, at) if action in _OF_PARTNERS else None
        if of is not None:
            engagement = hold(actor, engagement_key, Act.SEE, at=at)
            find(actor, Party.objects.all(), Act.WRITE, at=at, pk=of.pk)
        else:
            engagement = hold_for_government(actor, engagement_key, Act.WRITE, at=at).engagement
        require_going_on(engagement)
        held = terms_in_force(engagement, partner=of)
        named = held.terms.settings.two_persons if held else frozenset()
        possible = sorted(named - {Action.BREAK_GLASS})
        if action not in possible:
            mend = (
                f"they do for {listed(possible)}" if possible else "what may be done, is done alone"
            )
            raise NotPossibleError(
                f"the terms in force ask for no second person for {action[:40]!r}; {mend}"
            )
        if action == Action.READ_TRANSCRIPTS:
            calls = Transcript.objects.filter(call__engagement=engagement)
            find(actor, calls, at=at, call__key=about)
        elif about != engagement.key:
            raise NotPossibleError(
                f"{action} is about the engagement as a whole; name {engagement.key}"
            )
        row = put(actor, engagement, action, about, reason, of=of, at=at)
        _record("two-person-asked", row, engagement, at=at, actor=actor)
        return row


def second(actor: Actor, request_key: str, *, at: datetime) -> TwoPersonRequest:
    """Second what somebody else has asked for.

    Break-glass access is seconded by `break_glass.second_break_glass`.

    Raises:
        NotFoundError: there is no such request that they may second.
        NotPossibleError: they have asked for it themselves, it was seconded or used already, its
            time is over, or who asked has stepped back.
    """
    with transaction.atomic():
        found = to_second(actor, at=at, key=as_written(request_key))
        engagement = hold(actor, found.engagement.key, Act.SEE, at=at)
        require_going_on(engagement)
        if found.action == Action.BREAK_GLASS:
            raise NotPossibleError(
                f"{found.key} is about break-glass access; second {found.subject} itself"
            )
        row = agree(actor, found, at=at)
        _record("two-person-seconded", row, engagement, at=at, actor=actor)
        return row


def spend(
    engagement: Engagement, action: str, subject: str, *, person_id: int, at: datetime
) -> TwoPersonRequest:
    """Use a request that somebody else has seconded, in the transaction of what it is for.

    Args:
        engagement: in which.
        action: what is done.
        subject: key of what it is about.
        person_id: who does it: the one who has asked.
        at: now.

    Raises:
        NotPossibleError: they have asked for none, nobody else has seconded it, its time is over,
            it was used, or one of the two has stepped back.
    """
    rows = TwoPersonRequest.objects.select_for_update(of=("self",)).filter(
        engagement=engagement, action=action, subject=subject, asked_by=person_id, used_at=None
    )
    standing = rows.filter(seconded_at__lte=at, expires_at__gt=at).exclude(seconded_by=person_id)
    with_people = standing.select_related("engagement", "party", "asked_by", "seconded_by")
    for row in with_people.order_by("pk"):
        if row.seconded_by is not None and all(
            _stands(person, row, at) for person in (row.asked_by, row.seconded_by)
        ):
            row.used_at = at
            row.save(update_fields=["used_at"])
            return row
    raise NotPossibleError(
        f"the terms ask for two persons for {action} of {subject}; ask for it, and let another"
        f" named person second it within {GOOD_FOR.total_seconds() / 3600:g} hours"
    )


def put(
    actor: Actor,
    engagement: Engagement,
    action: str,
    subject: str,
    reason: str,
    *,
    of: Party | None = None,
    at: datetime,
) -> TwoPersonRequest:
    """Keep a request, inside the caller's transaction; `of` is the trusted partner whose it is.

    Raises:
        NotFoundError: they are no person.
        NotPossibleError: the reason is missing, or they have asked for the same already.
    """
    said = reasoned(reason)
    if actor.person is None:
        raise NotFoundError("request")
    same = TwoPersonRequest.objects.filter(
        engagement=engagement, action=action, subject=subject, asked_by=actor.person
    )
    if waiting := same.filter(used_at=None, expires_at__gt=at).first():
        raise NotPossibleError(
            f"you have asked for this already, in {waiting.key}; another person has to second it"
        )
    return TwoPersonRequest.objects.create(
        engagement=engagement,
        party=of,
        action=action,
        subject=subject,
        reason=said,
        asked_by_id=actor.person,
        asked_at=at,
        expires_at=at + GOOD_FOR,
    )


def to_second(actor: Actor, *, at: datetime, **of: Any) -> TwoPersonRequest:
    """Return the request that `of` names, if somebody else has asked `actor` for their word.

    Raises:
        NotFoundError: there is none that they may second.
        NotPossibleError: they have asked for it themselves.
    """
    rows = TwoPersonRequest.objects.select_related(
        "engagement", "party__organisation", "asked_by"
    ).order_by("-pk")
    if find(actor, rows, at=at, **of).asked_by_id == actor.person:
        raise NotPossibleError(
            "you have asked for this yourself; it takes another person of your side"
        )
    return find(actor, rows, Act.RESPOND, at=at, **of)


def agree(actor: Actor, request: TwoPersonRequest, *, at: datetime) -> TwoPersonRequest:
    """Let somebody second a request that they may second, inside the caller's transaction.

    Raises:
        NotPossibleError: as for `second`.
    """
    rows = TwoPersonRequest.objects.select_for_update(of=("self",)).select_related(
        "asked_by", "party__organisation"
    )
    row = rows.get(pk=request.pk)
    if row.seconded_at is not None:
        raise NotPossibleError(f"{row.key} was seconded at {shown(row.seconded_at)} already")
    if row.used_at is not None or row.expires_at <= at:
        raise NotPossibleError(
            f"{row.key} could be seconded until {shown(row.expires_at)}; ask for it again"
        )
    if not _stands(row.asked_by, request, at):
        raise NotPossibleError(
            f"{row.asked_by.name}, who has asked for {row.key}, has no part in the engagement any"
            " more; somebody else can ask for it"
        )
    row.seconded_by_id, row.seconded_at = actor.person, at
    row.save(update_fields=["seconded_by", "seconded_at"])
    return row


def _own_part(actor: Actor, engagement_key: str, call_key: str, at: datetime) -> Party | None:
    """Return the trusted partner's part with whose grant a call was made, if they work in it."""
    calls = Call.objects.filter(key=call_key, engagement__key=as_written(engagement_key))
    parts = Party.objects.filter(
        part=Party.Part.PARTNER, pk__in=calls.values("grant__named__party")
    ).select_related("organisation")
    return narrowed(actor, parts, Act.WRITE, at=at).first()


def _stands(person: Person, request: TwoPersonRequest, at: datetime) -> bool:
    """Say whether somebody is still one of those of whom two can do something together."""
    actor = actor_of(person)
    if request.party is not None:
        return may(actor, Act.WRITE, request.party, at=at)
    try:
        hold_for_government(actor, request.engagement.key, Act.WRITE, at=at)
    except NotFoundError:
        return False
    return True


def _record(
    kind: str, row: TwoPersonRequest, engagement: Engagement, *, at: datetime, actor: Actor
) -> None:
    said: dict[str, Any] = {"request": row.key, "action": row.action, "subject": row.subject}
    if row.party is not None:
        # The government reads nothing of what a partner does with its own calls.
        own = row.party.organisation
        record(kind, engagement, at=at, actor=actor, only_for=engagement.developer, **said)
        record(kind, engagement, at=at, actor=actor, about=own, only_for=own, **said)
        return
    # Otherwise the developer would learn that a decision is near, before it is made.
    write = record_within if row.action == Action.DETERMINE else record
    write(kind, engagement, at=at, actor=actor, **said)
