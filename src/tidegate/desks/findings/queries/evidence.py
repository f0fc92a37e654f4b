"""What our own runs showed of a finding: its runs and its range, read from the reproduction.

The document is the contract of `tidegate reproduce --json` (`engines/reproduction/records.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run of one program of the proof."""

    version: str
    program: str
    purpose: str
    runtime: str
    fired: bool
    """The watcher saw the effect, whoever caused it."""
    attributed: bool
    """The target's own code was on the stack when it came."""
    reason: str
    ending: str
    exit_code: int | None
    signal: int | None
    target_used: bool
    tampered: str | None
    wall_milliseconds: int
    cpu_milliseconds: int
    memory_bytes: int | None
    frames: tuple[str, ...]
    """The stack when the effect came, innermost first."""
    stdout: str
    stderr: str
    evidence_sha256: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the package, and what was found of it."""

    version: str
    line: str
    """The release line that it belongs to."""
    verdict: str
    inferred: bool
    """It was not run: releases on both sides of it were."""
    prerelease: bool
    yanked: bool
    runtime: str | None
    reason: str
    published: datetime | None
    """When its registry says it came out; None where that is not known, or not to be believed."""


@dataclass(frozen=True, slots=True)
class RangeShown:
    """Which releases one finding's proof works on."""

    finding: str
    """Key of the finding whose proof was run."""
    version: str
    """The version that the finding names, or that was run instead."""
    vers: str
    events: tuple[Mapping[str, Any], ...]
    """As OSV writes them: `introduced`, `fixed`, `last_affected`."""
    affected: tuple[str, ...]
    strategy: str
    complete: bool
    notes: tuple[str, ...]
    surprises: tuple[str, ...]
    releases: tuple[Release, ...]
    """In version order, the oldest first."""


def runs_of(document: Mapping[str, Any]) -> tuple[RunShown, ...]:
    """Return the runs of a reproduction's document."""
    return tuple(
        RunShown(
            version=run.get("version") or "",
            program=run.get("program") or "",
            purpose=run.get("purpose") or "",
            runtime=run.get("runtime") or "",
            fired=bool(run.get("fired")),
            attributed=bool(run.get("attributed")),
            reason=run.get("reason") or "",
            ending=run.get("ending") or "",
            exit_code=run.get("exit_code"),
            signal=run.get("signal"),
            target_used=bool(run.get("target_used")),
            tampered=run.get("tampered") or None,
            wall_milliseconds=run.get("wall_milliseconds") or 0,
            cpu_milliseconds=run.get("cpu_milliseconds") or 0,
            memory_bytes=run.get("memory_bytes"),
            frames=tuple(str(frame) for frame in run.get("frames") or ()),
            stdout=run.get("stdout") or "",
            stderr=run.get("stderr") or "",
            evidence_sha256=run.get("evidence_sha256"),
        )
        for run in document.get("runs") or ()
    )


def range_of(
    document: Mapping[str, Any], finding: str, releases: Sequence[Mapping[str, Any]] = ()
) -> RangeShown | None:
    """Return the range of a reproduction's document; None where none was searched for.

    `releases` is the registry's list that the search went by, for the dates.
    """
    found = document.get("range")
    if not found:
        return None
    dates = {one.get("version"): one.get("published") for one in releases}
    return RangeShown(
        finding=finding,
        version=document.get("version") or "",
        vers=found.get("vers") or "",
        events=tuple(found.get("events") or ()),
        affected=tuple(found.get("affected") or ()),
        strategy=found.get("strategy") or "",
        complete=bool(found.get("complete")),
        notes=tuple(str(note) for note in found.get("notes") or ()),
        surprises=tuple(str(one) for one in found.get("surprises") or ()),
        releases=tuple(
            Release(
                version=row.get("version") or "",
                line=row.get("line") or "",
                verdict=row.get("verdict") or "",
                inferred=bool(row.get("inferred")),
                prerelease=bool(row.get("prerelease")),
                yanked=bool(row.get("yanked")),
                runtime=row.get("runtime"),
                reason=row.get("reason") or "",
                published=_instant(dates.get(row.get("version"))),
            )
            for row in found.get("runs") or ()
        ),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
