"""What `tidegate work` shows: how much is done, what waits, and a line for each verdict."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from tidegate.faces.cli import screens

if TYPE_CHECKING:
    from tidegate.engines.reproduction.trials import Subject
    from tidegate.instance.workshop import Workshop

_LOOK_SECONDS: Final = 1.0


class Watching:
    """Progress over the outbox."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._looked = 0.0
        self._runs = 0
        self._last_event = 0
        self._total = 0
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[now]}"),
            console=screens.ERRORS,
            transient=True,
            disable=quiet or not screens.ERRORS.is_terminal,
        )
        self._task = self._progress.add_task("", total=None, rate="", now="")

    def __enter__(self) -> Self:
        from tidegate.desks.findings.models import Event, Outbox

        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
        self._last_event = newest or 0
        self._done_before = Outbox.objects.filter(state=Outbox.State.DONE).count()
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._quiet:
            self._tell_events()
        self._progress.stop()

    def of_workshop(self, shop: Workshop) -> None:
        """Be told of each run."""
        shop.laboratory.on_start = self._started

    def tick(self) -> None:
        """Look at what has happened, now and then."""
        if self._quiet or time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        from tidegate.desks.findings.models import Outbox

        done = Outbox.objects.filter(state=Outbox.State.DONE).count() - self._done_before
        self._total = Outbox.objects.count() - self._done_before
        self._progress.update(self._task, completed=done, total=self._total)
        self._tell_events()

    def _tell_events(self) -> None:
        from tidegate.desks.findings.models import Event

        events = Event.objects.select_related("finding__finder", "case").filter(
            pk__gt=self._last_event
        )
        for event in events.order_by("pk"):
            self._last_event = event.pk
            if (line := _line(event.verb, event.detail)) and event.finding:
                case = f"  {event.case.key}" if event.case else ""
                screens.ERRORS.print(
                    f"{event.finding.key} {screens.safe(event.finding.reference[:60])}: "
                    f"{line}[dim]{case}[/]",
                    highlight=False,
                )

    def _started(self, subject: Subject, program: str) -> None:
        self._runs += 1
        elapsed = self._progress.tasks[0].elapsed or 0.001
        self._progress.update(
            self._task,
            rate=f"{self._runs / elapsed:.0f} runs/s",
            now=screens.running(subject, program),
        )


def _line(verb: str, detail: dict[str, str]) -> str:
    """Return what people are told of an event; empty for what only a history needs."""
    if verb == "judged":
        return f"{screens.word(detail['verdict'])} ({screens.safe(detail['reason'])})"
    if verb == "set-aside":
        return f"[yellow]set aside[/]: {screens.safe(detail['reason'])}"
    if verb == "joined":
        return "joined the case of the same bug"
    return ""
