"""Sums a finished run up: what the init reported and what was seen from outside."""

from __future__ import annotations

import os
import signal

from tidegate.engines.sandbox import policy, seccomp
from tidegate.engines.sandbox.briefing import Report, has_begun, read_report
from tidegate.engines.sandbox.model import Ending, Outcome, SandboxError
from tidegate.engines.sandbox.run import Run

_NEVER_BUILT = "the sandbox could not be built, so nothing was run"
_MENDS = {
    "Unknown option": "bubblewrap 0.8 or newer is needed",
    "namespace": (
        "allow unprivileged user namespaces: sysctl kernel.unprivileged_userns_clone=1 on Debian,"
        " sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; in a container, let it"
        " make namespaces"
    ),
}
_MENDS["uid map"] = _MENDS["loopback"] = _MENDS["namespace"]


def sum_up(run: Run, *, wall: float, layers: tuple[str, ...], memory_ran_out: bool) -> Outcome:
    """Return what became of a run of which nothing is left.

    `wall` is what was measured from outside, for the case that the init did not report;
    `memory_ran_out` says whether the kernel killed processes for memory meanwhile.

    Raises `SandboxError` when the program was never started.
    """
    answer = bytes(run.status.kept)
    report = read_report(answer)
    cut = run.cut or (Ending(report.cut) if report and report.cut else None)
    if report is None:
        if not has_begun(answer) and cut is None:
            raise SandboxError(_why_not_built(run))
        # Nothing inside can kill the init: it was the kernel for want of memory, or the host.
        cut = cut or (Ending.MEMORY if memory_ran_out else Ending.CANCELLED)
        report = Report(None, "", wall, run.cpu_seconds, 0, 0, 0, (), "", {})
    if report.failure:
        name = run.program.argv[0]
        raise SandboxError(f"{name} could not be started, so nothing was run: {report.failure}")
    status = report.status
    code = os.waitstatus_to_exitcode(status) if status is not None else None
    killer = -code if code is not None and code < 0 else None
    limits = run.program.limits
    if killer in (signal.SIGXCPU, signal.SIGKILL) and report.cpu >= limits.cpu_seconds:
        cut = cut or Ending.CPU_TIME
    return Outcome(
        ending=cut or (Ending.EXITED if killer is None else Ending.SIGNALED),
        exit_code=code if killer is None else None,
        signal=killer,
        wall_seconds=report.wall,
        cpu_seconds=report.cpu,
        peak_memory_bytes=max(run.peak_memory, report.largest),
        stdout=bytes(run.stdout.kept),
        stderr=bytes(run.stderr.kept),
        stdout_bytes=run.stdout.total,
        stderr_bytes=run.stderr.total,
        messages=tuple(run.messages),
        samples=bytes(run.samples.kept),
        samples_sent=report.samples_sent,
        connections=report.connections,
        witnesses=report.witnesses,
        faults=report.faults,
        tier=policy.TIER,
        layers=layers,
        policy_sha256=policy.digest(
            limits,
            seccomp.filter_program(may_trace=run.program.watch.trace),
            run.program.watch.trace,
            run.program.host_tools,
        ),
    )


def _why_not_built(run: Run) -> str:
    reason = bytes(run.stderr.kept).decode("utf-8", "replace").strip() or "no reason was given"
    mends = [mend for sign, mend in _MENDS.items() if sign in reason]
    return "; ".join([f"{_NEVER_BUILT}: {reason}", *mends[:1]])
