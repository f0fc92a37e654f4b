"""The process that asked for a supervisor, and the connection to it."""

from __future__ import annotations

import os
import select
from multiprocessing.connection import Connection

from tidegate.engines.sandbox import wire
from tidegate.engines.sandbox.model import Program


class Worker:
    """Gives programs and takes outcomes, until it goes away.

    It is gone when the connection is closed, or when the process is: something that it forked may
    hold a copy of the connection and outlive it.
    """

    def __init__(self, *, descriptor: int, process: int) -> None:
        os.set_inheritable(descriptor, False)  # it was, to come here; no program may ever hold it
        self._connection = Connection(descriptor)
        self._process = os.pidfd_open(process)
        if os.getppid() != process:
            raise SystemExit("the worker is gone already")
        self.descriptors = (descriptor, self._process)
        """Ready for reading as soon as the worker is gone, or, between runs, asks for one."""

    def next_program(self) -> Program | None:
        """Wait for a program; return None once the worker is gone."""
        poll = select.poll()
        for descriptor in self.descriptors:
            poll.register(descriptor, select.POLLIN)
        if self._process in {descriptor for descriptor, _ in poll.poll()}:
            return None
        try:
            return wire.decode_program(self._connection.recv_bytes())
        except EOFError:
            return None

    def answer(self, message: bytes) -> None:
        """Send an answer."""
        self._connection.send_bytes(message)
