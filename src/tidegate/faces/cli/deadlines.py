"""By which day, and why? What `tidegate decide` says of a deadline, and what it is given for it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidegate.engines.formats.documents import shown
from tidegate.engines.rules import (
    UNDETERMINED,
    Circumstances,
    Deadline,
    DecisionTable,
    RuleInputError,
    deadline,
    policy_set_for,
    reasons,
    shipped_reading,
)
from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import print_json


def day(text: str, option: str) -> date | None:
    """Return a day; None for an empty text.

    Raises:
        RuleInputError: it is none.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        reason = f"{option} {shown(text)} is no day; write one like 2026-12-07"
        raise RuleInputError(reason) from None


def instant(text: str, option: str) -> datetime | None:
    """Return an instant; None for an empty text.

    Raises:
        RuleInputError: it is none, or has no zone.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise RuleInputError(
            f"{option} {shown(text)} is not an instant; write it with its zone, as"
            " 2026-12-10T12:00:00Z"
        )
    return at


def zone_of(name: str, option: str) -> ZoneInfo:
    """Return a zone by its name.

    Raises:
        RuleInputError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reason = f"{option} {shown(name)} is not known; write one like America/New_York"
        raise RuleInputError(reason) from None


def computed(table: DecisionTable, known: Circumstances, zone: ZoneInfo) -> Deadline:
    """Return the deadline that the shipped policy set of a table gives.

    Raises:
        RuleInputError: no policy set reads the table, or the scope has a set of its own; or what
            is known contradicts itself.
    """
    read = shipped_reading(table)
    if read is None:
        raise RuleInputError(
            f"{table.name} gives no days: no policy set reads it; leave out --listed-on,"
            " --detected-at and --due-date"
        )
    own = policy_set_for(known.scope)
    if own.name != read[0].name and own.reading is None:
        raise RuleInputError(
            f"--scope {known.scope} is under {own.authority}, and no table is loaded for it;"
            " no other authority's is borrowed"
        )
    return deadline(read[0], known, zone)


def say(found: Deadline, today: date, binding: str, as_json: bool) -> None:
    """Print a deadline: the outcome, why, the steps of the triage, and what it is today."""
    said, force = found.answer, found.force(today)
    why = reasons(found)
    if as_json:
        told = found.record() | {
            "force": {"on": today.isoformat(), "is": force.value},
            "why": list(why),
        }
        print_json(said.record() | {"binding": binding, "deadline": told})
        return
    outcome = said.timeline.outcome if said.timeline else None
    _tell(f"{outcome.name}: {outcome.definition}" if outcome else UNDETERMINED)
    _tell(f"due on {found.due_on} ({found.zone})" if found.due_on else "no day")
    for sentence in why:
        _tell(sentence)
    for one in found.triage:
        by = f"advised by {one.due_at.isoformat()}" if one.due_at else f"after {one.step.after}"
        _tell(f"  {one.step.name}, {by}: {one.step.words}")
    _tell(f"Today, {today}, it is {force} for {found.scope}.")
    if said.policy.reading:
        table = said.policy.reading.table
        _tell(f"table {table.name} {table.version}, sha256 {table.sha256}")
    _tell(f"policy set {said.policy.name} {said.policy.version}, sha256 {said.policy.sha256}")


def _tell(text: str) -> None:
    screens.OUT.print(screens.safe(text), highlight=False, soft_wrap=True)
