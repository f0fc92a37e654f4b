"""Debian's `/var/lib/dpkg/status`: what does it say that is installed, and of which source.

One stanza a package, in the form of control files (deb-control(5)). Only what is installed counts:
a package that was removed leaves its stanza behind with its settings. `Source` names the source
package where it has another name, or another version. The file does not say of which release of
which distribution it is; that is told apart from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.gathering import Gathering, Heading
from tidegate.engines.formats.inventories.purls import made

_FIRST = re.compile(r"(?:Package|Status):[ \t]", re.IGNORECASE)
_SOURCE = re.compile(r"(?P<name>\S+)(?:[ \t]+\((?P<version>[^()\s]+)\))?")
_STATES: Final = frozenset(
    {
        "not-installed",
        "config-files",
        "half-installed",
        "unpacked",
        "half-configured",
        "triggers-awaited",
        "triggers-pending",
        "installed",
    }
)
_GONE: Final = frozenset({"not-installed", "config-files"})
_WANTED: Final = frozenset({"package", "status", "version", "source", "architecture"})


def is_dpkg_status(text: str) -> bool:
    """Say whether a text is meant as dpkg's status file."""
    head = text[:65_536].lstrip()
    return _FIRST.match(head) is not None and "\nStatus:" in f"\n{head}"


def read_dpkg_status(text: str, found: Gathering, distribution: str) -> Heading:
    """Read a status file; the components are gathered.

    Args:
        text: the file's.
        found: where they are gathered.
        distribution: such as `debian-12`; empty if it is not known.
    """
    vendor = distribution.partition("-")[0].lower()
    for number, stanza in _stanzas(text):
        place = f"line {number}"
        name, version = stanza.get("package", ""), stanza.get("version", "")
        words = stanza.get("status", "").split()
        if len(words) != 3 or words[2] not in _STATES:
            found.complain(
                place,
                f"{shown(name)} has no status that is known; it is taken as installed. Copy the"
                " file from /var/lib/dpkg/status",
            )
        elif words[2] in _GONE:
            continue
        elif words[2] == "half-installed" and not version:
            found.complain(place, f"{shown(name)} is half installed, without a version")
            continue
        if not name:
            found.complain(place, "has no Package; copy the whole file again")
            continue
        source = _SOURCE.fullmatch(stanza.get("source", ""))
        name, version = (
            found.text(place, "the package", name),
            found.text(place, "the version", version),
        )
        if not name:
            continue
        qualifiers = {"arch": stanza.get("architecture", "")[:100], "distro": distribution}
        found.add(
            place,
            made("deb", name, version, vendor, qualifiers),
            name,
            version,
            source["name"] if source else name,
            (source["version"] if source else None) or version,
        )
    if not distribution:
        found.complain(
            "line 1",
            "does not tell of which release it is, so nothing is known of its packages; give the"
            " distribution, such as debian-12",
        )
    return Heading("dpkg-status")


def _stanzas(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the fields of each stanza that are read, by their names in lower case."""
    begin, fields = 0, dict[str, str]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            if fields:
                yield begin, fields
            begin, fields = 0, {}
        elif line[0] not in " \t":
            begin = begin or number
            name, colon, value = line.partition(":")
            key = name.lower()
            if colon and key in _WANTED:
                fields.setdefault(key, value.strip())
            elif not fields:
                # So that a stanza without any of them is told of.
                fields[""] = ""
    if fields:
        yield begin, fields
