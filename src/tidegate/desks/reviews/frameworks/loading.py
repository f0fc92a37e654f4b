"""From a file to a framework: strictly, and with one error that says what to mend.

The form is `framework-1.schema.json`. A framework of an organisation's own never goes by the name
of a shipped one, so that nobody borrows another's authority unseen.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

from tidegate.desks.reviews.frameworks.conforming import FRAMEWORK, fault_of, schema
from tidegate.desks.reviews.frameworks.framework import Framework, Role
from tidegate.desks.reviews.frameworks.lengths import read_length
from tidegate.desks.reviews.frameworks.reading import read_clauses, read_settings, unseen
from tidegate.engines.formats.documents import Fault, parse, sha256_of, shown

MAX_BYTES: Final = 1 << 20
"""Largest framework, in bytes; the shipped one has under 20,000."""


class FrameworkError(ValueError):
    """A document is not a framework; the message names the file, the field, and the mend."""

    def __init__(self, source: str, fault: Fault) -> None:
        super().__init__(placed(source, fault))


def placed(source: str, fault: Fault) -> str:
    """Write a fault in a document, with the name of its file made safe on a terminal."""
    place = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in source)
    said = f"{fault.field} {fault.reason}" if fault.field else fault.reason
    return f"{place}: {said}"


def read_framework(raw: bytes, source: str) -> Framework:
    """Read a framework of one's own from the bytes of a file; `source` is its name in errors.

    Raises:
        FrameworkError: it is no framework, or it has the name of a shipped one.
    """
    framework = _read(raw, source)
    if framework.name in {known.name for known in shipped_frameworks()}:
        reason = f"{shown(framework.name)} is shipped with this software; give yours another name"
        raise FrameworkError(source, Fault("name", reason))
    return framework


@cache
def shipped_frameworks() -> tuple[Framework, ...]:
    """Return the frameworks that are shipped, by name and version."""
    folder = resources.files("tidegate.desks.reviews.frameworks") / "shipped"
    files = [place for place in folder.iterdir() if place.name.endswith(".json")]
    read = [_read(place.read_bytes(), place.name) for place in files]
    return tuple(sorted(read, key=lambda one: (one.name, one.version)))


def framework_schema() -> dict[str, Any]:
    """Return the JSON Schema of a framework; not to be changed."""
    return schema(FRAMEWORK)


def _read(raw: bytes, source: str) -> Framework:
    document = parse(raw, max_bytes=MAX_BYTES)
    if isinstance(document, Fault):
        raise FrameworkError(source, document)
    value: Any = document.value
    if fault := fault_of(value, FRAMEWORK, "a framework") or unseen(value):
        raise FrameworkError(source, fault)
    ceiling = read_length(value["ceiling"])
    if not ceiling:
        raise FrameworkError(source, Fault("ceiling", "is nothing; write P30D for days"))
    clauses = read_clauses(value["clauses"])
    if isinstance(clauses, Fault):
        raise FrameworkError(source, clauses)
    settings = read_settings(value["settings"])
    if isinstance(settings, Fault):
        raise FrameworkError(source, settings)
    return Framework(
        name=value["name"],
        version=value["version"],
        sha256=sha256_of(value),
        title=value["title"],
        authority=value["authority"],
        source=value["source"],
        note=value["note"],
        ceiling=ceiling,
        roles=tuple(
            Role(one["title"], one["part"], one["duty"], one["vetting"]) for one in value["roles"]
        ),
        bodies=tuple(value["bodies"]),
        threshold=value["threshold"],
        clauses=clauses,
        settings=settings,
    )
