"""Reading the pages of Python package indexes: JSON (PEP 691) and HTML (PEP 503, 592), or any HTML.

Both come out as the entries of PEP 691, in which nothing is believed yet. A link that cannot be
read is left out; it does not make the page worthless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from tidegate.engines.reproduction.ecosystems.addresses import resolved, shown
from tidegate.engines.reproduction.ecosystems.documents import json_object, mapping
from tidegate.engines.reproduction.ecosystems.download import Page
from tidegate.engines.reproduction.packages import PackageError

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"

_JSON_TYPES = (JSON, "application/json")
_HTML_BYTES = 16 << 20
_DIGEST = re.compile(r"(\w+)=([0-9a-fA-F]+)", re.ASCII)


def entries(page: Page) -> Iterator[Mapping[str, Any]]:
    """Yield the files that a page lists, as PEP 691 writes them, with whole addresses.

    Raises:
        PackageError: the page is none of an index.
    """
    found = _from_json(page) if page.content_type in _JSON_TYPES else _from_html(page)
    for entry in found:
        try:
            yield {**entry, "url": resolved(page.url, entry["url"])}
        except PackageError:
            continue


def _from_json(page: Page) -> Iterator[Mapping[str, Any]]:
    document = json_object(page, "page of a package index")
    api = mapping(document.get("meta")).get("api-version", "1.0")
    files = document.get("files")
    if not str(api).startswith("1.") or not isinstance(files, list):
        raise PackageError(f"{shown(page.url)} is no page of a package index, version 1 (PEP 691)")
    for entry in files:
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            yield entry


def _from_html(page: Page) -> Iterator[Mapping[str, Any]]:
    if len(page.body) > _HTML_BYTES:
        raise PackageError(f"{shown(page.url)} is larger than {_HTML_BYTES >> 20} MiB of HTML")
    reader = _Reader()
    try:
        reader.feed(page.body.decode("utf-8", "replace"))
    except AssertionError as error:  # that is how the parser says that it understands nothing
        raise PackageError(f"{shown(page.url)} is no page of a package index: {error}") from error
    for attributes in reader.anchors:
        address = attributes.get("href") or ""
        try:
            address = resolved(reader.base or "", address) if reader.base else address
            url, fragment = urldefrag(address)
            filename = unquote(urlsplit(url).path.rpartition("/")[2])
        except (ValueError, PackageError):
            continue
        digest = _DIGEST.fullmatch(fragment)
        yield {
            "filename": filename,
            "url": url,
            "hashes": {digest[1].lower(): digest[2]} if digest else {},
            "requires-python": attributes.get("data-requires-python"),
            # An attribute without a value is there all the same.
            "yanked": (attributes["data-yanked"] or True) if "data-yanked" in attributes else False,
        }


class _Reader(HTMLParser):
    """Collects the anchors of a page, and the address that they start from."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[dict[str, str | None]] = []
        self.base: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.anchors.append(dict(attrs))
        elif tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")
