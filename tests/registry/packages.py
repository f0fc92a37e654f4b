"""Packages made on the fly: npm tarballs, wheels and sdists as their own tools would make them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Files = Mapping[str, str | bytes]
"""Content by path."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, honest or not."""

    name: str
    content: bytes = b""
    type: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644


def tar_of(members: Iterable[Member], compression: str = "gz") -> bytes:
    """Return a tar archive of exactly these members: names and types are taken as they are."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for member in members:
            header = tarfile.TarInfo(member.name)
            header.type, header.linkname, header.mode = member.type, member.link, member.mode
            header.size = len(member.content)
            archive.addfile(header, io.BytesIO(member.content))
    return buffer.getvalue()


def zip_of(members: Iterable[Member]) -> bytes:
    """Return a zip archive of exactly these members; `type` `SYMTYPE` makes a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            header = zipfile.ZipInfo(member.name)
            kind = 0o120000 if member.type == tarfile.SYMTYPE else 0o100000
            header.external_attr = (kind | member.mode) << 16
            header.compress_type = zipfile.ZIP_DEFLATED
            with warnings.catch_warnings(action="ignore"):  # of names that come twice
                archive.writestr(header, member.link or member.content)
    return buffer.getvalue()


def npm_tarball(files: Files, manifest: Mapping[str, Any], folder: str = "package") -> bytes:
    """Return what `npm pack` makes: everything in one folder, `package.json` among it."""
    everything = {"package.json": json.dumps(manifest), **files}
    return tar_of(Member(f"{folder}/{name}", _bytes(text)) for name, text in everything.items())


def wheel(
    project: str,
    version: str,
    files: Files,
    *,
    requires: Iterable[str] = (),
    tag: str = "py3-none-any",
    requires_python: str | None = None,
) -> tuple[str, bytes]:
    """Return a wheel's file name and content (PEP 427)."""
    stem = f"{re.sub('[-_.]+', '_', project)}-{version}"
    info = f"{stem}.dist-info"
    pure = "true" if tag.endswith("-none-any") else "false"
    content = {
        **files,
        f"{info}/METADATA": _metadata(project, version, requires, requires_python, "2.1"),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {pure}\n"
        f"Tag: {tag}\n",
    }
    record = io.StringIO()
    writer = csv.writer(record, lineterminator="\n")
    for name, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(_bytes(text)).digest()).rstrip(b"=")
        writer.writerow([name, f"sha256={digest.decode()}", len(_bytes(text))])
    writer.writerow([f"{info}/RECORD", "", ""])
    content[f"{info}/RECORD"] = record.getvalue()
    return f"{stem}-{tag}.whl", zip_of(Member(n, _bytes(t)) for n, t in content.items())


def sdist(
    project: str,
    version: str,
    files: Files,
    *,
    requires: Iterable[str] | None = (),
    suffix: str = ".tar.gz",
) -> tuple[str, bytes]:
    """Return an sdist's file name and content; `requires` None says nothing, as old ones do.

    Without a `setup.py` or `pyproject.toml` among the files, there is none.
    """
    stem = f"{project}-{version}"
    metadata = _metadata(
        project, version, requires or (), None, "1.0" if requires is None else "2.2"
    )
    everything = {"PKG-INFO": metadata, **files}
    members = [Member(f"{stem}/{name}", _bytes(text)) for name, text in everything.items()]
    content = zip_of(members) if suffix == ".zip" else tar_of(members, _COMPRESSIONS[suffix])
    return stem + suffix, content


_COMPRESSIONS = {".tar.gz": "gz", ".tgz": "gz", ".tar.bz2": "bz2"}


def c_extension(module: str, constant: int = 42) -> dict[str, str]:
    """Return the sources of an sdist whose module, written in C, has one function `answer()`."""
    return {
        "setup.py": "from setuptools import Extension, setup\n"
        f"setup(name={module!r}, ext_modules=[Extension({module!r}, ['{module}.c'])])\n",
        f"{module}.c": f"""\
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) {{ return PyLong_FromLong({constant}); }}
static PyMethodDef methods[] = {{{{"answer", answer, METH_NOARGS, ""}}, {{0}}}};
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{module}", "", -1, methods}};
PyMODINIT_FUNC PyInit_{module}(void) {{ return PyModule_Create(&module); }}
""",
    }


def _metadata(
    project: str,
    version: str,
    requires: Iterable[str],
    requires_python: str | None,
    metadata_version: str,
) -> str:
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {project}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join(lines) + "\n"


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
