"""What is asked of a sandbox and what it answers: values only, no behaviour.

A caller describes one hostile program (`Program`) and gets an `Outcome`. Everything in an
`Outcome` was seen from outside of the program by the sandbox itself, with one exception that is
named as such: `Outcome.messages`, bytes that arrived on the channel that the program inherits.
They are whatever somebody in the sandbox wrote; the caller must authenticate them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

CHANNEL_FD = 3
"""The descriptor of the channel inside the sandbox: a `SOCK_SEQPACKET` socket, one message each."""

SAMPLES_FD = 4
"""The descriptor that stack samples are written to inside the sandbox: the write end of a pipe."""


class Ending(StrEnum):
    """Why a program is no longer running; told by the sandbox, never guessed from `128 + n`."""

    EXITED = "exited"
    SIGNALED = "signaled"
    WALL_TIME = "wall-time"
    CPU_TIME = "cpu-time"
    MEMORY = "memory"
    """The tree used more than it may: of resident memory, or of files in its scratch, which cost
    the kernel memory even when they are empty. Or the kernel had none left and chose this run."""
    OUTPUT = "output"
    CANCELLED = "cancelled"
    """Ended from outside: the caller closed the sandbox, or somebody killed its init."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run. Sizes are bytes, times are seconds."""

    wall_seconds: float = 20.0
    cpu_seconds: int = 60
    """Processor time of the whole process tree together."""
    memory_bytes: int = 1 << 30
    """Resident memory of the whole process tree together."""
    scratch_bytes: int = 64 << 20
    """Size of each private tmpfs: the working directory, `/tmp`, `/home` and `/dev/shm`."""
    scratch_files: int = 100_000
    """Files and folders in all of these together; a tmpfs by itself has no bound worth the name."""
    processes: int = 128
    """Processes and threads together."""
    file_bytes: int = 64 << 20
    open_files: int = 512
    output_kept: int = 64 << 10
    """How much of stdout, and of stderr, is kept."""
    output_flood: int = 1 << 20
    """The program is killed when either stream has carried more than this."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the host that the program may read (never write)."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link inside the sandbox."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that is laid into the sandbox before the program starts; it is gone afterwards.

    Under `/work`, `/tmp` and the `Program.writable` folders the program may change it, elsewhere
    it is on a read-only mount.
    """

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """What the sandbox observes beside the end of the program."""

    key: bytes = b""
    """First message on the channel, from the sandbox to the program's harness."""
    listener: bool = False
    """Whether an HTTP listener runs on `127.0.0.1:LISTENER_PORT`, in the trusted init."""
    witnesses: tuple[str, ...] = ()
    """Paths that the trusted init looks at after the program's end. A reading is only seen of a
    file in a writable folder: a read-only mount keeps no access times."""
    sample_signal: int = 0
    """Signal that the init sends to the program to have its stack written to `SAMPLES_FD`."""
    sample_seconds: tuple[float, ...] = ()
    """Moments, from the program's start, at which `sample_signal` is sent."""
    trace: bool = False
    """Whether fatal signals are examined by the init (ptrace) before the program dies of them."""


LISTENER_PORT = 8808
"""Port of the listener inside the sandbox; a network namespace of its own makes it free."""


@dataclass(frozen=True, slots=True)
class Program:
    """One hostile program and the world that it gets to see.

    It starts in `/work`, which is writable and holds nothing but the `files` laid there; `/tmp` and
    `/home` are empty and writable (an interpreter that lives below one of them on the host is
    there, read-only). Nothing else is writable, and there is no network but a loopback interface
    of its own. There is no `/proc` unless `watch.trace` asks for one.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    binds: tuple[Bind, ...] = ()
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    writable: tuple[str, ...] = ()
    """More folders that are private, empty and writable (each a tmpfs of `scratch_bytes`)."""
    limits: Limits = field(default_factory=Limits)
    watch: Watch = field(default_factory=Watch)
    python_script: bool = False
    """Whether `argv` is a CPython, then `-I -S -B`, then a script: the trusted init then runs on
    that interpreter and forks into the script, which saves every run one interpreter's start."""
    host_tools: bool = False
    """Whether the host's `/usr` is readable (compilers, headers): for builds, never for proofs."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What became of a watched path, as the trusted init saw it."""

    exists: bool
    size: int = 0
    accessed: bool = False
    """Whether the file's content was read since it was laid (its access time moved). A program
    that owns the file can set or keep its times as it likes, so this tells of honest code only."""


@dataclass(frozen=True, slots=True)
class CodeAddress:
    """A place in machine code: a file that is mapped executable, and the offset in that file.

    `object` is empty for code without a file, such as what a just-in-time compiler wrote.
    """

    object: str
    offset: int
    slot: int = 0
    """Where on the stack it stood as a return address: bytes from the stack pointer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fatal signal as the tracer found it, before the program could react.

    `frames` begins with the instruction that was executing; after it come the return addresses
    found on the stack, from its top downwards. They are found by looking for addresses that lie
    right after a call instruction, so a stale one may appear among them; a reader must not
    conclude from presence alone, only from what stands nearest to the fault.
    """

    signal: int
    self_inflicted: bool
    """Sent by a process (kill, raise, abort), not by the hardware or the kernel. The filter takes
    from the program the calls with which a process could send itself a hardware's fault."""
    frames: tuple[CodeAddress, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one program."""

    ending: Ending
    exit_code: int | None
    signal: int | None
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    stdout: bytes
    stderr: bytes
    stdout_bytes: int
    """How much came in all, of which `stdout` keeps the beginning."""
    stderr_bytes: int
    messages: tuple[bytes, ...]
    """Unauthenticated: whatever was written on the channel."""
    samples: bytes
    """Unauthenticated: whatever was written to the samples pipe."""
    samples_sent: int
    connections: int
    """How many connections the listener accepted."""
    witnesses: Mapping[str, Witness]
    faults: tuple[Fault, ...]
    tier: str
    layers: tuple[str, ...]
    """The walls that stood, such as `namespaces`, `seccomp`, `rlimits`, `cgroup-v2:memory,pids`."""
    policy_sha256: str
    """Digest over the policy: arguments, filter and limits that do not depend on the program."""


class SandboxError(Exception):
    """The sandbox could not be built, so nothing was run, or it was taken down under the run.

    The message says which, what is missing and how to mend it.
    """


class Sandbox(Protocol):
    """One place in which one program at a time can run.

    Implementations are found under the entry point group `tidegate.sandboxes` (`tiers.py`); each
    names its tier. They must refuse (`SandboxError`) rather than run anything with less
    isolation than the tier promises.
    """

    @property
    def tier(self) -> str:
        """Name of the isolation tier, such as `bubblewrap`."""

    def run(self, program: Program) -> Outcome:
        """Run one program to its end. When this returns, no process of it is left."""

    def close(self) -> None:
        """Give back what the sandbox holds; a run under way is ended."""
