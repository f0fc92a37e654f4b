"""Tables, inputs and circumstances that tests are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.engines.rules import Circumstances, Input, PolicySet, Scope, policy_set_for

NEW_YORK = ZoneInfo("America/New_York")
NAMES = ("publicly_exposed", "in_kev", "automatable", "technical_impact")


def cisa() -> PolicySet:
    return policy_set_for(Scope.FCEB)


def inputs(*values: str | None) -> dict[str, Input]:
    """Return inputs of BOD 26-04, in the order of `NAMES`; None is left out."""
    return {
        name: Input(value, f"test of {name}")
        for name, value in zip(NAMES, values, strict=True)
        if value is not None
    }


def known(
    *values: str | None,
    detected: datetime | None = None,
    listed: date | None = None,
    scope: Scope = Scope.FCEB,
    **more: Any,
) -> Circumstances:
    return Circumstances(scope, inputs(*values), detected_at=detected, listed_on=listed, **more)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def document() -> dict[str, Any]:
    """Return a small table that is good: two decision points of two values."""
    return {
        "namespace": "x_example.org#own",
        "key": "OWN",
        "version": "1.0.0",
        "name": "Our Own",
        "definition": "When do we patch?",
        "schemaVersion": "2.0.0",
        "decision_points": {
            "own:L:1.0.0": point("L", "Left Open", {"N": "No", "Y": "Yes"}),
            "own:C:1.0.0": point("C", "Critical", {"N": "No", "Y": "Yes, Very"}),
            "own:O:1.0.0": point("O", "What To Do", {"W": "Wait", "P": "Patch *now*"}),
        },
        "outcome": "own:O:1.0.0",
        "mapping": [
            {"own:L:1.0.0": left, "own:C:1.0.0": critical, "own:O:1.0.0": outcome}
            for left, critical, outcome in ("NNW", "YNW", "NYW", "YYP")
        ],
    }


def point(key: str, name: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "namespace": "x_example.org#own",
        "key": key,
        "version": "1.0.0",
        "name": name,
        "definition": f"{name}?",
        "schemaVersion": "2.0.0",
        "values": [
            {"key": value, "name": word, "definition": word} for value, word in values.items()
        ],
    }


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()
