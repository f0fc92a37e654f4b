"""What `tidegate work` shows: how much is done, a line for each verdict and each rung of a fix."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from tidegate.desks.access.actors import OWNER, Actor
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.climbing import Climb
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
        self._actor: Actor = OWNER
        self._total = 0
        self._began = timezone.now()
        self._rungs: dict[tuple[str, int], int] = {}
        self._ended: set[tuple[str, int]] = set()
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
        from tidegate.desks.findings.models import Outbox
        from tidegate.desks.findings.queries.progress import last_event

        self._actor = OWNER if self._quiet else actor()
        self._last_event = last_event()
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
            self._tell_climbs()
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
        self._tell_climbs()

    def _tell_events(self) -> None:
        """Tell of what has happened since, as far as whoever the command acts as may read it."""
        from tidegate.desks.findings.models import Finding
        from tidegate.desks.findings.queries.progress import events_after

        while events := events_after(self._actor, self._last_event):
            self._last_event = events[-1].id
            keys = {event.finding for event in events if event.finding}
            rows = Finding.objects.filter(key__in=keys)
            references = dict(rows.values_list("key", "reference"))
            for event in events:
                if (line := _line(event.verb, event.detail)) and event.finding:
                    case = f"  {event.case}" if event.case else ""
                    screens.ERRORS.print(
                        f"{event.finding} {screens.safe(references[event.finding][:60])}: "
                        f"{line}[dim]{case}[/]",
                        highlight=False,
                    )

    def _tell_climbs(self) -> None:
        """Tell of the rungs of fixes that were tried since, under the same condition."""
        from tidegate.desks.publications.queries.climbing import climbs

        for climb in climbs(self._actor, self._began, at=timezone.now()):
            which = (climb.fix, climb.number)
            for name, word in climb.words[self._rungs.get(which, 0) :]:
                self._tell_climb(climb, f"{screens.safe(name)} {screens.safe(word)}")
            self._rungs[which] = len(climb.words)
            if (line := _end(climb)) and which not in self._ended:
                self._ended.add(which)
                self._tell_climb(climb, line)

    @staticmethod
    def _tell_climb(climb: Climb, line: str) -> None:
        what = f"patch of {climb.what}" if climb.is_patch else climb.what
        screens.ERRORS.print(
            f"{climb.fix} {screens.safe(what)}, trial {climb.number}: {line}", highlight=False
        )

    def _started(self, subject: Subject, program: str) -> None:
        self._runs += 1
        elapsed = self._progress.tasks[0].elapsed or 0.001
        self._progress.update(
            self._task,
            rate=f"{self._runs / elapsed:.0f} runs/s",
            now=screens.running(subject, program),
        )


def _line(verb: str, detail: Mapping[str, Any]) -> str:
    """Return what people are told of an event; empty for what only a history needs."""
    if verb == "judged":
        return f"{screens.word(detail['verdict'])} ({screens.safe(detail['reason'])})"
    if verb == "set-aside":
        return f"[yellow]set aside[/]: {screens.safe(detail['reason'])}"
    if verb == "joined":
        return "joined the case of the same bug"
    return ""


def _end(climb: Climb) -> str:
    """Return what people are told of a trial that has ended; empty for one that goes on."""
    if climb.state == "failed":
        return f"[yellow]could not be tried[/]: {screens.safe(climb.reason)}"
    if climb.state != "done":
        return ""
    if climb.why_not:
        return f"[bold red]not to be published as fixed[/]: {screens.safe(climb.why_not)}"
    return f"[green]may be published as fixed[/] ({screens.safe(', '.join(climb.labels))})"
