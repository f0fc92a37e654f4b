"""ROLIE feeds, as JSON: which documents are there under a label, with their hashes and signatures.

A label has one feed, cut into files of bounded size. The first, `csaf-feed-tlp-clear.json`, holds
what was changed last. As long as there are no more documents than fit in it, it holds all, and
that is the whole feed. Beyond that it goes on in further files, linked by `next` (RFC 8322, 6.1.2;
RFC 5005, 3): one or more for each year, `csaf-feed-tlp-clear-2026-1.json`. A document stays in the
file of its year in which it was first put, so a change rewrites that file and the first one, and
no other.

From: CSAF 2.0, 7.1.15 to 7.1.17; RFC 8322.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from tidegate.engines.formats.instants import written
from tidegate.engines.provider.documents import (
    Label,
    PublishedDocuments,
    SiteError,
    Tracking,
    Version,
    instant,
)

INFORMATION_TYPE: Final = {
    "scheme": "urn:ietf:params:rolie:category:information-type",
    "term": "csaf",
}
"""From: CSAF 2.0, 7.1.15."""

SCHEMAS: Final[Mapping[Version, str]] = {
    Version.V20: "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
    Version.V21: "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
}

_UPDATED: Final = re.compile(rb'"updated":"([^"]{1,40})"')
HEAD_BYTES: Final = 4096
"""Of a feed of ours, in which it says when it was last changed."""
_PART: Final = re.compile(r"-([0-9]{4})-([1-9][0-9]{0,5})\.json")

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a feed beyond the first."""

    year: str
    number: int
    """From 1, within the year."""

    @property
    def order(self) -> tuple[str, int]:
        """What the newest is the largest of."""
        return self.year, self.number


def feed_name(version: Version, label: Label, part: Part | None = None) -> str:
    """Return the file of a feed, or of a part of it."""
    stem = f"csaf-feed-tlp-{version.written(label).lower()}"
    return f"{stem}.json" if part is None else f"{stem}-{part.year}-{part.number}.json"


def part_of(name: str, version: Version, label: Label) -> Part | None:
    """Read the name of a part of a feed; None if it is none."""
    stem = feed_name(version, label).removesuffix(".json")
    found = _PART.fullmatch(name.removeprefix(stem)) if name.startswith(stem) else None
    return None if found is None else Part(found[1], int(found[2]))


def entry(published: PublishedDocuments, said: Tracking, address: str, version: Version) -> Entry:
    """Return the entry of a document that lies at `address`."""
    title = f"Withdrawn: {published.title}" if published.withdrawn_at else published.title
    made: Entry = {
        "id": said.identifier,
        "title": title,
        "link": [
            {"rel": "self", "href": address},
            {"rel": "hash", "href": f"{address}.sha256"},
            {"rel": "hash", "href": f"{address}.sha512"},
            {"rel": "signature", "href": f"{address}.asc"},
        ],
        "published": written(published.published_at),
        "updated": written(published.modified_at),
        "content": {"type": "application/json", "src": address},
        "format": {"schema": SCHEMAS[version], "version": version.value},
        "category": [{"term": term} for term in categories(published, said)],
    }
    if published.summary:
        made["summary"] = {"content": published.summary}
    return made


def categories(published: PublishedDocuments, said: Tracking) -> list[str]:
    """Return the words that a document can be chosen by: its kind first."""
    return list(dict.fromkeys([said.category, *published.categories]))


def feed(
    name: str, title: str, entries: Iterable[Entry], *, at: datetime, links: Mapping[str, str]
) -> bytes:
    """Write a feed; the entry that was updated last comes first.

    Args:
        name: its file, which is its id as well.
        title: for people.
        entries: what is in it.
        at: when it was last changed.
        links: addresses by their relation; `self` is one of them.
    """
    document = {
        "feed": {
            "id": name.removesuffix(".json"),
            "title": title,
            # Before the entries: `updated_of` reads the beginning of a file only.
            "updated": written(at),
            "link": [{"rel": rel, "href": href} for rel, href in links.items()],
            "category": [INFORMATION_TYPE],
            "entry": latest_first(entries),
        }
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def entries_of(raw: bytes | None, name: str) -> list[Entry]:
    """Read the entries of a feed that we wrote; none if there is no file. Raises `SiteError`."""
    if raw is None:
        return []
    try:
        found: list[Entry] = orjson.loads(raw)["feed"]["entry"]
    except (ValueError, KeyError, TypeError) as error:
        raise SiteError(f"{name} is damaged; rebuild the folder") from error
    return found


def updated_of(raw: bytes) -> str:
    """Read when a feed was last changed, from its beginning; empty if that is not said."""
    found = _UPDATED.search(raw[:HEAD_BYTES])
    return "" if found is None else found[1].decode("ascii", "replace")


def latest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries, the one that was updated last first."""
    by_name = sorted(entries, key=lambda one: str(one["id"]))
    return sorted(by_name, key=lambda one: instant(str(one["updated"])), reverse=True)


def service(feeds: Iterable[tuple[str, str]]) -> bytes:
    """Write the service document: every feed, as title and address. From: CSAF 2.0, 7.1.16."""
    collection = [
        {"title": title, "href": address, "categories": {"category": [INFORMATION_TYPE]}}
        for title, address in feeds
    ]
    workspace = [{"title": "Public CSAF feeds", "collection": collection}]
    return _pretty({"service": {"workspace": workspace}})


def category_document(terms: Iterable[str]) -> bytes:
    """Write the category document of a feed. From: CSAF 2.0, 7.1.17."""
    return _pretty({"categories": {"category": [{"term": term} for term in sorted(set(terms))]}})


def terms_of(raw: bytes | None) -> list[str]:
    """Read the words of a category document that we wrote; none if there is no file."""
    if raw is None:
        return []
    return [str(one["term"]) for one in orjson.loads(raw)["categories"]["category"]]


def _pretty(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
