"""npm's `package-lock.json`, versions 1, 2 and 3: what does it say that is installed.

Versions 2 and 3 list what lies at which path under `packages`; version 1 nests `dependencies`. 2
has both, for older programs; the paths count.

From: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, word
from tidegate.engines.formats.inventories.purls import made

_LONGEST_NAME: Final = 1_024
_LONGEST_KEY: Final = 200
"""Characters of a key in a place: keys may be long, and nest."""

_FOLDER: Final = "node_modules/"
_ELSEWHERE: Final = (
    "comes from {}, not from a registry, so no advisory speaks of its version; see to it yourself"
)


def is_npm_lock(document: dict[str, Any]) -> bool:
    """Say whether a JSON object is meant as a `package-lock.json`."""
    return "lockfileVersion" in document or (
        isinstance(document.get("packages"), dict) and "" in document["packages"]
    )


def read_npm_lock(document: dict[str, Any], found: Gathering) -> Heading:
    """Read a lock; what it says of itself is returned, the rest is gathered."""
    version = document.get("lockfileVersion")
    if version not in (1, 2, 3):
        found.complain(
            "/lockfileVersion",
            f"{shown(version)} is not a version that is known here; it was read as the nearest",
        )
    packages, dependencies = document.get("packages"), document.get("dependencies")
    if packages is not None:
        if isinstance(packages, dict):
            _flat(packages, found)
        else:
            found.complain("/packages", f"{shown(packages)} is not an object; write {{...}}")
    elif dependencies is not None:
        _nested(dependencies, found)
    return Heading(
        format="package-lock",
        format_version=str(version) if type(version) is int else "",
        subject=" ".join(filter(None, (word(document.get("name")), word(document.get("version"))))),
    )


def _flat(packages: dict[str, Any], found: Gathering) -> None:
    for path, entry in packages.items():
        place = f"/packages/{_escaped(path)}"
        if not isinstance(entry, dict):
            found.complain(place, f"{shown(entry)} is not an object; write {{...}}")
            continue
        _before, folder, name = path.rpartition(_FOLDER)
        if not folder or entry.get("link"):
            # The project itself, one of its workspaces, or a link to one.
            continue
        given = entry.get("name")
        _add(place, given if isinstance(given, str) and given else name, entry, found)


def _nested(top: Any, found: Gathering) -> None:
    waiting = deque([(top, "/dependencies", 1)])
    while waiting:
        listed, prefix, depth = waiting.popleft()
        if not isinstance(listed, dict):
            found.complain(prefix, f"{shown(listed)} is not an object; write {{...}}")
            continue
        if depth > found.limits.depth:
            found.complain(
                prefix,
                f"is nested deeper than {found.limits.depth} packages; what is below was left out",
            )
            continue
        for name, entry in listed.items():
            place = f"{prefix}/{_escaped(name)}"
            if not isinstance(entry, dict):
                found.complain(place, f"{shown(entry)} is not an object; write {{...}}")
                continue
            if entry.get("dependencies"):
                waiting.append((entry["dependencies"], f"{place}/dependencies", depth + 1))
            _add(place, name, entry, found)


def _add(place: str, name: str, entry: dict[str, Any], found: Gathering) -> None:
    version = found.text(place, "the version", entry.get("version"))
    if len(name) > _LONGEST_NAME:
        found.complain(place, f"is a name of {len(name):,} characters; at most {_LONGEST_NAME:,}")
        return
    if version.startswith("npm:"):
        # An alias: {"version": "npm:real-name@1.0.0"}
        name, _, version = version.removeprefix("npm:").rpartition("@")
    elif ":" in version or version.startswith("github.com/"):
        found.complain(place, _ELSEWHERE.format(shown(version, 100)))
        version = ""
    scope, slash, bare = name.rpartition("/")
    if not bare or (slash and not scope):
        found.complain(place, f"{shown(name)} is not the name of a package; mend it")
        return
    found.add(place, made("npm", bare, version, scope), name, version)


def _escaped(key: str) -> str:
    return key[:_LONGEST_KEY].replace("~", "~0").replace("/", "~1")
