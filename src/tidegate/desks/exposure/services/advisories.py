"""Advisories come in: what is new or says something else is kept anew, and the rest is left.

An advisory is known by its source and its identifier. What its source has no more is still matched:
that a record has vanished is no withdrawal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson

from tidegate.desks.exposure import models
from tidegate.desks.exposure.models import AffectedPackage, AffectedSlice, Edition
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.services.placing import package_ids, vulnerability_ids
from tidegate.engines.formats.records import cut
from tidegate.engines.matching.advisories import Advisory

_IN_ONE_QUERY: Final = 300
_LONGEST_ECOSYSTEM: Final = 60
_LONGEST_BOUND: Final = 300
"""Of a version in words; its place in the order is kept whole."""
_COLUMNS: Final = (
    "summary",
    "published_at",
    "modified_at",
    "withdrawn_at",
    "vanished_at",
    "vectors",
    "references",
    "not_covered",
    "digest",
    "edition",
)
_Known = dict[tuple[str, str], tuple[int, str]]


def put_advisories(
    advisories: Sequence[Advisory],
    edition: Edition | None,
    *,
    cleared: Mapping[str, Sequence[str]] | None = None,
) -> tuple[int, ...]:
    """Keep advisories as they are said now, inside the caller's transaction.

    Whoever calls it lets `matching.match_advisories` compare what has changed, in the same
    transaction.

    Args:
        advisories: of one or several sources; of two with one identifier, the last one counts.
        edition: in which they were said; None for own proofs.
        cleared: by identifier, versions that our runs showed not to be affected.

    Returns:
        the ids of those that are new or say something else than before.
    """
    said = {(one.source, one.identifier): _fitting(one) for one in advisories}
    shown = cleared or {}
    digests = {place: _digest(one, shown) for place, one in said.items()}
    known = _known(said)
    changed = [place for place in said if known.get(place, (0, ""))[1] != digests[place]]
    kept = [known[place][0] for place in said.keys() - set(changed)]
    for chunk in in_chunks(kept, _IN_ONE_QUERY):
        models.Advisory.objects.filter(pk__in=chunk).update(edition=edition, vanished_at=None)
    _put([said[place] for place in changed], digests, known, edition)
    known = _known(changed)
    ids = {place: known[place][0] for place in changed}
    _put_vulnerabilities({ids[place]: said[place].vulnerabilities for place in changed})
    _put_affected({ids[place]: said[place] for place in changed}, shown)
    return tuple(sorted(ids.values()))


def note_vanished(source: str, edition: Edition, *, at: datetime) -> int:
    """Note which advisories of a source its newest edition has no more; return how many.

    They are matched all the same.
    """
    gone = models.Advisory.objects.filter(source=source, vanished_at=None).exclude(edition=edition)
    return gone.update(vanished_at=at)


def _known(places: Iterable[tuple[str, str]]) -> _Known:
    by_source: dict[str, list[str]] = {}
    for source, identifier in places:
        by_source.setdefault(source, []).append(identifier)
    found: _Known = {}
    for source, identifiers in by_source.items():
        for chunk in in_chunks(identifiers, _IN_ONE_QUERY):
            rows = models.Advisory.objects.filter(source=source, identifier__in=chunk)
            found |= {
                (source, identifier): (pk, digest)
                for pk, identifier, digest in rows.values_list("pk", "identifier", "digest")
            }
    return found


def _put(
    advisories: Sequence[Advisory],
    digests: Mapping[tuple[str, str], str],
    known: _Known,
    edition: Edition | None,
) -> None:
    rows = [
        models.Advisory(
            pk=known.get((one.source, one.identifier), (None, ""))[0],
            source=one.source,
            identifier=one.identifier,
            summary=one.summary,
            published_at=one.published_at,
            modified_at=one.modified_at,
            withdrawn_at=one.withdrawn_at,
            vanished_at=None,
            vectors=list(one.vectors),
            references=list(one.references),
            not_covered=list(one.not_covered),
            digest=digests[one.source, one.identifier],
            edition=edition,
        )
        for one in advisories
    ]
    old = [row for row in rows if row.pk is not None]
    models.Advisory.objects.bulk_create([row for row in rows if row.pk is None], batch_size=100)
    models.Advisory.objects.bulk_update(old, _COLUMNS, batch_size=50)


def _put_vulnerabilities(named: Mapping[int, Sequence[str]]) -> None:
    ids = vulnerability_ids(name for names in named.values() for name in names)
    through = models.Advisory.vulnerabilities.through
    for chunk in in_chunks(named, _IN_ONE_QUERY):
        through.objects.filter(advisory__in=chunk).delete()
    through.objects.bulk_create(
        (
            through(advisory_id=advisory, vulnerability_id=ids[name])
            for advisory, names in named.items()
            for name in names
            if name in ids
        ),
        batch_size=400,
    )


def _put_affected(said: Mapping[int, Advisory], cleared: Mapping[str, Sequence[str]]) -> None:
    packages = package_ids(
        affected.package for advisory in said.values() for affected in advisory.affected
    )
    for chunk in in_chunks(said, _IN_ONE_QUERY):
        AffectedSlice.objects.filter(affected__advisory__in=chunk).delete()
        AffectedPackage.objects.filter(advisory__in=chunk).delete()
    rows = [
        AffectedPackage(
            advisory_id=pk,
            package_id=packages[affected.package],
            unreadable=list(affected.unreadable),
            is_unreadable=bool(affected.unreadable),
            cleared=list(cleared.get(advisory.identifier, ())),
        )
        for pk, advisory in said.items()
        for affected in advisory.affected
    ]
    AffectedPackage.objects.bulk_create(rows, batch_size=300)
    slices = (
        AffectedSlice(
            affected=row,
            package_id=row.package_id,
            lower=one.lower,
            upper=one.upper,
            introduced=cut(one.introduced, _LONGEST_BOUND),
            ended=cut(one.ended, _LONGEST_BOUND),
            is_fixed=one.is_fixed,
        )
        for row, affected in zip(
            rows,
            (affected for advisory in said.values() for affected in advisory.affected),
            strict=True,
        )
        for one in affected.slices
    )
    AffectedSlice.objects.bulk_create(slices, batch_size=200)


def _fitting(advisory: Advisory) -> Advisory:
    """Leave packages out that no table holds: of a release whose name nobody would write."""
    large = [one for one in advisory.affected if len(one.package.ecosystem) > _LONGEST_ECOSYSTEM]
    if not large:
        return advisory
    return replace(
        advisory,
        affected=tuple(one for one in advisory.affected if one not in large),
        not_covered=(*advisory.not_covered, *(cut(one.package.word, 100) for one in large)),
    )


def _digest(advisory: Advisory, cleared: Mapping[str, Sequence[str]]) -> str:
    """Return a digest of all that is kept of an advisory, and of nothing else."""
    told = (advisory, tuple(cleared.get(advisory.identifier, ())))
    return hashlib.sha256(orjson.dumps(told, default=_said)).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in an advisory")
