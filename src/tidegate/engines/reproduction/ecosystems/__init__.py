"""Worlds of packages: npm and PyPI, behind the `Ecosystem` protocol of `packages`."""

from __future__ import annotations

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.npm import Npm
from tidegate.engines.reproduction.ecosystems.pypi import Pypi
from tidegate.engines.reproduction.packages import Ecosystem, PackageError
from tidegate.engines.sandbox.model import Sandbox

TYPES = ("npm", "pypi")
"""The package URL types that can be reproduced."""


def ecosystem_for(
    purl_type: str, *, cache: Cache | None = None, sandbox: Sandbox | None = None
) -> Ecosystem:
    """Return the ecosystem of a package URL type, set up as the user's own client is.

    Args:
        purl_type: `npm` or `pypi`.
        cache: where packages are kept; by default the user's cache folder.
        sandbox: where sources are built, if there is no other way to have a release.

    Raises:
        PackageError: the type is another one.
    """
    if purl_type == "npm":
        return Npm(cache=cache)
    if purl_type == "pypi":
        return Pypi(cache=cache, sandbox=sandbox)
    raise PackageError(
        f"packages of type {purl_type!r} cannot be reproduced yet; those of {', '.join(TYPES)} can"
    )


__all__ = ["TYPES", "Cache", "Npm", "Pypi", "ecosystem_for"]
