"""Programs to run in a sandbox, and what to look for outside of it; no test framework needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tidegate.engines.sandbox import Bind, BubblewrapSandbox, File, Limits, Program, Watch
from tidegate.engines.sandbox.policy import INIT_FLAGS, this_interpreter


def python_program(
    source: str, *, limits: Limits | None = None, watch: Watch | None = None, **more: object
) -> Program:
    """Return a program that runs Python source as the hostile script of a run."""
    init = this_interpreter()
    return Program(
        argv=(init.executable, *INIT_FLAGS, "/work/hostile.py"),
        binds=tuple(Bind(prefix, str(prefix)) for prefix in init.prefixes),
        files=(File("/work/hostile.py", source.encode()),),
        limits=limits or Limits(wall_seconds=10),
        watch=watch or Watch(),
        python_script=True,
        **more,  # type: ignore[arg-type]
    )


def supervisor_of(sandbox: BubblewrapSandbox) -> int:
    return sandbox._process.pid


def children_of(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def carrying(marker: str) -> list[int]:
    """Return every process of the host whose arguments or environment hold a marker."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if folder.name.isdigit() and marker.encode() in told:
            found.append(int(folder.name))
    return found


def eventually(condition: Callable[[], object], seconds: float = 15) -> bool:
    """Return whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
