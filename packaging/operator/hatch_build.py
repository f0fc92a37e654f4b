"""What is in the operator's distribution: the client, and only what it imports.

The modules are found by following imports from the command, in the source as it is. What stands
under `if TYPE_CHECKING` is not needed to run, and is not followed. Beside a module's package come
its files of data (schemas, tables, policy sets, licences).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path(__file__).resolve().parents[2] / "src"
BEGINNING = ("tidegate.faces.operator.main", "tidegate.faces.operator.__main__")
DATA = ("schemas", "shipped")
"""Folders of data: they come whole, where a module beside them reads them."""


class OperatorHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the files to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - of the interface
        """Name every file, and where it goes."""
        build_data["force_include"].update(
            {str(file): str(file.relative_to(SOURCE)) for file in files(SOURCE)}
        )


def files(source: Path) -> list[Path]:
    """Return the client's modules and their data."""
    modules = _closure(source)
    found = set(modules)
    for folder in {module.parent for module in modules}:
        beside = [module for module in modules if module.parent == folder]
        text = "".join(module.read_text(encoding="utf-8") for module in beside)
        found |= {file for file in folder.glob("*.schema.json") if file.is_file()}
        for name in DATA:
            if f'"{name}"' in text:
                found |= {file for file in (folder / name).rglob("*") if _is_data(file)}
    found.add(source / "tidegate" / "py.typed")
    return sorted(found)


def _is_data(file: Path) -> bool:
    return file.is_file() and file.suffix not in (".py", ".pyc")


def _closure(source: Path) -> set[Path]:
    waiting, seen = list(BEGINNING), set[Path]()
    while waiting:
        name = waiting.pop()
        # A package is run before what is in it.
        waiting += [name.rpartition(".")[0]] if "." in name else []
        file = _file(source, name)
        if file is None or file in seen:
            continue
        seen.add(file)
        waiting += _imported(ast.parse(file.read_bytes()), name)
    return seen


def _file(source: Path, name: str) -> Path | None:
    place = source.joinpath(*name.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


def _imported(tree: ast.AST, name: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tidegate"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tidegate"):
            yield str(node.module)
            # What is imported may be a module itself; if not, no file of that name is there.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from _imported(node, name)
