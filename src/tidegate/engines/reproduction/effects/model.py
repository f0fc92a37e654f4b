"""What every effect's watcher has in common: what it lays out, and what it says it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from tidegate.engines.reproduction.frames import Frame
from tidegate.engines.reproduction.observations import Observation
from tidegate.engines.sandbox.model import LISTENER_PORT, File, Outcome

WITNESS_FOLDER = "/witness"
CANARY = f"{WITNESS_FOLDER}/canary"
RAN = f"{WITNESS_FOLDER}/ran"
SECRET = f"{WITNESS_FOLDER}/secret"
DROP = f"{WITNESS_FOLDER}/drop"

_CANARY_PROGRAM = f"#!/bin/sh\n: > {RAN}\n".encode()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a watcher makes of one run.

    `fired`: the effect came, whoever caused it. `attributed`: the target's own code was on the
    stack at that moment. `reason` is half a sentence for people.
    """

    fired: bool
    attributed: bool = False
    reason: str = ""
    signature: tuple[str, ...] = ()
    """The target's top frames at the effect, without line numbers; empty if none are known."""
    frames: tuple[Frame, ...] = ()
    """The stack at the effect, innermost first, if it is the target's deed."""
    detail: str = ""
    """What else tells two such effects apart: the signal of a crash."""


NOTHING = Sighting(fired=False)


@dataclass(frozen=True, slots=True)
class Watching:
    """What a watcher needs from the sandbox and from the harness."""

    listener: bool = False
    witnesses: tuple[str, ...] = ()
    trace: bool = False
    sample: bool = False
    scales: tuple[int, ...] = (1,)
    """Sizes of input to run, one after the other, until the watcher has seen enough."""

    @property
    def leaves_a_trace(self) -> bool:
        """Whether the sandbox can see the effect from outside, without the harness."""
        return self.listener or bool(self.witnesses)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One run as the watcher gets to see it."""

    outcome: Outcome
    observation: Observation
    target_roots: tuple[str, ...]
    interpreter: str = ""
    """Path of the interpreter on the host, for its symbols."""
    harmless: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Processor seconds of the harmless control at each scale."""


class Effect(Protocol):
    """One effect of the contract, and its watcher."""

    @property
    def name(self) -> str:
        """The contract's word for it."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages of proofs in which it can be watched."""

    @property
    def needs_audit(self) -> bool:
        """Whether a Python without audit hooks (before 3.8) can say nothing about it."""

    @property
    def watching(self) -> Watching:
        """What has to be set up for it."""

    def judge(self, evidence: Sequence[Evidence]) -> Sighting:
        """Say what the evidence of one run shows: one entry for each scale that was run."""


def environment(nonce: str, scale: int) -> dict[str, str]:
    """Return what the contract promises a proof, for one run.

    Source: `FINDING.md`, 'What a proof of vulnerability gets'.
    """
    return {
        "HOME": "/home",
        "LANG": "C.UTF-8",
        "TIDEGATE_NONCE": nonce,
        "TIDEGATE_CANARY": CANARY,
        "TIDEGATE_SECRET": SECRET,
        "TIDEGATE_DROP": DROP,
        "TIDEGATE_URL": f"http://127.0.0.1:{LISTENER_PORT}/{nonce}",
        "TIDEGATE_SCALE": str(scale),
    }


def canaries(secret: str) -> tuple[File, ...]:
    """Return the files that a proof may touch; `secret` is the random text of this run."""
    return (
        File(CANARY, _CANARY_PROGRAM, executable=True),
        File(SECRET, f"{secret}\n".encode()),
    )
