"""Lines of an adoption report, kept: what is new, what is known, and what cannot be taken.

The caller holds the organisation, and has found out which publications it may speak of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.instants import shown
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import Adoption, AdoptionCount, Publication
from tidegate.desks.publications.states.adoption import SHOWING, Basis, Stage, is_stronger

SKEW: Final = timedelta(minutes=5)
"""By how much a client's clock may be wrong: what is so far ahead counts as now, and what is so far
before the publication as then."""
MOST_ASSETS: Final = 100_000
"""Of one organisation and publication, by the client's own names."""

_RESTS_ON_NOTHING: Final = (
    "`verified` rests on an inventory or on a run, and this count names neither; add `basis`, or"
    " count it as `applied`"
)
_NOT_HERE: Final = (
    "there is no publication of this name, or it is not for your organisation; pull what is"
    " published, and report again"
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a report that was not taken."""

    line: int
    """From 0, in `stages` or `counts`."""
    advisory: str
    words: str
    """Why, and what to do."""


Kept = tuple[int, int, list[LeftOut]]
"""How many lines were new, how many were known, and what was left out."""


def keep_stages(
    actor: Actor,
    organisation: Organisation,
    lines: Sequence[Mapping[str, Any]],
    known: Mapping[str, Publication],
    at: datetime,
) -> Kept:
    """Keep stages of single assets; of one that is told twice, the stronger basis counts.

    Raises:
        NotPossibleError: there are too many assets; nothing is kept.
    """
    left_out: list[LeftOut] = []
    told: dict[tuple[int, str, str], Adoption] = {}
    repeated = 0
    for number, line in enumerate(lines):
        row, reason = known.get(line["advisory"]), ""
        if row is None:
            reason = _NOT_HERE
        else:
            moment, reason = _moment(line["at"], row, at)
        if row is None or reason:
            left_out.append(LeftOut(number, line["advisory"], reason))
            continue
        place = (row.pk, line["stage"], line["asset"])
        repeated += place in told
        if place not in told or is_stronger(Basis(line["basis"]), Basis(told[place].basis)):
            told[place] = Adoption(
                publication=row,
                organisation=organisation,
                stage=line["stage"],
                reference=line["asset"],
                basis=line["basis"],
                receipt_sha256=line.get("receipt_sha256", ""),
                happened_at=moment,
                recorded_at=at,
                said_by=actor.name,
            )
    kept = _kept(organisation, {row.pk for row in known.values()})
    new = [one for place, one in told.items() if place not in kept]
    _check_room(organisation, new)
    Adoption.objects.bulk_create(new, batch_size=500)
    firmer = []
    for place, one in told.items():
        before = kept.get(place)
        if before is not None and is_stronger(Basis(one.basis), Basis(before.basis)):
            # When it was reached stays as it was said first.
            before.basis, before.receipt_sha256 = one.basis, one.receipt_sha256
            firmer.append(before)
    Adoption.objects.bulk_update(firmer, ["basis", "receipt_sha256"], batch_size=500)
    changed = len(new) + len(firmer)
    return changed, repeated + len(told) - changed, left_out


def keep_counts(
    organisation: Organisation,
    lines: Sequence[Mapping[str, Any]],
    known: Mapping[str, Publication],
    at: datetime,
) -> Kept:
    """Keep counts; they take the place of those that were told before."""
    left_out: list[LeftOut] = []
    told: dict[tuple[int, str], tuple[int, str]] = {}
    repeated = 0
    for number, line in enumerate(lines):
        row, basis = known.get(line["advisory"]), line.get("basis", "")
        if row is None or (line["stage"] == Stage.VERIFIED and basis not in SHOWING):
            reason = _NOT_HERE if row is None else _RESTS_ON_NOTHING
            left_out.append(LeftOut(number, line["advisory"], reason))
            continue
        repeated += (row.pk, line["stage"]) in told
        told[row.pk, line["stage"]] = (line["assets"], basis)
    standing: dict[tuple[int, str], AdoptionCount] = {}
    for chunk in in_chunks({pk for pk, _ in told}):
        rows = AdoptionCount.objects.filter(
            organisation=organisation, publication__in=chunk, replaced_at=None
        )
        standing |= {(row.publication_id, row.stage): row for row in rows}
    changed = {
        place: said
        for place, said in told.items()
        if place not in standing or (standing[place].assets, standing[place].basis) != said
    }
    for chunk in in_chunks([standing[place].pk for place in changed if place in standing]):
        AdoptionCount.objects.filter(pk__in=chunk).update(replaced_at=at)
    AdoptionCount.objects.bulk_create(
        (
            AdoptionCount(
                publication_id=publication,
                organisation=organisation,
                stage=stage,
                assets=assets,
                basis=basis,
                happened_at=at,
                recorded_at=at,
            )
            for (publication, stage), (assets, basis) in changed.items()
        ),
        batch_size=500,
    )
    return len(changed), repeated + len(told) - len(changed), left_out


def _moment(text: str, row: Publication, at: datetime) -> tuple[datetime, str]:
    """Return when a stage was reached, and why that cannot be."""
    published = row.published_at
    assert published is not None  # only what is published was asked for
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(at.tzinfo)
    except (ValueError, OverflowError):
        return at, f"{text!r:.40} is no instant; write it like 2026-11-30T12:00:00Z"
    if moment > at + SKEW:
        return at, f"{text} has not come yet by our clock ({shown(at)}); set the client's clock"
    if moment < published - SKEW:
        return at, (
            f"{text} is before it was published, on {shown(published)}; set the client's clock, or"
            " leave it out"
        )
    return min(max(moment, published), at), ""


def _kept(
    organisation: Organisation, publications: Iterable[int]
) -> dict[tuple[int, str, str], Adoption]:
    kept: dict[tuple[int, str, str], Adoption] = {}
    for chunk in in_chunks(publications):
        rows = Adoption.objects.filter(
            organisation=organisation, publication__in=chunk, asset=None
        ).exclude(reference="")
        kept |= {(row.publication_id, row.stage, row.reference): row for row in rows}
    return kept


def _check_room(organisation: Organisation, new: Sequence[Adoption]) -> None:
    by_publication: dict[int, set[str]] = {}
    for row in new:
        by_publication.setdefault(row.publication_id, set()).add(row.reference)
    for publication, names in by_publication.items():
        rows = Adoption.objects.filter(
            organisation=organisation, publication=publication, asset=None
        )
        if rows.values("reference").distinct().count() + len(names) > MOST_ASSETS:
            raise NotPossibleError(
                f"more than {MOST_ASSETS:,} assets are reported for one publication; report in the"
                " mode counts"
            )
