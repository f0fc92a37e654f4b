"""The first tier: bubblewrap, with a supervisor process between the worker and the program."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from typing import Self

from tidegate.engines.sandbox import wire
from tidegate.engines.sandbox.model import Outcome, Program, SandboxError
from tidegate.engines.sandbox.policy import TIER

_END_SECONDS = 10
_SUPERVISOR = "tidegate.engines.sandbox.supervisor"


class BubblewrapSandbox:
    """Runs programs one at a time; make several for several at once.

    Opening one proves that the walls stand here: it raises `SandboxError` when bubblewrap or
    libseccomp is missing or the kernel refuses namespaces, and says how to mend it. Nothing is
    ever run with fewer walls instead.
    """

    tier = TIER

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            far = str(theirs.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", _SUPERVISOR, far, str(os.getpid())],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        self._socket = ours
        self._connection = Connection(os.dup(ours.fileno()))
        self._lock = threading.RLock()  # who is in `run` may have to close
        try:
            problem = self._answer()
        except BaseException:
            self.close()
            raise
        if problem:
            self.close()
            raise SandboxError(str(problem))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, program: Program) -> Outcome:
        """Run one program to its end. When this returns, no process of it is left.

        Interrupting the call (Ctrl-C) ends the run and closes the sandbox.
        """
        with self._lock:
            if self._connection.closed:
                raise SandboxError("this sandbox is closed, so nothing was run; open another")
            try:
                answer = self._answer(wire.encode_program(program))
            except BaseException:
                self.close()
                raise
        if isinstance(answer, str):
            raise SandboxError(answer)
        return answer

    def close(self) -> None:
        """End the supervisor, and with it a run that is under way; safe from another thread."""
        # Closing a descriptor reaches no thread that waits on it, nor its other end; this does.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._lock:
            self._socket.close()
            self._connection.close()

    def _answer(self, asked: bytes | None = None) -> Outcome | str:
        try:
            if asked is not None:
                self._connection.send_bytes(asked)
            return wire.decode_answer(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise SandboxError(
                "the sandbox's supervisor has ended, and its run with it; open another sandbox"
            ) from error
