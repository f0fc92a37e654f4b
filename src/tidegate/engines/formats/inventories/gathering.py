"""What has been found of an inventory so far: components once each, and what was not understood.

Every reader hands what it finds to one `Gathering`, whatever the format, so that the same rules
hold for all: what a component needs, when it is a repeated one, how much is listed and counted.

- A component has a package URL, or a name and a version. One with neither is left out and listed.
- A package URL that is none stays as it came and is listed, and so is what has no version: whoever
  matches answers 'unknown' for it, with the reason.
- A file, a key or a data set without a package URL is no package; how many there were is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tidegate.engines.formats.documents import Fault, shown
from tidegate.engines.formats.inventories.components import Component, Inventory, NotUnderstood
from tidegate.engines.formats.inventories.hints import told_by_silence
from tidegate.engines.formats.inventories.purls import has_release, is_purl, version_of
from tidegate.engines.formats.inventories.refusals import InventoryError

_LONGEST_PURL: Final = 4_096
_LONGEST_TEXT: Final = 1_024
"""Longest name, version, source package or place, in characters."""

_LONGEST_HEADING: Final = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of one document before it is refused, or cut off."""

    packed_bytes: int = 64 << 20
    """Largest document as it comes, compressed or not."""
    unpacked_bytes: int = 256 << 20
    """Largest document once it is unpacked."""
    toml_bytes: int = 16 << 20
    """Largest `uv.lock` or `poetry.lock` beside its lists of files: TOML takes far more time a byte
    than JSON."""
    components: int = 1_000_000
    """Most components of one document."""
    depth: int = 64
    """Deepest nesting of components."""
    not_understood: int = 1_000
    """Most places that are listed; the rest is counted."""
    schema_faults: int = 100
    """Most kinds of violation of the schema that are told apart, within `not_understood`."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a document says of itself; the fields are those of `Inventory`."""

    format: str
    format_version: str = ""
    tool: str = ""
    made_at: datetime | None = None
    subject: str = ""


class Gathering:
    """Components and complaints, while a document is read."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.repeated = 0
        self.complaints = 0
        self._components: list[Component] = []
        self._seen: set[tuple[str, str, str]] = set()
        self._listed: list[NotUnderstood] = []
        self._distributions: dict[str, str] = {}
        self._files = 0
        self._first_file = ""

    def add(
        self,
        place: str,
        purl: Any,
        name: Any,
        version: Any,
        source_name: Any = "",
        source_version: Any = "",
    ) -> None:
        """Take a component whose members may be of any type; None counts as left out.

        Raises `InventoryError` for one too many.
        """
        # Most components are as they should be; these checks are all that those pay for.
        if not (type(purl) is str and len(purl) <= _LONGEST_PURL):
            purl = self.text(place, "the package URL", purl, _LONGEST_PURL)
        if not (type(name) is str and len(name) <= _LONGEST_TEXT and name.isprintable()):
            name = self.text(place, "the name", name)
        if not (type(version) is str and len(version) <= _LONGEST_TEXT and version.isprintable()):
            version = self.text(place, "the version", version)
        if purl and not is_purl(purl):
            self.complain(
                place,
                f"{shown(purl, 100)} is not a package URL; write it like pkg:npm/express@4.18.2",
            )
            if not purl.isprintable():
                purl = ""
        elif purl and not version:
            version = version_of(purl)
        if not version:
            if not (purl or name):
                self.complain(place, "has no name; add 'name', 'version' and a package URL")
                return
            if not purl:
                self.complain(
                    place,
                    f"{shown(name, 100)} has neither a version nor a package URL and was left out;"
                    " add them",
                )
                return
            self.complain(
                place, f"{shown(purl, 100)} has no version, so nothing is known of it; add it"
            )
        key = (purl, "" if purl else name, version)
        if key in self._seen:
            self.repeated += 1
            return
        if len(self._seen) >= self.limits.components:
            raise InventoryError(
                self.source,
                Fault("", f"holds more than {self.limits.components:,} components; split it"),
            )
        self._seen.add(key)
        if source_name or source_version:
            source_name = self.text(place, "the source package", source_name)
            source_version = self.text(place, "the source package's version", source_version)
        if len(place) > _LONGEST_TEXT or not place.isprintable():
            place = shown(place, _LONGEST_TEXT)
        self._components.append(
            Component(purl, name, version, place, source_name or "", source_version or "")
        )

    def pass_over(self, place: str) -> None:
        """Leave out what is no package: a file, a key, a data set."""
        self._files += 1
        self._first_file = self._first_file or place

    def distribution(self, place: str, name: Any, version: Any) -> bool:
        """Take the release of a distribution that the document tells of; say whether it is one."""
        if not (isinstance(name, str) and isinstance(version, str)):
            return False
        word = f"{name.strip()}-{version.strip()}".lower().replace(" ", "-")
        if not (name.strip() and version.strip() and word.isprintable() and len(word) <= 100):
            return False
        self._distributions.setdefault(word, place)
        return True

    def text(self, place: str, what: str, value: Any, longest: int = _LONGEST_TEXT) -> str:
        """Return a text that can be kept, or an empty one where the document's is none."""
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            # No more digits than this: TOML has numbers that Python refuses to write.
            mend = f'; write "{value}"' if _is_short_number(value) else ""
            kind = "of another type" if isinstance(value, int) and not mend else shown(value)
            self.complain(place, f"{what} {kind} is not a text{mend}")
            return ""
        if len(value) > longest:
            self.complain(place, f"{what} has {len(value):,} characters; at most {longest:,}")
            return ""
        if not value.isprintable():
            self.complain(
                place, f"{what} {shown(value)} holds signs that cannot be shown; take them out"
            )
            return ""
        return value

    def complain(self, place: str, words: str) -> None:
        """List what was not understood, or count it where the list is full."""
        self.complaints += 1
        if len(self._listed) < self.limits.not_understood:
            if len(place) > _LONGEST_TEXT or not place.isprintable():
                place = shown(place, _LONGEST_TEXT)
            self._listed.append(NotUnderstood(place, words))

    def inventory(self, heading: Heading, distribution: str, sha256: str) -> Inventory:
        """Return all of it. `distribution` stands where the document tells of none."""
        if self._files:
            self.complain(
                self._first_file,
                f"{self._files:,} files, keys or data sets without a package URL were left out,"
                " this one first; no advisory speaks of them",
            )
        if len(self._distributions) > 1:
            words = ", ".join(sorted(self._distributions)[:5])
            self.complain(
                next(iter(self._distributions.values())),
                f"tells of {len(self._distributions)} distributions ({words}), so that none is"
                " taken for all; write one document for each",
            )
        elif self._distributions:
            distribution = next(iter(self._distributions))
        components = told_by_silence(self._components, heading.tool)
        if distribution:
            components = [
                one._replace(distribution=distribution) if has_release(one.purl) else one
                for one in components
            ]
        return Inventory(
            format=heading.format,
            format_version=cut(heading.format_version),
            tool=cut(heading.tool),
            made_at=heading.made_at,
            subject=cut(heading.subject),
            components=tuple(components),
            repeated=self.repeated,
            not_understood=tuple(self._listed),
            not_understood_count=self.complaints,
            sha256=sha256,
        )


def _is_short_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e15


def cut(text: str) -> str:
    """Return a text of a heading so that it is safe to show and short."""
    safe = text if text.isprintable() else "".join(s if s.isprintable() else " " for s in text)
    return safe if len(safe) <= _LONGEST_HEADING else safe[: _LONGEST_HEADING - 1] + "…"


def moment(text: Any) -> datetime | None:
    """Return an instant in UTC, or None where the text is none."""
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text.upper())
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def word(value: Any) -> str:
    """Return a text of a heading, or an empty one for anything else."""
    return value if isinstance(value, str) else ""
