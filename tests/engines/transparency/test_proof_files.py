"""The proof of one entry, as a file: it shows the entry, or is refused with the reason."""

import json
from dataclasses import replace

import pytest

from tests.engines.transparency.logs import LOG, START, STRANGER, WITNESS, Ledger, entry, tree_of
from tidegate.engines.transparency import (
    EntryProof,
    TransparencyError,
    cosign,
    inclusion_proof,
    open_checkpoint,
    sign_checkpoint,
)
from tidegate.engines.transparency.errors import NoteError, ProofFileError

LEDGER = Ledger(11)


def proof_of(index):
    private = entry(index)
    return EntryProof(
        index,
        LEDGER.leaves[index],
        inclusion_proof(LEDGER.hashes, index, 11),
        LEDGER.checkpoint,
        private.text,
        private.salt,
    )


PROOF = proof_of(6)


@pytest.mark.parametrize("index", range(11))
def test_a_file_is_read_back_and_shows_its_entry(index):
    proof = EntryProof.parse(proof_of(index).to_json())
    assert proof == proof_of(index)
    assert proof.verify([LOG.key]).head == LEDGER.head


def test_who_may_not_see_the_text_gets_a_proof_without_it():
    raw = replace(PROOF, text=None, salt=None).to_json()
    assert PROOF.text.decode() not in raw.decode()
    assert EntryProof.parse(raw).verify([LOG.key]).head.size == 11


def test_text_and_salt_are_in_no_log_line():
    assert "text of 6" not in repr(PROOF)


def test_the_witnesses_under_its_checkpoint_are_told():
    raw = cosign(open_checkpoint(LEDGER.checkpoint, [LOG.key]), WITNESS, START)
    signed = replace(PROOF, checkpoint=raw).verify([LOG.key], [WITNESS.key])
    assert [one.key for one in signed.cosignatures] == [WITNESS.key]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"index": 7}, "does not show entry 7"),
        ({"leaf": LEDGER.leaves[7]}, "does not show entry 6"),
        ({"proof": PROOF.proof[:-1]}, "does not show entry 6"),
        ({"proof": (bytes(32), *PROOF.proof[1:])}, "does not show entry 6"),
        ({"text": b"another"}, "not the one that entry 6 commits to"),
        ({"salt": bytes(32)}, "not the one that entry 6 commits to"),
        ({"checkpoint": sign_checkpoint(LEDGER.head_at(10), LOG)}, "does not show entry 6"),
    ],
)
def test_what_does_not_prove_it_is_refused(changes, reason):
    with pytest.raises(ProofFileError, match=reason):
        replace(PROOF, **changes).verify([LOG.key])


def test_a_leaf_with_another_number_is_not_the_entry_though_it_is_in_the_tree():
    leaf = LEDGER.leaves[1]
    _, head = tree_of([leaf])
    proof = EntryProof(0, leaf, (), sign_checkpoint(head, LOG))
    with pytest.raises(ProofFileError, match="does not bear the number 0"):
        proof.verify([LOG.key])


def test_a_checkpoint_that_the_log_did_not_sign_is_refused():
    with pytest.raises(NoteError):
        replace(PROOF, checkpoint=sign_checkpoint(LEDGER.head, STRANGER)).verify([LOG.key])


SAID = json.loads(PROOF.to_json())


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        SAID | {"schema": "urn:tidegate:entry-proof:2"},
        SAID | {"more": 1},
        {name: value for name, value in SAID.items() if name != "salt"},
        SAID | {"index": "6"},
        SAID | {"index": True},
        SAID | {"leaf": 6},
        SAID | {"proof": "x"},
        SAID | {"proof": [6]},
        SAID | {"proof": ["AAAA"]},
        SAID | {"salt": "AAAA"},
        SAID | {"text": None},
    ],
)
def test_what_is_not_exactly_a_proof_file_is_refused(said):
    with pytest.raises(ProofFileError):
        EntryProof.parse(json.dumps(said).encode())


@pytest.mark.parametrize("raw", [b"", b"\xff", b'{"a":1,"a":2}', b"[" * 99])
def test_what_is_not_json_is_refused(raw):
    with pytest.raises(ProofFileError, match="the entry's proof"):
        EntryProof.parse(raw)


def test_no_changed_byte_is_passed_over():
    raw = PROOF.to_json()
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(TransparencyError):
            EntryProof.parse(changed).verify([LOG.key])
