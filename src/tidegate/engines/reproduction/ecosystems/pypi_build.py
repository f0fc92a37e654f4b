"""Building an sdist inside of the sandbox: without network, and believed in nothing but its files.

The result comes out as a tar on standard output and is unpacked with the same suspicion as any
archive. The interpreter's own setuptools is used where it has one and the sdist asks for no other.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from tidegate.engines.reproduction.ecosystems.archives import unpack
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.pypi_layout import Content, read_wheel
from tidegate.engines.reproduction.packages import Archive, PackageError, Runtime
from tidegate.engines.sandbox.model import Bind, Ending, File, Limits, Program, Sandbox

_LAYOUT = "built-1"
_DRIVER = Path(__file__).parent / "inside/build.py"
_LIMITS = Limits(
    wall_seconds=300.0,
    cpu_seconds=600,
    memory_bytes=2 << 30,
    scratch_bytes=512 << 20,
    processes=256,
    file_bytes=256 << 20,
    open_files=1024,
    output_kept=128 << 20,
    output_flood=128 << 20,
)
_TOLD_CHARACTERS = 600
_PYPROJECT_BYTES = 256 << 10
_PYPROJECT_DOTS = 100
"""Most dots in one line. Python's parser takes memory by the square of a dotted key's length."""
_MOST_REQUIREMENTS = 100
_BACKEND = re.compile(r"[\w.]{1,200}(:[\w.]{1,200})?")


class Builder:
    """Builds sources in a sandbox, each for one interpreter; failures are remembered."""

    def __init__(self, sandbox: Sandbox, cache: Cache) -> None:
        self._sandbox = sandbox
        self._cache = cache
        self._failed: dict[str, PackageError] = {}

    def requirements(self, tree: Path, runtime: Runtime) -> tuple[Requirement, ...]:
        """Return what the build of an unpacked sdist needs beside the interpreter."""
        root = source_root(tree)
        system = _build_system(root)
        lines = system.get("requires")
        if lines is None and not _has_setuptools(runtime):
            lines = ["setuptools", "wheel"]
        if not isinstance(lines, list):
            return ()
        if len(lines) > _MOST_REQUIREMENTS:
            raise PackageError(f"its build needs more than {_MOST_REQUIREMENTS} projects")
        found: list[Requirement] = []
        for line in lines:
            try:
                found.append(Requirement(str(line)))
            except (InvalidRequirement, RecursionError) as error:
                shown = str(line)[:80]
                raise PackageError(f"its build needs {shown!r}, which cannot be read") from error
        return tuple(found)

    def build(
        self,
        tree: Path,
        archive: Archive,
        runtime: Runtime,
        requires: Sequence[tuple[Path, Archive]],
    ) -> Content:
        """Build an unpacked sdist, or return what an earlier build of it left in the cache.

        Raises:
            PackageError: the build fails; the message has the end of what it said.
            SandboxError: there is no sandbox, so nothing was run.
        """
        identity = [archive.sha256, runtime.version, runtime.digest]
        identity += [required.sha256 for _, required in requires]
        identity.append(hashlib.sha256(_DRIVER.read_bytes()).hexdigest())
        key = hashlib.sha256("\n".join(identity).encode()).hexdigest()
        if key in self._failed:
            raise self._failed[key]
        program = _program(source_root(tree), runtime, [site for site, _ in requires])
        try:
            built = self._cache.tree(
                _LAYOUT, key, lambda folder: self._run(program, archive.filename, folder)
            )
        except PackageError as error:
            self._failed[key] = error
            raise
        content = read_wheel(built, archive.name)
        note = f"built from source on {runtime.name}"
        return Content(content.site, content.modules, content.requires, (note, *content.notes))

    def _run(self, program: Program, name: str, folder: Path) -> None:
        outcome = self._sandbox.run(program)
        if outcome.ending is not Ending.EXITED or outcome.exit_code != 0:
            said = outcome.stderr.decode("utf-8", "replace").strip()[-_TOLD_CHARACTERS:]
            ending = f"{outcome.ending} {outcome.exit_code}"
            raise PackageError(f"{name} cannot be built ({ending}): {said}")
        with tempfile.NamedTemporaryFile(suffix=".tar") as file:
            file.write(outcome.stdout)
            file.flush()
            unpack(Path(file.name), folder, name=f"what the build of {name} made")


def source_root(tree: Path) -> Path:
    """Return the folder of an unpacked sdist that everything lies in."""
    folders = [entry for entry in tree.iterdir() if entry.is_dir()]
    return folders[0] if len(folders) == 1 else tree


def _program(root: Path, runtime: Runtime, requires: Sequence[Path]) -> Program:
    places = [f"/requires/{number}" for number in range(len(requires))]
    backend = str(_build_system(root).get("build-backend") or "")
    if backend and not _BACKEND.fullmatch(backend):
        raise PackageError(f"its build backend {backend[:80]!r} is not the name of a module")
    return Program(
        argv=(
            runtime.executable,
            "-I",
            "-B",
            "/build/build.py",
            backend,
            *places,
        ),
        environment={
            "PATH": "/usr/bin:/bin",
            "HOME": "/home",
            "TMPDIR": "/tmp",  # noqa: S108  a path of the sandbox
            "LANG": "C.UTF-8",
            "SOURCE_DATE_EPOCH": "315532800",
        },
        binds=(
            *runtime.binds,
            Bind(root, "/source"),
            *(Bind(site, at) for site, at in zip(requires, places, strict=True)),
        ),
        files=(File("/build/build.py", _DRIVER.read_bytes()),),
        limits=_LIMITS,
        host_tools=True,
    )


def _build_system(root: Path) -> dict[str, Any]:
    """Return the `[build-system]` table of an sdist (PEP 518), empty if it has none."""
    try:
        with (root / "pyproject.toml").open("rb") as file:
            content = file.read(_PYPROJECT_BYTES + 1)
        longest = max(line.count(b".") for line in content.split(b"\n"))
        if len(content) > _PYPROJECT_BYTES or longest > _PYPROJECT_DOTS:
            return {}
        table = tomllib.loads(content.decode()).get("build-system")
    except (OSError, ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def _has_setuptools(runtime: Runtime) -> bool:
    """Tell whether an interpreter has a setuptools of its own among the files that it brings."""
    minor = ".".join(map(str, runtime.release[:2]))
    return any(
        (bind.source / f"lib/python{minor}/site-packages/setuptools").is_dir()
        for bind in runtime.binds
    )
