"""The registry of the tests serves the ecosystems' own clients, so that it is one to them too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.registry import Registry, answers, registry
from tests.registry.server import JSON_INDEX

__all__ = ["registry"]


def run(registry: Registry, folder: Path, *command: str) -> None:
    ours = {
        k: v for k, v in os.environ.items() if not k.lower().startswith(("npm_", "pip_", "uv_"))
    }
    environ = {**ours, **registry.environment, "npm_config_cache": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_npm_itself_installs_from_it(registry, tmp_path):
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is not here")
    registry.add_npm("@scope/pkg", "1.0.0", {"index.js": "1"}, dependencies={"dep": "^1.0.0"})
    registry.add_npm("dep", "1.2.0", time="2020-01-01T00:00:00Z")
    run(registry, tmp_path, npm, "install", "--no-audit", "--ignore-scripts", "@scope/pkg")
    installed = json.loads((tmp_path / "node_modules/dep/package.json").read_text())
    assert installed["version"] == "1.2.0"
    assert (tmp_path / "node_modules/@scope/pkg/index.js").read_text() == "1"


@pytest.mark.slow
@pytest.mark.parametrize("html", [False, True])
def test_pip_s_protocol_is_spoken_in_both_formats(registry, tmp_path, html):
    uv = shutil.which("uv")
    if not uv:
        pytest.skip("uv is not here")
    registry.html = html
    registry.add_wheel("my-pkg", "1.0", {"my_pkg.py": "x = 1\n"}, requires=["dep>=1"])
    registry.add_wheel("my-pkg", "2.0", yanked="broken")
    registry.add_sdist("my-pkg", "3.0", requires_python=">=99", time="2020-01-01T00:00:00Z")
    registry.add_wheel("dep", "1.5")
    run(
        registry, tmp_path, uv, "--no-cache", "pip", "install", "--python", sys.executable,
        "--no-config", "--index-url", registry.environment["PIP_INDEX_URL"],
        "--target", str(tmp_path / "site"), "my-pkg",
    )  # fmt: skip
    assert (tmp_path / "site/my_pkg.py").read_text() == "x = 1\n"
    assert (tmp_path / "site/my_pkg-1.0.dist-info").is_dir()


def test_what_is_asked_is_remembered(registry):
    registry.add_npm("pkg")
    requests.get(f"{registry.url}/npm/pkg", timeout=5)
    requests.get(f"{registry.url}/npm/other", timeout=5)
    assert [request.path for request in registry.requests] == ["/npm/pkg", "/npm/other"]
    assert registry.asked("pkg") == 1


def test_json_is_given_to_those_who_take_it(registry):
    registry.add_wheel("pkg")
    url = f"{registry.url}/simple/pkg/"
    assert requests.get(url, timeout=5).headers["Content-Type"].startswith("text/html")
    page = requests.get(url, headers={"Accept": JSON_INDEX}, timeout=5)
    assert page.json()["files"][0]["filename"] == "pkg-1.0-py3-none-any.whl"
    assert requests.get(url[:-1], timeout=5).url == url


def test_an_answer_may_change_from_one_time_to_the_next(registry):
    registry.answer("/x", answers.first(answers.status(500), then=answers.body(b"x")))
    assert [requests.get(f"{registry.url}/x", timeout=5).status_code for _ in range(3)] == [
        500, 200, 200,
    ]  # fmt: skip


def test_what_is_endless_ends_with_the_registry(registry):
    registry.answer("/x", answers.endless())
    with requests.get(f"{registry.url}/x", stream=True, timeout=5) as response:
        assert len(response.raw.read(1 << 20)) == 1 << 20
        registry.close()
