"""What a file that came says, if it is for us.

An advisory for everybody lies open. One for some organisations is encrypted, and nothing outside of
it tells for whom: each is tried, and what does not open was for others, which is no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidegate.engines.updates.audiences import open_restricted
from tidegate.engines.updates.bundles import Bundle, open_bundle
from tidegate.engines.updates.changes import Change
from tidegate.engines.updates.errors import AudienceError, BundleError
from tidegate.engines.updates.following.refusals import Cause, FollowError

_RESTRICTED: Final = "restricted/"


def opened(change: Change, raw: bytes, identities: Sequence[str]) -> Bundle | None:
    """Return the bundle in a file; None where it is encrypted to others.

    Args:
        change: the change that it came with.
        raw: the file; TUF has vouched for it.
        identities: age identities of this organisation, the newest first; others are older ones.

    Raises `FollowError` for a file that is for us and cannot be read.
    """
    try:
        if not change.path.startswith(_RESTRICTED):
            bundle = open_bundle(raw)
            if change.path != f"advisories/{bundle.identifier}.json":
                raise FollowError(Cause.MIXED, f"{change.path} is about {bundle.identifier}")
            return bundle
        for identity in identities:
            content = open_restricted(raw, identity)
            if content is not None:
                return open_bundle(content)
    except (AudienceError, BundleError) as error:
        raise FollowError(Cause.MALFORMED, f"{change.path}: {error}") from error
    return None
