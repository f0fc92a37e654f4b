"""Does a document of ours follow its JSON Schema? If not: one fault, with the place and the mend.

For documents that people write by hand: policies, frameworks, terms. Findings come in by the ten
thousand and have words of their own (`refusals`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from tidegate.engines.formats.conformance import ends_for_python
from tidegate.engines.formats.documents import Fault, field_path, shown

_NOUNS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
}


def validator_of(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return what checks documents by a schema; its patterns end where JSON Schema says."""
    made: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}
    )
    return made(schema)


def telling_fault(
    document: Any, validator: Draft202012Validator, mends: Mapping[str, str]
) -> Fault | None:
    """Return the way in which a document breaks a schema that explains the others, or None.

    Args:
        document: a JSON object.
        validator: as `validator_of` gives it.
        mends: how a field is written whose pattern does not match, by its name.
    """
    errors = list(validator.iter_errors(document))
    return _worded(min(errors, key=_telling), mends) if errors else None


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(ends_for_python(pattern), instance):
        yield ValidationError("pattern")


def _telling(error: ValidationError) -> tuple[int, int]:
    """Sort the error that explains the others to the front."""
    # Another format makes every field wrong; a misspelt field explains the one that is missing.
    ranks = {"const": 0, "additionalProperties": 1, "required": 2}
    return ranks.get(str(error.validator), 3), len(error.absolute_path)


def _worded(error: ValidationError, mends: Mapping[str, str]) -> Fault:
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
            reason = f"{shown(value)} cannot stand here; {mends.get(field, f'its form is {rule}')}"
        case "type":
            reason = f"{shown(value)} is not {_NOUNS[rule]}; write one"
        case "minLength" | "minItems" | "minProperties":
            reason = "is empty; fill it"
        case "uniqueItems":
            reason = "names something twice; keep one"
        case "minimum":
            reason = f"{shown(value)} is too small; at least {rule}"
        case keyword:
            reason = f"is too long, by {keyword} {rule}; shorten it"
    return Fault(field_path(path), reason)
