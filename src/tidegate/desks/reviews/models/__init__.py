"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.reviews.models.agreements import Acknowledgement, Agreement, Signature
from tidegate.desks.reviews.models.attempts import Attempt
from tidegate.desks.reviews.models.calls import Call, Ending, Refusal, Transcript
from tidegate.desks.reviews.models.determinations import (
    Consultation,
    Determination,
    Dissent,
    Evidence,
)
from tidegate.desks.reviews.models.endpoints import Endpoint
from tidegate.desks.reviews.models.engagements import Engagement, Release
from tidegate.desks.reviews.models.frameworks import LoadedFramework
from tidegate.desks.reviews.models.grants import Grant, TwoPersonRequest
from tidegate.desks.reviews.models.parties import GOVERNMENT, NamedPerson, Partner, Party
from tidegate.desks.reviews.models.retention import Certificate, Report
from tidegate.desks.reviews.models.secrets import SealedDocument

__all__ = [
    "GOVERNMENT",
    "Acknowledgement",
    "Agreement",
    "Attempt",
    "Call",
    "Certificate",
    "Consultation",
    "Determination",
    "Dissent",
    "Ending",
    "Endpoint",
    "Engagement",
    "Evidence",
    "Grant",
    "LoadedFramework",
    "NamedPerson",
    "Partner",
    "Party",
    "Refusal",
    "Release",
    "Report",
    "SealedDocument",
    "Signature",
    "Transcript",
    "TwoPersonRequest",
]
