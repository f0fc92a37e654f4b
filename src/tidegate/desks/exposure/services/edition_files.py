"""An edition of a feed comes as a file that somebody hands in, through a form or a program.

It is read, judged and kept like one that was fetched; the feed's own place stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.services.bringing import Brought, own_folder
from tidegate.desks.exposure.services.staging import Staging
from tidegate.desks.exposure.services.taking import BATCH, Taken, Taking, Told, feed_called, nobody

_LONGEST_NAME: Final = 200


def take_file(
    actor: Actor,
    feed_name: str,
    path: Path,
    *,
    called: str,
    at: datetime,
    told: Told | None = None,
) -> Taken:
    """Take in an edition of a feed from a file that came from elsewhere, if it is good and new.

    Args:
        actor: whoever administers the instance. They name no path: the file is one that this
            process has written for them.
        feed_name: such as `kev`.
        path: where its bytes lie; its ending says how they are compressed.
        called: the name under which it was handed in.
        at: now.
        told: hears how far it is.

    Returns:
        what became of it; a refusal is none of the errors.

    Raises:
        NotFoundError: that is not for them.
        NotPossibleError: there is no such feed.
        HomeError: the instance's folder cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    feed = feed_called(feed_name)
    name = "".join(sign for sign in called if sign.isprintable())[:_LONGEST_NAME]
    came = Brought(path, f"handed in: {name}", path.stat().st_size)
    with own_folder(feed) as folder, Staging(folder, BATCH) as staging:
        return Taking(feed, came, staging, False, actor, at, told or nobody).done()
