"""Forensic triage: evidence is collected and logged before anything is patched, then it is decided.

A line of the log is never changed. One that was wrong is taken back, stays where it stands, and
another one is logged. A decision is replaced by a later one, and stays as well.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import needed, worded
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.exposure.models import Exposure, TriageDecision, TriageItem
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.exposure.services.pasts import past
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError

MOST_ITEMS: Final = 10_000
"""Lines of one log."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def collect(
    actor: Actor,
    exposure_key: str,
    item: str,
    system: str,
    collected_at: datetime,
    collector: str,
    *,
    sha256: str = "",
    words: str = "",
    at: datetime,
) -> TriageItem:
    """Log a piece of evidence.

    It may be logged whether triage is due or not, and after the exposure has cleared: it happened.

    Args:
        actor: who may operate what is exposed.
        exposure_key: of the exposure.
        item: what was collected, such as `memory image`.
        system: from which system.
        collected_at: when; not in the future.
        collector: who collected it, by name.
        sha256: of the evidence, in hexadecimal digits; may be empty.
        words: what else there is to say.
        at: now.

    Raises:
        NotFoundError: there is no such exposure, or it is not theirs to operate.
        NotPossibleError: a value is missing or cannot be kept, or the instant is in the future.
    """
    columns = {
        "item": _line(item, "what was collected", 300),
        "system": _line(system, "the system that it was collected from", 200),
        "collector": _line(collector, "the name of who collected it", 200),
        "words": worded(words, "what is said of the evidence"),
        "sha256": _digest(sha256),
        "collected_at": past(collected_at, "the instant of the collection", at=at),
    }
    with transaction.atomic():
        exposure = _held(actor, exposure_key, at)
        if TriageItem.objects.filter(exposure=exposure).count() >= MOST_ITEMS:
            raise NotPossibleError(
                f"the log of {exposure.key} has {MOST_ITEMS:,} lines; log the rest as one item,"
                " with the digest of a list"
            )
        made = TriageItem.objects.create(exposure=exposure, by_id=actor.person, at=at, **columns)
        record(
            "evidence-logged",
            exposure.organisation,
            at=at,
            actor=actor,
            exposure=exposure.key,
            item=number_of(made),
            sha256=made.sha256,
            collected_at=shown(made.collected_at),
        )
        return made


def take_back_item(actor: Actor, exposure_key: str, number: int, *, at: datetime) -> TriageItem:
    """Take back a line of the log, by its number; it stays where it stands, and does not count.

    Raises:
        NotFoundError: there is no such exposure, or it is not theirs to operate.
        NotPossibleError: there is no such line, or it was taken back already.
    """
    with transaction.atomic():
        exposure = _held(actor, exposure_key, at)
        items = list(TriageItem.objects.filter(exposure=exposure).order_by("pk"))
        if not 1 <= number <= len(items):
            raise NotPossibleError(
                f"the log of {exposure.key} has {len(items)} lines, and no line {number}"
            )
        item = items[number - 1]
        if item.taken_back_at is not None:
            raise NotPossibleError(
                f"line {number} was taken back on {shown(item.taken_back_at)} already"
            )
        item.taken_back_at = at
        item.save(update_fields=["taken_back_at"])
        record(
            "evidence-taken-back",
            exposure.organisation,
            at=at,
            actor=actor,
            exposure=exposure.key,
            item=number,
        )
        return item


def decide_triage(
    actor: Actor,
    exposure_key: str,
    outcome: str,
    words: str,
    *,
    decided_at: datetime,
    reported_at: datetime | None = None,
    at: datetime,
) -> TriageDecision:
    """Put on record what forensic triage has come to; it replaces what was decided before.

    Args:
        actor: who may operate what is exposed.
        exposure_key: of the exposure.
        outcome: `no-evidence`, `suspected` or `confirmed`.
        words: why.
        decided_at: when it was decided; not in the future.
        reported_at: when a confirmed compromise was reported to the authority; None if it was not.
        at: now.

    Raises:
        NotFoundError: there is no such exposure, or it is not theirs to operate.
        NotPossibleError: the word is not known, no reason is given, an instant is in the future, or
            something is said to be reported that is not confirmed.
    """
    said = needed(words, "the reason of the decision")
    if outcome not in TriageDecision.Outcome.values:
        raise NotPossibleError(
            f"{outcome!r:.40} is nothing that triage comes to; choose"
            f" {listed(TriageDecision.Outcome.values)}"
        )
    decided = past(decided_at, "the instant of the decision", at=at)
    reported = past(reported_at, "the instant of the report", at=at) if reported_at else None
    if reported and outcome != TriageDecision.Outcome.CONFIRMED:
        raise NotPossibleError(
            "a compromise is reported once it is confirmed; leave the report out, or decide so"
        )
    with transaction.atomic():
        exposure = _held(actor, exposure_key, at)
        made = TriageDecision.objects.create(
            exposure=exposure,
            outcome=outcome,
            words=said,
            decided_at=decided,
            by_id=actor.person,
            by_name=actor.name,
            reported_at=reported,
            at=at,
        )
        record(
            "triage-decided",
            exposure.organisation,
            at=at,
            actor=actor,
            exposure=exposure.key,
            outcome=outcome,
            decided_at=shown(decided),
            reported_at=shown(reported) if reported else "",
        )
        return made


def number_of(item: TriageItem) -> int:
    """Return the number of a line in its log, from 1."""
    return TriageItem.objects.filter(exposure=item.exposure_id, pk__lte=item.pk).count()


def _held(actor: Actor, exposure_key: str, at: datetime) -> Exposure:
    """Return an exposure that `actor` may operate, locked."""
    rows = Exposure.objects.select_for_update(of=("self",)).select_related("organisation")
    return find(actor, rows, Act.OPERATE, at=at, key=as_written(exposure_key))


def _line(text: str, what: str, longest: int) -> str:
    kept = line(text, what, longest)
    if not kept:
        raise NotPossibleError(f"{what} is missing; write 1 to {longest} characters")
    return kept


def _digest(text: str) -> str:
    digest = text.strip().lower()
    if digest and not _DIGEST.fullmatch(digest):
        raise NotPossibleError(
            f"{digest[:80]!r} is no SHA-256 digest; write its 64 hexadecimal digits"
        )
    return digest
