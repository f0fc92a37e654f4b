"""The sandbox works for an ordinary user too: the suite's core, run again as one.

Root's interpreter is often where nobody else can read it, so the tests take one that everybody
can: the system's, and a copy of their own. The copy lies below `/tmp`, which is a writable folder
inside of the sandbox: it must not be covered by it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tests.engines.sandbox as these_tests
import tidegate
from tidegate.engines.sandbox.policy import this_interpreter

_NOBODY = 65534
_SYSTEM_PYTHON = Path("/usr/bin/python3")
_ASK = "import sys; sys.exit(sys.version_info < (3, 11))"
_BULKY = ("test", "tests", "site-packages", "idlelib", "ensurepip", "config-*", "*.a", "include")

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="the whole suite runs as an ordinary user already"
)


@pytest.fixture(params=["the system's", "a copy"])
def interpreter(request, open_folder) -> Path:
    if request.param == "a copy":
        return _copy_of_this_interpreter(open_folder / "python")
    asked = _SYSTEM_PYTHON.exists() and subprocess.run([_SYSTEM_PYTHON, "-c", _ASK], check=False)
    if not asked or asked.returncode != 0:
        pytest.skip("there is no system Python of version 3.11 or later")
    return _SYSTEM_PYTHON


def test_an_ordinary_user_gets_the_same_walls(interpreter, open_folder):
    environment = _environment_with_the_sandbox(interpreter, open_folder / "env")
    done = subprocess.run(
        [environment, "-I", "-m", "tests.engines.sandbox.ordinary_user"],
        user=_NOBODY,
        group=_NOBODY,
        extra_groups=[],
        env={"PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def _copy_of_this_interpreter(target: Path) -> Path:
    prefix = Path(sys.base_prefix)
    if prefix == Path("/usr"):
        pytest.skip("this interpreter is the system's")
    shutil.copytree(prefix, target, symlinks=True, ignore=shutil.ignore_patterns(*_BULKY))
    copy = target / Path(this_interpreter().executable).relative_to(prefix.resolve())
    asked = subprocess.run(
        [copy, "-c", "import os"], user=_NOBODY, capture_output=True, check=False
    )
    if asked.returncode != 0:
        pytest.skip(f"this interpreter cannot be moved: {asked.stderr.decode()[:200]}")
    return copy


def _environment_with_the_sandbox(interpreter: Path, folder: Path) -> Path:
    """Make an environment that holds the sandbox, its two libraries and the hostile corpus."""
    subprocess.run([interpreter, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python3.*/site-packages")
    sources = Path(tidegate.__file__).parent
    for module in ("__init__.py", "engines/__init__.py"):
        if (sources / module).exists():
            _copy(sources / module, site / "tidegate" / module)
    _copy(sources / "engines" / "sandbox", site / "tidegate" / "engines" / "sandbox")
    _copy(Path(these_tests.__file__).parent, site / "tests" / "engines" / "sandbox")
    for library in ("rfc8785", "pyseccomp"):
        found = importlib.util.find_spec(library)
        assert found
        assert found.origin
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        _copy(source, site / source.name)
    return folder / "bin" / "python3"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
