"""The client as it is installed: from its own wheel, into an environment that has nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faces.operator.conftest import Coordinator, lock, record

ROOT = Path(__file__).resolve().parents[3]
PACKAGING = ROOT / "packaging" / "operator"


@pytest.fixture(scope="module")
def files() -> list[str]:
    """Return what the hook puts into the wheel, without building it."""
    source = (PACKAGING / "hatch_build.py").read_text(encoding="utf-8")
    # Its base class is of the build's environment, which is not this one.
    source = source.replace("BuildHookInterface)", "object)").replace(
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface", ""
    )
    spec = importlib.util.spec_from_loader("operator_hook", loader=None)
    assert spec is not None
    module: Any = importlib.util.module_from_spec(spec)
    module.__file__ = str(PACKAGING / "hatch_build.py")
    exec(compile(source, "hatch_build.py", "exec"), module.__dict__)
    return [str(file.relative_to(ROOT / "src")) for file in module.files(ROOT / "src")]


def test_the_client_brings_what_it_imports_and_nothing_of_the_instance(files: list[str]) -> None:
    assert "tidegate/faces/operator/main.py" in files
    assert "tidegate/engines/rules/shipped/policies/cisa.json" in files
    assert "tidegate/engines/formats/inventories/schemas/bom-1.6.SNAPSHOT.schema.json" in files
    for part in ("desks", "instance", "faces/cli", "faces/web", "reproduction", "sandbox"):
        assert not any(f"/{part}/" in file for file in files), part
    assert len(files) < 180


def test_no_module_of_it_needs_what_the_client_does_not_have(files: list[str]) -> None:
    for file in files:
        if file.endswith(".py"):
            text = (ROOT / "src" / file).read_text(encoding="utf-8")
            for name in ("django", "numpy", "typer", "rich", "requests"):
                assert f"\nimport {name}" not in text, file
                assert f"\nfrom {name}" not in text, file


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_the_unit_and_the_timer_are_ones(tmp_path: Path) -> None:
    for name in ("tidegate-operator.service", "tidegate-operator.timer"):
        text = (PACKAGING / name).read_text(encoding="utf-8")
        text = text.replace("/opt/tidegate-operator/bin/tidegate-operator", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


_TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.skipif(shutil.which("uv") is None, reason="no uv here")
def test_the_wheel_works_in_an_environment_of_its_own(
    tmp_path: Path, coordinator: Coordinator
) -> None:
    # What tells of the network stays; what tells of this environment goes.
    environment = {
        name: said for name, said in os.environ.items() if not name.startswith(("PYTHON", "VIRT"))
    } | {"TIDEGATE_OPERATOR_HOME": str(tmp_path / "home")}
    if _TRUSTED.is_file():
        # What the machine trusts, as scripts/setup does: a closed network has its own certificate.
        environment["UV_SYSTEM_CERTS"] = "1"

    def does(*arguments: object, codes: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [str(one) for one in arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    does("uv", "build", "--wheel", "--out-dir", tmp_path / "dist", PACKAGING)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    does("uv", "venv", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    does("uv", "pip", "install", "--python", python, wheel)
    command = tmp_path / "venv" / "bin" / "tidegate-operator"

    coordinator.publish(record())
    (tmp_path / "root.json").write_bytes(coordinator.repository.first_root)
    lock_file = tmp_path / "package-lock.json"
    lock_file.write_text(json.dumps(lock("1.2.0"), indent=2), encoding="utf-8")
    assert does(command, "--version").startswith("tidegate-operator ")
    does(command, "init", "--root", "root.json", "--from", coordinator.served)
    assert "1 new" in does(command, "pull")
    assert "1.2.6" in does(command, "plan", "package-lock.json", codes=(1,))
    installed = does("uv", "pip", "list", "--python", python, "--format", "freeze")
    assert "django" not in installed.lower()
    assert "numpy" not in installed.lower()
