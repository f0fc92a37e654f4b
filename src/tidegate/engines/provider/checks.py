"""What each rule for a CSAF provider looks at: the faults that are found, or none.

Each check is a function of what was seen (`visiting`) and of now, and tells every fault, with its
address. Its number is that of CSAF 2.0, section 7.1, and of the draft of 2.1 from 24 on. What
becomes of the faults is said in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tidegate.engines.provider import listings
from tidegate.engines.provider.documents import SiteError, file_name, instant
from tidegate.engines.provider.fetching import Answer
from tidegate.engines.provider.loose_json import json_object, member, objects
from tidegate.engines.provider.metadata import METADATA
from tidegate.engines.provider.visiting import (
    FeedSeen,
    Seen,
    Visit,
    source_of,
)

_FREE: Final = ("WHITE", "CLEAR")
_CLOSED: Final = ("AMBER", "AMBER+STRICT", "RED")
_MOST_REDIRECTS: Final = 10


def valid(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 1: every document is a CSAF document, valid by its schema and its mandatory tests."""
    for one in seen.documents:
        if one.tracking is None and one.answer.is_good:
            yield f"{one.address} is no CSAF document"
        if not one.answer.is_good:
            yield f"{one.address} cannot be had: {one.answer.reason or one.answer.status}"
        for fault in one.invalid:
            yield f"{one.address}: {fault}"


def named(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 2: every document has the name that follows from its identifier."""
    for one in _read(seen):
        name = one.address.rpartition("/")[2]
        if one.tracking and name != file_name(one.tracking.identifier):
            yield f"{one.address}: its name would be {file_name(one.tracking.identifier)}"


def encrypted(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 3: nothing is had without TLS."""
    for answer in seen.heard:
        is_plain = urlsplit(answer.address).scheme != "https"
        if is_plain and not (seen.is_server and seen.is_loopback):
            yield f"{answer.address} is not encrypted"
        elif seen.is_server and not seen.is_loopback and answer.status and not answer.is_encrypted:
            yield f"{answer.address} led through what is not encrypted"


def free(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 4: TLP:CLEAR asks nobody for credentials."""
    asked = {feed.url for feed in seen.feeds if feed.label in _FREE}
    asked |= {one.address for one in seen.documents}
    for answer in seen.heard:
        if answer.address in asked and answer.status in (401, 403, 407):
            yield f"{answer.address} asks for credentials ({answer.status})"


def closed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 5: TLP:AMBER and TLP:RED are not open to everybody."""
    for one in _read(seen):
        if one.tracking and one.tracking.label in _CLOSED:
            yield f"{one.address} is of TLP:{one.tracking.label}, and open to everybody"


def direct(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 6: nothing is redirected too often."""
    for answer in seen.heard:
        if len(answer.redirects) > _MOST_REDIRECTS:
            yield f"{answer.address} is redirected more than {_MOST_REDIRECTS} times"


def described(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 7: the metadata follow their schema, and lie where they say."""
    if not seen.metadata:
        yield f"{seen.address} is no JSON object"
        return
    validator = _validators().get(seen.version)
    if validator is None:
        yield f"{seen.address} is of version {seen.version!r}; known are 2.0 and 2.1"
        return
    for error in validator.iter_errors(seen.metadata):
        place = "/".join(map(str, error.absolute_path)) or "the document"
        yield f"{seen.address}: {place}: {error.message[:200]}"
    if not seen.canonical or not seen.canonical.is_good:
        yield f"canonical_url {seen.metadata.get('canonical_url')} cannot be had"


def announced(seen: Visit, at: datetime) -> Iterator[str]:
    """Rule 8: `security.txt` leads to the metadata, and has not expired."""
    answer = seen.security
    if answer is None or not answer.is_good:
        yield missing(answer) if answer else "there is no security.txt"
        return
    fields = _fields(answer.body.decode("utf-8", "replace"))
    named = [value for name, value in fields if name == "csaf"]
    if not named:
        yield f"{answer.address} has no field CSAF"
    for address in named:
        if not address.endswith(f"/{METADATA}"):
            yield f"{answer.address}: CSAF is {address}, which is no {METADATA}"
        if not address.startswith("https://"):
            yield f"{answer.address}: CSAF is {address}, which does not begin with https://"
    known = {seen.address, str(seen.metadata.get("canonical_url"))}
    if named and not known.intersection(named):
        yield f"{answer.address}: CSAF does not lead to {seen.address}"
    expires = [value for name, value in fields if name == "expires"]
    try:
        if len(expires) != 1 or instant(expires[0]) <= at:
            yield f"{answer.address} has expired, or does not say when it will (RFC 9116, 2.5.5)"
    except ValueError:
        yield f"{answer.address}: Expires is {expires[0][:40]!r}, which is no date"


def well_known(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 9: the well-known address serves the metadata itself."""
    answer = seen.well_known
    if answer is None or not answer.is_good:
        yield missing(answer) if answer else "nothing was asked for"
        return
    if answer.redirects:
        yield f"{answer.address} is redirected; it has to serve the file itself"
    if "canonical_url" not in json_object(answer.body):
        yield f"{answer.address} is no {METADATA}"


def by_dns(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 10: the name in DNS serves the metadata itself."""
    answer = seen.dns
    if answer is None:
        return
    if not answer.is_good:
        yield missing(answer)
    elif answer.redirects or "canonical_url" not in json_object(answer.body):
        yield f"{answer.address} does not serve the {METADATA} itself"


def by_year(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 11: every document lies in the folder of the year of its first release."""
    for one in _read(seen):
        folder = one.address.split("/")[-2]
        if one.tracking and folder != one.tracking.year:
            yield f"{one.address} was first released in {one.tracking.year}"


def indexed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 12: `index.txt` lists every document, once."""
    if not seen.directories:
        yield "the metadata names no directory"
    for directory in seen.directories:
        if directory.index is None:
            yield f"{directory.url}{listings.INDEX} cannot be had"
            continue
        there = {directory.url + name for name in directory.index}
        if len(there) != len(directory.index):
            yield f"{directory.url}{listings.INDEX} lists a document twice"
        for address in _of_feeds(seen, directory.url) - there:
            yield f"{directory.url}{listings.INDEX} lacks {address}"


def changes(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 13: `changes.csv` has every document with its date, the latest first."""
    if not seen.directories:
        yield "the metadata names no directory"
    by_address = {one.address: one for one in _read(seen)}
    for directory in seen.directories:
        where = directory.url + listings.CHANGES
        if directory.changes is None:
            yield f"{where} cannot be had"
            continue
        is_quoted = directory.changes.startswith(b'"') or not directory.changes
        if seen.version == "2.1" and directory.changes and is_quoted:
            yield f"{where} has quotes, and CSAF 2.1 wants none"
        if seen.version == "2.0" and not is_quoted:
            yield f"{where} has no quotes, and CSAF 2.0 shows them"
        try:
            dates = listings.dates(directory.changes)
            instants = [instant(date) for date in dates.values()]
        except (SiteError, ValueError) as error:
            yield f"{where}: {error}"
            continue
        if instants != sorted(instants, reverse=True):
            yield f"{where} is not sorted, the latest first"
        for name in set(directory.index or ()) ^ set(dates):
            yield f"{where} and {listings.INDEX} do not agree on {name}"
        for name, date in dates.items():
            one = by_address.get(directory.url + name)
            if one and one.tracking and one.tracking.released_at != instant(date):
                yield f"{where} has {date} for {name}: its document {one.tracking.released_at}"


def listed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 14: directory listings lead to every document."""
    if not seen.directories:
        yield "the metadata names no directory"
    if not seen.is_server:
        return
    for directory in seen.directories:
        if directory.listed is None:
            yield f"{directory.url} has no listing of what is in it"
            continue
        for name in directory.index or ():
            if directory.url + name not in directory.listed:
                yield f"the listing of {directory.url} does not lead to {name}"


def fed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 15: one feed of a label, with its pages, lists every document of that label."""
    if not seen.feeds:
        yield "the metadata names no feed"
        return
    for feed in seen.feeds:
        yield from feed.faults
        yield from _entry_faults(feed)
    labels = {feed.label for feed in seen.feeds}
    if not labels & {*_FREE, "GREEN", "UNLABELED"}:
        yield "there is no feed of TLP:CLEAR or TLP:GREEN"
    sources = {feed.url: {source_of(entry) for entry in feed.entries} for feed in seen.feeds}
    for label in labels:
        of_label = [feed for feed in seen.feeds if feed.label == label]
        everything = set[str]().union(*(sources[feed.url] for feed in of_label))
        everything |= {
            one.address for one in _read(seen) if one.tracking and one.tracking.label == label
        }
        if not any(everything <= sources[feed.url] for feed in of_label):
            yield f"no single feed of TLP:{label}, with its pages, lists every document of it"
    by_address = {one.address: one for one in _read(seen)}
    for feed in seen.feeds:
        for source in sources[feed.url]:
            one = by_address.get(source)
            if one and one.tracking and one.tracking.label not in ("", feed.label):
                yield f"{feed.url} is of TLP:{feed.label}, and lists {source}"


def served(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 16: the service document lists the feeds, and no others."""
    feeds = {feed.url for feed in seen.feeds}
    for answer in seen.services:
        service = member(json_object(answer.body), "service")
        if not service:
            yield f"{answer.address} is no ROLIE service document"
            continue
        workspaces = objects(service.get("workspace"))
        collections = [one for space in workspaces for one in objects(space.get("collection"))]
        listed = {str(one.get("href")) for one in collections}
        for url in sorted(feeds ^ listed):
            yield f"{answer.address} and the metadata do not agree on {url}"


def categorised(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 17: the category document has terms."""
    for answer in seen.categories:
        listed = member(json_object(answer.body), "categories").get("category")
        if not isinstance(listed, list) or not all(one.get("term") for one in objects(listed)):
            yield f"{answer.address} is no ROLIE category document"


def hashed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 18: every document has a secure hash, which is right."""
    for one in seen.documents:
        if one.hash_fault:
            yield f"{one.address}: {one.hash_fault}"


def signed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 19: every document has a signature by a key of the provider."""
    for one in seen.documents:
        if one.signature_fault:
            yield f"{one.address}: {one.signature_fault}"


def keyed(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 20: the public keys are there, and are those that are named."""
    if not seen.keys:
        yield "the metadata names no OpenPGP key"
    for said, answer, key in seen.keys:
        if not answer.is_good:
            yield missing(answer)
        elif key is None:
            yield f"{answer.address} is no OpenPGP key in ASCII armour"
        elif str(said.get("fingerprint", key.fingerprint)).lower() != key.fingerprint.lower():
            yield f"{answer.address} has the fingerprint {key.fingerprint}, and not the one named"


def any_agent(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 24: the metadata are there for every program."""
    for answer in seen.agents:
        if not answer.is_good:
            yield f"{answer.address} is refused to some programs: {answer.reason or answer.status}"


def any_origin(seen: Visit, _: datetime) -> Iterator[str]:
    """Rule 25: every answer may be read by pages of others."""
    for answer in seen.heard:
        is_ours = answer.is_good and not answer.address.startswith("https://csaf.data.security.")
        if seen.is_server and is_ours and not answer.headers.get("access-control-allow-origin"):
            yield f"{answer.address} comes without Access-Control-Allow-Origin"


def _entry_faults(feed: FeedSeen) -> Iterator[str]:
    for entry in feed.entries:
        kinds = {str(link.get("rel")) for link in objects(entry.get("link"))}
        if lacking := {"hash", "signature"} - kinds:
            named = " and ".join(sorted(lacking))
            yield f"{feed.url}: {entry.get('id')} has no link to its {named}"


def _of_feeds(seen: Visit, beginning: str) -> set[str]:
    sources = {source_of(entry) for feed in seen.feeds for entry in feed.entries}
    return {source for source in sources if source.startswith(beginning)}


def _read(seen: Visit) -> list[Seen]:
    return [one for one in seen.documents if one.tracking is not None]


def missing(answer: Answer) -> str:
    """Say that what was asked for is not there, and why."""
    return f"{answer.address} cannot be had: {answer.reason or answer.status}"


def _fields(text: str) -> list[tuple[str, str]]:
    lines = [line.partition(":") for line in text.splitlines() if not line.startswith("#")]
    return [(name.strip().lower(), value.strip()) for name, colon, value in lines if colon]


@cache
def _validators() -> dict[str, Draft202012Validator]:
    ours = resources.files("tidegate.engines.provider") / "schemas"
    theirs = resources.files("tidegate.engines.formats.advisories") / "schemas"
    files = {"2.0": ("2.0", "2.0"), "2.1": ("2.1-csd04", "2.1-csd04")}
    made = {}
    for version, (own, referred) in files.items():
        schema = orjson.loads((ours / f"provider-{own}.schema.json").read_bytes())
        whole = orjson.loads((theirs / f"csaf-{referred}.schema.json").read_bytes())
        for one in (schema, whole):
            # The draft of 2.1 has a metaschema of its own; what is used of it is 2020-12.
            one.pop("$schema", None)
        resource: Resource[Any] = Resource.from_contents(whole, default_specification=DRAFT202012)
        registry: Registry[Any] = Registry().with_resource(whole["$id"], resource)
        checker = Draft202012Validator.FORMAT_CHECKER
        made[version] = Draft202012Validator(schema, registry=registry, format_checker=checker)
    return made
