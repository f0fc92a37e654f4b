"""Do findings of one bug meet, and only these: the whole way, from the document to the case.

All findings of `second/` and `others/`, and those of `examples/true`, are handed in to an
installation of its own and worked through as by any worker. Each pair of them is labelled by the
vulnerability that its advisory names (`labels.json`; the notes of the examples). A pair counts as
merged when both findings end in one case, and as nominated when a nomination points to the two.

Pairs across packages are trivially different, so precision and recall are told for the pairs
within a package; the number of all pairs is told beside it. Which layer linked a pair is read from
its links.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.behaviour.labels import read_labels
from benchmarks.figures import Report

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
COLUMNS: Final = ("layer", "pairs", "right", "wrong", "precision", "recall", "aim", "met")


def measure(tell: Callable[[str], None]) -> Report:
    """Hand in, work through, compare with the labels."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(os.environ.get("TIDEGATE_BEHAVIOUR_HOME") or name)
        tell("behaviour: handing in")
        _tidegate(home, "intake", ROOT / "examples/true", "--finder", "First", "--json")
        for folder in ("second", "others"):
            _tidegate(home, "intake", HERE / folder, "--finder", folder, "--json")
        tell("behaviour: working; this takes a quarter of an hour, and more to fill the cache")
        _tidegate(home, "work", "--until-idle", "--quiet")
        tell("behaviour: comparing")
        told = json.loads(_module(home, "benchmarks.behaviour.pairs"))
    return _report(told)


def _tidegate(home: Path, *arguments: object) -> str:
    return _module(home, "tidegate", *arguments)


def _module(home: Path, module: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TIDEGATE_HOME": str(home), "TIDEGATE_DATABASE": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _report(told: dict[str, Any]) -> Report:
    rows = []
    for layer, counts in told["layers"].items():
        merges = layer != "nominated"
        right, wrong = counts["right"], counts["wrong"]
        precision = right / (right + wrong) if right + wrong else None
        recall = right / told["same"] if told["same"] else None
        met = ""
        if merges and precision is not None:
            met = "yes" if precision == 1 else "NO"
        rows.append(
            (
                layer,
                str(right + wrong),
                str(right),
                str(wrong),
                "" if precision is None else f"{precision:.3f}",
                "" if recall is None else f"{recall:.3f}",
                "precision 1" if merges else "",
                met,
            )
        )
    return Report(
        "Findings of one bug meet, by running them",
        COLUMNS,
        tuple(rows),
        [told],
        notes=(
            (
                f"{told['findings']} findings, {told['judged']} reproduced; {told['all_pairs']}"
                f" pairs, {told['pairs']} of them within a package: {told['same']} of one bug"
            ),
            *(f"wrong: {wrong}" for wrong in told["wrong"]),
            *(f"apart: {missed}" for missed in told["missed"]),
        ),
        failures=tuple(f"two bugs in one case: {wrong}" for wrong in told["wrong_merges"]),
    )


__all__ = ["measure", "read_labels"]
