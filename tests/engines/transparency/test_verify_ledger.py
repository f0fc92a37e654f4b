"""The verifier in one file: alone, and beside the engine, with which it has to agree."""

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.transparency.logs import (
    LOG,
    START,
    STRANGER,
    WITNESS,
    Ledger,
    entry,
    rows_of,
    tree_of,
)
from tests.engines.transparency.vectors import ED25519, INCLUSION, LEAVES, NOTE_KEY, ROOTS
from tidegate.engines.transparency import (
    Checkpoint,
    EntryProof,
    LogFolder,
    cosign,
    inclusion_proof,
    leaf_hash,
    open_checkpoint,
    sign_checkpoint,
    verify,
    verify_ledger,
)
from tidegate.engines.transparency.notes import Note, sign
from tidegate.engines.transparency.tiles import bundle, unbundle

SIZE = 600
LEDGER = Ledger(SIZE)
KEY = str(LOG.key)
BUNDLES = ["000", "001", "002.p/88"]
TILES = ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
FILES = [*TILES, *(f"tile/entries/{name}" for name in BUNDLES)]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = tmp_path_factory.mktemp("log")
    LEDGER.publish(path)
    return path


@pytest.fixture
def log(published, tmp_path):
    return shutil.copytree(published, tmp_path / "log")


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = verify_ledger.main([str(one) for one in arguments])
        return status, "".join(capsys.readouterr())

    return run


def named(said):
    """The first wrong entry that a sentence names, as a range."""
    match = re.search(r"entr(?:y|ies) (\d+)(?: to (\d+))?", said)
    assert match is not None, said
    return int(match[1]), int(match[2] or match[1])


def bundle_with(log, index):
    """The bundle that holds an entry, and the leaves in it."""
    path = log / "tile/entries" / BUNDLES[index // 256]
    return path, unbundle(path.read_bytes())[0]


def exchange(log, index, leaf):
    path, leaves = bundle_with(log, index)
    leaves[index % 256] = leaf
    path.write_bytes(bundle(leaves))


# Alone


def test_it_needs_nothing_but_the_standard_library(log):
    source = Path(verify_ledger.__file__)
    imported = {
        str(name).split(".", maxsplit=1)[0]
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    alone = shutil.copy(source, log.parent / "verify_ledger.py")
    # -I and -S: neither this project nor any installed package can be imported.
    command = [sys.executable, "-I", "-S", alone, log, "--key", KEY]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"right: 600 entries, root {LEDGER.head.root.hex()}\n"


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_what_was_not_changed_is_right_at_any_size(size, tmp_path, run):
    Ledger(size).publish(tmp_path)
    assert run(tmp_path, "--key", KEY)[0] == 0


def test_a_full_tile_may_stand_in_the_place_of_a_partial_one(log, run):
    (log / "checkpoint").write_bytes(sign_checkpoint(LEDGER.head_at(200), LOG))
    assert run(log, "--key", KEY)[0] == 0


def test_a_log_that_changed_its_key_is_verified_with_both(log, run):
    (log / "checkpoint").write_bytes(sign_checkpoint(LEDGER.head, STRANGER))
    assert run(log, "--key", KEY) == (
        1,
        f"wrong: {log}/checkpoint is not signed by the key that was given\n",
    )
    assert run(log, "--key", KEY, "--key", STRANGER.key)[0] == 0


def test_a_checkpoint_that_was_changed_is_wrong(log, run):
    path = log / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n600\n", b"\n599\n"))
    status, said = run(log, "--key", KEY)
    assert status == 1
    assert "the signature by example.org/ledger does not fit" in said


def test_a_checkpoint_of_another_log_is_wrong_though_the_key_signed_it(log, run):
    text = Checkpoint("example.org/other", LEDGER.head).text
    (log / "checkpoint").write_bytes(bytes(Note(text, (sign(text, LOG),))))
    status, said = run(log, "--key", KEY)
    assert (status, "is of another log: 'example.org/other'" in said) == (1, True)


def test_a_witness_that_is_asked_for_has_to_have_signed(log, run):
    signed = open_checkpoint(LEDGER.checkpoint, [LOG.key])
    status, said = run(log, "--key", KEY, "--witness", WITNESS.key)
    assert (status, "no cosignature by the witness witness.example/w1" in said) == (1, True)
    (log / "checkpoint").write_bytes(cosign(signed, WITNESS, START))
    status, said = run(log, "--key", KEY, "--witness", WITNESS.key)
    assert (status, "by witness.example/w1 at 2026-11-30T12:00:00Z" in said) == (0, True)
    assert run(log, "--key", KEY)[0] == 0


# An earlier checkpoint


def earlier(tmp_path, head, signer=LOG):
    path = tmp_path / "earlier"
    path.write_bytes(sign_checkpoint(head, signer))
    return path


@pytest.mark.parametrize("size", [0, 1, 256, 300, SIZE])
def test_a_log_that_only_grew_is_right_from_an_earlier_checkpoint(size, log, tmp_path, run):
    assert run(log, "--key", KEY, "--from", earlier(tmp_path, LEDGER.head_at(size)))[0] == 0


def test_a_log_that_signed_another_history_is_found(tmp_path, run):
    other = Ledger(SIZE)
    other.leaves[30] = entry(30, "another").commitment.leaf
    other.hashes, other.head = tree_of(other.leaves)
    other.checkpoint = sign_checkpoint(other.head, LOG)
    other.publish(tmp_path / "log")
    assert run(tmp_path / "log", "--key", KEY)[0] == 0
    kept = earlier(tmp_path, LEDGER.head_at(300))
    status, said = run(tmp_path / "log", "--key", KEY, "--from", kept)
    assert (status, named(said)) == (1, (0, 299))
    assert "history was rewritten" in said


def test_a_log_that_became_shorter_is_found(tmp_path, run):
    Ledger(100).publish(tmp_path / "log")
    kept = earlier(tmp_path, LEDGER.head)
    status, said = run(tmp_path / "log", "--key", KEY, "--from", kept)
    assert (status, named(said)) == (1, (100, 100))


def test_an_earlier_checkpoint_of_somebody_else_is_not_believed(log, tmp_path, run):
    kept = earlier(tmp_path, LEDGER.head_at(300), STRANGER)
    assert run(log, "--key", KEY, "--from", kept)[0] == 1


def test_an_earlier_checkpoint_narrows_down_what_the_tiles_do_not_tell(log, tmp_path, run):
    for path in (log / "tile").glob("[01]"):
        shutil.rmtree(path)
    exchange(log, 300, entry(300, "another").commitment.leaf)
    assert named(run(log, "--key", KEY)[1]) == (0, 599)
    kept = earlier(tmp_path, LEDGER.head_at(257))
    assert named(run(log, "--key", KEY, "--from", kept)[1]) == (257, 599)


# Tampering


@pytest.mark.parametrize("at", [0, 255, 256, 300, 599])
@pytest.mark.parametrize("act", ["flip", "drop", "insert", "swap", "truncate"])
def test_what_was_done_to_the_entries_is_found_and_named(act, at, log, run):
    path, leaves = bundle_with(log, at)
    place = at % 256
    if act == "flip":
        leaves[place] = leaves[place][:-2] + b"x}"
    elif act == "drop":
        del leaves[place]
    elif act == "insert":
        leaves.insert(place, entry(at, "foreign").commitment.leaf)
    elif act == "swap":
        other = (place + 40) % len(leaves)
        leaves[place], leaves[other] = leaves[other], leaves[place]
        at = min(at, at - place + other)
    else:
        del leaves[place:]
    path.write_bytes(bundle(leaves))
    status, said = run(log, "--key", KEY)
    assert (status, named(said)) == (1, (at, at))


@pytest.mark.parametrize(
    ("name", "place", "first", "last"),
    [
        ("tile/0/000", 7, 7, 7),
        ("tile/0/001", 0, 256, 256),
        ("tile/0/002.p/88", 87, 599, 599),
        ("tile/1/000.p/2", 1, 256, 511),
    ],
)
@pytest.mark.parametrize("act", ["flip", "drop", "insert"])
def test_what_was_done_to_a_tile_is_found_and_named(name, place, first, last, act, log, run):
    raw = (log / name).read_bytes()
    at = place * 32
    put = {"flip": bytes(32), "drop": b"", "insert": bytes(32) + raw[at : at + 32]}[act]
    (log / name).write_bytes(raw[:at] + put + raw[at + 32 :])
    status, said = run(log, "--key", KEY)
    assert (status, named(said)) == (1, (first, last))
    assert name.split(".p")[0] in said


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("act", ["lose", "empty", "lengthen", "huge"])
def test_a_file_that_is_lost_or_of_another_length_is_found(name, act, log, run):
    path = log / name
    if act == "lose":
        path.unlink()
    elif act == "empty":
        path.write_bytes(b"")
    elif act == "lengthen":
        path.write_bytes(path.read_bytes() + b"\0")
    else:
        with path.open("r+b") as file:
            file.truncate(40 << 20)
    status, said = run(log, "--key", KEY)
    assert status == 1
    assert named(said)[0] <= SIZE


def test_an_entry_and_its_hash_changed_together_are_found_by_the_level_above(log, run):
    leaf = entry(300, "another").commitment.leaf
    exchange(log, 300, leaf)
    path = log / "tile/0/001"
    raw = path.read_bytes()
    path.write_bytes(raw[: 44 * 32] + leaf_hash(leaf) + raw[45 * 32 :])
    status, said = run(log, "--key", KEY)
    assert (status, named(said)) == (1, (256, 511))
    exchange(log, 301, entry(302).commitment.leaf)
    assert named(run(log, "--key", KEY)[1]) == (256, 301)


def test_a_changed_level_above_does_not_hide_a_wrong_entry(log, run):
    exchange(log, 300, entry(300, "another").commitment.leaf)
    (log / "tile/1/000.p/2").write_bytes(bytes(64))
    status, said = run(log, "--key", KEY)
    assert (status, named(said)) == (1, (300, 300))


def test_a_bundle_whose_last_entry_has_lost_its_length_is_found(log, run):
    path, leaves = bundle_with(log, 599)
    path.write_bytes(bundle(leaves[:-1]) + leaves[-1])
    status, said = run(log, "--key", KEY)
    assert (status, named(said)) == (1, (599, 599))


def test_a_leaf_that_was_signed_in_the_wrong_place_is_found(tmp_path, run):
    ledger = Ledger(9)
    ledger.leaves[4] = ledger.leaves[3]
    ledger.hashes, ledger.head = tree_of(ledger.leaves)
    ledger.checkpoint = sign_checkpoint(ledger.head, LOG)
    ledger.publish(tmp_path)
    assert run(tmp_path, "--key", KEY) == (1, "wrong: entry 4 is no leaf with this number\n")


@settings(max_examples=50)
@given(st.sampled_from(FILES), st.integers(min_value=0), st.binary(min_size=1, max_size=40))
def test_engine_and_verifier_name_the_same_entry(published, tmp_path_factory, name, at, put):
    log = shutil.copytree(published, tmp_path_factory.mktemp("both") / "log")
    raw = (log / name).read_bytes()
    at %= len(raw)
    (log / name).write_bytes(raw[:at] + put + raw[at + len(put) :])
    folder = LogFolder(log)
    # The engine is given the entries of the bundles as its rows, as the verifier takes them.
    leaves = []
    for file in BUNDLES:
        found, rest = unbundle((log / "tile/entries" / file).read_bytes())
        leaves += [*found, b"broken: " + rest] if rest else found
    by_engine = verify(rows_of(leaves), LEDGER.head, folder=folder)
    head = verify_ledger.Head("checkpoint", SIZE, LEDGER.head.root)
    if by_engine:
        verify_ledger.verify_folder(log, head, [])
        return
    with pytest.raises(verify_ledger.WrongError) as by_verifier:
        verify_ledger.verify_folder(log, head, [])
    assert named(str(by_verifier.value)) == (by_engine.first, by_engine.last)


# One entry


def proof_of(index, size=SIZE):
    private = entry(index)
    head = LEDGER.head_at(size)
    proof = inclusion_proof(LEDGER.hashes, index, size)
    checkpoint = sign_checkpoint(head, LOG)
    return EntryProof(index, LEDGER.leaves[index], proof, checkpoint, private.text, private.salt)


@pytest.fixture
def kept(tmp_path):
    def keep(proof):
        path = tmp_path / "entry.json"
        path.write_bytes(proof.to_json() if isinstance(proof, EntryProof) else proof)
        return path

    return keep


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, SIZE), (299, 300), (511, SIZE), (599, SIZE)]
)
def test_the_proof_of_an_entry_is_right_alone_and_beside_the_log(index, size, kept, log, run):
    path = kept(proof_of(index, size))
    status, said = run("--key", KEY, "--entry", path)
    assert (status, said.splitlines()) == (
        0,
        [
            f"right: entry {index} is one of the {size} that were signed",
            "right: its text is the one that it commits to",
        ],
    )
    assert run(log, "--key", KEY, "--entry", path)[0] == 0


def test_a_proof_without_the_text_says_nothing_of_it(kept, run):
    status, said = run("--key", KEY, "--entry", kept(replace(proof_of(3), text=None, salt=None)))
    assert (status, "text" in said) == (0, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"index": 4},
        {"leaf": LEDGER.leaves[4]},
        {"index": 4, "leaf": LEDGER.leaves[4]},
        {"leaf": LEDGER.leaves[3].replace(b"consent", b"refusal")},
        {"proof": proof_of(4).proof},
        {"proof": proof_of(3).proof[:-1]},
        {"proof": (*proof_of(3).proof, bytes(32))},
        {"text": b"another"},
        {"salt": bytes(32)},
        {"checkpoint": sign_checkpoint(LEDGER.head, STRANGER)},
        {"checkpoint": sign_checkpoint(LEDGER.head_at(300), LOG)},
    ],
)
def test_what_does_not_prove_it_is_wrong(changes, kept, run):
    assert run("--key", KEY, "--entry", kept(replace(proof_of(3), **changes)))[0] == 1


def test_a_leaf_with_another_number_is_not_the_entry_though_it_is_in_the_tree(kept, run):
    _, head = tree_of(LEDGER.leaves[1:2])
    proof = EntryProof(0, LEDGER.leaves[1], (), sign_checkpoint(head, LOG))
    status, said = run("--key", KEY, "--entry", kept(proof))
    assert (status, "does not bear the number 0" in said) == (1, True)


def test_a_proof_that_contradicts_the_log_is_found(kept, tmp_path, run):
    other = Ledger(300)
    other.leaves[30] = entry(30, "another").commitment.leaf
    other.hashes, other.head = tree_of(other.leaves)
    other.checkpoint = sign_checkpoint(other.head, LOG)
    other.publish(tmp_path / "log")
    status, said = run(tmp_path / "log", "--key", KEY, "--entry", kept(proof_of(3, 200)))
    assert (status, named(said.splitlines()[-1])) == (1, (0, 199))


def test_the_witness_of_a_proof_alone_is_looked_for_under_its_checkpoint(kept, run):
    proof = proof_of(3)
    asked = ("--key", KEY, "--witness", WITNESS.key, "--entry")
    assert run(*asked, kept(proof))[0] == 1
    signed = open_checkpoint(proof.checkpoint, [LOG.key])
    assert run(*asked, kept(replace(proof, checkpoint=cosign(signed, WITNESS, START))))[0] == 0


SAID = json.loads(proof_of(3).to_json())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        json.dumps(SAID | {"leaf": 3}).encode(),
        json.dumps(SAID | {"proof": [3]}).encode(),
        json.dumps(SAID | {"salt": None}).encode(),
        json.dumps(SAID | {"leaf": "\ud800"}).encode(),
        b'{"index": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_proof_verifies_nothing(raw, kept, run):
    status, said = run("--key", KEY, "--entry", kept(raw))
    assert (status, "is not the proof of an entry" in said) == (2, True)


# What cannot be used


@pytest.mark.parametrize(
    "key", ["", "x", KEY[:-1], KEY.replace("ledger", "ledges"), NOTE_KEY + "="]
)
def test_without_a_key_nothing_is_verified(key, log, run):
    status, said = run(log, "--key", key)
    assert (status, "is not a verifier key of the log" in said) == (2, True)


def test_the_key_of_a_witness_is_not_that_of_a_log(log, run):
    assert run(log, "--key", WITNESS.key)[0] == 2
    assert run(log, "--key", KEY, "--witness", KEY)[0] == 2


def test_without_a_checkpoint_nothing_is_verified(tmp_path, run):
    assert run(tmp_path, "--key", KEY)[0] == 2
    assert run(tmp_path / "none", "--key", KEY)[0] == 2


@pytest.mark.parametrize("arguments", [[], ["log"], ["--key", KEY], ["--key", KEY, "--from", "x"]])
def test_a_command_that_says_too_little_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        verify_ledger.main(arguments)
    assert error.value.code == 2
    assert "usage" in capsys.readouterr().err


# Its own cryptography


@pytest.mark.parametrize(
    ("index", "size", "proof"), [(one[0], one[1], one[2:]) for one in INCLUSION]
)
def test_the_references_proofs_verify(index, size, proof):
    head = verify_ledger.Head("", size, ROOTS[size])
    hashes = [bytes.fromhex(one) for one in proof]
    assert verify_ledger.is_included(leaf_hash(LEAVES[index]), index, head, hashes)
    assert not verify_ledger.is_included(leaf_hash(LEAVES[index]), index, head, hashes[1:])


def test_a_proof_that_ends_below_the_root_shows_nothing_at_the_claimed_size():
    inside = inclusion_proof(LEDGER.hashes, 1, 4)
    leaf, top = leaf_hash(LEDGER.leaves[1]), LEDGER.head_at(4).root
    assert verify_ledger.is_included(leaf, 1, verify_ledger.Head("", 4, top), inside)
    assert not verify_ledger.is_included(leaf, 1, verify_ledger.Head("", 8, top), inside)


@pytest.mark.parametrize(("_secret", "public", "message", "signature"), ED25519)
def test_the_vectors_of_rfc_8032_verify(_secret, public, message, signature):
    key, said, signed = map(bytes.fromhex, (public, message, signature))
    assert verify_ledger.ed25519_verifies(key, said, signed)
    assert not verify_ledger.ed25519_verifies(key, said + b"\0", signed)


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 95))
def test_ed25519_agrees_with_the_library_on_right_and_on_changed_signatures(seed, message, at):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    signature = private.sign(message)
    assert verify_ledger.ed25519_verifies(public, message, signature)
    changed = bytearray(signature + public)
    changed[at] ^= 0x10
    forged, other = bytes(changed[:64]), bytes(changed[64:])
    assert not verify_ledger.ed25519_verifies(other, message, forged)


def test_a_signature_moved_by_the_groups_order_is_refused():
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = private.public_key().public_bytes_raw(), private.sign(b"said")
    s = int.from_bytes(signature[32:], "little") + verify_ledger.ORDER
    moved = signature[:32] + s.to_bytes(32, "little")
    assert not verify_ledger.ed25519_verifies(public, b"said", moved)
    with pytest.raises(InvalidSignature):
        private.public_key().verify(moved, b"said")


@pytest.mark.parametrize("public", [b"", bytes(31), b"\xff" * 32, b"\2" + bytes(31), bytes(33)])
def test_bytes_that_are_no_point_are_no_key(public):
    assert not verify_ledger.ed25519_verifies(public, b"said", bytes(64))
