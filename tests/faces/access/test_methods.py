"""However it is asked, with whichever method: what is forbidden looks as if it were not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access.console_routes import CONSOLE
from tests.faces.access.faces import Kept, Web, nothing_stays, signed_in
from tests.faces.access.routes import OPERATIONS


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_no_method_tells_what_is_forbidden_from_what_never_was(world: World, method: str):
    person, kept, tried = world.persons[1], Kept(), 0
    reader, asking = Reader(world, person), signed_in(person, world.secrets[person.key])
    paths = set()
    for route in (*CONSOLE, *OPERATIONS):
        assert isinstance(route.question, Web)
        if route.question.path in paths or "secret" in route.question.path:
            continue
        paths.add(route.question.path)
        asked = next((one for one in route.asked(world, reader) if not one.may), None)
        if asked is None or route.narrows:
            continue
        question = replace(route.question, method=method, form=None, body=None)
        names, back = asked.without()
        with nothing_stays():
            kept.begin()
            there = asking.ask(question, asked.names)
            assert not kept.has_changed(), route.name
        with nothing_stays():
            not_there = asking.ask(question, names)
        assert there.text == not_there.for_the_name(back), route.name
        assert there.status in (404, 405), f"{route.name} {there.text}"
        tried += 1
    assert tried > 60
