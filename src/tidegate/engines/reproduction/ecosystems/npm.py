"""npm as an ecosystem: releases in semver's order, installed side by side as pnpm does it.

Inside the sandbox every instance of a package lies at
`/store/<name>@<version>/node_modules/<name>`, its dependencies are links beside it, and
`/work/node_modules` holds a link to the target and to each of the needs. No install script is
ever run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tidegate.engines.reproduction.ecosystems import npm_versions
from tidegate.engines.reproduction.ecosystems.as_of import Choice
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.download import Bounds
from tidegate.engines.reproduction.ecosystems.npm_registry import NpmRegistry
from tidegate.engines.reproduction.ecosystems.npm_settings import NpmSettings, read_npm_settings
from tidegate.engines.reproduction.ecosystems.npm_tree import Instance, Tree, resolve
from tidegate.engines.reproduction.packages import (
    Archive,
    Installation,
    PackageError,
    Release,
    Runtime,
    printable,
)
from tidegate.engines.reproduction.runtimes import OlderNodes, node_runtimes
from tidegate.engines.sandbox.model import Bind, Link

_FETCHES = 6
_FOLDER_CHARACTERS = 200


class Npm:
    """The packages of the registries that the user's npm settings name.

    Args:
        settings: where packages come from; by default as npm itself is set up.
        cache: where they are kept; by default the user's cache folder.
        bounds: of each fetch.
    """

    type = "npm"
    language = "javascript"

    def __init__(
        self,
        settings: NpmSettings | None = None,
        cache: Cache | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._cache = cache or Cache()
        self._registry = NpmRegistry(settings or read_npm_settings(), self._cache, bounds)
        self._older_nodes = OlderNodes(
            lambda package: self._registry.packument(package).manifests, self._fetch_node
        )

    def order(self, version: str) -> object:
        """Return a sort key in semver's order of precedence."""
        return npm_versions.order(version)

    def line(self, version: str) -> str:
        """Return the release line: the major, or `0.minor`."""
        return npm_versions.line(version)

    def releases(self, package: str) -> Sequence[Release]:
        """List every release in version order. Deprecated ones are not yanked: they still serve."""
        return [
            Release(
                package,
                version,
                prerelease=npm_versions.is_prerelease(version),
                published=manifest.uploaded,
            )
            for version, manifest in self._registry.packument(package).manifests.items()
        ]

    def refused_releases(self, package: str) -> dict[str, str]:
        """Return the versions that are listed or were, but cannot be had, and why."""
        return dict(self._registry.packument(package).refused)

    def runtimes(self) -> Sequence[Runtime]:
        """List the Nodes at hand, newest first."""
        return node_runtimes()

    def older_runtimes(self) -> Iterator[Runtime]:
        """Yield older Nodes from the registry, newest first, fetched when first asked for."""
        return iter(self._older_nodes)

    def installations(
        self,
        release: Release,
        runtime: Runtime,  # noqa: ARG002  a package of npm is the same for every Node
        needs: Sequence[tuple[str, str]],
    ) -> Iterator[Installation]:
        """Fetch a release with what it needs as of its day; then, if that differs, as of today.

        Nothing is fetched before the first installation is asked for.

        Raises:
            PackageError: the release, or something that it cannot be without, cannot be had.
        """
        target = self._registry.manifest(release.package, release.version)
        beside = [self._registry.manifest(*need) for need in needs if need[0] != target.name]
        laid_out: list[Tree] = []
        problems: list[str] = []
        for choice in Choice:
            try:
                tree = resolve(self._registry, target, beside, choice)
                if any(tree.sees == earlier.sees for earlier in laid_out):
                    continue
                if choice is Choice.NEWEST:
                    tree.notes.append("with dependencies as of today")
                installation = self._lay_out(release, tree)
            except PackageError as error:
                problems.append(str(error))
                continue
            laid_out.append(tree)
            yield installation
        if not laid_out:
            raise PackageError("; ".join(dict.fromkeys(problems)))

    def built(
        self,
        release: Release,  # noqa: ARG002
        runtime: Runtime,  # noqa: ARG002
        needs: Sequence[tuple[str, str]],  # noqa: ARG002
    ) -> Iterator[Installation]:
        """Return none: what a package of npm would build, its install scripts would."""
        return iter(())

    def sources(self, release: Release) -> Path:
        """Fetch and unpack a release: npm has no other archive of it.

        Raises:
            PackageError: it cannot be had.
        """
        return self._registry.fetch(self._registry.manifest(release.package, release.version))[0]

    def accepts(self, wanted: str, version: str) -> bool:
        """Tell whether a version is in a range as npm writes it; False if nobody can read it."""
        try:
            return npm_versions.Range(wanted).accepts(version)
        except PackageError:
            return False

    def empty(self, installation: Installation) -> Installation:
        """Return the same installation with an empty package of the target's name and version."""
        release = installation.release
        manifest = {"name": release.package, "version": release.version, "main": "index.js"}
        content = {"package.json": json.dumps(manifest), "index.js": "module.exports = {};\n"}
        tree = self._cache.tree("empty-npm-1", _digest(content), lambda at: _write(at, content))
        return replace(
            installation,
            binds=tuple(
                replace(bind, source=tree) if bind.target in installation.target_roots else bind
                for bind in installation.binds
            ),
            archives=tuple(
                archive
                for archive in installation.archives
                if (archive.name, archive.version) != (release.package, release.version)
            ),
            note=f"an empty package called {release.package}",
        )

    def close(self) -> None:
        """Close the connections to the registries."""
        self._registry.close()

    def _lay_out(self, release: Release, tree: Tree) -> Installation:
        with ThreadPoolExecutor(_FETCHES) as pool:
            fetched = dict(
                zip(
                    tree.manifests,
                    pool.map(self._registry.fetch, tree.manifests.values()),
                    strict=True,
                )
            )
        target = _place(tree.target)
        nested = [f"{target}/node_modules"] if tree.manifests[tree.target].bundled else []
        archives: list[Archive] = [archive for _, archive in fetched.values()]
        return Installation(
            release=release,
            binds=tuple(Bind(fetched[key][0], _place(key)) for key in fetched),
            links=(*_links(tree),),
            target_roots=(target,),
            dependency_roots=(*(_place(key) for key in fetched if key != tree.target), *nested),
            modules=(release.package,),
            archives=tuple(archives),
            note=printable("; ".join(tree.notes)),
        )

    def _fetch_node(self, package: str, version: str) -> Path:
        return self._registry.fetch(self._registry.manifest(package, version))[0]


def _place(instance: Instance) -> str:
    """Return where an instance lies inside of the sandbox."""
    name, version = instance
    folder = f"{name.replace('/', '+')}@{version}"
    if len(folder) > _FOLDER_CHARACTERS:
        folder = hashlib.sha256(folder.encode()).hexdigest()
    return f"/store/{folder}/node_modules/{name}"


def _links(tree: Tree) -> Iterator[Link]:
    for instance in (tree.target, *tree.needs):
        yield Link(f"/work/node_modules/{instance[0]}", _place(instance))
    for instance, sees in tree.sees.items():
        beside = _place(instance).removesuffix(instance[0])
        for alias, seen in sees.items():
            if alias != instance[0]:
                yield Link(beside + alias, _place(seen))


def _digest(content: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write(folder: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
