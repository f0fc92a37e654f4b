"""A cosignature is passed on if a known witness gave it to a checkpoint that we published."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.desks.ledger.ledgers import STRANGERS_KEY, WITNESS, add, checkpoint, later, published
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.ledger.models import Checkpoint, Entry
from tidegate.desks.ledger.queries.entries import proof_file
from tidegate.desks.ledger.queries.heads import log_key, witness_keys
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.verifying import verify
from tidegate.desks.ledger.services.witnesses import accept, add_witness, remove_witness
from tidegate.engines.transparency import (
    EntryProof,
    NoteSigner,
    SignatureKind,
    TreeHead,
    cosign,
    open_checkpoint,
    sign_checkpoint,
)
from tidegate.engines.transparency.notes import Note

pytestmark = pytest.mark.django_db

SECOND = NoteSigner(
    "witness.example/w2",
    Ed25519PrivateKey.from_private_bytes(b"V" * 32),
    SignatureKind.COSIGNATURE,
)
IMPOSTOR = NoteSigner(WITNESS.key.name, STRANGERS_KEY, SignatureKind.COSIGNATURE)


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    """Publish a ledger of three entries; the third says that a witness follows it."""
    add(2)
    add_witness(OWNER, str(WITNESS.key), at=later(2))
    published(tmp_path)
    return tmp_path


def cosigned(raw: bytes, witness: NoteSigner = WITNESS, minutes: float = 5) -> bytes:
    return cosign(open_checkpoint(raw, [log_key()]), witness, later(minutes))


def signers() -> list[str]:
    note = Note.parse(Checkpoint.objects.order_by("-size")[0].note.encode())
    return [line.name for line in note.signatures]


def test_an_accepted_cosignature_is_published_and_proves_entries(folder: Path):
    assert accept(OWNER, cosigned(checkpoint()), at=later(6)) == [WITNESS.key.name]
    assert signers() == [log_key().name, WITNESS.key.name]
    published(folder)
    raw = (folder / "checkpoint").read_bytes()
    (seen,) = open_checkpoint(raw, [log_key()], [WITNESS.key]).cosignatures
    assert (seen.key, seen.at) == (WITNESS.key, later(5))
    add(1)
    (seen,) = EntryProof.parse(proof_file(OWNER, 0)).verify([log_key()], [WITNESS.key]).cosignatures
    assert seen.key == WITNESS.key
    assert EntryProof.parse(proof_file(OWNER, 3)).verify([log_key()]).head.size == 4


def test_the_newest_of_a_witness_is_kept_and_those_of_others_stay(folder: Path):
    add_witness(OWNER, str(SECOND.key), at=later(4))
    accept(OWNER, cosigned(checkpoint_of(3), SECOND), at=later(9))
    for minutes in (7, 8, 6):
        accept(OWNER, cosigned(checkpoint_of(3), WITNESS, minutes), at=later(9))
    note = Checkpoint.objects.get(size=3).note.encode()
    seen = open_checkpoint(note, [log_key()], witness_keys()).cosignatures
    assert {(one.key, one.at) for one in seen} == {(WITNESS.key, later(8)), (SECOND.key, later(5))}
    assert len(Note.parse(note).signatures) == 3


def checkpoint_of(size: int) -> bytes:
    note = Note.parse(Checkpoint.objects.get(size=size).note.encode())
    return bytes(Note(note.text, note.signatures[:1]))


def spoiled(note: Note) -> bytes:
    """Change one bit of the last signature."""
    *others, last = note.signatures
    wrong = bytearray(last.signature)
    wrong[-20] ^= 1
    return bytes(replace(note, signatures=(*others, replace(last, signature=bytes(wrong)))))


def test_a_cosignature_that_does_not_fit_is_refused(folder: Path):
    right = Note.parse(cosigned(checkpoint()))
    refused(spoiled(right), "does not fit")


def test_one_by_an_impostor_of_the_same_name_is_refused(folder: Path):
    refused(cosigned(checkpoint(), IMPOSTOR), "no witness that is known here")


def test_one_without_a_witness_is_refused(folder: Path):
    refused(checkpoint(), "known are witness.example/w1")


def test_one_from_the_future_is_refused(folder: Path):
    refused(cosigned(checkpoint(), minutes=20), "yet to come")


def test_one_of_a_checkpoint_that_was_not_published_is_refused(folder: Path):
    add(1)
    refused(cosigned(checkpoint()), "no checkpoint of 4 entries was published")


def test_one_of_another_tree_of_that_size_is_refused(folder: Path):
    from tidegate.desks.ledger.signing import signer

    fork = sign_checkpoint(TreeHead(3, b"0" * 32), signer(checkpoint().decode()))
    refused(cosigned(fork), "two histories")


@pytest.mark.parametrize("raw", [b"", b"no note", b"\xff", b"a\nb\nc\n\n\n"])
def test_what_is_no_checkpoint_is_refused(folder: Path, raw: bytes):
    refused(raw, "not accepted")


def refused(raw: bytes, told: str) -> None:
    before = list(Checkpoint.objects.values_list("size", "note"))
    with pytest.raises(NotPossibleError, match=told):
        accept(OWNER, raw, at=later(6))
    assert list(Checkpoint.objects.values_list("size", "note")) == before


def test_a_removed_witness_is_not_listened_to(folder: Path):
    remove_witness(OWNER, WITNESS.key.name, at=later(3))
    refused(cosigned(checkpoint_of(3)), "none is known yet")
    add_witness(OWNER, str(WITNESS.key), at=later(4))
    assert accept(OWNER, cosigned(checkpoint_of(3)), at=later(6))


def test_who_is_believed_stands_in_the_ledger(folder: Path):
    remove_witness(OWNER, WITNESS.key.name, at=later(3))
    kinds = [
        (one.kind, json.loads(one.text)["witness"]) for one in Entry.objects.filter(index__gt=1)
    ]
    assert kinds == [("witness-added", str(WITNESS.key)), ("witness-removed", str(WITNESS.key))]


def test_a_changed_cosignature_is_found_by_verifying(folder: Path):
    accept(OWNER, cosigned(checkpoint()), at=later(6))
    row = Checkpoint.objects.get()
    note = Note.parse(row.note.encode())
    row.note = spoiled(note).decode()
    row.save()
    assert "witness.example/w1" in verify(OWNER).faults[0].what


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("no key", "not a verifier key"),
        (str(NoteSigner("example.org/log", STRANGERS_KEY).key), "signs logs"),
        (str(WITNESS.key), "accepted already"),
        (str(WITNESS.key).replace("w1", "w2"), "has the id"),
    ],
)
def test_what_is_no_new_witness_is_refused(folder: Path, key: str, told: str):
    with pytest.raises(NotPossibleError, match=told):
        add_witness(OWNER, key, at=later(3))
    assert witness_keys() == [WITNESS.key]


def test_only_who_runs_the_instance_says_who_is_believed(folder: Path):
    for doing in (
        lambda: add_witness(NOBODY, str(SECOND.key), at=later(3)),
        lambda: remove_witness(NOBODY, WITNESS.key.name, at=later(3)),
        lambda: accept(NOBODY, cosigned(checkpoint()), at=later(6)),
    ):
        with pytest.raises(NotFoundError):
            doing()
    with pytest.raises(NotPossibleError, match="no witness named"):
        remove_witness(OWNER, "witness.example/w9", at=later(3))
