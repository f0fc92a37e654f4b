"""The floors and the peer: trivial programs without a sandbox, or in a stock bubblewrap."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from tidegate.engines.reproduction.packages import Runtime

_PLAIN_BUBBLEWRAP = ("bwrap", "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "--")
"""The fewest arguments that isolate at all: every namespace, the host's files readable."""


def run(command: Sequence[str]) -> None:
    """Start a program and wait for its good end."""
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, close_fds=True
    )


def in_plain_bubblewrap(command: Sequence[str]) -> list[str]:
    """Return the command that runs a program in a stock bubblewrap."""
    return [*_PLAIN_BUBBLEWRAP, *command]


def bubblewrap_version() -> str:
    """Return what bubblewrap calls itself."""
    try:
        done = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return "none"
    return done.stdout.strip()


def on_host(runtime: Runtime) -> str:
    """Return the path on the host of an interpreter that is known by its path in the sandbox."""
    for bind in runtime.binds:
        if bind.target == runtime.executable:
            return str(bind.source)
    return runtime.executable
