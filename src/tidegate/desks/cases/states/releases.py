"""Who may end an embargo before its time: two different coordinators, on the terms in force.

Facts end an embargo by themselves, and so does its date. Everything else that would make a secret
public early takes two people, so that one mistake, one stolen session or one flaky verdict of a
program is not enough. A revision to an earlier end is an early release by another name: who could
accept one alone would move the end to the next second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.cases.instants import in_utc
from tidegate.desks.cases.states.embargoes import Embargo, ended
from tidegate.desks.cases.states.steps import Allowed, Moved, Refused

COORDINATORS: Final = 2
"""Different people who have to approve."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word that an embargo may end early.

    Raises:
        InstantError: a date is not an instant in UTC.
    """

    person: str
    """Whoever they are, the same for all that the same person says."""
    at: datetime
    is_coordinator: bool
    """Whether they coordinate the case now, when it is counted; a role may have ended since."""
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        in_utc(self.at, "when an approval was given")
        if self.withdrawn_at is not None:
            in_utc(self.withdrawn_at, "when an approval was withdrawn")


def release_early(
    embargo: Embargo, approvals: Iterable[Approval], *, terms_since: datetime, now: datetime
) -> Moved[Embargo] | Refused:
    """End an embargo before its time, if enough coordinators approve.

    `terms_since` is when the terms in force were agreed on: an approval of earlier terms does not
    count for these.
    """
    moved = ended(embargo)
    if not moved:
        return moved
    allowed = approvals_allow(approvals, terms_since=terms_since, now=now)
    return moved if allowed else allowed


def shortens(before: Embargo, after: Embargo) -> bool:
    """Say whether a step makes a secret public earlier than its terms in force had it."""
    if not before.state.in_force or before.ends_at is None:
        return False
    return not after.state.in_force or after.ends_at is None or after.ends_at < before.ends_at


def approvals_allow(
    approvals: Iterable[Approval], *, terms_since: datetime, now: datetime
) -> Allowed | Refused:
    """Say whether enough different coordinators approve."""
    standing = standing_approvals(approvals, terms_since=terms_since, now=now)
    if len(standing) >= COORDINATORS:
        return Allowed()
    return Refused(
        f"an early release takes {COORDINATORS} different coordinators, and"
        f" {len(standing) or 'none'} approved since the terms were set; let another one approve"
    )


def standing_approvals(
    approvals: Iterable[Approval], *, terms_since: datetime, now: datetime
) -> frozenset[str]:
    """Return the different coordinators whose approval stands."""
    in_utc(terms_since, "when the terms were agreed on")
    in_utc(now, "now")
    return frozenset(
        approval.person
        for approval in approvals
        if approval.is_coordinator
        and terms_since <= approval.at <= now
        and (approval.withdrawn_at is None or approval.withdrawn_at > now)
    )
