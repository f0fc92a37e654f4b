"""Forensic triage of an exposure: what was collected, in which steps, and what it has come to.

That triage is done is a duty where the deadline says so; the hours of its steps are advice. What is
never advice is the order: evidence is collected before anything is remediated.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.instants import shown
from tidegate.desks.exposure.models import (
    Deadline,
    Exposure,
    RemedySaid,
    TriageDecision,
    TriageItem,
)
from tidegate.engines.formats.spreadsheet_cells import guarded

COLUMNS: Final = (
    "number",
    "item",
    "system",
    "collected_at",
    "collector",
    "sha256",
    "words",
    "logged_by",
    "logged_at",
    "taken_back_at",
)
"""Of the log as CSV."""


@dataclass(frozen=True, slots=True)
class ItemShown:
    """A line of the log."""

    number: int
    """By which it is referred to; lines that were taken back keep theirs."""
    item: str
    system: str
    collected_at: datetime
    collector: str
    sha256: str
    words: str
    logged_by: str
    """Empty where no person did."""
    logged_at: datetime
    taken_back_at: datetime | None
    is_before_remedy: bool
    """Whether it was collected before anything is said to have been remediated."""


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """What the triage has come to; a later one replaces an earlier one."""

    outcome: str
    """`no-evidence`, `suspected` or `confirmed`."""
    words: str
    decided_at: datetime
    decided_by: str
    reported_at: datetime | None
    """When a confirmed compromise was reported to the authority."""
    is_to_report: bool
    """It is confirmed, and not reported yet."""
    at: datetime


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step, when it is advised, and whether it was done as far as the log shows."""

    step: str
    words: str
    begins_at: datetime | None
    due_at: datetime | None
    after: str
    is_done: bool | None
    """None where nothing that is kept would show it."""
    is_over: bool
    """Its advised hour is over, and it was not done. That breaks no duty."""


@dataclass(frozen=True, slots=True)
class Triage:
    """The forensic triage of one exposure."""

    is_due: bool
    """By the newest deadline."""
    was_due: bool
    """By this or an earlier one since it was found; what was collected then is still here."""
    is_open: bool
    """It is due, and was not decided."""
    was_out_of_order: bool
    """It was remediated before any evidence was collected."""
    steps: tuple[StepShown, ...]
    items: tuple[ItemShown, ...]
    """In the order in which they were logged; those that were taken back among them."""
    decisions: tuple[DecisionShown, ...]
    """The newest first; the first one holds."""


def triage_page(actor: Actor, exposure_key: str, *, at: datetime) -> Triage:
    """Return the forensic triage of an exposure.

    Raises:
        NotFoundError: there is no such exposure, or not for them.
    """
    exposure = find(actor, Exposure.objects.all(), at=at, key=as_written(exposure_key))
    return triage_of(exposure, at=at)


def triage_log(actor: Actor, exposure_key: str, *, at: datetime) -> bytes:
    """Return the log as CSV (RFC 4180, UTF-8), as it is handed to an authority.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.

    Raises:
        NotFoundError: there is no such exposure, or not for them.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in triage_page(actor, exposure_key, at=at).items:
        cells = (
            str(one.number),
            one.item,
            one.system,
            shown(one.collected_at),
            one.collector,
            one.sha256,
            one.words,
            one.logged_by,
            shown(one.logged_at),
            shown(one.taken_back_at) if one.taken_back_at else "",
        )
        writer.writerow([guarded(cell) for cell in cells])
    return text.getvalue().encode()


def triage_of(exposure: Exposure, *, at: datetime) -> Triage:
    """Return the forensic triage of an exposure; not narrowed by the policy."""
    items = list(TriageItem.objects.filter(exposure=exposure).select_related("by").order_by("pk"))
    decisions = list(
        TriageDecision.objects.filter(exposure=exposure).select_related("by").order_by("-pk")
    )
    remediated_at, found_at = first_remediated_at(exposure), exposure.detected_at
    # What was found anew is looked at anew.
    standing = [one for one in items if one.taken_back_at is None and one.at >= found_at]
    deciding = [one for one in decisions if one.at >= found_at]
    steps = _advised(exposure)
    is_due = exposure.needs_triage
    return Triage(
        is_due=is_due,
        was_due=is_due or bool(steps),
        is_open=is_due and exposure.cleared_at is None and not deciding,
        was_out_of_order=is_due and is_out_of_order(remediated_at, standing),
        steps=_steps(steps, standing, deciding, remediated_at, exposure, at),
        items=tuple(
            ItemShown(
                number,
                one.item,
                one.system,
                one.collected_at,
                one.collector,
                one.sha256,
                one.words,
                one.by.name if one.by else "",
                one.at,
                one.taken_back_at,
                remediated_at is None or one.collected_at <= remediated_at,
            )
            for number, one in enumerate(items, 1)
        ),
        decisions=tuple(
            DecisionShown(
                one.outcome,
                one.words,
                one.decided_at,
                one.by_name,
                one.reported_at,
                one.outcome == TriageDecision.Outcome.CONFIRMED and one.reported_at is None,
                one.at,
            )
            for one in decisions
        ),
    )


def first_remediated_at(exposure: Exposure) -> datetime | None:
    """Return when an exposure was first remediated, as is said of it since it was found."""
    said = RemedySaid.objects.filter(
        exposure=exposure,
        remedy=Exposure.Remedy.REMEDIATED,
        taken_back_at=None,
        at__gte=exposure.detected_at,
    )
    return said.order_by("done_at").values_list("done_at", flat=True).first()


def is_out_of_order(remediated_at: datetime | None, items: Sequence[TriageItem]) -> bool:
    """Say whether something was remediated before any of these was collected."""
    if remediated_at is None:
        return False
    return all(one.collected_at > remediated_at for one in items)


def _advised(exposure: Exposure) -> list[dict[str, str | None]]:
    """Return the steps of the newest computation that asked for triage since it was found."""
    computed = Deadline.objects.filter(exposure=exposure, at__gte=exposure.detected_at)
    for record in computed.order_by("-number").values_list("record", flat=True):
        steps: list[dict[str, str | None]] = record["deadline"]["triage"]
        if steps:
            return steps
    return []


def _steps(
    steps: list[dict[str, str | None]],
    items: Sequence[TriageItem],
    decisions: Sequence[TriageDecision],
    remediated_at: datetime | None,
    exposure: Exposure,
    at: datetime,
) -> tuple[StepShown, ...]:
    done = {
        "collect": bool(items),
        "patch": remediated_at is not None
        or exposure.remedy != Exposure.Remedy.NONE
        or exposure.cleared_at is not None,
        "decide": bool(decisions),
    }
    told = []
    for one in steps:
        due_at = datetime.fromisoformat(one["due_at"]) if one["due_at"] else None
        begins_at = datetime.fromisoformat(one["begins_at"]) if one["begins_at"] else None
        name = one["step"] or ""
        is_done = done.get(name)
        told.append(
            StepShown(
                name,
                one["words"] or "",
                begins_at,
                due_at,
                one["after"] or "",
                is_done,
                is_done is False and due_at is not None and due_at <= at,
            )
        )
    return tuple(told)
