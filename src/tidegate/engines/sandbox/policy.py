"""The walls, as arguments of bubblewrap: a pure function of the program and the host's layout.

Every namespace is demanded (`--unshare-user`, not `--unshare-user-try`), the root and `/dev` are
remounted read-only after they were filled, each writable folder is a tmpfs with a size, and there
is no `/proc` unless a traced run needs one: without it a program cannot open its own memory, its
watcher's descriptors, or anything about the init. `docs/decisions/` says what that costs.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rfc8785

from tidegate.engines.sandbox.model import Limits, Program

TIER = "bubblewrap"
INIT_FOLDER = "/init"
INIT_FLAGS = ("-I", "-S", "-B")
COMPILED_INIT = "/init.pyc"
_INSIDE = Path(__file__).parent / "inside"
_ETC = Path(__file__).parent / "etc"
_SYSTEM_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/lib32")
_SYSTEM_LINKS = ("/lib", "/lib64", "/lib32", "/bin", "/sbin")
_SYSTEM_TOOLS = ("/bin/sh", "/usr/bin/env")
_ALWAYS_WRITABLE = ("/work", "/tmp", "/home", "/dev/shm")  # noqa: S108  paths of the sandbox
_PYC_FLAGS_AND_SOURCE = bytes(12)  # flags, time and size: unread when a .pyc is run by its name
_ISOLATION = (
    "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
    "--unshare-cgroup", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1",
    "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--clearenv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Init:
    """The interpreter that the trusted init runs on: this one, never a virtual environment's."""

    executable: str
    prefixes: tuple[Path, ...]


@functools.cache
def this_interpreter() -> Init:
    """Return the base interpreter of this process and the folders that it needs to start."""
    executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    prefixes = {Path(sys.base_prefix).resolve(), Path(sys.base_exec_prefix).resolve()}
    if prefixes == {Path("/usr")}:
        return Init(str(executable), (executable,))
    return Init(str(executable), tuple(sorted(prefixes)))


@functools.cache
def compiled_init() -> bytes:
    """Return the init as a `.pyc` of this interpreter: saves its runs the compiler's time."""
    source = (_INSIDE / "init.py").read_bytes()
    code = compile(source, f"{INIT_FOLDER}/init.py", "exec", dont_inherit=True, optimize=0)
    return importlib.util.MAGIC_NUMBER + _PYC_FLAGS_AND_SOURCE + marshal.dumps(code)


def runs_here(program: Program, init: Init) -> bool:
    """Whether the init of this program runs on the interpreter that `compiled_init` is for."""
    return not program.python_script or os.path.realpath(program.argv[0]) == init.executable


def writable_folders(program: Program) -> tuple[str, ...]:
    """Return the folders that are a tmpfs of their own."""
    return _ALWAYS_WRITABLE + program.writable


def scratch_bytes(program: Program) -> int:
    """Return how much these folders can hold together."""
    return len(writable_folders(program)) * program.limits.scratch_bytes


def environment(program: Program) -> dict[str, str]:
    """Return all that a program's environment holds at its start."""
    return {"PATH": "/usr/bin:/bin", "PWD": "/work", **program.environment}


def arguments(
    program: Program,
    init: Init,
    stage: Callable[[Path], str],
    file_descriptors: Mapping[str, int],
    filter_descriptor: int,
) -> list[str]:
    """Return the arguments for bubblewrap, without its own name.

    `stage` gives the path under which bubblewrap can reach a path of the host;
    `file_descriptors` maps the path of each of the program's files, and `COMPILED_INIT` where
    that is wanted, to a descriptor of its content.
    """
    made = [*_ISOLATION, *_system(program, stage)]
    if program.python_script:
        # Every other program gets it from the init, whose own interpreter it is none of.
        for name, value in environment(program).items():
            made += ["--setenv", name, value]
    for name in ("passwd", "group", "hosts"):
        made += ["--ro-bind", stage(_ETC / name), f"/etc/{name}"]
    made += ["--ro-bind", stage(_INSIDE), INIT_FOLDER]
    if program.watch.trace:
        made += ["--proc", "/proc"]
    made += ["--dev", "/dev"]
    for folder in writable_folders(program):
        made += ["--size", str(program.limits.scratch_bytes), "--tmpfs", folder]
    # After the writable folders: an interpreter below /home or /tmp would vanish under them.
    if not program.python_script:
        made += _interpreter(init, stage)
    for bind in program.binds:
        made += ["--ro-bind", stage(bind.source), bind.target]
    for link in program.links:
        made += ["--symlink", link.to, link.path]
    for file in program.files:
        made += ["--perms", "0755" if file.executable else "0644"]
        made += ["--file", str(file_descriptors[file.path]), file.path]
    script = f"{INIT_FOLDER}/init.py"
    if COMPILED_INIT in file_descriptors:
        script = COMPILED_INIT
        made += ["--perms", "0444", "--file", str(file_descriptors[script]), script]
    made += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/work"]
    made += ["--seccomp", str(filter_descriptor), "--"]
    interpreter = program.argv[0] if program.python_script else init.executable
    return [*made, interpreter, *INIT_FLAGS, script]


@functools.lru_cache(maxsize=64)
def digest(limits: Limits, filter_program: bytes, trace: bool, host_tools: bool) -> str:
    """Return the SHA-256, in hex, of what is the same for every program under these limits."""
    policy: dict[str, Any] = {
        "isolation": list(_ISOLATION),
        "system": [*_SYSTEM_FOLDERS, *_SYSTEM_TOOLS],
        "writable": list(_ALWAYS_WRITABLE),
        "proc": trace,
        "host_tools": host_tools,
        "limits": asdict(limits),
        "seccomp_sha256": hashlib.sha256(filter_program).hexdigest(),
        "init_sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(_INSIDE.glob("*.py"))
        },
    }
    return hashlib.sha256(rfc8785.dumps(policy)).hexdigest()


def _system(program: Program, stage: Callable[[Path], str]) -> Iterator[str]:
    """Yield the libraries of the host, and a shell; its other programs only for builds."""
    if program.host_tools:
        yield from ("--ro-bind", stage(Path("/usr")), "/usr")
    else:
        for folder in _SYSTEM_FOLDERS:
            if Path(folder).is_dir():
                yield from ("--ro-bind", stage(Path(folder)), folder)
        for tool in _SYSTEM_TOOLS:
            if Path(tool).exists():
                place = "/usr/bin/" + Path(tool).name
                yield from ("--ro-bind", stage(Path(tool).resolve()), place)
    for name in _SYSTEM_LINKS:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.is_dir() and name.startswith("/lib"):
            yield from ("--ro-bind", stage(path), name)
    cache = Path("/etc/ld.so.cache")
    if cache.exists():
        yield from ("--ro-bind", stage(cache), str(cache))
    alternatives = Path("/etc/alternatives")
    if program.host_tools and alternatives.is_dir():
        yield from ("--ro-bind", stage(alternatives), str(alternatives))


def _interpreter(init: Init, stage: Callable[[Path], str]) -> Iterator[str]:
    for prefix in init.prefixes:
        if not str(prefix).startswith("/usr/lib" + os.sep):
            yield from ("--ro-bind", stage(prefix), str(prefix))
