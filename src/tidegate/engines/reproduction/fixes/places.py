"""Where the paths of a diff lie in what a release installs, and which of them are tests.

A maintainer's diff is against the repository, in which a Python module lies in `src/` or `lib/`,
say, and beside which there are tests, changes and recipes that are never installed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tidegate.engines.reproduction.fixes.patching import Change

_SOURCE_FOLDERS = ("lib3/", "python3/", "py3k/", "src/", "lib/", "")
"""Where modules lie in a repository of Python, most telling first."""

_TEST_FOLDERS = frozenset({"test", "tests", "spec", "specs", "__tests__", "testing"})
_TEST_FILE = re.compile(
    r"(?:test_.+|.+_test|conftest|test|tests)\.py|(?:.+[.-](?:test|spec)|test|tests)\.[cm]?js"
)
_ASIDE_FOLDERS = frozenset({"doc", "docs", "example", "examples", "benchmark", "benchmarks"})
_ASIDE_FILE = re.compile(
    r"(?i)(?:.*\.(?:md|rst|txt|markdown|yml|yaml|toml|cfg|ini|lock|in)|\..*|makefile|authors"
    r"|changes|changelog|history|news|licen[sc]e|readme|notice|announcement|todo"
    r"|setup\.py|noxfile\.py|package-lock\.json)"
)


def in_package(change: Change, root: Path, modules: Sequence[str], *, python: bool) -> str | None:
    """Return the path of a change below the installed root, or None if it has none there.

    `modules` are the names of the installed top-level modules.
    """
    for folder in _SOURCE_FOLDERS if python else ("",):
        if not change.path.startswith(folder):
            continue
        path = change.path.removeprefix(folder)
        if change.adds:
            top = path.split("/")[0].removesuffix(".py")
            if not python or top in modules:
                return path
        elif (root / path).is_file():
            return path
    return None


def is_test(path: str) -> bool:
    """Tell whether a path is that of a test, or of what belongs to tests."""
    parts = PurePosixPath(path).parts
    return bool(_TEST_FOLDERS & set(parts[:-1])) or bool(_TEST_FILE.fullmatch(parts[-1]))


def is_aside(path: str) -> bool:
    """Tell whether a path is that of something that need not be installed to mend a package."""
    parts = PurePosixPath(path).parts
    return (
        is_test(path)
        or bool(_ASIDE_FOLDERS & set(parts[:-1]))
        or any(part.startswith(".") for part in parts)
        or bool(_ASIDE_FILE.fullmatch(parts[-1]))
    )
