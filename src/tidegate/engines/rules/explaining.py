"""Why this date? In plain sentences: what it rests on, who says so, and what moved it.

All of it is told from the record of a deadline (`Deadline.record()`), which holds all that it
rested on when it was computed. So what was kept years ago is explained as it was that day, whatever
has changed since: tables, policy sets, what sources say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tidegate.engines.rules.clocks import DETECTED_AT, LISTED_ON, Deadline, Start
from tidegate.engines.rules.histories import Change, Computation, Move
from tidegate.engines.rules.readings import Basis

Record: TypeAlias = Mapping[str, Any]
"""What `Deadline.record()` returned."""

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
    record = computation.deadline.record()
    before = computation.before.record() if computation.before else None
    return (*why(record), *why_moved(record, before, computation.move, computation.changes))


def reasons(deadline: Deadline) -> tuple[str, ...]:
    """Return why a deadline is what it is, without what held before it."""
    return why(deadline.record())


def why(record: Record) -> tuple[str, ...]:
    """Return why a deadline is what it is, in the order in which one would check it by hand."""
    if "directive" not in record:
        return (_sentence(record["words"]),)
    return (
        *_inputs(record),
        _row(record),
        *_days(record),
        *_authority(record),
        _force(record),
    )


def why_moved(
    record: Record, before: Record | None, move: str, changes: Sequence[Change]
) -> tuple[str, ...]:
    """Return what moved a deadline from the one before; nothing for the first one."""
    if before is None or move == Move.FIRST:
        return ()
    told = tuple(_sentence(str(change)) for change in changes)
    old, new = _day_of(before), _day_of(record)
    if move == Move.SAME:
        return (*told, f"The day stays as it was: {new}.")
    return (*told, f"That moved it from {old} to {new}: {move}.")


def is_determined(record: Record) -> bool:
    """Say whether it is known what is due."""
    if record["basis"] in {Basis.UNDETERMINED, Basis.NO_TABLE}:
        return False
    return not {LISTED_ON, DETECTED_AT}.intersection(record["missing"])


def _inputs(record: Record) -> Iterator[str]:
    for word, taken in record["inputs"].items():
        source = f" ({taken['source']})" if taken["source"] else ""
        read = f"; {taken['because']}" if "because" in taken else ""
        yield f"{word} is {taken['value']}{source}{read}."


def _row(record: Record) -> str:
    words, basis = record["words"], record["basis"]
    if basis == Basis.ROW:
        return f"That is {words}: {record['outcome']}."
    if basis == Basis.STRICTEST_ROW:
        return f"{_sentence(words)[:-1]}: row {record['row']}, {record['outcome']}."
    if basis == Basis.UNDETERMINED:
        rows = ", ".join(f"{one['row']} ({one['outcome']})" for one in record["possible"])
        return f"{_sentence(words)} Still possible of {record['rows_are']}: {rows}."
    return _sentence(words)


def _days(record: Record) -> Iterator[str]:
    earliest = record["earliest_due_on"]
    if earliest:
        start = _STARTS[Start(record["start"])]
        yield f"The clock starts on {record['start_on']}, {start}."
    yield from (_LACKING[name] for name in record["missing"] if name in _LACKING)
    if record["due_on"]:
        yield (
            f"{record['days']} calendar days after it, {record['due_on']} is the last day; it ends"
            f" at {record['due_at']}, when the next day begins in {record['zone']}."
        )
    elif earliest:
        yield f"No day can be told yet; the earliest possible is {earliest}."
        if latest := record.get("latest_due_on"):
            yield f"Whatever turns out to hold, it is late once {latest} is over."
    elif is_determined(record):
        yield "That is no day: no calendar runs."
    if record["triage"]:
        yield "Forensic triage is due: evidence is collected before anything is patched."


def _authority(record: Record) -> Iterator[str]:
    own, agrees = record["authority"]["due_on"], record["authority"]["agrees"]
    if own is None:
        return
    if agrees is None:
        yield f"The authority's own date is {own}; none is computed to compare it with."
        return
    same = "the same" if agrees else "not the same; both are kept"
    yield f"The authority's own date is {own}: {same}."


def _force(record: Record) -> str:
    scope, name, since = record["scope"], record["directive"], record["binding_from"]
    if since is None:
        return f"For {scope} {name} is guidance."
    return f"For {scope} {name} binds from {since} on; before that it is guidance."


def _day_of(record: Record) -> str:
    if record["due_on"]:
        return str(record["due_on"])
    return "no day" if is_determined(record) else "undetermined"


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
