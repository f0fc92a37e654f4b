"""Until when a case is kept secret: the machine, as a table, and the embargo as a value.

From: Vultron, embargo management (EM), formal model. A case has one embargo. A proposal may be
answered by another one. A revision is negotiated while the embargo stays in force, so a refused
revision leads back to `active` and never to `none`. What has ended does not begin again.

An embargo is not negotiated about what is known already: once the vulnerability is public, an
exploit is, or attacks are seen, nothing is proposed or accepted any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidegate.desks.cases.instants import in_utc, shown
from tidegate.desks.cases.states.steps import Allowed, Moved, Refused, step
from tidegate.desks.cases.states.vulnerabilities import Facts


class EmbargoState(StrEnum):
    """Where the embargo of a case is."""

    NONE = "none"
    PROPOSED = "proposed"
    ACTIVE = "active"
    REVISE = "revise"
    """In force, and other terms are proposed."""
    EXITED = "exited"

    @property
    def in_force(self) -> bool:
        """Whether somebody is bound by it."""
        return self in (EmbargoState.ACTIVE, EmbargoState.REVISE)

    @property
    def on_the_table(self) -> bool:
        """Whether there are terms that one may agree to."""
        return self in (EmbargoState.PROPOSED, EmbargoState.ACTIVE, EmbargoState.REVISE)


class EmbargoEvent(StrEnum):
    """What moves an embargo."""

    PROPOSE = "propose"
    """Terms, or other terms than those that are there."""
    ACCEPT = "accept"
    REFUSE = "refuse"
    END = "end"


EMBARGOES: Final[Mapping[tuple[EmbargoState, EmbargoEvent], EmbargoState]] = {
    (EmbargoState.NONE, EmbargoEvent.PROPOSE): EmbargoState.PROPOSED,
    (EmbargoState.PROPOSED, EmbargoEvent.PROPOSE): EmbargoState.PROPOSED,
    (EmbargoState.PROPOSED, EmbargoEvent.ACCEPT): EmbargoState.ACTIVE,
    (EmbargoState.PROPOSED, EmbargoEvent.REFUSE): EmbargoState.NONE,
    (EmbargoState.ACTIVE, EmbargoEvent.PROPOSE): EmbargoState.REVISE,
    (EmbargoState.ACTIVE, EmbargoEvent.END): EmbargoState.EXITED,
    (EmbargoState.REVISE, EmbargoEvent.PROPOSE): EmbargoState.REVISE,
    (EmbargoState.REVISE, EmbargoEvent.ACCEPT): EmbargoState.ACTIVE,
    (EmbargoState.REVISE, EmbargoEvent.REFUSE): EmbargoState.ACTIVE,
    (EmbargoState.REVISE, EmbargoEvent.END): EmbargoState.EXITED,
}


@dataclass(frozen=True, slots=True)
class Embargo:
    """An embargo with its dates, all of them instants in UTC.

    Raises:
        InstantError: a date is not an instant in UTC.
        ValueError: the dates do not fit the state.
    """

    state: EmbargoState = EmbargoState.NONE
    ends_at: datetime | None = None
    """The end that was agreed on; kept when the embargo has ended, then or earlier."""
    proposed_ends_at: datetime | None = None
    """The end that is proposed, while something is."""

    def __post_init__(self) -> None:
        for date, what in ((self.ends_at, "the end"), (self.proposed_ends_at, "the proposed end")):
            if date is not None:
                in_utc(date, f"{what} of an embargo")
        agreed = self.state.in_force or self.state is EmbargoState.EXITED
        proposed = self.state in (EmbargoState.PROPOSED, EmbargoState.REVISE)
        if agreed is (self.ends_at is None) or proposed is (self.proposed_ends_at is None):
            raise ValueError(
                f"an embargo that is {self.state} has {'an' if agreed else 'no'} agreed end"
                f" and {'a' if proposed else 'no'} proposed one; hand over exactly that"
            )

    @property
    def terms(self) -> datetime | None:
        """The end on the table, to which consent is given: the proposed one, else that in force."""
        return self.proposed_ends_at or (self.ends_at if self.state.in_force else None)

    def binds(self, now: datetime) -> bool:
        """Say whether it is in force at an instant; its own end is the first when it is not."""
        return self.state.in_force and self.ends_at is not None and now < self.ends_at


def propose(
    embargo: Embargo, ends_at: datetime, *, facts: Facts, now: datetime
) -> Moved[Embargo] | Refused:
    """Propose an end: the first one, a counter-proposal, or a revision."""
    in_utc(ends_at, "the proposed end of an embargo")
    allowed = may_be_negotiated(embargo, facts, now)
    if not allowed:
        return allowed
    if ends_at <= now:
        return Refused(f"{shown(ends_at)} is not ahead; propose an end that is")
    moved = step(EMBARGOES, embargo.state, EmbargoEvent.PROPOSE, of="an embargo")
    return moved and Moved(Embargo(moved.state, embargo.ends_at, ends_at))


def accept(embargo: Embargo, *, facts: Facts, now: datetime) -> Moved[Embargo] | Refused:
    """Accept what is proposed; from now on it is in force, in place of what was."""
    allowed = may_be_negotiated(embargo, facts, now)
    if not allowed:
        return allowed
    moved = step(EMBARGOES, embargo.state, EmbargoEvent.ACCEPT, of="an embargo")
    if not moved:
        return moved
    ends_at = embargo.proposed_ends_at
    if ends_at is None or ends_at <= now:
        when = "the proposed end" if ends_at is None else shown(ends_at)
        return Refused(f"{when} has passed meanwhile; propose another end")
    return Moved(Embargo(moved.state, ends_at))


def refuse(embargo: Embargo) -> Moved[Embargo] | Refused:
    """Refuse what is proposed: without an embargo there is none, and one in force stands."""
    moved = step(EMBARGOES, embargo.state, EmbargoEvent.REFUSE, of="an embargo")
    return moved and Moved(Embargo(moved.state, embargo.ends_at))


def run_out(embargo: Embargo, now: datetime) -> Moved[Embargo] | Refused:
    """End an embargo whose agreed end has come; refused before that."""
    moved = ended(embargo)
    if moved and embargo.ends_at is not None and now < embargo.ends_at:
        return Refused(
            f"the embargo ends at {shown(embargo.ends_at)};"
            " before that it takes a fact, or two coordinators (`releases`)"
        )
    return moved


def ended(embargo: Embargo) -> Moved[Embargo] | Refused:
    """Take the step that ends an embargo. Why it may end is asked before, by whoever calls."""
    moved = step(EMBARGOES, embargo.state, EmbargoEvent.END, of="an embargo")
    return moved and Moved(Embargo(moved.state, embargo.ends_at))


def may_be_negotiated(embargo: Embargo, facts: Facts, now: datetime) -> Allowed | Refused:
    """Say whether terms may still be proposed and accepted, as far as facts and dates go."""
    in_utc(now, "now")
    if facts.known:
        return Refused(f"{facts.words}: there is nothing left to keep; publish")
    if embargo.state.in_force and not embargo.binds(now):
        return Refused("the embargo has run out; it cannot be revised any more")
    return Allowed()
