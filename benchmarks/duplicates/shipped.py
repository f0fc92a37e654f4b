"""Writes the slice that is shipped: `python -m benchmarks.duplicates.shipped > shipped.jsonl`.

30 pairs that are the same and 30 that are not, of both halves, with short texts; README.md beside
this file names the sources and their licences.
"""

from __future__ import annotations

import random
import sys

from benchmarks.duplicates.labels import labels, shipped_line
from benchmarks.duplicates.pairs import SEED, Pair

_OF_EACH = 30
_LONGEST = 900
"""Characters of a text."""


def main() -> None:
    """Draw, and print."""
    made = labels()
    pairs = [*made.tuning.pairs, *made.held_out.pairs]
    short = [pair for pair in pairs if max(len(pair.left.text), len(pair.right.text)) <= _LONGEST]
    rng = random.Random(SEED)
    chosen: list[Pair] = []
    for same in (True, False):
        chosen += rng.sample([pair for pair in short if pair.same is same], _OF_EACH)
    sys.stdout.writelines(f"{shipped_line(pair)}\n" for pair in chosen)


if __name__ == "__main__":
    main()
