"""`fetch`: brings the fixes of an advisory with their receipts, and says what was verified."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.updates.following.following import Place, clear, fetch
from tidegate.engines.updates.following.refusals import FollowError
from tidegate.faces.operator.asking import first_answer
from tidegate.faces.operator.fixes import Judged, judged, paths_of
from tidegate.faces.operator.given import key_of
from tidegate.faces.operator.home import Configuration, Home
from tidegate.faces.operator.knowledge import AsOf, Knowledge
from tidegate.faces.operator.printing import complain, say, say_json, say_table
from tidegate.faces.operator.refused import RefusedError


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "fetch",
        help="bring the fixes of an advisory, with the receipts of how they were tried",
        description="Brings diffs and receipts through TUF, checks that they are what the advisory"
        " and each other say, and writes them. Nothing of them is run. Exits 1 if a part is"
        " missing.",
    )
    command.add_argument("advisory", metavar="ID", help="such as TG-2026-k7wq2m9x")
    command.add_argument(
        "--to", default="", metavar="FOLDER", help="where they go; a folder of the ID's name if not"
    )
    command.add_argument(
        "--key", default="", metavar="FILE", help="the coordinator's public key, in PEM"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(work=_fetch)


def _fetch(given: argparse.Namespace, home: Home, now: datetime) -> int:
    configuration, root = home.configuration(), home.root()
    key = key_of(given.key)
    with home.alone(), Knowledge.open(home.knowledge_file) as knowledge:
        as_of = knowledge.as_of()
        if as_of is None:
            raise RefusedError("nothing is known here yet; run `tidegate-operator pull` first")
        record = knowledge.record(given.advisory)
        if knowledge.is_restricted(record.identifier):
            raise RefusedError(
                f"{record.identifier} is not for everybody, and the files of its fixes are not"
                " among the updates; ask the coordinator for them"
            )
        if not record.fixes:
            raise RefusedError(f"{record.identifier} names no fix that was tried; see its plan")
        files, passed = _files(record, configuration, home, root, as_of, now)
        clear(home.updates)
    found = [judged(fix, came, key) for fix, came in zip(record.fixes, files, strict=True)]
    folder = Path(given.to or record.identifier)
    _write(folder, found)
    _say(given, record, folder, found, passed)
    return 0 if all(one.is_whole for one in found) else 1


def _files(
    record: Record,
    configuration: Configuration,
    home: Home,
    root: bytes,
    as_of: AsOf,
    now: datetime,
) -> tuple[list[dict[str, bytes]], tuple[FollowError, ...]]:
    """Return the files of each fix that there are, by name, and which places were passed by."""
    paths = [paths_of(record, fix) for fix in record.fixes]
    asked = [path for one in paths for path in one.values()]

    def ask(place: Place) -> Mapping[str, bytes]:
        return fetch(
            place,
            home.updates,
            root,
            asked,
            now=now,
            last_pull=as_of.pulled_at,
            late=configuration.late,
        )

    came, passed = first_answer(configuration.places, ask)
    return [
        {name: came[path] for name, path in one.items() if path in came} for one in paths
    ], passed


def _write(folder: Path, found: Sequence[Judged]) -> None:
    """Write all files, unless one of another content is there; then nothing."""
    files = {folder / name: raw for one in found for name, raw in one.files.items()}
    for place, raw in files.items():
        if place.is_symlink() or (place.exists() and place.read_bytes() != raw):
            raise RefusedError(f"{place} is there already, and is another file; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    for place, raw in files.items():
        write_atomically(place, raw)


def _say(
    given: argparse.Namespace,
    record: Record,
    folder: Path,
    found: Sequence[Judged],
    passed: tuple[FollowError, ...],
) -> None:
    if given.json:
        say_json(
            {
                "advisory": record.identifier,
                "revision": record.revision,
                "folder": folder,
                "fixes": [
                    {
                        "name": one.name,
                        "files": sorted(one.files),
                        "labels": one.labels,
                        "rungs": one.rungs,
                        "verified": one.verified,
                        "not_verified": one.not_verified,
                    }
                    for one in found
                ],
                "passed_by": [
                    {"place": one.place, "cause": one.cause, "what": one.what} for one in passed
                ],
            }
        )
        return
    for error in passed:
        complain(f"passed by ({error.cause}): {error.place}: {error.what}. {error.means}")
    if record.withdrawn_at is not None:
        complain(f"{record.identifier} is withdrawn: {record.withdrawn_because}")
    for one in found:
        say(f"{one.name}:")
        say(*(f"  written: {folder / name}" for name in sorted(one.files)))
        say(*(f"  verified: {words}." for words in one.verified))
        say(*(f"  not verified: {words}." for words in one.not_verified))
        if one.rungs:
            say_table(("rung", "", "why"), one.rungs)
    say("Look at a diff before you apply it, and try it where nothing depends on it.")
