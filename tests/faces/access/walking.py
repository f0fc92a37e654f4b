"""Somebody asks everything that can be asked, and each answer is held against the plain model.

Of each route they ask about one thing with which they may do it, and about one with which they may
not; which ones is drawn. They are told nothing that is foreign to them, neither by what they get
nor by what they do not get; and what is forbidden looks just as if it had never been.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access.answers import Answer
from tests.faces.access.faces import As, Kept, nothing_stays, signed_in
from tests.faces.access.questions import Asked, Route
from tidegate.desks.parties.models import Person

Seen = Counter[tuple[str, bool]]
"""How often each route was asked, by whether it let somebody in."""


@dataclass
class Walk:
    """One person's way through all the routes."""

    world: World
    reader: Reader
    """What the plain model says of them."""
    asking: As
    seen: Seen
    draw: random.Random
    kept: Kept
    foreign: frozenset[str] = field(init=False)

    @classmethod
    def of(cls, world: World, person: Person, seen: Seen, draw: random.Random, kept: Kept) -> Walk:
        """Return the way of somebody who has signed in, and has a token for everything."""
        asking = signed_in(person, world.secrets[person.key])
        return cls(world, Reader(world, person), asking, seen, draw, kept)

    def __post_init__(self) -> None:
        self.foreign = frozenset(
            text
            for text, bearers in self.world.bearers.items()
            if not any(bearer(self.reader) for bearer in bearers)
        )
        self._absent: dict[tuple[str, str], Answer] = {}

    def along(self, routes: Iterable[Route]) -> None:
        """Ask along every route."""
        for route in routes:
            asked = list(route.asked(self.world, self.reader))
            self.draw.shuffle(asked)
            for may in (True, False):
                chosen = next((one for one in asked if one.may is may), None)
                if chosen is not None:
                    self._try(route, chosen)

    def _try(self, route: Route, asked: Asked) -> None:
        what = f"{route.name} {asked.names} by {self.reader.person.name}"
        if asked.may:
            answer, _ = self._ask(route, asked.names, what, asked.shown)
            assert answer.found or not route.is_there, (
                f"{what} is not found, and they may: {answer.text[-600:]}"
            )
            self._told(route, asked, answer, what)
            return
        self.seen[route.name, False] += 1
        answer, changed = self._ask(route, asked.names, what)
        assert not changed, f"{what} is forbidden, and has changed something"
        refused = route.narrows or not answer.found or (route.changes and answer.refused)
        assert refused, f"{what} is forbidden, and is answered: {answer.text[-600:]}"
        if route.redraws and all(part.known for part in asked.parts):
            return
        absent, back = self._without(route, asked, what)
        assert answer.text == absent.for_the_name(back), (
            f"{what} is forbidden, and does not look as if it had never been:\n"
            f"{_difference(answer.text, absent.for_the_name(back))}"
        )

    def _told(self, route: Route, asked: Asked, answer: Answer, what: str) -> None:
        if asked.told is None:
            self.seen[route.name, True] += 1
            return
        letter, keys = asked.told
        known = {text for text in self.world.bearers if text.startswith(f"{letter}-")}
        listed = answer.keys(letter) & known - set(asked.names.values())
        right = keys - set(asked.names.values())
        assert listed == right, f"{what} lists {listed}, and they may know of {right}"
        self.seen[route.name, True] += bool(right or asked.parts)
        self.seen[route.name, False] += bool(known - right)

    def _without(self, route: Route, asked: Asked, what: str) -> tuple[Answer, Mapping[str, str]]:
        names, back = asked.without()
        key = f"{route.name} {route.question}", repr(sorted(names.items()))
        if key not in self._absent:
            self._absent[key], _ = self._ask(route, names, what)
        return self._absent[key], back

    def _ask(
        self,
        route: Route,
        names: Mapping[str, str],
        what: str,
        shown: frozenset[str] = frozenset(),
    ) -> tuple[Answer, bool]:
        assert route.question is not None
        with nothing_stays():
            self.kept.begin()
            answer = self.asking.ask(route.question, names)
            changed = route.changes and self.kept.has_changed()
        assert not answer.failed, f"{what} failed: {answer.text[-2000:]}"
        # What is not understood is asked of nobody's rights, and would show nothing here.
        understood = not route.changes or route.worded_badly or answer.understood
        assert understood, f"{what} is not understood: {answer.text[-900:]}"
        leaked = answer.foreign(self.foreign - shown, names.values())
        assert not leaked, f"{what} tells of {leaked}:\n{_around(answer.text, leaked)}"
        return answer, changed


def _around(text: str, leaked: Iterable[str]) -> str:
    places = (text.lower().find(word.lower()) for word in leaked)
    return "\n".join(text[max(place - 200, 0) : place + 100] for place in places)


def _difference(one: str, other: str) -> str:
    lines = unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return "\n".join(list(lines)[:12])
