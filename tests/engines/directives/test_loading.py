"""A directive is read whole, or refused with the place and the mend; shipped names are taken."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.engines.directives.made import clocked, document, raw, shipped
from tidegate.engines.directives import (
    Directive,
    DirectiveError,
    directive_schema,
    read_directive,
    shipped_directives,
)
from tidegate.engines.directives.loading import MAX_BYTES

SHIPPED = resources.files("tidegate.engines.directives") / "shipped"


def read(value: Any) -> Directive:
    return read_directive(raw(value), "own.json")


def test_the_schema_is_a_schema_and_each_shipped_file_has_its_name() -> None:
    Draft202012Validator.check_schema(directive_schema())
    names = {place.name for place in SHIPPED.iterdir()}
    assert names == {f"{one.id}.json" for one in shipped_directives()}


def test_one_of_ones_own_is_read() -> None:
    own = read(document())
    assert (own.id, str(own.issued_on), own.effective_on) == ("own-1", "2026-01-31", own.issued_on)
    assert own.requirements[0].bindings[0].since == own.effective_on


def test_a_copy_of_a_shipped_one_is_that_one_and_a_changed_copy_is_refused() -> None:
    value = json.loads((SHIPPED / "bod-26-04.json").read_bytes())
    assert read(value) is shipped("bod-26-04")
    value["requirements"].pop()
    with pytest.raises(DirectiveError, match=r"own\.json: id 'bod-26-04' is shipped with this"):
        read(value)
    with pytest.raises(DirectiveError, match="is shipped with this"):
        read(document(id="eo-14409"))


def test_a_loaded_policy_set_can_be_named() -> None:
    value = clocked({"kind": "table", "policy_set": "ours"})
    with pytest.raises(DirectiveError, match="'ours' is no policy set; there are cisa, cnss, war"):
        read(value)
    assert read_directive(raw(value), "own.json", ["ours"]).requirements


def changed(place: str, value: Any) -> dict[str, Any]:
    made = document()
    *path, last = place.split(".")
    part: Any = made
    for name in path:
        part = part[int(name)] if name.isdigit() else part[name]
    part[last] = value
    return made


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "a directive is an object, not a list"),
        ({}, "schema is missing; add it"),
        (document(schema="urn:x"), "schema 'urn:x' is not a format that is read here"),
        (document(code="print()"), "code is not a field here; remove it"),
        (document(id="Own 1"), "id 'Own 1' cannot stand here; write small letters"),
        (document(id="own-1\n"), "id 'own-1\\n' cannot stand here"),
        (document(title="a\nb"), "title 'a\\nb' cannot stand here; write it in one line"),
        (document(title=""), "title is empty; fill it"),
        (document(kind="wish"), "kind 'wish' is not one of its words; write one of order"),
        (document(issued="2026-02-30"), "issued '2026-02-30' is no day"),
        (document(issued="soon"), "issued 'soon' cannot stand here; write a day like"),
        (document(effective="2026-01-30"), "effective is before issued, 2026-01-31"),
        (document(status="revoked"), "revoked goes with the status revoked"),
        (
            document(revoked={"by": "x", "on": "2026-02-01"}),
            "revoked goes with the status revoked, and only with it",
        ),
        (
            document(status="revoked", revoked={"by": "x", "on": "2026-01-30"}),
            "revoked.on is before issued",
        ),
        (
            document(status="revoked", revoked={"by": "own-1", "on": "2026-02-01"}),
            "revoked.by is this very directive",
        ),
        (document(scope={}), "scope is empty; fill it"),
        (document(scope={"everybody": "binding"}), "scope 'everybody' cannot stand here"),
        (
            document(scope={"other": "binding", "sector/magic": "binding"}),
            "scope['sector/magic'] 'sector/magic' names no sector; they are chemical,",
        ),
        (document(requirements=[]), "requirements is empty"),
        (document(sources=[]), "sources is empty"),
        (changed("sources.0.url", "http://x.org"), "write an address like https://"),
        (changed("sources.0.terms", "rumour"), "write one of primary, second-hand"),
        (
            changed("requirements.0.binds.0.whom", "fceb"),
            "requirements[0].binds[0].whom 'fceb' is not in scope; there are other, sector/energy",
        ),
        (
            document(requirements=document()["requirements"] * 2),
            "requirements 'mend' is the id of two of them",
        ),
        (document(events=document()["events"] * 2), "events 'it-broke' is the name of two events"),
        (
            document(events=[{"name": "issued", "words": "x"}]),
            "events 'issued' is the name of two events",
        ),
        (clocked({"kind": "soon"}), "clock.kind 'soon' is not one of its words"),
        (clocked({"kind": "on-date"}), "requirements[0].clock.on is missing for on-date; add it"),
        (
            clocked({"kind": "ongoing", "days": 3}),
            "requirements[0].clock.days does not go with ongoing; remove it",
        ),
        (
            clocked({"kind": "days-after", "event": "it-mended", "days": 3}),
            "clock.event 'it-mended' is no event of this file; there are issued, effective, it-b",
        ),
        (
            clocked({"kind": "hours-after", "event": "issued", "hours": 3}),
            "clock.event 'issued' is no event with an instant of this file; there are it-broke",
        ),
        (
            clocked({"kind": "days-after", "event": "issued", "days": 0}),
            "clock.days 0 is too small; at least 1",
        ),
        (
            clocked({"kind": "days-after", "event": "issued", "days": True}),
            "clock.days true is not a whole number",
        ),
        (
            clocked({"kind": "recurring", "days": 7, "first_by": "2026-13-01"}),
            "clock.first_by '2026-13-01' is no day",
        ),
    ],
)
def test_what_is_no_directive_is_refused_with_the_place_and_the_mend(value, message) -> None:
    with pytest.raises(DirectiveError) as refused:
        read(value)
    assert str(refused.value).startswith("own.json: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("hostile", "message"),
    [
        (b"", "empty"),
        (b"\xff", "not UTF-8"),
        (b"{", "not JSON"),
        (b'{"id": 1, "id": 2}', "comes twice"),
        (b'{"days": NaN}', "is a number that not every reader"),
        (b"[" * 200, "nested more than"),
        (b" " * (MAX_BYTES + 1), "larger than 1 MiB"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
    ],
)
def test_what_would_hurt_a_parser_never_reaches_it(hostile: bytes, message: str) -> None:
    with pytest.raises(DirectiveError, match=message):
        read_directive(hostile, "own.json")


def test_the_name_of_a_file_cannot_write_to_a_terminal() -> None:
    with pytest.raises(DirectiveError) as refused:
        read_directive(b"", "\x1b[2J.json")
    assert "\x1b" not in str(refused.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("2026-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_change_gives_a_whole_directive_or_one_refusal(data: st.DataObject) -> None:
    value: Any = json.loads((SHIPPED / "bod-26-04.json").read_bytes()) | {"id": "own-1"}
    part = value
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(part[key], dict | list) and part[key] and data.draw(st.booleans()):
            part = part[key]
            continue
        part[key] = data.draw(ANYTHING)
        break
    try:
        read = read_directive(raw(value), "own.json")
    except DirectiveError as error:
        refused = str(error)
    else:
        refused = ""
        assert read.requirements
    assert "\n" not in refused
