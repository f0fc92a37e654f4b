"""What sources say comes in: a source that says otherwise now ends what it said before.

Both stay on record, each with its time. EPSS says something else of everything each day, so its
scores are replaced. What is not said any more stays, except a listing in KEV's catalogue: that is
the whole list, and what it lists no more is not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tidegate.desks.exposure import models
from tidegate.desks.exposure.models import Edition
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.services.placing import vulnerability_ids
from tidegate.engines.feeds import Assertion, Kind

_AT_ONCE: Final = 500

_Place = tuple[int, str, str]
"""Id of the vulnerability, source, kind."""


class _Standing(NamedTuple):
    pk: int
    value: Mapping[str, object]
    version: str
    said_at: datetime | None


def put_assertions(
    assertions: Iterable[Assertion], edition: Edition, *, at: datetime
) -> tuple[int, ...]:
    """Keep what sources say now, inside the caller's transaction.

    Whoever calls it lets `deadlines.recompute_vulnerabilities` follow, in the same transaction.

    Args:
        assertions: of any sources and kinds; of two of one source, the last one counts.
        edition: in which they were said.
        at: now.

    Returns:
        the ids of the vulnerabilities of which something else is said than before.
    """
    listed = list(assertions)
    ids = vulnerability_ids(one.vulnerability for one in listed)
    said: dict[_Place, Assertion] = {
        (ids[one.vulnerability], one.source, one.kind.value): one
        for one in listed
        if one.vulnerability in ids
    }
    standing = _standing(said)
    new = [place for place in said if not _is_same(said[place], standing.get(place))]
    kept = [place for place in standing if place not in set(new)]
    _confirm(kept, said, standing, edition)
    scores = [standing[place].pk for place in new if place in standing and _is_score(place)]
    ended = [standing[place].pk for place in new if place in standing and not _is_score(place)]
    for chunk in in_chunks(scores):
        models.Assertion.objects.filter(pk__in=chunk).delete()
    _end(ended, at)
    _begin({place: said[place] for place in new}, edition, at)
    # The day and the model of a score are new each day; whoever lists scores asks for the score.
    return tuple(
        sorted(
            {
                place[0]
                for place in new
                if place not in standing or dict(said[place].value) != standing[place].value
            }
        )
    )


def end_listings(source: str, edition: Edition, *, at: datetime) -> dict[str, int]:
    """End what a catalogue that is whole lists no more, inside the caller's transaction.

    Returns:
        the names of the vulnerabilities, with their ids.
    """
    gone = models.Assertion.objects.filter(
        source=source, kind=models.Assertion.Kind.KEV, ended_at=None
    ).exclude(edition=edition)
    rows = list(gone.order_by("vulnerability__name").values_list("pk", "vulnerability__name"))
    named = dict(gone.values_list("vulnerability__name", "vulnerability"))
    _end([pk for pk, _ in rows], at)
    return {name: named[name] for _, name in rows}


def _standing(said: Mapping[_Place, Assertion]) -> dict[_Place, _Standing]:
    """Return what stands, of those places about which something is said."""
    found: dict[_Place, _Standing] = {}
    for chunk in in_chunks({place[0] for place in said}):
        rows = models.Assertion.objects.filter(vulnerability__in=chunk, ended_at=None).order_by()
        for vulnerability, source, kind, *told in rows.values_list(
            "vulnerability", "source", "kind", "pk", "value", "version", "said_at"
        ):
            if (vulnerability, source, kind) in said:
                found[vulnerability, source, kind] = _Standing(*told)
    return found


def _is_same(said: Assertion, before: _Standing | None) -> bool:
    if before is None or dict(said.value) != before.value:
        return False
    if said.kind is Kind.KEV:
        # Its version is the catalogue's: a listing is the same in the next one.
        return True
    if said.kind is Kind.EPSS:
        return said.version == before.version and said.said_at == before.said_at
    return said.version == before.version


def _is_score(place: _Place) -> bool:
    return place[2] == Kind.EPSS


def _confirm(
    places: Sequence[_Place],
    said: Mapping[_Place, Assertion],
    standing: Mapping[_Place, _Standing],
    edition: Edition,
) -> None:
    """Note that what stands was said again, where that is of a later time."""
    together: dict[tuple[str, datetime | None], list[int]] = {}
    for place in places:
        one, before = said[place], standing[place]
        # A catalogue says all of it again each time; whoever ends its listings asks which.
        if one.kind is Kind.KEV or one.said_at != before.said_at:
            together.setdefault((one.version, one.said_at), []).append(before.pk)
    for (version, said_at), numbers in together.items():
        for chunk in in_chunks(numbers):
            models.Assertion.objects.filter(pk__in=chunk).update(
                version=version, said_at=said_at, edition=edition
            )


def _end(assertions: Sequence[int], at: datetime) -> None:
    for chunk in in_chunks(assertions):
        models.Assertion.objects.filter(pk__in=chunk).update(ended_at=at)


def _begin(said: Mapping[_Place, Assertion], edition: Edition, at: datetime) -> None:
    models.Assertion.objects.bulk_create(
        (
            models.Assertion(
                vulnerability_id=vulnerability,
                source=source,
                kind=kind,
                value=dict(one.value),
                version=one.version,
                said_at=one.said_at,
                edition=edition,
                since=at,
            )
            for (vulnerability, source, kind), one in said.items()
        ),
        batch_size=_AT_ONCE,
    )
