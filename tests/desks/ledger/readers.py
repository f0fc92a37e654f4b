"""People who may read some entries and not others."""

from __future__ import annotations

from tests.desks.ledger.ledgers import CASE, START, later
from tidegate.desks.access.actors import Actor, Standing
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.models import Coordination, Participant, TeamMember
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Membership, Organisation, Person

COORDINATOR = Actor(
    "Cora",
    person=10_001,
    standings=(Standing(10_001, Role.READER, frozenset({OrganisationKind.COORDINATOR})),),
    key="P-C0000-00000",
)
OTHER_CASE = "C-00000-00002"


class Party:
    """A vendor's person on a case; `participant` decides what they may read of it."""

    def __init__(self, name: str, role: Role = Role.MEMBER, case: str = CASE) -> None:
        self.organisation = Organisation.objects.create(name=name, kinds=["vendor"], made_at=START)
        self.person = Person.objects.create(email=f"{name}@example.org", name=name, joined_at=START)
        found, _ = Case.objects.get_or_create(
            key=case,
            defaults={"title": "t", "package": "p", "opened_at": START, "found_at": START},
        )
        coordination, _ = Coordination.objects.get_or_create(
            case=found,
            defaults={"opened_at": START, "embargo": "active", "ends_at": later(10**7)},
        )
        self.participant = Participant.objects.create(
            coordination=coordination,
            organisation=self.organisation,
            role="vendor",
            consent="signatory",
            invited_at=START,
            joined_at=START,
        )
        TeamMember.objects.create(
            participant=self.participant, person=self.person, added_by="x", since=START
        )
        Membership.objects.create(
            organisation=self.organisation, person=self.person, role=role, since=START
        )
        standing = Standing(self.organisation.pk, role, frozenset({OrganisationKind.VENDOR}))
        self.actor = Actor(name, person=self.person.pk, standings=(standing,), key=self.person.key)
