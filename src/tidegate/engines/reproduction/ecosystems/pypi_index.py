"""Reading Python package indexes: which files there are of a project, and the files themselves.

Pages are read by `pypi_pages`; this file says what their files are: wheels, sdists or something
else, of which version, for whom.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from tidegate.engines.reproduction.ecosystems.as_of import believable, instant
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.download import (
    Bounds,
    Downloader,
    MissingError,
    Page,
)
from tidegate.engines.reproduction.ecosystems.pip_settings import PipSettings
from tidegate.engines.reproduction.ecosystems.pypi_pages import ACCEPT, entries
from tidegate.engines.reproduction.packages import Archive, PackageError

_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE | re.ASCII)  # PEP 508
_FILENAME = re.compile(r"[\w.+!~-]{1,255}", re.ASCII)
_WEB = ("http", "https")
_SDIST_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".zip")
_OTHER_SUFFIXES = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg", ".tar.Z", ".tar.xz")
_INSTALLER_TAIL = re.compile(r"[.-](?:win32|win-amd64|linux-\w+|macosx-.*|py\d.*|noarch|src)$")


class Kind(StrEnum):
    """What a file of an index is."""

    WHEEL = "wheel"
    SDIST = "sdist"
    OTHER = "other"
    """An installer of other times: `.exe`, `.egg`, `.msi`; never used."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a project."""

    project: str
    version: Version
    kind: Kind
    filename: str
    url: str
    digests: Mapping[str, str]
    tags: frozenset[Tag] = frozenset()
    requires_python: SpecifierSet = field(default_factory=SpecifierSet)
    yanked: bool = False
    uploaded: datetime | None = None


@dataclass(frozen=True)
class Project:
    """Everything that the indexes say about one project."""

    name: str
    files: Mapping[Version, tuple[File, ...]]
    """In version order."""
    refused: Mapping[str, str]
    """Files that cannot be used, and why."""

    def released(self, version: Version) -> datetime | None:
        """Return when the first file of a version was uploaded."""
        return self._released.get(version)

    def yanked(self, version: Version) -> bool:
        """Tell whether every file of a version is yanked (PEP 592)."""
        return version in self._yanked

    @cached_property
    def dated(self) -> bool:
        """Whether the index says believably when the project's versions were uploaded."""
        lines: dict[str, list[datetime]] = {}
        for version in self.files:
            if date := self.released(version):
                lines.setdefault(f"{version.epoch}!{version.major}", []).append(date)
        return bool(lines) and believable(lines, complete=True)

    # A resolution asks these thousands of times.
    @cached_property
    def _released(self) -> dict[Version, datetime]:
        dates = {v: [f.uploaded for f in files if f.uploaded] for v, files in self.files.items()}
        return {version: min(known) for version, known in dates.items() if known}

    @cached_property
    def _yanked(self) -> frozenset[Version]:
        return frozenset(v for v, files in self.files.items() if all(f.yanked for f in files))


class PypiIndex:
    """The indexes of a user's settings; what was read is kept in memory."""

    def __init__(self, settings: PipSettings, cache: Cache, bounds: Bounds | None = None) -> None:
        self._settings = settings
        self._cache = cache
        registries = (*settings.indexes, *settings.find_links)
        self._downloader = Downloader(registries, settings.access, bounds)
        self._projects: dict[str, Project | PackageError] = {}
        self._links: dict[str, Page] = {}

    def project(self, name: str) -> Project:
        """Return what the indexes say about a project.

        Raises:
            PackageError: there is no such project, or no sound answer about it.
        """
        if not _NAME.fullmatch(name):
            raise PackageError(f"{name[:80]!r} is not a name that a Python project can have")
        name = canonicalize_name(name)
        with self._cache.once(f"project {name}"):
            if name not in self._projects:
                self._projects[name] = self._read(name)
            found = self._projects[name]
        if isinstance(found, PackageError):
            raise found
        return found

    def fetch(self, file: File) -> tuple[Path, Archive]:
        """Return the archive of a file, fetching and checking it first if need be.

        Raises:
            PackageError: it is gone, or not what the index promised.
        """
        path, sha256 = self._downloader.archive(file.url, file.digests, self._cache)
        return path, Archive(file.project, str(file.version), file.filename, sha256)

    def close(self) -> None:
        """Close the connections to the indexes."""
        self._downloader.close()

    def _read(self, name: str) -> Project | PackageError:
        files: dict[str, File] = {}
        refused: dict[str, str] = {}
        for page in self._pages(name):
            for entry in entries(page):
                try:
                    file = _file(name, entry, page.url)
                except PackageError as error:
                    refused[str(entry.get("filename"))[:200]] = str(error)
                else:
                    if file is not None:
                        files.setdefault(file.filename, file)
        if not files and not refused:
            return PackageError(f"no index has a project {name!r}")
        by_version: dict[Version, list[File]] = defaultdict(list)
        for file in files.values():
            by_version[file.version].append(file)
        ordered = {version: tuple(by_version[version]) for version in sorted(by_version)}
        return Project(name, ordered, refused)

    def _pages(self, name: str) -> Iterator[Page]:
        for index in self._settings.indexes:
            try:
                yield self._downloader.page(f"{index.rstrip('/')}/{name}/", ACCEPT)
            except MissingError:
                continue
        for link in self._settings.find_links:
            with self._cache.once(link):
                if link not in self._links:
                    self._links[link] = self._downloader.page(link, ACCEPT)
            yield self._links[link]


def _file(name: str, entry: Mapping[str, Any], base: str) -> File | None:
    """Read one entry; None for what is no file of this project at all.

    Raises:
        PackageError: it is one, but cannot be used.
    """
    filename, url = entry.get("filename"), str(entry["url"])
    if not isinstance(filename, str) or not _FILENAME.fullmatch(filename):
        return None
    identity = _identity(name, filename)
    if identity is None:
        return None
    kind, version, tags = identity
    if urlsplit(url).scheme not in (("file",) if base.startswith("file:") else _WEB):
        raise PackageError("its index gives an address that is not on the web")
    digests = _digests(hashes if isinstance(hashes := entry.get("hashes"), dict) else {})
    if not digests and url.startswith("http:") and base.startswith("https:"):
        raise PackageError("its index gives an address that is not encrypted, and no digest")
    try:
        requires_python = SpecifierSet(str(entry.get("requires-python") or ""))
    except InvalidSpecifier:
        requires_python = SpecifierSet()  # as pip: what nobody can read excludes nobody
    return File(
        project=name,
        version=version,
        kind=kind,
        filename=filename,
        url=url,
        digests=digests,
        tags=tags,
        requires_python=requires_python,
        yanked=entry.get("yanked") not in (None, False),
        uploaded=instant(entry.get("upload-time")),
    )


def _identity(name: str, filename: str) -> tuple[Kind, Version, frozenset[Tag]] | None:
    """Read a file's name: what it is, of which version, and for whom."""
    if filename.endswith(".whl"):
        try:
            project, version, _, tags = parse_wheel_filename(filename)
        except (InvalidWheelFilename, InvalidVersion) as error:
            raise PackageError(str(error)) from error
        return (Kind.WHEEL, version, tags) if project == name else None
    for suffix in (*_SDIST_SUFFIXES, *_OTHER_SUFFIXES):
        if filename.lower().endswith(suffix.lower()):
            kind = Kind.SDIST if suffix in _SDIST_SUFFIXES else Kind.OTHER
            stem = filename[: -len(suffix)]
            break
    else:
        return None
    tail = _INSTALLER_TAIL.search(stem)
    if tail and suffix not in (".tar.gz", ".tgz", ".tar.bz2"):
        kind = Kind.OTHER
    text = _version_after(name, stem)
    if text is None:
        return None
    while kind is Kind.OTHER and (tail := _INSTALLER_TAIL.search(text)):
        text = text[: tail.start()]
    try:
        return kind, Version(text), frozenset()
    except InvalidVersion as error:
        raise PackageError(f"{text[:80]!r} is not a version by PEP 440") from error


def _version_after(name: str, stem: str) -> str | None:
    """Split `some-name-1.0` after the project's name, which may hold hyphens itself."""
    for place, character in enumerate(stem):
        if character == "-" and canonicalize_name(stem[:place]) == name:
            return stem[place + 1 :]
    return None


def _digests(hashes: Mapping[object, object]) -> dict[str, str]:
    return {
        algorithm: digest
        for algorithm, digest in hashes.items()
        if isinstance(algorithm, str)
        and isinstance(digest, str)
        and re.fullmatch(r"[0-9a-fA-F]{32,128}", digest)
    }
