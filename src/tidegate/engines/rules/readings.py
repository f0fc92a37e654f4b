"""What a directive says to what is known of a vulnerability on an asset, and on what grounds.

A table wants every value; the world does not have them all. What then holds is the directive's
affair, and said by its policy set. This module applies it and never hides that it did:

- Every value is known: the row that fits.
- Unknown exposure is taken for exposed, with everybody, since the directive says so.
- Not listed, and all that may be missing is missing: the outcome that the policy set names, with
  no look-up. Another reading may assume values instead.
- Not listed, and only a part is missing: the strictest of the rows that remain possible. Of that
  the directive says nothing that we know of (docs/decisions/0013).
- Listed, and anything is missing: undetermined, with what is missing and the rows that remain
  possible. Nothing is assumed of what is exploited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tidegate.engines.rules.deciding import Input, check_names, in_words
from tidegate.engines.rules.policies import PolicySet, Reading, Timeline
from tidegate.engines.rules.tables import Row

UNKNOWN: Final = "unknown"
"""How a value that nobody knows is written; to leave it out says the same."""

UNDETERMINED: Final = "undetermined"
"""Stands where an outcome would, if there is none."""


class Basis(StrEnum):
    """On what grounds an outcome holds."""

    ROW = "row"
    """It is that of the one row that fits."""
    NO_VALUES = "no-values"
    """Nothing is published; the policy set names the outcome, and no row was looked up."""
    STRICTEST_ROW = "strictest-row"
    """A value is missing; it is that of the strictest row that remains possible."""
    UNDETERMINED = "undetermined"
    """Something is missing that nobody may assume."""
    NO_TABLE = "no-table"
    """No table is loaded for this authority, and another's is not borrowed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What stood for an input, and why, where that is not what was handed in."""

    given: Input
    """Its value is `unknown`, if it is missing."""
    value: str
    """As what it was looked up; empty, if it was not."""
    because: str
    """Empty, if it was looked up as it was given."""

    def record(self) -> dict[str, str]:
        """Return the input, as JSON has it."""
        told = {"value": self.given.value, "source": self.given.source}
        if self.because:
            told |= {"read_as": self.value, "because": self.because}
        return told


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy set says, with all that it rests on."""

    policy: PolicySet
    basis: Basis
    timeline: Timeline | None
    """None where it is undetermined, or no table is loaded."""
    rows: tuple[Row, ...]
    """The row that it is; or those that remain possible, the strictest first."""
    inputs: Mapping[str, Taken]
    """By word of the decision point, in the table's order."""
    missing: tuple[str, ...]
    """What nobody knows and what was not taken for something."""
    words: str
    """What holds, in a sentence."""

    @property
    def row(self) -> Row | None:
        """The row whose outcome holds, if there is one."""
        is_row = self.basis in {Basis.ROW, Basis.STRICTEST_ROW}
        return self.rows[0] if is_row else None

    @property
    def number(self) -> int | None:
        """The number of that row in the directive's own table."""
        reading = self.policy.reading
        return reading.numbering.number(self.row) if reading and self.row else None

    @property
    def strictest(self) -> Timeline | None:
        """What holds, or the strictest of what may turn out to hold."""
        reading = self.policy.reading
        if self.timeline is None and reading and self.rows:
            return reading.timeline(self.rows[0])
        return self.timeline

    @property
    def mildest(self) -> Timeline | None:
        """What holds, or the mildest of what may turn out to hold."""
        reading = self.policy.reading
        if self.timeline is None and reading and self.rows:
            return reading.timeline(self.rows[-1])
        return self.timeline

    @property
    def is_listed(self) -> bool | None:
        """Whether the vulnerability is in the authority's catalogue; None if nobody knows."""
        if self.policy.reading is None:
            return None
        point, value = self.policy.reading.listed
        said = self.inputs[point].value
        return said == value if said else None

    def record(self) -> dict[str, Any]:
        """Return the answer with its trace, as JSON has it."""
        policy, reading = self.policy, self.policy.reading
        told: dict[str, Any] = {
            "outcome": self.timeline.outcome.name if self.timeline else UNDETERMINED,
            "basis": self.basis.value,
            "words": self.words,
            "policy_set": {
                "name": policy.name,
                "version": policy.version,
                "authority": policy.authority,
                "sha256": policy.sha256,
            },
        }
        if reading is None:
            return told
        numbering = reading.numbering
        return told | {
            "directive": reading.directive,
            "definition": self.timeline.outcome.definition if self.timeline else "",
            "days": self.timeline.days if self.timeline else None,
            "forensic_triage": self.timeline.forensic_triage if self.timeline else None,
            "row": self.number,
            "rows_are": numbering.of,
            "mapping_row": self.row.number if self.row else None,
            "possible": [
                {"row": numbering.number(row), "outcome": row.outcome.name} for row in self.rows
            ],
            "inputs": {word: taken.record() for word, taken in self.inputs.items()},
            "missing": list(self.missing),
            "table": reading.table.record(),
        }


def answer(policy: PolicySet, inputs: Mapping[str, Input]) -> Answer:
    """Return what a policy set says to inputs; what is left out is unknown.

    Raises:
        RuleInputError: a name or a value is none of the table's.
    """
    reading = policy.reading
    if reading is None:
        words = (
            f"no table is loaded for this authority: {policy.authority};"
            " no other authority's is borrowed"
        )
        return Answer(policy, Basis.NO_TABLE, None, (), {}, (), words)
    taken = _taken(reading, inputs)
    rows = tuple(
        sorted(
            (row for row in reading.table.rows if _fits(row, taken)),
            key=lambda row: (reading.timeline(row).rank, reading.numbering.number(row)),
        )
    )
    missing = tuple(word for word, one in taken.items() if not one.value)
    if not missing:
        return _of_row(policy, reading, rows[0], taken)
    point, listed = reading.listed
    if taken[point].value in {"", listed} or not reading.may_be_missing.issuperset(missing):
        return _undetermined(policy, reading, rows, taken, missing)
    return _with_missing(policy, reading, rows, taken, missing)


def _taken(reading: Reading, inputs: Mapping[str, Input]) -> dict[str, Taken]:
    check_names(reading.table, inputs)
    taken = {}
    for point in reading.table.points:
        given = in_words(point, inputs.get(point.word, Input(UNKNOWN)), UNKNOWN)
        if given.value in point.words:
            taken[point.word] = Taken(given, given.value, "")
        elif point.word in reading.unknown:
            because = f"unknown is read as {reading.unknown[point.word]}; {reading.directive}"
            taken[point.word] = Taken(given, reading.unknown[point.word], because)
        else:
            taken[point.word] = Taken(given, "", "")
    return taken


def _fits(row: Row, taken: Mapping[str, Taken]) -> bool:
    return all(one.value in {"", row.values[word]} for word, one in taken.items())


def _of_row(policy: PolicySet, reading: Reading, row: Row, taken: Mapping[str, Taken]) -> Answer:
    words = f"row {reading.numbering.number(row)} of {reading.numbering.of}"
    return Answer(policy, Basis.ROW, reading.timeline(row), (row,), taken, (), words)


def _undetermined(
    policy: PolicySet,
    reading: Reading,
    rows: tuple[Row, ...],
    taken: Mapping[str, Taken],
    missing: tuple[str, ...],
) -> Answer:
    point, listed = reading.listed
    why = (
        f"nothing is assumed where {point} is {listed}"
        if taken[point].value
        else f"without {point} nothing can be said"
    )
    words = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing, and {why}"
    return Answer(policy, Basis.UNDETERMINED, None, rows, taken, missing, words)


def _with_missing(
    policy: PolicySet,
    reading: Reading,
    rows: tuple[Row, ...],
    taken: Mapping[str, Taken],
    missing: tuple[str, ...],
) -> Answer:
    chosen = reading.missing
    if chosen.assume:
        assumed = dict(taken)
        for word in missing:
            because = f"missing, read as {chosen.assume[word]}; reading {chosen.name}"
            assumed[word] = Taken(taken[word].given, chosen.assume[word], because)
        (row,) = (row for row in rows if _fits(row, assumed))
        return _of_row(policy, reading, row, assumed)
    if reading.may_be_missing.issubset(missing):
        assert chosen.outcome is not None
        return Answer(policy, Basis.NO_VALUES, chosen.outcome, (), taken, missing, chosen.words)
    numbers = " and ".join(str(reading.numbering.number(row)) for row in rows)
    words = (
        f"{' and '.join(missing)} is missing; the strictest of the rows that remain possible,"
        f" {numbers} of {reading.numbering.of}"
    )
    timeline = reading.timeline(rows[0])
    return Answer(policy, Basis.STRICTEST_ROW, timeline, rows, taken, missing, words)
