"""Documents to take in: made up, always the same, with the sizes and the words of real ones."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

_PACKAGES: Final = 500
_TEXT: Final = """
    parser option prototype key header cookie path archive entry buffer length index loop regular
    expression template sandbox loader tag object array merge deep nested value string decode
    encode query request redirect socket cache token session signature verify certificate overflow
    recursion quadratic traversal injection pollution deserialisation attacker remote crafted input
    allows execute arbitrary code read write file denial service memory version
"""
_WORDS: Final = _TEXT.split()
_EFFECTS: Final = ("code-execution", "file-read", "prototype-pollution", "denial-of-service")
_LARGE_TEXT: Final = 15_000
"""Signs of the description of a record in the large document."""


def write(path: Path, count: int, finder: str) -> Path:
    """Write native findings, one a line; the same number has the same proof whoever the finder."""
    with path.open("w", encoding="ascii") as file:
        for number in range(count):
            file.write(json.dumps(_finding(number, finder)) + "\n")
    return path


def write_large(path: Path, size: int) -> Path:
    """Write native findings with long descriptions, until there are `size` bytes."""
    text = _sentence(random.Random(0), _LARGE_TEXT // 7)
    with path.open("w", encoding="ascii") as file:
        number = 0
        while file.tell() < size:
            file.write(json.dumps({**_finding(number, "large"), "description": text}) + "\n")
            number += 1
    return path


def _finding(number: int, finder: str) -> dict[str, Any]:
    words = random.Random(f"{finder} {number}")
    about = random.Random(number)
    package = f"package-{about.randrange(_PACKAGES)}"
    program = f"const target = require('{package}');\ntarget.call({number});\n"
    return {
        "schema": "urn:tidegate:finding:1",
        "id": f"{finder}-{number}",
        "title": _sentence(words, 9),
        "description": _sentence(words, 90),
        "target": {"purl": f"pkg:npm/{package}@1.{about.randrange(20)}.0"},
        "effect": about.choice(_EFFECTS),
        "weaknesses": [f"CWE-{about.choice((22, 79, 94, 400, 1321))}"],
        "locations": [{"path": f"lib/{about.choice(_WORDS)}.js", "line": about.randrange(1, 900)}],
        "severity": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
        "pov": {"language": "javascript", "entry": "poc.js", "files": {"poc.js": program}},
    }


def _sentence(made: random.Random, count: int) -> str:
    return " ".join(made.choices(_WORDS, k=count))
