"""Does a document follow the published schema of its format? Every way in which it does not.

For documents before they go out, so the whole list is given; they are of our own making and small.
Formats (`date-time`, `uri`) are checked, too. The mandatory tests of CSAF are in `csaf.mandatory`.

The schemas are shipped in `schemas/`, which says where each came from. Nothing is fetched. Two of
them are asked with a rule that the file has not, and the file itself stays as it was published:

- OSV's list of home databases has no `TG` until it is registered there, so that one prefix is
  allowed beside the others. Nothing else of the schema is eased.
- CVE's record format 5.2.0 adds `packageURL` to a product (cve-schema, pull request 409), which
  the shipped 5.1.1 lets pass unread: it is held to be an address without a version, and to stand
  alone, without `collectionURL` and `packageName`.

Each fault names its place as a JSON Pointer (RFC 6901), as the mandatory tests of CSAF do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs
import orjson

from tidegate.engines.formats.documents import shown

_SCHEMAS: Final = resources.files("tidegate.engines.formats.advisories") / "schemas"
_OF_INVENTORIES: Final = resources.files("tidegate.engines.formats.inventories") / "schemas"
_CYCLONEDX: Final = "http://cyclonedx.org/schema/"
_CSAF_21_PARTS: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/"
_SSVC: Final = "https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_OWN_METASCHEMAS: Final = ("https://docs.oasis-open", "https://www.first")
_OWN_PREFIX: Final = "TG"

_CSAF: Final = {"2.0": "csaf-2.0.schema.json", "2.1": "csaf-2.1-csd04.schema.json"}
"""The schema of each edition."""

# From: cve-schema 5.2.0, `definitions.product`, in the words of its pull request 409.
_PACKAGE_URL: Final[dict[str, Any]] = {
    "properties": {
        "packageURL": {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2048}
    },
    "if": {"required": ["packageURL"]},
    "then": {
        "properties": {
            "packageURL": {"pattern": r"^pkg:[A-Za-z0-9.+-]+/(?:[^@?#]|%40)+(?:[?#].*)?$"},
            "collectionURL": False,
            "packageName": False,
        }
    },
}


def csaf_schema_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how a CSAF document breaks the schema of the edition that it says it follows.

    Raises:
        ValueError: it says none that is known here.
    """
    head = document.get("document")
    edition = head.get("csaf_version") if isinstance(head, dict) else None
    if not isinstance(edition, str) or edition not in _CSAF:
        known = " or ".join(_CSAF)
        raise ValueError(f"/document/csaf_version: {shown(edition)} is not known; write {known}")
    return _faults(_csaf(edition), document)


def osv_schema_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how an OSV document breaks schema 1.7.5."""
    return _faults(_osv(), document)


def cve_schema_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how a CVE record, published or rejected, breaks its schema."""
    metadata = document.get("cveMetadata")
    is_rejected = isinstance(metadata, dict) and metadata.get("state") == "REJECTED"
    found = _faults(_cve(int(is_rejected)), document)
    if found or is_rejected:
        return found
    return [
        fault
        for number, product in enumerate(document["containers"]["cna"]["affected"])
        for fault in _faults(
            _cve_product(), product, within=("containers", "cna", "affected", number)
        )
    ]


def openvex_schema_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how an OpenVEX document breaks the schema of 0.2.0."""
    return _faults(_openvex(), document)


def cyclonedx_schema_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how a CycloneDX document breaks the schema of 1.6."""
    return _faults(_cyclonedx(), document)


def _faults(
    validator: jsonschema_rs.Validator,
    document: Mapping[str, Any],
    within: tuple[str | int, ...] = (),
) -> list[str]:
    return [
        f"{_pointer([*within, *error.instance_path])}: {shown(error.message, 300)}"
        for error in validator.iter_errors(document)
    ]


def _pointer(path: Iterable[str | int]) -> str:
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


@cache
def _csaf(edition: str) -> jsonschema_rs.Validator:
    parts = [
        (f"https://www.first.org/cvss/cvss-v{version}.json", _load(f"cvss-v{version}.schema.json"))
        for version in ("2.0", "3.0", "3.1", "4.0")
    ]
    if edition == "2.1":
        parts += [
            (_SSVC, _load("ssvc-selection-list-2.0.0.schema.json")),
            # Extensions are not written.
            (f"{_CSAF_21_PARTS}extension-content.json", {"not": {}}),
        ]
    return _validator(_load(_CSAF[edition]), jsonschema_rs.Registry(parts))


@cache
def _osv() -> jsonschema_rs.Validator:
    schema = _load("osv-1.7.5.schema.json")
    prefix = schema["$defs"]["prefix"]
    eased = {**prefix, "pattern": prefix["pattern"].replace("^(", f"^({_OWN_PREFIX}|", 1)}
    return _validator({**schema, "$defs": {**schema["$defs"], "prefix": eased}})


@cache
def _cve(which: int) -> jsonschema_rs.Validator:
    """Return what checks a published record (0), or a rejected one (1)."""
    schema = _load("cve-5.1.1.schema.json")
    # As one of two, it would only say that neither fits.
    forms = schema.pop("oneOf")
    return _validator({**schema, **forms[which]})


@cache
def _cve_product() -> jsonschema_rs.Validator:
    return _validator(_PACKAGE_URL)


@cache
def _openvex() -> jsonschema_rs.Validator:
    return _validator(_load("openvex-0.2.0.schema.json"))


@cache
def _cyclonedx() -> jsonschema_rs.Validator:
    # No document of ours names a licence or a signature.
    parts = [
        (f"{_CYCLONEDX}spdx.SNAPSHOT.schema.json", {"type": "string"}),
        *(
            (f"{_CYCLONEDX}{name}", _load(name, _OF_INVENTORIES))
            for name in ("jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
        ),
    ]
    schema = _load("bom-1.6.SNAPSHOT.schema.json", _OF_INVENTORIES)
    return _validator(schema, jsonschema_rs.Registry(parts))


def _validator(
    schema: dict[str, Any], registry: jsonschema_rs.Registry | None = None
) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        schema, registry=registry, offline=True, validate_formats=True
    )


def _load(name: str, folder: Any = _SCHEMAS) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((folder / name).read_bytes())
    if str(loaded.get("$schema", "")).startswith(_OWN_METASCHEMAS):
        # What is used of them is the draft of 2020-12, with formats as assertions.
        loaded["$schema"] = _DRAFT
    return loaded
