"""The supervisor: a small process of its own that runs one program at a time and sees it dead.

It is started by `BubblewrapSandbox` and lives as long as that does. For each program:

1. lay the program's files into anonymous memory, stage its folders, build the walls' arguments;
2. fork; the child is born in the control group, drops to the supervisor's uid and becomes
   bubblewrap, which becomes the trusted init, which starts the program;
3. drain the output, the channel and the samples; watch memory and processor time of the tree;
4. kill what is left, and reap until the kernel says that there is no child any more: this
   process is a subreaper (prctl(2)), so whatever a program orphans comes here.

When the worker dies, by SIGKILL too, the run is ended the same way. When this process is killed,
the parent-death signals of bubblewrap and of the init end the run.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from typing import NoReturn, Self

from tidegate.engines.sandbox import cgroups, outcome, policy, processes, seccomp, wire
from tidegate.engines.sandbox.model import Bind, Ending, File, Outcome, Program, SandboxError
from tidegate.engines.sandbox.privilege import Identity
from tidegate.engines.sandbox.run import Run, in_memory, open_run
from tidegate.engines.sandbox.staging import Staging
from tidegate.engines.sandbox.watching import watch
from tidegate.engines.sandbox.worker import Worker

_PR_SET_CHILD_SUBREAPER = 36
_OWN_BYTES = 64 << 20
"""What the supervisor itself may take of the control group that it shares with the run."""


def main() -> None:
    """Serve the worker that the arguments name until it goes away."""
    try:
        worker = Worker(descriptor=int(sys.argv[1]), process=int(sys.argv[2]))
    except ProcessLookupError:
        return  # it was killed before this process had begun: nobody waits for an answer
    # Ctrl-C in a terminal reaches the whole group; the worker decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for asked_to_end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked_to_end, _leave)
    with ExitStack() as held, contextlib.suppress(ConnectionError):
        try:
            supervisor = held.enter_context(Supervisor(worker))
            supervisor.prove_that_it_works()
        except SandboxError as error:
            worker.answer(wire.encode_error(str(error)))
            return
        worker.answer(wire.encode_error(""))
        while program := worker.next_program():
            try:
                answer = wire.encode_outcome(supervisor.run(program))
            except SandboxError as error:
                answer = wire.encode_error(str(error))
            worker.answer(answer)


def _leave(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


class Supervisor:
    """Runs programs for one worker, one after the other."""

    def __init__(self, worker: Worker) -> None:
        found = shutil.which("bwrap")
        if found is None:
            raise SandboxError("bubblewrap is not installed; install it: apt install bubblewrap")
        if not processes.shows_children():
            raise SandboxError(
                "this kernel does not list the children of a process, so that no tree can be"
                " bounded; use one with CONFIG_PROC_CHILDREN"
            )
        seccomp.filter_program()
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._bubblewrap = found
        self._worker = worker
        self._init = policy.this_interpreter()
        self._identity = Identity()
        self._group = cgroups.create()
        self._staging = Staging(self._identity)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end_children()
        if self._group:
            self._group.remove()
        self._identity.release()

    def prove_that_it_works(self) -> None:
        """Run a program that does nothing; raises `SandboxError` where the walls cannot stand."""
        nothing = self.run(
            Program(
                argv=(self._init.executable, *policy.INIT_FLAGS, "/work/nothing.py"),
                binds=tuple(Bind(prefix, str(prefix)) for prefix in self._init.prefixes),
                files=(File("/work/nothing.py", b""),),
                python_script=True,
            )
        )
        if nothing.exit_code != 0:
            said = nothing.stderr.decode("utf-8", "replace").strip()
            raise SandboxError(f"a program that does nothing fails in the sandbox: {said}")

    def run(self, program: Program) -> Outcome:
        """Run one program and return once nothing of it is left."""
        if program.python_script and program.argv[1:4] != policy.INIT_FLAGS:
            raise SandboxError(f"a Python script is run with {' '.join(policy.INIT_FLAGS)} only")
        try:
            self._limit_group(program)
            return self._run(program)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the sandbox could not be kept standing: {error}") from error

    def _run(self, program: Program) -> Outcome:
        kills_before = self._memory_kills()
        host_before = None if self._memory_is_bounded else processes.host()
        with open_run(program) as run:
            started = time.monotonic()
            try:
                child = self._start(run)
                watch(child, run, self._worker, started=started, host_before=host_before)
            finally:
                end_children()
                self._staging.clear()
            wall = time.monotonic() - started
            run.drain_the_rest()
            memory_ran_out = self._memory_kills() > kills_before
            if memory_ran_out and self._memory_is_bounded:
                run.cut = run.cut or Ending.MEMORY
            return outcome.sum_up(
                run,
                wall=wall,
                layers=self._layers(program),
                memory_ran_out=memory_ran_out,
            )

    def _start(self, run: Run) -> int:
        """Build the walls and fork; return bubblewrap's process."""
        program = run.program
        with ExitStack() as given:

            def give(content: bytes) -> int:
                descriptor = in_memory(content)
                given.callback(os.close, descriptor)
                os.set_inheritable(descriptor, True)
                return descriptor

            files = {file.path: give(file.content) for file in program.files}
            if policy.runs_here(program, self._init):
                files[policy.COMPILED_INIT] = give(policy.compiled_init())
            arguments = policy.arguments(
                program,
                self._init,
                self._staging.stage,
                files,
                give(seccomp.filter_program(may_trace=program.watch.trace)),
            )
            supervisor = os.getpid()
            child = os.fork()
            if child == 0:
                self._become_bubblewrap(arguments, run, supervisor)
        run.let_go()
        return child

    def _become_bubblewrap(self, arguments: list[str], run: Run, supervisor: int) -> NoReturn:
        """In the forked child: take the places of the descriptors and become bubblewrap.

        Ctrl-C goes on being ignored: bubblewrap is in the worker's process group too.
        """
        try:
            for place, descriptor in run.theirs.items():
                os.dup2(descriptor, place)
            cgroups.be_first_to_go()
            self._identity.assume(supervisor)
            os.execv(self._bubblewrap, [self._bubblewrap, *arguments])  # noqa: S606  no shell
        except BaseException as error:  # noqa: BLE001  the child must never return into the caller
            os.write(2, f"{error}\n".encode())
        finally:
            os._exit(126)

    @property
    def _memory_is_bounded(self) -> bool:
        """Whether the kernel itself holds the tree to its memory."""
        return self._group is not None and "memory" in self._group.folders

    def _memory_kills(self) -> int:
        if self._group and self._memory_is_bounded:
            return self._group.memory_kills()
        return processes.out_of_memory_kills()

    def _limit_group(self, program: Program) -> None:
        if self._group:
            limits = program.limits
            self._group.limit(
                memory_bytes=limits.memory_bytes + policy.scratch_bytes(program) + _OWN_BYTES,
                processes=limits.processes + 8,
            )

    def _layers(self, program: Program) -> tuple[str, ...]:
        layers = ["namespaces", "read-only-root", "no-capabilities", "seccomp", "rlimits"]
        if not program.watch.trace:
            layers.append("no-proc")
        if self._identity.drops:
            layers.append("unused-uid")
        if self._group:
            layers.append(self._group.layer)
        return tuple(layers)


def end_children() -> None:
    """Kill and reap until no child of this process is left.

    Only direct children are killed: their ids cannot become somebody else's while we have not
    reaped them. What they leave behind becomes a child of ours, the init first of all, and with
    the init its whole namespace goes.
    """
    while True:
        for child in processes.children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
