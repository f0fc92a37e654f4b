"""The layer that only nominates: findings of one package whose texts and places look alike.

A nomination merges nothing. It is shown to people, and our own runs may confirm it by crossing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db.models import OuterRef, Subquery

from tidegate.desks.findings.models import Document, Finding, Link, LinkKind, Nomination
from tidegate.engines.similarity import Features, Index

MOST_KNOWN: Final = 5_000
"""Findings of one package, the newest, that a new one is compared with; copies do not count."""

MOST_NOMINATED: Final = 10
"""Nominations of one finding: more than a person would look at."""


def nominate(findings: Sequence[Finding], *, at: datetime) -> int:
    """Nominate for each of these findings, which are in the order of their packages.

    Those that are copies of another are left out: the other one speaks for them. Returns how many
    nominations were made.
    """
    made: list[Nomination] = []
    for (type_, package), group in groupby(findings, key=lambda f: (f.package_type, f.package)):
        made += _of_package(type_, package, {finding.pk for finding in group}, at)
    pairs = {(nomination.earlier_id, nomination.later_id): nomination for nomination in made}
    for pair in Nomination.objects.filter(later__in={later for _, later in pairs}).values_list(
        "earlier_id", "later_id"
    ):
        pairs.pop(pair, None)
    Nomination.objects.bulk_create(pairs.values())
    return len(pairs)


def _of_package(type_: str, package: str, new: set[int], at: datetime) -> Iterator[Nomination]:
    known = _known(type_, package, max(new))
    number_of = {features.key: number for number, _, features in known}
    case_of = {number: case for number, case, _ in known}
    index = Index()
    for number, case, features in known:
        if number in new:
            for found in index.nominate(features, limit=MOST_NOMINATED):
                other = number_of[found.right]
                if case is None or case != case_of[other]:
                    yield Nomination(
                        earlier_id=min(number, other),
                        later_id=max(number, other),
                        score=found.score,
                        reasons=list(found.reasons),
                        made_at=at,
                    )
        index.add(features)


def _known(type_: str, package: str, newest: int) -> list[tuple[int, int | None, Features]]:
    """Return number, case and features of findings up to the newest, the earliest first."""
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
        .values_list("finding_id", "finding__case_id", "features")[:MOST_KNOWN]
    )
    return [(number, case, Features.from_json(text)) for number, case, text in reversed(found)]
