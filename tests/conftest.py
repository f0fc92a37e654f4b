"""What every test shares: an installation of its own, in a folder that nobody else uses."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

# Before Django reads its settings, which it does once, while the tests are collected.
if "TIDEGATE_HOME" not in os.environ:
    _home = tempfile.mkdtemp(prefix="tidegate-tests-")
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
    os.environ["TIDEGATE_HOME"] = _home

# The runner tells its workers how wide its own terminal is; tables are read here, not looked at.
os.environ.pop("COLUMNS", None)

# Else each of the many processes that tests start would compile all of its modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_DATABASE = "tidegate.sqlite3"
_MAKE_TABLES = "from tidegate.instance.opening import open_instance; open_instance()"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with all tables and no row of ours; it is copied, and never opened.

    All migrations take some eight seconds of a processor, so the worker that is first runs them
    for all.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = folder / "migrated" / _DATABASE
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            home = folder / "migrating"
            told = {"TIDEGATE_HOME": str(home), "TIDEGATE_KEYS": str(home), "TIDEGATE_DATABASE": ""}
            subprocess.run(
                [sys.executable, "-c", _MAKE_TABLES], env={**os.environ, **told}, check=True
            )
            home.rename(made.parent)
    return made


@pytest.fixture(scope="session")
def make_home(migrated: Path) -> Callable[[Path], Path]:
    """Return what makes a folder the home of a new installation, which has its tables already."""

    def make(folder: Path) -> Path:
        folder.mkdir(mode=0o700)
        shutil.copyfile(migrated, folder / _DATABASE)
        (folder / _DATABASE).chmod(0o600)
        return folder

    return make


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fill the tests' own database, which is in memory, before Django looks what it has to make."""
    from django.db import connection

    creation: Any = connection.creation
    name = creation._get_test_db_name() if connection.vendor == "sqlite" else ""
    if "mode=memory" not in name:
        yield
        return
    with closing(sqlite3.connect(name, uri=True)) as ours:
        with closing(sqlite3.connect(request.getfixturevalue("migrated"))) as full:
            full.backup(ours)
        yield
