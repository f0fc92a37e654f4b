"""Rows for the tests of notices: organisations, people, cases, and entries of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from django.db import transaction

from tests.desks.findings.makers import make_case
from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import (
    Coordination,
    Message,
    Participant,
    Recipient,
    TeamMember,
)
from tidegate.desks.findings.models import Case
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.notices.models import Notice
from tidegate.desks.notices.services.telling import tell, untold
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
BEFORE: Final = NOW - timedelta(days=3)

_numbers = count(1)


def organisation(*kinds: OrganisationKind, **more: Any) -> Organisation:
    return Organisation.objects.create(
        name=more.pop("name", f"organisation {next(_numbers)}"),
        kinds=[kind.value for kind in kinds],
        made_at=BEFORE,
        **more,
    )


def person(of: Organisation | None = None, role: Role = Role.MEMBER, **more: Any) -> Person:
    number = next(_numbers)
    made = Person.objects.create(
        email=more.pop("email", f"person{number}@example.org"),
        name=more.pop("name", f"person {number}"),
        joined_at=BEFORE,
        **more,
    )
    if of is not None:
        place(made, of, role)
    return made


def place(who: Person, of: Organisation, role: Role = Role.MEMBER) -> Membership:
    return Membership.objects.create(organisation=of, person=who, role=role.value, since=BEFORE)


def coordinated(tlp: Label = Label.AMBER, *, embargo: str = "none", **more: Any) -> Coordination:
    return Coordination.objects.create(
        case=make_case(title=more.pop("title", "Keys named __proto__ reach Object.prototype")),
        tlp=tlp.value,
        opened_at=BEFORE,
        embargo=embargo,
        **more,
    )


def party(
    to: Coordination,
    of: Organisation,
    *team: Person,
    consent: str = "signatory",
    joined: bool = True,
    role: str = "vendor",
) -> Participant:
    made = Participant.objects.create(
        coordination=to,
        organisation=of,
        role=role,
        consent=consent,
        invited_by="somebody",
        invited_at=BEFORE,
        joined_at=BEFORE if joined else None,
    )
    for one in team:
        TeamMember.objects.create(participant=made, person=one, added_by="somebody", since=BEFORE)
    return made


def message(to: Coordination, *persons: Person, **more: Any) -> Message:
    made = Message.objects.create(
        coordination=to,
        author_name="somebody",
        audience=more.pop("audience", Message.Audience.ALL),
        tlp=more.pop("tlp", to.tlp),
        sent_at=BEFORE,
        text="what nobody outside may read",
        **more,
    )
    for one in persons:
        Recipient.objects.create(message=made, person=one)
    return made


def happens(
    kind: str,
    *,
    actor: Actor | Person = HOUSE,
    case: Case | None = None,
    of: Organisation | None = None,
    at: datetime = NOW,
    **text: Any,
) -> Entry:
    """Append an entry, as the desks do."""
    who = actor_of(actor) if isinstance(actor, Person) else actor
    with transaction.atomic():
        return append(
            kind,
            at=at,
            actor=who,
            case=case.key if case else "",
            organisation=of.key if of else "",
            **text,
        )


def told(*, at: datetime = NOW, by_mail: bool = True) -> set[Person]:
    """Tell of whatever is to be told of; return who has got a new notice."""
    before = set(Notice.objects.values_list("pk", flat=True))
    for one in untold(1000, at):
        tell(one, by_mail=by_mail, at=at)
    return {one.person for one in Notice.objects.exclude(pk__in=before).select_related("person")}
