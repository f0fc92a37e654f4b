"""Our own proven ranges become advisories, once a case is everybody's to know.

They win over what is published for the versions that were run; the difference stays visible.
"""

from __future__ import annotations

from datetime import datetime

from tidegate.desks.cases.models import Coordination
from tidegate.desks.exposure.queries.proven import is_free, proven_of
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.matching import Touched, match_advisories


def follow(coordination: Coordination, *, at: datetime) -> Touched:
    """Keep what was proven of a case, if the case is under no embargo and free to be passed on.

    Before that nothing of it is kept where matching would find it: what an operator can see, count
    or time must not depend on a secret.
    """
    if not is_free(coordination):
        return Touched()
    proven = proven_of(coordination.case)
    if proven is None:
        return Touched()
    advisory = proven.advisory
    changed = put_advisories([advisory], None, cleared={advisory.identifier: proven.cleared})
    return match_advisories(changed, at=at)
