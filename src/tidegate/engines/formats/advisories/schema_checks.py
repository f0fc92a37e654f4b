"""Does a document of ours follow the published schema of its format? One fault, or none.

The schemas are shipped in `schemas/`, which says where each came from. Nothing is fetched. Two of
them are asked with a rule that the file has not, and the file itself stays as it was published:

- OSV's list of home databases has no `TG` until it is registered there, so that one prefix is
  allowed beside the others. Nothing else of the schema is eased.
- CVE's record format 5.2.0 adds `packageURL` to a product (cve-schema, pull request 409), which
  the shipped 5.1.1 lets pass unread: it is held to be an address without a version, and to stand
  alone, without `collectionURL` and `packageName`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs
import orjson

from tidegate.engines.formats.advisories.wording import DocumentError
from tidegate.engines.formats.documents import field_path, shown

_SCHEMAS: Final = resources.files("tidegate.engines.formats.advisories") / "schemas"
_OF_INVENTORIES: Final = resources.files("tidegate.engines.formats.inventories") / "schemas"
_CYCLONEDX: Final = "http://cyclonedx.org/schema/"
_OWN_PREFIX: Final = "TG"

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


def check_osv(document: Mapping[str, Any]) -> None:
    """Check an OSV document against schema 1.7.5. Raises `DocumentError`."""
    _check("osv", _osv(), document)


def check_cve(document: Mapping[str, Any]) -> None:
    """Check a CVE record, published or rejected. Raises `DocumentError`."""
    # The schema is one of two, and says of neither what is wrong with it.
    metadata = document.get("cveMetadata")
    is_rejected = isinstance(metadata, dict) and metadata.get("state") == "REJECTED"
    _check("cve", _cve(int(is_rejected)), document)
    if not is_rejected:
        for number, product in enumerate(document["containers"]["cna"]["affected"]):
            place = ("containers", "cna", "affected", number)
            _check("cve", _cve_product(), product, place)


def check_openvex(document: Mapping[str, Any]) -> None:
    """Check an OpenVEX document against the schema of 0.2.0. Raises `DocumentError`."""
    _check("openvex", _openvex(), document)


def check_cyclonedx(document: Mapping[str, Any]) -> None:
    """Check a CycloneDX document against the schema of 1.6. Raises `DocumentError`."""
    _check("cdx", _cyclonedx(), document)


def _check(
    word: str,
    validator: jsonschema_rs.Validator,
    document: Mapping[str, Any],
    within: tuple[str | int, ...] = (),
) -> None:
    """Raise `DocumentError` for the first violation, with its place and what the rule wants."""
    try:
        validator.validate(document)
    except jsonschema_rs.ValidationError as error:
        place = field_path([*within, *error.instance_path])
        rule = f"by the rule {error.kind.name} of its schema"
        raise DocumentError(
            f"{word}: {place or 'the document'}: {shown(error.message, 300)}; mend the record so"
            f" that this can stand, {rule}"
        ) from error


@cache
def _osv() -> jsonschema_rs.Validator:
    schema = _load(_SCHEMAS / "osv-1.7.5.schema.json")
    prefix = schema["$defs"]["prefix"]
    eased = {**prefix, "pattern": prefix["pattern"].replace("^(", f"^({_OWN_PREFIX}|", 1)}
    return _validator({**schema, "$defs": {**schema["$defs"], "prefix": eased}})


@cache
def _cve(which: int) -> jsonschema_rs.Validator:
    """Return what checks a published record (0), or a rejected one (1)."""
    schema = _load(_SCHEMAS / "cve-5.1.1.schema.json")
    # As one of two, it would only say that neither fits.
    forms = schema.pop("oneOf")
    return _validator({**schema, **forms[which]})


@cache
def _cve_product() -> jsonschema_rs.Validator:
    return _validator(_PACKAGE_URL)


@cache
def _openvex() -> jsonschema_rs.Validator:
    return _validator(_load(_SCHEMAS / "openvex-0.2.0.schema.json"))


@cache
def _cyclonedx() -> jsonschema_rs.Validator:
    # No document of ours names a licence or a signature.
    parts = [
        (f"{_CYCLONEDX}spdx.SNAPSHOT.schema.json", {"type": "string"}),
        *(
            (f"{_CYCLONEDX}{name}", _load(_OF_INVENTORIES / name))
            for name in ("jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
        ),
    ]
    schema = _load(_OF_INVENTORIES / "bom-1.6.SNAPSHOT.schema.json")
    return _validator(schema, jsonschema_rs.Registry(parts))


def _validator(
    schema: dict[str, Any], registry: jsonschema_rs.Registry | None = None
) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        schema, registry=registry, offline=True, validate_formats=True
    )


def _load(path: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads(path.read_bytes())
    return loaded
