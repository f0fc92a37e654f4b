"""A document that breaks its schema has one fault: the one that explains the others."""

from __future__ import annotations

import pytest

from tidegate.engines.formats.schema_faults import telling_fault, validator_of

SCHEMA = {
    "type": "object",
    "required": ["schema", "name"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "thing-1"},
        "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "size": {"type": "integer", "minimum": 1},
        "words": {"enum": ["high", "low"]},
        "marks": {"type": "array", "minItems": 1, "uniqueItems": True},
    },
}
GOOD = {"schema": "thing-1", "name": "tide"}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        # Another format makes every field wrong; a misspelt one explains what is missing.
        ({"schema": "thing-2", "nmae": "x"}, "schema", "write 'thing-1'"),
        ({"name": None, "nmae": "tide"}, "nmae", "known are schema, name, size, words, marks"),
        ({"name": "Tide"}, "name", "write small letters"),
        ({"name": "tide\n"}, "name", "write small letters"),
        ({"name": "tidegate"}, "name", "is too long, by maxLength 5"),
        ({"size": "1"}, "size", "is not a whole number"),
        ({"size": 0}, "size", "at least 1"),
        ({"words": "middle"}, "words", "one of high, low"),
        ({"marks": []}, "marks", "is empty"),
        ({"marks": [1, 1]}, "marks", "names something twice"),
    ],
)
def test_the_fault_that_explains_the_others_is_told(change, field, says):
    document = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    fault = telling_fault(document, validator_of(SCHEMA), {"name": "write small letters"})
    assert fault is not None
    assert fault.field == field
    assert says in fault.reason


def test_what_is_missing_is_named_and_what_is_good_has_no_fault():
    validator = validator_of(SCHEMA)
    fault = telling_fault({"schema": "thing-1"}, validator, {})
    assert fault is not None
    assert (fault.field, fault.reason) == ("name", "is missing; add it")
    assert telling_fault(GOOD, validator, {}) is None
