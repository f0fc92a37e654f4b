"""`uv.lock` and `poetry.lock`: what do they say that is installed.

Both are TOML with one `[[package]]` each. What a lock takes from an index is a component; the
project itself is what it describes. What comes from a repository, an address or a folder has the
version that it says, which no index vouches for: it is a component, and is listed.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from tidegate.engines.formats.documents import Fault, shown
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, word
from tidegate.engines.formats.inventories.purls import made
from tidegate.engines.formats.inventories.refusals import InventoryError

_PACKAGES = re.compile(r"^\[\[package\]\]", re.MULTILINE)
# Whole lines only: from `wheels = [` to the `]` that stands at the beginning of a line.
_FILES = re.compile(r"^(?:wheels|files) = \[\n(?:[ \t]+\{[^\n]*+\n)*+\]\n", re.MULTILINE)
# One that is not closed ends with its line, so that no sign is gone over twice.
_STRING = re.compile(r"""\"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?""")
_MOST_DOTS: Final = 100
"""Of a line, outside of strings: a key costs the parser the square of its parts, in memory too."""
_SEPARATORS = re.compile(r"[-_.]+")
_PROJECT: Final = ("virtual", "editable")
_INDEX: Final = ("registry",)
_OTHERS: Final = ("git", "url", "path", "directory", "file")


def is_python_lock(text: str) -> bool:
    """Say whether a text may be one of the locks."""
    return _PACKAGES.search(text) is not None


def read_python_lock(text: str, found: Gathering) -> Heading:
    """Read a lock; what it says of itself is returned, the rest is gathered.

    Raises `InventoryError` for what is not TOML, or a lock of something else.
    """
    document = _parsed(text, found)
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    packages = document.get("package")
    packages = packages if isinstance(packages, list) else []
    if "lock-version" in metadata:
        format_, version = "poetry-lock", word(metadata["lock-version"])
    elif "requires-python" in document or "resolution-markers" in document:
        number = document.get("version")
        format_, version = "uv-lock", str(number) if number in range(1, 100) else ""
    else:
        raise InventoryError(
            found.source,
            Fault("", "is TOML, but neither uv.lock nor poetry.lock; make an SBOM of it"),
        )
    subjects: list[str] = []
    for index, package in enumerate(packages):
        place = f"/package/{index}"
        if not isinstance(package, dict):
            found.complain(place, f"{shown(package)} is not a table; write [[package]]")
            continue
        source = package.get("source")
        source = source if isinstance(source, dict) else {}
        if format_ == "uv-lock" and any(kind in source for kind in _PROJECT):
            subjects.append(word(package.get("name")))
            continue
        _package(package, source, place, found)
    if format_ == "poetry-lock":
        return Heading(format_, version, _tool(text))
    return Heading(format_, version, subject=", ".join(filter(None, subjects[:5])))


def _parsed(text: str, found: Gathering) -> dict[str, Any]:
    thinned = _thinned(text)
    if len(thinned) > found.limits.toml_bytes:
        size = found.limits.toml_bytes >> 20
        fault = Fault("", f"larger than {size} MiB beside its lists of files; make an SBOM of it")
        raise InventoryError(found.source, fault)
    if (line := _line_of_long_key(thinned)) is not None:
        fault = Fault("", f"has a key of too many parts at {shown(line[:80], 40)}; take it out")
        raise InventoryError(found.source, fault)
    try:
        return tomllib.loads(thinned)
    except (ValueError, RecursionError) as error:
        fault = Fault("", f"not TOML: {shown(str(error), 160)}; mend it there")
        raise InventoryError(found.source, fault) from error


def _thinned(text: str) -> str:
    """Leave out the lists of files, as the tools write them: nine tenths of a lock, and not read.

    Where a text may run over several lines, a list could be part of one; then nothing is left out.
    """
    if _has_long_strings(text):
        return text
    return _FILES.sub("", text)


def _line_of_long_key(text: str) -> str | None:
    """Return a line whose keys may have more parts than those of any lock; None without one."""
    plain = text if _has_long_strings(text) else _STRING.sub("", text)
    return next((line for line in plain.split("\n") if line.count(".") > _MOST_DOTS), None)


def _has_long_strings(text: str) -> bool:
    """Say whether a text may run over several lines."""
    return '"""' in text or "'''" in text


def _package(package: dict[str, Any], source: dict[str, Any], place: str, found: Gathering) -> None:
    name = found.text(place, "the name", package.get("name"))
    version = found.text(place, "the version", package.get("version"))
    if not name:
        found.complain(place, "has no name; make the lock anew")
        return
    # Poetry writes `type = "git"`; uv the kind as the key: `{ git = "https://..." }`.
    kind = word(source.get("type")) or next((one for one in _OTHERS if one in source), "")
    if kind in _OTHERS:
        where = shown(source.get("url", source.get(kind)), 100)
        found.complain(
            place,
            f"{name} comes from {where}, not from an index; its version is taken for the index's",
        )
    found.add(place, made("pypi", normal_name(name), version), name, version)


def normal_name(name: str) -> str:
    """Return the normal form of the name of a Python package (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def _tool(text: str) -> str:
    first = re.match(
        r"# This file is automatically @generated by (Poetry [0-9][0-9A-Za-z.]*)", text
    )
    return first[1] if first else ""
