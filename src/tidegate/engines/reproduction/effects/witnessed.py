"""Effects that leave a trace outside of the process: the watcher's word needs the trace, too.

The harness reports the call and whose code was on the stack; the trusted init reports, from
outside, whether it came to pass: the canary ran, the secret was read, the file was created, the
listener was reached. A trace without a report is an effect that nobody can be blamed for (native
code opened the file, say); a report without a trace is a call that came to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tidegate.engines.reproduction.effects.model import (
    DROP,
    NOTHING,
    RAN,
    SECRET,
    Evidence,
    Sighting,
    Watching,
)
from tidegate.engines.reproduction.frames import attribute, signature
from tidegate.engines.reproduction.observations import Seen
from tidegate.engines.sandbox.model import Outcome

IN_PROCESS = "in-process"
"""Detail of a report whose effect is the report itself: `tidegate_canary()` was called."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """An effect with a trace; `came` reads the trace out of the outcome."""

    name: str
    what: str
    """What happened, for people: 'the canary ran'."""
    came: Callable[[Outcome], bool]
    watching: Watching
    languages: frozenset[str] = frozenset({"python", "javascript"})
    needs_audit: bool = True
    exact: bool = True
    """Whether a report names the very thing that left the trace; which of several started
    programs ran the canary, nobody can tell."""

    def judge(self, evidence: Sequence[Evidence]) -> Sighting:
        """Combine the reports of the harness with the trace that was found outside."""
        outcome, seen = evidence[-1].outcome, evidence[-1].observation
        came = self.came(outcome)
        reports = [report for report in seen.effects if report.effect == self.name]
        real = [report for report in reports if came or report.detail == IN_PROCESS]
        blamed = [report for report in real if attribute(report.frames).attributed]
        if not self.exact and len(blamed) < len(real):
            # The trace could be any of these calls' doing, so it speaks for none of them.
            blamed = [report for report in blamed if report.detail == IN_PROCESS]
        if blamed:
            return Sighting(
                fired=True,
                attributed=True,
                reason=f"{self.what}: {blamed[0].detail}",
                signature=signature(blamed[0].frames),
                frames=blamed[0].frames,
            )
        strange = [report for report in real if not attribute(report.frames).attributed]
        if strange:
            return Sighting(fired=True, reason=_not_the_target(self.what, strange[0]))
        if came and self.watching.leaves_a_trace:
            return Sighting(
                fired=True, reason=f"{self.what}, by code whose stack the watcher cannot see"
            )
        return NOTHING


def _not_the_target(what: str, report: Seen) -> str:
    return f"{what}, but {attribute(report.frames).reason}"


def _exists(path: str) -> Callable[[Outcome], bool]:
    def came(outcome: Outcome) -> bool:
        witness = outcome.witnesses.get(path)
        return witness is not None and witness.exists

    return came


def _was_read(outcome: Outcome) -> bool:
    witness = outcome.witnesses.get(SECRET)
    return witness is not None and witness.accessed


CODE_EXECUTION = Witnessed(
    "code-execution", "the canary ran", _exists(RAN), Watching(witnesses=(RAN,)), exact=False
)
FILE_READ = Witnessed(
    "file-read", "the secret was opened", _was_read, Watching(witnesses=(SECRET,))
)
FILE_WRITE = Witnessed(
    "file-write", "the file was created", _exists(DROP), Watching(witnesses=(DROP,))
)
NETWORK_REQUEST = Witnessed(
    "network-request",
    "the listener was reached",
    lambda outcome: outcome.connections > 0,
    Watching(listener=True),
)
PROTOTYPE_POLLUTION = Witnessed(
    # The trap in the harness is the only witness: nothing of it can be seen from outside.
    "prototype-pollution",
    "every object got the property",
    lambda outcome: True,  # noqa: ARG005
    Watching(),
    languages=frozenset({"javascript"}),
    needs_audit=False,
)
