"""Packages as reproduction sees them: releases, the runtimes they run on, and installations.

An installation is a set of folders in a content-addressed cache, fetched and checked but never
executed outside of the sandbox, and the places where they have to appear inside of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tidegate.engines.sandbox.model import Bind, Link


@dataclass(frozen=True, slots=True)
class Release:
    """One released version of a package, as its registry lists it."""

    package: str
    version: str
    prerelease: bool = False
    yanked: bool = False
    published: datetime | None = field(default=None, compare=False)
    """When the registry says it came out, if that can be believed."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """An interpreter at hand."""

    language: str
    """`python` or `javascript`."""
    version: str
    executable: str
    """Path of the interpreter inside the sandbox."""
    binds: tuple[Bind, ...]
    digest: str
    """SHA-256 of the interpreter's executable, in hex."""

    @property
    def name(self) -> str:
        """How a verdict names it: `CPython 3.11.7`, `Node 20.20.2`."""
        return f"{'CPython' if self.language == 'python' else 'Node'} {self.version}"

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers, for comparison."""
        return tuple(int(part) for part in self.version.split(".") if part.isdigit())


@dataclass(frozen=True, slots=True)
class Archive:
    """One file of a registry that went into an installation."""

    name: str
    version: str
    filename: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Installation:
    """A release with what it needs, laid out for one language's way to find modules.

    `target_roots` are the places inside the sandbox that hold the target's own code;
    `dependency_roots` those of everything else that came along. `search_path` is what the harness
    puts on `sys.path` (Python only). `modules` are the names that can be imported or required.
    """

    release: Release
    binds: tuple[Bind, ...]
    links: tuple[Link, ...] = ()
    target_roots: tuple[str, ...] = ()
    dependency_roots: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    archives: tuple[Archive, ...] = ()
    note: str = ""
    """What is unusual: a wheel of another platform, a build from source, a dependency guessed."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files to lay into the sandbox beside the binds (path inside: content)."""


class PackageError(Exception):
    """A release cannot be had: unknown, gone, refused, damaged. The message names the reason.

    It often quotes what a registry said, and is made printable for that.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """Return a text on one line, with what a terminal would obey or hide written out."""
    line = " ".join(text.split())
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in line
    )


class Ecosystem(Protocol):
    """What reproduction must know about a world of packages: the same functions for each."""

    type: str
    """The package URL type: `npm`, `pypi`."""
    language: str

    def order(self, version: str) -> object:
        """Return a sort key in the ecosystem's own version order; `PackageError` if malformed."""

    def line(self, version: str) -> str:
        """Return the release line that a version belongs to: the major, or `0.minor`."""

    def releases(self, package: str) -> Sequence[Release]:
        """List every release in version order, marked yanked and pre-release."""

    def refused_releases(self, package: str) -> Mapping[str, str]:
        """Return what is listed, or was, but cannot be had, and why."""

    def runtimes(self) -> Sequence[Runtime]:
        """List the interpreters at hand, newest first. Fetches nothing."""

    def older_runtimes(self) -> Iterator[Runtime]:
        """Yield interpreters that are not at hand but can be had from the registry, newest first.

        Each is fetched when it is asked for, and kept; what cannot be had is left out.
        """

    def installations(
        self, release: Release, runtime: Runtime, needs: Sequence[tuple[str, str]]
    ) -> Iterator[Installation]:
        """Fetch a release for a runtime, with `needs` (package, version) beside it.

        Several ways to have one release (a wheel, a wheel of another platform, its bare sources)
        come in the order in which they should be tried. Executes nothing at all.
        """

    def built(
        self, release: Release, runtime: Runtime, needs: Sequence[tuple[str, str]]
    ) -> Iterator[Installation]:
        """Fetch a release and build it inside the sandbox, where that could give something else.

        A build takes seconds, so it is asked for when no interpreter could use what is there.
        """

    def sources(self, release: Release) -> Path:
        """Fetch what a release was made from, its tests among it if it has any, and unpack it.

        `PackageError` if there is no such archive. Executes nothing at all.
        """

    def accepts(self, wanted: str, version: str) -> bool:
        """Tell whether a version is in a range, as manifests of this ecosystem write ranges."""

    def empty(self, installation: Installation) -> Installation:
        """Return the same installation with the target replaced by an empty package."""
