"""Which frameworks there are: those that are shipped, and those that were loaded."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.reviews.frameworks.framework import Framework
from tidegate.desks.reviews.frameworks.loading import (
    FrameworkError,
    read_framework,
    shipped_frameworks,
)
from tidegate.desks.reviews.models import Engagement, LoadedFramework
from tidegate.engines.formats.documents import Fault

_KEPT: Final = 64
"""Frameworks that a process remembers."""


def known_frameworks() -> tuple[Framework, ...]:
    """Return every framework in every version: the shipped ones, then those that were loaded."""
    return (*shipped_frameworks(), *map(_read_row, LoadedFramework.objects.order_by("name", "pk")))


def readable_frameworks(actor: Actor) -> tuple[Framework, ...]:
    """Return the frameworks that somebody may read: the shipped ones, and of the loaded theirs."""
    rows = narrowed(actor, LoadedFramework.objects.order_by("name", "pk"))
    return (*shipped_frameworks(), *map(_read_row, rows))


def find_framework(name: str, version: str) -> Framework | None:
    """Return a framework by its name and version, shipped or loaded; None if it is not here."""
    for one in shipped_frameworks():
        if (one.name, one.version) == (name, version):
            return one
    row = LoadedFramework.objects.filter(name=name, version=version).first()
    return _read_row(row) if row else None


def framework_of(engagement: Engagement) -> Framework:
    """Return the framework that an engagement is held to, in the version of its opening.

    Raises:
        FrameworkError: it is not here any more, or says something else than it did then.
    """
    name, version = engagement.framework, engagement.framework_version
    known = find_framework(name, version)
    if known is not None and known.sha256 == engagement.framework_sha256:
        return known
    reason = (
        f"says something else than when {engagement.key} was opened under it"
        if known
        else f"is not here, and {engagement.key} was opened under it"
    )
    raise FrameworkError(
        f"framework {name} {version}",
        Fault(
            "", f"{reason}; restore its document, with the SHA-256 {engagement.framework_sha256}"
        ),
    )


def newest(name: str = "") -> Framework:
    """Return a framework in the version that came last; without a name, the one that is shipped.

    Raises:
        FilterError: there is none; the message names those that there are.
    """
    if not name:
        return shipped_frameworks()[-1]
    loaded = LoadedFramework.objects.filter(name=name).order_by("pk").last()
    if loaded is not None:
        return _read_row(loaded)
    shipped = [one for one in shipped_frameworks() if one.name == name]
    if not shipped:
        there = ", ".join(sorted({one.name for one in known_frameworks()}))
        raise FilterError(
            f"there is no framework {name[:100]!r} here; there are {there}", parameter="framework"
        )
    return shipped[-1]


def _read_row(row: LoadedFramework) -> Framework:
    return _read(bytes(row.document), row.name)


@lru_cache(maxsize=_KEPT)
def _read(document: bytes, name: str) -> Framework:
    return read_framework(document, name)
