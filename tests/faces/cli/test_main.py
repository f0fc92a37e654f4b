"""What the commands promise: their output, their exit codes, and what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

RANGE = "vers:npm/<1.1.0|>=2.0.0|<2.0.1"
LOOP = {"proof.js": "require('setter'); for (;;) ;\n", "benign.js": "require('setter');\n"}


def test_reproduce_prints_one_object(tidegate):
    done = tidegate("reproduce", str(tidegate.finding("a.json")), "--range", "--json")

    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert (printed["verdict"], printed["trust"]) == ("reproduced", "L2")
    assert printed["range"]["vers"] == RANGE
    assert printed["range"]["affected"] == ["1.0.0", "1.0.1", "2.0.0"]
    assert printed["range"]["events"] == [
        {"introduced": "0"}, {"fixed": "1.1.0"}, {"introduced": "2.0.0"}, {"fixed": "2.0.1"},
    ]  # fmt: skip


def test_reproduce_tells_people_what_it_saw(tidegate):
    done = tidegate("reproduce", str(tidegate.finding("a.json")), "--range")

    assert done.returncode == 0, done.stderr
    assert "reproduced (L2)" in done.stdout
    assert f"affected: {RANGE}" in done.stdout
    assert "at module.exports (/store/setter@1.0.0/" in done.stdout


def test_another_version_can_be_asked_for(tidegate):
    done = tidegate("reproduce", str(tidegate.finding("a.json")), "--version", "1.1.0", "--json")

    assert json.loads(done.stdout)["verdict"] == "not-reproduced"
    assert done.returncode == 0


def test_a_bad_record_is_refused_with_its_line_and_the_good_one_goes_on(tidegate):
    good = tidegate.finding("a.json").read_text()
    path = tidegate.folder / "mixed.jsonl"
    path.write_text(good.replace("pkg:npm/setter@1.0.0", "setter@1.0.0") + "\n" + good + "\n")

    done = tidegate("reproduce", str(path), "--json")

    assert done.returncode == 1
    assert "line 1: target.purl" in done.stderr
    assert json.loads(done.stdout)["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["reproduce", "nowhere.json"], "nowhere.json"),
        (["reproduce", "a.txt"], "a.txt"),
        (["run", "nowhere"], "nowhere"),
        (["run", "empty"], "holds no finding"),
        (["receipt", "verify", "nowhere.json"], "nowhere.json"),
        (["minimise", "nowhere.json"], "nowhere.json"),
        (["frobnicate"], "frobnicate"),
        (["reproduce"], "FILE"),
    ],
)
def test_wrong_usage_is_one_clear_error_and_2(tidegate, arguments, told):
    (tidegate.folder / "empty").mkdir()
    (tidegate.folder / "a.txt").write_text("text")

    done = tidegate(*arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_sandbox_nothing_is_run(tidegate):
    tidegate.environment["PATH"] = "/nonexistent"

    done = tidegate("reproduce", str(tidegate.finding("a.json")))

    assert done.returncode == 2
    assert "bubblewrap" in done.stderr
    assert "apt" in done.stderr


def test_a_sandbox_that_is_not_installed_is_refused_by_name(tidegate):
    tidegate.environment["TIDEGATE_SANDBOX"] = "microvm"

    done = tidegate("reproduce", str(tidegate.finding("a.json")))

    assert done.returncode == 2
    assert "'microvm'" in done.stderr
    assert "bubblewrap" in done.stderr


def test_a_receipt_verifies_and_a_changed_one_does_not(tidegate):
    done = tidegate("reproduce", str(tidegate.finding("a.json")), "--out", "out")
    assert done.returncode == 0, done.stderr
    (receipt,) = (tidegate.folder / "out/receipts").iterdir()
    key = str(tidegate.folder / "out/instance.pub")

    valid = tidegate("receipt", "verify", str(receipt), "--key", key)
    as_json = tidegate("receipt", "verify", str(receipt), "--json")
    changed = tidegate.folder / "changed.json"
    envelope = json.loads(receipt.read_text())
    envelope["payload"] = envelope["payload"][:-8] + "AAAAAAA="
    changed.write_text(json.dumps(envelope))
    invalid = tidegate("receipt", "verify", str(changed))

    assert (valid.returncode, as_json.returncode, invalid.returncode) == (0, 0, 1)
    assert "valid:" in valid.stdout
    assert json.loads(as_json.stdout)["predicate"]["verdict"] == "reproduced"
    assert "invalid" in invalid.stderr


def test_another_instances_key_does_not_verify(tidegate):
    tidegate("reproduce", str(tidegate.finding("a.json")), "--out", "out")
    (receipt,) = (tidegate.folder / "out/receipts").iterdir()
    tidegate.environment["TIDEGATE_KEYS"] = str(tidegate.folder / "other")

    assert tidegate("receipt", "verify", str(receipt)).returncode == 1


def test_minimise_prints_the_smaller_proof_and_writes_it(tidegate):
    files = {"proof.js": "const a = 1;\n" * 5 + "", "benign.js": "require('setter');\n"}
    files["proof.js"] = "".join(f"let x{n};\n" for n in range(9)) + (
        "require('setter')({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n"
    )
    path = tidegate.finding("a.json", files=files)

    done = tidegate("minimise", str(path), "--out", "small.json")

    assert done.returncode == 0, done.stderr
    small = json.loads((tidegate.folder / "small.json").read_text())
    assert "let x" not in small["pov"]["files"]["proof.js"]
    again = tidegate("reproduce", "small.json", "--json")
    assert json.loads(again.stdout)["verdict"] == "reproduced"


def note(path: Path, expected: str, vers: str = "none") -> None:
    path.with_suffix(".md").write_text(f"---\nexpected: {expected}\nrange: {vers}\n---\n")


def test_run_compares_with_the_notes_and_goes_on_where_it_stopped(tidegate):
    note(tidegate.finding("all/a.json", id="a"), "reproduced", RANGE)
    note(tidegate.finding("all/deep/b.json", "pkg:npm/setter@1.1.0", id="b"), "not-reproduced")
    (tidegate.folder / "all/bad.json").write_text("{}")
    note(tidegate.folder / "all/bad.json", "refused")

    first = tidegate("run", "all", "--out", "out")
    receipts = {p: p.stat().st_mtime_ns for p in (tidegate.folder / "out/receipts").iterdir()}
    second = tidegate("run", "all", "--out", "out", "--json")
    third = tidegate("run", "all", "--out", "out", "--again")

    assert first.returncode == second.returncode == third.returncode == 0, first.stdout
    rows = [json.loads(line) for line in second.stdout.splitlines()]
    assert [row["as_expected"] for row in rows] == [True, True, True]
    lines = (tidegate.folder / "out/results.jsonl").read_text().splitlines()
    assert {json.loads(line)["finding"] for line in lines} == {"a", "b"}
    assert len(receipts) == 2
    assert all(path.stat().st_mtime_ns > before for path, before in receipts.items())


def test_run_ends_with_1_where_something_is_not_as_its_note_expects(tidegate):
    note(tidegate.finding("all/a.json", id="a"), "not-reproduced")

    done = tidegate("run", "all", "--out", "out")

    assert done.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_job_that_is_stopped_leaves_nothing_running_and_nothing_half_written(tidegate, number):
    tidegate.finding("all/1.json", id="1")
    tidegate.finding("all/2.json", files=LOOP, timeout=60, id="2")
    started = tidegate.start("run", "all", "--out", "out")
    results = tidegate.folder / "out/results.jsonl"
    deadline = time.monotonic() + 60
    while not results.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)

    os.killpg(started.pid, number) if number is signal.SIGINT else started.kill()
    _, errors = started.communicate(timeout=60)

    assert started.returncode == (130 if number is signal.SIGINT else -signal.SIGKILL), errors
    assert "Traceback" not in errors
    assert gone(str(tidegate.folder)), "something of the job is still running"
    lines = results.read_text().splitlines()
    assert [json.loads(line)["finding"] for line in lines] == ["1"]
    assert not list((tidegate.folder / "out").rglob("*partial*"))
    kept = next((tidegate.folder / "out/receipts").iterdir())
    before = kept.stat().st_mtime_ns
    (tidegate.folder / "all/2.json").unlink()
    assert tidegate("run", "all", "--out", "out").returncode == 0
    assert kept.stat().st_mtime_ns == before


def gone(mark: str) -> bool:
    """Wait until no process has the mark in its environment or its command line."""
    for _ in range(100):
        found = [
            entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and has(entry, mark)
        ]
        if not found:
            return True
        time.sleep(0.1)
    return False


def has(process: Path, mark: str) -> bool:
    try:
        text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
    except OSError:
        return False
    return mark.encode() in text and int(process.name) != os.getpid()


def test_help_names_every_command(tidegate):
    done = tidegate("--help")

    assert done.returncode == 0
    for name in ("reproduce", "run", "minimise", "receipt", "version"):
        assert name in done.stdout
