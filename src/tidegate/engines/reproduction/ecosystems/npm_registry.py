"""Reading an npm registry: what a package has released, and the archives of its releases.

Source of the formats: npm's "package-metadata" and "package.json" documentation. Every field is
somebody else's text: what has the wrong shape is left out, and nothing of it becomes a path
before its form was checked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from tidegate.engines.reproduction.ecosystems import npm_versions
from tidegate.engines.reproduction.ecosystems.addresses import resolved, shown
from tidegate.engines.reproduction.ecosystems.archives import unpack, without_first_folder
from tidegate.engines.reproduction.ecosystems.as_of import believable, instant
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.documents import json_object, mapping
from tidegate.engines.reproduction.ecosystems.download import Bounds, Downloader, MissingError
from tidegate.engines.reproduction.ecosystems.npm_settings import NPM, NpmSettings
from tidegate.engines.reproduction.packages import Archive, PackageError

_LAYOUT = "npm-1"
_PART = r"[a-z0-9~_!'()*-][a-z0-9~_.!'()*-]*"
_NAME = re.compile(rf"(?:@{_PART}/)?{_PART}", re.IGNORECASE | re.ASCII)
_NAME_CHARACTERS = 214
_MOST_DEPENDENCIES = 1000
_FILENAME = re.compile(r"[\w.@%+~-]{1,255}", re.ASCII)
_INSTALL_SCRIPTS = ("preinstall", "install", "postinstall")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One release, as far as an installation needs to know it."""

    name: str
    version: str
    tarball: str
    digests: Mapping[str, str]
    """In hex by algorithm."""
    uploaded: datetime | None = None
    """When it was released; None where the registry does not say so believably."""
    dependencies: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    peers: Mapping[str, str] = field(default_factory=dict)
    optional_peers: frozenset[str] = frozenset()
    bundled: frozenset[str] = frozenset()
    """Names of dependencies that lie in the archive itself."""
    scripted: bool = False
    """Whether a client would run a script of it at install; this one never does."""
    elsewhere: bool = False
    """Whether it says that it is not for Linux."""

    def __hash__(self) -> int:
        return hash((self.name, self.version))


@dataclass(frozen=True, slots=True)
class Packument:
    """Everything that a registry says about one package."""

    name: str
    manifests: Mapping[str, Manifest]
    """By version, in version order."""
    tags: Mapping[str, str]
    refused: Mapping[str, str]
    """Listed versions that cannot be used, and why."""


class NpmRegistry:
    """The registries of a user's settings; what was read is kept in memory."""

    def __init__(self, settings: NpmSettings, cache: Cache, bounds: Bounds | None = None) -> None:
        self._settings = settings
        self._cache = cache
        registries = (settings.registry, *settings.scopes.values())
        self._downloader = Downloader(registries, settings.access, bounds)
        self._packuments: dict[str, Packument | PackageError] = {}

    def packument(self, name: str) -> Packument:
        """Return what the registry says about a package.

        Raises:
            PackageError: there is no such package, or no sound answer about it.
        """
        with self._cache.once(f"packument {name}"):
            if name not in self._packuments:
                try:
                    self._packuments[name] = self._read(name)
                except MissingError as error:
                    self._packuments[name] = PackageError(f"npm has no package {name!r}: {error}")
            found = self._packuments[name]
        if isinstance(found, PackageError):
            raise found
        return found

    def manifest(self, name: str, version: str) -> Manifest:
        """Return one release.

        Raises:
            PackageError: it does not exist, or is refused.
        """
        packument = self.packument(name)
        if version in packument.manifests:
            return packument.manifests[version]
        why = packument.refused.get(version, "the registry lists no such version")
        raise PackageError(f"{name}@{version} cannot be had: {why}")

    def fetch(self, manifest: Manifest) -> tuple[Path, Archive]:
        """Return a release's unpacked tree, fetching, checking and unpacking it first if need be.

        Raises:
            PackageError: it is gone, not what the registry promised, or refused.
        """
        path, sha256 = self._downloader.archive(manifest.tarball, manifest.digests, self._cache)
        filename = urlsplit(manifest.tarball).path.rpartition("/")[2]
        if not _FILENAME.fullmatch(filename):
            filename = f"{manifest.name.rpartition('/')[2]}-{manifest.version}.tgz"
        tree = self._cache.tree(
            _LAYOUT,
            sha256,
            lambda folder: unpack(path, folder, without_first_folder, name=filename),
        )
        return tree, Archive(manifest.name, manifest.version, filename, sha256)

    def close(self) -> None:
        """Close the connections to the registries."""
        self._downloader.close()

    def _read(self, name: str) -> Packument:
        if not is_name(name):
            raise PackageError(f"{name!r} is not a name that an npm package can have")
        registry = self._settings.registry_for(name)
        url = registry + quote(name, safe="@")
        page = self._downloader.page(url, "application/json")
        document = json_object(page, "package document")
        if (other := document.get("name", name)) != name:
            raise PackageError(f"{shown(url)} is the document of another package, {other!r:.200}")
        return _packument(name, document, registry)


def is_name(text: str) -> bool:
    """Tell whether a text has the form of a package's name, so that it is safe in a path."""
    named = _NAME.fullmatch(text) and len(text) <= _NAME_CHARACTERS
    return bool(named) and text.lower() != "node_modules"


def _packument(name: str, document: Mapping[str, Any], registry: str) -> Packument:
    refused: dict[str, str] = {}
    times = mapping(document.get("time"))
    found: dict[str, Mapping[str, Any]] = {}
    for version, entry in mapping(document.get("versions")).items():
        try:
            _check_version(version)
        except PackageError as error:
            refused[version] = str(error)
        else:
            found[version] = mapping(entry)
    for version in times.keys() - found.keys() - refused.keys():
        if version[:1].isdigit():
            refused[version] = "it was unpublished"
    dates = _dates(sorted(found, key=npm_versions.order), times)
    manifests: dict[str, Manifest] = {}
    for version in sorted(found, key=npm_versions.order):
        try:
            manifests[version] = _manifest(
                name, version, found[version], dates.get(version), registry
            )
        except PackageError as error:
            refused[version] = str(error)
    tags = {
        tag: version
        for tag, version in _texts(document.get("dist-tags")).items()
        if version in manifests
    }
    if not manifests and not refused:
        raise PackageError(f"npm has no release of {name!r}: all of it was unpublished")
    return Packument(name, manifests, tags, refused)


def _check_version(version: str) -> None:
    """Refuse what is no version, or with spaces around it or in it: it becomes a path here."""
    npm_versions.parse(version)
    if version != "".join(version.split()):
        raise PackageError("there are spaces in it")


def _dates(versions: list[str], times: Mapping[str, Any]) -> dict[str, datetime]:
    dates = {version: date for version in versions if (date := instant(times.get(version)))}
    lines: dict[str, list[datetime]] = defaultdict(list)
    for version in versions:
        if version in dates:
            lines[npm_versions.line(version)].append(dates[version])
    return dates if believable(lines, complete="created" in times) else {}


def _manifest(
    name: str,
    version: str,
    entry: Mapping[str, Any],
    uploaded: datetime | None,
    registry: str,
) -> Manifest:
    dist = mapping(entry.get("dist"))
    tarball = dist.get("tarball")
    tarball = resolved(registry, tarball) if isinstance(tarball, str) and tarball else ""
    if urlsplit(tarball).scheme not in ("http", "https"):
        raise PackageError("the registry gives no address on the web for its archive")
    optional = _texts(entry.get("optionalDependencies"))
    dependencies = _texts(entry.get("dependencies"))
    bundled = entry.get("bundledDependencies", entry.get("bundleDependencies"))
    if not isinstance(bundled, list):
        bundled = list(dependencies) if bundled is True else []
    peers = _texts(entry.get("peerDependencies"))
    if len(dependencies) + len(optional) + len(peers) > _MOST_DEPENDENCIES:
        raise PackageError(f"it names more than {_MOST_DEPENDENCIES} dependencies")
    return Manifest(
        name=name,
        version=version,
        tarball=_as_configured(tarball, registry),
        digests=_digests(dist),
        uploaded=uploaded,
        dependencies={k: v for k, v in dependencies.items() if k not in optional},
        optional=optional,
        peers=peers,
        optional_peers=frozenset(
            peer
            for peer, meta in mapping(entry.get("peerDependenciesMeta")).items()
            if mapping(meta).get("optional") is True
        ),
        bundled=frozenset(n for n in bundled if isinstance(n, str)),
        scripted=entry.get("hasInstallScript") is True
        or any(script in mapping(entry.get("scripts")) for script in _INSTALL_SCRIPTS),
        elsewhere=not _includes(entry.get("os"), "linux"),
    )


def _digests(dist: Mapping[str, Any]) -> dict[str, str]:
    """Read Subresource Integrity, or the older SHA-1.

    Raises:
        PackageError: there is neither; what cannot be checked is not used.
    """
    digests: dict[str, str] = {}
    if isinstance(integrity := dist.get("integrity"), str):
        for part in integrity.split():
            algorithm, _, encoded = part.partition("?")[0].partition("-")
            if algorithm in ("sha512", "sha384", "sha256", "sha1"):
                try:
                    digests[algorithm] = base64.b64decode(encoded, validate=True).hex()
                except (binascii.Error, ValueError):
                    continue
    shasum = dist.get("shasum")
    if not digests and isinstance(shasum, str) and re.fullmatch(r"[0-9a-f]{40}", shasum):
        digests["sha1"] = shasum
    if not digests:
        raise PackageError("the registry gives no digest of its archive")
    return digests


def _as_configured(tarball: str, registry: str) -> str:
    """Point an archive's address at the configured registry, as npm does (`replace-registry-host`).

    A mirror may serve npm's own documents, in which the archives still lie at npm's address.
    """
    ours, theirs = urlsplit(registry), urlsplit(tarball)
    public = urlsplit(NPM).netloc
    if theirs.netloc == public and ours.netloc != public:
        path = ours.path.rstrip("/") + theirs.path
        return urlunsplit((ours.scheme, ours.netloc, path, "", ""))
    if theirs.netloc == ours.netloc:
        return urlunsplit((ours.scheme, *theirs[1:4], ""))
    return tarball


def _includes(platforms: object, ours: str) -> bool:
    """Read an `os` list: names, or names with `!` that are excluded."""
    if isinstance(platforms, str):
        platforms = [platforms]
    if not isinstance(platforms, list) or not platforms:
        return True
    names = [name for name in platforms if isinstance(name, str)]
    if f"!{ours}" in names:
        return False
    return ours in names or "any" in names or all(name.startswith("!") for name in names)


def _texts(value: object) -> dict[str, str]:
    return {k: v for k, v in mapping(value).items() if isinstance(v, str)}
