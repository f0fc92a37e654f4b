"""npm's versions and ranges: semantic versioning, with the looseness of older manifests.

The order is that of semver.org, section 11. Ranges are read by `semantic_version.NpmSpec`, after
the spellings that npm's own parser accepts beside its grammar have been brought to it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from semantic_version import NpmSpec, Version

from tidegate.engines.reproduction.packages import PackageError

_OPERATOR_SPACE = re.compile(r"(\^|~>?|[<>]=?|=)\s+(?=[\dvVxX*])")
_LOOSE = re.compile(
    r"[v=\s]*(\d{1,16})\.(\d{1,16})\.(\d{1,16})"
    r"(?:-?((?:[0-9A-Za-z-]+)(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_LEADING_V = re.compile(r"(?<![\w.+-])[vV=]+\s*(?=\d)")


@lru_cache(maxsize=1 << 16)
def parse(text: str) -> Version:
    """Read a version; as npm's own client does, also 1.0.0beta and 1.02.0 of its early days.

    Raises:
        PackageError: it is not a semantic version.
    """
    try:
        return Version(text)
    except ValueError:
        pass
    if not (loose := _LOOSE.fullmatch(text.strip())):
        raise PackageError(
            f"{text[:80]!r} is not a semantic version; npm's look like 1.2.3 or 1.2.3-beta.1"
        )
    numbers = ".".join(str(int(number)) for number in loose.group(1, 2, 3))
    suffix = (
        "-" + ".".join(str(int(part)) if part.isdecimal() else part for part in loose[4].split("."))
        if loose[4]
        else ""
    )
    return Version(numbers + suffix)


def order(text: str) -> Any:
    """Return a sort key; build metadata is only a tie-breaker."""
    version = parse(text)
    return version.precedence_key, version.build


def line(text: str) -> str:
    """Return the release line: the major, or `0.minor` as in 0.2."""
    version = parse(text)
    return str(version.major) if version.major else f"0.{version.minor}"


def is_prerelease(text: str) -> bool:
    """Tell whether a version is a pre-release."""
    return bool(parse(text).prerelease)


class Range:
    """A range of versions as a manifest writes it: `^1.2.0`, `1.x || >=2.5.0`, `*`.

    Raises:
        PackageError: it is no range (a tag such as `latest` is none either).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._spec = _spec(text)

    def accepts(self, version: str) -> bool:
        """Tell whether a version lies in the range; pre-releases by npm's rule."""
        return bool(self._spec.match(parse(version)))


@lru_cache(maxsize=1 << 14)
def _spec(text: str) -> Any:
    loose = _LEADING_V.sub("", _OPERATOR_SPACE.sub(r"\1", text.strip()).replace("~>", "~"))
    alternatives = [" ".join(part.split()) or "*" for part in loose.split("||")]
    try:
        return NpmSpec(" || ".join(alternatives))
    except ValueError as error:
        raise PackageError(f"{text!r} is not a range of versions") from error
