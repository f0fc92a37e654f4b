"""Does a document follow its schema? If not: one fault, with the place and the mend."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator

from tidegate.engines.formats.documents import Fault, shown
from tidegate.engines.formats.schema_faults import telling_fault, validator_of

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
    return telling_fault(document, _validator(name), _MENDS)


def _file(name: str) -> dict[str, Any]:
    place = resources.files("tidegate.desks.reviews.frameworks") / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(name: str) -> Draft202012Validator:
    return validator_of(schema(name))
