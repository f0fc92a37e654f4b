"""What an inventory says that is installed, whatever format it came in.

An inventory is a list of what runs on an asset: an SBOM, a lock file, a package manager's status.
It comes in as far as it goes: what was not understood is listed beside what was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Component(NamedTuple):
    """One thing that is installed, as the document has it. A tuple: there are very many."""

    purl: str
    """The package URL as it came; for formats without any, the one that is made of it."""
    name: str
    version: str
    """Empty, if the document gives none."""
    place: str
    """Where in the document: a JSON pointer, a line, or an identifier (`bom-ref`, `SPDXID`)."""
    source_name: str = ""
    """The source package of a distribution's binary package, where the document tells it."""
    source_version: str = ""
    distribution: str = ""
    """The release of the distribution that the document tells of, such as `debian-12`."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """One thing that was left out, or only half understood."""

    place: str
    words: str
    """What is wrong, and how it is mended."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """An inventory as it was read."""

    format: str
    """A word, such as `cyclonedx-json`, `spdx-json`, `package-lock`, `dpkg-status`."""
    format_version: str
    """Such as `1.6`; empty where the format has none."""
    tool: str
    """What made it, where it tells."""
    made_at: datetime | None
    """When it was made, where it tells."""
    subject: str
    """What it describes, in its own words; empty where it does not tell."""
    components: tuple[Component, ...]
    """Without repeated ones."""
    repeated: int
    """How many were left out because the same package URL was there already."""
    not_understood: tuple[NotUnderstood, ...]
    """The first ones, up to the reader's limit."""
    not_understood_count: int
    sha256: str
    """Of the document, as it came."""
