"""`tidegate intake`: documents are handed to the desk, with progress and a word on each record."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor

if TYPE_CHECKING:
    from tidegate.desks.findings.models import Delivery
    from tidegate.desks.findings.services.intake import Progress as Told
    from tidegate.engines.formats.reports import Format

_KINDS: Final = (".json", ".jsonl", ".sarif", ".gz", ".zst", ".bz2", ".xz")
_REFUSALS_SHOWN: Final = 20
_NO_FILE: Final = "is a pipe, a socket or a device, not a file; pipe what it gives into '-'"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one document."""

    file: str
    delivery: Delivery
    again: bool
    """It had been handed in before, so nothing changed."""


def documents(named: list[Path]) -> list[Path]:
    """Return the files to hand in: those that are named, and those in named folders.

    A symbolic link is followed where it is named itself. In a folder, which may be a stranger's
    checkout, it could lead to anything that the user can read, so it is passed over with a word.

    Raises:
        typer.BadParameter: a name is neither, or a folder holds none.
    """
    found: list[Path] = []
    for path in named:
        if str(path) == "-" or path.is_file():
            found.append(path)
        elif path.is_dir():
            inside = sorted(_inside(path))
            if not inside:
                raise typer.BadParameter(f"{path} holds no {', '.join(_KINDS)} file")
            found += inside
        elif path.exists():
            raise typer.BadParameter(f"{path} {_NO_FILE}")
        else:
            raise typer.BadParameter(f"{path} is not there; check its name")
    return found


def _inside(folder: Path) -> Iterator[Path]:
    """Give the documents in a folder and below it; say on stderr what is passed over."""
    for name, folders, files in os.walk(folder):
        for path in (Path(name, inside) for inside in sorted(folders + files)):
            is_document = path.suffix in _KINDS
            if path.is_symlink():
                if is_document or path.is_dir():
                    _passed_over(path, "is a symbolic link; name it to hand in what it leads to")
            elif is_document and path.is_file():
                yield path
            elif is_document and not path.is_dir():
                _passed_over(path, _NO_FILE)


def _passed_over(path: Path, why: str) -> None:
    told = screens.safe(f"{path} {why}")
    screens.ERRORS.print(f"passed over: {told}", highlight=False, soft_wrap=True)


def hand_in(
    path: Path,
    *,
    finder: str,
    organisation: str,
    format_word: Format | None,
    target: str | None,
    quiet: bool,
) -> Taken:
    """Hand one document to the desk."""
    from tidegate.desks.findings.services import intake

    began = datetime.now(UTC)
    with _opened(path) as stream, _progress(path, quiet=quiet) as told:
        delivery = intake.receive(
            actor(),
            stream,
            name="stdin" if str(path) == "-" else path.name,
            finder=finder,
            organisation=organisation,
            channel="cli",
            format=format_word,
            target=target or "",
            progress=told,
        )
    return Taken(str(path), delivery, again=delivery.received_at < began)


def show(taken: Taken) -> None:
    """Say what became of a document, and of the records of it that were refused."""
    delivery = taken.delivery
    if taken.again:
        what = f"handed in before, at {delivery.received_at:%Y-%m-%dT%H:%M:%SZ}; nothing changed"
    else:
        what = f"{delivery.accepted} accepted"
        what += f", {delivery.repeated} known from before" if delivery.repeated else ""
        what += f", {delivery.refused} refused" if delivery.refused else ""
    screens.OUT.print(
        f"{screens.safe(taken.file)}: {what}  [dim]{delivery.key}[/]", highlight=False
    )
    for refusal in delivery.refusals.order_by("number")[:_REFUSALS_SHOWN]:
        place = f"line {refusal.line}" if refusal.line else ""
        text = " ".join(part for part in (place, refusal.field, refusal.reason) if part)
        screens.ERRORS.print(f"  refused: {screens.safe(text)}", highlight=False)
    if delivery.refused > _REFUSALS_SHOWN:
        more = delivery.refused - _REFUSALS_SHOWN
        screens.ERRORS.print(f"  and {more} more: tidegate serve shows them all")


def as_document(taken: Taken) -> dict[str, Any]:
    """Return what `--json` prints of a document."""
    delivery = taken.delivery
    return {
        "file": taken.file,
        "delivery": delivery.key,
        "sha256": delivery.sha256,
        "size": delivery.size,
        "finder": delivery.finder.name,
        "again": taken.again,
        "accepted": delivery.accepted,
        "repeated": delivery.repeated,
        "refused": delivery.refused,
        "refusals": [
            {"line": r.line, "field": r.field, "reason": r.reason}
            for r in delivery.refusals.order_by("number")
        ],
    }


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdin.buffer
    else:
        with path.open("rb") as stream:
            yield stream


@contextmanager
def _progress(path: Path, *, quiet: bool) -> Iterator[Told]:
    size = path.stat().st_size if path.is_file() else None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[records]}"),
    )
    hidden = quiet or not screens.ERRORS.is_terminal
    with Progress(*columns, console=screens.ERRORS, transient=True, disable=hidden) as bar:
        task = bar.add_task(screens.safe(path.name), total=size, records="")

        def told(what: str, done: int, _: int) -> None:
            if what == "storing":
                bar.update(task, completed=done)
            else:
                bar.update(task, records=f"{done:,} records read")

        yield told
