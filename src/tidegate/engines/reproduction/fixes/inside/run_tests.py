"""Runs inside of the sandbox, under CPython 3.6 and later: a project's tests, by pytest.

Arguments: folders for `sys.path` as one JSON list, then test files. Writes one JSON document to
stdout: the outcome of each test by its name. What tests print goes to stderr.
"""

import json
import os
import shutil
import sys
from typing import Any

OWN = "/work/own"


class Collector:
    """A plugin that writes down what becomes of each test."""

    def __init__(self) -> None:
        self.results = {}  # type: dict[str, str]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the worst of set-up, call and tear-down."""
        known = self.results.get(report.nodeid)
        if report.failed:
            self.results[report.nodeid] = "failed"
        elif report.skipped and known is None:
            self.results[report.nodeid] = "skipped"
        elif report.when == "call" and known is None:
            self.results[report.nodeid] = "passed"

    def pytest_collectreport(self, report: Any) -> None:
        """Count a file that cannot be read as a failure, too."""
        if report.failed:
            self.results[report.nodeid] = "failed"


def main() -> None:
    """Run them in a copy, since tests write beside themselves."""
    result = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    shutil.copytree("/tests", OWN)
    os.chdir(OWN)
    sys.path[:0] = [OWN, *json.loads(sys.argv[1])]
    import pytest

    collector = Collector()
    words = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "-o", "xfail_strict=false"]
    words.append("--continue-on-collection-errors")
    code = pytest.main([*words, *sys.argv[2:]], plugins=[collector])
    said = {"code": int(code), "results": collector.results}
    result.write("\n" + json.dumps(said) + "\n")
    result.close()


main()
