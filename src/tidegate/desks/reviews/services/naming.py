"""A party names its people, attests their vetting, and says to whom what is kept is encrypted.

An agency has thousands of people; those who are named here read, and nobody else does. Whoever
leads for a party answers for it, never about themselves where it is about trust in a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from pyrage import RecipientError
from pyrage.x25519 import Recipient

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import SCOPE_OF, Act, Role
from tidegate.desks.cases.services.texts import worded
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.places import person_with_a_place
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Grant, NamedPerson, Party
from tidegate.desks.reviews.services.course import hold_part, require_going_on
from tidegate.desks.reviews.services.endings import end_access
from tidegate.desks.reviews.services.recording import record

_CALLING: Final = (*GOVERNMENT, Party.Part.PARTNER)

PARTS_OF: Final[Mapping[str, Collection[str]]] = {
    NamedPerson.Duty.LEAD: tuple(Party.Part),
    NamedPerson.Duty.EVALUATOR: _CALLING,
    NamedPerson.Duty.OFFICIAL: (Party.Part.DETERMINING,),
    NamedPerson.Duty.OBSERVER: tuple(Party.Part),
}
"""Which parts name people for a duty."""

HOLDING: Final = (NamedPerson.Duty.EVALUATOR,)
"""Duties with which one may hold a grant."""

LONGEST_TITLE: Final = 200


def name_person(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    person_key: str,
    duty: str,
    *,
    title: str = "",
    part: str = "",
    at: datetime,
) -> NamedPerson:
    """Name a person for a party, or give one who is named another duty.

    Args:
        actor: who leads for the party.
        engagement_key: of the engagement.
        organisation_key: of the party.
        person_key: somebody with a place in that organisation.
        duty: a word of `NamedPerson.Duty`.
        title: what the framework calls that, if it does.
        part: a word of `Party.Part`, where the organisation has several parts.
        at: now.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
        NotPossibleError: the duty is not known, or of another part; the person has no place in the
            organisation, or has recused themselves; the engagement was closed or withdrawn.
    """
    if duty not in PARTS_OF:
        raise NotPossibleError(f"{duty!r:.40} is no duty; choose {listed(PARTS_OF)}")
    called = kept_text(title.strip())
    if len(called) > LONGEST_TITLE:
        raise NotPossibleError(f"a title has at most {LONGEST_TITLE} characters")
    with transaction.atomic():
        engagement, party = hold_part(
            actor, engagement_key, organisation_key, part=part, suits=PARTS_OF[duty], at=at
        )
        require_going_on(engagement)
        if party.part not in PARTS_OF[duty]:
            raise NotPossibleError(f"the {party.part} party names no {duty}")
        person = _with_a_place(party, person_key)
        _require_not_recused(party, person)
        _require_one_side(party, person)
        row = party.named.filter(person=person, ended_at=None).first()
        if row is None:
            row = NamedPerson(party=party, person=person, named_by=actor.name, named_at=at)
        row.duty, row.title = duty, called
        row.save()
        if duty not in HOLDING:
            _end_grants(engagement, [row], at=at, actor=actor, why=f"they are {duty} now")
        record(
            "person-named",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            only_for=_only_for(engagement, party),
            named=person.key,
            duty=duty,
            title=called,
            part=party.part,
        )
        return row


def unname(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    person_key: str,
    *,
    at: datetime,
) -> NamedPerson:
    """Take a person back: they read nothing more, and their grants end at once.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
        NotPossibleError: the person is not named.
    """
    with transaction.atomic():
        engagement, party, rows = _named(actor, engagement_key, organisation_key, person_key, at)
        if any(row.recused_at for row in rows):
            # Else they would lead again as an administrator, who were to have no say.
            raise NotPossibleError(
                f"{rows[0].person.name} has stepped back, and stays on record as that"
            )
        for row in rows:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
        _end_grants(engagement, rows, at=at, actor=actor, why="they are not named any more")
        record(
            "person-unnamed",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            only_for=_only_for(engagement, party),
            named=rows[0].person.key,
        )
        return rows[0]


def attest_vetting(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    person_key: str,
    words: str,
    *,
    at: datetime,
) -> NamedPerson:
    """Attest for a party that a person was vetted, and how, in its own words.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
        NotPossibleError: it is about themselves; the person is not named; there are no words.
    """
    said = worded(words, "what is attested")
    if not said:
        raise NotPossibleError("say what is attested: how the person was vetted, and when")
    with transaction.atomic():
        engagement, party, rows = _named(actor, engagement_key, organisation_key, person_key, at)
        require_going_on(engagement)
        if rows[0].person_id == actor.person:
            raise NotPossibleError(
                f"nobody attests their own vetting; let somebody else who leads for"
                f" {party.organisation.name} do it"
            )
        for row in rows:
            row.vetting, row.vetted_by, row.vetted_at = said, actor.name, at
            row.save(update_fields=["vetting", "vetted_by", "vetted_at"])
        record(
            "vetting-attested",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            only_for=_only_for(engagement, party),
            named=rows[0].person.key,
        )
        return rows[0]


def recuse(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    person_key: str,
    why: str,
    *,
    at: datetime,
) -> NamedPerson:
    """Let a person step back from the engagement, for good: they read nothing, grants end at once.

    Args:
        actor: the person, or who leads for the party.
        engagement_key: of the engagement.
        organisation_key: of the party.
        person_key: who steps back; an administrator who is not named may do so, too.
        why: for the party; may be empty.
        at: now.

    Raises:
        NotFoundError: there is no such part, or it is not for them to say.
        NotPossibleError: the person has stepped back before, or is not named.
    """
    said = worded(why, "a reason")
    with transaction.atomic():
        engagement, parties = _parts_to_leave(
            actor, engagement_key, organisation_key, person_key, at
        )
        if not parties:
            raise NotPossibleError(
                f"{as_written(organisation_key)} has no part in {engagement.key} any more, so"
                " nobody has to step back from one"
            )
        person = _with_a_place(parties[0], person_key)
        rows = [_row_of(party, person, actor, at) for party in parties]
        left = [row for row in rows if row is not None and row.recused_at is None]
        if not left:
            raise NotPossibleError(
                f"{person.name} is not named in {engagement.key}, or has stepped back before"
            )
        for row in left:
            row.recused_at, row.recused_why = at, said
            row.save()
        _end_grants(engagement, left, at=at, actor=actor, why="they have stepped back")
        record(
            "person-recused",
            engagement,
            at=at,
            actor=actor,
            about=parties[0].organisation,
            only_for=_only_for(engagement, parties[0]),
            named=person.key,
        )
        return left[0]


def set_recipient(
    actor: Actor, engagement_key: str, organisation_key: str, recipient: str, *, at: datetime
) -> Party:
    """Set to whom what is kept of calls is encrypted: an age public key, `age1…`.

    It holds for all parts that the organisation has in the engagement. What was kept before stays
    encrypted to the one before. From: https://age-encryption.org/v1.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
        NotPossibleError: it is no such key.
    """
    key = recipient.strip()
    try:
        Recipient.from_str(key)
    except RecipientError as error:
        raise NotPossibleError(
            "that is no public key of age; write one such as age1…, as age-keygen shows it"
        ) from error
    with transaction.atomic():
        engagement, party = hold_part(actor, engagement_key, organisation_key, at=at)
        parts = engagement.parties.filter(organisation=party.organisation, ended_at=None)
        parts.update(recipient=key)
        party.recipient = key
        record(
            "recipient-set",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            only_for=_only_for(engagement, party),
            recipient=key,
        )
        return party


def _with_a_place(party: Party, person_key: str) -> Person:
    found = person_with_a_place(party.organisation_id, person_key)
    if found is None:
        raise NotPossibleError(
            f"{as_written(person_key) or 'that'} has no place in {party.organisation.name}; let"
            " them join the organisation first"
        )
    return found


def _require_not_recused(party: Party, person: Person) -> None:
    recused = NamedPerson.objects.filter(
        party__engagement=party.engagement_id,
        party__organisation=party.organisation_id,
        person=person,
        recused_at__isnull=False,
    )
    if recused.exists():
        raise NotPossibleError(
            f"{person.name} has stepped back from the engagement; name somebody else"
        )


def _require_one_side(party: Party, person: Person) -> None:
    """Refuse to name somebody on both sides of the table."""
    others = NamedPerson.objects.filter(
        party__engagement=party.engagement_id, party__ended_at=None, person=person, ended_at=None
    )
    developers = Q(party__part=Party.Part.DEVELOPER)
    is_developer = party.part == Party.Part.DEVELOPER
    if others.filter(~developers if is_developer else developers).exists():
        raise NotPossibleError(
            f"{person.name} cannot be named by {party.organisation.name} in this engagement; name"
            " somebody else"
        )


def _named(
    actor: Actor, engagement_key: str, organisation_key: str, person_key: str, at: datetime
) -> tuple[Engagement, Party, list[NamedPerson]]:
    """Hold the engagement; return a part that the actor leads, and where the person is named."""
    engagement, party = hold_part(actor, engagement_key, organisation_key, at=at)
    rows = NamedPerson.objects.select_related("person", "party__organisation").filter(
        party__engagement=engagement,
        party__organisation=party.organisation_id,
        person__key=as_written(person_key),
        ended_at=None,
    )
    found = list(rows.order_by("pk"))
    if not found:
        raise NotPossibleError(
            f"{as_written(person_key) or 'that'} is not named by {party.organisation.name}; name"
            " them first"
        )
    return engagement, party, found


def _parts_to_leave(
    actor: Actor, engagement_key: str, organisation_key: str, person_key: str, at: datetime
) -> tuple[Engagement, list[Party]]:
    """Hold the engagement; return the parts of the organisation that a person can step back from.

    Whoever leads a part says it of its people, and everybody of themselves.
    """
    themselves = bool(actor.key) and as_written(person_key) == actor.key
    if themselves and SCOPE_OF[Act.RESPOND] not in actor.scopes:
        themselves = False
    engagement, party = hold_part(
        actor,
        engagement_key,
        organisation_key,
        act=Act.SEE if themselves else Act.RESPOND,
        at=at,
    )
    parts = engagement.parties.select_related("organisation").filter(
        organisation=party.organisation_id, ended_at=None
    )
    return engagement, list(parts.order_by("pk"))


def _row_of(party: Party, person: Person, actor: Actor, at: datetime) -> NamedPerson | None:
    """Return where a person is named; an administrator, who leads unnamed, is put on record."""
    row = party.named.filter(person=person, ended_at=None).first()
    if row is not None:
        return row
    leads = Membership.objects.filter(
        organisation=party.organisation_id,
        person=person,
        role=Role.ADMINISTRATOR,
        left_at=None,
        suspended_at=None,
    )
    if not leads.exists():
        return None
    return NamedPerson(
        party=party,
        person=person,
        duty=NamedPerson.Duty.OBSERVER,
        named_by=actor.name,
        named_at=at,
    )


def _end_grants(
    engagement: Engagement, rows: list[NamedPerson], *, at: datetime, actor: Actor, why: str
) -> None:
    held = Grant.objects.filter(named__in=[row.pk for row in rows])
    end_access(engagement, at=at, actor=actor, why=why, grants=held)


def _only_for(engagement: Engagement, party: Party) -> Organisation | None:
    """Return the only one who reads whom a party names: itself, until it is told of or has told."""
    is_told = party.part == Party.Part.DEVELOPER or party.invited_at is not None
    return None if engagement.proposed_at is not None and is_told else engagement.developer
