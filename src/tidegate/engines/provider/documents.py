"""What is published of one advisory, by whom, and what a CSAF document says of its own place.

Where a document lies follows from the document: the year of its first release, and its identifier
(CSAF 2.0, sections 5.1 and 7.1.11). So it is read, and whoever hands in documents that disagree
with each other is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from tidegate.engines.formats.documents import shown

_NOT_IN_NAMES: Final = re.compile(r"[^+\-a-z0-9]+")
"""From: CSAF 2.0, 5.1, filename."""

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+-]{0,120}")
"""An identifier that is the name of a file and part of an address, everywhere."""

_ECOSYSTEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}")
_WITHOUT_ECOSYSTEM: Final = "GIT"
"""Where OSV keeps records that name commits and no package."""


class SiteError(Exception):
    """Something may not be published like this; the message names what, and the mend."""


class Label(StrEnum):
    """How far a document may go. From: TLP 2.0."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"


class Version(StrEnum):
    """Of the CSAF standard. Both are served, each in a tree of its own."""

    V20 = "2.0"
    V21 = "2.1"

    def written(self, label: Label) -> str:
        """Return a label as documents of this version spell it: 2.0 still says WHITE."""
        return "WHITE" if self is Version.V20 and label is Label.CLEAR else label.value


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes. From: CSAF 2.0, 3.2.1.8."""

    name: str
    namespace: str
    """An address that is theirs, such as `https://gate.example.org`."""
    category: str = "coordinator"
    """coordinator, vendor, discoverer, other, translator or user."""
    contact_details: str = ""
    issuing_authority: str = ""


@dataclass(frozen=True, slots=True)
class PublishedDocuments:
    """Everything that was made of one revision of one record, for the public."""

    identifier: str
    """As in every document, such as `TG-2026-k7m2qx4p`."""
    label: Label
    title: str
    summary: str
    categories: tuple[str, ...]
    """Words by which readers choose, such as an ecosystem or a package: ROLIE and Atom categories.
    """
    csaf20: bytes
    csaf21: bytes | None
    osv: bytes | None
    published_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None = None
    """When it was taken back; its documents say so too, and stay."""
    advisory: str = ""
    """The advisory that they stand beside, where they are a VEX of one that is published itself.
    They lie in the CSAF trees under an identifier of their own, as each document has to; whoever
    reads news is told of the advisory alone."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a CSAF document says of itself."""

    identifier: str
    year: str
    """Of its first release, four digits: its folder."""
    current_release_date: str
    """As it is written in the document."""
    category: str
    label: str
    """As it is written in the document; empty without one."""

    @property
    def name(self) -> str:
        """Its file, under the folder of its label: `2026/tg-2026-k7m2qx4p.json`."""
        return f"{self.year}/{file_name(self.identifier)}"

    @property
    def released_at(self) -> datetime:
        """When this revision was released."""
        return instant(self.current_release_date)


def file_name(identifier: str) -> str:
    """Return the name that the standard gives a document. From: CSAF 2.0, 5.1."""
    return _NOT_IN_NAMES.sub("_", identifier.lower()) + ".json"


def tracking_of(raw: bytes) -> Tracking:
    """Read where a CSAF document belongs; of either version. Raises `SiteError`."""
    try:
        document = orjson.loads(raw)["document"]
        tracking = document["tracking"]
        first = str(tracking["initial_release_date"])
        found = Tracking(
            identifier=str(tracking["id"]),
            year=first[:4],
            current_release_date=str(tracking["current_release_date"]),
            category=str(document["category"]),
            label=_label(document),
        )
        instant(first)
        instant(found.current_release_date)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SiteError(
            "a CSAF document lacks document.category, or document.tracking with id,"
            f" initial_release_date and current_release_date as RFC 3339 says: {shown(str(error))}"
        ) from error
    return found


def check(published: PublishedDocuments, *, green_is_public: bool) -> None:
    """See that documents may lie in public, and that they are of one advisory.

    Raises `SiteError`.
    """
    who = published.identifier
    if not _SAFE.fullmatch(who):
        raise SiteError(f"{shown(who)} cannot be the name of a file; use letters, digits and -")
    if not _may_be_public(published.label, green_is_public=green_is_public):
        raise SiteError(
            f"{who} is TLP:{published.label}, which never lies in the public folder; publish it to"
            " its audience, encrypted"
        )
    for at in (published.published_at, published.modified_at, published.withdrawn_at):
        if at is not None and at.tzinfo is None:
            raise SiteError(f"{who} has a time without a zone; give it in UTC")
    for version, raw in csaf_of(published):
        said = tracking_of(raw)
        if said.identifier != who:
            raise SiteError(f"{who}: its CSAF {version} document is of {shown(said.identifier)}")
        if said.label != version.written(published.label):
            raise SiteError(
                f"{who} is TLP:{published.label}, and its CSAF {version} document says"
                f" {shown(said.label) if said.label else 'nothing'}; write"
                f" {version.written(published.label)} in document.distribution.tlp.label"
            )
    if published.osv is not None:
        ecosystems_of(published)


def csaf_of(published: PublishedDocuments) -> list[tuple[Version, bytes]]:
    """Return its CSAF documents, with the version of each."""
    found = [(Version.V20, published.csaf20)]
    if published.csaf21 is not None:
        found.append((Version.V21, published.csaf21))
    return found


def ecosystems_of(published: PublishedDocuments) -> tuple[str, ...]:
    """Return the ecosystems that its OSV record names, without their releases, sorted.

    Raises `SiteError` if it is no OSV record of this advisory.
    """
    who = published.identifier
    try:
        record = orjson.loads(published.osv or b"")
        said = record["id"]
        packages = [entry.get("package") for entry in record.get("affected", ())]
        names = {str(one["ecosystem"]).split(":")[0] for one in packages if one}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SiteError(f"{who}: its OSV record cannot be read: {shown(str(error))}") from error
    if said != who:
        raise SiteError(f"{who}: its OSV record is of {shown(str(said))}")
    if strange := sorted(name for name in names if not _ECOSYSTEM.fullmatch(name)):
        raise SiteError(f"{who}: its OSV record names {shown(strange[0])}, which is no ecosystem")
    return tuple(sorted(names)) or (_WITHOUT_ECOSYSTEM,)


def instant(text: str) -> datetime:
    """Read an instant with its zone. Raises `ValueError`."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return at.astimezone(UTC)


def _label(document: Any) -> str:
    distribution = document.get("distribution") or {}
    tlp = distribution.get("tlp") or {}
    return str(tlp.get("label") or "")


def _may_be_public(label: Label, *, green_is_public: bool) -> bool:
    return label is Label.CLEAR or (label is Label.GREEN and green_is_public)
