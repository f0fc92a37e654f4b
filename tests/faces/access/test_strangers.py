"""Whoever has not signed in, or is suspended, learns of nothing that is kept, by no route."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access.faces import As, Command, Kept, Web, nothing_stays, signed_in
from tests.faces.access.questions import Asked, Route
from tests.faces.access.routes import COMMANDS, OPERATIONS, PAGES
from tidegate.faces.web.signed_in import is_open


def questions(world: World) -> Iterator[tuple[Route, Asked]]:
    """Yield a question for each page and operation, about what a coordinator may read.

    But not of whoever has a secret: a feed is shown to who knows its address.
    """
    reader = Reader(world, world.persons[0])
    for route in (*PAGES, *OPERATIONS):
        if isinstance(route.question, Web):
            asked = list(route.asked(world, reader))
            yield from ((route, one) for one in asked[:1] if "secret" not in one.names)


def stranger(world: World, who: str) -> As:
    if who == "nobody":
        return As(None)
    person = world.persons[-1]
    person.is_active = False
    person.save(update_fields=["is_active"])
    return signed_in(person, world.secrets[person.key])


@pytest.mark.parametrize("who", ["nobody", "somebody suspended"])
def test_nothing_is_told_to_a_stranger_and_nothing_done_for_them(world: World, who: str):
    asking, kept, answered = stranger(world, who), Kept(), 0
    for route, asked in questions(world):
        assert isinstance(route.question, Web)
        with nothing_stays():
            kept.begin()
            answer = asking.ask(route.question, asked.names)
            changed = kept.has_changed()
        what = f"{route.name}: {answer.text[:400]}"
        assert not answer.foreign(world.bearers, asked.names.values()), what
        if is_open(route.question.path):
            answered += answer.status == 200
            continue
        assert not changed, what
        assert answer.status == (401 if route.question.path.startswith("/api/") else 302), what
    assert answered > 5


def test_an_address_looks_the_same_to_a_stranger_whether_something_is_there(world: World):
    for route, asked in questions(world):
        assert isinstance(route.question, Web)
        if asked.parts and not is_open(route.question.path):
            nothing = {part.name: part.absent for part in asked.parts}
            back = {part.absent: part.value for part in asked.parts}
            with nothing_stays():
                there = As(None).ask(route.question, asked.names)
            with nothing_stays():
                not_there = As(None).ask(route.question, nothing)
            assert there.text == not_there.for_the_name(back), route.name


@pytest.mark.parametrize("form", ["login", "password/reset"])
def test_signing_in_does_not_tell_who_has_an_account(world: World, form: str):
    said = {"login": "{address}", "email": "{address}", "password": "a guess that is long"}
    question = Web("POST", f"/account/{form}/", form=said)
    known = world.persons[0].email
    unknown = "zq0000000x@example.org"
    with nothing_stays():
        there = As(None).ask(question, {"address": known})
    with nothing_stays():
        not_there = As(None).ask(question, {"address": unknown})
    assert there.text == not_there.for_the_name({unknown: known})


_FOR_EVERYBODY = (
    "tidegate policy",
    "tidegate ledger key",
    "tidegate ledger witness list",
    "tidegate reviews figures",
    "tidegate directives",
    "tidegate directives show",
    "tidegate directives docket",
    "tidegate directives policy-sets",
    "tidegate funnel",
)
"""The policy's sentences, public keys, counts of engagements, what directives say, and how far what
was found has come, in its public form."""


def test_no_command_acts_as_somebody_who_is_suspended(world: World):
    asking, tried = stranger(world, "somebody suspended"), 0
    names = {"key": "C-00000-0000Z", "other": "C-00000-0000Y", "organisation": "O-00000-0000Z"}
    names |= {"index": "0", "mark": "a", "person": "P-00000-0000Z", "number": "1"}
    for route in COMMANDS:
        if isinstance(route.question, Command):
            with nothing_stays():
                answer = asking.ask(route.question, names)
            own = world.persons[-1].email.partition("@")[0]
            assert not answer.foreign(world.bearers, [own]), route.name
            refused = "nobody who may act has the address" in answer.text
            assert refused or route.name in _FOR_EVERYBODY, (route.name, answer.text)
            tried += 1
    assert tried > 50
