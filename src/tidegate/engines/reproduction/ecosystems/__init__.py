"""Worlds of packages: npm and PyPI, behind the `Ecosystem` protocol of `packages`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from types import MappingProxyType
from typing import Self

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.download import Bounds
from tidegate.engines.reproduction.ecosystems.npm import Npm
from tidegate.engines.reproduction.ecosystems.npm_settings import NpmSettings
from tidegate.engines.reproduction.ecosystems.pip_settings import PipSettings
from tidegate.engines.reproduction.ecosystems.pypi import Pypi
from tidegate.engines.reproduction.packages import Ecosystem
from tidegate.engines.sandbox.model import Sandbox


class Ecosystems:
    """The ecosystems, each made when it is first asked for, over one cache.

    A context manager: at its end the connections to the registries are closed. What was fetched
    stays in the cache.

    Args:
        sandbox: where sources are built, if there is no other way to have a release; without one
            they are not.
        cache: where packages are kept; by default the user's cache folder.
        npm_settings: where npm packages come from; by default as npm itself is set up.
        pip_settings: where Python packages come from; by default as pip itself is set up.
        bounds: of each fetch.
    """

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        *,
        cache: Cache | None = None,
        npm_settings: NpmSettings | None = None,
        pip_settings: PipSettings | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        cache = cache or Cache()
        makers: dict[str, Callable[[], Npm | Pypi]] = {
            Npm.type: lambda: Npm(npm_settings, cache, bounds),
            Pypi.type: lambda: Pypi(pip_settings, cache, sandbox, bounds),
        }
        self._makers = MappingProxyType(makers)
        self._made: dict[str, Ecosystem] = {}
        self._guard = threading.Lock()
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def types(self) -> tuple[str, ...]:
        """The package URL types that are covered."""
        return tuple(self._makers)

    def of_type(self, purl_type: str) -> Ecosystem:
        """Return the ecosystem of a package URL type, always the same one.

        Raises:
            KeyError: the type is not covered; `types` are.
        """
        with self._guard:
            if purl_type not in self._made:
                ecosystem = self._makers[purl_type]()
                self._opened.callback(ecosystem.close)
                self._made[purl_type] = ecosystem
            return self._made[purl_type]

    def close(self) -> None:
        """Close the connections to the registries."""
        with self._guard:
            self._opened.close()


__all__ = ["Cache", "Ecosystems", "Npm", "Pypi"]
