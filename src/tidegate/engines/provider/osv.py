"""The OSV archive, laid out as osv.dev's bucket is, so that its readers can read ours.

    osv/npm/TG-2026-k7m2qx4p.json, osv/npm/all.zip, osv/npm/modified_id.csv
    osv/modified_id.csv, osv/ecosystems.txt

A withdrawn record stays, and says so itself. A record that names several ecosystems lies in each.

From: https://google.github.io/osv.dev/data/#data-dumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidegate.engines.formats.instants import written
from tidegate.engines.provider.archives import ArchiveError, write_archive
from tidegate.engines.provider.documents import PublishedDocuments, SiteError, ecosystems_of
from tidegate.engines.provider.listings import latest_first
from tidegate.engines.provider.writing import Changes

OSV: Final = "osv"
_MODIFIED: Final = f"{OSV}/modified_id.csv"
_ECOSYSTEMS: Final = f"{OSV}/ecosystems.txt"


def put_records(
    changes: Changes, published: Sequence[PublishedDocuments], *, fresh: bool = False
) -> None:
    """Write OSV records, and whatever lists and packs them. Raises `SiteError`.

    Documents without an OSV record are passed over. `fresh` takes it that nothing is there yet.
    """
    by_ecosystem: dict[str, dict[str, PublishedDocuments]] = {}
    for one in published:
        if one.osv is not None:
            for ecosystem in ecosystems_of(one):
                by_ecosystem.setdefault(ecosystem, {})[one.identifier] = one
    if not by_ecosystem:
        return
    everywhere: dict[str, str] = {}
    for ecosystem, records in sorted(by_ecosystem.items()):
        modified = {name: written(one.modified_at) for name, one in records.items()}
        _put_ecosystem(changes, ecosystem, records, fresh=fresh)
        _list(changes, f"{OSV}/{ecosystem}/modified_id.csv", modified, fresh=fresh)
        everywhere |= {f"{ecosystem}/{name}": at for name, at in modified.items()}
    _list(changes, _MODIFIED, everywhere, fresh=fresh)
    known = b"" if fresh else changes.read(_ECOSYSTEMS) or b""
    names = {*filter(None, known.decode().split("\n")), *by_ecosystem}
    changes.write(_ECOSYSTEMS, "".join(f"{name}\n" for name in sorted(names)).encode())


def _put_ecosystem(
    changes: Changes, ecosystem: str, records: dict[str, PublishedDocuments], *, fresh: bool
) -> None:
    contents = {f"{name}.json": one.osv or b"" for name, one in records.items()}
    folder = f"{OSV}/{ecosystem}"
    archive = changes.folder / folder / "all.zip"
    old = archive if archive.is_file() and not fresh else None
    if old and all(changes.read(f"{folder}/{name}") == raw for name, raw in contents.items()):
        return
    for name, raw in contents.items():
        changes.write(f"{folder}/{name}", raw)
    with changes.staged(f"{folder}/all.zip") as out:
        try:
            write_archive(out, contents, old)
        except ArchiveError as error:
            raise SiteError(f"{archive}: {error}; rebuild the folder") from error


def _list(changes: Changes, name: str, modified: dict[str, str], *, fresh: bool) -> None:
    """Write a list of dates and records, the latest first."""
    old = b"" if fresh else changes.read(name) or b""
    lines = {
        f",{record}\n".encode(): f"{at},{record}\n".encode() for record, at in modified.items()
    }
    changes.write(name, latest_first(old, lines, at_start=False))
