"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.findings.models.cases import Case, Link, LinkKind, Nomination
from tidegate.desks.findings.models.deliveries import (
    Delivery,
    DeliveryKey,
    DeliveryPiece,
    Finder,
    RefusedRecord,
)
from tidegate.desks.findings.models.findings import Document, Finding
from tidegate.desks.findings.models.history import Event
from tidegate.desks.findings.models.judgements import Judgement, Reproduction
from tidegate.desks.findings.models.work import Attempt, Outbox, Package

__all__ = [
    "Attempt",
    "Case",
    "Delivery",
    "DeliveryKey",
    "DeliveryPiece",
    "Document",
    "Event",
    "Finder",
    "Finding",
    "Judgement",
    "Link",
    "LinkKind",
    "Nomination",
    "Outbox",
    "Package",
    "RefusedRecord",
    "Reproduction",
]
