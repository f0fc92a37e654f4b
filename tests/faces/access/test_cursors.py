"""A cursor is no way to ask whether a row is there: of what is forbidden it says what it says of
what never was, whatever the list, its sort, or the place that somebody makes up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.desks.access.oracle import Reader
from tests.desks.access.world import NOW, World
from tests.faces.access import exposure_sentences as exposure
from tests.faces.access import sentences as may
from tests.faces.access.faces import As, Web, nothing_stays, signed_in
from tests.faces.access.questions import ABSENT_NUMBER
from tidegate.desks.findings.queries.deliveries import DeliveryFilter
from tidegate.desks.findings.queries.filters import CaseFilter, FindingFilter
from tidegate.desks.findings.queries.paging import Cursor, fingerprint

Made = Callable[[str], str]
"""Returns a cursor that begins at a row, which is named by its key or its number."""


def _listed(kind: str, sort: str, asked: Any, value: Any = None, *, search: bool = False) -> Made:
    of = fingerprint(kind, sort, asked)
    return lambda key: str(Cursor(of, False, key, value, key if search else ""))


_FOUND: Final = FindingFilter(text="reaches")

LISTS: Final[dict[str, tuple[str, str, Made, may.May]]] = {
    "findings": (
        "/findings?cursor=",
        "findings",
        _listed("findings", "-received", FindingFilter()),
        may.READ_FINDING,
    ),
    "findings by severity": (
        "/findings?sort=-severity&cursor=",
        "findings",
        _listed("findings", "-severity", FindingFilter(), 3),
        may.READ_FINDING,
    ),
    "findings by package": (
        "/findings?sort=package&cursor=",
        "findings",
        _listed("findings", "package", FindingFilter(), "zq"),
        may.READ_FINDING,
    ),
    "findings that a search finds": (
        "/findings?text=reaches&cursor=",
        "findings",
        _listed("findings", "-received", _FOUND, search=True),
        may.READ_FINDING,
    ),
    "cases": (
        "/cases?cursor=",
        "cases",
        _listed("cases", "-priority", CaseFilter(), 30),
        may.READ_CASE,
    ),
    "cases by finders": (
        "/cases?sort=-finders&cursor=",
        "cases",
        _listed("cases", "-finders", CaseFilter(), 1),
        may.READ_CASE,
    ),
    "deliveries": (
        "/deliveries?cursor=",
        "deliveries",
        _listed("deliveries", "-received", DeliveryFilter()),
        may.READ_DELIVERY,
    ),
    "nominations": (
        "/nominations?cursor=",
        "nominations",
        _listed("nominations", "-score", "open", 0.8),
        may.READ_RELATION,
    ),
    "organisations": (
        "/organisations?cursor=",
        "organisations",
        lambda key: key,
        may.SEE_ORGANISATION,
    ),
    "tokens": ("/tokens?cursor=", "tokens", lambda key: key, may.OWN_TOKEN),
    "assets": (
        "/assets?cursor=",
        "assets",
        _listed("assets", "name", ("", "", "", "", "", "", "", False), "zq"),
        exposure.READ_ASSET,
    ),
    "assets by when they were changed": (
        "/assets?sort=-changed&cursor=",
        "assets",
        _listed("assets", "-changed", ("", "", "", "", "", "", "", False), NOW.isoformat()),
        exposure.READ_ASSET,
    ),
    "inventories, by their assets": (
        "/inventories?cursor=",
        "assets",
        _listed("assets", "name", ("", "", "", "", "", "", "", False), "zq"),
        exposure.READ_ASSET,
    ),
    "exposures": (
        "/exposures?cursor=",
        "exposures",
        _listed("exposures", "due", ("", "", "", "", "open", None, None, ""), NOW.isoformat()),
        exposure.READ_EXPOSURE,
    ),
    "exposures by severity": (
        "/exposures?sort=-severity&cursor=",
        "exposures",
        _listed("exposures", "-severity", ("", "", "", "", "open", None, None, ""), 1.0),
        exposure.READ_EXPOSURE,
    ),
    "statements": (
        "/statements?cursor=",
        "statements",
        _listed("statements", "-loaded", ("", "", "", False)),
        exposure.READ_STATEMENT,
    ),
    "exceptions": ("/exceptions?cursor=", "exceptions", lambda key: key, exposure.READ_EXCEPTION),
    "delegations": (
        "/delegations?cursor=",
        "delegations",
        lambda key: key,
        exposure.READ_DELEGATION,
    ),
    "change notices": (
        "/change-notices?cursor=",
        "change_notices",
        lambda key: key,
        exposure.SEE_NOTICE,
    ),
    "what is due": (
        "/due?cursor=",
        "exposures",
        lambda key: f"exposure O-00000-0000Z {key}",
        exposure.READ_EXPOSURE,
    ),
}


def hidden(world: World, rows: str, judge: may.May) -> Iterator[tuple[As, str]]:
    """Yield who may not know of which row, by its key or its number."""
    for person in world.persons:
        if person.is_active:
            reader = Reader(world, person)
            asking = signed_in(person, world.secrets[person.key])
            for row in getattr(world, rows):
                if not judge(reader, row):
                    yield asking, getattr(row, "key", str(row.pk))


def absent(key: str) -> str:
    return ABSENT_NUMBER if key.isdecimal() else f"{key[0]}-00000-0000Z"


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_at_a_hidden_row_is_as_wrong_as_one_at_none(world: World, name: str):
    path, rows, made, judge = LISTS[name]
    question = Web("GET", f"/api/v1{path}{{cursor}}")
    tried = 0
    for asking, key in list(hidden(world, rows, judge))[::3]:
        with nothing_stays():
            there = asking.ask(question, {"cursor": made(key)})
        with nothing_stays():
            not_there = asking.ask(question, {"cursor": made(absent(key))})
        assert there.text == not_there.text
        assert there.status == 400
        tried += 1
    assert tried


def test_a_message_that_is_hidden_is_no_place_to_begin_at(world: World):
    tried = 0
    for person in world.persons:
        reader = Reader(world, person)
        for message in world.messages:
            case = message.coordination.case
            if may.READ_CASE(reader, case) and not may.READ_MESSAGE(reader, message):
                asking = signed_in(person, world.secrets[person.key])
                for face in (
                    "/api/v1/cases/{key}/messages?cursor=",
                    "/cases/{key}/messages?before=",
                ):
                    question = Web("GET", f"{face}{{before}}")
                    names = {"key": case.key, "before": message.key}
                    nothing = absent(message.key)
                    with nothing_stays():
                        there = asking.ask(question, names)
                    with nothing_stays():
                        not_there = asking.ask(question, {**names, "before": nothing})
                    assert there.text == not_there.for_the_name({nothing: message.key})
                    assert not there.found
                    tried += 1
    assert tried


def test_a_place_in_the_ledger_is_counted_for_everybody_alike(world: World):
    """Its numbers are public: whatever number one begins at, only what one may read follows."""
    person = world.persons[1]
    reader, asking = Reader(world, person), signed_in(person, world.secrets[person.key])
    question = Web("GET", "/api/v1/ledger/entries?cursor={cursor}&limit=200")
    read = [one for one in world.entries if may.READ_ENTRY(reader, one)]
    assert 0 < len(read) < len(world.entries)
    for entry in world.entries[::4]:
        with nothing_stays():
            answer = asking.ask(question, {"cursor": str(entry.pk)})
        told = {one.pk for one in read if f'"index": {one.pk},' in answer.text}
        assert told == {one.pk for one in read if one.pk < entry.pk}
