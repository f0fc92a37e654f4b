"""Progress on long work, on a terminal: what is done now, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tidegate.faces.cli.screens import ERRORS, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.services.feeds import Progress as Far
    from tidegate.desks.exposure.services.feeds import Told


@contextmanager
def doing(words: str, *, quiet: bool) -> Iterator[None]:
    """Say what is being done as long as the block lasts."""
    with _progress(quiet=quiet) as bar:
        bar.add_task(safe(words), total=None)
        yield


@contextmanager
def taking(feed: str, *, quiet: bool) -> Iterator[Told]:
    """Say how far a feed has come in; gives what is told so."""
    with _progress(quiet=quiet) as bar:
        task = bar.add_task(safe(feed), total=None)

        def told(far: Far) -> None:
            words = f"{far.words}, {far.done:,}" if far.done else far.words
            bar.update(task, description=safe(words), completed=far.done, total=far.of or None)

        yield told


def _progress(*, quiet: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        console=ERRORS,
        transient=True,
        disable=quiet or not ERRORS.is_terminal,
    )
