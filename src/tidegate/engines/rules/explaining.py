"""Why this date? In plain sentences: what it rests on, who says so, and what moved it."""

from __future__ import annotations

from datetime import date
from typing import Final

from tidegate.engines.rules.clocks import DETECTED_AT, LISTED_ON, Deadline, Start
from tidegate.engines.rules.histories import Computation, Move
from tidegate.engines.rules.readings import Answer, Basis

_STARTS: Final = {
    Start.LISTING: "the day of the listing, which came before any detection that is recorded",
    Start.DETECTION: "the day of the detection on the asset",
    Start.BOTH: "the day of the listing and of the detection on the asset",
}
_LACKING: Final = {
    LISTED_ON: "The day of the listing is missing, and it may be older than the detection.",
    DETECTED_AT: "The instant of the detection is missing.",
}


def explain(computation: Computation) -> tuple[str, ...]:
    """Return why a deadline is what it is, and what moved it since the one before.

    The sentences come in the order in which one would check it by hand: the inputs with their
    sources, the row, the start, the length and the last day, the authority's own date, whom it
    binds, and at last what changed.
    """
    return (*reasons(computation.deadline), *_moved(computation))


def reasons(deadline: Deadline) -> tuple[str, ...]:
    """Return why a deadline is what it is, without what held before it."""
    said = deadline.answer
    if said.policy.reading is None:
        return (_sentence(said.words),)
    return (
        *_inputs(said),
        _row(said),
        *_days(deadline),
        *_authority(deadline),
        _force(deadline),
    )


def _inputs(said: Answer) -> list[str]:
    told = []
    for word, taken in said.inputs.items():
        source = f" ({taken.given.source})" if taken.given.source else ""
        read = f"; {taken.because}" if taken.because else ""
        told.append(f"{word} is {taken.given.value}{source}{read}.")
    return told


def _row(said: Answer) -> str:
    if said.basis is Basis.ROW and said.timeline:
        return f"That is {said.words}: {said.timeline.outcome.name}."
    if said.basis is Basis.STRICTEST_ROW and said.timeline:
        return f"{_sentence(said.words)[:-1]}: row {said.number}, {said.timeline.outcome.name}."
    reading = said.policy.reading
    if said.basis is Basis.UNDETERMINED and reading:
        rows = ", ".join(
            f"{reading.numbering.number(row)} ({row.outcome.name})" for row in said.rows
        )
        return f"{_sentence(said.words)} Still possible of {reading.numbering.of}: {rows}."
    return _sentence(said.words)


def _days(deadline: Deadline) -> list[str]:
    told = []
    length = deadline.answer.strictest
    days = length.days if length else None
    if deadline.start and deadline.start_on and days is not None:
        told.append(f"The clock starts on {deadline.start_on}, {_STARTS[deadline.start]}.")
    told += [_LACKING[name] for name in deadline.missing if name in _LACKING]
    if deadline.due_on and deadline.due_at and days is not None:
        told.append(
            f"{days} calendar days after it, {deadline.due_on} is the last day; it ends at"
            f" {deadline.due_at.isoformat()}, when the next day begins in {deadline.zone}."
        )
    elif deadline.earliest_due_on:
        told.append(f"No day can be told yet; the earliest possible is {deadline.earliest_due_on}.")
    elif deadline.is_determined:
        told.append("That is no day: no calendar runs.")
    if deadline.triage:
        told.append("Forensic triage is due: evidence is collected before anything is patched.")
    return told


def _authority(deadline: Deadline) -> list[str]:
    own = deadline.authority_due_on
    if own is None:
        return []
    if deadline.agrees is None:
        return [f"The authority's own date is {own}; none is computed to compare it with."]
    same = "the same" if deadline.agrees else "not the same; both are kept"
    return [f"The authority's own date is {own}: {same}."]


def _force(deadline: Deadline) -> str:
    reading = deadline.answer.policy.reading
    name = reading.directive if reading else deadline.answer.policy.title
    if deadline.binding_from is None:
        return f"For {deadline.scope} {name} is guidance."
    since = deadline.binding_from
    return f"For {deadline.scope} {name} binds from {since} on; before that it is guidance."


def _moved(computation: Computation) -> list[str]:
    if computation.move is Move.FIRST or computation.before is None:
        return []
    told = [f"{_sentence(str(change))}" for change in computation.changes]
    old, new = (_said(one) for one in (computation.before, computation.deadline))
    if computation.move is Move.SAME:
        return [*told, f"The day stays as it was: {new}."]
    return [*told, f"That moved it from {old} to {new}: {computation.move}."]


def _said(deadline: Deadline) -> str:
    day: date | None = deadline.due_on
    if day:
        return day.isoformat()
    return "no day" if deadline.is_determined else "undetermined"


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
