"""Random instances for the tests of access: organisations, people, findings, cases, engagements,
operators with what they run, publications with their drafts and fixes.

A world is drawn from a seed and built in the tables, with everything sealed as it is sealed
elsewhere. What the policy has to say about it is worked out from the same rows by `oracle`, without
any of the policy's code.

Some people are in every world: a coordinator who may do everything, a finder, a coordinator who
only reads, a vendor, somebody without a place anywhere, and an operator's administrator. So every
rule meets somebody whom it lets in, and somebody whom it does not.
"""

from __future__ import annotations

import random

from tests.desks.access.furnishing.coordination import furnish_coordination
from tests.desks.access.furnishing.engagements import furnish_engagements
from tests.desks.access.furnishing.exposure import furnish_exposure
from tests.desks.access.furnishing.findings import furnish_findings
from tests.desks.access.furnishing.letters import furnish_letters
from tests.desks.access.furnishing.parties import furnish_parties
from tests.desks.access.furnishing.publications import furnish_publications
from tests.desks.access.furnishing.records import furnish_records
from tests.desks.access.world import NOW, World

__all__ = ["NOW", "World", "build"]


def build(
    seed: int,
    *,
    organisations: int = 5,
    persons: int = 8,
    cases: int = 3,
    engagements: int = 3,
    assets: int = 2,
    sealed: bool = True,
) -> World:
    """Make a world; the same seed makes the same one, but for its keys.

    Without `sealed`, the entries of its ledger are rows that nothing can be proven of; that takes
    half the time.
    """
    draw = random.Random(seed)
    world = World(is_sealed=sealed)
    furnish_parties(world, draw, organisations, persons)
    furnish_findings(world, draw, cases)
    furnish_coordination(world, draw)
    furnish_letters(world, draw)
    furnish_engagements(world, draw, engagements)
    furnish_records(world, draw)
    # It draws for itself: so what there is besides is what it would be without.
    furnish_exposure(world, random.Random(f"{seed} operates"), assets)
    furnish_publications(world, random.Random(f"{seed} publishes"))
    return world
