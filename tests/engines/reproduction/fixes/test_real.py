"""Known incomplete fixes and their complete ones, from the real registries.

minimist 1.2.2 and 1.2.3 and PyYAML 5.3.1 each stopped the first proof and not a variant of it.
The ladder is given that first proof alone and has to find the variants.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidegate.engines.formats.finding import Finding, parse_finding
from tidegate.engines.reproduction.ecosystems import Cache, Ecosystems
from tidegate.engines.reproduction.fixes import (
    Budget,
    Climber,
    RungName,
    RungWord,
    read_fix,
    released_fix,
)

pytestmark = [pytest.mark.network, pytest.mark.slow]

DIFFS = Path(__file__).parent / "diffs"
EXAMPLES = Path(__file__).parents[4] / "examples/true"
MINIMIST, PYYAML = "pkg:npm/minimist", "pkg:pypi/pyyaml"


def first_proof(name: str) -> Finding:
    """Return an example with its entry as its only program."""
    document = json.loads((EXAMPLES / f"{name}.json").read_text())
    for variant in document["pov"].pop("variants", []):
        del document["pov"]["files"][variant]
    found = parse_finding(json.dumps(document).encode(), name)
    assert isinstance(found, Finding)
    return found


FINDINGS = {
    MINIMIST: first_proof("npm-minimist-cve-2020-7598"),
    PYYAML: first_proof("pypi-pyyaml-cve-2020-1747"),
}


@pytest.fixture(scope="module")
def climber(laboratory, tmp_path_factory) -> Iterator[Climber]:
    cache = Cache(tmp_path_factory.mktemp("cache"))
    with Ecosystems(cache=cache) as made:
        yield Climber(laboratory, made.of_type, cache)


def climb(climber: Climber, fix, runs: int, *names: RungName):
    case = [FINDINGS[fix.package]]
    state = climber.begin(fix, case)
    budget = Budget(runs=runs, seconds=120)
    wanted = (RungName.APPLIES, RungName.PROOFS_QUIET, *names, RungName.VARIANTS_QUIET)
    return {name: climber.rung(name, fix, case, state, (), budget) for name in wanted}


@pytest.mark.parametrize(
    ("package", "base", "version", "way"),
    [
        (MINIMIST, "1.2.1", "1.2.2", b"constructor.prototype."),
        (MINIMIST, "1.2.1", "1.2.3", b"}.part"),
        (PYYAML, "5.3", "5.3.1", b"python/object/new:map"),
    ],
)
def test_a_fix_that_stopped_the_first_proof_only_is_told(climber, package, base, version, way):
    rungs = climb(climber, released_fix(package, base, version), 160)
    assert rungs[RungName.PROOFS_QUIET].word is RungWord.PASSED
    variants = rungs[RungName.VARIANTS_QUIET]
    assert variants.word is RungWord.FAILED
    assert any(way in one.files[one.entry] for one in variants.variants)


@pytest.mark.parametrize(
    ("package", "base", "version", "runs"),
    [(MINIMIST, "1.2.1", "1.2.6", 45), (PYYAML, "5.3", "5.4", 150)],
)
def test_the_complete_fix_holds(climber, package, base, version, runs):
    rungs = climb(climber, released_fix(package, base, version), runs)
    assert {rung.word for rung in rungs.values()} == {RungWord.PASSED}
    assert rungs[RungName.VARIANTS_QUIET].details["valid"] >= 5


@pytest.mark.parametrize(("name", "holds"), [("incomplete", False), ("complete", True)])
def test_a_diff_climbs_as_a_release_does_with_the_tests_of_the_package(climber, name, holds):
    raw = (DIFFS / f"minimist-1.2.1-{name}.diff").read_bytes()
    fix = read_fix(raw, package=MINIMIST, base="1.2.1")
    rungs = climb(climber, fix, 45, RungName.TESTS_SAME, RungName.REGRESSION_TEST)
    assert rungs[RungName.PROOFS_QUIET].word is RungWord.PASSED
    assert rungs[RungName.TESTS_SAME].reason == "the same 127 tests run, with the same results"
    with_test = RungWord.PASSED if holds else RungWord.NOT_POSSIBLE
    assert rungs[RungName.REGRESSION_TEST].word is with_test
    assert (rungs[RungName.VARIANTS_QUIET].word is RungWord.PASSED) is holds
