"""The layer that only nominates: findings of one package whose texts and places look alike.

Also what a finder hands in again under its own name for it: the format says that it is the same
finding, but a name can be taken by anybody, and a merge must not rest on one. A nomination merges
nothing. It is shown to people, and our own runs may confirm it by crossing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from tidegate.desks.findings.models import Document, Finding, Link, LinkKind, Nomination
from tidegate.engines.formats.reports import Format
from tidegate.engines.similarity import Features, Index

MOST_KNOWN: Final = 5_000
"""Findings of one package, the newest, that a new one is compared with; copies do not count."""

MOST_NOMINATED: Final = 10
"""Nominations of one finding: more than a person would look at."""

MOST_OF_ONE_FINDER: Final = 3
"""Nominations of one finding that point to one finder's: nobody crowds others out."""

_SAME_NAME: Final = "the finder's own name for it is the same"


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding of the package, as far as comparing needs it."""

    number: int
    case: int | None
    finder: int
    name: tuple[int, str] | None
    """The finder and its own name for it, where the format says that it is the finding's."""
    features: Features


def nominate(findings: Sequence[Finding], *, at: datetime) -> int:
    """Nominate for each of these findings, which are in the order of their packages.

    Those that are copies of another are left out: the other one speaks for them. Returns how many
    nominations were made.
    """
    made: list[Nomination] = []
    for (type_, package), group in groupby(findings, key=lambda f: (f.package_type, f.package)):
        made += _of_package(type_, package, {finding.pk for finding in group}, at)
    pairs = {(nomination.earlier_id, nomination.later_id): nomination for nomination in made}
    with transaction.atomic():
        for pair in Nomination.objects.filter(later__in={later for _, later in pairs}).values_list(
            "earlier_id", "later_id"
        ):
            pairs.pop(pair, None)
        Nomination.objects.bulk_create(pairs.values(), ignore_conflicts=True)
    return len(pairs)


def _of_package(type_: str, package: str, new: set[int], at: datetime) -> Iterator[Nomination]:
    index = Index()
    earlier: dict[str, _Known] = {}
    named: dict[tuple[int, str], _Known] = {}
    for one in _known(type_, package, max(new)):
        if one.number in new:
            yield from _pairs(one, index, earlier, named, at)
        index.add(one.features)
        earlier[one.features.key] = one
        if one.name:
            named.setdefault(one.name, one)


def _pairs(
    one: _Known,
    index: Index,
    earlier: dict[str, _Known],
    named: dict[tuple[int, str], _Known],
    at: datetime,
) -> Iterator[Nomination]:
    """Yield what a finding is nominated with among those that came before it."""
    before = named.get(one.name) if one.name else None
    if before and not _share_a_case(one, before):
        yield _nomination(before, one, 1.0, [_SAME_NAME], at)
    by_finder: Counter[int] = Counter()
    for found in index.nominate(one.features, limit=MOST_NOMINATED * MOST_OF_ONE_FINDER):
        other = earlier[found.right]
        by_finder[other.finder] += 1
        if by_finder.total() > MOST_NOMINATED:
            return
        if by_finder[other.finder] > MOST_OF_ONE_FINDER or other is before:
            by_finder[other.finder] -= 1
        elif not _share_a_case(one, other):
            yield _nomination(other, one, found.score, list(found.reasons), at)


def _share_a_case(one: _Known, other: _Known) -> bool:
    return one.case is not None and one.case == other.case


def _nomination(
    earlier: _Known, later: _Known, score: float, reasons: list[str], at: datetime
) -> Nomination:
    return Nomination(
        earlier_id=earlier.number,
        later_id=later.number,
        score=score,
        reasons=reasons,
        made_at=at,
    )


def _known(type_: str, package: str, newest: int) -> list[_Known]:
    """Return a package's findings up to the newest, the earliest first; no copies."""
    copies = Link.objects.filter(
        kind=LinkKind.DUPLICATE, undone_at=None, source=OuterRef("finding_id")
    )
    found = (
        Document.objects.filter(
            finding__package_type=type_, finding__package=package, finding_id__lte=newest
        )
        .annotate(copied=Subquery(copies.values("pk")[:1]))
        .filter(copied=None)
        .order_by("-finding_id")
        .values_list(
            "finding_id",
            "finding__case_id",
            "finding__finder_id",
            "finding__format",
            "finding__reference",
            "features",
        )[:MOST_KNOWN]
    )
    return [
        _Known(
            number,
            case,
            finder,
            (finder, reference) if format_ == Format.FINDING else None,
            Features.from_json(text),
        )
        for number, case, finder, format_, reference, text in reversed(found)
    ]
