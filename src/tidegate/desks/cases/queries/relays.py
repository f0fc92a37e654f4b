"""Where a case came from and where it went on to, as somebody may read it.

Whoever reads the case sees under which terms it was handed on to us, for they bind everybody in it.
Who found it and which way it came is shown with the finding that brought it, to who may read that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.models import Coordination, Hop
from tidegate.desks.cases.queries.provenance import carried_by, carried_terms, origins_of
from tidegate.desks.findings.models import Case, Finding
from tidegate.engines.formats.provenance import EmbargoTerms, Provenance


@dataclass(frozen=True, slots=True)
class OriginShown:
    """What was said when a finding was handed on to us."""

    finding: str
    received_at: datetime
    said: Provenance


@dataclass(frozen=True, slots=True)
class Onward:
    """Somebody to whom we have handed the case on."""

    to: str
    identifier: str
    """Its own name for the case; empty while we do not know it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Relays:
    """Where a case came from and where it went on to."""

    terms: EmbargoTerms | None
    """Carried on as they came; None where nobody has handed the case on to us."""
    origins: tuple[OriginShown, ...]
    """Of the findings that may be read, the first one first."""
    onward: tuple[Onward, ...]
    """In the order of time."""


def relays_of(actor: Actor, case_key: str, *, at: datetime | None = None) -> Relays:
    """Return where a case came from and where it went on to.

    Raises:
        NotFoundError: there is no such case, or not for them to read.
    """
    now = at or timezone.now()
    case = find(actor, Case.objects.all(), at=now, key=as_written(case_key))
    row = Coordination.objects.filter(case=case).first()
    if row is None:
        return Relays(None, (), ())
    readable = narrowed(actor, Finding.objects.filter(case=case), at=now)
    theirs = set(readable.values_list("pk", flat=True))
    return Relays(
        terms=carried_terms(row),
        origins=tuple(
            OriginShown(origin.finding.key, origin.received_at, carried_by(origin))
            for origin in origins_of(row)
            if origin.finding_id in theirs
        ),
        onward=onward_of(case),
    )


def onward_of(case: Case) -> tuple[Onward, ...]:
    """Return to whom a case was handed on, or one that became part of it."""
    cases = [case.pk, *Case.objects.filter(merged_into=case).values_list("pk", flat=True)]
    rows = Hop.objects.filter(coordination__case__in=cases, onward=True)
    return tuple(
        Onward(hop.party, hop.handling, hop.recorded_at)
        for hop in rows.order_by("recorded_at", "pk")
    )
