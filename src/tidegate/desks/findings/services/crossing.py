"""Two findings that behaved alike are confirmed, or told apart, by running each on the other's
releases: one bug is mended for both at once (see the engine's `crossing`).

The rules:

- The same signature, and every release on which both were run agrees, mended ones among them: one
  bug. They are linked.
- The same signature, and no mended release is known: the behaviour alone speaks, and it is linked;
  a release that comes later may part them, by a person.
- Signatures that share a frame, and crossing says the same: they are linked, on crossing.
- A release that mends one and not the other: two bugs. They are nominated as variants, and for the
  one that was mended later, as an incomplete fix.
- Whatever cannot be decided is nominated.
"""

from __future__ import annotations
