"""How a revision comes to be published: the machine, as a table.

Whoever writes any of it does not approve it. What is edited after it was handed in has to be handed
in anew, and every approval falls with it. What was published stays as it is: a correction is the
next revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class RevisionState(StrEnum):
    """How far a revision has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Handed in for another coordinator's approval."""
    APPROVED = "approved"
    """It goes out at its time, at once if it has none."""
    PUBLISHED = "published"
    DROPPED = "dropped"


class RevisionEvent(StrEnum):
    """What moves a revision."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    CALL_BACK = "call-back"
    """An approval is withdrawn before its time has come."""
    PUBLISH = "publish"
    DROP = "drop"


AT_WORK: Final = (RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.APPROVED)
"""States of the one revision that is worked on."""

REVISIONS: Final[Mapping[tuple[RevisionState, RevisionEvent], RevisionState]] = {
    (RevisionState.DRAFT, RevisionEvent.EDIT): RevisionState.DRAFT,
    (RevisionState.DRAFT, RevisionEvent.SUBMIT): RevisionState.SUBMITTED,
    (RevisionState.DRAFT, RevisionEvent.DROP): RevisionState.DROPPED,
    (RevisionState.SUBMITTED, RevisionEvent.EDIT): RevisionState.DRAFT,
    (RevisionState.SUBMITTED, RevisionEvent.RETURN): RevisionState.DRAFT,
    (RevisionState.SUBMITTED, RevisionEvent.APPROVE): RevisionState.APPROVED,
    (RevisionState.SUBMITTED, RevisionEvent.DROP): RevisionState.DROPPED,
    (RevisionState.APPROVED, RevisionEvent.EDIT): RevisionState.DRAFT,
    (RevisionState.APPROVED, RevisionEvent.CALL_BACK): RevisionState.SUBMITTED,
    (RevisionState.APPROVED, RevisionEvent.PUBLISH): RevisionState.PUBLISHED,
    (RevisionState.APPROVED, RevisionEvent.DROP): RevisionState.DROPPED,
}
