"""One case with everything that is known of it: its findings, its range, its relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.findings.models import Case, Finding, LinkKind, Reproduction
from tidegate.desks.findings.priority import Severity, priority_of
from tidegate.desks.findings.queries.evidence import RangeShown, range_of
from tidegate.desks.findings.queries.filters import written_key
from tidegate.desks.findings.queries.relations import (
    EventRow,
    LinkRow,
    NominationRow,
    events_where,
    links_where,
    nominations_where,
)
from tidegate.desks.findings.queries.rows import (
    CaseRow,
    FindingRow,
    case_row,
    cases_of,
    finding_row,
    merged_into_of,
)
from tidegate.desks.findings.sealing import Part, seals_of_all
from tidegate.engines.reproduction.verdicts import STRONGEST_FIRST, Word

MOST_MEMBERS: Final = 200
"""Findings of one case that are shown; `list_findings` with `case` pages through all of them."""

MOST_RANGES: Final = 20
"""Ranges of one case that are shown, the strongest finding's first."""


@dataclass(frozen=True, slots=True)
class Member:
    """A finding of the case, and its finder's credit."""

    finding: FindingRow
    finder_number: int
    """1 for whoever handed the bug in first, 2 for the next finder, and so on."""
    first_of_finder: bool
    """The earliest of its finder; the others add nothing to the number of finders."""
    founder: bool
    """The case was opened for it."""


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case that is not the same bug, and what it is to this one."""

    key: str
    title: str
    says: str
    """Such as `variant-of`, read from the finding of this case or, if `backwards`, of the other."""
    backwards: bool
    link: int
    """Id of the link that says so."""
    reason: str


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case, its findings, what running them showed, and what it is related to."""

    row: CaseRow
    priority_reasons: tuple[str, ...]
    members: tuple[Member, ...]
    """In the order they came in."""
    members_more: bool
    range: RangeShown | None
    """Of the strongest finding, the earliest of those: the case's picture."""
    ranges: tuple[RangeShown, ...]
    """Of each finding that has one, the strongest and earliest first."""
    links: tuple[LinkRow, ...]
    """Standing ones between findings of this case, or from one of it to another."""
    undone_links: tuple[LinkRow, ...]
    open_nominations: tuple[NominationRow, ...]
    decided_nominations: tuple[NominationRow, ...]
    related: tuple[RelatedCase, ...]
    merged: tuple[CaseRow, ...]
    """The cases that became part of this one."""
    events: tuple[EventRow, ...]
    """Of the case and of its findings, the newest first."""


def get_case(actor: Actor, key: str) -> CaseDetail:
    """Return the whole of a case, as far as `actor` may read it.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    case = find(actor, Case.objects.select_related("merged_into"), key=written_key(key))
    members = list(
        narrowed(actor, case.findings.all())
        .select_related("finder", "delivery", "case")
        .order_by("id")[: MOST_MEMBERS + 1]
    )
    more = len(members) > MOST_MEMBERS
    members = members[:MOST_MEMBERS]
    ids = [member.pk for member in members]
    ranges = _ranges(members)
    links = links_where(actor, Q(source__in=ids) | Q(target__in=ids))
    nominations = nominations_where(actor, Q(earlier__in=ids) | Q(later__in=ids))
    weighed = priority_of(
        Severity(case.severity), case.finders_count, proven=case.verdict == Word.REPRODUCED
    )
    became_part = list(
        narrowed(actor, case.merged.select_related("merged_into")).order_by("pk")[:100]
    )
    return CaseDetail(
        row=case_row(case, merged_into_of(actor, [case])),
        priority_reasons=weighed.reasons,
        members=_credited(actor, members, case.founder_id),
        members_more=more,
        range=ranges[0] if ranges else None,
        ranges=ranges,
        links=tuple(link for link in links if link.active),
        undone_links=tuple(link for link in links if not link.active),
        open_nominations=tuple(one for one in nominations if one.state == "open"),
        decided_nominations=tuple(one for one in nominations if one.state != "open"),
        related=_related(case.key, links),
        merged=tuple(case_row(one, {case.pk}) for one in became_part),
        events=events_where(actor, Q(case=case) | Q(finding__in=ids)),
    )


def _credited(actor: Actor, members: list[Finding], founder_id: int | None) -> tuple[Member, ...]:
    cases = cases_of(actor, members)
    finders: dict[int, int] = {}
    shown = []
    for member in members:
        first = member.finder_id not in finders
        number = finders.setdefault(member.finder_id, len(finders) + 1)
        shown.append(Member(finding_row(member, cases), number, first, member.pk == founder_id))
    return tuple(shown)


def _ranges(members: list[Finding]) -> tuple[RangeShown, ...]:
    """Return the ranges that were found, of the strongest finding first, then of the earliest."""
    strength = {word.value: place for place, word in enumerate(STRONGEST_FIRST)}
    sorted_members = sorted(
        members, key=lambda member: (strength.get(member.verdict, len(strength)), member.pk)
    )
    ids = [member.pk for member in sorted_members if member.verdict]
    ran = {
        finding: (document, releases)
        for finding, document, releases in Reproduction.objects.filter(
            finding__in=ids[: 2 * MOST_RANGES]
        ).values_list("finding_id", "document", "releases")
    }
    seals = seals_of_all(member.delivery_id for member in sorted_members if member.pk in ran)
    found = [
        range_of(
            seals[member.delivery_id].unseal_data(
                ran[member.pk][0], Part.REPRODUCTION.of(member.key)
            ),
            member.key,
            ran[member.pk][1],
        )
        for member in sorted_members
        if member.pk in ran
    ]
    return tuple(one for one in found if one is not None)[:MOST_RANGES]


def _related(key: str, links: tuple[LinkRow, ...]) -> tuple[RelatedCase, ...]:
    found: dict[tuple[str, str, bool], RelatedCase] = {}
    for link in links:
        if not link.active or link.kind == LinkKind.DUPLICATE:
            continue
        backwards = link.source_case != key
        other = link.source_case if backwards else link.target_case
        title = link.source_title if backwards else link.target_title
        if other is not None and other != key:
            found.setdefault(
                (other, link.kind, backwards),
                RelatedCase(other, title, link.kind, backwards, link.id, link.reason),
            )
    return tuple(found.values())
