"""Runs inside of the sandbox, under CPython 3.6 and later: builds /source, writes a tar to stdout.

Arguments: the build backend of pyproject.toml or an empty word, then folders for `sys.path`.
What the build itself prints goes to stderr.
"""

import contextlib
import importlib
import os
import runpy
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

SOURCE, BUILT, WHEELS = Path("/work/source"), Path("/work/built"), Path("/work/wheels")


def main() -> None:
    """Build in a copy, since builds write beside their sources, and hand the result out."""
    backend, requires = sys.argv[1], sys.argv[2:]
    result = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    shutil.copytree("/source", str(SOURCE), symlinks=True)
    BUILT.mkdir()
    WHEELS.mkdir()
    os.chdir(str(SOURCE))
    sys.path[:0] = requires
    os.environ["PYTHONPATH"] = os.pathsep.join(requires)
    if backend:
        build_by_backend(backend)
    else:
        build_by_setup()
    with tarfile.open(fileobj=result, mode="w|") as archive:
        for path in sorted(BUILT.iterdir()):
            archive.add(str(path), arcname=path.name)
    result.close()


def build_by_backend(backend: str) -> None:
    """Build a wheel as PEP 517 says; without a backend-path, which the sources may not need."""
    module, _, attribute = backend.partition(":")
    found = importlib.import_module(module)
    for name in filter(None, attribute.split(".")):
        found = getattr(found, name)
    sys.argv[:] = ["setup.py"]
    wheel = found.build_wheel(str(WHEELS))
    with zipfile.ZipFile(str(WHEELS / wheel)) as archive:
        archive.extractall(str(BUILT))  # noqa: S202  what is unpacked here stays in the sandbox


def build_by_setup() -> None:
    """Run setup.py as a client did before PEP 517, with setuptools in place of distutils."""
    with contextlib.suppress(ImportError):
        importlib.import_module("setuptools")
    sys.path.insert(0, str(SOURCE))
    built = str(BUILT)
    sys.argv[:] = ["setup.py", "build", "--build-lib", built, "egg_info", "--egg-base", built]
    try:
        runpy.run_path("setup.py", run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise


if __name__ == "__main__":
    main()
