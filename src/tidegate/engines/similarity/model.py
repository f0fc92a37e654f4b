"""What is compared, and what a comparison says: plain values."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Described", "Nomination"]


@dataclass(frozen=True, slots=True)
class Described:
    """What one finding says of itself, in its finder's words; nothing here is believed."""

    key: str
    """The caller's own name for the finding; given back in nominations, never compared."""
    title: str
    text: str
    weaknesses: tuple[str, ...] = ()
    """Such as `CWE-79`."""
    aliases: tuple[str, ...] = ()
    """Such as `CVE-2020-7598`."""
    places: tuple[tuple[str, int | None, str | None], ...] = ()
    """Where in the package: file, line, function; the file may be empty."""
    effect: str | None = None
    """One of the effects of the finding format, such as `prototype-pollution`."""
    package: str = ""
    """The package's name: its words tell nothing apart inside of the package."""


@dataclass(frozen=True, slots=True)
class Nomination:
    """Two findings that a person, or a run, should look at together. It merges nothing."""

    left: str
    """The key of the new finding."""
    right: str
    """The key of the known one."""
    score: float
    """0 to 1; comparable from finding to finding, and no probability."""
    reasons: tuple[str, ...]
    """For people, the weightiest first: `both name setKey`, `texts alike 0.81`."""
