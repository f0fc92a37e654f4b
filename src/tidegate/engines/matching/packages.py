"""Which package, of which ecosystem, in which version: what an advisory and an inventory share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

LOWEST: Final = b""
HIGHEST: Final = b"\xff"
"""No version's key begins with this byte, so every key lies in `LOWEST <= key < HIGHEST`."""


class Package(NamedTuple):
    """A package by the name under which advisories speak of it."""

    ecosystem: str
    """OSV's word, with the release where there is one: `PyPI`, `Debian:12`, `Alpine:v3.19`."""
    name: str
    """In the ecosystem's own normal form; for a distribution, the source package."""

    @property
    def word(self) -> str:
        """What it is called in lists."""
        return f"{self.ecosystem}/{self.name}"


class Coordinate(NamedTuple):
    """A package in a version. Assets hang on coordinates."""

    package: Package
    version: str
    """As it was given; for a distribution, with its epoch, of the source package where known."""
    key: bytes
    """Its place in the ecosystem's order: compared byte by byte, keys stand as versions do."""
    doubt: Reason | None = None
    """Why 'not affected' may not be said of it, though it has a place."""


class Reason(StrEnum):
    """Why nothing can be said of a component. Never is this silence."""

    NO_PURL = "no-package-url"
    BAD_PURL = "bad-package-url"
    NO_VERSION = "no-version"
    UNPARSABLE_VERSION = "unparsable-version"
    """Of the component, or of the advisory's range."""
    NO_RELEASE = "no-release"
    """A distribution's package URL does not tell of which release it is."""
    NOT_COVERED = "ecosystem-not-covered"
    SOURCE_NOT_TOLD = "source-package-not-told"
    """Advisories speak of source packages, and only the name of what was built of it is known."""
    FEED_TOO_OLD = "feed-too-old"
    """The feed that would tell was not renewed for longer than it may be, or was never loaded."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A component of which nothing can be said, and why."""

    purl: str
    reason: Reason
    words: str
    package: Package | None = None
    """The package, where at least this is known."""
