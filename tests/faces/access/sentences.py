"""What the routes ask of the plain model, by short names: `READ_FINDING(reader, finding)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tidegate.desks.access.words import LEFT_TO_ITSELF, Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Invitation, Organisation

May = Callable[[Reader, Any], bool]


def _may(judge: Callable[[Reader, Act, Any], bool], act: Act) -> May:
    return lambda reader, row: judge(reader, act, row)


READ_DELIVERY: Final = _may(Reader.delivery, Act.READ)
READ_DOCUMENT: Final = _may(Reader.delivery, Act.READ_PROOF)
READ_FINDING: Final = _may(Reader.finding, Act.READ)
READ_PROOF: Final = _may(Reader.finding, Act.READ_PROOF)
JUDGE: Final = _may(Reader.finding, Act.COORDINATE)
SEE_CASE: Final = _may(Reader.case, Act.SEE)
READ_CASE: Final = _may(Reader.case, Act.READ)
WRITE_CASE: Final = _may(Reader.case, Act.WRITE)
COORDINATE: Final = _may(Reader.case, Act.COORDINATE)
RELATE: Final = _may(Reader.between, Act.COORDINATE)
READ_RELATION: Final = _may(Reader.between, Act.READ)
READ_MESSAGE: Final = _may(Reader.message, Act.READ)
READ_ATTACHMENT: Final = _may(Reader.attachment, Act.READ)
SEE_ORGANISATION: Final = _may(Reader.organisation, Act.SEE)
ADMINISTER: Final = _may(Reader.organisation, Act.ADMINISTER)
HAND_IN: Final = _may(Reader.organisation, Act.HAND_IN)
SEE_PLACE: Final = _may(Reader.membership, Act.SEE)
ADMINISTER_PLACE: Final = _may(Reader.membership, Act.ADMINISTER)
SUSPEND_PLACE: Final = _may(Reader.membership, Act.SUSPEND)
SEE_INVITATION: Final = _may(Reader.invitation, Act.SEE)
REVOKE_INVITATION: Final = _may(Reader.invitation, Act.REVOKE)
OWN_TOKEN: Final = _may(Reader.token, Act.SEE)
READ_ENTRY: Final = _may(Reader.entry, Act.READ)
READ_PARTY: Final = _may(Reader.participant, Act.READ)
OWN_NOTICE: Final = Reader.notice
KEEP_WEBHOOK: Final = Reader.webhook


def answer_for(reader: Reader, part: Participant) -> bool:
    """Say whether somebody may answer for a party; one that waits in the line is none yet."""
    return reader.participant(Act.RESPOND, part) and part.invited_at is not None


def staff(reader: Reader, part: Participant) -> bool:
    """Say whether somebody may choose who works on a case for a party."""
    own = reader.organisation(Act.ADMINISTER, part.organisation) and part.invited_at is not None
    return reader.coordinates or own


def run_the_instance(reader: Reader) -> bool:
    """Say whether somebody runs the instance."""
    return reader.leads


def provide(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody sets an organisation's provider."""
    is_of_its_own = bool(set(organisation.kinds) & set(LEFT_TO_ITSELF))
    return (reader.leads or is_of_its_own) and ADMINISTER(reader, organisation)


def has_a_place(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody has a place in an organisation that they see, suspended or not."""
    return reader.organisation(Act.SEE, organisation) and any(
        one.organisation_id == organisation.pk and one.person_id == reader.person.pk
        for one in reader.world.memberships
        if one.left_at is None
    )


LEAVE: Final = has_a_place
RUN: Final[May] = lambda reader, _: reader.leads  # noqa: E731 - as the others are written


def is_standing(case: Case) -> bool:
    """Say whether a case is one that lists show without being asked."""
    return case.merged_into_id is None


def waits(invitation: Invitation) -> bool:
    """Say whether an invitation waits to be accepted."""
    return invitation.revoked_at is None
