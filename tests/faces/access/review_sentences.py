"""What the routes of engagements ask of the plain model, by short names, as `sentences` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.oracle_reviews import Engaged
from tests.faces.access.sentences import May
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.models import Engagement, Grant, Partner, Party, TwoPersonRequest

AT_WORK: Final = ("lead", "evaluator", "official")
_GOVERNMENT: Final = ("reviewer", "determining")


def _may(judge: Callable[[Engaged, Act, Any], bool], act: Act) -> May:
    return lambda reader, row: judge(reader.engaged, act, row)


SEE: Final = _may(Engaged.engagement, Act.SEE)
READ: Final = _may(Engaged.engagement, Act.READ)
WRITE: Final = _may(Engaged.engagement, Act.WRITE)
RUN: Final = _may(Engaged.engagement, Act.ADMINISTER)
RELEASE: Final = _may(Engaged.engagement, Act.RELEASE)
WITHDRAW: Final = _may(Engaged.engagement, Act.WITHDRAW)
DETERMINE: Final = _may(Engaged.engagement, Act.DETERMINE)
SEE_PARTY: Final = _may(Engaged.party, Act.SEE)
LEAD: Final = _may(Engaged.party, Act.RESPOND)
CERTIFY: Final = _may(Engaged.party, Act.CERTIFY)
READ_AGREEMENT: Final = _may(Engaged.agreement, Act.READ)
SEE_ENDPOINT: Final = _may(Engaged.endpoint, Act.SEE)
READ_GRANT: Final = _may(Engaged.grant, Act.READ)
END_GRANT: Final = _may(Engaged.grant, Act.REVOKE)
READ_REQUEST: Final = _may(Engaged.request, Act.READ)
READ_CALL: Final = _may(Engaged.call, Act.READ)
READ_TRANSCRIPT: Final = _may(Engaged.transcript, Act.READ)
READ_EVIDENCE: Final = _may(Engaged.weighed, Act.READ)
EXAMINE: Final = _may(Engaged.determination, Act.EXAMINE)
READ_PARTNER: Final = _may(Engaged.of_party, Act.READ)


def work_for_government(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody works on an engagement for the government, and does not observe."""
    return reader.engaged.governs(about.pk, *AT_WORK)


def ask_for_call(reader: Reader, call: Any) -> bool:
    """Say whether somebody works where two persons read what is kept of a call."""
    of_partner = reader.engaged.partners_in(call.grant.named.party, *AT_WORK)
    return of_partner or work_for_government(reader, call.engagement)


def dissent(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody is of the determining side."""
    return any(
        reader.engaged.reads_for_government(part, AT_WORK, ("determining",))
        for part in parts_of(reader, about)
    )


def share(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody decides about partners: for the developer, or as who leads an agency."""
    engaged = reader.engaged
    if engaged.runs(about.pk):
        return True
    parts = parts_of(reader, about)
    reading = {one.organisation_id for one in parts if engaged.reads_for_government(one)}
    return any(
        one.part in _GOVERNMENT and engaged.leads(one) and one.organisation_id in reading
        for one in parts
    )


def sign(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody leads a party."""
    return any(reader.engaged.leads(part) for part in parts_of(reader, about))


def propose_terms(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody leads one of the parties that sign the engagement's own terms."""
    return any(
        part.part in ("developer", "reviewer") and reader.engaged.leads(part)
        for part in parts_of(reader, about)
    )


def ask_for_grant(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody was named and works for a party whose people may have access."""
    return any(
        part.part != "developer"
        and reader.engaged.is_in(part)
        and reader.places[part.organisation_id] != "reader"
        and any(
            one.party_id == part.pk and one.person_id == reader.person.pk and not one.ended_at
            for one in reader.world.named
        )
        for part in parts_of(reader, about)
    )


def report(reader: Reader, about: Engagement) -> bool:
    """Say whether somebody was named to work for a party that was told."""
    return any(
        one.party.engagement_id == about.pk
        and one.party.part != "developer"
        and one.person_id == reader.person.pk
        and one.duty in AT_WORK
        and not one.ended_at
        and SEE_PARTY(reader, one.party)
        and one.party.organisation_id in reader.places
        and one.party.invited_at is not None
        for one in reader.world.named
    )


def decide_grant(reader: Reader, grant: Grant) -> bool:
    """Say whether somebody issues or declines a grant."""
    return RUN(reader, grant.engagement)


def take_up(reader: Reader, grant: Grant) -> bool:
    """Say whether a grant is theirs, and they work where they were named."""
    works = reader.places.get(grant.named.party.organisation_id) in ("administrator", "member")
    return reader.engaged.holds(grant) and works


def second(reader: Reader, request: TwoPersonRequest) -> bool:
    """Say whether somebody may second a request; who has asked is told that it takes another."""
    asked = request.asked_by_id == reader.person.pk
    may = reader.engaged.request(Act.RESPOND, request)
    return may or (asked and READ_REQUEST(reader, request))


def second_grant(reader: Reader, grant: Grant) -> bool:
    """Say whether somebody may second the break-glass grant."""
    requests = (one for one in reader.world.requests if one.subject == grant.key)
    return any(second(reader, one) for one in requests)


def set_aside(reader: Reader, evidence: Any) -> bool:
    """Say whether somebody may set evidence aside."""
    return work_for_government(reader, evidence.engagement)


def end_partner(reader: Reader, partner: Partner) -> bool:
    """Say whether somebody may end a partner's access: the developer, or the partner."""
    return RUN(reader, partner.party.engagement) or LEAD(reader, partner.party)


def decline_partner(reader: Reader, partner: Partner) -> bool:
    """Say whether somebody may decline a partner."""
    return share(reader, partner.party.engagement)


def let_early(reader: Reader, partner: Partner) -> bool:
    """Say whether somebody may let a partner begin early."""
    return RUN(reader, partner.party.engagement)


def open_for(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody opens engagements for an organisation; nobody does for another one."""
    return reader.administers(organisation.pk)


def parts_of(reader: Reader, about: Engagement) -> list[Party]:
    """Return the parts that there are in an engagement."""
    return [one for one in reader.world.parties if one.engagement_id == about.pk]
