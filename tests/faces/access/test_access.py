"""Whoever asks, along whichever route: they get what the policy's plain model says, and no more.

Random instances are built, and some people of each ask everything that can be asked. What is
compared is said in `walking`, what they ask in `routes`, and who may see what in `oracle`.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.access.worlds import build
from tests.faces.access.faces import Kept, standing_still
from tests.faces.access.questions import Route
from tests.faces.access.routes import (
    ASKED_BY_EACH,
    KNOWN,
    OF_EXPOSURE,
    OF_PUBLICATIONS,
    OF_REVIEWS,
)
from tests.faces.access.walking import Seen, Walk

_WALKERS: Final = ((0, 1, 4), (2, 3), (5, 6))
"""Who asks everything in the first world, in the second, and so on: the first four have a place in
every world, the fifth has none in any, and who the others are is drawn."""
_ACCOUNTS: Final = (0, 4)
"""Those of them who also ask what is the same for everybody."""

_AGAIN: Final = 0.4
"""Of what tells of engagements or exposure: how much is asked by who comes after both outcomes were
seen."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Let refusals, of which there are thousands here, not be logged."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
class EveryRoute(TestCase):
    """Random instances."""

    seen: ClassVar[Seen] = Counter()
    walked: ClassVar[list[int]] = []

    # A seed has no simpler one: what was found is told as it was found. The same worlds each time,
    # for the last check counts that each route let somebody in and kept somebody out.
    @settings(
        derandomize=True,
        max_examples=len(_WALKERS),
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def test_everybody_is_told_what_the_policy_says_and_nothing_else(self, seed: int) -> None:
        draw = random.Random(seed)
        with standing_still():
            world = build(seed)
            kept = Kept()
            active = [one for one in world.persons if one.is_active]
            for number in _WALKERS[len(self.walked) % len(_WALKERS)]:
                routes = KNOWN if number in _ACCOUNTS else ASKED_BY_EACH
                person = active[number % len(active)]
                left = [route for route in routes if self._is_left(route, draw)]
                Walk.of(world, person, self.seen, draw, kept).along(left)
        self.walked.append(seed)

    def _is_left(self, route: Route, draw: random.Random) -> bool:
        if route.name not in OF_REVIEWS | OF_EXPOSURE | OF_PUBLICATIONS:
            return True
        outcomes = (self.seen[route.name, True], self.seen[route.name, False])
        return not all(outcomes) or (not route.changes and draw.random() < _AGAIN)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        if len(cls.walked) < len(_WALKERS):
            return  # What stopped it is told already.
        # Whoever is let in everywhere, or nowhere, has shown nothing.
        for route in KNOWN:
            if route.question is not None and route.has_outcomes:
                outcomes = (False,) if route.lets_nobody_in else (True, False)
                for may in outcomes:
                    assert cls.seen[route.name, may], f"{route.name} never {_SAID[may]}"
            elif route.question is not None:
                assert cls.seen[route.name, True], f"{route.name} was never asked"


_SAID = {True: "let anybody in", False: "kept anybody out"}
