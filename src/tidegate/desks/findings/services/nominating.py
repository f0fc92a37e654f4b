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
from django.db.models import Count, Exists, OuterRef, Q

from tidegate.desks.findings.models import Document, Finding, Link, LinkKind, Nomination
from tidegate.engines.formats.reports import Format
from tidegate.engines.similarity import Features, Index

MOST_KNOWN: Final = 5_000
"""Findings of one package, the newest, that a new one is compared with; copies do not count."""

_SMALL: Final = 100
"""Findings up to which a package is read together with others."""

MOST_NOMINATED: Final = 10
"""Nominations of one finding: more than a person would look at."""

MOST_OF_ONE_FINDER: Final = 3
"""Nominations of one finding that point to one finder's: nobody crowds others out."""

_SAME_NAME: Final = "the finder's own name for it is the same"


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding of the package, as far as comparing needs it."""

    number: int
    package: tuple[str, str]
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
    new = _originals({finding.pk for finding in findings})
    left = [finding for finding in findings if finding.pk in new]
    known = _known_of_small_packages(left)
    for package, group in groupby(left, key=lambda f: (f.package_type, f.package)):
        findings_of_it = list(group)
        around = known.get(package) or _known_of_large_package(findings_of_it)
        made += _of_package({finding.pk for finding in findings_of_it}, around, at)
    pairs = {(nomination.earlier_id, nomination.later_id): nomination for nomination in made}
    with transaction.atomic():
        for pair in Nomination.objects.filter(later__in={later for _, later in pairs}).values_list(
            "earlier_id", "later_id"
        ):
            pairs.pop(pair, None)
        Nomination.objects.bulk_create(pairs.values(), ignore_conflicts=True)
    return len(pairs)


def _originals(findings: set[int]) -> set[int]:
    """Return those of some findings that are not held to be copies of another."""
    copies = Link.objects.filter(kind=LinkKind.DUPLICATE, undone_at=None, source__in=findings)
    return findings - set(copies.values_list("source_id", flat=True))


def _of_package(new: set[int], known: Sequence[_Known], at: datetime) -> Iterator[Nomination]:
    index = Index()
    earlier: dict[str, _Known] = {}
    named: dict[tuple[int, str], _Known] = {}
    for one in known:
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


def _known_of_small_packages(
    findings: Sequence[Finding],
) -> dict[tuple[str, str], list[_Known]]:
    """Return what is known around findings, for packages of which little is: in one query."""
    names = {finding.package for finding in findings}
    sizes = (
        Finding.objects.filter(package__in=names)
        .values("package_type", "package")
        .annotate(size=Count("pk"))
        .filter(size__lte=_SMALL)
    )
    small = {(one["package_type"], one["package"]) for one in sizes}
    found: dict[tuple[str, str], list[_Known]] = {}
    for one in _known(Q(finding__package__in={package for _, package in small})):
        if one.package in small:
            found.setdefault(one.package, []).append(one)
    return found


def _known_of_large_package(findings: Sequence[Finding]) -> list[_Known]:
    """Return what is known around findings of one package: the newest up to them."""
    newest = max(finding.pk for finding in findings)
    one = findings[0]
    return _known(
        Q(
            finding__package_type=one.package_type,
            finding__package=one.package,
            finding_id__lte=newest,
        ),
        MOST_KNOWN,
    )


def _known(where: Q, most: int | None = None) -> list[_Known]:
    """Return findings that are no copies, the earliest first; the newest of them, if too many."""
    copies = Link.objects.filter(
        kind=LinkKind.DUPLICATE, undone_at=None, source=OuterRef("finding_id")
    )
    found = (
        Document.objects.filter(where)
        .filter(~Exists(copies))
        .order_by("-finding_id")
        .values_list(
            "finding_id",
            "finding__package_type",
            "finding__package",
            "finding__case_id",
            "finding__finder_id",
            "finding__format",
            "finding__reference",
            "features",
        )[:most]
    )
    return [
        _Known(
            number,
            (type_, package),
            case,
            finder,
            (finder, reference) if format_ == Format.FINDING else None,
            Features.from_json(text),
        )
        for number, type_, package, case, finder, format_, reference, text in reversed(found)
    ]
