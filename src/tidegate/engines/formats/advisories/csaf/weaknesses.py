"""What is a weakness called? The names of the Common Weakness Enumeration, of one version.

From: CWE, of The MITRE Corporation, under its terms of use (`../schemas/LICENSE-CWE.txt`).
Categories and views are not in the table: they are no weaknesses (6.1.11).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import orjson

_FILE: Final = resources.files("tidegate.engines.formats.advisories") / "schemas" / "cwe-names.json"


class Weakness(NamedTuple):
    """A weakness, as documents name it."""

    identifier: str
    name: str
    version: str
    """Of the enumeration, in which it has that name."""


def weakness(identifier: str) -> Weakness | None:
    """Return a weakness by an identifier such as `CWE-1321`; None where the table has none."""
    version, names = _names()
    number = identifier.strip().upper().removeprefix("CWE-")
    name = names.get(number)
    return None if name is None else Weakness(f"CWE-{number}", name, version)


def enumeration() -> str:
    """Return the version of the enumeration that is shipped."""
    return _names()[0]


@cache
def _names() -> tuple[str, dict[str, str]]:
    table = orjson.loads(_FILE.read_bytes())
    return table["version"], table["names"]
