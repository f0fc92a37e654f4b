"""PyPI as an ecosystem: releases in the order of PEP 440, each project in a folder of its own.

Inside the sandbox the target lies at `/target`, everything else at `/deps/0`, `/deps/1` and so on;
each of these is a folder for `sys.path`. Nothing of a package is executed to fetch it; a build from
source, where there is no other way, happens in the sandbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tidegate.engines.reproduction.ecosystems.as_of import Choice
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.download import Bounds
from tidegate.engines.reproduction.ecosystems.pip_settings import PipSettings, read_pip_settings
from tidegate.engines.reproduction.ecosystems.pypi_artifacts import (
    Artifacts,
    Distribution,
    Way,
    ways,
)
from tidegate.engines.reproduction.ecosystems.pypi_build import Builder, source_root
from tidegate.engines.reproduction.ecosystems.pypi_index import File, Kind, PypiIndex
from tidegate.engines.reproduction.ecosystems.pypi_tree import Resolved, Sources, resolve
from tidegate.engines.reproduction.packages import (
    Installation,
    PackageError,
    Release,
    Runtime,
    printable,
)
from tidegate.engines.reproduction.runtimes import python_runtimes
from tidegate.engines.sandbox.model import Bind, Sandbox

_TARGET = "/target"
_DEPENDENCIES = "/deps"


class Pypi:
    """The projects of the indexes that the user's pip settings name.

    Args:
        settings: where packages come from; by default as pip itself is set up.
        cache: where they are kept; by default the user's cache folder.
        sandbox: where sources are built; without one they are not.
        bounds: of each fetch.
    """

    type = "pypi"
    language = "python"

    def __init__(
        self,
        settings: PipSettings | None = None,
        cache: Cache | None = None,
        sandbox: Sandbox | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._cache = cache or Cache()
        self._index = PypiIndex(settings or read_pip_settings(), self._cache, bounds)
        builder = Builder(sandbox, self._cache) if sandbox else None
        self._artifacts = Artifacts(self._index, self._cache, builder)

    def order(self, version: str) -> object:
        """Return a sort key in the order of PEP 440."""
        return _version(version)

    def line(self, version: str) -> str:
        """Return the release line: the major, or `0.minor`; with its epoch if it has one."""
        parsed = _version(version)
        epoch = f"{parsed.epoch}!" if parsed.epoch else ""
        return epoch + (str(parsed.major) if parsed.major else f"0.{parsed.minor}")

    def releases(self, package: str) -> Sequence[Release]:
        """List every release in version order, by its normalised version."""
        project = self._index.project(package)
        return [
            Release(
                package,
                str(version),
                prerelease=version.is_prerelease,
                yanked=project.yanked(version),
                published=project.released(version) if project.dated else None,
            )
            for version in project.files
        ]

    def refused_releases(self, package: str) -> dict[str, str]:
        """Return the listed files whose version or name cannot be read, and why."""
        return dict(self._index.project(package).refused)

    def runtimes(self) -> Sequence[Runtime]:
        """List the CPythons at hand, newest first."""
        return python_runtimes()

    def older_runtimes(self) -> Iterator[Runtime]:
        """Return none: no registry package carries a whole CPython."""
        return iter(())

    def installations(
        self, release: Release, runtime: Runtime, needs: Sequence[tuple[str, str]]
    ) -> Iterator[Installation]:
        """Fetch a release for an interpreter, one way after another, each when it is asked for.

        The ways are those of `pypi_artifacts` that need no build, with dependencies as of the
        release's day, then with those of today.

        Raises:
            PackageError: there is no way; the message has the reason of each that was tried.
        """
        attempt = _Attempt(self._index, self._artifacts, release, runtime, needs)
        return self._made(attempt, attempt.ready())

    def built(
        self, release: Release, runtime: Runtime, needs: Sequence[tuple[str, str]]
    ) -> Iterator[Installation]:
        """Fetch a release and build its sdist for an interpreter, and what it needs if need be.

        Raises:
            PackageError: there is no sdist, no sandbox, or the build fails.
        """
        attempt = _Attempt(self._index, self._artifacts, release, runtime, needs)
        return self._made(attempt, attempt.to_build())

    def _made(
        self, attempt: _Attempt, plan: Iterator[tuple[Way, File, Choice]]
    ) -> Iterator[Installation]:
        problems: list[str] = []
        given = 0
        for way, file, choice in plan:
            try:
                installation = attempt.make(way, file, choice)
            except PackageError as error:
                problems.append(str(error))
                continue
            if installation is not None:
                given += 1
                yield installation
        if not given:
            raise PackageError("; ".join(dict.fromkeys(problems)) or "it cannot be had")

    def sources(self, release: Release) -> Path:
        """Fetch and unpack the sdist of a release; nothing is built.

        Raises:
            PackageError: it has none, or it cannot be had.
        """
        files = self._index.project(release.package).files.get(_version(release.version), ())
        sdist = next((file for file in files if file.kind is Kind.SDIST), None)
        if sdist is None:
            raise PackageError(f"{release.package} {release.version} has no sdist")
        return source_root(self._artifacts.source(sdist)[0])

    def accepts(self, wanted: str, version: str) -> bool:
        """Tell whether a version is in a specifier (PEP 440); False if nobody can read it."""
        try:
            return SpecifierSet(wanted).contains(version, prereleases=True)
        except (InvalidSpecifier, InvalidVersion):
            return False

    def empty(self, installation: Installation) -> Installation:
        """Return the same installation with empty packages under the target's module names."""
        key = hashlib.sha256("\n".join(installation.modules).encode()).hexdigest()
        tree = self._cache.tree("empty-pypi-1", key, lambda at: _write(at, installation.modules))
        project = canonicalize_name(installation.release.package)
        return replace(
            installation,
            binds=tuple(
                replace(bind, source=tree) if bind.target in installation.target_roots else bind
                for bind in installation.binds
            ),
            archives=tuple(a for a in installation.archives if a.name != project),
            note=f"an empty package called {installation.release.package}",
        )

    def close(self) -> None:
        """Close the connections to the indexes."""
        self._index.close()


class _Attempt:
    """One release on one interpreter: what was laid out so far, and in which combinations."""

    def __init__(
        self,
        index: PypiIndex,
        artifacts: Artifacts,
        release: Release,
        runtime: Runtime,
        needs: Sequence[tuple[str, str]],
    ) -> None:
        self._index = index
        self._artifacts = artifacts
        self._release = release
        self._runtime = runtime
        self._project = index.project(release.package)
        self._version = _version(release.version)
        self._needs = [n for n in needs if canonicalize_name(n[0]) != self._project.name]
        self._made: set[tuple[str, ...]] = set()
        self._prepared: dict[tuple[str, Version, bool], Distribution | PackageError] = {}

    def ready(self) -> Iterator[tuple[Way, File, Choice]]:
        """Plan the ways that need no build."""
        found = [(way, file) for way, file in self._ways() if way is not Way.BUILT]
        yield from ((way, file, Choice.THEN) for way, file in found)
        yield from ((way, file, Choice.NEWEST) for way, file in found)

    def to_build(self) -> Iterator[tuple[Way, File, Choice]]:
        """Plan the builds; a release with a wheel for every platform would come out the same."""
        found = self._ways() if self._artifacts.can_build else []
        if not any(way is Way.PURE for way, _ in found):
            yield from ((way, file, Choice.THEN) for way, file in found if way is Way.BUILT)

    def _ways(self) -> list[tuple[Way, File]]:
        if self._version not in self._project.files:
            raise PackageError(f"no index lists {self._release.package} {self._release.version}")
        return list(ways(self._project.files[self._version], self._runtime))

    def make(self, way: Way, file: File, choice: Choice) -> Installation | None:
        """Make one installation; None if it is the same as one before."""
        build = way is Way.BUILT
        target = self._built(file) if build else self._artifacts.lay_out(way, file, self._runtime)
        needs = [self._prepare(name, _version(version), build) for name, version in self._needs]
        resolved = self._resolve([target, *needs], choice, build)
        everything = (target, *resolved.distributions)
        identity = (way, *(dist.archive.sha256 for dist in everything))
        if identity in self._made:
            return None
        self._made.add(identity)
        return self._lay_out(everything, resolved, choice)

    def _resolve(self, given: Sequence[Distribution], choice: Choice, build: bool) -> Resolved:
        sources = Sources(
            self._index.project, lambda name, version: self._prepare(name, version, build)
        )
        when = self._project.released(self._version)
        return resolve(given, (), sources, self._runtime, when, choice)

    def _prepare(self, name: str, version: Version, build: bool) -> Distribution:
        """Lay out a dependency in the best way that works; what needs a build only if asked to."""
        key = (canonicalize_name(name), version, build)
        if key not in self._prepared:
            try:
                self._prepared[key] = self._prepare_anew(name, version, build)
            except PackageError as error:
                self._prepared[key] = error
        found = self._prepared[key]
        if isinstance(found, PackageError):
            raise found
        return found

    def _prepare_anew(self, name: str, version: Version, build: bool) -> Distribution:
        project = self._index.project(name)
        if version not in project.files:
            raise PackageError(f"no index lists {name} {version}")
        problems: list[str] = []
        found = list(ways(project.files[version], self._runtime))
        if build:
            # A build is better than bare sources, which may lack what they were to generate.
            found.sort(key=lambda entry: entry[0] is Way.SOURCE)
        for way, file in found:
            try:
                if way is not Way.BUILT:
                    return self._artifacts.lay_out(way, file, self._runtime)
                if build:
                    return self._built(file)
            except PackageError as error:
                problems.append(str(error))
        raise PackageError("; ".join(problems) or f"{name} {version} cannot be had")

    def _built(self, file: File) -> Distribution:
        """Build an sdist with what it says that its build needs, of its day or of today."""
        requires = self._artifacts.build_requirements(file, self._runtime)
        problems: list[str] = []
        for choice in Choice:
            try:
                sources = Sources(
                    self._index.project, lambda name, version: self._prepare(name, version, False)
                )
                resolved = resolve((), requires, sources, self._runtime, file.uploaded, choice)
                return self._artifacts.lay_out(
                    Way.BUILT, file, self._runtime, resolved.distributions
                )
            except PackageError as error:
                problems.append(str(error))
            if not requires:
                break
        raise PackageError("; ".join(dict.fromkeys(problems)))

    def _lay_out(
        self, everything: Sequence[Distribution], resolved: Resolved, choice: Choice
    ) -> Installation:
        target, beside = everything[0], everything[1:]
        places = tuple(f"{_DEPENDENCIES}/{number}" for number in range(len(beside)))
        notes = [*(note for dist in everything for note in dist.notes), *resolved.notes]
        if choice is Choice.NEWEST:
            notes.append("with dependencies as of today")
        return Installation(
            release=self._release,
            binds=(
                Bind(target.content.site, _TARGET),
                *(Bind(d.content.site, at) for d, at in zip(beside, places, strict=True)),
            ),
            target_roots=(_TARGET,),
            dependency_roots=places,
            search_path=(_TARGET, *places),
            modules=target.content.modules,
            archives=tuple(dist.archive for dist in everything),
            note=printable("; ".join(dict.fromkeys(notes))),
        )


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise PackageError(
            f"{text[:80]!r} is not a version by PEP 440; Python's look like 1.2.3 or 1.2.3rc1"
        ) from error


def _write(folder: Path, modules: Sequence[str]) -> None:
    for name in modules:
        (folder / name).mkdir(mode=0o755)
        (folder / name / "__init__.py").touch(mode=0o644)
