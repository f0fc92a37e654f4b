"""Two phases: to fetch is to read, and only the sandbox executes anything that came."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines.reproduction.ecosystems.conftest import install, python

_STARTS_SOMETHING = (
    "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork",
    "os.forkpty", "ctypes.dlopen",
)  # fmt: skip
_seen: list[tuple[str, str]] | None = None


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is None:
        return
    if event in _STARTS_SOMETHING:
        _seen.append((event, str(arguments)))
    elif event in ("import", "exec", "compile", "marshal.loads"):
        _seen.append((event, str(arguments[:2])))


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """Record every process that is started and all code that is loaded in this process."""
    global _seen
    if not getattr(sys, "_tidegate_tests_hook", False):
        sys.addaudithook(_hook)
        sys._tidegate_tests_hook = True  # type: ignore[attr-defined]
    _seen = []
    try:
        yield _seen
    finally:
        _seen = None


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


def writes(marker: Path) -> str:
    return f"open({str(marker)!r}, 'w').write('executed')\n"


def test_no_script_of_an_npm_package_is_ever_run(registry, ecosystems, marker):
    hooks = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare")
    scripts = dict.fromkeys(hooks, f"touch {marker}")
    files = {
        "index.js": f"require('fs').writeFileSync({str(marker)!r}, 'x')",
        "binding.gyp": f"{{'targets': [{{'target_name': '<!(touch {marker})'}}]}}",
        ".npmrc": "node-options=--require ./index.js\n",
    }
    registry.add_npm("pkg", files=files, scripts=scripts, dependencies={"dep": "*"})
    registry.add_npm("dep", files=files, scripts=scripts)
    with watched() as seen:
        (only,) = install(ecosystems.of_type("npm"), "pkg")
        ecosystems.of_type("npm").empty(only)
    assert not marker.exists()
    assert "the install script of pkg@1.0.0 was not run" in only.note
    assert "the install script of dep@1.0.0 was not run" in only.note
    assert [event for event in seen if event[0] in _STARTS_SOMETHING] == []


def test_no_code_of_a_python_package_is_ever_run(registry, ecosystems, cache, marker):
    files = {
        "pkg/__init__.py": writes(marker),
        "pkg.pth": "import os; " + writes(marker),
        "sitecustomize.py": writes(marker),
    }
    source = {
        **files,
        "setup.py": writes(marker),
        "conftest.py": writes(marker),
        "backend.py": writes(marker),
        "pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'backend'\n"
        "backend-path = ['.']\n",
    }
    registry.add_wheel("pkg", files=files, requires=["dep"])
    registry.add_sdist("pkg", files=source)
    registry.add_sdist("dep", files=source | {"dep.py": writes(marker)})
    with watched() as seen:
        found = install(ecosystems.of_type("pypi"), "pkg", "1.0", runtime=python())
        ecosystems.of_type("pypi").empty(found[0])
    assert not marker.exists()
    assert len(found) == 2
    assert [event for event in seen if event[0] in _STARTS_SOMETHING] == []
    assert [event for event in seen if str(cache.folder) in event[1]] == []


def test_the_watcher_of_these_tests_sees(marker, tmp_path):
    module = tmp_path / "of_a_package.py"
    module.write_text(writes(marker))
    with watched() as seen:
        exec(compile(module.read_text(), str(module), "exec"))
        os.system("true")
    assert marker.exists()
    assert {event for event, _ in seen} >= {"compile", "exec", "os.system"}
