"""Comparators that stand in where no key exists: Arch's, Gentoo's and Conan's, from univers.

They are slower, and answer only for two versions at a time: a range over them is no slice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from univers import arch as pacman
from univers import gentoo as portage
from univers.conan.version import Version as ConanVersion

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, shown

_PRINTABLE: Final = re.compile(r"[!-~]+")
# univers has no types.
_vercmp: Final[Callable[[str, str], int]] = pacman.vercmp
_compare_ebuilds: Final[Callable[[str, str], int]] = portage.vercmp
_is_ebuild: Final[Callable[[str], bool]] = portage.is_valid
_read_conan: Final[Callable[[str], Any]] = ConanVersion


def arch(one: str, other: str) -> int:
    """Compare as pacman's `vercmp` does: `[epoch:]version[-release]`."""
    return _sign(_vercmp(_checked(one), _checked(other)))


def gentoo(one: str, other: str) -> int:
    """Compare as Portage does (Package Manager Specification, section 3.3)."""
    for version in (one, other):
        if not _is_ebuild(_checked(version)):
            raise UnparsableVersionError(f"{shown(version)} is no version of an ebuild")
    return _sign(_compare_ebuilds(one, other))


def conan(one: str, other: str) -> int:
    """Compare as Conan 2 does: SemVer with any count of numbers, and words between them."""
    left, right = _conan(one), _conan(other)
    return int(left > right) - int(left < right)


def _conan(version: str) -> Any:
    try:
        return _read_conan(_checked(version))
    except Exception as error:  # univers raises whatever its parser meets
        raise UnparsableVersionError(f"{shown(version)} is no version of Conan's") from error


def _checked(version: str) -> str:
    if _PRINTABLE.fullmatch(version) is None:
        raise UnparsableVersionError(f"{shown(version)} is no version: empty, or not plain ASCII")
    return version


def _sign(result: int) -> int:
    return (result > 0) - (result < 0)
