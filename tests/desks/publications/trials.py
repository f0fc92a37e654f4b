"""Trials of fixes without a sandbox: rungs as a test says them, kept as the worker keeps them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from tests.desks.publications.rooms import Room, make_room
from tests.engines.reproduction.findings import document
from tidegate.desks.publications.models import Fix, Trial
from tidegate.desks.publications.services import trying
from tidegate.engines.reproduction.fixes import ladder
from tidegate.engines.reproduction.fixes.values import Rung, RungName, RungWord

DIFF: Final = b"""--- a/index.js
+++ b/index.js
@@ -1,2 +1,3 @@
 const set = 1;
+if (k === '__proto__') return;
 module.exports = set;
"""
SECRET: Final = "only the proof says this"


def proven_room(**more: Any) -> Room:
    """Make a case with a vendor, of one finding that could be run."""
    record = document(
        "pkg:npm/minimist@1.2.0",
        "prototype-pollution",
        {"proof.js": f"// {SECRET}\n", "benign.js": "1;\n"},
        id="lab-1",
    )
    return make_room(record=json.dumps(record).encode(), **more)


def let_climb(fix: Fix, at: datetime, **words: str) -> Trial:
    """Let a fix's last trial climb to its end; each rung passes, unless `words` says otherwise."""
    number = fix.trials.latest("number").number
    assert trying.begin(fix.key, number, at=at)
    made = trying.material(fix.key, number)
    state: dict[str, Any] = {
        "fix": made.fix.digest,
        "grounds": [],
        "problem": None,
        "milliseconds": 1,
    }
    trying.keep_state(fix.key, number, state, made, tier="bubblewrap", at=at)
    for name in ladder.ORDER:
        word = words.get(name.value.replace("-", "_"), "passed")
        if name is RungName.REVIEWED:
            word = "skipped"
        said = Rung(name, RungWord(word), f"proof.js: {SECRET}", {"programs": [SECRET]})
        trying.keep_rung(fix.key, number, said, at=at)
    trying.conclude(fix.key, number, at=at)
    return Trial.objects.get(fix=fix, number=number)
