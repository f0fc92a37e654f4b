"""What a Python release needs, resolved to one version of each project.

The search itself is `resolvelib`'s, the one that pip uses. What is given, the target and the
needs of a finding, is never exchanged, even where a requirement excludes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import resolvelib
from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tidegate.engines.reproduction.ecosystems.as_of import Choice, preferred
from tidegate.engines.reproduction.ecosystems.pypi_artifacts import Distribution, marker_environment
from tidegate.engines.reproduction.ecosystems.pypi_index import Project
from tidegate.engines.reproduction.packages import PackageError, Runtime

_MOST_ROUNDS = 2000
_MOST_NAMES = 600
"""How many projects are asked about, found or not: a package's metadata must not make us its tool
for asking an index without end."""
_MOST_FAILURES = 12
"""How many versions of one project are tried that turn out not to be available."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The distributions beside the target, by name in order, and what was unusual."""

    distributions: tuple[Distribution, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a resolution gets its facts from."""

    project: Callable[[str], Project]
    prepare: Callable[[str, Version], Distribution]
    """Lays one version out for the interpreter; `PackageError` if it cannot be had."""


def resolve(
    given: Sequence[Distribution],
    wanted: Iterable[Requirement],
    sources: Sources,
    runtime: Runtime,
    when: datetime | None,
    choice: Choice,
) -> Resolved:
    """Resolve what the given distributions, and a few wanted ones beside them, need.

    Args:
        given: the target and the needs, in the versions that they must have.
        wanted: further requirements.
        sources: projects and their distributions.
        runtime: whose version the markers are evaluated for.
        when: the moment of the target's release, if it is known.
        choice: how versions are chosen.

    Raises:
        PackageError: no set of versions fits, or none that can be had.
    """
    provider = _Provider(given, sources, runtime, when, choice)
    roots = [need for dist in given for need in provider.needs(dist)]
    roots += [_Wanted(canonicalize_name(r.name), r.specifier, "the build") for r in wanted]
    resolver: Any = resolvelib.Resolver(provider, resolvelib.BaseReporter())
    try:
        mapping: Mapping[str, Distribution] = resolver.resolve(roots, _MOST_ROUNDS).mapping
    except resolvelib.ResolutionImpossible as error:
        causes = dict.fromkeys(str(cause.requirement) for cause in error.causes)
        reasons = [*causes, *provider.problems]
        raise PackageError("its dependencies cannot be had: " + "; ".join(reasons[:6])) from error
    except resolvelib.ResolutionError as error:
        raise PackageError(f"its dependencies cannot be resolved: {error}") from error
    names = {dist.file.project for dist in given[:1]}
    beside = {dist.file.project: dist for dist in [*given, *mapping.values()]}
    kept = [beside[name] for name in sorted(beside) if name not in names]
    return Resolved(tuple(kept), tuple(dict.fromkeys(provider.notes)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A requirement whose marker holds."""

    name: str
    specifier: SpecifierSet
    by: str

    def __str__(self) -> str:
        return f"{self.by} needs {self.name}{self.specifier}"


class _Provider(resolvelib.AbstractProvider[_Wanted, Distribution, str]):
    def __init__(
        self,
        given: Sequence[Distribution],
        sources: Sources,
        runtime: Runtime,
        when: datetime | None,
        choice: Choice,
    ) -> None:
        self._given = {dist.file.project: dist for dist in given}
        self._sources = sources
        self._environment = marker_environment(runtime)
        self._when = when
        self._choice = choice
        self.notes: list[str] = []
        self.problems: dict[str, None] = {}
        self._names: set[str] = set()

    def identify(self, requirement_or_candidate: _Wanted | Distribution) -> str:
        if isinstance(requirement_or_candidate, Distribution):
            return requirement_or_candidate.file.project
        return requirement_or_candidate.name

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> str:
        return identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[_Wanted]],
        incompatibilities: Mapping[str, Iterator[Distribution]],
    ) -> Callable[[], Iterator[Distribution]]:
        if identifier in self._given:
            return lambda: iter([self._given[identifier]])
        specifier = SpecifierSet()
        for wanted in requirements[identifier]:
            specifier &= wanted.specifier
        excluded = {dist.file.version for dist in incompatibilities[identifier]}
        versions = [v for v in self._versions(identifier, specifier) if v not in excluded]
        return lambda: self._prepared(identifier, versions)

    def is_satisfied_by(self, requirement: _Wanted, candidate: Distribution) -> bool:
        version = candidate.file.version
        if requirement.specifier.contains(version, prereleases=True):
            return True
        if candidate.file.project in self._given:
            self.notes.append(f"{requirement}, and has {version} because it was given")
            return True
        return False

    def get_dependencies(self, candidate: Distribution) -> Iterable[_Wanted]:
        return self.needs(candidate)

    def needs(self, dist: Distribution) -> list[_Wanted]:
        """Return what a distribution needs on this interpreter, without any extra."""
        by = f"{dist.file.project} {dist.file.version}"
        needed = []
        for requirement in dist.content.requires:
            if not self._applies(requirement):
                continue
            if requirement.url:
                self.notes.append(f"{by} needs {requirement.name} from elsewhere, left out")
                continue
            name = canonicalize_name(requirement.name)
            needed.append(_Wanted(name, requirement.specifier, by))
        return needed

    def _applies(self, requirement: Requirement) -> bool:
        try:
            return requirement.marker is None or requirement.marker.evaluate(self._environment)
        except (UndefinedComparison, UndefinedEnvironmentName, RecursionError):
            return False

    def _versions(self, name: str, specifier: SpecifierSet) -> list[Version]:
        """Return the versions that fit, in the order in which they should be tried."""
        self._names.add(name)
        if len(self._names) > _MOST_NAMES:
            raise PackageError(f"its dependencies name more than {_MOST_NAMES} projects")
        try:
            project = self._sources.project(name)
        except PackageError as error:
            self.problems[str(error)] = None
            return []
        fitting = list(specifier.filter(project.files))
        sound = [version for version in fitting if not project.yanked(version)] or fitting
        oldest = next((v for v in project.files if not v.is_prerelease), None)
        dated = project.dated
        return preferred(
            sound,
            lambda version: project.released(version) if dated else None,
            self._when,
            self._choice,
            bounded=oldest is not None and oldest not in fitting,
        )

    def _prepared(self, name: str, versions: Sequence[Version]) -> Iterator[Distribution]:
        failures = 0
        for version in versions:
            try:
                dist = self._sources.prepare(name, version)
            except PackageError as error:
                self.problems[str(error)] = None
                failures += 1
                if failures >= _MOST_FAILURES:
                    return
                continue
            yield dist
