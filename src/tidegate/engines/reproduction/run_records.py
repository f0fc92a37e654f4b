"""One run as plain data, and what the rules of the verdicts read out of it again.

A run is judged from its record alone, never from what only the process that made it still knows:
so a version can be judged again after a restart, and comes out the same.

The names in a record are the contract of `tidegate reproduce --json`; they may gain fields and
lose none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate.engines.reproduction.texts import storable
from tidegate.engines.reproduction.trials import LIMITS, Purpose, Run
from tidegate.engines.reproduction.verdicts import Control, RunResult
from tidegate.engines.sandbox.model import Ending

RunRecord = Mapping[str, Any]
"""A run as JSON data, as `run_record` makes it."""

_TEXT_SHOWN = 1000


def run_record(run: Run) -> dict[str, Any]:
    """Return everything about a run that is printed, signed and judged."""
    return {
        "version": run.version,
        "program": run.program,
        "purpose": run.purpose.value,
        "runtime": run.runtime,
        "fired": run.sighting.fired,
        "attributed": run.sighting.attributed,
        "reason": storable(run.sighting.reason or run.complaint),
        "ending": run.ending.value,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "target_used": run.target_used,
        "tampered": run.tampered,
        "wall_milliseconds": round(run.wall_seconds * 1000),
        "cpu_milliseconds": round(run.cpu_seconds * 1000),
        "memory_bytes": run.outcome.peak_memory_bytes,
        "scales": [[scale, round(seconds * 1000)] for scale, seconds in run.scales],
        "frames": list(run.frames),
        "stdout": storable(run.stdout[:_TEXT_SHOWN]),
        "stderr": storable(run.stderr[:_TEXT_SHOWN]),
        "evidence_sha256": run.evidence_sha256,
    }


def result_of(record: RunRecord) -> RunResult:
    """Return a run of the proof as the rules of the verdicts see it."""
    ending = Ending(record["ending"])
    return RunResult(
        fired=record["fired"],
        attributed=record["attributed"],
        ended=ending is Ending.EXITED,
        limit=ending.value if ending in LIMITS else None,
        target_used=record["target_used"],
        tampered=record["tampered"],
        reason=record["reason"],
    )


def control_of(record: RunRecord) -> Control:
    """Return a control as the rules of the verdicts see it.

    Against an empty package a proof may fail as it likes, if it only comes to its end.
    """
    ended = record["ending"] == Ending.EXITED
    empty = record["purpose"] == Purpose.EMPTY
    reason = record["reason"]
    return Control(
        name=record["purpose"],
        ok=ended and (empty or record["exit_code"] == 0),
        fired=record["fired"],
        reason=f"it shows the effect: {reason}" if record["fired"] else reason,
    )


def harmless_of(record: RunRecord) -> dict[int, float]:
    """Return the processor seconds that a harmless program took at each size."""
    return {scale: milliseconds / 1000 for scale, milliseconds in record["scales"]}
