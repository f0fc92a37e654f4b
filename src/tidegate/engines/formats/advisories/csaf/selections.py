"""A decision as a selection list of SSVC, where its decision points are known.

From: SSVC, SelectionList 2.0.0, and CSAF 2.1, 6.1.46 to 6.1.49: namespace, key and version of each
decision point, and the key of the value. A record holds names; the keys are those of the decision
points that CISA's tables ask.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tidegate.engines.formats.advisories.record import Decision
from tidegate.engines.formats.instants import written


class _Point(NamedTuple):
    """A decision point of the namespace `ssvc`."""

    key: str
    version: str
    name: str
    values: dict[str, tuple[str, str]]
    """Key and name of a value, by its word."""


def _point(key: str, version: str, name: str, **values: str) -> _Point:
    """Return a decision point whose values are given as key and name."""
    return _Point(key, version, name, {_word(one): (of, one) for of, one in values.items()})


def _word(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("_", " ").lower().split())


_POINTS: Final = {
    _word(point.name): point
    for point in (
        _point("E", "1.1.0", "Exploitation", N="None", P="Public PoC", A="Active"),
        _point("A", "2.0.0", "Automatable", N="No", Y="Yes"),
        _point("TI", "1.0.0", "Technical Impact", P="Partial", T="Total"),
        _point("MWI", "1.0.0", "Mission and Well-Being Impact", L="Low", M="Medium", H="High"),
    )
}


def selection_list(decision: Decision, target: str) -> dict[str, Any] | None:
    """Return a decision as SSVC has it; None if one of its points or values is not known here.

    Args:
        decision: of a record.
        target: the name of the vulnerability in the same document (6.1.47).
    """
    selections = []
    for name, value in decision.values:
        point = _POINTS.get(_word(name))
        chosen = point.values.get(_word(value)) if point else None
        if point is None or chosen is None:
            return None
        selections.append(
            {
                "namespace": "ssvc",
                "key": point.key,
                "version": point.version,
                "name": point.name,
                "values": [{"key": chosen[0], "name": chosen[1]}],
            }
        )
    if not selections:
        return None
    return {
        "timestamp": written(decision.at),
        "schemaVersion": "2.0.0",
        "target_ids": [target],
        "selections": selections,
    }
