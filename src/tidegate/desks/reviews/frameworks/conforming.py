"""Does a document follow its schema? If not: one fault, with the place and the mend."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from tidegate.engines.formats.conformance import ends_for_python
from tidegate.engines.formats.documents import Fault, field_path, shown

FRAMEWORK: Final = "framework-1"
TERMS: Final = "terms-1"

_MENDS: Final = {
    "name": "write small letters and digits, with single dashes between them",
    "version": "write letters, digits, '.', '_', '/' or '-'",
    "framework": "write small letters and digits, with single dashes between them",
    "framework_version": "write letters, digits, '.', '_', '/' or '-'",
    "source": "write an address like https://example.org/framework",
    "ceiling": "write P30D for days, PT12H for hours",
    "longest_grant": "write P14D for days, PT12H for hours",
    "transcripts_destroyed_after": "write P30D for days, PT12H for hours; P0D for at once",
    "certificate_due_after": "write P45D for days, PT12H for hours",
    "confidential_until": "write a date like 2027-06-30, or: the release",
    "engagement": "write the engagement's key, like E-7K3M9-Q2X4D, or leave it out",
}
_NOUNS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
}


@cache
def schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema that is shipped here, whole in itself; not to be changed.

    What terms and frameworks have in common is written once, in the schema of terms.
    """
    loaded = _file(name)
    loaded["$defs"] = {**_file(TERMS)["$defs"], **loaded.get("$defs", {})}
    return loaded


def fault_of(document: Any, name: str, what: str) -> Fault | None:
    """Return the way in which a document breaks a schema that explains the others, or None.

    `what` names such a document in the error, such as `a framework`.
    """
    if not isinstance(document, dict):
        verb = "are" if what == "terms" else "is"
        return Fault("", f"{what} {verb} an object, not {shown(document)}; write {{...}}")
    errors = list(_validator(name).iter_errors(document))
    return _worded(min(errors, key=_telling)) if errors else None


def _file(name: str) -> dict[str, Any]:
    place = resources.files("tidegate.desks.reviews.frameworks") / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(name: str) -> Draft202012Validator:
    made: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}
    )
    return made(schema(name))


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(ends_for_python(pattern), instance):
        yield ValidationError("pattern")


def _telling(error: ValidationError) -> tuple[int, int]:
    """Sort the error that explains the others to the front."""
    # Another format makes every field wrong; a misspelt field explains the one that is missing.
    ranks = {"const": 0, "additionalProperties": 1, "required": 2}
    return ranks.get(str(error.validator), 3), len(error.absolute_path)


def _worded(error: ValidationError) -> Fault:
    path = list(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in rule if name not in value)
            return Fault(field_path([*path, missing]), "is missing; add it")
        case "additionalProperties":
            known = list(error.schema["properties"]) if isinstance(error.schema, dict) else []
            unknown = next(name for name in value if name not in known)
            mend = f"remove it; known are {', '.join(known)}"
            return Fault(field_path([*path, unknown]), f"is not a field here; {mend}")
        case "const":
            reason = f"{shown(value)} is not a format that is read here; write {shown(rule)}"
        case "enum":
            reason = f"{shown(value)} is not one of its words; write one of {', '.join(rule)}"
        case "pattern":
            field = next(part for part in reversed(path) if isinstance(part, str))
            reason = f"{shown(value)} cannot stand here; {_MENDS.get(field, f'its form is {rule}')}"
        case "type":
            reason = f"{shown(value)} is not {_NOUNS[rule]}; write one"
        case "minLength" | "minItems":
            reason = "is empty; fill it"
        case "uniqueItems":
            reason = "names something twice; keep one"
        case "minimum":
            reason = f"{shown(value)} is too small; at least {rule}"
        case keyword:
            reason = f"is too long, by {keyword} {rule}; shorten it"
    return Fault(field_path(path), reason)
