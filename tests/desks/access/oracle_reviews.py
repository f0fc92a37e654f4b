"""The policy's plain model of engagements: who stands where around one, and may do what.

As `oracle`, it is written from the sentences of the policy alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.desks.access.world import NOW, World
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Engagement, Grant, NamedPerson, Party, Signature

_SEE = (Act.SEE, Act.READ)
_EXAMINE = (*_SEE, Act.EXAMINE)
_AT_WORK = ("lead", "evaluator", "official")
_GOVERNMENT = ("reviewer", "determining")


class Engaged:
    """One person around engagements; `places` are their organisations, with their roles there.

    `suspended` are those of their organisations that are suspended.
    """

    def __init__(
        self, world: World, person: Person, places: dict[int, str], suspended: dict[int, str]
    ) -> None:
        self.world = world
        self.person = person
        self.places = places
        self.everywhere = {**places, **suspended}
        self._named = [one for one in world.named if one.person_id == person.pk]
        self._duties = {one.party_id: one.duty for one in self._named if one.ended_at is None}
        self._parties = defaultdict[int, list[Party]](list)
        for one in world.parties:
            self._parties[one.engagement_id].append(one)
        self._recused = {one.party.engagement_id for one in self._named if one.recused_at}
        self._signed = {(one.agreement_id, one.organisation_id) for one in Signature.objects.all()}

    # Where they stand.

    def _told(self, part: Party) -> bool:
        knows = part.part == "developer" or part.invited_at is not None
        mine = part.organisation_id in self.places
        return knows and mine and part.engagement_id not in self._recused

    def _works_for(self, part: Party) -> bool:
        return self.places.get(part.organisation_id) in ("administrator", "member")

    def _duty(self, part: Party) -> str:
        return self._duties.get(part.pk, "")

    def leads(self, part: Party, *, ended_too: bool = False) -> bool:
        """Say whether they lead a part: by their place, or because they were named for it."""
        if not self._told(part) or (part.ended_at and not ended_too):
            return False
        administers = self.places[part.organisation_id] == "administrator"
        return administers or (self._works_for(part) and self._duty(part) == "lead")

    def is_in(self, part: Party) -> bool:
        """Say whether they lead a part, or were named in it."""
        named = self._told(part) and part.ended_at is None and self._duty(part) != ""
        return named or self.leads(part)

    def reads_for_government(
        self, part: Party, duties: tuple[str, ...] = (), parts: tuple[str, ...] = _GOVERNMENT
    ) -> bool:
        """Say whether an engagement is open to them through a part."""
        about = part.engagement
        duty = self._duty(part)
        named = self._told(part) and part.ended_at is None and duty != ""
        holds = about.agreed_at is not None or about.asks == "coverage"
        may_work = not duties or (duty in duties and self._works_for(part))
        return part.part in parts and named and holds and may_work and not about.withdrawn_at

    def partners_in(self, part: Party, *duties: str) -> bool:
        """Say whether they were named by a trusted partner, for one of the duties if any."""
        duty = self._duty(part)
        named = self._told(part) and part.ended_at is None and duty != ""
        may_work = not duties or (duty in duties and self._works_for(part))
        return part.part == "partner" and named and may_work and not part.engagement.withdrawn_at

    def _parts(self, engagement: int) -> list[Party]:
        return self._parties[engagement]

    def develops(self, engagement: int) -> bool:
        return any(one.part == "developer" and self.is_in(one) for one in self._parts(engagement))

    def runs(self, engagement: int) -> bool:
        return any(one.part == "developer" and self.leads(one) for one in self._parts(engagement))

    def decides(self, engagement: int) -> bool:
        """Say whether they release and withdraw for the developer, come what may."""
        for part in self._parts(engagement):
            role = self.everywhere.get(part.organisation_id)
            named = role == "member" and self._duty(part) == "lead"
            if part.part == "developer" and (role == "administrator" or named):
                return True
        return False

    def governs(self, engagement: int, *duties: str) -> bool:
        return any(self.reads_for_government(one, duties) for one in self._parts(engagement))

    def knows_all(self, engagement: int) -> bool:
        """Say whether they read an engagement."""
        return self.develops(engagement) or self.governs(engagement)

    # Engagements and who is in them.

    def engagement(self, act: Act, one: Engagement) -> bool:
        parts = self._parts(one.pk)
        if act is Act.SEE:
            told = any(self.is_in(part) or self.leads(part, ended_too=True) for part in parts)
            return told or self.develops(one.pk) or self.decides(one.pk)
        if act in (Act.RELEASE, Act.WITHDRAW):
            return self.decides(one.pk)
        if act is Act.READ:
            return self.knows_all(one.pk)
        if act is Act.WRITE:
            return self.runs(one.pk) or self.governs(one.pk, *_AT_WORK)
        if act is Act.DETERMINE:
            return any(
                self.reads_for_government(part, ("official",), ("determining",)) for part in parts
            )
        return act is Act.ADMINISTER and self.runs(one.pk)

    def party(self, act: Act, one: Party) -> bool:
        if act in _SEE:
            own = self.is_in(one) or self.leads(one, ended_too=True)
            return own or self.knows_all(one.engagement_id)
        if act is Act.RESPOND:
            return self.leads(one)
        if act is Act.WRITE:
            return self.partners_in(one, *_AT_WORK)
        return act is Act.CERTIFY and self.leads(one, ended_too=True)

    def of_party(self, act: Act, one: Any) -> bool:
        """People who were named, and what was attested of partners."""
        own = self.is_in(one.party)
        return act in _SEE and (own or self.knows_all(one.party.engagement_id))

    def agreement(self, act: Act, one: Any) -> bool:
        if act not in _SEE:
            return False
        sides = ("developer", *_GOVERNMENT)
        parts = self._parts(one.engagement_id)
        is_a_side = any(part.part in sides and self.is_in(part) for part in parts)
        is_partner = one.party is not None and self.is_in(one.party)
        signed = any(
            role == "administrator" and (one.pk, organisation) in self._signed
            for organisation, role in self.places.items()
        )
        return is_a_side or is_partner or (signed and one.engagement_id not in self._recused)

    # The use of a model.

    def endpoint(self, act: Act, one: Any) -> bool:
        if act is Act.SEE:
            return self.knows_all(one.engagement_id)
        return act is Act.READ and self.develops(one.engagement_id)

    def holds(self, one: Grant) -> bool:
        """Say whether a grant is theirs, and still stands on their being named."""
        named: NamedPerson = one.named
        own = named.person_id == self.person.pk and named.ended_at is None
        going_on = self._told(named.party) and named.party.ended_at is None
        return own and going_on and one.engagement.withdrawn_at is None

    def leads_holder(self, one: Grant) -> bool:
        """Say whether they lead the party of a grant's person."""
        return self.leads(one.named.party) and one.engagement.withdrawn_at is None

    def reads_grant(self, one: Grant) -> bool:
        return self.develops(one.engagement_id) or self.holds(one) or self.leads_holder(one)

    def grant(self, act: Act, one: Grant) -> bool:
        if act in _SEE:
            return self.reads_grant(one)
        if act is Act.REVOKE:
            return self.runs(one.engagement_id) or self.holds(one) or self.leads_holder(one)
        return act is Act.USE and self._uses(one)

    def _uses(self, one: Grant) -> bool:
        about, part = one.engagement, one.named.party
        stands = (
            one.issued_at is not None
            and one.taken_up_at is not None
            and one.ended_at is None
            and one.lapse_noted_at is None
            and one.begins_at <= NOW < one.ends_at
        )
        developer = next(o for o in self.world.organisations if o.pk == about.developer_id)
        is_on = not (about.access_off_at or about.closed_at or developer.suspended_at)
        if part.part in _GOVERNMENT:
            opens, ends = about.window_opens_at, about.window_ends_at
            lasts = opens is not None and ends is not None and opens <= NOW < ends
            lasts = lasts and about.window_ended_at is None
        elif part.part == "partner":
            record = next(p for p in self.world.partners if p.party_id == part.pk)
            lasts = record.begins_at <= NOW < record.ends_at and record.declined_at is None
            ends = about.window_ends_at
            lasts = lasts and (record.early or ends is None or ends <= NOW)
        else:
            lasts = False
        return self.holds(one) and self._works_for(part) and stands and is_on and lasts

    def request(self, act: Act, one: Any) -> bool:
        if act in _SEE:
            theirs = one.action != "determine" and self.develops(one.engagement_id)
            return theirs or self._is_on_the_side_of(one)
        another = one.asked_by_id != self.person.pk
        return act is Act.RESPOND and another and self._is_on_the_side_of(one, *_AT_WORK)

    def _is_on_the_side_of(self, one: Any, *duties: str) -> bool:
        if one.party is None:
            return self.governs(one.engagement_id, *duties)
        return self.partners_in(one.party, *duties)

    def call(self, act: Act, one: Any) -> bool:
        return act in _SEE and self.reads_grant(one.grant)

    def transcript(self, act: Act, one: Any) -> bool:
        if act not in _SEE:
            return False
        grant = one.call.grant
        named_to_lead = self.leads_holder(grant) and self._duty(grant.named.party) == "lead"
        theirs = one.for_holder and (self.holds(grant) or named_to_lead)
        return theirs or self.develops(one.call.engagement_id)

    # What is weighed, decided and left.

    def weighed(self, act: Act, one: Any) -> bool:
        """Evidence and consultations."""
        return act in _EXAMINE and self.governs(one.engagement_id)

    def determination(self, act: Act, one: Any) -> bool:
        if act in _SEE:
            return self.knows_all(one.engagement_id)
        return act is Act.EXAMINE and self.governs(one.engagement_id)

    def certificate(self, act: Act, one: Any) -> bool:
        own = any(
            part.organisation_id == one.organisation_id and self.leads(part, ended_too=True)
            for part in self._parts(one.engagement_id)
        )
        return act in _SEE and (own or self.develops(one.engagement_id))

    def report(self, act: Act, one: Any) -> bool:
        own = any(
            part.organisation_id == one.delivery.finder.organisation_id
            and part.part != "developer"
            and self.is_in(part)
            for part in self._parts(one.engagement_id)
        )
        return act in _SEE and (own or self.develops(one.engagement_id))

    def was_told_of(self, delivery: int) -> bool:
        """Say whether a delivery holds findings that were made with a model of theirs."""
        return any(
            one.delivery_id == delivery and self.develops(one.engagement_id)
            for one in self.world.reports
        )

    def entry(self, one: Entry) -> bool:
        """Say whether they read an entry of the ledger that is about an engagement."""
        about = next(e for e in self.world.engagements if e.key == one.engagement)
        for part in self._parts(about.pk):
            name = part.organisation.key
            near = self.reads_for_government(part) or (
                part.part == "developer" and self.is_in(part)
            )
            if near and one.only_for in ("", name):
                return True
            if self.reads_for_government(part) and one.only_for == "government":
                return True
            partner = part.part == "partner" and self.is_in(part) and not about.withdrawn_at
            if partner and one.organisation == name and one.only_for in ("", name):
                return True
        return False
