"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.cases.models.clocks import Clock
from tidegate.desks.cases.models.coordination import Coordination, EmbargoTerms, ReleaseApproval
from tidegate.desks.cases.models.messages import Attachment, Message, ReadReceipt, Recipient
from tidegate.desks.cases.models.occurrences import Occurrence
from tidegate.desks.cases.models.participants import (
    Participant,
    ProductStatus,
    TeamMember,
)
from tidegate.desks.cases.models.policies import DisclosurePolicy
from tidegate.desks.cases.models.relaying import Hop, Origin
from tidegate.desks.cases.models.secrets import CaseKey, Sealed

__all__ = [
    "Attachment",
    "CaseKey",
    "Clock",
    "Coordination",
    "DisclosurePolicy",
    "EmbargoTerms",
    "Hop",
    "Message",
    "Occurrence",
    "Origin",
    "Participant",
    "ProductStatus",
    "ReadReceipt",
    "Recipient",
    "ReleaseApproval",
    "Sealed",
    "TeamMember",
]
