"""All ecosystems together: each made once, over one cache, and taken down again."""

from __future__ import annotations

import contextlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engines.reproduction.ecosystems.conftest import install
from tests.registry import QUICK
from tidegate.engines.reproduction.ecosystems import Ecosystems, Npm, Pypi
from tidegate.engines.reproduction.packages import Ecosystem


def test_each_type_is_made_once(ecosystems):
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(ecosystems.of_type, ["npm"] * 8))
    assert len(made) == 1
    npm: Ecosystem = ecosystems.of_type("npm")
    pypi: Ecosystem = ecosystems.of_type("pypi")
    assert isinstance(npm, Npm)
    assert isinstance(pypi, Pypi)
    assert (npm.type, pypi.type) == ecosystems.types == ("npm", "pypi")


@pytest.mark.parametrize("other", ["cargo", "", "NPM", "pypi "])
def test_a_type_that_is_not_covered_is_a_key_error(ecosystems, other):
    with pytest.raises(KeyError):
        ecosystems.of_type(other)


def test_the_settings_are_the_user_s_own(registry, cache, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.lower().startswith(("npm_config_", "pip_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in registry.environment.items():
        monkeypatch.setenv(name, value)
    registry.add_npm("pkg")
    registry.add_wheel("pkg")
    with Ecosystems(cache=cache, bounds=QUICK) as ecosystems:
        for name in ecosystems.types:
            assert len(ecosystems.of_type(name).releases("pkg")) == 1


def test_at_the_end_no_connection_is_left(registry, cache):
    registry.add_npm("pkg", dependencies={"a": "*", "b": "*"})
    registry.add_npm("a")
    registry.add_npm("b")
    port = int(registry.url.rpartition(":")[2])
    with Ecosystems(cache=cache, npm_settings=registry.npm_settings, bounds=QUICK) as ecosystems:
        for _ in range(20):
            install(ecosystems.of_type("npm"), "pkg")
        assert 0 < _connections_to(port) <= 8
    assert _connections_to(port) == 0
    ecosystems.close()


def _connections_to(port: int) -> int:
    """Count this process's descriptors of connections to a port of loopback."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with (
            contextlib.suppress(OSError),
            socket.socket(fileno=os.dup(int(descriptor.name))) as duplicate,
        ):
            peer = duplicate.getpeername()
            found += isinstance(peer, tuple) and peer[1] == port
    return found


def test_python_has_no_older_interpreters_in_its_registry(ecosystems):
    assert list(ecosystems.of_type("pypi").older_runtimes()) == []
