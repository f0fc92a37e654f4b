"""What becomes of coordination when findings leave a case; in the transaction in which they leave.

The case that they get inherits the embargo, the facts and the policy. Of the parties only those
come along that coordinate: what one case reveals of the other is for a coordinator to weigh, who
invites the others anew. A label under which everybody reads is not inherited either.
"""

from __future__ import annotations

from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label, OrganisationKind
from tidegate.desks.cases.models import Coordination, EmbargoTerms, Occurrence, Participant
from tidegate.desks.cases.queries.modelled import agreed_terms_of, entries_of
from tidegate.desks.cases.services import teams
from tidegate.desks.cases.services.deadlines import compute_again
from tidegate.desks.cases.services.embargoes import FREE
from tidegate.desks.cases.services.machines import Held, held, keep, set_clocks, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.states import cases as model
from tidegate.desks.findings.models import Case


def part(case: Case, parted: Case, *, at: datetime, actor: Actor) -> None:
    """Let a case that findings left for inherit the coordination of the one that they left."""
    rows = Coordination.objects.select_for_update(of=("self",)).select_related("case")
    found = {row.case_id: row for row in rows.filter(case__in=(case, parted)).order_by("pk")}
    if case.pk not in found:
        return
    parent = held(found[case.pk])
    coordinating = [
        name
        for name, party in parent.parties.items()
        if party.role == Participant.Part.COORDINATOR
        and OrganisationKind.COORDINATOR in party.organisation.kind_words
    ]
    _, inherited = taken(model.split(parent.case, tuple(parent.parties), coordinating), parent)
    child = _begun(found.get(parted.pk), parted, parent, at)
    for name in coordinating:
        _take_in(child, parent.parties[name])
    _inherit_what_was_seen(child, inherited, actor)
    _inherit_terms(child, parent, at)
    after = keep(held(child), inherited, at=at, actor=actor)
    set_clocks(child, inherited.embargo, at=at)
    compute_again(child, inherited.entries, at=at)
    for name, party in after.parties.items():
        members = parent.parties[name].team.select_related("person").filter(left_at=None)
        for member in members:
            by = Actor(member.added_by)
            teams.put_on(party, member.person, by=by, until=member.until, at=at)
    record("coordination-parted", parent.row, at=at, actor=actor)
    record("coordination-parted", child, at=at, actor=actor)


def _begun(row: Coordination | None, parted: Case, parent: Held, at: datetime) -> Coordination:
    """Return the coordination of the new case: the one that it had before, or one of its own."""
    child = row or Coordination(case=parted, opened_at=at)
    before = parent.row
    for name in ("embargo", "ends_at", "policy", "policy_version", "policy_inputs"):
        setattr(child, name, getattr(before, name))
    child.tlp = Label.AMBER_STRICT if Label(before.tlp) in FREE else before.tlp
    child.closed_at, child.closing_words = None, ""
    child.parted_from = before
    child.save()
    return child


def _take_in(child: Coordination, party: Participant) -> None:
    names = ("role", "report", "consent", "consent_until", "contact", "vendor", "joined_at")
    Participant.objects.update_or_create(
        coordination=child,
        organisation=party.organisation,
        defaults={
            **{name: getattr(party, name) for name in names},
            "invited_by": party.invited_by,
            "invited_at": party.invited_at,
            "queued_at": None,
            "removed_at": None,
        },
    )


def _inherit_what_was_seen(child: Coordination, inherited: model.Case, actor: Actor) -> None:
    there = set(entries_of(child))
    Occurrence.objects.bulk_create(
        Occurrence(
            coordination=child,
            event=entry.event,
            happened_at=entry.happened_at,
            recorded_at=entry.recorded_at,
            said_by=actor.name,
        )
        for entry in inherited.entries
        if not entry.vendor and entry not in there
    )


def _inherit_terms(child: Coordination, parent: Held, at: datetime) -> None:
    """Copy the terms in force and those that are proposed, with their words."""
    in_force = agreed_terms_of(parent.row) if parent.case.embargo.state.in_force else None
    for terms in (in_force, parent.proposal):
        if terms is not None:
            EmbargoTerms.objects.create(
                coordination=child,
                ends_at=terms.ends_at,
                words=terms.words,
                proposed_by=terms.proposed_by,
                proposed_at=terms.proposed_at,
                outcome=terms.outcome,
                decided_by=terms.decided_by,
                decided_at=at if terms is in_force else None,
            )
