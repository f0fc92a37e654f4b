"""What is public of the ledger, as any web server would serve it: tiles and entry bundles.

From: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.hashes import KeptHashes
from tidegate.desks.ledger.queries.heads import present_head
from tidegate.engines.transparency.tiles import (
    MOST_LEVELS,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    bundle,
    tile_bytes,
)

_PATH: Final = re.compile(
    r"(?P<level>[0-9]{1,2}|entries)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)
_ENTRIES: Final = "entries"
_ROWS_A_QUERY: Final = 1024


def tile_file(path: str) -> bytes | None:
    """Return what stands at `tile/<path>`, such as `0/x001/234.p/17` or `entries/000`.

    None where the tree has no such tile, now or ever.

    Raises:
        MissingHashError: a hash of it is not kept.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    is_bundle = match["level"] == _ENTRIES
    level = 0 if is_bundle else int(match["level"])
    index = int(re.sub("[x/]", "", match["index"]))
    width = int(match["width"] or TILE_WIDTH)
    if level >= MOST_LEVELS or width > TILE_WIDTH:
        return None
    tile = Tile(level, index, width)
    if f"tile/{path}" != (tile.entries_path if is_bundle else tile.path):
        return None  # written otherwise than the log writes it
    if index * TILE_WIDTH + width > present_head().size >> level * TILE_HEIGHT:
        return None
    if not is_bundle:
        return tile_bytes(tile, KeptHashes())
    first = index * TILE_WIDTH
    leaves = Entry.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    return bundle(map(bytes, leaves.values_list("leaf", flat=True)))


def leaves_from(first: int) -> Iterator[bytes]:
    """Yield what the public log shows of each entry from a number on."""
    rows = Entry.objects.order_by("index").values_list("index", "leaf")
    while some := list(rows.filter(index__gte=first)[:_ROWS_A_QUERY]):
        for _, leaf in some:
            yield bytes(leaf)
        first = some[-1][0] + 1
