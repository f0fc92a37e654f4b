"""What an operator's own decision table says of an exposure; it stands beside the deadline.

It is decided over what is known and nothing else. Where a value is not known, it is said which one,
and what still may come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.desks.exposure.models import Exposure, Loaded
from tidegate.desks.exposure.queries.circumstances import (
    Said,
    catalogue,
    circumstances,
    said_of,
)
from tidegate.engines.rules import (
    UNKNOWN,
    DecisionTable,
    Input,
    decide,
    read_table,
    shipped_tables,
)
from tidegate.engines.rules.tables import Point, word_of


@dataclass(frozen=True, slots=True)
class OwnInput:
    """A value that the table asks for."""

    name: str
    value: str
    """`unknown`, if nobody says."""
    source: str


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """What an operator's own table says."""

    table: str
    title: str
    version: str
    sha256: str
    outcome: str
    """Empty while it cannot be told."""
    definition: str
    row: int | None
    """Its place in the table's mapping, from 1."""
    inputs: tuple[OwnInput, ...]
    missing: tuple[str, ...]
    possible: tuple[str, ...]
    """What may still come out, the least urgent first; just the outcome once it is told."""


def own_decision(exposure: Exposure) -> OwnDecision | None:
    """Return what the table says that the exposure's operator has settled on; None without one."""
    operator = getattr(exposure.asset.organisation, "operator", None)
    table = _table(operator.table, exposure) if operator and operator.table else None
    if table is None:
        return None
    known = _known(exposure)
    inputs = {point.word: _input(point, known) for point in table.points}
    missing = tuple(word for word, one in inputs.items() if one.value == UNKNOWN)
    decision = None if missing else decide(table, inputs)
    possible = {
        row.outcome.key
        for row in table.rows
        if all(one.value in {UNKNOWN, row.values[word]} for word, one in inputs.items())
    }
    return OwnDecision(
        table=table.name,
        title=table.title,
        version=table.version,
        sha256=table.sha256,
        outcome=decision.outcome.name if decision else "",
        definition=decision.outcome.definition if decision else "",
        row=decision.row.number if decision else None,
        inputs=tuple(OwnInput(word, one.value, one.source) for word, one in inputs.items()),
        missing=missing,
        possible=tuple(value.name for value in table.outcome.values if value.key in possible),
    )


def _table(name: str, exposure: Exposure) -> DecisionTable | None:
    """Return the table of a name: the operator's own, the instance's, or a shipped one."""
    rows = Loaded.objects.filter(kind=Loaded.Kind.TABLE, name=name, set_aside_at=None)
    for organisation in (exposure.organisation, None):
        loaded = rows.filter(organisation=organisation).order_by("-pk").first()
        if loaded is not None:
            return read_table(loaded.document.encode(), loaded.name)
    return next((table for table in shipped_tables() if table.name == name), None)


def _known(exposure: Exposure) -> Mapping[str, Input]:
    """Return what is known, by word of the decision point that would ask for it."""
    said = said_of([exposure.vulnerability_id]).get(exposure.vulnerability_id, Said())
    source = f"SSVC values in {said.ssvc_source}"
    values = {name: value for name, value in said.ssvc.items() if isinstance(value, str)}
    return {
        **{word_of(name): Input(value, source) for name, value in values.items()},
        **circumstances(exposure, said, catalogue()).inputs,
    }


def _input(point: Point, known: Mapping[str, Input]) -> Input:
    given = known.get(point.word)
    if given is None or word_of(given.value) not in point.words:
        return Input(UNKNOWN)
    return Input(word_of(given.value), given.source)
