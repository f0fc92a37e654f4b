"""How findings are held to be the same or related, and what happened to them: as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Case, Event, Link, Nomination

MOST: Final = 200
"""Links, nominations or events of one finding or case that are shown; the newest ones."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Two findings are related, says somebody, for a reason."""

    id: int
    kind: str
    """`duplicate-of`, `variant-of` or `incomplete-fix-of`."""
    source: str
    """Key of the later finding: it is what `kind` says of `target`."""
    source_title: str
    source_case: str | None
    target: str
    target_title: str
    target_case: str | None
    basis: str
    """`exact`, `reference`, `behaviour`, `crossing` or `person`."""
    reason: str
    evidence: Mapping[str, Any]
    made_by: str
    made_at: datetime
    undone_by: str
    """Empty while the link stands."""
    undone_at: datetime | None
    undone_reason: str

    @property
    def active(self) -> bool:
        """Whether it stands."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class NominationRow:
    """Two findings might be one bug; nothing follows from it until somebody decides."""

    id: int
    earlier: str
    earlier_title: str
    earlier_case: str | None
    later: str
    later_title: str
    later_case: str | None
    score: float
    """0 to 1; only for sorting."""
    reasons: tuple[Any, ...]
    suggestion: str
    state: str
    """`open`, `accepted` or `declined`."""
    made_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_reason: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened."""

    id: int
    at: datetime
    actor: str
    """Who did it; `tidegate` for the house."""
    verb: str
    case: str | None
    finding: str | None
    detail: Mapping[str, Any]


def get_link(actor: Actor, id_: int) -> LinkRow:
    """Return a link.

    Raises:
        NotFoundError: there is none of that id, or not for them.
    """
    return _link(find(actor, Link.objects.select_related("source__case", "target__case"), pk=id_))


def links_where(actor: Actor, which: Q) -> tuple[LinkRow, ...]:
    """Return the newest links that fit, newest first."""
    found = (
        narrowed(actor, Link.objects.filter(which))
        .select_related("source__case", "target__case")
        .order_by("-id")[:MOST]
    )
    return tuple(_link(link) for link in found)


def nominations_where(actor: Actor, which: Q) -> tuple[NominationRow, ...]:
    """Return nominations that fit, the highest score first."""
    found = (
        narrowed(actor, Nomination.objects.filter(which))
        .select_related("earlier__case", "later__case")
        .order_by("-score", "-id")[:MOST]
    )
    return tuple(nomination_row(one) for one in found)


def events_where(actor: Actor, which: Q) -> tuple[EventRow, ...]:
    """Return the newest events that fit, newest first."""
    return shown_events(actor, Event.objects.filter(which).order_by("-id"))


def shown_events(actor: Actor, events: QuerySet[Event], most: int = MOST) -> tuple[EventRow, ...]:
    """Return the events that `actor` may read, in the order they are in, at most so many."""
    rows = list(narrowed(actor, events).select_related("finding")[:most])
    cases = narrowed(
        actor, Case.objects.filter(pk__in={row.case_id for row in rows if row.case_id}), Act.SEE
    )
    named = {case.pk: case.key for case in cases}
    return tuple(
        EventRow(
            id=event.pk,
            at=event.at,
            actor=event.actor,
            verb=event.verb,
            case=named.get(event.case_id or 0),
            finding=event.finding.key if event.finding else None,
            detail=event.detail,
        )
        for event in rows
    )


def _link(link: Link) -> LinkRow:
    return LinkRow(
        id=link.pk,
        kind=link.kind,
        source=link.source.key,
        source_title=link.source.title,
        source_case=link.source.case.key if link.source.case else None,
        target=link.target.key,
        target_title=link.target.title,
        target_case=link.target.case.key if link.target.case else None,
        basis=link.basis,
        reason=link.reason,
        evidence=link.evidence,
        made_by=link.made_by,
        made_at=link.made_at,
        undone_by=link.undone_by,
        undone_at=link.undone_at,
        undone_reason=link.undone_reason,
    )


def nomination_row(one: Nomination) -> NominationRow:
    """Return a nomination as a value; its findings and their cases are loaded already."""
    return NominationRow(
        id=one.pk,
        earlier=one.earlier.key,
        earlier_title=one.earlier.title,
        earlier_case=one.earlier.case.key if one.earlier.case else None,
        later=one.later.key,
        later_title=one.later.title,
        later_case=one.later.case.key if one.later.case else None,
        score=one.score,
        reasons=tuple(one.reasons),
        suggestion=one.suggestion,
        state=one.state,
        made_at=one.made_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        decided_reason=one.decided_reason,
    )
