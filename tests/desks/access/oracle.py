"""The policy's plain model: who may do what, worked out row by row, in Python and without queries.

It is written from the sentences of the policy, not from its conditions, and shares no code with
them. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.desks.access.oracle_exposure import JUDGED_BY_OPERATING, Judge, Operating
from tests.desks.access.oracle_publications import JUDGED_OF_PUBLICATIONS
from tests.desks.access.oracle_reviews import Engaged
from tests.desks.access.worlds import NOW, World
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.cases.models import Message, Participant, Recipient, TeamMember
from tidegate.desks.parties.models import Organisation, Person

ENVELOPES = ("party-invited",)
"""Of the kinds of notices that are made here: what an invited party may know before it consents."""

# What happened in a case, and names no other case, no message and nobody outside of it.
_OF_A_CASE = {
    "opened",
    "joined",
    "merged",
    "parted",
    "consent-given",
    "consent-lapsed",
    "contact-set",
    "coordination-closed",
    "coordination-opened",
    "coordination-opened-again",
    "embargo-accepted",
    "embargo-ended",
    "embargo-proposed",
    "embargo-refused",
    "fact-recorded",
    "label-set",
    "party-declined",
    "party-invited",
    "party-joined",
    "party-removed",
    "party-silent",
    "policy-set",
    "release-approved",
    "report-handled",
    "status-said",
    "team-member-added",
    "team-member-ended",
    "team-member-removed",
    "vendor-progress",
}
_LEFT_TO_ITSELF = {"model-developer", "reviewer", "agency", "trusted-partner", "operator"}
_TAKING_PART = {"agency", "model-developer", "reviewer", "trusted-partner"}
_HANDING_IN = {"finder", "coordinator", "model-developer", "trusted-partner", "reviewer"}


class Reader:
    """One person, and what the policy's sentences say of them.

    With `only`, as if they had a place in that organisation alone: so a token may be narrowed.
    """

    def __init__(self, world: World, person: Person, *, only: int | None = None) -> None:
        self.world = world
        self.person = person
        self.places: dict[int, str] = {}
        self.suspended_places: dict[int, str] = {}
        if person.is_active:
            for one in world.memberships:
                organisation = next(o for o in world.organisations if o.pk == one.organisation_id)
                alive = not (one.left_at or one.suspended_at)
                meant = only in (None, organisation.pk)
                if alive and meant and one.person_id == person.pk:
                    stands = organisation.suspended_at is None
                    places = self.places if stands else self.suspended_places
                    places[organisation.pk] = one.role
        self._members = list(TeamMember.objects.filter(person=person))
        self._parts = defaultdict[int, list[Participant]](list)
        for part in world.participants:
            self._parts[part.coordination.case_id].append(part)
        self._recipients = list(Recipient.objects.all())
        self.engaged = Engaged(world, person, self.places, self.suspended_places)
        self.operated = Operating(world, self.places)

    def _kinds(self, organisation: int) -> set[str]:
        return set(next(o for o in self.world.organisations if o.pk == organisation).kinds)

    def _coordinates(self, *roles: str) -> bool:
        return any(
            "coordinator" in self._kinds(organisation) and (not roles or role in roles)
            for organisation, role in self.places.items()
        )

    @property
    def reads_as_coordinator(self) -> bool:
        return self._coordinates()

    @property
    def coordinates(self) -> bool:
        return self._coordinates("administrator", "member")

    @property
    def leads(self) -> bool:
        return self._coordinates("administrator")

    def administers(self, organisation: int) -> bool:
        return self.places.get(organisation) == "administrator"

    def runs_for(self, organisation: int) -> bool:
        """Say whether they administer it, or coordinate and it is not left to itself."""
        own = any(
            one.organisation_id == organisation and one.role == "administrator" and not one.left_at
            for one in self.world.memberships
        )
        left_to_itself = own and bool(self._kinds(organisation) & _LEFT_TO_ITSELF)
        return self.administers(organisation) or (self.leads and not left_to_itself)

    def works(self) -> bool:
        return any(role != "reader" for role in self.places.values())

    # Cases, as a party.

    def _joined(self, part: Participant) -> bool:
        if not self._invited(part) or not part.joined_at:
            return False
        on_team = any(
            one.participant_id == part.pk
            and one.left_at is None
            and (one.until is None or one.until > NOW)
            for one in self._members
        )
        over = part.coordination.embargo in ("none", "exited") or (
            part.coordination.ends_at is not None and part.coordination.ends_at <= NOW
        )
        consents = part.consent == "signatory" and (
            part.consent_until is None or part.consent_until > NOW
        )
        return on_team and (over or consents)

    def parts(self, case: int) -> list[Participant]:
        """Return the parts through which they read a case."""
        return [part for part in self._parts[case] if self._joined(part)]

    def reads_as_party(self, case: int | None, *, without_finders: bool = False) -> bool:
        if case is None:
            return False
        return any(not (without_finders and part.role == "finder") for part in self.parts(case))

    def invited(self, case: int) -> bool:
        return any(self._invited(part) for part in self._parts[case])

    def _invited(self, part: Participant) -> bool:
        """Say that it is their organisation's, and that it does not wait in the line any more."""
        return (
            part.removed_at is None
            and part.invited_at is not None
            and part.organisation_id in self.places
        )

    # What may be done with each kind of object.

    def organisation(self, act: Act, one: Organisation) -> bool:
        if act in (Act.SEE, Act.READ):
            return self.reads_as_coordinator or one.pk in self.places
        if act is Act.ADMINISTER:
            return self.runs_for(one.pk)
        if act is Act.SUSPEND:
            return self.leads
        if act in (Act.INVENTORY, Act.OPERATE, Act.EXAMINE):
            return self.operated.organisation(act, one)
        if act is Act.HAND_IN:
            own = self.places.get(one.pk) in ("administrator", "member")
            return self.coordinates or (own and bool(set(one.kinds) & _HANDING_IN))
        return False

    def membership(self, act: Act, one: Any) -> bool:
        if act in (Act.SEE, Act.READ):
            return self.reads_as_coordinator or one.organisation_id in self.places
        if act is Act.ADMINISTER:
            return self.runs_for(one.organisation_id)
        if act is Act.SUSPEND:
            return self.leads or self.administers(one.organisation_id)
        return act is Act.REVOKE and one.person_id == self.person.pk

    def invitation(self, act: Act, one: Any) -> bool:
        return act in (Act.SEE, Act.READ, Act.REVOKE) and self.runs_for(one.organisation_id)

    def token(self, act: Act, one: Any) -> bool:
        return act in (Act.SEE, Act.READ, Act.REVOKE) and one.person_id == self.person.pk

    def delivery(self, act: Act, one: Any) -> bool:
        own = one.finder.organisation_id in self.places or self.engaged.was_told_of(one.pk)
        if act in (Act.SEE, Act.READ):
            return self.reads_as_coordinator or own
        return act is Act.READ_PROOF and (self.coordinates or own)

    def finding(self, act: Act, one: Any) -> bool:
        made_it = one.finder.organisation_id in self.places
        own = made_it or self.engaged.was_told_of(one.delivery_id)
        party = self.reads_as_party(one.case_id, without_finders=True)
        if act in (Act.SEE, Act.READ):
            return self.reads_as_coordinator or own or party
        if act is Act.READ_PROOF:
            return self.coordinates or own or party
        return act is Act.COORDINATE and self.coordinates

    def event(self, act: Act, one: Any) -> bool:
        if act not in (Act.SEE, Act.READ):
            return False
        if self.reads_as_coordinator:
            return True
        of_finding = {"judged", "set-aside", "tried-again", "retried"}
        own = one.finding is not None and one.finding.finder.organisation_id in self.places
        if own and one.verb in of_finding:
            return True
        return one.verb in of_finding | _OF_A_CASE and self.reads_as_party(
            one.case_id, without_finders=True
        )

    def between(self, act: Act, one: Any) -> bool:
        """Links and nominations."""
        if act in (Act.SEE, Act.READ):
            return self.reads_as_coordinator
        return act is Act.COORDINATE and self.coordinates

    def case(self, act: Act, one: Any) -> bool:
        coordination = next((c for c in self.world.coordinations if c.case_id == one.pk), None)
        released = (
            coordination is not None
            and coordination.tlp in ("TLP:GREEN", "TLP:CLEAR")
            and coordination.embargo in ("none", "exited")
            and bool(self.places)
        )
        party = self.reads_as_party(one.pk)
        if act is Act.SEE:
            return self.reads_as_coordinator or party or released or self.invited(one.pk)
        if act is Act.READ:
            return self.reads_as_coordinator or party or released
        if act is Act.WRITE:
            return self.coordinates or (party and self.works())
        return act is Act.COORDINATE and self.coordinates

    def participant(self, act: Act, one: Participant) -> bool:
        party = self.reads_as_party(one.coordination.case_id)
        if act is Act.SEE:
            own = one.organisation_id in self.places and one.invited_at is not None
            coordinates_it = one.role == "coordinator" and one.joined_at and not one.removed_at
            told = bool(coordinates_it) and self.invited(one.coordination.case_id)
            return self.reads_as_coordinator or party or own or told
        if act is Act.READ:
            return self.reads_as_coordinator or party
        if act is Act.RESPOND:
            own = self.places.get(one.organisation_id) in ("administrator", "member")
            return self.coordinates or (own and self._invited(one))
        return act is Act.COORDINATE and self.coordinates

    def status(self, act: Act, one: Any) -> bool:
        case = one.participant.coordination.case_id
        return act in (Act.SEE, Act.READ) and (
            self.reads_as_coordinator or self.reads_as_party(case)
        )

    def message(self, act: Act, one: Message) -> bool:
        if act not in (Act.SEE, Act.READ):
            return False
        theirs = [to for to in self._recipients if to.message_id == one.pk]
        named = one.author_id == self.person.pk or any(
            to.person_id == self.person.pk for to in theirs
        )
        red = one.tlp == "TLP:RED"
        if self.reads_as_coordinator and (not red or named):
            return True
        parts = {part.pk for part in self.parts(one.coordination.case_id)}
        if not parts:
            return False
        reached = one.audience == "all" or any(to.participant_id in parts for to in theirs)
        return named or (reached and not red)

    def attachment(self, act: Act, one: Any) -> bool:
        return self.message(act, one.message)

    def notice(self, one: Any) -> bool:
        """A notice is its person's, while they may know of the case that it is about."""
        if one.person_id != self.person.pk:
            return False
        case = next((c for c in self.world.cases if c.key == one.case), None)
        if case is None:
            return True
        return self.case(Act.SEE if one.kind in ENVELOPES else Act.READ, case)

    def webhook(self, one: Any) -> bool:
        return self.organisation(Act.ADMINISTER, one.organisation)

    def framework(self, act: Act, one: Any) -> bool:
        takes_part = any(self._kinds(place) & _TAKING_PART for place in self.places)
        return act in (Act.SEE, Act.READ) and (self.leads or takes_part)

    def entry(self, act: Act, one: Any) -> bool:
        if act not in (Act.SEE, Act.READ):
            return False
        if one.engagement:
            return self.engaged.entry(one)
        if self.reads_as_coordinator and not one.only_for:
            return True
        if not self.places:
            return False
        if one.person == self.person.key:
            return True
        if one.case:
            case = next(c for c in self.world.cases if c.key == one.case)
            parts = self.parts(case.pk)
            own = any(part.organisation.key == one.organisation for part in parts)
            return own or self.reads_as_party(case.pk, without_finders=True)
        led = {o.key for o in self.world.organisations if self.administers(o.pk)}
        return one.organisation in led


def _engaged(judge: Callable[[Engaged, Act, Any], bool]) -> Callable[[Reader, Act, Any], bool]:
    return lambda reader, act, one: judge(reader.engaged, act, one)


def _operated(judge: Judge) -> Callable[[Reader, Act, Any], bool]:
    return lambda reader, act, one: judge(reader.operated, act, one)


JUDGED: dict[Kind, tuple[str, Callable[[Reader, Act, Any], bool]]] = {
    Kind.ORGANISATION: ("organisations", Reader.organisation),
    Kind.MEMBERSHIP: ("memberships", Reader.membership),
    Kind.INVITATION: ("invitations", Reader.invitation),
    Kind.TOKEN: ("tokens", Reader.token),
    Kind.DELIVERY: ("deliveries", Reader.delivery),
    Kind.FINDING: ("findings", Reader.finding),
    Kind.EVENT: ("events", Reader.event),
    Kind.LINK: ("links", Reader.between),
    Kind.NOMINATION: ("nominations", Reader.between),
    Kind.CASE: ("cases", Reader.case),
    Kind.PARTICIPANT: ("participants", Reader.participant),
    Kind.STATUS: ("statuses", Reader.status),
    Kind.MESSAGE: ("messages", Reader.message),
    Kind.ATTACHMENT: ("attachments", Reader.attachment),
    Kind.ENTRY: ("entries", Reader.entry),
    Kind.FRAMEWORK: ("frameworks", Reader.framework),
    Kind.ENGAGEMENT: ("engagements", _engaged(Engaged.engagement)),
    Kind.PARTY: ("parties", _engaged(Engaged.party)),
    Kind.NAMED_PERSON: ("named", _engaged(Engaged.of_party)),
    Kind.PARTNER: ("partners", _engaged(Engaged.of_party)),
    Kind.AGREEMENT: ("agreements", _engaged(Engaged.agreement)),
    Kind.ENDPOINT: ("endpoints", _engaged(Engaged.endpoint)),
    Kind.GRANT: ("grants", _engaged(Engaged.grant)),
    Kind.REQUEST: ("requests", _engaged(Engaged.request)),
    Kind.CALL: ("calls", _engaged(Engaged.call)),
    Kind.TRANSCRIPT: ("transcripts", _engaged(Engaged.transcript)),
    Kind.EVIDENCE: ("evidence", _engaged(Engaged.weighed)),
    Kind.CONSULTATION: ("consultations", _engaged(Engaged.weighed)),
    Kind.DETERMINATION: ("determinations", _engaged(Engaged.determination)),
    Kind.CERTIFICATE: ("certificates", _engaged(Engaged.certificate)),
    Kind.REPORT: ("reports", _engaged(Engaged.report)),
    **JUDGED_OF_PUBLICATIONS,
    **{kind: (rows, _operated(judge)) for kind, (rows, judge) in JUDGED_BY_OPERATING.items()},
}
"""For each kind: where its rows are in a world, and the sentence about one of them."""
