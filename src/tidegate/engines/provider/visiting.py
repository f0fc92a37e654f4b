"""A walk through a CSAF provider, as a reader makes it: what is there, put down as facts.

It begins at a `provider-metadata.json` and goes wherever that leads: lists, feeds with all of their
pages, documents with what lies beside them, keys. It judges nothing; `rules` does. Of a document
only facts are kept, so a walk through many needs little memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from pysequoia import Cert

from tidegate.engines.provider import listings
from tidegate.engines.provider.documents import SiteError, Tracking, tracking_of
from tidegate.engines.provider.fetching import Answer, Fetch, is_loopback
from tidegate.engines.provider.loose_json import json_object, member, objects, texts
from tidegate.engines.provider.metadata import METADATA, SECURITY, WELL_KNOWN
from tidegate.engines.provider.rolie import INFORMATION_TYPE
from tidegate.engines.provider.signing import read_certificate, signature_fault

Validate = Callable[[bytes], Sequence[str]]
"""Returns in what a CSAF document breaks its standard; empty if in nothing."""

_HASHES: Final = {"sha256": 64, "sha384": 96, "sha512": 128, "sha3_256": 64, "sha3_512": 128}
"""Digits of what is taken for secure."""
_HREF: Final = re.compile(r"""<a\s[^>]*href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_MOST_PAGES: Final = 10_000
_AGENTS: Final = ("", "curl/8.14.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a document."""

    address: str
    answer: Answer
    """Without its body."""
    tracking: Tracking | None
    """None if it is no CSAF document."""
    invalid: tuple[str, ...]
    hash_fault: str
    """Empty if there is a hash that is right, and none that is wrong."""
    signature_fault: str
    """Empty if one of the provider's keys has signed it."""


@dataclass(frozen=True, slots=True)
class Directory:
    """What was seen of a directory of documents."""

    url: str
    index: tuple[str, ...] | None
    """The names that `index.txt` lists; None without one."""
    changes: bytes | None
    listed: tuple[str, ...] | None
    """Addresses that the listings of the directory and of its years link to; None without any."""


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """What was seen of a ROLIE feed, with all of its pages."""

    url: str
    label: str
    pages: int
    faults: tuple[str, ...]
    """In how it is written."""
    entries: tuple[dict[str, Any], ...]


@dataclass
class Visit:
    """All that was seen of a provider."""

    address: str
    """Of the metadata that was looked at."""
    is_server: bool
    is_loopback: bool
    found: Answer
    metadata: dict[str, Any] = field(default_factory=dict)
    """Empty if it is no JSON object."""
    canonical: Answer | None = None
    well_known: Answer | None = None
    dns: Answer | None = None
    security: Answer | None = None
    directories: list[Directory] = field(default_factory=list)
    feeds: list[FeedSeen] = field(default_factory=list)
    services: list[Answer] = field(default_factory=list)
    categories: list[Answer] = field(default_factory=list)
    keys: list[tuple[dict[str, Any], Answer, Cert | None]] = field(default_factory=list)
    documents: list[Seen] = field(default_factory=list)
    agents: list[Answer] = field(default_factory=list)
    """The metadata, asked for as different programs."""
    left_out: int = 0
    """Documents beyond the bound, which nothing was seen of."""
    heard: list[Answer] = field(default_factory=list)
    """Every answer, without its body."""

    @property
    def version(self) -> str:
        """Of the standard that the metadata follows; empty if it says nothing."""
        return str(self.metadata.get("metadata_version") or "")

    @property
    def distributions(self) -> list[dict[str, Any]]:
        """What the metadata lists of them."""
        return objects(self.metadata.get("distributions"))


def visit(
    fetch: Fetch, address: str, *, validate: Validate, most_documents: int | None = None
) -> Visit:
    """Walk through a provider.

    Args:
        fetch: asks for addresses.
        address: of its metadata, or of the site, whose well-known address is looked at then.
        validate: says in what a document breaks its standard.
        most_documents: that are looked at; all if left out.
    """
    return _Walk(fetch, validate, most_documents).through(address)


class _Walk:
    def __init__(self, fetch: Fetch, validate: Validate, most: int | None) -> None:
        self._fetch = fetch
        self._validate = validate
        self._most = most
        self._heard: list[Answer] = []

    def through(self, address: str) -> Visit:
        site = _site_of(address)
        if not address.endswith(f"/{METADATA}"):
            address = f"{site}/{WELL_KNOWN}/{METADATA}"
        found = self._ask(address)
        made = Visit(address, self._fetch.is_server, is_loopback(address), found)
        made.metadata = json_object(found.body)
        made.heard = self._heard
        made.well_known = self._ask(f"{site}/{WELL_KNOWN}/{METADATA}")
        made.security = self._ask(f"{site}/{SECURITY}")
        if self._fetch.is_server and not made.is_loopback:
            host = urlsplit(site).hostname or ""
            made.dns = self._ask(f"https://csaf.data.security.{host}")
        if self._fetch.is_server:
            made.agents = [self._ask(address, agent) for agent in _AGENTS]
        self._follow(made)
        return made

    def _follow(self, made: Visit) -> None:
        canonical = made.metadata.get("canonical_url")
        made.canonical = self._ask(canonical) if isinstance(canonical, str) else None
        for key in objects(made.metadata.get("public_openpgp_keys")):
            answer = self._ask(str(key.get("url")))
            made.keys.append((key, answer, read_certificate(answer.body)))
        for one in made.distributions:
            directory = one.get("directory_url") or member(one, "directory").get("url")
            if isinstance(directory, str):
                made.directories.append(self._directory(directory))
            rolie = member(one, "rolie")
            made.feeds += [self._feed(feed) for feed in objects(rolie.get("feeds"))]
            made.services += [self._ask(url) for url in texts(rolie.get("services"))]
            made.categories += [self._ask(url) for url in texts(rolie.get("categories"))]
        self._documents(made)

    def _directory(self, url: str) -> Directory:
        base = url if url.endswith("/") else f"{url}/"
        index, changes = self._ask(base + listings.INDEX), self._ask(base + listings.CHANGES)
        names = None
        if index.is_good:
            names = tuple(filter(None, index.body.decode("utf-8", "replace").splitlines()))
        return Directory(
            base,
            names,
            changes.body if changes.is_good else None,
            self._listed(base, names or ()) if self._fetch.is_server else None,
        )

    def _listed(self, base: str, names: Sequence[str]) -> tuple[str, ...] | None:
        folders = [base, *(f"{base}{year}/" for year in sorted({name[:4] for name in names}))]
        found: list[str] = []
        for folder in folders:
            answer = self._ask(folder)
            if not answer.is_good or "html" not in answer.headers.get("content-type", ""):
                return None
            links = _HREF.findall(answer.body.decode("utf-8", "replace"))
            found += [_joined(folder, link) for link in links]
        return tuple(found)

    def _feed(self, said: dict[str, Any]) -> FeedSeen:
        url, faults, entries = str(said.get("url")), [], []
        next_page, pages = url, set[str]()
        while next_page and next_page not in pages and len(pages) < _MOST_PAGES:
            pages.add(next_page)
            answer = self._ask(next_page)
            feed = member(json_object(answer.body), "feed") if answer.is_good else {}
            if not feed:
                faults.append(f"{next_page} is no ROLIE feed: {answer.reason or answer.status}")
                break
            faults += [f"{next_page} {fault}" for fault in _feed_faults(feed)]
            entries += objects(feed.get("entry"))
            links = {str(link.get("rel")): link.get("href") for link in objects(feed.get("link"))}
            next_page = str(links.get("next") or "")
        label = str(said.get("tlp_label") or "")
        return FeedSeen(url, label, len(pages), tuple(faults), tuple(entries))

    def _documents(self, made: Visit) -> None:
        beside: dict[str, dict[str, list[str]]] = {}
        for feed in made.feeds:
            for entry in feed.entries:
                address = source_of(entry)
                links = beside.setdefault(address, {})
                for link in objects(entry.get("link")):
                    links.setdefault(str(link.get("rel")), []).append(str(link.get("href")))
        for directory in made.directories:
            for name in directory.index or ():
                beside.setdefault(directory.url + name, {})
        keys = [cert for _, _, cert in made.keys if cert is not None]
        addresses = list(filter(None, beside))
        chosen = addresses[: self._most]
        made.left_out = len(addresses) - len(chosen)
        made.documents = [self._document(address, beside[address], keys) for address in chosen]

    def _document(self, address: str, links: dict[str, list[str]], keys: list[Cert]) -> Seen:
        answer = self._ask(address)
        if not answer.is_good:
            why = f"it cannot be had: {answer.reason or answer.status}"
            return Seen(address, _bare(answer), None, (), why, why)
        try:
            tracking = tracking_of(answer.body)
        except SiteError:
            tracking = None
        return Seen(
            address,
            _bare(answer),
            tracking,
            tuple(self._validate(answer.body)) if tracking else (),
            self._hash_fault(answer.body, links.get("hash") or [f"{address}.sha512"]),
            self._signature_fault(answer.body, links.get("signature") or [f"{address}.asc"], keys),
        )

    def _hash_fault(self, content: bytes, addresses: list[str]) -> str:
        right = 0
        for address in addresses:
            kind = address.rpartition(".")[2]
            answer = self._ask(address)
            said = answer.body[:256].decode("ascii", "replace").split(" ")[0].strip().lower()
            if kind not in _HASHES:
                continue
            if not answer.is_good:
                return f"{address} cannot be had: {answer.reason or answer.status}"
            if said != hashlib.new(kind, content).hexdigest():
                return f"{address} says {said[:16]}..., which it is not"
            right += 1
        return "" if right else "there is no hash file of a secure algorithm"

    def _signature_fault(self, content: bytes, addresses: list[str], keys: list[Cert]) -> str:
        why = "there is no signature"
        for address in addresses:
            answer = self._ask(address)
            if not answer.is_good:
                why = f"{address} cannot be had: {answer.reason or answer.status}"
                continue
            fault = signature_fault(content, answer.body, keys)
            if fault is None:
                return ""
            why = f"{address} {fault}"
        return why

    def _ask(self, address: str, agent: str = "") -> Answer:
        answer = self._fetch(address, agent)
        self._heard.append(_bare(answer))
        return answer


def _feed_faults(feed: dict[str, Any]) -> Iterator[str]:
    for name in ("id", "title", "updated", "link", "category", "entry"):
        if name not in feed:
            yield f"has no {name}"
    if INFORMATION_TYPE not in objects(feed.get("category")):
        yield "has not the category of the information type csaf"
    for entry in objects(feed.get("entry")):
        who = str(entry.get("id"))
        own = [link.get("href") for link in objects(entry.get("link")) if link.get("rel") == "self"]
        if own != [source_of(entry)]:
            yield f"has the entry {who}, whose content is not where its link of itself leads"
        for name in ("title", "published", "updated", "format"):
            if name not in entry:
                yield f"has the entry {who} without {name}"


def _bare(answer: Answer) -> Answer:
    return Answer(
        answer.address,
        answer.status,
        headers=answer.headers,
        redirects=answer.redirects,
        is_encrypted=answer.is_encrypted,
        reason=answer.reason,
    )


def _site_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _joined(folder: str, link: str) -> str:
    if "://" in link:
        return link
    return f"{_site_of(folder)}{link}" if link.startswith("/") else folder + link.removeprefix("./")


def source_of(entry: dict[str, Any]) -> str:
    """Return where the document of a feed's entry lies; empty if it does not say."""
    return str(member(entry, "content").get("src") or "")
