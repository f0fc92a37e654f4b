"""One run, on this side of the wall: what comes out of it, up to a bound, and by which descriptor.

Everything here is written by whoever is in the sandbox, except for `status`, which only the
trusted init holds.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tidegate.engines.sandbox.briefing import BRIEFING_FD, STATUS_FD, briefing
from tidegate.engines.sandbox.model import CHANNEL_FD, SAMPLES_FD, Ending, Program

_FIRST_FREE_FD = 20
_MESSAGES_KEPT = 256
_MESSAGES_KEPT_BYTES = 16 << 20
_MESSAGES_WAITING = 4096
"""More than the queue of a socket can hold, by far."""
_MESSAGE_BYTES = 256 << 10
_SAMPLES_KEPT = 1 << 20
_STATUS_KEPT = 16 << 20


@dataclass(slots=True)
class Stream:
    """What came out of one pipe, of which the beginning is kept."""

    descriptor: int
    kept_bytes: int
    kept: bytearray = field(default_factory=bytearray)
    total: int = 0
    ended: bool = False
    """Whether nobody holds the other end any more."""

    def drain(self) -> bool:
        """Read once; return whether something came."""
        try:
            piece = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return False
        self.ended = not piece
        self.total += len(piece)
        self.kept += piece[: max(0, self.kept_bytes - len(self.kept))]
        return bool(piece)


@dataclass(slots=True)
class Run:
    """The descriptors and findings of one run."""

    program: Program
    stdout: Stream
    stderr: Stream
    samples: Stream
    status: Stream
    channel: socket.socket
    theirs: dict[int, int]
    """The far ends: by the number that each gets inside, the one that it has here."""
    messages: list[bytes] = field(default_factory=list)
    messages_bytes: int = 0
    cut: Ending | None = None
    peak_memory: int = 0
    cpu_seconds: float = 0.0
    """The most that was seen while it ran: the kernel adds up no dead namespace for us."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All pipes."""
        return (self.stdout, self.stderr, self.samples, self.status)

    def receive(self) -> bool:
        """Take one message off the channel; return whether there may be more.

        An empty message looks like the end of the channel, with which a program could hide what
        was sent after it. So the far end stays open on this side too; but a program can still
        shut the channel down, and then it is at its end for ever.
        """
        try:
            message = self.channel.recv(_MESSAGE_BYTES)
        except BlockingIOError:
            return False
        self.messages_bytes += len(message)
        few = len(self.messages) < _MESSAGES_KEPT and self.messages_bytes <= _MESSAGES_KEPT_BYTES
        if message and few:
            self.messages.append(message)
        return True

    def let_go(self) -> None:
        """Close the far ends of the pipes, once the child has them."""
        for place in list(self.theirs):
            if place != CHANNEL_FD:
                os.close(self.theirs.pop(place))

    def drain_the_rest(self) -> None:
        """Read what is still in the pipes; nobody is left to write more."""
        for stream in self.streams:
            while stream.drain():
                pass
        for _ in range(_MESSAGES_WAITING):
            if not self.receive():
                break


@contextmanager
def open_run(program: Program) -> Iterator[Run]:
    """Open the pipes and sockets of a run, brief the init, and close all of them at the end."""
    limits = program.limits
    with ExitStack() as ours:
        theirs: dict[int, int] = {}
        ours.callback(lambda: close_all(theirs.values()))
        theirs[0] = out_of_the_way(os.open(os.devnull, os.O_RDONLY))

        def pipe(place: int, kept_bytes: int) -> Stream:
            near, far = os.pipe()
            theirs[place] = out_of_the_way(far)
            ours.callback(os.close, near)
            os.set_blocking(near, False)
            return Stream(near, kept_bytes)

        channel, far_channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.enter_context(channel)
        theirs[CHANNEL_FD] = out_of_the_way(far_channel.detach())
        theirs[BRIEFING_FD] = in_memory(briefing(program))
        if program.watch.key:
            channel.send(program.watch.key)
        channel.setblocking(False)
        yield Run(
            program=program,
            stdout=pipe(1, limits.output_kept),
            stderr=pipe(2, limits.output_kept),
            samples=pipe(SAMPLES_FD, _SAMPLES_KEPT),
            status=pipe(STATUS_FD, _STATUS_KEPT),
            channel=channel,
            theirs=theirs,
        )


def in_memory(content: bytes) -> int:
    """Return a descriptor, open for reading from the start, of an anonymous file."""
    descriptor = os.memfd_create("file")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return out_of_the_way(descriptor)


def out_of_the_way(descriptor: int) -> int:
    """Move a descriptor away from the fixed numbers that the child will use."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_FD)
    os.close(descriptor)
    return moved


def close_all(descriptors: Iterable[int]) -> None:
    """Close descriptors."""
    for descriptor in descriptors:
        os.close(descriptor)
