"""Drains and watches a run, until its init has reported, its walls are down, or a bound is hit."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass

from tidegate.engines.sandbox import policy, processes
from tidegate.engines.sandbox.model import Ending
from tidegate.engines.sandbox.run import Run
from tidegate.engines.sandbox.worker import Worker

_LOOK_SECONDS = 0.05
_EXACT_LOOK_SECONDS = 0.25
_GRACE_SECONDS = 2.0
"""The init ends a program at its time limit; when it does not, this much later we do."""
_SHUT_DOWN = select.POLLRDHUP | select.POLLHUP
_RESERVE = 16
"""One part in this many of the host's memory is left to the host."""


def watch(
    child: int, run: Run, worker: Worker, *, started: float, host_before: processes.Host | None
) -> None:
    """Watch the tree under `child`; set `run.cut` if it has to be ended.

    `host_before` is what the host's memory was like before the run, or None where the kernel
    itself holds the tree to its memory.
    """
    hard_deadline = started + run.program.limits.wall_seconds + _GRACE_SECONDS
    bounds = _Bounds(child, run, host_before, next_look=started + _LOOK_SECONDS)
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(run.channel, select.POLLIN | select.POLLRDHUP)
    for descriptor in (
        *(stream.descriptor for stream in run.streams),
        ended,
        *worker.descriptors,
    ):
        poll.register(descriptor, select.POLLIN)
    try:
        while run.cut is None:
            wait = max(0.0, min(bounds.next_look, hard_deadline) - time.monotonic())
            ready = dict(poll.poll(wait * 1000))
            _drain(run, ready, poll)
            if run.status.ended or ended in ready:
                return
            if not ready.keys().isdisjoint(worker.descriptors):
                run.cut = Ending.CANCELLED
            elif time.monotonic() >= hard_deadline:
                run.cut = Ending.WALL_TIME
            else:
                run.cut = bounds.broken()
    finally:
        os.close(ended)


def _drain(run: Run, ready: dict[int, int], poll: select.poll) -> None:
    """Read once from whatever has something, so that no descriptor keeps the others waiting."""
    for stream in run.streams:
        if stream.descriptor in ready:
            stream.drain()
            if stream.ended:
                poll.unregister(stream.descriptor)
    events = ready.get(run.channel.fileno(), 0)
    if events:
        run.receive()
    if events & _SHUT_DOWN:
        poll.unregister(run.channel)  # what still waits there is read at the end


@dataclass(slots=True)
class _Bounds:
    """What a tree may use, held against what it does."""

    child: int
    run: Run
    host_before: processes.Host | None
    next_look: float
    next_exact_look: float = 0.0

    def broken(self) -> Ending | None:
        """Return which bound the tree has broken, if any; most are looked at now and then."""
        run, limits = self.run, self.run.program.limits
        if max(run.stdout.total, run.stderr.total) > limits.output_flood:
            return Ending.OUTPUT
        now = time.monotonic()
        if now < self.next_look:
            return None
        self.next_look = now + _LOOK_SECONDS
        used = processes.usage(self.child)
        run.peak_memory = max(run.peak_memory, used.memory_bytes)
        run.cpu_seconds = max(run.cpu_seconds, used.cpu_seconds)
        if used.memory_bytes > limits.memory_bytes and now >= self.next_exact_look:
            self.next_exact_look = now + _EXACT_LOOK_SECONDS
            if processes.proportional_memory(used.processes) > limits.memory_bytes:
                return Ending.MEMORY
        if used.cpu_seconds > limits.cpu_seconds:
            return Ending.CPU_TIME
        if self.host_before and self._takes_from_the_host(self.host_before):
            return Ending.MEMORY
        return None

    def _takes_from_the_host(self, before: processes.Host) -> bool:
        """Whether memory went where no process shows it: into shared memory, or to the kernel.

        Without a control group this is all that there is to see of it. Other work on the host
        is counted too; rather a run is ended for nothing than the host goes down.
        """
        now = processes.host()
        may_share = self.run.program.limits.memory_bytes + policy.scratch_bytes(self.run.program)
        reserve = now.total // _RESERVE
        return now.shared - before.shared > may_share or (
            now.available < reserve and before.available - now.available > reserve
        )
