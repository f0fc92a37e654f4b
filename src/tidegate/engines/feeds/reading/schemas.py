"""Does a record follow its feed's schema? If not, one sentence says where it does not.

KEV's schema is CISA's own. Those of OSV and of CVE records say in our words which members are read,
and of which types they are; the rest of a record may be whatever its publisher adds tomorrow.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs

from tidegate.engines.formats.documents import field_path, shown

_WORDS: Final = 200
"""Most characters of the library's words; a value in them may be long."""


@cache
def schema_of(name: str) -> dict[str, Any]:
    """Return a schema that is shipped; not to be changed."""
    place = resources.files("tidegate.engines.feeds") / "schemas" / name
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


@cache
def validator_of(name: str) -> jsonschema_rs.Validator:
    """Return what checks a record by a schema that is shipped."""
    return made(schema_of(name))


def made(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    """Return what checks documents by a schema, its formats too."""
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def misfit(validator: jsonschema_rs.Validator, document: Any) -> str:
    """Say in which way a document breaks a schema; nothing if it does not."""
    if validator.is_valid(document):
        return ""
    error = next(iter(validator.iter_errors(document)))
    words = shown(error.message, _WORDS)
    return f"{field_path(error.instance_path)} does not follow the schema: {words}".strip()
