"""The embargo of a case: proposed, accepted, refused, revised, and ended when its time has come.

Every change of the terms on the table makes each consent lapse until it is given again. Whoever
proposes for a party has agreed to what it proposes. A coordinator decides about a proposal; one
that would make the secret public earlier takes two (`releasing`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Coordination, EmbargoTerms, Participant
from tidegate.desks.cases.queries.siblings import revealed_by
from tidegate.desks.cases.services import approvals
from tidegate.desks.cases.services.consenting import sign
from tidegate.desks.cases.services.machines import Held, held, hold, keep, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.relaying import require_carried
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.consents import Consent, ConsentEvent
from tidegate.desks.cases.states.steps import Moved
from tidegate.desks.findings.services.refusals import NotPossibleError

FREE: Final = (Label.GREEN, Label.CLEAR)
"""Labels under which everybody reads a case that is under no embargo."""


def propose(
    actor: Actor, case_key: str, ends_at: datetime, *, words: str = "", at: datetime
) -> EmbargoTerms:
    """Propose until when a case is kept secret: at first, in answer to a proposal, or anew.

    Args:
        actor: a coordinator, or somebody who works on the case for a party.
        case_key: of the case.
        ends_at: the end, an instant ahead.
        words: further terms, kept verbatim.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotPossibleError: the end is not ahead, or later than the terms under which the case came
            here; or nothing is left to be kept secret.
    """
    end = instant(ends_at, "the end of the embargo")
    said = worded(words, "terms")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.WRITE, at=at)
        require_carried(holding.row, end, at=at)
        after = taken(model.propose(holding.case, end, now=at), holding)
        _decide(holding.proposal, EmbargoTerms.Outcome.REPLACED, actor, at)
        terms = EmbargoTerms.objects.create(
            coordination=holding.row,
            ends_at=end,
            words=said,
            proposed_by=actor.name,
            proposed_at=at,
        )
        keep(holding, after, at=at, actor=actor)
        holding = held(holding.row)
        for party in _own_parties(holding, actor, at):
            holding = _sign_as_proposer(holding, party, end, actor, at)
        record("embargo-proposed", holding.row, at=at, actor=actor, ends_at=shown(end), words=said)
        return terms


def accept(
    actor: Actor, case_key: str, *, knowing_what_it_reveals: bool = False, at: datetime
) -> Coordination:
    """Put the proposed terms in force, in place of those that were.

    Args:
        actor: a coordinator.
        case_key: of the case.
        knowing_what_it_reveals: the terms end earlier than those of a case that was parted from
            this one, or that this one was parted from, and whoever accepts knows that.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: nothing is proposed; its end has passed; it ends earlier than what is in
            force and two coordinators have not approved; everybody could read the case.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        proposal = holding.proposal
        given, since = approvals.for_terms(holding, proposal, at=at)
        after = taken(
            model.accept(holding.case, now=at, approvals=given, terms_since=since), holding
        )
        assert proposal is not None
        if Label(holding.row.tlp) in FREE:
            raise NotPossibleError(
                f"{holding.key} is labelled {holding.row.tlp}, under which everybody may read it;"
                f" label it {Label.AMBER} or stricter before its embargo begins"
            )
        end = after.embargo.ends_at
        assert end is not None
        require_carried(holding.row, end, at=at)
        if not knowing_what_it_reveals and (others := revealed_by(holding.row, end, at)):
            raise NotPossibleError(
                f"what is published of {holding.key} at {shown(end)} points at"
                f" {', '.join(others)}, which is kept secret longer; propose a later end, or accept"
                " this one knowing that"
            )
        _decide(proposal, EmbargoTerms.Outcome.ACCEPTED, actor, at)
        keep(holding, after, at=at, actor=actor)
        approvals.use(holding.row, approvals.purpose_of_terms(proposal), at=at)
        record("embargo-accepted", holding.row, at=at, actor=actor, ends_at=shown(end))
        return holding.row


def refuse(actor: Actor, case_key: str, *, reason: str = "", at: datetime) -> Coordination:
    """Refuse the proposed terms: those in force stand, and without any there is no embargo.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: nothing is proposed.
    """
    why = worded(reason, "a reason")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        after = taken(model.refuse(holding.case), holding)
        _decide(holding.proposal, EmbargoTerms.Outcome.REFUSED, actor, at)
        keep(holding, after, at=at, actor=actor)
        record("embargo-refused", holding.row, at=at, actor=actor, reason=why)
        return holding.row


def ran_out(clock: Clock, *, at: datetime) -> None:
    """End an embargo whose end has come; nothing, if it was ended or moved meanwhile."""
    row = Coordination.objects.select_related("case").get(pk=clock.coordination_id)
    holding = held(row)
    moved = model.run_out(holding.case, now=at)
    if not isinstance(moved, Moved):
        return
    keep(holding, moved.state, at=at, actor=HOUSE)
    record("embargo-ended", row, at=at, actor=HOUSE, why="its time has come")


def _own_parties(holding: Held, actor: Actor, at: datetime) -> list[Participant]:
    """Return the parties that the actor speaks for: their own organisations that have joined."""
    own = narrowed(
        actor, Participant.objects.filter(organisation__in=actor.organisations), Act.RESPOND, at=at
    ).filter(coordination=holding.row, removed_at=None, joined_at__isnull=False)
    keys = own.values_list("organisation__key", flat=True)
    return [holding.parties[key] for key in keys]


def _sign_as_proposer(
    holding: Held, party: Participant, end: datetime, actor: Actor, at: datetime
) -> Held:
    name = party.organisation.key
    if holding.case.participants[name].consent is Consent.DECLINED:
        moved = model.consent(holding.case, name, ConsentEvent.INVITE)
        holding = keep(holding, taken(moved, holding), at=at, actor=actor)
    return sign(holding, party, terms=end, actor=actor, at=at)


def _decide(
    proposal: EmbargoTerms | None, outcome: EmbargoTerms.Outcome, actor: Actor, at: datetime
) -> None:
    if proposal is not None:
        proposal.outcome, proposal.decided_by, proposal.decided_at = outcome, actor.name, at
        proposal.save(update_fields=["outcome", "decided_by", "decided_at"])
