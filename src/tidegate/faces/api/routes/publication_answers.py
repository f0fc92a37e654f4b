"""How a publication and its revision are answered after something was done with them."""

from __future__ import annotations

from typing import Any

from tidegate.desks.publications.models import Publication, Revision
from tidegate.engines.formats.severities import WORDS


def changed(row: Revision) -> dict[str, Any]:
    """Return the revision that is worked on, as it is now."""
    names = ("state", "withdraws", "digest", "edits", "publish_at", "audience")
    return {
        **{name: getattr(row, name) for name in names},
        "identifier": row.publication.identifier,
        "revision": row.number,
    }


def state(row: Publication) -> dict[str, Any]:
    """Return a publication as it is now."""
    names = ("identifier", "began_at", "shared_at", "published_at")
    return {**{name: getattr(row, name) for name in names}, "case": row.case.key}


def tag_of(row: Revision) -> str:
    """Return the entity tag of the record of a revision (RFC 9110, section 8.8.3)."""
    return f'"{row.number}.{row.edits}"'


def severity_of(rank: int) -> str:
    """Return the word of a rank, from 1 for low to 4 for critical; empty for 0, which is none."""
    return WORDS[len(WORDS) - rank] if rank else ""
