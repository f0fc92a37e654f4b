"""Which vulnerability each finding of the set is, as advisories name it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
EXAMPLES: Final = HERE.parents[1] / "examples/true"


def read_labels() -> dict[str, str]:
    """Return the bug of each finding, by the finder's own name for the finding."""
    labelled = json.loads((HERE / "labels.json").read_text("utf-8"))
    bugs: dict[str, str] = {}
    for entry in labelled["findings"]:
        document = json.loads((HERE / entry["file"]).read_text("utf-8"))
        bugs[document["id"]] = entry["bug"]
    for path in EXAMPLES.glob("*.json"):
        document = json.loads(path.read_text("utf-8"))
        bugs[document["id"]] = next(a for a in document["aliases"] if a.startswith("CVE-"))
    return bugs
