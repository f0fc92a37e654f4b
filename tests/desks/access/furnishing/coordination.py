"""Cases that are coordinated: their embargo and its terms, parties, teams, products, clocks."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from tests.desks.access.world import BEFORE, NOW, Bearer, World, new_mark
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import (
    Clock,
    Coordination,
    EmbargoTerms,
    Hop,
    Occurrence,
    Origin,
    Participant,
    ProductStatus,
    ReleaseApproval,
    TeamMember,
)
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation

_CONSENTS: Final = ("no-embargo", "invited", "signatory", "signatory", "declined", "lapsed")
_UNTIL: Final = (None, None, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
_EMBARGOES: Final = ("none", "proposed", "active", "active", "revise", "exited")
_IN_FORCE: Final = ("active", "revise")
_PARTIES: Final = 4


def furnish_coordination(world: World, draw: random.Random) -> None:
    """Coordinate most cases of a world."""
    for case in world.cases:
        if case.merged_into is None and draw.random() < 0.85:
            _coordinate(world, draw, case)


def _coordinate(world: World, draw: random.Random, case: Case) -> None:
    # Some are kept from nobody any more: they are read for their label alone.
    released = draw.random() < 0.25
    embargo = draw.choice(("none", "exited") if released else _EMBARGOES)
    agreed = embargo in (*_IN_FORCE, "exited")
    end = NOW + timedelta(days=-1 if embargo == "exited" else draw.choice((-1, 1)))
    # The table refuses a wide label while an embargo binds.
    labels = list(Label)[3:] if released else list(Label)
    labels = list(Label)[:3] if embargo in _IN_FORCE else labels
    closing = new_mark()
    row = Coordination.objects.create(
        case=case,
        tlp=draw.choice(labels).value,
        opened_at=BEFORE,
        closed_at=BEFORE if draw.random() < 0.1 else None,
        embargo=embargo,
        ends_at=end if agreed else None,
        closing_words=closing,
        policy="default-90",
        policy_version="1",
    )
    world.coordinations.append(row)
    world.show(lambda reader: reader.case(Act.READ, case), closing)
    for organisation in draw.sample(world.organisations, min(_PARTIES, len(world.organisations))):
        _party(world, draw, row, organisation)
    _terms(world, row)
    _seen(world, row)
    _clocks(world, row)
    _approval(world, draw, row)
    _relayed(world, row)


def _inside(row: Coordination) -> Bearer:
    """Say that it is for those who work on the case: its parties, and who coordinates."""
    return lambda reader: reader.reads_as_coordinator or reader.reads_as_party(row.case_id)


def _party(
    world: World, draw: random.Random, row: Coordination, organisation: Organisation
) -> None:
    by, joined = new_mark(), draw.random() < 0.7
    # A vendor may wait in the line: it has not been told anything yet.
    waits = not joined and draw.random() < 0.4
    role = "vendor" if waits else draw.choice(Participant.Part.values)
    part = Participant.objects.create(
        coordination=row,
        organisation=organisation,
        role=role,
        consent="no-embargo" if waits else draw.choice(_CONSENTS),
        consent_until=None if waits else draw.choice(_UNTIL),
        vendor="Vfd" if role == "vendor" and joined else "vfd",
        invited_by=by,
        invited_at=None if waits else BEFORE,
        queued_at=BEFORE if waits else None,
        joined_at=BEFORE if joined else None,
        removed_at=BEFORE if draw.random() < 0.1 else None,
    )
    world.participants.append(part)
    name = organisation.name.partition(" ")[0]
    world.show(lambda reader: reader.participant(Act.READ, part), by)
    world.show(lambda reader: reader.participant(Act.SEE, part), name, organisation.key)
    _status(world, part)
    for person in world.persons:
        belongs = any(
            one.organisation_id == organisation.pk and one.person_id == person.pk
            for one in world.memberships
        )
        if belongs and draw.random() < 0.7:
            TeamMember.objects.create(
                participant=part,
                person=person,
                added_by="somebody",
                since=BEFORE,
                until=draw.choice(_UNTIL),
                left_at=BEFORE if draw.random() < 0.1 else None,
            )
            # A team is for the organisation itself, and for who coordinates; whoever works on a
            # case may write to those who coordinate it.
            world.show(
                lambda reader: (
                    reader.coordinates
                    or (
                        reader.participant(Act.READ, part)
                        and (organisation.pk in reader.places or part.role == "coordinator")
                    )
                ),
                person.name.partition(" ")[0],
                person.key,
            )


def _status(world: World, part: Participant) -> None:
    product, statement, by = (new_mark() for _ in range(3))
    status = ProductStatus.objects.create(
        participant=part,
        product=product,
        status=ProductStatus.Status.AFFECTED,
        statement=statement,
        said_by=by,
        said_at=BEFORE,
    )
    world.statuses.append(status)
    world.show(lambda reader: reader.status(Act.READ, status), product, statement, by)


def _terms(world: World, row: Coordination) -> None:
    """Make the terms that were refused, that were agreed on, and that are proposed."""
    tomorrow = NOW + timedelta(days=2)
    outcomes = [(EmbargoTerms.Outcome.REFUSED, tomorrow)]
    if row.ends_at is not None:
        outcomes.append((EmbargoTerms.Outcome.ACCEPTED, row.ends_at))
    if row.embargo in ("proposed", "revise"):
        outcomes.append((EmbargoTerms.Outcome.OPEN, tomorrow))
    for outcome, ends_at in outcomes:
        words, by = new_mark(), new_mark()
        is_open = outcome is EmbargoTerms.Outcome.OPEN
        made = EmbargoTerms.objects.create(
            coordination=row,
            ends_at=ends_at,
            words=words,
            proposed_by=by,
            proposed_at=BEFORE,
            outcome=outcome,
            decided_by="" if is_open else "somebody",
            decided_at=None if is_open else BEFORE,
        )
        world.terms.append(made)
        world.show(_inside(row), words, by)
    # What is on the table is what an invited party is asked to agree to.
    on_the_table = row.embargo in ("proposed", *_IN_FORCE)
    if on_the_table:
        world.show(lambda reader: reader.case(Act.SEE, row.case), words)


def _seen(world: World, row: Coordination) -> None:
    """Record what was seen in a case."""
    vendor = next(
        (
            one
            for one in world.participants
            if one.coordination_id == row.pk and one.vendor != "vfd" and one.removed_at is None
        ),
        None,
    )
    if vendor is not None:
        _occurrence(world, row, "vendor-aware", vendor)
    if row.embargo == "exited":
        _occurrence(world, row, "public", None)
        row.public_at = BEFORE
        row.save(update_fields=["public_at"])


def _occurrence(world: World, row: Coordination, event: str, vendor: Participant | None) -> None:
    source, by = new_mark(), new_mark()
    Occurrence.objects.create(
        coordination=row,
        participant=vendor,
        event=event,
        happened_at=BEFORE,
        recorded_at=BEFORE,
        said_by=by,
        source=source,
    )
    world.show(_inside(row), source, by)


def _clocks(world: World, row: Coordination) -> None:
    """Let clocks run: of the case, of one party's consent, and one that could not ring."""
    parts = [one for one in world.participants if one.coordination_id == row.pk]
    abouts: list[tuple[Clock.Kind, Clock.State, Participant | None]] = [
        (Clock.Kind.POLICY, Clock.State.RUNNING, None),
        (Clock.Kind.REMINDER, Clock.State.SET_ASIDE, None),
        (Clock.Kind.CONSENT_LAPSE, Clock.State.RUNNING, parts[0] if parts else None),
    ]
    for kind, state, part in abouts:
        name, authority, why = (new_mark() for _ in range(3))
        clock = Clock.objects.create(
            coordination=row,
            kind=kind,
            name=name,
            subject=part.organisation.key if part else "",
            due_at=NOW + timedelta(days=3),
            state=state,
            reason=why if state is Clock.State.SET_ASIDE else "",
            trigger="reported",
            triggered_at=BEFORE,
            authority=authority,
        )
        world.clocks.append(clock)
        world.show(lambda reader: reader.coordinates, why)
        if part is None:
            world.show(_inside(row), name, authority)
        else:
            _show_own_clock(world, part, name, authority)


def _show_own_clock(world: World, part: Participant, *texts: str) -> None:
    world.show(
        lambda reader: (
            reader.reads_as_coordinator
            or (
                reader.reads_as_party(part.coordination.case_id)
                and part.organisation_id in reader.places
            )
        ),
        *texts,
    )


def _approval(world: World, draw: random.Random, row: Coordination) -> None:
    reason = new_mark()
    ReleaseApproval.objects.create(
        coordination=row, person=draw.choice(world.persons), reason=reason, at=BEFORE
    )
    world.show(lambda reader: reader.coordinates, reason)


def _relayed(world: World, row: Coordination) -> None:
    """Keep that the case's first finding was handed on to us, and the case to somebody else."""
    finding = next((one for one in world.findings if one.case_id == row.case_id), None)
    onward, terms, credit, way = (new_mark() for _ in range(4))
    Hop.objects.create(
        coordination=row, number=1, party=onward, at=BEFORE, onward=True, recorded_at=BEFORE
    )
    world.show(lambda reader: reader.case(Act.READ, row.case), onward, terms)
    if finding is None:
        return
    origin = Origin.objects.create(
        coordination=row,
        finding=finding,
        received_at=BEFORE,
        credits=[{"names": [credit], "organization": None, "summary": "", "urls": []}],
        terms=terms,
    )
    Hop.objects.create(
        coordination=row, origin=origin, number=1, party=way, at=BEFORE, recorded_at=BEFORE
    )
    world.show(lambda reader: reader.finding(Act.READ, finding), credit, way)
