"""How one release of a Python project can be had for one interpreter, best way first.

1. a wheel without native code;
2. a wheel that was built for this interpreter and platform;
3. a wheel of another platform or Python, if it holds modules in Python: PyYAML 5.1 has no other;
4. the sdist, its modules laid out without a build;
5. the sdist, built inside of the sandbox: see `pypi_build`.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from packaging import tags
from packaging.requirements import Requirement
from packaging.tags import Tag

from tidegate.engines.reproduction.ecosystems.archives import unpack
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.pypi_build import Builder
from tidegate.engines.reproduction.ecosystems.pypi_index import File, Kind, PypiIndex
from tidegate.engines.reproduction.ecosystems.pypi_layout import (
    Content,
    read_source,
    read_wheel,
    wheel_place,
)
from tidegate.engines.reproduction.packages import Archive, PackageError, Runtime

_WHEEL_LAYOUT = "wheel-1"
_SOURCE_LAYOUT = "sdist-1"


class Way(StrEnum):
    """How a release was had."""

    PURE = "pure wheel"
    NATIVE = "native wheel"
    FOREIGN = "foreign wheel"
    SOURCE = "source"
    BUILT = "built"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A release of a project, laid out."""

    file: File
    way: Way
    archive: Archive
    content: Content

    @property
    def notes(self) -> tuple[str, ...]:
        """What is unusual about it, each with its name."""
        unchecked = not self.file.digests and not self.file.url.startswith("file:")
        notes = (*self.content.notes, *(("its index gives no digest of it",) if unchecked else ()))
        return tuple(f"{self.file.project} {self.file.version}: {note}" for note in notes)


def ways(files: Sequence[File], runtime: Runtime) -> Iterator[tuple[Way, File]]:
    """Yield the ways to have a release, best first.

    Raises:
        PackageError: there is none; the message says what there is instead.
    """
    fitting = [file for file in files if runtime.version in file.requires_python]
    wheels = [file for file in fitting if file.kind is Kind.WHEEL]
    ranks = {tag: rank for rank, tag in enumerate(supported_tags(runtime.release[:2]))}
    native = sorted(
        (min(ranks[tag] for tag in file.tags if tag in ranks), file.filename, file)
        for file in wheels
        if not file.tags.isdisjoint(ranks)
    )
    ours = [file for _, _, file in native]
    foreign = [f for f in wheels if f not in ours and any(_is_python3(tag) for tag in f.tags)]
    sources = sorted(
        (file for file in fitting if file.kind is Kind.SDIST),
        key=lambda file: not file.filename.endswith(".tar.gz"),
    )
    found = [
        *((Way.PURE, file) for file in ours if all(tag.platform == "any" for tag in file.tags)),
        *((Way.NATIVE, file) for file in ours if any(tag.platform != "any" for tag in file.tags)),
        *((Way.FOREIGN, f) for f in sorted(foreign, key=lambda f: _distance(f, runtime))[:1]),
        *((Way.SOURCE, file) for file in sources[:1]),
        *((Way.BUILT, file) for file in sources[:1]),
    ]
    if not found:
        raise PackageError(_why_none(files, fitting, runtime))
    yield from found


class Artifacts:
    """Fetches files and lays them out, each way for itself."""

    def __init__(self, index: PypiIndex, cache: Cache, builder: Builder | None) -> None:
        self._index = index
        self._cache = cache
        self._builder = builder

    @property
    def can_build(self) -> bool:
        """Whether there is a sandbox to build in."""
        return self._builder is not None

    def lay_out(
        self,
        way: Way,
        file: File,
        runtime: Runtime,
        build_requires: Sequence[Distribution] = (),
    ) -> Distribution:
        """Fetch and lay out one file.

        Raises:
            PackageError: it cannot be had this way.
        """
        path, archive = self._index.fetch(file)
        layout = _WHEEL_LAYOUT if file.kind is Kind.WHEEL else _SOURCE_LAYOUT
        place = wheel_place if file.kind is Kind.WHEEL else None
        tree = self._cache.tree(
            layout, archive.sha256, lambda folder: unpack(path, folder, place, name=file.filename)
        )
        content: Content | None
        if way is Way.BUILT:
            if self._builder is None:
                raise PackageError(f"{file.filename} has to be built, and there is no sandbox")
            content = self._builder.build(
                tree, archive, runtime, [(d.content.site, d.archive) for d in build_requires]
            )
        elif file.kind is Kind.WHEEL:
            content = read_wheel(tree, file.project)
        else:
            content = read_source(tree, file.project)
        if content is None or not content.modules:
            raise PackageError(f"{file.filename} holds no modules that can be used as they are")
        if way is Way.FOREIGN:
            content = _as_foreign(content, file)
        return Distribution(file, way, archive, content)

    def source(self, file: File) -> tuple[Path, Archive]:
        """Fetch and unpack an sdist.

        Raises:
            PackageError: it cannot be had.
        """
        path, archive = self._index.fetch(file)
        tree = self._cache.tree(
            _SOURCE_LAYOUT, archive.sha256, lambda folder: unpack(path, folder, name=file.filename)
        )
        return tree, archive

    def build_requirements(self, file: File, runtime: Runtime) -> tuple[Requirement, ...]:
        """Return what an sdist says that its build needs."""
        tree, _ = self.source(file)
        return self._builder.requirements(tree, runtime) if self._builder else ()


@lru_cache(maxsize=64)
def supported_tags(python: tuple[int, int]) -> tuple[Tag, ...]:
    """Return the wheel tags that a CPython of this version takes on this machine, best first."""
    major, minor = python
    # Until 3.7 the name of the ABI says that it was built with pymalloc.
    abi = f"cp{major}{minor}" + ("m" if python < (3, 8) else "")
    platforms = list(tags.platform_tags())
    return (
        *tags.cpython_tags(python_version=python, abis=[abi], platforms=platforms),
        *tags.compatible_tags(
            python_version=python, interpreter=f"cp{major}{minor}", platforms=platforms
        ),
    )


def marker_environment(runtime: Runtime) -> dict[str, str]:
    """Return what environment markers (PEP 508) are evaluated against."""
    return {
        "implementation_name": "cpython",
        "implementation_version": runtime.version,
        "os_name": "posix",
        "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython",
        "platform_release": platform.release(),
        "platform_system": "Linux",
        "platform_version": platform.version(),
        "python_full_version": runtime.version,
        "python_version": ".".join(map(str, runtime.release[:2])),
        "sys_platform": "linux",
        "extra": "",
    }


def _as_foreign(content: Content, file: File) -> Content:
    """Keep of a foreign wheel what is written in Python."""
    site = content.site
    usable = tuple(
        name for name in content.modules if (site / name).is_dir() or (site / f"{name}.py").exists()
    )
    if not usable or not any(site.rglob("*.py")):
        raise PackageError(f"{file.filename} holds no modules in Python")
    note = f"the wheel of another platform or Python, {file.filename}"
    return Content(site, usable, content.requires, (note, *content.notes))


def _is_python3(tag: Tag) -> bool:
    return tag.interpreter.startswith(("cp3", "py3", "pp3"))


def _distance(file: File, runtime: Runtime) -> tuple[int, str]:
    """Rank foreign wheels: those of this Python, then of the nearest one before, then after."""
    ours = runtime.release[1]
    distances = []
    for tag in file.tags:
        minor = tag.interpreter[3:]
        theirs = int(minor) if minor.isdecimal() else ours
        distances.append(ours - theirs if theirs <= ours else 100 + theirs - ours)
    return min(distances, default=1000), file.filename


def _why_none(files: Sequence[File], fitting: Sequence[File], runtime: Runtime) -> str:
    name = f"{files[0].project} {files[0].version}" if files else "the release"
    if not files:
        return "the indexes list no file of the release"
    if not fitting:
        wanted = sorted({str(file.requires_python) for file in files})
        return f"{name} is not for {runtime.name}: it requires Python {' or '.join(wanted)}"
    listed = ", ".join(sorted(file.filename for file in fitting)[:5])
    return f"{name} has no wheel or sdist that can be used on {runtime.name}, only {listed}"
