"""What the commands show to people: tables and progress on a terminal, plain text in a pipe."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from tidegate.engines.reproduction.conclusions import Range
from tidegate.engines.reproduction.reproduce import Reproduction
from tidegate.engines.reproduction.trials import Laboratory, Subject
from tidegate.engines.reproduction.verdicts import Word

_PIPE_COLUMNS = 160
"""Width where there is no terminal that could say its own, such as in a pipe or a CI's log."""


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPE_COLUMNS
    return console


OUT = _console(stderr=False)
ERRORS = _console(stderr=True)

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_COLOURS = {
    "reproduced": "bold red",
    "flaky": "yellow",
    "not-reproduced": "green",
    "unattributed": "magenta",
    "inconclusive": "cyan",
    "refused": "dim",
    "not-tested": "dim",
}


def safe(text: str) -> str:
    """Return text of a stranger so that neither a terminal nor the markup obeys it."""
    return escape("".join(sign if sign.isprintable() else _REPLACEMENT for sign in text))


def word(verdict: str) -> str:
    """Return a verdict's word in its colour."""
    return f"[{_COLOURS.get(verdict, 'white')}]{verdict}[/]"


def show_reproduction(reproduction: Reproduction) -> None:
    """Show one finding's verdict, its runs and its range."""
    finding, verdict = reproduction.finding, reproduction.verdict
    OUT.print(f"[bold]{safe(finding.id)}[/]  {safe(finding.title)}")
    OUT.print(f"{word(verdict.word.value)} ({verdict.trust.value}): {safe(verdict.reason)}")
    if reproduction.judged.runs:
        columns = ("run", "program", "runtime", "effect", "ended", "ms")
        table = Table(*columns, box=None, pad_edge=False)
        for run in reproduction.judged.runs:
            effect = "target" if run["attributed"] else "seen" if run["fired"] else "-"
            code = run["exit_code"] if run["exit_code"] is not None else run["signal"]
            table.add_row(
                run["purpose"],
                safe(run["program"]),
                run["runtime"],
                effect,
                run["ending"] if code is None else f"{run['ending']} {code}",
                str(run["wall_milliseconds"]),
            )
        OUT.print(table)
    stack = next((run["frames"] for run in reproduction.judged.runs if run["attributed"]), ())
    for frame in stack[:5]:
        OUT.print(f"  at {safe(frame)}", style="dim", highlight=False)
    if reproduction.range is not None:
        _show_range(reproduction.range)


def _show_range(found: Range) -> None:
    OUT.print(f"affected: [bold]{safe(found.affected.vers)}[/]", highlight=False)
    columns = ("affected", "not affected", "nothing is known")
    table = Table("line", *columns, box=None, pad_edge=False)
    lines: dict[str, dict[str, list[str]]] = {}
    for run in found.search.runs:
        cells = lines.setdefault(run.line, {column: [] for column in columns})
        mark = ("?" if run.inferred else "") + ("!" if run.yanked else "")
        cells[_column(run.word)].append(safe(run.version) + mark)
    for line, cells in lines.items():
        told = [" ".join(cells[column]) for column in columns]
        table.add_row(safe(line), f"[{_COLOURS['reproduced']}]{told[0]}[/]", *told[1:])
    OUT.print(table, highlight=False)
    if any(run.inferred for run in found.search.runs):
        OUT.print("? inferred: releases around it were run and agree", highlight=False)
    if any(run.yanked for run in found.search.runs):
        OUT.print("! yanked by its publisher", highlight=False)
    for note in (*found.affected.notes, *found.search.surprises):
        OUT.print(f"note: {safe(note)}", highlight=False)


def _column(word: Word | None) -> str:
    if word is None or not word.definite:
        return "nothing is known"
    return "affected" if word.affected else "not affected"


def running(subject: Subject, program: str) -> str:
    """Return what is being run, in words: package, version, program."""
    release = subject.installation.release
    return f"{safe(release.package)} {safe(release.version)} {safe(program)}"


class Doing:
    """Progress over findings: how many, how fast, and what is running now."""

    def __init__(self, laboratory: Laboratory, total: int, *, quiet: bool) -> None:
        self._laboratory = laboratory
        self._total = total
        self._tells = not quiet
        self._finding = ""
        self._began = 0.0
        self._done = 0
        self._runs = 0
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[finding]}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[now]}"),
            console=ERRORS,
            transient=True,
            disable=quiet or not ERRORS.is_terminal,
        )
        self._task = self._progress.add_task("", total=total, finding="", rate="", now="")

    def __enter__(self) -> Self:
        self._laboratory.on_start = self._started
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._laboratory.on_start = None
        self._progress.stop()

    def begin(self, finding: str) -> None:
        """Say which finding is worked on now."""
        self._finding, self._began = safe(finding), time.monotonic()
        self._progress.update(self._task, finding=self._finding[:50])

    def end(self, verdict: str) -> None:
        """Say that it is done; where there is no terminal, a line for each says so."""
        self._done += 1
        self._progress.advance(self._task)
        if self._tells and not ERRORS.is_terminal:
            seconds = time.monotonic() - self._began
            ERRORS.print(
                f"[{self._done}/{self._total}] {self._finding}: {verdict}, {seconds:.1f} s",
                highlight=False,
                markup=False,
            )

    def of_range(self, version: str, done: int, expected: int) -> None:
        """Say how far the search of a range has come."""
        self._progress.update(self._task, now=f"range: {done} of {expected}, {safe(version)}")

    def _started(self, subject: Subject, program: str) -> None:
        self._runs += 1
        elapsed = self._progress.tasks[0].elapsed or 0.001
        self._progress.update(
            self._task, rate=f"{self._runs / elapsed:.0f} runs/s", now=running(subject, program)
        )


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show a table whose cells are markup already; nothing in it is cut off."""
    table = Table(title=title, title_justify="left", pad_edge=False, box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    OUT.print(table)
