"""The quick check and the validator say the same of every document."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.formats.test_finding import FULL, JSON, LEAST, REFUSED

from tidegate.engines.formats import refusals
from tidegate.engines.formats.conformance import UnknownKeywordError, compiled

QUICK = compiled(refusals.schema())
VALIDATOR = refusals._validator("finding-1")


def same(document):
    assert QUICK(document) is VALIDATOR.is_valid(document), document


@given(JSON)
def test_on_any_json(document):
    same(document)


PLACES = st.sampled_from(
    [(key,) for key in FULL]
    + [("pov", key) for key in FULL["pov"]]
    + [("target", "commit"), ("locations", 0), ("locations", 0, "line"), ("pov", "files", "a.js")]
    + [("weaknesses", 0), ("severity", 0), ("references", 0), ("pov", "needs", 0), ("new",)]
)
VALUES = JSON | st.sampled_from(
    [1.0, 1e300, -0.0, True, "CWE-1\n", "https://a\n", "a" * 301, {"base64": 5}, "2026-02-30", []]
)


@given(PLACES, VALUES)
def test_on_a_finding_with_anything_anywhere(path, value):
    document = copy.deepcopy(FULL)
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    same(document)


@pytest.mark.parametrize("document", [FULL, LEAST, *(case[0] for case in REFUSED)])
def test_on_every_finding_that_the_reader_is_tested_with(document):
    same(document)


def test_findings_take_the_quick_way():
    assert refusals._quick_check("finding-1") is not None


@pytest.mark.parametrize(
    "schema", [{"anyOf": []}, {"enum": [1]}, {"type": ["string", "null"]}, {"items": {"$ref": "#"}}]
)
def test_a_schema_that_says_more_than_is_known_is_not_compiled(schema):
    with pytest.raises(UnknownKeywordError):
        compiled(schema)
