"""What is shown of a case's coordination, arranged for the eye: clocks, consents, approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.safestring import SafeString

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.cases.policies.lengths import Length
from tidegate.desks.cases.policies.policy import Rule
from tidegate.desks.cases.queries.case_page import (
    ApprovalShown,
    CasePage,
    Proposal,
    TermsShown,
)
from tidegate.desks.cases.queries.clock_histories import ClockHistory, histories_of
from tidegate.desks.cases.queries.clocks import ClockShown
from tidegate.desks.cases.queries.policies import policy_named
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.cases.states.releases import COORDINATORS
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.faces.console.charts.tide import Mark, draw_tide

_FACTS: Final = ("public", "exploit-public", "attacks-seen")


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock with its history, as the page shows it."""

    clock: ClockShown
    history: ClockHistory | None
    words: str
    """What is to be done, as the policy says."""
    of_policy: bool
    can_pause: bool
    grounds: tuple[str, ...]
    """On which it may be extended; none where it may not, or has been."""
    longer: str
    """By how much."""
    draft: Mapping[str, Any]
    """What was written in a form of it that was refused."""

    @property
    def stands_still(self) -> bool:
        """Whether it is paused."""
        return self.clock.state == "paused"

    @property
    def set_aside(self) -> bool:
        """Whether what follows from it has failed too often."""
        return self.clock.state == "set-aside"


@dataclass(frozen=True, slots=True)
class Approving:
    """What takes two coordinators, and who of them has said it."""

    given: tuple[ApprovalShown, ...]
    own: bool
    open: tuple[int, ...]
    """The places that are still to be filled, by number."""


def labels_of(terms: TermsShown) -> list[str]:
    """Return the labels that a case may have now: under an embargo, none that everybody reads."""
    free = (Label.GREEN, Label.CLEAR) if EmbargoState(terms.embargo).in_force else ()
    return [label.value for label in Label if label not in free]


def consents_of(shown: CasePage) -> dict[str, int]:
    """Return how many parties stand where to the terms; those in a line are told apart."""
    asked = [party for party in shown.parties if party.invited_at is not None]
    # Whoever came before there were terms has not been asked about them by an invitation.
    unanswered = ("invited", "no-embargo") if shown.terms.on_the_table else ("invited",)
    return {
        "agreed": sum(party.consent == "signatory" for party in asked),
        "lapsed": sum(party.consent == "lapsed" for party in asked),
        "unanswered": sum(party.consent in unanswered for party in asked),
        "declined": sum(party.consent == "declined" for party in asked),
        "all": len(asked),
        "waiting": len(shown.parties) - len(asked),
    }


def clock_rows(
    actor: Actor, shown: CasePage, drafts: Mapping[str, Any], now: datetime
) -> list[ClockRow]:
    """Return the clocks of a case, with what their policy lets be done with them."""
    histories = histories_of(
        actor, shown.terms.case, [clock.number for clock in shown.clocks], at=now
    )
    rows = []
    for clock in shown.clocks:
        rule = _rule_of(clock)
        extension = rule.extension if rule and not clock.inputs.get("extended") else None
        rows.append(
            ClockRow(
                clock=clock,
                history=histories.get(clock.number),
                words=str(clock.inputs.get("words", "")),
                of_policy=rule is not None,
                can_pause=rule is not None and rule.can_pause,
                grounds=tuple(sorted(extension.grounds)) if extension else (),
                longer=_written(extension.length) if extension else "",
                draft=drafts.get(f"clock-{clock.name}", {}),
            )
        )
    return rows


def open_proposal(shown: CasePage) -> Proposal | None:
    """Return the terms that are proposed, while some are."""
    return next((one for one in shown.proposals if one.outcome == "open"), None)


def is_negotiable(shown: CasePage) -> bool:
    """Say whether terms can be proposed: nothing is known outside, and no embargo has ended."""
    known = shown.public_at or shown.exploit_at or shown.attacks_at
    return not known and shown.terms.embargo != EmbargoState.EXITED


def shortens(terms: TermsShown, proposal: Proposal) -> bool:
    """Say whether a proposal would make the secret public earlier than the terms in force."""
    in_force = EmbargoState(terms.embargo).in_force
    return in_force and terms.ends_at is not None and proposal.ends_at < terms.ends_at


def terms_since(shown: CasePage) -> datetime:
    """Return when the terms in force were agreed on: approvals of earlier ones count no more."""
    agreed = [
        one.decided_at for one in shown.proposals if one.outcome == "accepted" and one.decided_at
    ]
    return max(agreed, default=shown.opened_at)


def approving(shown: CasePage, purpose: str, since: datetime) -> Approving:
    """Return who has approved something since its terms were set, and who is still missing."""
    given = tuple(one for one in shown.approvals if one.purpose == purpose and one.at >= since)
    return Approving(
        given=given,
        own=any(one.own for one in given),
        open=tuple(range(len(given) + 1, COORDINATORS + 1)),
    )


def facts_of(shown: CasePage, drafts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the three facts: what is known of each, and where it can be seen."""
    seen = {one.event: one for one in reversed(shown.seen) if not one.organisation}
    known = dict(zip(_FACTS, (shown.public_at, shown.exploit_at, shown.attacks_at), strict=True))
    return [
        {"event": fact, "at": at, "seen": seen.get(fact), "draft": drafts.get(fact)}
        for fact, at in known.items()
    ]


def tide_of(shown: CasePage, now: datetime) -> SafeString | None:
    """Draw the way to the ends on the table; deadlines of the policy are marks on it."""
    terms, last = shown.terms, last_end(shown)
    if last is None:
        return None
    ends = [(terms.ends_at, "end"), (terms.proposed_ends_at, "proposed")]
    dates = [clock.due_at for clock in shown.clocks if clock.policy and clock.due_at < last]
    return draw_tide(
        shown.opened_at,
        now,
        [
            *(Mark(at, "date") for at in dates),
            *(Mark(at, kind) for at, kind in ends if at is not None),
        ],
        in_force=EmbargoState(terms.embargo).in_force,
    )


def last_end(shown: CasePage) -> datetime | None:
    """Return the later of the end in force and the one that is proposed."""
    ends = (shown.terms.ends_at, shown.terms.proposed_ends_at)
    return max((end for end in ends if end is not None), default=None)


def _rule_of(clock: ClockShown) -> Rule | None:
    """Return the rule that a clock runs by; None for what was agreed, and for a policy's past."""
    if not clock.policy:
        return None
    try:
        return policy_named(clock.policy, clock.policy_version).rule(clock.name)
    except FilterError:
        return None


def _written(length: Length) -> str:
    unit = length.unit.name.lower()
    return f"{length.amount} {unit if length.amount != 1 else unit.removesuffix('s')}"
