"""What every test shares: an installation of its own, in a folder that nobody else uses."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Before Django reads its settings, which it does once, while the tests are collected.
if "TIDEGATE_HOME" not in os.environ:
    _home = tempfile.mkdtemp(prefix="tidegate-tests-")
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
    os.environ["TIDEGATE_HOME"] = _home

# The runner tells its workers how wide its own terminal is; tables are read here, not looked at.
os.environ.pop("COLUMNS", None)
