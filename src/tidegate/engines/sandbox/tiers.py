"""Finds the sandbox of a tier by name: the built-in one, or one that is plugged in.

A stronger tier (gVisor, a microVM) is a package that registers, under the entry point group
`tidegate.sandboxes`, the tier's name and something to call without arguments that returns a
`Sandbox` of that tier. Receipts record the tier's name, so a plug-in cannot go by another's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tidegate.engines.sandbox.bubblewrap import BubblewrapSandbox
from tidegate.engines.sandbox.model import Sandbox, SandboxError
from tidegate.engines.sandbox.policy import TIER

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUP = "tidegate.sandboxes"


def open_sandbox(tier: str = TIER) -> Sandbox:
    """Open a sandbox of a tier; the caller closes it.

    Raises `SandboxError` when no such tier is installed, or when it cannot isolate here.
    """
    if tier == TIER:
        return BubblewrapSandbox()
    found = [point for point in _plugged_in() if point.name == tier]
    if not found:
        raise SandboxError(
            f"there is no sandbox tier {tier!r}; known are {', '.join(known_tiers())}: use one of"
            f" them, or install a package that registers {tier!r} under {GROUP!r}"
        )
    if len(found) > 1:
        places = " and ".join(sorted(point.value for point in found))
        raise SandboxError(f"the sandbox tier {tier!r} is claimed by {places}; uninstall one")
    return _open(found[0])


def known_tiers() -> tuple[str, ...]:
    """Return the names of the tiers that can be asked for, the built-in one first."""
    plugged_in = {point.name for point in _plugged_in()} - {TIER}
    return (TIER, *sorted(plugged_in))


def _plugged_in() -> EntryPoints:
    # Every supervisor reads this module as it starts, and this import is a fifth of that.
    from importlib import metadata

    return metadata.entry_points(group=GROUP)


def _open(point: EntryPoint) -> Sandbox:
    try:
        sandbox = cast("Sandbox", point.load()())
    except SandboxError:
        raise
    except Exception as error:
        # A plug-in is somebody else's code: whatever it raises means that there is no sandbox.
        raise SandboxError(
            f"the sandbox tier {point.name!r} ({point.value}) cannot be opened: {error}"
        ) from error
    tier = getattr(sandbox, "tier", None)
    if tier != point.name:
        close = getattr(sandbox, "close", None)
        if close:
            close()
        raise SandboxError(
            f"{point.value} is registered as the sandbox tier {point.name!r} but calls itself"
            f" {tier!r}; register it under that name"
        )
    return sandbox
