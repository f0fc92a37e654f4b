"""How a document that breaks its schema is refused: one sentence, with the mend.

The schema says a document is wrong in a dozen ways at once, in the words of JSON Schema. A person
needs the one that explains the others, in words of the field.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from tidegate.engines.formats.conformance import (
    UnknownKeywordError,
    compiled,
    ends_for_python,
    has_format,
)
from tidegate.engines.formats.documents import Fault, field_path, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENOUGH_ERRORS: Final = 100

_NOUNS: Final = {
    "object": ("an object", "{...}"),
    "array": ("a list", "[...]"),
    "string": ("text", '"..."'),
    "integer": ("a whole number", "1"),
    "number": ("a number", "20"),
    "null": ("null", "null"),
}

_PATTERNS: Final = {
    "target.commit": "is not a commit; write 7 to 64 hex digits in lower case",
    "weaknesses[]": "is not a weakness; write it like CWE-79",
    "severity[]": (
        "is not a CVSS vector; write it like CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    ),
    "pov.needs[]": (
        "is not a package URL with a version;"
        " write it like pkg:npm/express@4.18.2 or pkg:npm/%40scope/name@1.0.0"
    ),
    "discovery.transcript_sha256": "is not a SHA-256; write 64 hex digits in lower case",
}

FILE_NAME_RULE: Final = (
    "is not a file name for a proof; write at most 100 letters, digits, '.', '_' or '-',"
    " beginning with a letter, a digit or '_', and no folder"
)

_FORMATS: Final = {
    "uri": "is not a URI; write it like https://example.org/advisory",
    "date-time": "is not an RFC 3339 date and time; write it like 2026-11-30T12:00:00Z",
}


def schema(name: str = "finding-1") -> dict[str, Any]:
    """Return one of the JSON Schemas that are shipped here; a copy that the caller may change."""
    loaded: dict[str, Any] = json.loads(_schema_text(name))
    return loaded


@cache
def _schema_text(name: str) -> str:
    place = resources.files("tidegate.engines.formats") / f"{name}.schema.json"
    return place.read_text(encoding="utf-8")


def schema_fault(document: Any, name: str = "finding-1") -> Fault | None:
    """Return the most telling way in which a document breaks the schema `name`, or None."""
    quick = _quick_check(name)
    if quick is not None and quick(document):
        return None
    errors = list(islice(_validator(name).iter_errors(document), _ENOUGH_ERRORS))
    if not errors:
        return None
    # min() takes the first among equals: there the schema's own order decides.
    return _worded(min(errors, key=_telling))


@cache
def _quick_check(name: str) -> Callable[[Any], bool] | None:
    try:
        return compiled(schema(name))
    except UnknownKeywordError:
        return None


@cache
def _validator(name: str) -> Draft202012Validator:
    made: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern, "format": _format}
    )
    return made(schema(name))


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(ends_for_python(pattern), instance):
        yield ValidationError("pattern")


def _format(_: Any, name: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not has_format(instance, name):
        yield ValidationError("format")


def _telling(error: ValidationError) -> tuple[int, int]:
    """Sort the error that explains the others to the front."""
    path = list(error.absolute_path)
    value: Any = error.instance
    if not path and error.validator == "type":
        rank = 0
    elif error.validator == "const" or (error.validator == "required" and _unmarked(path, value)):
        rank = 1  # Another format, or another version of this one: all else follows from that.
    elif error.validator == "additionalProperties":
        rank = 2  # A misspelt field explains why the right one is missing.
    elif error.validator == "required":
        rank = 3
    else:
        rank = 4
    return rank, len(path)


def _unmarked(path: list[str | int], value: dict[str, Any]) -> bool:
    return not path and "schema" not in value and "_type" not in value


def _worded(error: ValidationError) -> Fault:
    path = list(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        return Fault(field_path([*path, value]), FILE_NAME_RULE)
    match error.validator:
        case "required":
            missing = next(required for required in rule if required not in value)
            return Fault(field_path([*path, missing]), _missing(missing, error.schema))
        case "additionalProperties":
            return _unknown_field(path, value, error.schema)
        case _:
            return Fault(field_path(path), _reason(error, _general(path)))


def _missing(name: str, rules: Any) -> str:
    if name == "schema":
        return f'is missing; write "schema": "{rules["properties"]["schema"]["const"]}"'
    return "is missing; add it"


def _unknown_field(path: list[str | int], value: dict[str, Any], rules: Any) -> Fault:
    known = list(rules["properties"])
    unknown = next(name for name in value if name not in known)
    close = difflib.get_close_matches(unknown[:100], known, n=1)
    mend = f"write {close[0]!r}" if close else f"remove it; known are {', '.join(known)}"
    return Fault(field_path([*path, unknown]), f"is not a field here; {mend}")


def _general(path: list[str | int]) -> str:
    """Write a path with the indexes left out: `weaknesses[]`."""
    return ".".join(str(part) for part in path if isinstance(part, str)) + (
        "[]" if path and isinstance(path[-1], int) else ""
    )


def _reason(error: ValidationError, place: str) -> str:
    value: Any = error.instance
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            return _other_type(value, rule) if place else _not_an_object(value)
        case "const":
            return f"{shown(value)} is not a format that is read here; write {shown(rule)}"
        case "enum":
            return f"{shown(value)} is not one of its words; write one of {', '.join(rule)}"
        case "minLength" | "minProperties" | "minItems":
            return "is empty; fill it"
        case "maxLength":
            return f"has {len(value):,} characters; at most {rule:,}"
        case "maxItems" | "maxProperties":
            return f"has {len(value):,} members; at most {rule:,}"
        case "minimum":
            return f"{shown(value)} is too small; at least {rule}"
        case "exclusiveMinimum":
            return f"{shown(value)} is too small; more than {rule}"
        case "maximum":
            return f"{shown(value)} is too large; at most {rule}"
        case "pattern" if place == "target.purl":
            return not_a_purl(value)
        case "pattern":
            return f"{shown(value)} {_PATTERNS.get(place, f'does not have the form {rule}')}"
        case "format":
            return f"{shown(value)} {_FORMATS[rule]}"
        case "oneOf":
            return (
                f"{shown(value)} is neither a text of at most 1,048,576 characters nor"
                ' {"base64": "..."} of at most 1,398,104'
            )
        case keyword:
            return f"{shown(value)} breaks the schema's rule {keyword!r}; see finding-1.schema.json"


def _other_type(value: Any, rule: str | list[str]) -> str:
    kinds = [rule] if isinstance(rule, str) else rule
    nouns = " or ".join(_NOUNS[kind][0] for kind in kinds)
    return f"{shown(value)} is not {nouns}; write {_NOUNS[kinds[0]][1]}"


def _not_an_object(value: Any) -> str:
    if isinstance(value, list):
        return "a finding is an object, not a list; put many findings one a line into a .jsonl file"
    return f"a finding is an object, not {shown(value)}; write {{...}}"


def not_a_purl(text: str) -> str:
    """Refuse what should have been a package URL, with the one that was probably meant."""
    bare = re.fullmatch(r"(@?)([A-Za-z0-9._/-]{1,100}?)(?:@([A-Za-z0-9.+-]{1,50}))?", text)
    scope, name, version = bare.groups() if bare else ("", "minimist", None)
    meant = f"pkg:npm/{'%40' if scope else ''}{name}@{version or '1.2.0'}"
    return f"{shown(text)} is not a package URL; write {meant}"
