"""The climb, over a registry on loopback and in a real sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.engines.reproduction.findings import finding
from tests.engines.reproduction.scripted import ScriptedLaboratory
from tests.registry import cache, ecosystems, registry  # noqa: F401
from tidegate.engines.reproduction.fixes import (
    Budget,
    Climber,
    Label,
    Rung,
    RungName,
    read_fix,
    released_fix,
)
from tidegate.engines.reproduction.fixes import receipt as receipts
from tidegate.engines.reproduction.fixes.values import Fix
from tidegate.engines.reproduction.receipts import InstanceKey, ReceiptError
from tidegate.engines.reproduction.steps import UnrunnableError

PUT = """
import os

def put(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
"""
CHECK = """    path = os.path.join(folder, name)
    if {}:
        raise ValueError(name)
"""
PATH = "    path = os.path.join(folder, name)\n"
HALF = PUT.replace(PATH, CHECK.format("name.startswith('..')"))
STRIPPED = PUT.replace(PATH, PATH.replace("name", "name.replace('../', '').lstrip('/')"))
WHOLE = PUT.replace(PATH, CHECK.format("not os.path.realpath(path).startswith(folder + '/')"))
HISTORY = {
    "1.0": PUT,
    "1.1": HALF,
    "1.2": STRIPPED,
    "1.3": WHOLE,
    "1.4": "def put(folder, name, text): pass\n",
    "1.5": "raise RuntimeError('no')\n",
}
PATCH = """\
diff --git a/src/drawer/__init__.py b/src/drawer/__init__.py
--- a/src/drawer/__init__.py
+++ b/src/drawer/__init__.py
@@ -4,4 +4,6 @@
 def put(folder, name, text):
     path = os.path.join(folder, name)
+    if not os.path.realpath(path).startswith(folder + "/"):
+        raise ValueError(name)
     with open(path, "w") as file:
         file.write(text)
diff --git a/CHANGES.md b/CHANGES.md
--- a/CHANGES.md
+++ b/CHANGES.md
@@ -1 +1,2 @@
+Closed.
 Begun.
"""
CLAIM = finding(
    "pkg:pypi/drawer@1.0",
    "file-write",
    {
        "out.py": "import os, drawer\nos.mkdir('box')\n"
        "drawer.put('/work/box', '../../%s' % os.environ['TIDEGATE_DROP'], 'x')\n",
        "benign.py": "import os, drawer\nos.mkdir('box')\ndrawer.put('/work/box', 'a', 'x')\n"
        "print(os.environ['TIDEGATE_NONCE'], open('box/a').read())\n",
    },
)
TAP = """
const set = require("../"), o = {};
set(o, "a", 1);
console.log("TAP version 13\\n" + (o.a === 1 ? "ok" : "not ok") + " 1 it sets");
"""
NAMES = """
require("../")({}, "__proto__", 1);
console.log("ok 1 it keeps to itself");
"""
SETTER = {
    "1.0.0": {"index.js": "module.exports = (o, k, v) => { if (k[0] === '_') throw k; o[k] = v };"},
    "1.0.1": {"index.js": "module.exports = (o, k, v) => { o[k] = v };", "test/n.js": NAMES},
    "1.0.2": {"index.js": "module.exports = () => {};"},
}
SETTING = finding("pkg:npm/setter@1.0.0", "prototype-pollution", {"direct.js": "require('setter')"})
FEW = Budget(runs=36, seconds=20, seed=7)
NONE = Budget(runs=0)


@pytest.fixture
def climber(laboratory, ecosystems, registry, cache) -> Climber:  # noqa: F811
    for number, text in HISTORY.items():
        registry.add_wheel("drawer", number, {"drawer/__init__.py": text})
    for number, files in SETTER.items():
        script = {"test": "nyc tape 'test/*.js'"}
        registry.add_npm("setter", number, {"test/set.js": TAP, **files}, scripts=script)
    return Climber(laboratory, ecosystems.of_type, cache)


def release(version: str, **more) -> Fix:
    return released_fix("pkg:pypi/drawer", "1.0", version, **more)


def patch(text: str = PATCH, **more) -> Fix:
    return read_fix(text.encode(), package="pkg:pypi/drawer", base="1.0", **more)


def words(rungs) -> dict[str, str]:
    return {rung.name.value: rung.word.value for rung in rungs}


@pytest.mark.slow
def test_an_incomplete_fix_is_told_by_variants_that_the_ladder_finds_itself(climber):
    told: list[str] = []
    rungs = climber.climb(release("1.1"), [CLAIM], FEW, lambda name, what: told.append(name + what))

    assert words(rungs) == {
        "applies": "passed",
        "proofs-quiet": "passed",
        "control-unchanged": "passed",
        "tests-same": "not-possible",
        "regression-test": "not-possible",
        "variants-quiet": "failed",
        "reviewed": "skipped",
    }
    variants = rungs[5].variants
    assert any(b"'./.././../%s'" in one.files["out.py"] for one in variants)
    assert all((one.on_base, one.on_fixed, one.runs) == (3, 3, 3) for one in variants)
    concluded = climber.conclude(rungs)
    assert concluded["labels"] == [Label.PROOF_SILENCED]
    assert concluded["publish"] is False
    assert [name for name in RungName if name in told] == list(RungName)


@pytest.mark.slow
def test_what_fires_on_the_mended_version_only_is_told_as_well(climber):
    rungs = climber.climb(release("1.2"), [CLAIM], FEW)
    assert words(rungs)["variants-quiet"] == "failed"
    new = [one for one in rungs[5].variants if not one.on_base]
    assert [one.on_fixed for one in new] == [3] * len(new)
    assert any(b"....//" in one.files["out.py"] for one in new)


def test_a_complete_patch_holds_and_its_receipt_says_so(climber):
    test = (
        b"import drawer\ntry: drawer.put('/tmp', '../work/x', '')\n"
        b"except ValueError: exit(0)\nexit(1)\n"
    )
    fix = patch(tests={"names.py": test})
    began = datetime.now(UTC)

    state = json.loads(json.dumps(climber.begin(fix, [CLAIM])))
    rungs: list[Rung] = []
    for name in RungName:
        again = Fix.from_data(json.loads(json.dumps(fix.to_data())))
        made = climber.rung(name, again, [CLAIM], state, rungs, FEW)
        rungs.append(Rung.from_data(json.loads(json.dumps(made.to_data()))))

    found = list(words(rungs).values())
    assert found == ["passed", "passed", "passed", "not-possible", "passed", "passed", "skipped"]
    assert rungs[0].details["notes"] == ["CHANGES.md is not installed, so it was left out"]
    assert rungs[4].details["given"][0]["passed_before"] == 0
    said = receipts.statement(
        fix, [CLAIM], state, rungs, started=began, finished=began, tidegate="0", tier="bubblewrap"
    )
    key = InstanceKey(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
    read = receipts.verify(receipts.sign(key, said), key.public_key_pem)
    assert read.subjects == (("fix.diff", fix.digest), (CLAIM.id, CLAIM.digest))
    assert read.predicate["labels"] == ["proof-silenced", "variants-silenced"]
    assert [rung["word"] for rung in read.predicate["rungs"]] == found
    said["predicate"]["labels"].append("maintainer-accepted")
    with pytest.raises(ReceiptError, match="labels that follow"):
        receipts.sign(key, said)


def test_a_release_that_does_nothing_any_more_is_no_fix(climber):
    rungs = climber.climb(release("1.4"), [CLAIM], NONE)
    assert words(rungs)["control-unchanged"] == "failed"
    assert words(rungs)["variants-quiet"] == "skipped"
    assert climber.conclude(rungs)["labels"] == []


@pytest.mark.parametrize(
    ("fix", "word", "told"),
    [
        (release("1.5"), "failed", "cannot be used"),
        (release("9.9"), "not-possible", "9.9"),
        (patch(PATCH.replace("     path =", "     road =")), "failed", "hunk 1 of drawer/__init__"),
        (patch(PATCH.replace("raise Value", "raise raise Value")), "failed", "cannot be used"),
        (patch(PATCH.replace("drawer/__init__.py", "_c.pyx")), "not-possible", "not among what"),
        (released_fix("pkg:pypi/drawer", "9.9", "1.1"), "not-possible", "9.9 cannot be used"),
    ],
)
def test_what_does_not_apply_climbs_no_further(climber, fix, word, told):
    rungs = climber.climb(fix, [CLAIM], NONE)
    assert words(rungs)["applies"] == word
    assert told in rungs[0].reason
    assert set(words(rungs[1:]).values()) == {"skipped"}


def test_a_proof_that_did_not_fire_before_says_nothing(climber):
    fix = released_fix("pkg:pypi/drawer", "1.1", "1.3")
    state = climber.begin(fix, [CLAIM])
    rung = climber.rung(RungName.PROOFS_QUIET, fix, [CLAIM], state)
    assert (rung.word, "does not fire on the base version" in rung.reason) == ("not-possible", True)


def test_what_is_not_about_this_package_or_has_no_proof_is_refused(climber):
    other = finding("pkg:pypi/other@1.0", "file-write", {"out.py": "1"})
    with pytest.raises(UnrunnableError, match="is about pkg:pypi/other"):
        climber.climb(release("1.1"), [CLAIM, other])
    with pytest.raises(UnrunnableError, match="there is none"):
        climber.climb(release("1.1"), [])


@pytest.mark.parametrize(
    ("version", "same", "new"), [("1.0.1", "passed", "passed"), ("1.0.2", "failed", "not-possible")]
)
def test_the_tests_of_the_package_are_run_on_both(climber, version, same, new):
    fix = released_fix("pkg:npm/setter", "1.0.0", version)
    state = climber.begin(fix, [SETTING])
    found = [
        climber.rung(name, fix, [SETTING], state)
        for name in (RungName.TESTS_SAME, RungName.REGRESSION_TEST)
    ]
    assert [rung.word for rung in found] == [same, new]
    assert found[0].details["before"]["tests"] == 1


@pytest.mark.parametrize(
    ("base", "fixed", "word"),
    [
        ("111", "000", "passed"),
        ("111", "111", "failed"),
        ("111", "010", "flaky"),
        ("101", "000", "flaky"),
        ("000", "000", "not-possible"),
    ],
)
def test_three_runs_of_three_or_a_word_that_says_otherwise(climber, base, fixed, word):
    script = {"1.0": base, "1.3": fixed}
    laboratory = ScriptedLaboratory(lambda version, _, number: script[version][number] == "1")
    scripted = replace(climber, laboratory=laboratory)
    fix = release("1.3")
    state = scripted.begin(fix, [CLAIM])
    rung = scripted.rung(RungName.PROOFS_QUIET, fix, [CLAIM], state)
    assert rung.word == word
