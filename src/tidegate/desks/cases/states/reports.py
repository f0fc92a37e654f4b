"""How far a participant has come with the report of a case: the machine, as a table.

From: Vultron, report management (RM), formal model: seven states, eleven transitions. Each
participant has a state of its own. An invalid report may turn out to be valid. A valid one does
not close directly: somebody has decided to work on it, or not to, before it closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ReportState(StrEnum):
    """Where a participant is with the report."""

    START = "start"
    """It has not been told."""
    RECEIVED = "received"
    INVALID = "invalid"
    """It sees no vulnerability in it, so far."""
    VALID = "valid"
    ACCEPTED = "accepted"
    """It works on it."""
    DEFERRED = "deferred"
    """It does not work on it now."""
    CLOSED = "closed"


class ReportEvent(StrEnum):
    """What a participant does with the report."""

    RECEIVE = "receive"
    INVALIDATE = "invalidate"
    VALIDATE = "validate"
    ACCEPT = "accept"
    DEFER = "defer"
    CLOSE = "close"


REPORTS: Final[Mapping[tuple[ReportState, ReportEvent], ReportState]] = {
    (ReportState.START, ReportEvent.RECEIVE): ReportState.RECEIVED,
    (ReportState.RECEIVED, ReportEvent.INVALIDATE): ReportState.INVALID,
    (ReportState.RECEIVED, ReportEvent.VALIDATE): ReportState.VALID,
    (ReportState.INVALID, ReportEvent.VALIDATE): ReportState.VALID,
    (ReportState.INVALID, ReportEvent.CLOSE): ReportState.CLOSED,
    (ReportState.VALID, ReportEvent.ACCEPT): ReportState.ACCEPTED,
    (ReportState.VALID, ReportEvent.DEFER): ReportState.DEFERRED,
    (ReportState.ACCEPTED, ReportEvent.DEFER): ReportState.DEFERRED,
    (ReportState.ACCEPTED, ReportEvent.CLOSE): ReportState.CLOSED,
    (ReportState.DEFERRED, ReportEvent.ACCEPT): ReportState.ACCEPTED,
    (ReportState.DEFERRED, ReportEvent.CLOSE): ReportState.CLOSED,
}

DECIDED: Final = frozenset({ReportState.ACCEPTED, ReportState.DEFERRED, ReportState.CLOSED})
"""The states in which a participant has decided what it does about a valid report."""
