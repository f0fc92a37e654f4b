"""The loopback registry, and looking at an installation as a program in the sandbox would."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.registry import Registry, cache, ecosystems, registry
from tidegate.engines.reproduction.ecosystems import Ecosystems
from tidegate.engines.reproduction.packages import (
    Ecosystem,
    Installation,
    PackageError,
    Release,
    Runtime,
)

__all__ = ["cache", "ecosystems", "registry"]

NODE = Runtime("javascript", "20.20.2", "/runtime/node", (), "00" * 32)


def python(version: str = "3.11.7") -> Runtime:
    """Return an interpreter that nothing is run on."""
    return Runtime("python", version, f"/runtime/python{version}", (), "00" * 32)


def install(
    ecosystem: Ecosystem,
    package: str,
    version: str = "1.0.0",
    *needs: tuple[str, str],
    runtime: Runtime = NODE,
) -> list[Installation]:
    """Return every way to have a release, builds last."""
    release = Release(package, version)
    found: list[Installation] = []
    problems: list[PackageError] = []
    for ways in (ecosystem.installations, ecosystem.built):
        try:
            found += ways(release, runtime, needs)
        except PackageError as problem:
            problems.append(problem)
    if not found:
        raise PackageError("; ".join(map(str, problems)))
    return found


PY311 = python("3.11.7")
NATIVE = "cp311-cp311-manylinux_2_5_x86_64.manylinux_2_5_aarch64"
FOREIGN = "cp37-cp37m-win_amd64"


@pytest.fixture
def pypi(ecosystems: Ecosystems) -> Ecosystem:
    """Give PyPI as the registry has it."""
    return ecosystems.of_type("pypi")


@pytest.fixture(params=["JSON", "HTML"])
def either(request: pytest.FixtureRequest, registry: Registry) -> Registry:
    """Give an index that answers in one format, then in the other."""
    registry.html = request.param == "HTML"
    return registry


def ways(
    pypi: Ecosystem,
    package: str = "pkg",
    version: str = "1.0",
    needs: Sequence[tuple[str, str]] = (),
    runtime: Runtime = PY311,
) -> list[Installation]:
    """Return every way to have a Python release."""
    return install(pypi, package, version, *needs, runtime=runtime)


def names(installation: Installation) -> list[str]:
    """Return what was installed, as name and version."""
    return [f"{archive.name} {archive.version}" for archive in installation.archives]


def inside(installation: Installation, path: str) -> Path:
    """Return the file of the host that a program sees at a path of the sandbox."""
    followed = 0
    while followed < 40:
        for link in installation.links:
            if path == link.path or path.startswith(link.path + "/"):
                path = link.to + path[len(link.path) :]
                followed += 1
                break
        else:
            break
    for bind in installation.binds:
        if path == bind.target or path.startswith(bind.target + "/"):
            return bind.source / path[len(bind.target) :].lstrip("/")
    raise FileNotFoundError(path)


def described(installation: Installation, name: str, at: str = "/work/node_modules") -> str:
    """Return `name@version` of what a `require` of the name finds there."""
    manifest = json.loads(inside(installation, f"{at}/{name}/package.json").read_text())
    return f"{manifest['name']}@{manifest['version']}"


def beside(installation: Installation, instance: str, name: str) -> str:
    """Return what an instance of the tree sees under a name."""
    folder = instance.rpartition("@")[0]
    at = f"/store/{instance.replace('/', '+')}/node_modules"
    assert inside(installation, f"{at}/{folder}").is_dir()
    return described(installation, name, at)
