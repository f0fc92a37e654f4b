"""Findings for tests, made of a few words each."""

from __future__ import annotations

import json
from typing import Any

from tidegate.engines.formats.finding import Finding, parse_finding


def document(
    purl: str, effect: str, files: dict[str, str], *, variants: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """Return a finding as it is handed in; the first file is the entry, `benign.*` the control."""
    names = list(files)
    pov: dict[str, Any] = {
        "language": "javascript" if purl.startswith("pkg:npm/") else "python",
        "entry": names[0],
        "files": files,
        "timeout": more.pop("timeout", 10),
    }
    if variants:
        pov["variants"] = list(variants)
    if "needs" in more:
        pov["needs"] = more.pop("needs")
    benign = next((name for name in names if name.startswith("benign")), None)
    if benign:
        pov["benign"] = benign
    return {
        "schema": "urn:tidegate:finding:1",
        "id": more.pop("id", f"test {purl} {effect}"),
        "title": "a test",
        "target": {"purl": purl},
        "effect": effect,
        "pov": pov,
        **more,
    }


def finding(
    purl: str, effect: str, files: dict[str, str], *, variants: tuple[str, ...] = (), **more: Any
) -> Finding:
    """Return a finding as it was read."""
    raw = json.dumps(document(purl, effect, files, variants=variants, **more)).encode()
    read = parse_finding(raw, "test.json")
    assert isinstance(read, Finding), str(read)
    return read
