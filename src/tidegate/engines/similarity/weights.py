"""How much a word speaks for or against one bug: the weights of Fellegi and Sunter (1969).

A word of the one text that the other has, too, speaks for one bug by log(m/u), and a word that the
other lacks speaks against it by log((1-m)/(1-u)), where m is how often a word of a title comes up
in the description of the same CVE, and u how often in that of another CVE of the same product.
`words-1.tsv` holds both for the words of the field, counted over public CVE records; it is the
same for everybody, so what others handed in moves no score.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final, NamedTuple

TENTHS: Final = 10
"""To a natural logarithm. Weights are whole tenths, which add up to the same in any order."""


class Weight(NamedTuple):
    """What one word adds to the evidence, in tenths of a natural logarithm."""

    found: int
    """Above 0 for most words: the other text has it."""
    missed: int
    """Below 0 for most words: the other text lacks it."""


def weight_of(stem: str) -> Weight:
    """Return the weight of a stem; one that is not in the table is rare, and weighs as such."""
    table = _table()
    return table.get(stem) or table[UNKNOWN]


UNKNOWN: Final = "*"
"""The table's line for every word that it does not hold."""


@cache
def _table() -> dict[str, Weight]:
    place = resources.files("tidegate.engines.similarity") / "words-1.tsv"
    weights: dict[str, Weight] = {}
    for line in place.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            stem, found, missed = line.split("\t")
            weights[stem] = Weight(int(found), int(missed))
    return weights
