"""Does a document follow a JSON Schema? Yes or no, and quickly.

Findings come in by the ten thousand, nearly all of them good, and a general validator spends most
of their time on finding nothing. So the schema itself is made into one function, once. It says yes
or no and never why: a document that it says no to goes to `jsonschema`, which finds the words
(`refusals`). The schema stays the one truth; a test holds both to the same answer for any JSON.

Only the keywords that our schema uses are known. A schema with any other is not compiled, and then
`jsonschema` does the whole work.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sized

    Check = Callable[[Any], bool]
    Maker = Callable[[Any, Any], Check]

_SILENT: Final = {"$schema", "$id", "title", "description"}
"""Keywords that demand nothing."""

_NUMBER: Final = (int, float)
_FORMATS: Final = Draft202012Validator.FORMAT_CHECKER


class UnknownKeywordError(Exception):
    """A schema uses a keyword that is not compiled here."""


def ends_for_python(pattern: str) -> str:
    """Return a pattern of JSON Schema as Python means it.

    There `$` is the end, as in ECMA-262; Python lets a newline follow, and so would let a file be
    named 'poc.py' with a newline at its end.
    """
    return re.sub(r"\$$", r"\\Z", pattern)


def has_format(text: str, name: str) -> bool:
    """Say whether a text has a format of JSON Schema; both checkers end in Python's `$`, too."""
    return not text.endswith("\n") and _FORMATS.conforms(text, name)


def compiled(schema: Mapping[str, Any]) -> Check:
    """Make a schema into a function that says whether a parsed document follows it.

    Raises `UnknownKeywordError`.
    """
    checks = [
        _KEYWORDS[keyword](value, schema) if keyword in _KEYWORDS else _unknown(keyword)
        for keyword, value in schema.items()
        if keyword not in _SILENT
    ]
    if len(checks) == 1:
        return checks[0]

    def check(value: Any) -> bool:
        for one in checks:  # noqa: SIM110 - half the time of all(), in the innermost loop
            if not one(value):
                return False
        return True

    return check


def _unknown(keyword: str) -> Check:
    raise UnknownKeywordError(keyword)


def _type(name: Any, _: Any) -> Check:
    match name:
        case "object":
            return lambda value: isinstance(value, dict)
        case "array":
            return lambda value: isinstance(value, list)
        case "string":
            return lambda value: isinstance(value, str)
        case "number":
            return _is_number
        case "integer":
            return lambda value: (
                _is_number(value) and (isinstance(value, int) or value.is_integer())
            )
        case _:
            raise UnknownKeywordError(f"type {name}")


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool)


def _const(expected: Any, _: Any) -> Check:
    return _enum([expected], None)


def _enum(words: Any, _: Any) -> Check:
    # Of texts only: 1, 1.0 and true are equal to Python, and not to JSON.
    if not all(isinstance(word, str) for word in words):
        raise UnknownKeywordError("enum of anything but texts")
    known = frozenset(words)
    return lambda value: isinstance(value, str) and value in known


def _required(names: Any, _: Any) -> Check:
    needed = frozenset(names)
    return lambda value: not isinstance(value, dict) or needed <= value.keys()


def _properties(schemas: Any, _: Any) -> Check:
    checks = {name: compiled(schema) for name, schema in schemas.items()}

    def check(value: Any) -> bool:
        if isinstance(value, dict):
            for name, member in value.items():
                if name in checks and not checks[name](member):
                    return False
        return True

    return check


def _additional_properties(schema: Any, parent: Mapping[str, Any]) -> Check:
    if "patternProperties" in parent:
        raise UnknownKeywordError("patternProperties")
    known = frozenset(parent.get("properties", ()))
    if schema is False:
        return lambda value: not isinstance(value, dict) or value.keys() <= known
    inner = compiled(schema)
    return lambda value: (
        not isinstance(value, dict)
        or all(inner(member) for name, member in value.items() if name not in known)
    )


def _property_names(schema: Any, _: Any) -> Check:
    inner = compiled(schema)
    return lambda value: not isinstance(value, dict) or all(inner(name) for name in value)


def _items(schema: Any, _: Any) -> Check:
    inner = compiled(schema)
    return lambda value: not isinstance(value, list) or all(inner(member) for member in value)


def _one_of(schemas: Any, _: Any) -> Check:
    inner = [compiled(schema) for schema in schemas]
    return lambda value: sum(check(value) for check in inner) == 1


def _pattern(pattern: Any, _: Any) -> Check:
    search = re.compile(ends_for_python(pattern)).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _format(name: Any, _: Any) -> Check:
    return lambda value: not isinstance(value, str) or has_format(value, name)


def _length(kind: type[Sized], least: int | None, most: int | None) -> Check:
    if least is not None:
        return lambda value: not isinstance(value, kind) or len(value) >= least
    assert most is not None
    return lambda value: not isinstance(value, kind) or len(value) <= most


def _minimum(bound: Any, _: Any) -> Check:
    return lambda value: not _is_number(value) or value >= bound


def _maximum(bound: Any, _: Any) -> Check:
    return lambda value: not _is_number(value) or value <= bound


def _exclusive_minimum(bound: Any, _: Any) -> Check:
    return lambda value: not _is_number(value) or value > bound


_KEYWORDS: Final[dict[str, Maker]] = {
    "additionalProperties": _additional_properties,
    "const": _const,
    "enum": _enum,
    "exclusiveMinimum": _exclusive_minimum,
    "format": _format,
    "items": _items,
    "maxItems": lambda bound, _: _length(list, None, bound),
    "maxLength": lambda bound, _: _length(str, None, bound),
    "maxProperties": lambda bound, _: _length(dict, None, bound),
    "maximum": _maximum,
    "minLength": lambda bound, _: _length(str, bound, None),
    "minProperties": lambda bound, _: _length(dict, bound, None),
    "minimum": _minimum,
    "oneOf": _one_of,
    "pattern": _pattern,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "type": _type,
}
