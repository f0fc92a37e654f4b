"""Where does an SBOM break its published JSON Schema? A list, bounded in time and in length.

No violation refuses a document: its components are read as far as they go. First the whole
document is asked for yes or no, which takes microseconds a component. Only where the answer is no
does the search begin: the long lists (components, packages) entry by entry, and the rest without
them. The first violation of an entry is told; equal ones of other entries are counted with it.
Explaining costs far more than checking, so only so many bytes of bad entries are explained.

License identifiers are not checked: the list of them grows with every quarter, and no component is
understood any better for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs
import orjson

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.gathering import Gathering

_SCHEMAS: Final = resources.files("tidegate.engines.formats.inventories") / "schemas"
_CYCLONEDX: Final = "http://cyclonedx.org/schema/"
_ROOT: Final = "urn:tidegate:inventory-schema"
_LONG_LISTS: Final = {
    "cyclonedx": ("components", "services", "dependencies", "vulnerabilities", "compositions"),
    "spdx-2": ("packages", "files", "snippets", "relationships", "annotations"),
    "spdx-3": ("@graph",),
}
_FILES: Final = {
    ("cyclonedx", "1.2"): "bom-1.2.SNAPSHOT.schema.json",
    ("cyclonedx", "1.3"): "bom-1.3.SNAPSHOT.schema.json",
    ("cyclonedx", "1.4"): "bom-1.4.SNAPSHOT.schema.json",
    ("cyclonedx", "1.5"): "bom-1.5.SNAPSHOT.schema.json",
    ("cyclonedx", "1.6"): "bom-1.6.SNAPSHOT.schema.json",
    ("cyclonedx", "1.7"): "bom-1.7.SNAPSHOT.schema.json",
    ("spdx-2", "2.2"): "spdx-2.2.schema.json",
    ("spdx-2", "2.3"): "spdx-2.3.schema.json",
    ("spdx-3", "3.0.1"): "spdx-3.0.schema.json",
}

_EXPLAINED_ENTRY_BYTES: Final = 64 << 10
_EXPLAINED_BYTES: Final = 512 << 10


def versions(family: str) -> tuple[str, ...]:
    """Return the versions of `cyclonedx`, `spdx-2` or `spdx-3` whose schemas are shipped."""
    return tuple(version for of, version in _FILES if of == family)


def check(document: dict[str, Any], family: str, version: str, found: Gathering) -> None:
    """List where a parsed document breaks its schema.

    Args:
        document: an object.
        family: `cyclonedx`, `spdx-2` or `spdx-3`.
        version: one of `versions(family)`.
        found: where it is listed.
    """
    schema = _schema(family, version)
    # SPDX 3 tries each of its 70 classes on every element; its entries are asked by class instead.
    if family != "spdx-3" and schema.whole.is_valid(document):
        return
    faults = _Faults(found)
    rest = dict(document)
    for key in schema.long_lists:
        entries = document.get(key)
        if isinstance(entries, list):
            rest[key] = []
            for index, entry in enumerate(entries):
                validator = schema.entry(key, entry)
                if not validator.is_valid(entry):
                    faults.explain(entry, schema.telling(key, entry), f"/{key}/{index}")
    if not schema.whole.is_valid(rest):
        faults.explain(rest, schema.whole, "")
    if not faults.any and family != "spdx-3":
        faults.note(("lists", ""), "", "repeats an entry of a list where each is to come once")
    faults.list_them()


@dataclass(frozen=True, slots=True)
class _Schema:
    """One published schema, compiled."""

    family: str
    whole: jsonschema_rs.Validator
    text: Mapping[str, Any]
    registry: jsonschema_rs.Registry

    @property
    def long_lists(self) -> tuple[str, ...]:
        """The lists at the top that may be long; older versions do not have all of them."""
        if self.family == "spdx-3":
            return _LONG_LISTS[self.family]
        return tuple(key for key in _LONG_LISTS[self.family] if key in self.text["properties"])

    def entry(self, key: str, entry: Any) -> jsonschema_rs.Validator:
        """Return what checks one entry of a list at the top."""
        return self._part(self._pointer(key, entry), is_closed=self.family == "spdx-3")

    def telling(self, key: str, entry: Any) -> jsonschema_rs.Validator:
        """Return what says best what is wrong with an entry that `entry` says no to."""
        # Of an element that is wrong in one member, the closed form calls every member unknown.
        bare = self._part(self._pointer(key, entry), is_closed=False)
        return self.entry(key, entry) if bare.is_valid(entry) else bare

    def _pointer(self, key: str, entry: Any) -> str:
        if self.family != "spdx-3":
            return f"/properties/{key}/items"
        kind = entry.get("type") if type(entry) is dict else None
        known = type(kind) is str and kind in self.text["$defs"]
        return f"/$defs/{kind}" if known else f"/then/properties/{key}/items"

    def _part(self, pointer: str, *, is_closed: bool) -> jsonschema_rs.Validator:
        return _part(self.text.get("$id", _ROOT), pointer, self.registry, is_closed=is_closed)


@cache
def _schema(family: str, version: str) -> _Schema:
    text = _load(_FILES[family, version])
    # What is only pulled in for license identifiers stands for any text.
    parts: list[tuple[str, Any]] = [
        (f"{_CYCLONEDX}spdx.SNAPSHOT.schema.json", {"type": "string"}),
        *(
            (f"{_CYCLONEDX}{name}", _load(name))
            for name in ("jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
            if family == "cyclonedx"
        ),
        (text.get("$id", _ROOT), text),
    ]
    registry = jsonschema_rs.Registry(parts)
    whole = jsonschema_rs.validator_for(text, registry=registry, offline=True)
    return _Schema(family, whole, text, registry)


@cache
def _part(
    root: str, pointer: str, registry: jsonschema_rs.Registry, *, is_closed: bool
) -> jsonschema_rs.Validator:
    schema: dict[str, Any] = {"$ref": f"{root}#{pointer}"}
    if is_closed:
        schema["unevaluatedProperties"] = False
    # By the newest draft; what is referred to goes by its own.
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, offline=True)


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((_SCHEMAS / name).read_bytes())
    return loaded


class _Faults:
    """Violations, equal ones under the first of them."""

    def __init__(self, found: Gathering) -> None:
        self._found = found
        self._told: dict[tuple[str, str], tuple[str, str]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._bytes = 0

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._told)

    def explain(self, entry: Any, validator: jsonschema_rs.Validator, place: str) -> None:
        """Find the first violation within an entry that breaks the schema."""
        list_of = place.rpartition("/")[0]
        size = _size(entry)
        if size > _EXPLAINED_ENTRY_BYTES or self._bytes + size > _EXPLAINED_BYTES:
            self.note((list_of, "more"), place, "breaks the schema somewhere within")
            return
        self._bytes += size
        try:
            validator.validate(entry)
        except jsonschema_rs.ValidationError as error:
            path = error.instance_path
            pointer = place + "".join(map(_pointer_part, path))
            general = list_of + "".join("/*" if type(p) is int else f"/{p}" for p in path)
            kind = (general, error.kind.name)
            self.note(kind, pointer, "" if kind in self._told else _words(error))

    def note(self, kind: tuple[str, str], place: str, words: str) -> None:
        """Take a violation of some kind: its general place, and the rule."""
        if kind in self._told:
            self._counts[kind] += 1
        elif len(self._told) < self._found.limits.schema_faults:
            self._told[kind] = (place, words)
            self._counts[kind] = 1

    def list_them(self) -> None:
        """Hand on what was found."""
        for kind, (place, words) in self._told.items():
            more = self._counts[kind] - 1
            others = f"; so do {more:,} others" if more else ""
            self._found.complain(place or "/", f"against the schema: {words}{others}")


def _size(entry: Any) -> int:
    """Return how long an entry is as JSON; endless, if it is nested too deeply to be written."""
    try:
        return len(orjson.dumps(entry))
    except TypeError:
        return _EXPLAINED_BYTES + 1


def _pointer_part(part: str | int) -> str:
    return f"/{str(part).replace('~', '~0').replace('/', '~1')}"


def _words(error: jsonschema_rs.ValidationError) -> str:
    kind = error.kind
    match kind.name:
        case "required":
            return f"{shown(_members(kind.as_dict()))} is missing; add it"
        case "additionalProperties" | "unevaluatedProperties":
            return f"{shown(_members(kind.as_dict()))} is not a member here; remove it"
        case "type":
            return f"has another type; {_rule(error.message)}"
        case "enum" | "const":
            return f"is not one of its words; {_rule(error.message)}"
        case "anyOf" | "oneOf":
            return "has none of the forms that it may have, or several at once"
        case "pattern" | "format":
            return f"does not have the form that it has to have; {_rule(error.message)}"
        case "uniqueItems":
            return "repeats an entry of a list where each is to come once"
        case name:
            return f"breaks the rule {name!r}"


def _members(rule: Mapping[str, Any]) -> str:
    return ", ".join(_texts(list(rule.values())))


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, str):
            yield value


def _rule(message: str) -> str:
    return shown(message, 160)
