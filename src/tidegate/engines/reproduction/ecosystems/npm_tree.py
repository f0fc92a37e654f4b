"""Which instances of which packages a release of npm needs: every package finds its own.

As in pnpm, there is one instance of each version, and each instance sees exactly what its manifest
names. Cycles are links and need no special care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tidegate.engines.reproduction.ecosystems import npm_versions
from tidegate.engines.reproduction.ecosystems.as_of import Choice, preferred
from tidegate.engines.reproduction.ecosystems.npm_registry import (
    Manifest,
    NpmRegistry,
    Packument,
    is_name,
)
from tidegate.engines.reproduction.packages import PackageError

_MOST_INSTANCES = 600
_MOST_NAMES = 2000
"""How many packages are asked about, found or not: a registry's answers must not make us its tool
for asking others without end."""
_FETCHES = 6

Instance = tuple[str, str]
"""Name and version."""


@dataclass(slots=True)
class Tree:
    """Instances and what each of them sees under which name."""

    target: Instance
    needs: tuple[Instance, ...]
    manifests: dict[Instance, Manifest] = field(default_factory=dict)
    sees: dict[Instance, dict[str, Instance]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def resolve(
    registry: NpmRegistry, target: Manifest, needs: Sequence[Manifest], choice: Choice
) -> Tree:
    """Choose an instance for everything that the target and the needs name, and so on.

    Raises:
        PackageError: something necessary cannot be had, or it is more than 600 packages.
    """
    return _Resolver(registry, target, needs, choice).run()


class _Resolver:
    def __init__(
        self, registry: NpmRegistry, target: Manifest, needs: Sequence[Manifest], choice: Choice
    ) -> None:
        self._registry = registry
        self._when = target.uploaded
        self._choice = choice
        self._given = (target, *needs)
        self._absent: set[tuple[Instance, str]] = set()
        self._names: set[str] = set()
        self.tree = Tree(_key(target), tuple(_key(need) for need in needs))

    def run(self) -> Tree:
        with ThreadPoolExecutor(_FETCHES) as pool:
            level: list[Manifest] = [self._add(manifest) for manifest in self._given]
            while level:
                names = {name for manifest in level for name in _names(manifest)}
                self._ask_about(names)
                list(pool.map(self._look_ahead, names))
                level = [new for manifest in level for new in self._wire(manifest)]
                if not level:
                    level = [
                        new for m in list(self.tree.manifests.values()) for new in self._meet(m)
                    ]
        return self.tree

    def _look_ahead(self, name: str) -> None:
        """Have a packument in memory before it is asked for; failures come up when it is."""
        try:
            self._registry.packument(name)
        except PackageError:
            return

    def _ask_about(self, names: Iterable[str]) -> None:
        self._names.update(names)
        if len(self._names) > _MOST_NAMES:
            raise PackageError(f"{_name(self._given[0])} names more than {_MOST_NAMES} packages")

    def _add(self, manifest: Manifest) -> Manifest:
        self.tree.manifests[_key(manifest)] = manifest
        self.tree.sees[_key(manifest)] = {}
        if manifest.scripted:
            self._note(f"the install script of {_name(manifest)} was not run")
        if len(self.tree.manifests) > _MOST_INSTANCES:
            raise PackageError(
                f"{_name(self._given[0])} needs more than {_MOST_INSTANCES} packages"
            )
        return manifest

    def _wire(self, manifest: Manifest) -> Iterator[Manifest]:
        """Choose what an instance depends on; yield the instances that are new."""
        for alias, wanted in manifest.dependencies.items():
            if alias not in manifest.bundled:
                yield from self._connect(manifest, alias, wanted)
        for alias, wanted in manifest.optional.items():
            if alias in manifest.bundled:
                continue
            try:
                yield from self._connect(manifest, alias, wanted, optional=True)
            except PackageError as error:
                self._note(f"optional {alias} was left out: {error}")

    def _meet(self, manifest: Manifest) -> Iterator[Manifest]:
        """Give an instance its peers: those in the tree if they fit, else new ones."""
        seen = self.tree.sees[_key(manifest)]
        for alias, wanted in manifest.peers.items():
            left_out = alias in manifest.optional_peers or (_key(manifest), alias) in self._absent
            if alias in seen or left_out:
                continue
            present = [key for key in self.tree.manifests if key[0] == alias]
            fitting = [key for key in present if _fits(wanted, key[1])]
            if fitting or present:
                seen[alias] = (fitting or present)[0]
                continue
            try:
                yield from self._connect(manifest, alias, wanted)
            except PackageError as error:
                self._absent.add((_key(manifest), alias))
                self._note(f"peer {alias} of {_name(manifest)} was left out: {error}")

    def _connect(
        self, manifest: Manifest, alias: str, wanted: str, *, optional: bool = False
    ) -> Iterator[Manifest]:
        name, wanted = _aliased(alias, wanted)
        if not is_name(alias):  # it becomes a path in the sandbox
            self._note(f"{_name(manifest)} names a dependency {alias[:80]!r}, which is no name")
            return
        if _is_elsewhere(wanted):
            self._note(f"{alias} of {_name(manifest)} is not in a registry: {wanted[:80]}")
            return
        try:
            chosen = self._choose(name, wanted)
        except PackageError as error:
            raise PackageError(f"{_name(manifest)} needs {name} {wanted}: {error}") from error
        if optional and chosen.elsewhere:
            return
        self.tree.sees[_key(manifest)][alias] = _key(chosen)
        if _key(chosen) not in self.tree.manifests:
            yield self._add(chosen)

    def _choose(self, name: str, wanted: str) -> Manifest:
        for given in self._given:
            if given.name == name and _fits(wanted, given.version):
                return given
        self._ask_about([name])
        packument = self._registry.packument(name)
        if wanted in packument.tags:
            tagged = packument.manifests[packument.tags[wanted]]
            if self._choice is Choice.NEWEST or not (self._when and tagged.uploaded):
                return tagged
            wanted = "*"
        versions = npm_versions.Range(wanted)
        satisfying = [m for v, m in packument.manifests.items() if versions.accepts(v)]
        if not satisfying:
            raise PackageError(f"no released version of {name} is in {wanted!r}")
        return preferred(
            satisfying,
            lambda manifest: manifest.uploaded,
            self._when,
            self._choice,
            bounded=satisfying[0] is not _oldest(packument),
        )[0]

    def _note(self, text: str) -> None:
        if text not in self.tree.notes:
            self.tree.notes.append(text)


def _oldest(packument: Packument) -> Manifest | None:
    stable = (v for v in packument.manifests if not npm_versions.is_prerelease(v))
    first = next(stable, None)
    return packument.manifests[first] if first else None


def _aliased(alias: str, wanted: str) -> tuple[str, str]:
    """Read `npm:other@^1.0.0`: another package under this name."""
    if not wanted.startswith("npm:"):
        return alias, wanted
    name, at, version = wanted[4:].rpartition("@")
    return (name, version) if name else (at + version, "*")


def _is_elsewhere(wanted: str) -> bool:
    """Tell whether a dependency is an address, a path or a repository instead of a range."""
    return ":" in wanted or "/" in wanted


def _fits(wanted: str, version: str) -> bool:
    try:
        return npm_versions.Range(wanted).accepts(version)
    except PackageError:
        return False


def _names(manifest: Manifest) -> Iterable[str]:
    both: Mapping[str, str] = {**manifest.dependencies, **manifest.optional}
    for alias, wanted in both.items():
        name, wanted = _aliased(alias, wanted)
        if alias not in manifest.bundled and not _is_elsewhere(wanted):
            yield name


def _key(manifest: Manifest) -> Instance:
    return manifest.name, manifest.version


def _name(manifest: Manifest) -> str:
    return f"{manifest.name}@{manifest.version}"
