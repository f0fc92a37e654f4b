"""Why this date? The same sentences as `rules.reasons`, from the record that was kept of it. Pure.

A record (`rules.Deadline.record()`) holds all that a deadline rested on when it was computed. So
the answer is that of its time, whatever has changed since: tables, policy sets, what sources say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from tidegate.engines.rules import Basis, Change, Force, Move, Start
from tidegate.engines.rules.clocks import DETECTED_AT, LISTED_ON

Record = Mapping[str, Any]
"""What `rules.Deadline.record()` returned."""

_STARTS: Final = {
    Start.LISTING: "the day of the listing, which came before any detection that is recorded",
    Start.DETECTION: "the day of the detection on the asset",
    Start.BOTH: "the day of the listing and of the detection on the asset",
}
_LACKING: Final = {
    LISTED_ON: "The day of the listing is missing, and it may be older than the detection.",
    DETECTED_AT: "The instant of the detection is missing.",
}


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
    record: Record, before: Record | None, move: str, changes: tuple[Change, ...]
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


def force_on(binding_from: date | None, day: date) -> Force:
    """Return what a deadline is to whoever misses it, on a day in the agency's zone."""
    binds = binding_from is not None and day >= binding_from
    return Force.BINDING if binds else Force.GUIDANCE


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
