"""Control groups, where the operator lets us write them: a bound that no process escapes.

Both versions are spoken (cgroups(7)): version 2 with one group, version 1 with one group for each
of `memory` and `pids`. Where neither can be written, the sandbox says so in its layers and leans
on rlimits and on watching the process tree.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_NAME = re.compile(r"tidegate-(\d+)")


@dataclass(slots=True)
class ControlGroup:
    """One group (version 2) or a pair of them (version 1) that holds one run at a time."""

    version: int
    folders: dict[str, Path]
    """Folder of each controller: `memory`, `pids`."""

    @property
    def layer(self) -> str:
        """How an outcome names it."""
        return f"cgroup-v{self.version}:{','.join(sorted(self.folders))}"

    def limit(self, *, memory_bytes: int, processes: int) -> None:
        """Set the bounds for the next run; raises `OSError` where the kernel refuses them."""
        memory = self.folders.get("memory")
        if memory and self.version == 2:
            _write(memory / "memory.max", memory_bytes)
            with contextlib.suppress(OSError):
                _write(memory / "memory.swap.max", 0)
        elif memory:
            _write(memory / "memory.limit_in_bytes", memory_bytes)
        if pids := self.folders.get("pids"):
            _write(pids / "pids.max", processes)

    def enter(self) -> None:
        """Put this process into the group, so that all it starts is born there.

        Moving a process costs the kernel a grace period of some ten milliseconds; being born in
        the group costs nothing. So the supervisor moves once, and each run is told to be the
        first to go when memory is short (`be_first_to_go`).
        """
        for folder in set(self.folders.values()):
            _write(folder / "cgroup.procs", os.getpid())

    def memory_kills(self) -> int:
        """How often the kernel has killed a process of this group for memory so far."""
        folder = self.folders.get("memory")
        if folder is None:
            return 0
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        for line in (folder / name).read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
        return 0

    def remove(self) -> None:
        """Leave the group and remove it."""
        for folder in set(self.folders.values()):
            with contextlib.suppress(OSError):
                _write(folder.parent / "cgroup.procs", os.getpid())
                folder.rmdir()


def be_first_to_go() -> None:
    """Make the kernel choose this process, and what it starts, when memory is short anywhere.

    For a forked child: by the shortest way, since it pays for every page that it touches.
    """
    descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def create() -> ControlGroup | None:
    """Make a group, enter it, or return None where that is not allowed."""
    _remove_left_over()
    name = f"tidegate-{os.getpid()}"
    return _create_unified(name) or _create_legacy(name)


def _create_unified(name: str) -> ControlGroup | None:
    for parent in (_ROOT, _ROOT / "unified"):
        control = parent / "cgroup.subtree_control"
        try:
            missing = {"memory", "pids"} - set(control.read_text().split())
            if missing:
                control.write_text(" ".join(f"+{controller}" for controller in sorted(missing)))
            folder = parent / name
            folder.mkdir()
        except OSError:
            continue
        group = ControlGroup(2, {"memory": folder, "pids": folder})
        if _works(group):
            return group
    return None


def _create_legacy(name: str) -> ControlGroup | None:
    folders: dict[str, Path] = {}
    for controller in ("memory", "pids"):
        folder = _ROOT / controller / name
        with contextlib.suppress(OSError):
            if (_ROOT / controller / "cgroup.procs").exists():
                folder.mkdir()
                folders[controller] = folder
    group = ControlGroup(1, folders)
    return group if folders and _works(group) else None


def _works(group: ControlGroup) -> bool:
    try:
        group.limit(memory_bytes=1 << 30, processes=1024)
        group.enter()
    except OSError:
        group.remove()
        return False
    return True


def _remove_left_over() -> None:
    """Remove groups whose supervisor was killed before it could; ours is only about to be made."""
    for parent in (_ROOT, _ROOT / "unified", _ROOT / "memory", _ROOT / "pids"):
        with contextlib.suppress(OSError):
            for folder in parent.iterdir():
                match = _NAME.fullmatch(folder.name)
                if match and (int(match[1]) == os.getpid() or not _lives(match[1])):
                    with contextlib.suppress(OSError):
                        folder.rmdir()


def _lives(process: str) -> bool:
    return Path("/proc", process).exists()


def _write(path: Path, value: int) -> None:
    path.write_text(str(value))
