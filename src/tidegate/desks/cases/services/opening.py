"""How a case comes to be worked on with others, how it is labelled, and how that ends.

A case exists once our own runs have shown a finding to be true; a coordinator may open one for an
unproven finding, and answers for that. Until its coordination is opened, nobody but coordinators
and the finders of its findings know of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import WORKING, Act, Label, OrganisationKind
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.services import following, teams
from tidegate.desks.cases.services.embargoes import FREE
from tidegate.desks.cases.services.machines import hold
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.relaying import take_over_all
from tidegate.desks.cases.services.texts import reasoned, worded
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.services import cases
from tidegate.desks.findings.services.history import note
from tidegate.desks.findings.services.linking import lock_packages
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation, Person
from tidegate.engines.reproduction.verdicts import Word

DEFAULT_POLICY: Final = "default-90"


def open_coordination(
    actor: Actor, case_key: str, *, policy: str = DEFAULT_POLICY, at: datetime
) -> Coordination:
    """Begin to work on a case with others: its policy's clocks run, and the coordinator is in.

    Args:
        actor: a coordinator; their organisation is the first party, with them on its team.
        case_key: of the case.
        policy: name of the disclosure policy that it follows.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is coordinated already, became part of another, or there is no such
            policy.
    """
    with transaction.atomic():
        rows = Case.objects.select_for_update(of=("self",)).select_related("merged_into")
        case = find(actor, rows, Act.COORDINATE, at=at, key=as_written(case_key))
        if case.merged_into is not None:
            raise NotPossibleError(
                f"{case.key} became part of {case.merged_into.key}; open the coordination of that"
            )
        if Coordination.objects.filter(case=case).exists():
            raise NotPossibleError(f"{case.key} is coordinated already")
        row = Coordination.objects.create(case=case, opened_at=at)
        _take_in_coordinator(row, actor, at)
        following.follow(row, policy, at=at)
        take_over_all(row, at)
        record("coordination-opened", row, at=at, actor=actor, policy=policy)
        return row


def open_for_unproven(actor: Actor, finding_key: str, *, reason: str, at: datetime) -> Case:
    """Open a case for a finding that our runs have not shown to be true; a coordinator says why.

    Raises:
        NotFoundError: there is no such finding, or not for them to coordinate.
        NotPossibleError: it has a case already, or is proven and gets one by itself.
    """
    why = reasoned(reason)
    with transaction.atomic():
        rows = Finding.objects.select_related("case")
        finding = find(actor, rows, Act.COORDINATE, at=at, key=as_written(finding_key))
        lock_packages([finding])
        finding.refresh_from_db()
        if finding.case is not None:
            raise NotPossibleError(f"{finding.key} has a case already, {finding.case.key}")
        if finding.verdict and Word(finding.verdict).affected:
            raise NotPossibleError(f"{finding.key} is {finding.verdict}; it needs no waiver")
        case = cases.open_for(finding, at=at)
        finding.save(update_fields=["case"])
        cases.recount(case)
        note("proof-waived", at=at, actor=actor, case=case, finding=finding, reason=why)
        append("proof-waived", at=at, actor=actor, case=case.key, finding=finding.key, reason=why)
        return case


def label(actor: Actor, case_key: str, tlp: str, *, at: datetime) -> Coordination:
    """Set a case's Traffic Light Protocol label.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: there is no such label, or everybody could read what is under embargo.
    """
    if tlp not in tuple(Label):
        raise NotPossibleError(f"{tlp[:40]!r} is no label; say one of {', '.join(Label)}")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at, while_open=False)
        if holding.case.embargo.state.in_force and tlp in FREE:
            raise NotPossibleError(
                f"{holding.key} is under an embargo, and {tlp} would let everybody read it; end the"
                f" embargo first, or choose {Label.AMBER} or stricter"
            )
        before, holding.row.tlp = holding.row.tlp, tlp
        holding.row.save(update_fields=["tlp"])
        record("label-set", holding.row, at=at, actor=actor, tlp=tlp, before=before)
        return holding.row


def close(actor: Actor, case_key: str, *, words: str = "", at: datetime) -> Coordination:
    """End the work on a case; what was said stays to be read, and facts are still recorded.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is closed already, or its embargo has not ended.
    """
    said = worded(words, "the closing words")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        if holding.case.embargo.state.on_the_table:
            raise NotPossibleError(
                f"the embargo of {holding.key} is {holding.case.embargo.state}; end or refuse it"
                " before the case is closed"
            )
        row = holding.row
        row.closed_at, row.closing_words = at, said
        row.save(update_fields=["closed_at", "closing_words"])
        following.stop(row, at=at, why="the case was closed")
        record("coordination-closed", row, at=at, actor=actor, words=said)
        return row


def open_again(actor: Actor, case_key: str, *, reason: str, at: datetime) -> Coordination:
    """Go on with the work on a case that was closed.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is not closed.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at, while_open=False)
        row = holding.row
        if row.closed_at is None:
            raise NotPossibleError(f"the coordination of {holding.key} is open")
        row.closed_at, row.closing_words = None, ""
        row.save(update_fields=["closed_at", "closing_words"])
        if row.policy:
            following.follow(row, row.policy, at=at)
        record("coordination-opened-again", row, at=at, actor=actor, reason=why)
        return row


def _take_in_coordinator(row: Coordination, actor: Actor, at: datetime) -> None:
    """Make the organisation that coordinates a party of the case, and the actor one of its team.

    Whoever runs commands on the machine stands for the first organisation that coordinates, if
    there is one.
    """
    coordinating = [OrganisationKind.COORDINATOR]
    if actor.person is not None:
        own = Organisation.objects.filter(pk__in=actor.of_kind(coordinating, WORKING))
    else:
        own = Organisation.objects.filter(suspended_at=None)
    organisation = next(
        (one for one in own.order_by("pk") if OrganisationKind.COORDINATOR in one.kind_words), None
    )
    if organisation is None:
        return
    party = Participant.objects.create(
        coordination=row,
        organisation=organisation,
        role=Participant.Part.COORDINATOR,
        contact=Participant.Contact.SEEN,
        invited_by=actor.name,
        invited_at=at,
        joined_at=at,
    )
    if actor.person is not None:
        teams.put_on(party, Person.objects.get(pk=actor.person), by=actor, at=at)
