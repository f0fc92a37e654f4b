"""Where an edition of a feed comes from: its publisher, a mirror, or a file on this machine.

One process of a machine at a time brings a feed; the others wait. What is fetched lies in the
instance's home until it is taken or refused, and no longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.feeds import Feed, FeedKind, file_of
from tidegate.engines.feeds.fetching import NotModified, fetch
from tidegate.instance.feed_sources import feed_hosts, route_to
from tidegate.instance.home import HomeError, home
from tidegate.instance.private_files import one_at_a_time

_IN_FOLDERS: Final = frozenset({FeedKind.CVE, FeedKind.OSV, FeedKind.GHSA})
"""Feeds of which a folder of documents is an edition."""
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Brought:
    """An edition that lies here, and is not read yet."""

    path: Path
    came_from: str
    """Its address, without what is secret in it; or its path."""
    size: int
    """Bytes; 0 for a folder."""
    etag: str = ""
    """What to ask with next time; empty where it was not fetched."""
    last_modified: str = ""


def checked_place(actor: Actor, feed: Feed, place: str) -> str:
    """Return a place as it is kept: an address, or an absolute path.

    Raises:
        NotPossibleError: it is none, or a path and `actor` does not run commands on this machine.
    """
    text = place.strip()
    if not text:
        return ""
    if len(text) > _LONGEST:
        raise NotPossibleError(f"a place has at most {_LONGEST} characters")
    if is_address(text):
        return text
    if "://" in text:
        raise NotPossibleError(f"{feed.name} is fetched by https; write https://… or a path")
    if not (actor.is_owner or actor.is_house):
        raise NotPossibleError(
            "files are read from this machine by whoever runs commands on it alone; name the"
            " https address of a mirror"
        )
    return str(Path(text).expanduser().absolute())


def is_address(place: str) -> bool:
    """Say whether a place is an address of the web, and no path."""
    return place.lower().startswith(("https://", "http://"))


@contextmanager
def own_folder(feed: Feed) -> Iterator[Path]:
    """Give a folder in which this process alone works on a feed, as long as the block lasts.

    Raises:
        HomeError: nothing can be written there.
    """
    folder = home() / "feeds" / feed.name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"{folder} cannot be made: {error.strerror}; check the folder and its owner"
        ) from error
    with one_at_a_time(folder):
        yield folder


@contextmanager
def brought(
    feed: Feed, place: str, folder: Path, *, etag: str = "", last_modified: str = ""
) -> Iterator[Brought | NotModified]:
    """Give an edition; what was fetched is gone after the block.

    Args:
        feed: which feed.
        place: as `checked_place` gives it; empty for its publisher's address.
        folder: as `own_folder` gives it.
        etag: as its server gave it with the last one; empty for none.
        last_modified: the same.

    Raises:
        NotPossibleError: there is nothing at that path.
        FetchError: it could not be fetched.
    """
    if place and not is_address(place):
        yield _on_this_machine(feed, Path(place))
        return
    address = place or feed.address
    into = folder / feed.name
    try:
        came = fetch(
            feed,
            into,
            where=place,
            etag=etag,
            last_modified=last_modified,
            allowed_hosts=feed_hosts(),
            route=route_to(address),
        )
        if isinstance(came, NotModified):
            yield came
        else:
            yield Brought(came.path, came.address, came.size, came.etag, came.last_modified)
    finally:
        into.unlink(missing_ok=True)


def shown_place(place: str) -> str:
    """Return a place without what may be secret in an address: a query, a name."""
    if not is_address(place):
        return place
    parts = urlsplit(place)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _on_this_machine(feed: Feed, path: Path) -> Brought:
    found = path
    try:
        if path.is_dir():
            found = file_of(feed, path) or path
            if found == path and feed.kind not in _IN_FOLDERS:
                raise NotPossibleError(
                    f"the folder {path} holds nothing that is called {feed.name}.…; name the file"
                )
        elif not path.exists():
            raise NotPossibleError(f"there is no {path}; name the file of {feed.name}")
        size = 0 if found.is_dir() else os.stat(found).st_size  # noqa: PTH116
    except OSError as error:
        raise NotPossibleError(f"{path} cannot be read: {error.strerror}") from error
    return Brought(found, str(found), size)
