"""'Why this date?' in plain sentences: what is known, the row, the clock, CISA's date, what binds.

The desk's record answers for its own time; nothing is computed here. Every value stands with who
says so, when that was said, and since when it has counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tidegate.desks.exposure.queries.deadlines import DeadlineShown, InputShown, Moved
from tidegate.desks.exposure.queries.feeds import EditionRow
from tidegate.desks.exposure.queries.said import SourceSaid
from tidegate.engines.rules import UNKNOWN, Basis, Change, Start
from tidegate.faces.console.coordination_words import said_in
from tidegate.faces.console.exposure_words import SCOPES

_KEV: Final = "in_kev"
_PUBLIC: Final = "publicly_exposed"
_AUTOMATABLE: Final = "automatable"
_IMPACT: Final = "technical_impact"

_QUESTIONS: Final[Mapping[str, str]] = {
    _KEV: "Is it known to be exploited?",
    _PUBLIC: "Is the asset reached over a public network?",
    _AUTOMATABLE: "Can an attack be automated?",
    _IMPACT: "What does an attacker gain?",
}
_ANSWERS: Final[Mapping[tuple[str, str], str]] = {
    (_KEV, "yes"): "Yes, CISA's catalogue lists it.",
    (_KEV, "no"): "No, CISA's catalogue does not list it.",
    (_KEV, UNKNOWN): "Nobody can tell: the catalogue was never loaded here.",
    (_PUBLIC, "yes"): "Yes.",
    (_PUBLIC, "no"): "No.",
    (_PUBLIC, UNKNOWN): "Nobody has said.",
    (_AUTOMATABLE, "yes"): "Yes, from finding a target to attacking it.",
    (_AUTOMATABLE, "no"): "No, some step of it takes a person.",
    (_AUTOMATABLE, UNKNOWN): "Nobody has published that.",
    (_IMPACT, "total"): "All: control of what is attacked, or everything that it knows.",
    (_IMPACT, "partial"): "A part; a denial of service counts as this.",
    (_IMPACT, UNKNOWN): "Nobody has published that.",
}
_NO_CALENDAR: Final = (
    "No calendar runs: it is fixed the next time that the asset is upgraded or rebuilt on schedule."
)
_READ_AS: Final[Mapping[tuple[str, str], str]] = {
    (_PUBLIC, "yes"): "So it counts as public",
}
_MISSING: Final[Mapping[str, str]] = {
    _KEV: "whether it is known to be exploited",
    _PUBLIC: "whether the asset is reached over a public network",
    _AUTOMATABLE: "whether an attack can be automated",
    _IMPACT: "what an attacker gains",
}
_FACTS: Final[Mapping[str, str]] = {
    _KEV: "Known to be exploited",
    _PUBLIC: "Reached over a public network",
    _AUTOMATABLE: "Attack can be automated",
    _IMPACT: "What an attacker gains",
    "scope": "Scope of the asset",
    "policy set": "Policy set",
    "detected_at": "Found on the asset",
    "listed_on": "Listed by CISA",
    "listed_at": "Listed by CISA",
    "authority_due_on": "CISA's own date",
    "authority_asks_triage": "CISA asks for forensic triage",
    "zone": "Zone in which a day ends",
}
"""What a deadline rests on, as it is said in a history."""


@dataclass(frozen=True, slots=True)
class Known:
    """One value that the table was asked with, as people would ask and answer."""

    word: str
    """Of the decision point."""
    value: str
    question: str
    answer: str
    read_as: str
    """How it was read, where that is another value; empty else."""
    source: str
    said_at: datetime | None
    """By its source's own clock."""
    since: datetime | None
    """Since when it has counted here."""
    is_known: bool
    address: str
    """Where it can be looked at, or changed; may be empty."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change in a deadline's history, in words."""

    what: str
    before: str
    after: str
    source: str


def known_of(
    deadline: DeadlineShown,
    said: Sequence[SourceSaid],
    moves: Sequence[Moved],
    *,
    catalogue: EditionRow | None,
    asset: str,
    vulnerability: str,
) -> tuple[Known, ...]:
    """Return what the table was asked with, in the order in which it asks.

    Args:
        deadline: as it was computed.
        said: what sources say of the vulnerability, for their dates.
        moves: every computation, the newest first, for since when a value has counted.
        catalogue: CISA's catalogue as it counts now, for its date where it does not list it.
        asset: the asset's key.
        vulnerability: its name.
    """
    return tuple(
        _known(one, said, moves, catalogue, asset=asset, vulnerability=vulnerability)
        for one in deadline.inputs
    )


def row_of(deadline: DeadlineShown) -> str:
    """Return what the values come to, in a sentence."""
    outcome = f"\N{LEFT DOUBLE QUOTATION MARK}{deadline.outcome}\N{RIGHT DOUBLE QUOTATION MARK}"
    if deadline.basis == Basis.NO_TABLE:
        return f"{_sentence(deadline.words)} Another authority's table is not borrowed."
    if deadline.basis == Basis.ROW:
        return f"Together these are row {deadline.row} of {deadline.rows_are}: {outcome}."
    if deadline.basis == Basis.STRICTEST_ROW:
        return (
            f"{_sentence(deadline.words)} The strictest row that is still possible holds: row"
            f" {deadline.row} of {deadline.rows_are}, {outcome}."
        )
    if deadline.basis == Basis.UNDETERMINED:
        missing = _listed([_MISSING.get(word, _spaced(word)) for word in deadline.missing])
        return (
            f"Nobody has said {missing}, and {deadline.directive} lets nobody guess. So no row"
            " holds yet."
        )
    return _sentence(deadline.words)


def possible_of(deadline: DeadlineShown) -> tuple[tuple[int, str], ...]:
    """Return row and outcome of what is still possible, where it is not known which one holds."""
    if deadline.basis not in (Basis.UNDETERMINED, Basis.STRICTEST_ROW):
        return ()
    return tuple(sorted((one.row, one.outcome) for one in deadline.possible))


def clock_of(deadline: DeadlineShown, detected_at: datetime) -> tuple[str, ...]:
    """Return where the clock starts and where it ends, in sentences; none where none runs."""
    if not deadline.directive:
        return ()
    zone = deadline.zone
    told: list[str] = []
    if deadline.start_on:
        told.append(_start(deadline, detected_at))
    if deadline.due_on and deadline.days is not None:
        told.append(
            f"{deadline.days} calendar days later is {said_day(deadline.due_on)}, the last day."
            f" It ends when the day ends in {zone}"
            + (f": {_instant(deadline.due_at)}." if deadline.due_at else ".")
        )
    elif deadline.is_determined:
        return (_NO_CALENDAR,)
    elif deadline.earliest_due_on:
        told.append(
            f"No day can be told yet; the earliest that is possible is"
            f" {said_day(deadline.earliest_due_on)}. Plan for that one."
        )
    return tuple(told)


def authority_of(deadline: DeadlineShown) -> str:
    """Return what CISA's own date says beside the computed one; empty where it has none."""
    own = deadline.authority_due_on
    if own is None:
        return ""
    said = f"CISA's catalogue gives {said_day(own)} as its own date"
    if deadline.due_on is None:
        return f"{said}; none is computed to compare it with."
    if own == deadline.due_on:
        return f"{said}: the same."
    apart = abs((own - deadline.due_on).days)
    side = "later" if own > deadline.due_on else "earlier"
    return (
        f"{said}, {_count(apart, 'day')} {side} than the computed one. Both are kept; what is"
        " computed for this asset is what lists show."
    )


def force_of(deadline: DeadlineShown) -> str:
    """Return for whom it binds, since when, or that it is guidance, in a sentence."""
    scope = said_in(SCOPES, deadline.scope)
    if not deadline.directive:
        return f"The asset belongs to {scope}."
    since = deadline.binding_from
    if since is None:
        return f"For {scope}, {deadline.directive} is guidance: it binds nobody there."
    return f"For {scope}, {deadline.directive} binds from {said_day(since)} on; before, it guides."


def tree_of(deadline: DeadlineShown, said: Sequence[SourceSaid], detected_at: datetime) -> str:
    """Return the address of the table as a tree, with what it was asked with and the days.

    There the same is computed once more, step by step. Empty where no table is loaded.
    """
    if deadline.table is None:
        return ""
    listed = _listing(said)
    found = detected_at.astimezone(ZoneInfo(deadline.zone)).date()
    asked = {
        **{one.name: one.value for one in deadline.inputs},
        "scope": deadline.scope,
        "zone": deadline.zone,
        "detected_at": found.isoformat(),
        "listed_on": str(listed.value.get("dateAdded") or "") if listed else "",
    }
    return f"/tables/{deadline.table.name}?{urlencode(asked)}"


def told_of(move: Moved) -> tuple[Told, ...]:
    """Return what was different in a computation, in words."""
    return tuple(_told(one) for one in move.changes)


def said_day(value: date) -> str:
    """Return a day as people write it."""
    return f"{value:%-d %b %Y}"


def _known(
    one: InputShown,
    said: Sequence[SourceSaid],
    moves: Sequence[Moved],
    catalogue: EditionRow | None,
    *,
    asset: str,
    vulnerability: str,
) -> Known:
    source = _source(one, said)
    said_at = source.said_at if source else None
    if one.name == _KEV and catalogue and catalogue.version and catalogue.version in one.source:
        said_at = catalogue.said_at
    read_as = ""
    if one.read_as and one.read_as != one.value:
        start = _READ_AS.get(
            (one.name, one.read_as),
            f"It is read as \N{LEFT DOUBLE QUOTATION MARK}"
            f"{one.read_as}\N{RIGHT DOUBLE QUOTATION MARK}",
        )
        read_as = f"{start}: {_sentence(one.because)}"
    address = f"/assets/{asset}" if one.name == _PUBLIC else ""
    if source is not None:
        address = f"/vulnerabilities/{vulnerability}"
    return Known(
        word=one.name,
        value=one.value,
        question=_QUESTIONS.get(one.name, f"{_fact(one.name)}?"),
        answer=_ANSWERS.get((one.name, one.value), f"{_spaced(one.value)}."),
        read_as=read_as,
        source="said by its operator" if one.name == _PUBLIC and one.source else one.source,
        said_at=said_at,
        since=_since(one.name, moves),
        is_known=one.value != UNKNOWN,
        address=address,
    )


def _source(one: InputShown, said: Sequence[SourceSaid]) -> SourceSaid | None:
    """Return the assertion that a value rests on, if it still stands."""
    if one.value == UNKNOWN or one.name == _PUBLIC:
        return None
    if one.name == _KEV:
        return _listing(said)
    return next((each for each in said if each.kind == "ssvc" and each.source in one.source), None)


def _listing(said: Sequence[SourceSaid]) -> SourceSaid | None:
    """Return what CISA's catalogue says; None where it does not list it."""
    return next((one for one in said if one.kind == one.source == "kev"), None)


def _since(name: str, moves: Sequence[Moved]) -> datetime | None:
    """Return when the computation was made that first rested on the value that counts now."""
    for move in moves:
        if any(change.name == name for change in move.changes):
            return move.at
    return moves[-1].at if moves else None


def _start(deadline: DeadlineShown, detected_at: datetime) -> str:
    assert deadline.start_on is not None
    found = said_day(detected_at.astimezone(ZoneInfo(deadline.zone)).date())
    day = said_day(deadline.start_on)
    if deadline.start == Start.DETECTION:
        return f"The clock starts on {day}, when it was found on this asset."
    if deadline.start == Start.BOTH:
        return f"The clock starts on {day}, when CISA listed it and it was found on this asset."
    return (
        f"The clock starts on {day}, when CISA listed it; that was before it was found on this"
        f" asset ({found})."
    )


def _told(change: Change) -> Told:
    return Told(
        what=_fact(change.name),
        before=_value(change.name, change.before),
        after=_value(change.name, change.after),
        source=change.source,
    )


def _value(name: str, value: str) -> str:
    if not value:
        return "not known"
    if name == "scope":
        return said_in(SCOPES, value)
    if name.endswith(("_on", "_at")):
        return _moment(value)
    return _spaced(value)


def _moment(written: str) -> str:
    try:
        if len(written) > len("2026-12-24"):
            return _instant(datetime.fromisoformat(written))
        return said_day(date.fromisoformat(written))
    except ValueError:
        return written


def _fact(name: str) -> str:
    return _FACTS.get(name) or _spaced(name).capitalize()


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith(".") else f"{text}."


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
