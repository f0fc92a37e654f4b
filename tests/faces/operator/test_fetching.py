"""Fixes come through TUF with their receipts, and it is said what was verified and what was not."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage.x25519 import Identity

from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, record, revised
from tidegate.engines.formats.advisories.record import Record, TriedFix
from tidegate.engines.formats.envelopes import seal
from tidegate.engines.formats.receipts import OF_FIX, PAYLOAD_TYPE
from tidegate.engines.reproduction.receipts import InstanceKey, statement
from tidegate.faces.operator.fixes import paths_of
from tidegate.faces.operator.refused import RefusedError

DIFF = b"--- a/index.js\n+++ b/index.js\n@@ -1 +1 @@\n-a\n+b\n"
NAME = "minimist-1.2.5.diff"
RECEIPT = f"{NAME}.receipt.json"
PURL = "pkg:npm/minimist"
PASSED = ("applies", "proofs-quiet", "control-unchanged", "regression-test", "variants-quiet")
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
KEY = InstanceKey(PRIVATE)
TEXT = "is not possible here"


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _predicate() -> dict[str, Any]:
    rungs = [
        {"name": name, "word": "passed", "reason": "3 of 3", "details": {}, "variants": []}
        for name in PASSED
    ]
    tests = {"name": "tests-same", "word": "not-possible", "reason": TEXT}
    rungs.insert(3, {**tests, "details": {}, "variants": []})
    return {
        "fix": {
            "kind": "patch",
            "package": PURL,
            "base": "1.2.5",
            "version": None,
            "sha256": _sha256(DIFF),
        },
        "findings": [{"id": "lab-1", "sha256": "a" * 64}],
        "rungs": rungs,
        "labels": ["proof-silenced", "variants-silenced"],
        "runtimes": [],
        "archives": [],
        "tests": {},
        "sandbox": {"tier": "bubblewrap"},
        "started": "2026-11-27T12:00:00Z",
        "finished": "2026-11-27T12:00:01Z",
        "tidegate": "0.1.0",
    }


def _signed(predicate: dict[str, Any]) -> bytes:
    """Sign what it says, whatever that is: our own program refuses what contradicts itself."""
    subjects = [("fix.diff", predicate["fix"]["sha256"] or "b" * 64), ("lab-1", "a" * 64)]
    said = statement(subjects, predicate, OF_FIX.predicate_type)
    return seal(rfc8785.dumps(said), PAYLOAD_TYPE, KEY._signer)


@dataclass
class Offered:
    """A fix among the updates, and the record that names it."""

    coordinator: Coordinator
    receipt: bytes
    diff: bytes = DIFF

    @property
    def record(self) -> Record:
        fix = TriedFix(
            NAME,
            PURL,
            "1.2.5",
            is_patch=True,
            labels=("proof-silenced", "variants-silenced"),
            rungs=(),
            sha256=_sha256(self.diff),
            receipt_sha256=_sha256(self.receipt),
        )
        return record(fixes=(fix,))

    def publish(self, *, with_files: tuple[str, ...] = (NAME, RECEIPT)) -> None:
        for name, raw in ((NAME, self.diff), (RECEIPT, self.receipt)):
            if name in with_files:
                self.coordinator.repository.add(f"fixes/{MINIMIST}/{name}", raw)
        self.coordinator.publish(self.record)


@pytest.fixture
def offered(coordinator: Coordinator) -> Offered:
    return Offered(coordinator, _signed(_predicate()))


def test_a_fix_comes_with_its_receipt_and_it_is_said_what_was_verified(
    operator: Operator, offered: Offered
) -> None:
    offered.publish()
    operator.does("pull")
    assert operator.does("fetch", MINIMIST, "--to", "fixes") == 0, operator.complained
    assert (operator.folder / "fixes" / NAME).read_bytes() == DIFF
    assert (operator.folder / "fixes" / RECEIPT).read_bytes() == offered.receipt
    said = operator.said
    assert "verified: the coordinator published these bytes (TUF)" in said
    assert f"verified: the receipt is about this diff, SHA-256 {_sha256(DIFF)}" in said
    assert "follow from its rungs: proof silenced, variants silenced" in said
    assert "not verified: who signed the receipt" in said
    assert "not verified: whether the runs were as the receipt says" in said
    assert TEXT in said
    # Doing it again changes nothing, and without --to it is a folder of the advisory's name.
    assert operator.does("fetch", MINIMIST, "--to", "fixes") == 0
    assert operator.does("fetch", MINIMIST) == 0
    assert sorted(one.name for one in (operator.folder / MINIMIST).iterdir()) == [NAME, RECEIPT]
    assert not list((operator.home / "updates").glob("waiting/*"))
    # And the list of changes is known as far as before.
    assert operator.asks("pull")["new"] == []


def test_with_a_key_the_receipts_signature_is_checked(operator: Operator, offered: Offered) -> None:
    offered.publish()
    operator.does("pull")
    own, other = operator.folder / "own.pem", operator.folder / "other.pem"
    own.write_bytes(KEY.public_key_pem)
    other.write_bytes(InstanceKey(Ed25519PrivateKey.generate()).public_key_pem)
    assert operator.does("fetch", MINIMIST, "--key", other) == 2
    assert "has no signature by the key" in operator.complained.replace("\n", " ")
    assert not (operator.folder / MINIMIST).exists()
    (fix,) = operator.asks("fetch", MINIMIST, "--key", own)["fixes"]
    assert "the receipt is signed with the key that you gave" in fix["verified"]
    assert not any("who signed" in one for one in fix["not_verified"])


def _says(**changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda predicate: predicate.update(changed)


def _of_fix(**changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda predicate: predicate["fix"].update(changed)


def _failed(predicate: dict[str, Any]) -> None:
    predicate["rungs"][1]["word"] = "failed"


def _honest(predicate: dict[str, Any]) -> None:
    _failed(predicate)
    predicate["labels"] = []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_failed, "the labels that follow from its rungs"),
        (_says(labels=["proof-silenced"]), "the labels that follow from its rungs"),
        (_honest, "and its receipt does not"),
        (_of_fix(sha256="c" * 64), "about another fix"),
        (_of_fix(base="1.2.4"), "about another fix"),
        (_of_fix(package="pkg:npm/other"), "about another fix"),
        (_says(rungs=[]), "rungs"),
    ],
)
def test_a_receipt_that_says_otherwise_is_refused_and_nothing_is_written(
    operator: Operator,
    coordinator: Coordinator,
    change: Callable[[dict[str, Any]], Any],
    words: str,
) -> None:
    predicate = copy.deepcopy(_predicate())
    change(predicate)
    Offered(coordinator, _signed(predicate)).publish()
    operator.does("pull")
    assert operator.does("fetch", MINIMIST) == 2
    assert words in operator.complained.replace("\n", " ")
    assert not (operator.folder / MINIMIST).exists()


def test_another_diff_or_receipt_than_the_advisory_names_is_refused(
    operator: Operator, offered: Offered
) -> None:
    offered.publish()
    operator.does("pull")
    repository = offered.coordinator.repository
    for name in (NAME, RECEIPT):
        path = f"fixes/{MINIMIST}/{name}"
        right = offered.diff if name == NAME else offered.receipt
        repository.add(path, right + b" ", "revised")
        repository.write(offered.coordinator.served)
        assert operator.does("fetch", MINIMIST) == 2
        assert "pull, and fetch again" in operator.complained.replace("\n", " ")
        repository.add(path, right, "revised")
        repository.write(offered.coordinator.served)
    assert operator.does("fetch", MINIMIST) == 0


def test_bytes_that_were_not_signed_are_refused_as_in_a_pull(
    operator: Operator, offered: Offered
) -> None:
    offered.publish()
    operator.does("pull")
    (served,) = offered.coordinator.served.glob(f"targets/fixes/*/*.{NAME}")
    served.write_bytes(DIFF.replace(b"+b", b"+c"))
    assert operator.does("fetch", MINIMIST) == 2
    assert "refused (mixed)" in operator.complained
    assert not (operator.folder / MINIMIST).exists()


def test_what_is_missing_is_said_and_the_exit_code_says_it_too(
    operator: Operator, offered: Offered
) -> None:
    offered.publish(with_files=(NAME,))
    operator.does("pull")
    assert operator.does("fetch", MINIMIST) == 1
    assert "not verified: what was run, since no receipt is among the updates" in operator.said
    assert [one.name for one in (operator.folder / MINIMIST).iterdir()] == [NAME]


def test_a_file_that_is_there_is_not_overwritten(operator: Operator, offered: Offered) -> None:
    offered.publish()
    operator.does("pull")
    place = operator.folder / "fixes"
    place.mkdir()
    (place / RECEIPT).write_text("mine")
    assert operator.does("fetch", MINIMIST, "--to", place) == 2
    assert [one.name for one in place.iterdir()] == [RECEIPT]
    assert (place / RECEIPT).read_text() == "mine"


@pytest.mark.parametrize("name", ["../../x", "a/b", ".hidden", "a b", "x" * 250])
def test_a_name_leads_nowhere_else(offered: Offered, name: str) -> None:
    (fix,) = offered.record.fixes
    with pytest.raises(RefusedError, match="no name of a file"):
        paths_of(offered.record, replace(fix, name=name))


def test_what_cannot_be_fetched_says_why(operator: Operator, coordinator: Coordinator) -> None:
    assert operator.does("fetch", MINIMIST) == 2
    assert "pull" in operator.complained
    coordinator.publish(record(fixes=()))
    operator.does("pull")
    assert operator.does("fetch", MINIMIST) == 2
    assert "names no fix" in operator.complained
    assert operator.does("fetch", "TG-2026-zzzz2222") == 2
    own = Identity.generate()
    operator.has("home/identity.age", f"{own}\n")
    coordinator.restrict(record("TG-2026-rrrr2222"), str(own.to_public()))
    operator.does("pull")
    assert operator.does("fetch", "TG-2026-rrrr2222") == 2
    assert "ask the coordinator" in operator.complained


def test_a_withdrawn_advisorys_fix_is_fetched_with_a_warning(
    operator: Operator, offered: Offered
) -> None:
    offered.publish()
    at = offered.record.modified_at
    gone = revised(offered.record, withdrawn_at=at, withdrawn_because="It is none.")
    offered.coordinator.publish(gone)
    operator.does("pull")
    operator.does("fetch", MINIMIST)
    assert "is withdrawn: It is none." in operator.complained
