"""What is due goes out, reaches the repository and the site, and CVE Services is asked.

The faces call each of these every few seconds, each in a thread of its own: so a slow service on
the network holds up no publication, and a large site no other one's going out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tidegate.desks.publications.services import cve_ids, distributing, publishing, republishing

REFRESHED_EVERY: Final = timedelta(minutes=10)
"""How often it is looked whether anything signed runs out soon, or is not held any more."""

_refreshed: datetime | None = None


def publish(at: datetime) -> int:
    """Let out what is approved and due; return how many revisions went out."""
    return publishing.publish_due(at)


def distribute(at: datetime) -> int:
    """Write what went out where everybody reads it, and keep what is signed from running out.

    What the repository does not hold any more waits again, for the next round. It raises what
    `republishing.reopen` and `distributing.refresh` raise.
    """
    global _refreshed
    done = distributing.distribute(at)
    if _refreshed is None or at - _refreshed >= REFRESHED_EVERY:
        reopened = republishing.reopen(at)
        distributing.refresh(at)
        # Where there may be more to publish again, it is looked in the next round.
        if reopened < republishing.MOST_AT_ONCE:
            _refreshed = at
    return done


def keep_cve_promises(at: datetime) -> int:
    """Reserve, publish and reject CVE identifiers as was promised; return how many were done.

    It raises what `cve_ids.keep_promises` raises.
    """
    return cve_ids.keep_promises(at)
