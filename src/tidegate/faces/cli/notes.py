"""What the note beside an example expects, read from its front matter.

A note is a Markdown file with the finding file's name and the ending `.md`; between its first two
lines `---` stand lines `key: value`. Only `expected` and `range` are read here; the rest is for
people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = "---"
_MOST_BYTES = 64 << 10
_NO_RANGE = "none"
_AFFECTED = ("reproduced", "flaky")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should be found."""

    verdict: str
    """A verdict's word, or `refused`."""
    vers: str | None = None
    """The affected range as a VERS string, if the note names one."""

    def agrees(self, runs: Iterable[Mapping[str, Any]]) -> bool:
        """Whether the versions that were judged lie in the range exactly if they are affected.

        Registries differ in which old versions they still have, so the bounds need not be the same:
        where the first mended release is gone, the next one is the first that can be seen.
        """
        # Loaded only where it is needed: it brings the version rules of forty package worlds.
        from univers.version_range import VersionRange

        read: Callable[[str | None], Any] = VersionRange.from_string
        expected = read(self.vers)
        return all(
            (run["verdict"] in _AFFECTED) == (expected.version_class(run["version"]) in expected)
            for run in runs
            if run["verdict"] in (*_AFFECTED, "not-reproduced")
        )


def expectation_of(finding_file: Path) -> Expectation | None:
    """Return what the note beside a finding file expects; None if there is no such note."""
    try:
        with finding_file.with_suffix(".md").open(encoding="utf-8") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError:
        return None
    if not lines or lines[0].strip() != _FENCE:
        return None
    found: dict[str, str] = {}
    for line in lines[1:]:
        if line.strip() == _FENCE:
            break
        key, separator, value = line.partition(":")
        if separator:
            found[key.strip()] = value.strip()
    if "expected" not in found:
        return None
    vers = found.get("range", _NO_RANGE)
    return Expectation(found["expected"], None if vers == _NO_RANGE else vers)
