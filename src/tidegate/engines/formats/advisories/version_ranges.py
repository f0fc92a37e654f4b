"""A run of versions in one line: as a vers range, or within a package URL.

From: VERS, https://github.com/package-url/vers-spec , "Version range specifier", and the
specification of package URLs, "Known qualifiers": `vers`, which a package URL has in place of a
version. Written and read are the forms that a record needs: one run of versions.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from tidegate.engines.formats.advisories.record import BEGINNING
from tidegate.engines.formats.advisories.standings import SaidSpan

_SCHEME: Final = "vers:"
_ALL: Final = "*"
_QUALIFIER: Final = re.compile(r"[?&]vers=([^&#]*)")
_VERSION: Final = re.compile(r"@([^@/?#]*)(?=[?#]|\Z)")
_QUALIFIERS: Final = re.compile(r"[?#]")
_BOUND: Final = re.compile(r"(>=|<=|<)(.+)")

# Where a range's scheme has another name than the type of the package URL (VERS, "Known schemes").
_SCHEMES: Final = {"githubactions": "semver", "hex": "semver", "swift": "semver"}


class Located(NamedTuple):
    """A package URL, taken apart."""

    purl: str
    """Without a version or a range."""
    version: str
    """Empty if it names none."""
    span: SaidSpan | None
    """The range that it names; None if it names none."""


def vers_of(purl: str, span: SaidSpan) -> str:
    """Return a span as a vers range, such as `vers:npm/>=1.0.0|<1.2.6`."""
    kind = purl.removeprefix("pkg:").partition("/")[0].lower()
    parts = []
    if span.introduced != BEGINNING:
        parts.append(f">={quote(span.introduced, safe='')}")
    if span.ended:
        parts.append(f"{'<' if span.is_fixed else '<='}{quote(span.ended, safe='')}")
    return f"{_SCHEME}{_SCHEMES.get(kind, kind)}/{'|'.join(parts) or _ALL}"


def span_of(vers: str) -> SaidSpan | None:
    """Return the span that a vers range is; None where it is anything but one run of versions."""
    scheme, _, constraints = vers.removeprefix(_SCHEME).partition("/")
    if not vers.startswith(_SCHEME) or not scheme:
        return None
    introduced, ended, is_fixed = BEGINNING, "", False
    if constraints == _ALL:
        return SaidSpan(introduced, ended, is_fixed)
    for constraint in constraints.split("|"):
        bound = _BOUND.fullmatch(constraint)
        if bound is None or ended or (bound[1] == ">=" and introduced != BEGINNING):
            return None
        if bound[1] == ">=":
            introduced = unquote(bound[2])
        else:
            ended, is_fixed = unquote(bound[2]), bound[1] == "<"
    return SaidSpan(introduced, ended, is_fixed)


def at_version(purl: str, version: str) -> str:
    """Return a package URL with a version."""
    base, rest = _parted(purl)
    return f"{base}@{quote(version, safe=':')}{rest}"


def at_range(purl: str, vers: str) -> str:
    """Return a package URL with a vers range."""
    base, hash_, subpath = purl.partition("#")
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}vers={quote(vers, safe=':/')}{hash_}{subpath}"


def located(purl: str) -> Located:
    """Take a package URL apart that may name a version or a range."""
    if found := _QUALIFIER.search(purl):
        bare = purl[: found.start()] + purl[found.end() :]
        return Located(bare, "", span_of(unquote(found[1])))
    if found := _VERSION.search(purl):
        return Located(purl[: found.start()] + purl[found.end() :], unquote(found[1]), None)
    return Located(purl, "", None)


def _parted(purl: str) -> tuple[str, str]:
    """Return a package URL up to where its version would stand, and what comes behind."""
    end = _QUALIFIERS.search(purl)
    place = end.start() if end else len(purl)
    return purl[:place], purl[place:]
