"""From a file to a disclosure policy."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from enum import StrEnum
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.policies.makers import document, policy, rule
from tidegate.desks.cases.policies import words
from tidegate.desks.cases.policies.lengths import Length, Unit
from tidegate.desks.cases.policies.loading import (
    PolicyError,
    policy_schema,
    read_policy,
    shipped_policies,
    shipped_policy,
)
from tidegate.desks.cases.policies.words import Force, Ground, Reading, Trigger

_NAMES = ["anthropic-cvd", "default-90", "eu-cra-article-14", "project-zero"]


def _error(written):
    raw = written if isinstance(written, bytes) else json.dumps(written).encode()
    with pytest.raises(PolicyError) as caught:
        read_policy(raw, "acme.json")
    return str(caught.value)


def test_four_policies_are_shipped():
    assert [one.name for one in shipped_policies()] == _NAMES


@pytest.mark.parametrize("name", _NAMES)
def test_a_shipped_policy_says_who_says_it_and_where_it_was_read(name):
    shipped = shipped_policy(name)
    assert shipped.authority
    assert shipped.binds
    for one in shipped.rules:
        source = shipped.source_of(one)
        assert source.url.startswith("https://")
        assert source.read.isoformat() == "2026-11-26"


def test_what_was_read_at_second_hand_says_so():
    readings = {one.name: one.source.reading for one in shipped_policies()}
    assert readings == {
        "anthropic-cvd": Reading.PRIMARY,
        "default-90": Reading.SECOND_HAND,
        "eu-cra-article-14": Reading.SECOND_HAND,
        "project-zero": Reading.PRIMARY,
    }
    escalation = shipped_policy("anthropic-cvd").rule("escalation-after-silence")
    assert escalation is not None
    assert escalation.source is not None
    assert escalation.source.reading is Reading.SECOND_HAND


def test_only_the_law_is_law():
    assert [one.name for one in shipped_policies() if one.force is Force.LAW] == [
        "eu-cra-article-14"
    ]
    assert shipped_policy("default-90").force is Force.GUIDANCE


def test_a_policy_that_is_not_shipped_is_answered_with_those_that_are():
    with pytest.raises(LookupError, match="no policy 'acme' is shipped; there are anthropic-cvd"):
        shipped_policy("acme")
    with pytest.raises(LookupError, match="no policy 'default-90 2' is shipped"):
        shipped_policy("default-90", "2")
    assert shipped_policy("default-90", "1").version == "1"


def test_an_organisation_can_load_its_own():
    own = policy()
    assert str(own) == "acme-cvd 3"
    loaded = own.rule("disclosure")
    assert loaded.triggers == (Trigger.REPORTED,)
    assert loaded.length == Length(60, Unit.DAYS)
    assert loaded.extension.grounds == {Ground.REQUESTED}
    assert own.rule("another") is None


@pytest.mark.parametrize("name", _NAMES)
def test_nobody_borrows_a_shipped_policys_name(name):
    assert _error(document(name=name, version="99")) == (
        f"acme.json: name '{name}' is shipped with this software; give yours another name"
    )


def test_two_texts_under_one_version_can_be_told_apart():
    assert policy().sha256 != policy(rule(length="P61D")).sha256
    assert policy().sha256 == policy().sha256


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "v2"}, "schema 'v2' is not a format that is read here"),
        ({"rules": []}, "rules is empty; fill it"),
        ({"name": "Acme CVD"}, "name 'Acme CVD' cannot stand here; write small letters"),
        ({"name": "acme\n"}, r"name 'acme\n' cannot stand here"),
        ({"title": 3}, "title 3 is not a text; write one"),
        ({"title": "x" * 201}, "title is too long, by maxLength 200; shorten it"),
        ({"force": "must"}, "force 'must' is not one of its words; write one of law, commitment"),
        ({"applies_from": "2026-09-11"}, "applies_from '2026-09-11' cannot stand here; write an"),
        ({"applies_from": "2026-13-01T00:00:00Z"}, "'2026-13-01T00:00:00Z' is no instant"),
        ({"rule": []}, "rule is not a field here; remove it; known are schema, name"),
        (
            {"rules": [rule(length="90 days")]},
            "rules[0].length '90 days' cannot stand here; write P90D",
        ),
        ({"rules": [rule(clock="deadline")]}, "rules[0].clock 'deadline' is not one of its words"),
        (
            {"rules": [rule(trigger=["fixed"])]},
            "rules[0].trigger[0] 'fixed' is not one of its words",
        ),
        ({"rules": [rule(trigger=[])]}, "rules[0].trigger is empty; fill it"),
        ({"rules": [rule(can_pause="no")]}, "rules[0].can_pause 'no' is not true or false"),
        ({"rules": [rule(), rule()]}, "rules[1].name 'disclosure' is another rule's; give it one"),
        (
            {"rules": [rule(met_by=["reported"])]},
            "rules[0].met_by names reported, which starts the clock",
        ),
        (
            {"rules": [rule(condition={"met": "disclosure"})]},
            "rules[0].condition.met 'disclosure' is no rule before this one that something meets",
        ),
        (
            {"rules": [rule(name="first"), rule(condition={"met": "first"})]},
            "rules[1].condition.met 'first' is no rule before this one that something meets",
        ),
        (
            {"source": {"url": "https://acme.example", "read": "2026-02-30", "terms": "primary"}},
            "source.read '2026-02-30' is no day; write a date like 2026-11-26",
        ),
        (
            {"source": {"url": "file:///etc", "read": "2026-02-03", "terms": "primary"}},
            "source.url 'file:///etc' cannot stand here; write an address like https://",
        ),
    ],
)
def test_a_wrong_policy_is_refused_at_the_place_with_the_mend(changes, message):
    said = _error(document(**changes))
    assert said.startswith("acme.json: ")
    assert message in said


@pytest.mark.parametrize("missing", ["authority", "source", "rules", "version"])
def test_a_field_that_is_missing_is_named(missing):
    written = document()
    del written[missing]
    assert _error(written) == f"acme.json: {missing} is missing; add it"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "empty; write a JSON object"),
        (b"[]", "a policy is an object, not a list"),
        (b"{", "not JSON at column"),
        (b'{"name": "a", "name": "b"}', "name comes twice in the same object"),
        (b" " * (257 << 10), "larger than"),
    ],
)
def test_what_is_no_document_is_refused(raw, message):
    assert message in _error(raw)


def test_the_name_of_a_file_does_not_reach_a_terminal_as_it_is():
    with pytest.raises(PolicyError, match=r"^a\\x1b\[2J\.json: empty"):
        read_policy(b"", "a\x1b[2J.json")


@pytest.mark.parametrize(
    ("place", "enum"),
    [
        (("$defs", "trigger", "enum"), words.Trigger),
        (("$defs", "rule", "properties", "clock", "enum"), words.ClockName),
        (("properties", "force", "enum"), words.Force),
        (("$defs", "source", "properties", "terms", "enum"), words.Reading),
    ],
)
def test_the_schema_and_the_code_know_the_same_words(place, enum: type[StrEnum]):
    found: Any = policy_schema()
    for part in place:
        found = found[part]
    assert found == list(enum)


def test_the_schema_and_the_code_know_the_same_grounds_and_circumstances():
    of_rule = policy_schema()["$defs"]["rule"]["properties"]
    grounds = of_rule["extension"]["properties"]["grounds"]["items"]["enum"]
    assert grounds == list(words.Ground)
    assert of_rule["condition"]["properties"]["circumstance"]["enum"] == list(words.Circumstance)


_SPOILT: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
)


@given(st.data())
def test_a_spoilt_policy_is_read_or_refused_and_nothing_else(data):
    written = copy.deepcopy(document())
    at = written
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(_SPOILT)
    with suppress(PolicyError):
        read_policy(json.dumps(written).encode(), "acme.json")


def test_shipped_policies_stand_in_order():
    names = [(one.name, one.version) for one in shipped_policies()]
    assert all(earlier < later for earlier, later in pairwise(names))
