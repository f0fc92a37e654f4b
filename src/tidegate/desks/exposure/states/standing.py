"""What follows from the grounds of an exposure: does it stand, and is that known? Pure.

An advisory's word is a ground for each coordinate that it holds. Our own run wins over what is
published: where it has shown that a version is not affected, the published ground is overruled; it
stays where it can be seen, and does not count.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.engines.matching.advisories import Certainty


def standing(grounds: Iterable[tuple[Certainty, bool]]) -> Certainty:
    """Return what holds of an asset, by its grounds; each is a certainty, and whether overruled.

    Affected wins over unknown; without any ground that counts, it is not affected.
    """
    counting = {certainty for certainty, is_overruled in grounds if not is_overruled}
    for certainty in (Certainty.AFFECTED, Certainty.UNKNOWN):
        if certainty in counting:
            return certainty
    return Certainty.NOT_AFFECTED
