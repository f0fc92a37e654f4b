"""The tree of one label and one version of CSAF: its documents, lists and feeds.

    csaf/v2.0/white/2026/tg-2026-k7m2qx4p.json, .json.sha256, .json.sha512, .json.asc
    csaf/v2.0/white/index.txt, changes.csv, category-white.json
    csaf/v2.0/white/csaf-feed-tlp-white.json, csaf-feed-tlp-white-2026-1.json

What is there is read from the files themselves; there is no state beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.engines.provider import listings, rolie
from tidegate.engines.provider.documents import (
    Label,
    PublishedDocuments,
    SiteError,
    Tracking,
    Version,
    file_name,
    instant,
    tracking_of,
)
from tidegate.engines.provider.rolie import Entry, Part
from tidegate.engines.provider.signing import Signer
from tidegate.engines.provider.writing import Changes

BESIDE: Final = (".sha256", ".sha512", ".asc")
"""What lies beside a document."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as the provider's metadata names it."""

    name: str
    """Its path in the folder."""
    title: str
    updated: str


class Tree:
    """The tree of a label and a version, as it is changed."""

    def __init__(
        self,
        changes: Changes,
        version: Version,
        label: Label,
        *,
        base_url: str,
        who: str,
        page: int,
        fresh: bool = False,
    ) -> None:
        """See `site.Site`; `fresh` takes it that nothing is there yet."""
        self.version = version
        self.label = label
        self.folder = f"csaf/v{version}/{version.written(label).lower()}"
        self._changes = changes
        self._base_url = base_url
        self._who = who
        self._page = page
        self._fresh = fresh

    @property
    def is_there(self) -> bool:
        """Whether it has ever held anything."""
        index = f"{self.folder}/{listings.INDEX}"
        return index in self._changes.touched or (not self._fresh and self._changes.has(index))

    def put(
        self, documents: Sequence[tuple[PublishedDocuments, bytes]], signer: Signer, at: datetime
    ) -> None:
        """Write documents, and whatever lists them. Raises `SiteError`."""
        read = [(one, raw, tracking_of(raw)) for one, raw in documents]
        dates = b"" if self._fresh else self._read(listings.CHANGES) or b""
        for _, _, said in read:
            self._refuse_older(said, listings.released(dates, said.name))
        for _, raw, said in read:
            self._write_document(said.name, raw, signer)
        entries = [
            rolie.entry(one, said, self._address(said.name), self.version) for one, _, said in read
        ]
        self._list({said.name: said.current_release_date for _, _, said in read}, set())
        new = zip((said for _, _, said in read), entries, strict=True)
        self._feed({said.name: (said.year, made) for said, made in new}, set(), at)
        terms = [term for one, _, said in read for term in rolie.categories(one, said)]
        self._categories(terms)

    def remove(self, identifier: str, at: datetime) -> bool:
        """Take out what goes to another label; say whether it was here."""
        ending = f"/{file_name(identifier)}"
        index = (self._read(listings.INDEX) or b"").decode()
        gone = {name for name in index.split("\n") if name.endswith(ending)}
        if not gone:
            return False
        self._list({}, gone)
        self._feed({}, gone, at)
        for name in gone:
            for part in ("", *BESIDE):
                self._changes.remove(f"{self.folder}/{name}{part}")
        return True

    def feeds(self) -> list[Feed]:
        """Return its feeds as they are to be announced.

        The first, alone as long as it holds everything; else with all of its parts, the newest
        first, so that a reader who does not follow `next` misses nothing either.
        """
        names = [rolie.feed_name(self.version, self.label)]
        if self._is_cut():
            names += [self._part_name(part) for part in self._parts()]
        return [
            Feed(
                f"{self.folder}/{name}",
                self._title(name),
                self._updated(name),
            )
            for name in names
        ]

    @property
    def category_name(self) -> str:
        """The path of its category document in the folder."""
        return f"{self.folder}/category-{self.version.written(self.label).lower()}.json"

    def _refuse_older(self, said: Tracking, there: str) -> None:
        if there and instant(there) > said.released_at:
            raise SiteError(
                f"{said.identifier}: a document of {there} is published already, and this one is of"
                f" {said.current_release_date}; a correction is a later revision"
            )

    def _write_document(self, name: str, raw: bytes, signer: Signer) -> None:
        path = f"{self.folder}/{name}"
        kept = self._read(f"{name}.asc") if self._read(name) == raw else None
        file = name.rpartition("/")[2]
        for kind in ("sha256", "sha512"):
            digest = hashlib.new(kind, raw).hexdigest()
            self._changes.write(f"{path}.{kind}", f"{digest}  {file}\n".encode())
        # A signature is made anew each time: it is left as it is as long as it is good.
        signature = kept if kept and signer.has_signed(raw, kept) else signer.sign(raw)
        self._changes.write(f"{path}.asc", signature)
        self._changes.write(path, raw)

    def _list(self, released: dict[str, str], gone: set[str]) -> None:
        index = b"" if self._fresh else self._read(listings.INDEX) or b""
        dates = b"" if self._fresh else self._read(listings.CHANGES) or b""
        made = listings.indexed(listings.without(index, gone) if gone else index, list(released))
        self._write(listings.INDEX, made)
        self._write(listings.CHANGES, listings.changed(dates, released, gone, self.version))

    def _feed(self, new: dict[str, tuple[str, Entry]], gone: set[str], at: datetime) -> None:
        before = [] if self._fresh else self._parts()
        contents = self._into_parts(new, gone, before)
        parts = sorted({*before, *contents}, key=lambda part: part.order, reverse=True)
        if before != parts:
            self._add_neighbours(contents, parts, set(parts) - set(before))
        for part in contents:
            self._write_page(self._part_name(part), contents[part].values(), parts, at)
        self._write_first(new, gone, parts, at)

    def _into_parts(
        self, new: dict[str, tuple[str, Entry]], gone: set[str], parts: list[Part]
    ) -> dict[Part, dict[str, Entry]]:
        """Return the parts that change, with their entries by the address of the document."""
        opened: dict[Part, dict[str, Entry]] = {}
        changed: set[Part] = set()
        by_year: dict[str, list[Part]] = {}
        for part in parts:
            by_year.setdefault(part.year, []).append(part)

        def entries(part: Part) -> dict[str, Entry]:
            if part not in opened:
                opened[part] = self._entries(self._part_name(part))
            return opened[part]

        for name, (year, made) in new.items():
            src, known = made["content"]["src"], by_year.setdefault(year, [])
            place = None
            if self._was_there(name):
                place = next((part for part in known if src in entries(part)), None)
            if place is None and known and len(entries(known[0])) < self._page:
                place = known[0]
            if place is None:
                place = Part(year, known[0].number + 1 if known else 1)
                opened[place] = {}
                known.insert(0, place)
            entries(place)[src] = made
            changed.add(place)
        for name in gone:
            src = self._address(name)
            for part in by_year.get(name[:4], []):
                if entries(part).pop(src, None) is not None:
                    changed.add(part)
        return {part: opened[part] for part in changed}

    def _add_neighbours(
        self, contents: dict[Part, dict[str, Entry]], parts: list[Part], new: set[Part]
    ) -> None:
        """Add the parts whose links change because another one came between."""
        for place, part in enumerate(parts):
            beside = parts[max(0, place - 1) : place] + parts[place + 1 : place + 2]
            if part not in contents and new.intersection(beside):
                contents[part] = self._entries(self._part_name(part))

    def _write_first(
        self, new: dict[str, tuple[str, Entry]], gone: set[str], parts: list[Part], at: datetime
    ) -> None:
        name = rolie.feed_name(self.version, self.label)
        entries = {} if self._fresh else self._entries(name)
        entries.update({made["content"]["src"]: made for _, made in new.values()})
        if gone:
            for one in gone:
                entries.pop(self._address(one), None)
            # What was beyond the first file may have its place in it now.
            for part in parts:
                if len(entries) >= min(self._page, self._count()):
                    break
                entries |= self._entries(self._part_name(part)) | entries
        latest = rolie.latest_first(entries.values())[: self._page]
        links = {"self": self._address(name)}
        if self._is_cut() and parts:
            links["next"] = self._address(self._part_name(parts[0]))
            links["last"] = self._address(self._part_name(parts[-1]))
        self._write(name, rolie.feed(name, self._title(name), latest, at=at, links=links))

    def _write_page(
        self, name: str, entries: Iterable[Entry], parts: list[Part], at: datetime
    ) -> None:
        names = [rolie.feed_name(self.version, self.label), *map(self._part_name, parts)]
        place = names.index(name)
        links = {
            "self": self._address(name),
            "first": self._address(names[0]),
            "previous": self._address(names[place - 1]),
        }
        if place + 1 < len(names):
            links["next"] = self._address(names[place + 1])
        self._write(name, rolie.feed(name, self._title(name), entries, at=at, links=links))

    def _categories(self, terms: list[str]) -> None:
        old = [] if self._fresh else rolie.terms_of(self._changes.read(self.category_name))
        self._changes.write(self.category_name, rolie.category_document([*old, *terms]))

    def _entries(self, name: str) -> dict[str, Entry]:
        found = rolie.entries_of(self._read(name), f"{self.folder}/{name}")
        return {str(one["content"]["src"]): one for one in found}

    def _parts(self) -> list[Part]:
        """Return the parts that are there, or are staged, the newest first."""
        folder = self._changes.folder / self.folder
        names = {path.name for path in folder.glob("*.json")} if not self._fresh else set()
        names |= {
            name.rpartition("/")[2]
            for name in self._changes.touched
            if name.startswith(f"{self.folder}/csaf-feed-")
        }
        found = [rolie.part_of(name, self.version, self.label) for name in names]
        return sorted(filter(None, found), key=lambda part: part.order, reverse=True)

    def _is_cut(self) -> bool:
        return self._count() > self._page

    def _count(self) -> int:
        return (self._read(listings.INDEX) or b"").count(b"\n")

    def _was_there(self, name: str) -> bool:
        """Whether a document was there before this change."""
        return not self._fresh and (self._changes.folder / self.folder / name).is_file()

    def _part_name(self, part: Part) -> str:
        return rolie.feed_name(self.version, self.label, part)

    def _title(self, name: str) -> str:
        part = rolie.part_of(name, self.version, self.label)
        label = f"TLP:{self.version.written(self.label)}"
        stem = f"{self._who}: CSAF {self.version} documents, {label}"
        return f"{stem}, first released in {part.year}, part {part.number}" if part else stem

    def _updated(self, name: str) -> str:
        beginning = self._changes.read(f"{self.folder}/{name}", rolie.HEAD_BYTES)
        return rolie.updated_of(beginning or b"")

    def _address(self, name: str) -> str:
        return f"{self._base_url}/{self.folder}/{name}"

    def _read(self, name: str) -> bytes | None:
        return self._changes.read(f"{self.folder}/{name}")

    def _write(self, name: str, content: bytes) -> None:
        self._changes.write(f"{self.folder}/{name}", content)
