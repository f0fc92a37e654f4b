"""`assertion`: the program itself says that it saw the effect, by exiting with 42.

The weakest effect: the watcher sees an exit code and nothing else. It counts only beside controls
that stay quiet, and is always labelled self-asserted.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.engines.reproduction.effects.model import NOTHING, Evidence, Sighting, Watching
from tidegate.engines.sandbox.model import Ending

ASSERTED = 42


class Assertion:
    """Watches the exit code."""

    name = "assertion"
    languages = frozenset({"python", "javascript"})
    needs_audit = False
    watching = Watching()

    def judge(self, evidence: Sequence[Evidence]) -> Sighting:
        """Return whether the program exited, by itself, with 42."""
        outcome = evidence[-1].outcome
        if outcome.ending is Ending.EXITED and outcome.exit_code == ASSERTED:
            return Sighting(fired=True, reason="the program says that it saw the effect")
        return NOTHING
