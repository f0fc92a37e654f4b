"""Does a document of ours follow its published schema? Every way in which it does not.

For documents before they go out, so the whole list is given; they are of our own making and small.
Formats (`date-time`, `uri`) are checked, too. The mandatory tests of CSAF are in `csaf.mandatory`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

import jsonschema_rs
import orjson

from tidegate.engines.formats.documents import shown

_SCHEMAS: Final = resources.files("tidegate.engines.formats.advisories") / "schemas"
_CSAF_21_PARTS: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_CVSS: Final = {
    "https://www.first.org/cvss/cvss-v2.0.json": "cvss-v2.0.schema.json",
    "https://www.first.org/cvss/cvss-v3.0.json": "cvss-v3.0.schema.json",
    "https://www.first.org/cvss/cvss-v3.1.json": "cvss-v3.1.schema.json",
    "https://www.first.org/cvss/cvss-v4.0.json": "cvss-v4.0.schema.json",
}
"""What the schemas refer to, by its address."""


class _Kind(NamedTuple):
    """A schema, and the documents that follow it."""

    is_of: Callable[[Mapping[str, Any]], bool]
    file: str
    parts: Mapping[str, str | dict[str, Any]] = {}
    """What it refers to, by its address: a file beside it, or what stands for it."""


def _csaf_version(document: Mapping[str, Any]) -> Any:
    head = document.get("document")
    return head.get("csaf_version") if isinstance(head, dict) else None


_KINDS: Final = (
    _Kind(lambda document: _csaf_version(document) == "2.0", "csaf-2.0.schema.json", _CVSS),
    _Kind(
        lambda document: _csaf_version(document) == "2.1",
        "csaf-2.1-csd04.schema.json",
        {
            **_CVSS,
            "https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json": (
                "ssvc-selection-list-2.0.0.schema.json"
            ),
            # Extensions are not written.
            f"{_CSAF_21_PARTS}extension-content.json": {"not": {}},
        },
    ),
)


def schema_faults_of(document: Mapping[str, Any]) -> list[str]:
    """Return every way in which a document breaks its schema, each with its place; [] if none.

    Args:
        document: one of ours; which schema it has to follow is seen from what it says it is.

    Raises:
        ValueError: it says that it is nothing that is known here.
    """
    for kind in _KINDS:
        if kind.is_of(document):
            return [
                f"{_pointer(error)}: {shown(error.message, 300)}"
                for error in _validator(kind.file).iter_errors(dict(document))
            ]
    raise ValueError("the document: says of no format that it is in it; add its version")


@cache
def _validator(file: str) -> jsonschema_rs.Validator:
    kind = next(one for one in _KINDS if one.file == file)
    parts: list[tuple[str, Any]] = [
        (address, _load(part) if isinstance(part, str) else part)
        for address, part in kind.parts.items()
    ]
    registry = jsonschema_rs.Registry(parts) if parts else None
    return jsonschema_rs.validator_for(
        _load(file), registry=registry, offline=True, validate_formats=True
    )


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((_SCHEMAS / name).read_bytes())
    if str(loaded.get("$schema", _DRAFT)).startswith(
        ("https://docs.oasis-open", "https://www.fir")
    ):
        # Metaschemas of their own: the draft of 2020-12, with formats as assertions.
        loaded["$schema"] = _DRAFT
    return loaded


def _pointer(error: jsonschema_rs.ValidationError) -> str:
    return "/" + "/".join(
        str(part).replace("~", "~0").replace("/", "~1") for part in error.instance_path
    )
