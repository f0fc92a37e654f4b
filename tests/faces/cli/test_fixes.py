"""`tidegate fix try`: what it shows, its exit codes, and the receipt that it leaves."""

from __future__ import annotations

import json

from tidegate.engines.reproduction.fixes import receipt
from tidegate.engines.reproduction.receipts import InstanceKey


def test_an_incomplete_release_is_shown_rung_by_rung_and_signed(tidegate):
    file = str(tidegate.finding("a.json"))
    signed, through = tidegate.folder / "fix.json", tidegate.folder / "through"
    more = ["--runs", "30", "--receipt", str(signed), "--variants", str(through), "--json"]

    done = tidegate("fix", "try", file, "--release", "1.1.0", *more)

    assert done.returncode == 1, done.stderr
    printed = json.loads(done.stdout)
    found = {rung["name"]: rung["word"] for rung in printed["rungs"]}
    assert found["proofs-quiet"] == "passed"
    assert found["variants-quiet"] == "failed"
    assert (printed["labels"], printed["publish"]) == (["proof-silenced"], False)
    key = InstanceKey.load_or_create(tidegate.folder / "keys")
    said = receipt.verify(signed.read_bytes(), key.public_key_pem)
    assert said.subjects[0][0] == "setter-1.1.0.tgz"
    assert [rung["word"] for rung in said.predicate["rungs"]] == list(found.values())
    assert "constructor" in (through / "01/proof.js").read_text()


def test_a_release_that_is_none_is_not_taken_for_a_fix(tidegate):
    done = tidegate("fix", "try", str(tidegate.finding("a.json")), "--release", "1.1.00", "--json")

    assert done.returncode == 1, done.stderr
    printed = json.loads(done.stdout)
    assert "failed" not in {rung["word"] for rung in printed["rungs"]}
    assert printed["publish"] is False


def test_a_diff_that_climbs_out_is_refused_before_anything_is_run(tidegate):
    file = str(tidegate.finding("a.json"))
    diff = tidegate.folder / "x.diff"
    diff.write_text("--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-1\n+2\n")

    done = tidegate("fix", "try", file, "--patch", str(diff))

    assert done.returncode == 2
    assert "climbs out" in done.stderr
