"""Of which ecosystems a fresh feed tells: where none does, 'no exposure' means nothing.

An ecosystem is told of by the feed that covers it alone, and several of them by GitHub's advisories
as well. One fresh feed is enough to answer by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tidegate.desks.exposure.models import FeedState
from tidegate.engines.feeds.feeds import FEEDS, Feed, FeedKind
from tidegate.engines.matching.ecosystems import ecosystem_named

# From: https://github.com/github/advisory-database, "Supported ecosystems".
_OF_GITHUB: Final = frozenset(
    {
        "crates.io", "GitHub Actions", "Go", "Hex", "Maven", "npm", "NuGet", "Packagist", "PyPI",
        "RubyGems", "SwiftURL",
    }
)  # fmt: skip


def untold(ecosystems: Iterable[str], *, at: datetime) -> dict[str, str]:
    """Return those ecosystems of which no fresh feed tells, and why, in words.

    Args:
        ecosystems: OSV's words, with their releases.
        at: now.
    """
    said_at = dict(FeedState.objects.values_list("name", "edition__said_at"))
    told: dict[str, str] = {}
    for ecosystem in ecosystems:
        feeds = _feeds_of(ecosystem)
        if not any(
            one.name in said_at and not one.is_too_old(said_at[one.name], at) for one in feeds
        ):
            told[ecosystem] = _words(ecosystem, feeds, said_at)
    return told


def _feeds_of(ecosystem: str) -> list[Feed]:
    """Return the feeds that tell of an ecosystem, its own first."""
    known = ecosystem_named(ecosystem)
    name = known.name if known else ecosystem
    own = [one for one in FEEDS.values() if one.ecosystem == name]
    several = [one for one in FEEDS.values() if one.kind is FeedKind.GHSA and name in _OF_GITHUB]
    return own + several


def _words(ecosystem: str, feeds: list[Feed], said_at: dict[str, datetime | None]) -> str:
    if not feeds:
        return f"no feed that is read here tells of {ecosystem}"
    dated = [(said, one) for one in feeds if (said := said_at.get(one.name)) is not None]
    if not dated:
        names = " or ".join(one.name for one in feeds)
        return f"no feed that tells of {ecosystem} was loaded; let {names} be loaded"
    said, newest = max(dated, key=lambda pair: pair[0])
    return (
        f"the feed {newest.name} is of {said.date().isoformat()}, which is too old to answer by;"
        " let it be loaded anew"
    )
