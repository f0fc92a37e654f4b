"""The first tier: bubblewrap, with a supervisor process between the worker and the program."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection

from tidegate.engines.sandbox import wire
from tidegate.engines.sandbox.model import Outcome, Program, SandboxError
from tidegate.engines.sandbox.policy import TIER

_END_SECONDS = 10


class BubblewrapSandbox:
    """Runs programs one at a time; make several for several at once.

    Raises:
        SandboxError: bubblewrap or libseccomp is missing, or the kernel refuses namespaces. The
            message says how to mend it. Nothing is ever run with fewer walls instead.
    """

    tier = TIER

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "tidegate.engines.sandbox.supervisor", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        self._connection = Connection(ours.detach())
        self._lock = threading.Lock()
        problem = self._answer()
        if problem:
            self.close()
            raise SandboxError(str(problem))

    def __enter__(self) -> BubblewrapSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, program: Program) -> Outcome:
        """Run one program to its end. When this returns, no process of it is left.

        Interrupting the call (Ctrl-C) ends the run and closes the sandbox.
        """
        with self._lock:
            try:
                self._connection.send_bytes(wire.encode_program(program))
                answer = self._answer()
            except BaseException:
                self.close()
                raise
        if isinstance(answer, str):
            raise SandboxError(answer)
        return answer

    def close(self) -> None:
        """End the supervisor, and with it a run that is under way."""
        self._connection.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answer(self) -> Outcome | str:
        try:
            return wire.decode_answer(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise SandboxError(
                "the sandbox's supervisor ended unexpectedly; nothing of the run is left"
            ) from error
