"""Which package a finding is about: package URLs, and the names that registries use.

A purl is read as its author wrote it, not as the purl specification would rewrite it: npm's
registry tells `JSONStream` and `jsonstream` apart. Names and versions of npm and PyPI packages are
held to what those registries can contain, because both travel on to registries and caches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from packageurl import PackageURL
from packaging.utils import InvalidName, canonicalize_name

_LONGEST_PURL: Final = 4096
# From: https://github.com/npm/validate-npm-package-name, what the registry still serves (capitals
# are old names); the few names with other signs in them would have to be quoted in every URL.
_NPM_NAME = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,213}")
_NPM_SCOPE = re.compile(r"@[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,212}")
# Wide enough for PEP 440, SemVer and what both registries took before they had rules.
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!_~-]{0,255}")


class TargetError(ValueError):
    """A text is not a package URL that can be meant; the message says why and names the mend."""


@dataclass(frozen=True, slots=True)
class Target:
    """A package, and the version that something was found in."""

    purl: str
    """As it was written."""
    type: str
    """The purl type in lower case, such as `npm`, `pypi`, `github`."""
    namespace: str | None
    """Decoded; the scope with its `@` for npm."""
    name: str
    version: str | None

    @property
    def package(self) -> str:
        """The name by which the registry knows it: `@scope/name` for npm, PEP 503 for PyPI."""
        if self.type == "pypi":
            return str(canonicalize_name(self.name))
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def parse_target(purl: str) -> Target:
    """Read a package URL of any type.

    Raises `TargetError` for what is not a package URL, and for names and versions that npm or
    PyPI cannot have.
    """
    if len(purl) > _LONGEST_PURL:
        raise TargetError(f"is longer than {_LONGEST_PURL} characters")
    if not purl.isprintable() or " " in purl:
        raise TargetError("holds spaces or invisible characters; encode them with %")
    try:
        # Not normalised: that would put npm names into lower case.
        parts = PackageURL.from_string(purl, normalize_purl=False)
        namespace = _decoded(parts.namespace)
        name = _decoded(parts.name)
        version = _decoded(parts.version)
    except ValueError as error:
        raise TargetError("is not a package URL") from error
    if name is None:
        raise TargetError("is not a package URL: it has no name")
    target = Target(purl, parts.type.lower(), namespace, name, version)
    _check_registry_rules(target)
    return target


def _decoded(part: str | None) -> str | None:
    if not part:
        return None
    text = unquote(part, errors="strict")
    if not text.isprintable():
        raise ValueError
    return text


def _check_registry_rules(target: Target) -> None:
    if target.type == "npm":
        scoped = target.namespace is None or _NPM_SCOPE.fullmatch(target.namespace)
        if not scoped or not _NPM_NAME.fullmatch(target.name):
            raise TargetError(
                "does not name an npm package; write pkg:npm/name@1.2.0 or"
                " pkg:npm/%40scope/name@1.2.0"
            )
    elif target.type == "pypi":
        if target.namespace is not None:
            raise TargetError("has a namespace, and PyPI has none; write pkg:pypi/name@1.2.0")
        try:
            canonicalize_name(target.name, validate=True)
        except InvalidName as error:
            raise TargetError("does not name a PyPI package; write pkg:pypi/name@1.2.0") from error
    else:
        return
    if target.version is not None and not _VERSION.fullmatch(target.version):
        raise TargetError("has a version that no release can have; write one such as @1.2.0")
