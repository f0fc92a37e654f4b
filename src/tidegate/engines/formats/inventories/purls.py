"""Package URLs of an inventory: is this one? Which version does it name? How is one made.

Only looked at, never changed: the raw package URL goes on as it came. What its parts mean is told
by `engines/matching`.

From: ECMA-427, and https://github.com/package-url/purl-spec for the types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

# Each part ends where the next one begins, so no text is gone over twice.
_PURL = re.compile(
    r"pkg:/{0,2}[A-Za-z][A-Za-z0-9.+-]*/[^\s?#\x00-\x20\x7f]+"
    r"(?:\?[^\s#\x00-\x20\x7f]*)?(?:#[^\s\x00-\x20\x7f]*)?"
)
_IS_PURL = _PURL.fullmatch
_OF_DISTRIBUTIONS: Final = ("pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpine/", "pkg:alpm/")
_PLAIN: Final = ":"
"""What the specification leaves as it is, beside letters, digits and `.-_~`."""


def is_purl(text: str) -> bool:
    """Say whether a text has the form of a package URL."""
    return _IS_PURL(text) is not None


def version_of(purl: str) -> str:
    """Return the version that a package URL names, decoded; empty if it names none."""
    path = purl.partition("#")[0].partition("?")[0]
    _, at, version = path.rpartition("/")[2].rpartition("@")
    decoded = unquote(version) if at else ""
    return decoded if decoded.isprintable() and len(decoded) <= 1_024 else ""


def has_release(purl: str) -> bool:
    """Say whether a package URL is of a type whose packages belong to a distribution's release."""
    return purl.startswith(_OF_DISTRIBUTIONS)


def made(
    kind: str, name: str, version: str, namespace: str = "", qualifiers: Mapping[str, str] = {}
) -> str:
    """Make a package URL.

    Args:
        kind: its type, such as `npm`.
        name: in the type's own normal form.
        version: may be empty.
        namespace: may hold `/`.
        qualifiers: by their names, in order of these; empty ones are left out.
    """
    parts = [f"pkg:{kind}"]
    parts += [quote(part, safe=_PLAIN) for part in namespace.split("/") if part]
    parts.append(quote(name, safe=_PLAIN))
    text = "/".join(parts)
    if version:
        text += f"@{quote(version, safe=_PLAIN)}"
    filled = [
        f"{key}={quote(value, safe=_PLAIN + '/')}" for key, value in qualifiers.items() if value
    ]
    return f"{text}?{'&'.join(sorted(filled))}" if filled else text
