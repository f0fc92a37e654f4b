"""Feeds of which an edition is here, with nothing in it: so it is told that nothing is affected."""

from __future__ import annotations

from datetime import datetime

from tests.desks.exposure.rooms import NOW
from tidegate.desks.exposure.models import Edition, FeedState


def fresh(*feeds: str, said_at: datetime = NOW) -> None:
    """Let there be an empty edition of each of these feeds."""
    for name in feeds:
        edition = Edition.objects.create(
            feed=name,
            version="1",
            said_at=said_at,
            fetched_at=said_at,
            came_from="a file",
            sha256="0" * 64,
            size=1,
            records=1,
            outcome="taken",
        )
        FeedState.objects.update_or_create(name=name, defaults={"edition": edition})
