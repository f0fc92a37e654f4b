"""What a member of the hostile corpus is.

Each program prints `ESCAPED <what>` if it got what it wanted; none may. `ends` names the endings
that are right for it: a program that is merely refused everything ends by itself (`exited`), one
that never stops must be stopped by the bound that is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tidegate.engines.sandbox import Ending, Limits

SHORT = Limits(wall_seconds=1)
SMALL = Limits(wall_seconds=6, memory_bytes=256 << 20, scratch_bytes=8 << 20, file_bytes=1 << 30)

BY_ITSELF = frozenset({Ending.EXITED})
BY_THE_CLOCK = frozenset({Ending.WALL_TIME})
BY_MEMORY = frozenset({Ending.MEMORY})
BY_OUTPUT = frozenset({Ending.OUTPUT})
BY_A_SIGNAL = frozenset({Ending.SIGNALED})


@dataclass(frozen=True)
class Hostile:
    """One program and how it may end."""

    source: str
    ends: frozenset[Ending] = BY_ITSELF
    limits: Limits = field(default=SHORT)


TRY = """
import os, sys
def attempt(what, deed):
    try:
        result = deed()
    except BaseException as error:
        print("refused", what, type(error).__name__, error)
    else:
        print("ESCAPED", what, repr(result)[:200])
"""

SYSCALL = (
    TRY
    + """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ON_X86 = platform.machine() == "x86_64"
def call(x86, arm, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(x86 if ON_X86 else arm), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""
)

SOCKET = TRY + "import socket\n"
