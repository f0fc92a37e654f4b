"""Builds: in the sandbox, from what the sdist asks for, and believed in nothing but their files."""

from __future__ import annotations

import shutil
import sysconfig
from functools import partial
from pathlib import Path

import pytest

from tests.engines.reproduction.ecosystems.conftest import inside, install
from tests.registry import QUICK
from tests.registry.packages import c_extension
from tidegate.engines.reproduction.ecosystems import Ecosystems, archives, pypi_build
from tidegate.engines.reproduction.packages import Installation, PackageError, Release, Runtime
from tidegate.engines.reproduction.runtimes import python_runtimes
from tidegate.engines.sandbox import BubblewrapSandbox, Program
from tidegate.engines.sandbox.model import Outcome

BACKEND = """
import os, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(folder, "pkg-1.0-py3-none-any.whl"), "w") as archive:
        archive.writestr("pkg.py", "made = %r" % open("recipe").read())
        archive.writestr("pkg-1.0.dist-info/METADATA",
                         "Metadata-Version: 2.1\\nName: pkg\\nVersion: 1.0\\nRequires-Dist: dep\\n")
    return "pkg-1.0-py3-none-any.whl"
"""


@pytest.fixture(scope="module")
def sandbox():
    with BubblewrapSandbox() as made:
        yield made


@pytest.fixture
def pypi(registry, cache, sandbox):
    with Ecosystems(
        sandbox, cache=cache, pip_settings=registry.pip_settings, bounds=QUICK
    ) as ecosystems:
        yield ecosystems.of_type("pypi")


def runtime() -> Runtime:
    """Return an interpreter that has a setuptools of its own, so that nothing need be fetched."""
    for found in python_runtimes():
        if pypi_build._has_setuptools(found):
            return found
    pytest.skip("no interpreter here has a setuptools of its own")


def built(pypi, runtime: Runtime) -> Installation:
    """Return the installation that was built, which comes last."""
    return install(pypi, "pkg", "1.0", runtime=runtime)[-1]


def run(
    sandbox: BubblewrapSandbox, installation: Installation, runtime: Runtime, source: str
) -> str:
    program = f"import sys; sys.path[:0] = {list(installation.search_path)!r}\n{source}"
    outcome = sandbox.run(
        Program(
            argv=(runtime.executable, "-I", "-S", "-B", "-c", program),
            binds=(*runtime.binds, *installation.binds),
        )
    )
    assert outcome.exit_code == 0, outcome.stderr.decode()
    return outcome.stdout.decode().strip()


def _can_compile(runtime: Runtime) -> bool:
    minor = ".".join(map(str, runtime.release[:2]))
    folders = [bind.source / f"include/python{minor}" for bind in runtime.binds]
    folders += [Path(f"/usr/include/python{minor}"), Path(sysconfig.get_path("include"))]
    folders += [bind.source / f"include/python{minor}m" for bind in runtime.binds]
    return bool(shutil.which("cc")) and any((at / "Python.h").is_file() for at in folders)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["newest", "oldest"])
def test_native_code_is_built_from_its_source_in_the_sandbox(registry, pypi, sandbox, which):
    able = [r for r in python_runtimes() if pypi_build._has_setuptools(r) and _can_compile(r)]
    if not able:
        pytest.skip("no interpreter here can build an extension")
    on = able[0 if which == "newest" else -1]
    registry.add_sdist("pkg", files=c_extension("pkg", 1234), requires=None)
    installation = built(pypi, on)
    assert run(sandbox, installation, on, "import pkg; print(pkg.answer())") == "1234"
    assert f"built from source on {on.name}" in installation.note
    assert installation.modules == ("pkg",)
    assert [archive.filename for archive in installation.archives] == ["pkg-1.0.tar.gz"]


@pytest.mark.slow
def test_a_build_backend_comes_from_the_index_and_its_result_says_what_it_needs(
    registry, pypi, sandbox
):
    on = python_runtimes()[0]
    pyproject = "[build-system]\nrequires = ['backend>=1']\nbuild-backend = 'backend'\n"
    registry.add_sdist("pkg", files={"recipe": "by hand", "pyproject.toml": pyproject})
    registry.add_wheel("backend", "0.9", {"backend.py": "raise SystemExit(1)"})
    registry.add_wheel("backend", "1.0", {"backend.py": BACKEND})
    registry.add_wheel("dep")
    installation = built(pypi, on)
    assert run(sandbox, installation, on, "import dep, pkg; print(pkg.made)") == "by hand"
    assert [archive.name for archive in installation.archives] == ["pkg", "dep"]


@pytest.mark.slow
def test_a_build_is_made_once_for_an_interpreter(registry, pypi, cache):
    setup = (
        "import uuid\nopen('pkg.py', 'w').write('made = %r' % uuid.uuid4().hex)\n"
        "from setuptools import setup\nsetup(name='pkg', py_modules=['pkg'])\n"
    )
    registry.add_sdist("pkg", files={"setup.py": setup}, requires=None)
    assert built(pypi, runtime()).binds == built(pypi, runtime()).binds
    assert len(list((cache.folder / "trees/built-1").glob("*/*"))) == 1


HOSTILE_BUILDS = {
    "fails": ("raise SystemExit('it is a pity')", r"cannot be built \(exited 1\): .*it is a pity"),
    "crashes": ("import os; os.kill(os.getpid(), 11)", r"cannot be built \(signaled"),
    "asks the network": (
        "import socket; socket.create_connection(('HOST', PORT), 5)",
        r"cannot be built .*(unreachable|refused)",
    ),
    "writes to the host": (
        "open('MARKER', 'w').write('out')",
        r"cannot be built .*(No such file|Read-only)",
    ),
    "makes very many bytes": (
        """
with open('../built/pkg.py', 'wb') as file:
    for _ in range(140):
        file.write(bytes(1 << 20))
from setuptools import setup
setup(name='pkg')
""",
        r"cannot be built \(output",
    ),
    "makes very many files": (
        """
for number in range(700):
    open('../built/%d' % number, 'w').close()
from setuptools import setup
setup(name='pkg')
""",
        r"what the build of pkg-1\.0\.tar\.gz made is refused: it holds more than 500 files",
    ),
    "forges its result": (
        """
import io, os, tarfile
forged = io.BytesIO()
with tarfile.open(fileobj=forged, mode='w') as tar:
    tar.addfile(tarfile.TarInfo('../../escaped'))
for descriptor in range(5, 30):
    try:
        os.write(descriptor, forged.getvalue())
    except OSError:
        pass
os._exit(0)
""",
        r"what the build of pkg-1\.0\.tar\.gz made is refused: .*climbs",
    ),
    "leaves a link to the host": (
        """
import os
os.symlink('/etc/passwd', '../built/pkg.py')
from setuptools import setup
setup(name='pkg')
""",
        r"is refused: the link 'pkg\.py' leaves the archive",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", HOSTILE_BUILDS)
def test_a_hostile_build_gets_nowhere(registry, pypi, cache, tmp_path, monkeypatch, what):
    few = partial(archives.unpack, limits=archives.UnpackLimits(entries=500))
    monkeypatch.setattr(pypi_build, "unpack", few)
    marker = tmp_path / "marker"
    host, port = registry.url.removeprefix("http://").split(":")
    setup, reason = HOSTILE_BUILDS[what]
    for word, value in {"HOST": host, "PORT": port, "MARKER": str(marker)}.items():
        setup = setup.replace(word, value)
    registry.add_sdist("pkg", files={"setup.py": setup}, requires=None)
    asked = len(registry.requests)
    with pytest.raises(PackageError, match=f"(?s){reason}"):
        built(pypi, runtime())
    assert not marker.exists()
    assert not (cache.folder / "trees/built-1").exists()
    assert not list(tmp_path.rglob("escaped"))
    assert len(registry.requests) == asked + 2  # the page and the sdist


@pytest.mark.slow
def test_a_build_that_failed_is_not_tried_again(
    registry, pypi, sandbox: BubblewrapSandbox, monkeypatch
):
    on = runtime()
    registry.add_sdist("pkg", files={"setup.py": "raise SystemExit(3)"}, requires=None)
    runs: list[Program] = []
    original = sandbox.run

    def counted(program: Program) -> Outcome:
        runs.append(program)
        return original(program)

    monkeypatch.setattr(sandbox, "run", counted)
    for _ in range(2):
        with pytest.raises(PackageError, match="cannot be built"):
            built(pypi, on)
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("pyproject", "reason"),
    [
        (
            "[build-system]\nrequires = []\nbuild-backend = 'a\\u0000b'\n",
            "not the name of a module",
        ),
        ("[build-system]\nrequires = []\nbuild-backend = '''a\n'''\n", "not the name of a module"),
        ("[build-system]\nrequires = []\nbuild-backend = '" + "a" * 999 + "'\n", "not the name"),
        ("[build-system]\nrequires = ['" + "(" * 9000 + "']\n", "which cannot be read"),
        ("[build-system]\nrequires = [7]\n", "no index has a project '7'"),
        ("[build-system]\nrequires = [" + "'a'," * 101 + "]\n", "more than 100 projects"),
    ],
    ids=["NUL", "newline", "long", "nested", "number", "many"],
)
def test_a_hostile_build_system_is_refused_before_anything_runs(
    registry, pypi, sandbox, monkeypatch, pyproject, reason
):
    monkeypatch.setattr(sandbox, "run", lambda _: pytest.fail("it was run"))
    pyproject = pyproject.replace("'a\\u0000b'", '"a\\u0000b"')
    registry.add_sdist("pkg", files={"pyproject.toml": pyproject}, requires=None)
    with pytest.raises(PackageError, match=reason):
        built(pypi, python_runtimes()[0])


def test_a_build_system_that_would_fill_the_memory_is_not_read(tmp_path):
    system = "[build-system]\nrequires = ['x']\n"
    for hostile in ("a." * 100_000 + "b = 1\n", "#" * (1 << 20), "a = " + "[" * 100_000, "\xff"):
        (tmp_path / "pyproject.toml").write_bytes((system + hostile).encode("latin-1"))
        assert pypi_build._build_system(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text(system)
    assert pypi_build._build_system(tmp_path) == {"requires": ["x"]}


def test_without_a_sandbox_nothing_is_built(registry, ecosystems):
    registry.add_sdist("pkg", files=c_extension("pkg"), requires=None)
    with pytest.raises(PackageError, match="holds no modules"):
        install(ecosystems.of_type("pypi"), "pkg", "1.0", runtime=python_runtimes()[0])


def test_a_source_laid_out_comes_before_a_build(registry, pypi, monkeypatch, sandbox):
    monkeypatch.setattr(sandbox, "run", lambda _: pytest.fail("it was run"))
    registry.add_sdist("pkg", files={"pkg.py": "x = 1", "setup.py": ""})
    first = next(pypi.installations(Release("pkg", "1.0"), python_runtimes()[0], ()))
    assert inside(first, "/target/pkg.py").read_text() == "x = 1"
