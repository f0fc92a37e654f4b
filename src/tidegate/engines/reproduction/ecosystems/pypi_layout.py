"""What an unpacked wheel or sdist holds: where its modules lie, and what it says it needs.

Nothing is executed to find out. A wheel is already laid out; an sdist is searched for the folder
that its build would copy modules from. What its metadata does not say statically stays unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement

_SOURCE_FOLDERS = ("lib3", "python3", "py3k", "src", "lib", "")
"""Where an sdist's modules may lie, most telling first: PyYAML's `lib3` before its `lib`."""
_NO_MODULES = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks",
     "bench", "setup", "conftest", "scripts", "tools", "build", "dist", "noxfile", "tasks"}
)  # fmt: skip
_BUILD_SCRIPTS = frozenset({"setup", "conftest", "noxfile"})
_DATA_FOLDER = re.compile(r"[^/]+\.data/(?:(purelib|platlib)/)?(.*)")
_NATIVE_SOURCES = (".c", ".cc", ".cpp", ".pyx", ".rs")
_METADATA_BYTES = 4 << 20
_MOST_REQUIREMENTS = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in an unpacked distribution."""

    site: Path
    """The folder that belongs on `sys.path`."""
    modules: tuple[str, ...]
    """Top-level modules, the most telling first."""
    requires: tuple[Requirement, ...]
    notes: tuple[str, ...] = ()


def wheel_place(path: str) -> str | None:
    """Return where a wheel's member belongs (PEP 427: `*.data/purelib` is part of the site)."""
    if not (data := _DATA_FOLDER.fullmatch(path)):
        return path
    return data[2] or None if data[1] else None


def read_wheel(tree: Path, project: str) -> Content:
    """Describe an unpacked wheel, or what a build left, which may be described as an egg is."""
    found = [*sorted(tree.glob("*.dist-info")), *sorted(tree.glob("*.egg-info"))]
    information = found[0] if found else tree
    declared = _declared(information / "METADATA")
    if declared is None:
        declared = _declared_by_setuptools(information / "requires.txt")
    requires, notes = _requirements(declared or ())
    return Content(tree, _modules(tree, project, information), requires, notes)


def read_source(tree: Path, project: str) -> Content | None:
    """Describe an unpacked sdist as if its modules were copied; None where none are found."""
    folders = [entry for entry in tree.iterdir() if entry.is_dir()]
    root = folders[0] if len(folders) == 1 else tree
    information = next(_egg_information(root, project), root)
    best: tuple[int, Path, tuple[str, ...]] | None = None
    for folder in _SOURCE_FOLDERS:
        site = root / folder
        if not site.is_dir():
            continue
        modules = _modules(site, project, information)
        named = sum(_plain(name) == _plain(project) for name in modules)
        score = len(set(modules) & set(_top_level(information))) * 2 + named
        if modules and (best is None or score > best[0]):
            best = (score, site, modules)
    if best is None:
        return None
    declared = _declared(root / "PKG-INFO")
    if declared is None:
        declared = _declared_by_setuptools(information / "requires.txt")
    requires, notes = _requirements(declared or ())
    native = any(path.suffix in _NATIVE_SOURCES for path in _some_files(root))
    return Content(
        site=best[1],
        modules=best[2],
        requires=requires,
        notes=(
            "its source laid out without a build",
            *(("its native code was not built",) if native else ()),
            *(("its source does not say what it needs",) if declared is None else ()),
            *notes,
        ),
    )


def _modules(site: Path, project: str, information: Path) -> tuple[str, ...]:
    """Name the top-level modules in a folder: what stands for the project first."""
    present = set(_present(site))
    declared = [name for name in _top_level(information) if name in present]
    names = declared or sorted(present)
    public = [n for n in names if not n.startswith("_") and n.lower() not in _NO_MODULES]
    kept = public or [name for name in names if name not in _BUILD_SCRIPTS]
    return tuple(sorted(kept, key=lambda name: (_plain(name) != _plain(project), kept.index(name))))


def _present(site: Path) -> Iterator[str]:
    for entry in site.iterdir():
        name = entry.name.partition(".")[0]
        if not name.isidentifier():
            continue
        if entry.is_dir():
            if "." not in entry.name and _holds_python(entry):
                yield name
        elif entry.suffix in (".py", ".so"):
            yield name


def _holds_python(folder: Path) -> bool:
    """Tell whether a folder is a package, or a namespace that holds one right below."""
    if any(path.suffix in (".py", ".so") for path in folder.iterdir()):
        return True
    return any((entry / "__init__.py").is_file() for entry in folder.iterdir() if entry.is_dir())


def _top_level(information: Path) -> list[str]:
    text = _text(information / "top_level.txt") or ""
    return [name for name in text.split() if name.isidentifier()]


def _egg_information(root: Path, project: str) -> Iterator[Path]:
    for folder in ("", "src", "lib", "lib3"):
        for path in sorted((root / folder).glob("*.egg-info")):
            if path.is_dir() and _plain(path.name.removesuffix(".egg-info")) == _plain(project):
                yield path


def _declared(metadata: Path) -> list[str] | None:
    """Return the `Requires-Dist` lines; None if there is no such file or it predates them."""
    text = _text(metadata)
    if text is None:
        return None
    raw, _ = parse_email(text)
    found = raw.get("requires_dist")
    if found is None and metadata.name == "PKG-INFO":
        # Before 2.2, a missing field in an sdist says nothing (PEP 643).
        return [] if raw.get("metadata_version", "1.0") >= "2.2" else None
    return list(found or ())


def _declared_by_setuptools(path: Path) -> list[str] | None:
    """Read `requires.txt`: plain lines, then sections that are extras, markers, or both."""
    text = _text(path)
    if text is None:
        return None if not path.parent.name.endswith(".egg-info") else []
    lines: list[str] = []
    extra, marker = "", ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
        elif line and not extra:
            lines.append(f"{line} ; {marker}" if marker else line)
    return lines


def _requirements(lines: Iterable[str]) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    requires: list[Requirement] = []
    notes: list[str] = []
    for line in islice(lines, _MOST_REQUIREMENTS):
        try:
            requires.append(Requirement(line))
        except (InvalidRequirement, RecursionError):
            notes.append(f"its requirement {line[:80]!r} cannot be read and was left out")
    return tuple(requires), tuple(notes)


def _some_files(root: Path, most: int = 20_000) -> Iterator[Path]:
    for number, path in enumerate(root.rglob("*")):
        if number >= most:
            return
        yield path


def _text(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _METADATA_BYTES:
            return None
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _plain(name: str) -> str:
    """Reduce a project's and a module's name to what they have in common: PyYAML and yaml."""
    return re.sub(r"[-_.]", "", name.lower()).removeprefix("py").removeprefix("python")
