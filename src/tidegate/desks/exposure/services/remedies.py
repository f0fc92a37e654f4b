"""What an operator says it has done about exposures: a fact, put on record, and taken back as one.

Nothing clears by being said. An exposure clears when what is installed shows it; until then it is
'said, not shown'. Where evidence had to be collected first and was not, what was done is recorded
all the same, and the answer says that the order was the other one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import needed
from tidegate.desks.exposure.models import Exposure, RemedySaid, TriageItem
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.remedies import standing_remedy
from tidegate.desks.exposure.queries.triage import is_out_of_order
from tidegate.desks.exposure.services.pasts import past
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation

MOST_AT_ONCE: Final = 10_000
"""Exposures of one saying."""

_REMEDIES: Final = (Exposure.Remedy.MITIGATED, Exposure.Remedy.REMEDIATED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of saying that something was done."""

    exposures: int
    """Of how many it is said now."""
    out_of_order: tuple[str, ...]
    """Keys of those whose evidence had to be collected first, and was not."""
    late: tuple[str, ...]
    """Keys of those whose day was over before it was done."""

    @property
    def warning(self) -> str:
        """What to know of it; empty if all was in order."""
        if not self.out_of_order:
            return ""
        listed = ", ".join(self.out_of_order[:5])
        more = len(self.out_of_order) - 5
        others = f" and {more} more" if more > 0 else ""
        return (
            f"forensic triage is due for {listed}{others}, and no evidence was collected before:"
            " the directive asks for it first. It is recorded as it happened; collect what is left,"
            " and decide the triage"
        )


def say_remedy(
    actor: Actor,
    exposure_keys: Sequence[str],
    remedy: str,
    *,
    done_at: datetime,
    words: str,
    at: datetime,
) -> Answer:
    """Say that exposures were mitigated or remediated: of all of them, or of none.

    Args:
        actor: who may operate what is exposed.
        exposure_keys: of the exposures.
        remedy: `mitigated` or `remediated`; for the directive one is as good as the other.
        done_at: when it was done; it has a zone, and is not in the future, for it is a fact.
        words: what was done.
        at: now.

    Raises:
        NotFoundError: one of them is not there, or not theirs to operate.
        NotPossibleError: the word is not known, the instant is no fact yet, nothing is said of
            what was done, one of them has cleared, or there are none or too many.
    """
    said = needed(words, "what was done")
    moment = past(done_at, "the day on which it was done", at=at)
    if remedy not in _REMEDIES:
        raise NotPossibleError(f"{remedy!r:.40} is no remedy; write mitigated or remediated")
    keys = list(dict.fromkeys(as_written(key) for key in exposure_keys))
    if not keys or len(keys) > MOST_AT_ONCE:
        raise NotPossibleError(
            f"name 1 to {MOST_AT_ONCE:,} exposures at once; these are {len(keys):,}"
        )
    with transaction.atomic():
        rows = _operated(actor, keys, at)
        cleared = [row.key for row in rows if row.cleared_at is not None]
        if cleared:
            listed = ", ".join(cleared[:5])
            raise NotPossibleError(
                f"no advisory holds what is installed now: {listed}; leave those out that have"
                " cleared"
            )
        RemedySaid.objects.bulk_create(
            (
                RemedySaid(
                    exposure=row,
                    remedy=remedy,
                    done_at=moment,
                    words=said,
                    by_id=actor.person,
                    by_name=actor.name,
                    at=at,
                )
                for row in rows
            ),
            batch_size=500,
        )
        for chunk in in_chunks([row.pk for row in rows]):
            Exposure.objects.filter(pk__in=chunk).update(remedy=remedy, remedied_at=moment)
        for organisation, of_it in _by_organisation(rows).items():
            record(
                "remedy-said",
                organisation,
                at=at,
                actor=actor,
                remedy=remedy,
                done_at=shown(moment),
                exposures=sorted(row.key for row in of_it),
            )
        return Answer(
            exposures=len(rows),
            out_of_order=_out_of_order(rows, remedy, moment),
            late=tuple(row.key for row in rows if row.due_at and row.due_at <= moment),
        )


def take_back_remedy(actor: Actor, exposure_key: str, *, at: datetime) -> Exposure:
    """Take back what was last said to have been done; what was said before it holds again.

    Raises:
        NotFoundError: there is no such exposure, or it is not theirs to operate.
        NotPossibleError: nothing is said to have been done about it, or it has cleared.
    """
    key = as_written(exposure_key)
    with transaction.atomic():
        rows = Exposure.objects.select_for_update(of=("self",)).select_related("organisation")
        exposure = find(actor, rows, Act.OPERATE, at=at, key=key)
        if exposure.cleared_at is not None:
            raise NotPossibleError(
                f"{key} has cleared on {shown(exposure.cleared_at)}; there is nothing to take back"
            )
        last = standing_remedy(exposure)
        if last is None:
            raise NotPossibleError(f"nothing is said to have been done about {key}")
        last.taken_back_at = at
        last.save(update_fields=["taken_back_at"])
        before = standing_remedy(exposure)
        exposure.remedy = before.remedy if before else Exposure.Remedy.NONE
        exposure.remedied_at = before.done_at if before else None
        exposure.save(update_fields=["remedy", "remedied_at"])
        record(
            "remedy-taken-back",
            exposure.organisation,
            at=at,
            actor=actor,
            exposure=exposure.key,
            remedy=last.remedy,
            holds=exposure.remedy,
        )
        return exposure


def _operated(actor: Actor, keys: Sequence[str], at: datetime) -> list[Exposure]:
    """Return exposures by their keys, locked in the order of their ids; all of them, or refuse."""
    ids: list[int] = []
    for named in in_chunks(keys):
        ids += Exposure.objects.filter(key__in=named).values_list("pk", flat=True)
    found: list[Exposure] = []
    for chunk in in_chunks(sorted(ids)):
        rows = Exposure.objects.filter(pk__in=chunk).select_related("organisation")
        theirs = narrowed(actor, rows, Act.OPERATE, at=at)
        found += theirs.select_for_update(of=("self",)).order_by("pk")
    missing = set(keys) - {row.key for row in found}
    if missing:
        raise NotFoundError("exposure", next(key for key in keys if key in missing))
    return found


def _out_of_order(rows: Sequence[Exposure], remedy: str, done_at: datetime) -> tuple[str, ...]:
    if remedy != Exposure.Remedy.REMEDIATED:
        return ()
    asked = {row.pk: row for row in rows if row.needs_triage}
    items: dict[int, list[TriageItem]] = defaultdict(list)
    for chunk in in_chunks(asked):
        for item in TriageItem.objects.filter(exposure__in=chunk, taken_back_at=None):
            if item.at >= asked[item.exposure_id].detected_at:
                items[item.exposure_id].append(item)
    return tuple(row.key for pk, row in asked.items() if is_out_of_order(done_at, items[pk]))


def _by_organisation(rows: Sequence[Exposure]) -> dict[Organisation, list[Exposure]]:
    grouped: dict[Organisation, list[Exposure]] = defaultdict(list)
    for row in rows:
        grouped[row.organisation].append(row)
    return grouped
