"""An Atom feed of advisories, for people and for whatever reads news: the latest ones.

The feed that is there is the state: a change reads it, puts its entries in, and cuts it.

From: RFC 4287.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from lxml import etree

from tidegate.engines.formats.instants import written
from tidegate.engines.provider.documents import PublishedDocuments, Publisher, instant

ATOM: Final = "advisories/feed.atom"
MOST: Final = 200
"""Entries in the feed."""

_SPACE: Final = "http://www.w3.org/2005/Atom"
_NOT_IN_XML: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], " ")
"""From: XML 1.0, 2.2, characters."""


def atom(
    old: bytes | None,
    published: Sequence[PublishedDocuments],
    *,
    base_url: str,
    publisher: Publisher,
    at: datetime,
) -> bytes:
    """Return the feed with these advisories in it, the one that was changed last first.

    What only stands beside an advisory has no entry: it has no page, and is no news of its own.
    """
    advisories = [one for one in published if not one.advisory]
    new = {_id_of(one.identifier): _entry(one, base_url) for one in _latest(advisories)}
    kept = [one for one in _entries(old) if one.findtext(_name("id")) not in new]
    feed = _element("feed")
    _text(feed, "id", f"{base_url}/{ATOM}")
    _text(feed, "title", f"{publisher.name}: advisories")
    _text(feed, "updated", written(at))
    _text(etree.SubElement(feed, _name("author")), "name", publisher.name)
    _link(feed, "self", f"{base_url}/{ATOM}", "application/atom+xml")
    _link(feed, "alternate", f"{base_url}/advisories/", "text/html")
    entries = sorted([*new.values(), *kept], key=_updated, reverse=True)
    feed.extend(entries[:MOST])
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _entry(published: PublishedDocuments, base_url: str) -> etree._Element:
    title = f"Withdrawn: {published.title}" if published.withdrawn_at else published.title
    page = f"{base_url}/advisories/{published.identifier}"
    made = _element("entry")
    _text(made, "id", _id_of(published.identifier))
    _text(made, "title", f"{published.identifier}: {title}")
    _text(made, "updated", written(published.modified_at))
    _text(made, "published", written(published.published_at))
    _link(made, "alternate", page, "text/html")
    _link(made, "related", f"{page}.csaf20.json", "application/json")
    for term in published.categories:
        etree.SubElement(made, _name("category"), term=_safe(term))
    if published.summary:
        _text(made, "summary", published.summary)
    return made


def _id_of(identifier: str) -> str:
    """Return what stays the same, also when the address does not."""
    return f"urn:tidegate:advisory:{identifier}"


def _latest(published: Sequence[PublishedDocuments]) -> Iterable[PublishedDocuments]:
    return sorted(published, key=lambda one: one.modified_at, reverse=True)[:MOST]


def _entries(old: bytes | None) -> list[etree._Element]:
    if old is None:
        return []
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True
    )
    return list(etree.fromstring(old, parser).findall(_name("entry")))


def _updated(entry: etree._Element) -> tuple[datetime, str]:
    return instant(str(entry.findtext(_name("updated")))), str(entry.findtext(_name("id")))


def _element(name: str) -> etree._Element:
    # Without a prefix: lxml knows that as None, and its stubs do not.
    return etree.Element(_name(name), nsmap={None: _SPACE})  # type: ignore[dict-item]


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _name(name)).text = _safe(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, _name("link"), rel=rel, href=href, type=kind)


def _safe(text: str) -> str:
    return text.translate(_NOT_IN_XML)


def _name(name: str) -> str:
    return f"{{{_SPACE}}}{name}"
