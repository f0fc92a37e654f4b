"""Receipts: what is signed, and each way in which one may be wrong."""

from __future__ import annotations

import base64
import copy
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from tidegate.engines.formats.envelopes import seal
from tidegate.engines.reproduction.receipts import (
    PAYLOAD_TYPE,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    InstanceKey,
    ReceiptError,
    statement,
    verify,
)

FINDING, ARCHIVE, OTHER = "a" * 64, "b" * 64, "c" * 64
PREDICATE: dict[str, Any] = {
    "finding": {"id": "scan-7/42 \u00fc", "sha256": FINDING},
    "proof": {"poc.js": OTHER},
    "verdict": "reproduced",
    "trust": "L2",
    "reason": "3 of 3 runs",
    "sandbox": {"tier": "bubblewrap", "layers": ["namespaces", "seccomp"], "policy_sha256": OTHER},
    "runtime": {"name": "Node 20.20.2", "executable_sha256": OTHER},
    "archives": [
        {
            "name": "minimist",
            "version": "1.2.0",
            "filename": "minimist-1.2.0.tgz",
            "sha256": ARCHIVE,
        }
    ],
    "runs": [{"verdict": "fired", "stdout_sha256": OTHER, "messages_sha256": None}],
    "started": "2026-11-30T12:00:00Z",
    "finished": "2026-11-30T12:00:01.25Z",
    "tidegate": "0.1.0",
}
SUBJECTS = [("finding", FINDING), ("minimist-1.2.0.tgz", ARCHIVE)]
STATEMENT = statement(SUBJECTS, PREDICATE)
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
KEY = InstanceKey(PRIVATE)
STRANGER = InstanceKey(Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))


@cache
def receipt() -> bytes:
    return KEY.sign(STATEMENT)


def refused(raw: bytes, key: InstanceKey = KEY) -> str:
    with pytest.raises(ReceiptError) as error:
        verify(raw, key.public_key_pem)
    assert str(error.value).isprintable()
    return str(error.value)


def signed(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Sign whatever it is, as a key's owner who does not use this program could."""
    return seal(payload, payload_type, CryptoSigner(PRIVATE))


def changed(*path: str | int, to: Any = None, drop: bool = False) -> dict[str, Any]:
    document: Any = copy.deepcopy(STATEMENT)
    place = document
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    made: dict[str, Any] = document
    return made


def test_what_was_signed_is_what_is_read():
    said = verify(receipt(), KEY.public_key_pem)
    assert said.subjects == tuple(SUBJECTS)
    assert said.predicate == PREDICATE
    assert said.keyid == KEY.keyid


def test_a_receipt_is_an_in_toto_statement_in_a_dsse_envelope():
    envelope = json.loads(receipt())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert [s["keyid"] for s in envelope["signatures"]] == [KEY.keyid]
    payload = base64.b64decode(envelope["payload"])
    document = json.loads(payload)
    assert document["_type"] == STATEMENT_TYPE == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == PREDICATE_TYPE == "urn:tidegate:receipt:1"
    # The signature is checked without the library that made it.
    pae = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    PRIVATE.public_key().verify(signature, pae)


def test_the_same_statement_always_gives_the_same_receipt():
    assert KEY.sign(dict(reversed(STATEMENT.items()))) == receipt()


def test_nothing_was_run_can_be_said_too():
    predicate = {
        **PREDICATE,
        "proof": {},
        "verdict": "inconclusive",
        "trust": "L0",
        "sandbox": None,
        "runtime": None,
        "archives": [],
        "runs": [],
        "range": None,
    }
    said = verify(KEY.sign(statement(SUBJECTS[:1], predicate)), KEY.public_key_pem)
    assert said.predicate["verdict"] == "inconclusive"


@pytest.mark.parametrize("where", ["payload", "sig"])
def test_a_receipt_with_one_byte_changed_is_refused(where):
    raw = receipt()
    start = raw.index(b'"%b": "' % where.encode()) + len(where) + 5
    end = raw.index(b'"', start)
    for at in range(start, end):
        other = b"A" if raw[at] != ord("A") else b"B"
        refused(raw[:at] + other + raw[at + 1 :])


@settings(max_examples=300)
@given(st.data())
def test_any_byte_changed_is_refused_unless_it_says_the_same(data):
    raw = receipt()
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    try:
        said = verify(raw[:at] + byte + raw[at + 1 :], KEY.public_key_pem)
    except ReceiptError:
        return
    assert said == verify(raw, KEY.public_key_pem)
    assert byte == raw[at : at + 1] or (byte.isspace() and raw[at : at + 1].isspace())


@settings(max_examples=100)
@given(st.integers(0, 5000))
def test_a_truncated_receipt_is_refused(kept):
    # The last two bytes are the closing brace and a newline, which may go.
    refused(receipt()[: min(kept, len(receipt()) - 2)])


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(raw):
    refused(raw)


def test_another_key_is_told_from_a_change():
    assert "has no signature by the key" in refused(receipt(), STRANGER)
    envelope = json.loads(receipt())
    envelope["signatures"][0]["keyid"] = STRANGER.keyid
    assert "does not fit" in refused(json.dumps(envelope).encode(), STRANGER)


def test_a_second_signature_does_no_harm_and_no_good():
    mine, theirs = json.loads(receipt()), json.loads(STRANGER.sign(STATEMENT))
    both = {**mine, "signatures": theirs["signatures"] + mine["signatures"]}
    assert verify(json.dumps(both).encode(), KEY.public_key_pem).keyid == KEY.keyid
    both["signatures"][1]["sig"] = both["signatures"][0]["sig"]
    assert "does not fit" in refused(json.dumps(both).encode())
    twice = {**mine, "signatures": mine["signatures"] * 2}
    assert "two signatures" in refused(json.dumps(twice).encode())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "it is empty"),
        (b"{", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        (b"[]", "not a DSSE envelope"),
        (b"{}", "not a DSSE envelope"),
        (b'{"payload":"","payload":"","payloadType":"","signatures":[]}', "payload comes twice"),
        (b'{"payload":"","payloadType":5,"signatures":[]}', "its payloadType is 5"),
        (b" " * ((16 << 20) + 1), "larger than 16 MiB"),
    ],
)
def test_what_is_no_envelope_is_refused(raw, reason):
    message = refused(raw)
    assert message.startswith("this is not a valid receipt: ")
    assert reason in message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payload": 5}, "payload is not base64"),
        ({"payload": "AB=="}, "payload is not base64 in its one right form"),
        ({"payload": "AA-_"}, "payload is not base64"),
        ({"payload": ""}, "does not fit"),
        ({"payloadType": "application/json"}, "its payloadType is 'application/json', not"),
        ({"signatures": {}}, "signatures is not a list"),
        ({"signatures": []}, "it is signed by nobody"),
        ({"signatures": [5]}, "a signature has keyid and sig"),
        ({"signatures": [{"keyid": 5, "sig": ""}]}, "a keyid is not text"),
        ({"signatures": [{"keyid": "x", "sig": ""}]}, "is not 64 bytes long"),
        ({"signatures": [{"sig": ""}]}, "a signature has keyid and sig"),
        ({"more": 1}, "payload, payloadType and signatures, no more"),
    ],
)
def test_a_strange_envelope_is_refused(change, reason):
    assert reason in refused(json.dumps({**json.loads(receipt()), **change}).encode())


def test_a_statement_signed_as_something_else_is_no_receipt():
    assert "its payloadType is 'text/plain'" in refused(signed(b"{}", "text/plain"))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "malformed: it is not JSON"),
        (b"[]", "malformed: it is not an object"),
        (b"{}", "malformed: _type is missing"),
        (json.dumps(STATEMENT).encode(), "not in its RFC 8785 form"),
        (rfc8785.dumps(STATEMENT) + b" ", "not in its RFC 8785 form"),
    ],
)
def test_a_malformed_payload_is_refused_though_it_is_signed(payload, reason):
    assert reason in refused(signed(payload))


MALFORMED = [
    (changed("_type", to="x"), "malformed: _type 'x' is not a format"),
    (changed("predicateType", to="urn:x"), "predicateType is 'urn:x'; known is urn:tidegate:rec"),
    (changed("predicateType", drop=True), "predicateType is null"),
    (changed("predicate", drop=True), "malformed: predicate is missing"),
    (changed("more", to=1), "malformed: more is not a field here"),
    (changed("subject", to=[]), "malformed: subject is empty"),
    (changed("subject", 0, "digest", "sha256", to="A" * 64), "subject[0].digest.sha256"),
    (changed("predicate", "finding", "sha256", to=FINDING + "\n"), "predicate.finding.sha256"),
    (changed("predicate", "proof", "x", to="1"), "predicate.proof.x '1' does not have the form"),
    (changed("predicate", "verdict", to="fixed"), "predicate.verdict 'fixed' is not one of its"),
    (changed("predicate", "trust", to="L4"), "predicate.trust 'L4' is not one of its words"),
    (changed("predicate", "sandbox", to={}), "predicate.sandbox.tier is missing"),
    (changed("predicate", "sandbox", to="none"), "predicate.sandbox 'none' is not an object or nu"),
    (changed("predicate", "runs", drop=True), "predicate.runs is missing"),
    (changed("predicate", "runs", 0, "stdout_sha256", to="x"), "predicate.runs[0].stdout_sha256"),
    (changed("predicate", "started", to="2026-11-30T12:00:00+00:00"), "predicate.started"),
    (changed("predicate", "started", to="yesterday"), "predicate.started"),
    (
        changed("predicate", "finished", to="2026-11-30T11:59:59Z"),
        "contradicts itself: it was finished at",
    ),
    (changed("predicate", "finding", "sha256", to=OTHER), "the finding's digest is not among"),
    (changed("predicate", "archives", 0, "sha256", to=OTHER), "the archive 'minimist-1.2.0.tgz'"),
]


@pytest.mark.parametrize(("document", "reason"), MALFORMED)
def test_a_malformed_statement_is_neither_signed_nor_believed(document, reason):
    with pytest.raises(ReceiptError) as error:
        KEY.sign(document)
    assert reason in str(error.value)
    assert reason in refused(signed(rfc8785.dumps(document)))


@pytest.mark.parametrize("value", [float("nan"), 2**53, "\ud800", {1: 2}, object(), b"x"])
def test_what_is_not_json_is_not_signed(value):
    with pytest.raises(ReceiptError, match="the statement is not JSON"):
        KEY.sign(changed("predicate", "more", to=value))


def test_a_statement_nested_without_end_is_not_signed():
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ReceiptError):
        KEY.sign(changed("predicate", "more", to=endless))


def test_a_receipt_too_large_to_be_read_is_not_signed():
    with pytest.raises(ReceiptError, match="larger than 16 MiB"):
        KEY.sign(changed("predicate", "reason", to="x" * (13 << 20)))


def test_a_check_that_is_handed_in_can_refuse_the_content():
    said = verify(receipt(), KEY.public_key_pem, checks=[lambda _: None])
    assert said.predicate["verdict"] == "reproduced"
    with pytest.raises(ReceiptError) as error:
        verify(receipt(), KEY.public_key_pem, checks=[lambda s: f"{len(s.subjects)} subjects"])
    assert str(error.value) == "the receipt contradicts itself: 2 subjects"


def pem(private: Any) -> bytes:
    made: bytes = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


def test_a_public_key_of_another_kind_is_refused():
    ec = generate_ec(SECP256R1())
    other = ec.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for key, reason in [
        (b"", "not a public key"),
        (pem(PRIVATE), "not a public key"),
        (other, "not an Ed25"),
    ]:
        with pytest.raises(ReceiptError, match=reason):
            verify(receipt(), key)


def test_a_key_is_made_once_and_found_again(tmp_path):
    folder = tmp_path / "state" / "keys"
    made = InstanceKey.load_or_create(folder)
    assert InstanceKey.load_or_create(folder).keyid == made.keyid
    assert InstanceKey.load_or_create(tmp_path / "others").keyid != made.keyid
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert verify(made.sign(STATEMENT), made.public_key_pem).keyid == made.keyid


def test_all_who_come_at_once_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(InstanceKey.load_or_create, [tmp_path / "keys"] * 64))
    assert len({key.keyid for key in keys}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    folder = tmp_path / "keys"
    InstanceKey.load_or_create(folder)
    (path,) = folder.iterdir()
    path.chmod(mode)
    with pytest.raises(ReceiptError, match="can be read by others"):
        InstanceKey.load_or_create(folder)


def test_a_folder_that_others_can_change_is_refused(tmp_path):
    folder = tmp_path / "keys"
    InstanceKey.load_or_create(folder)
    folder.chmod(0o770)
    with pytest.raises(ReceiptError, match="can be changed by others"):
        InstanceKey.load_or_create(folder)


def test_a_key_that_is_none_is_refused_and_kept(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    path = folder / "instance-key.pem"
    ec = pem(generate_ec(SECP256R1()))
    for content, reason in [(b"", "not a private key"), (ec, "not an Ed25519 key")]:
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(ReceiptError, match=reason):
            InstanceKey.load_or_create(folder)
        assert path.read_bytes() == content


@pytest.mark.timeout(10)
def test_a_link_or_a_pipe_in_the_place_of_the_key_is_refused(tmp_path):
    folder = tmp_path / "keys"
    other = tmp_path / "other"
    InstanceKey.load_or_create(other)
    folder.mkdir(mode=0o700)
    path = folder / "instance-key.pem"
    for link in (other / "instance-key.pem", tmp_path / "nowhere"):
        path.symlink_to(link)
        with pytest.raises(ReceiptError, match="cannot be read or made"):
            InstanceKey.load_or_create(folder)
        path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(ReceiptError, match="not a regular file"):
        InstanceKey.load_or_create(folder)


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "keys").write_text("")
    with pytest.raises(ReceiptError, match="cannot be read or made: File exists"):
        InstanceKey.load_or_create(tmp_path / "keys")


def test_the_public_key_is_written_to_be_handed_on(tmp_path):
    KEY.write_public_key(tmp_path / "tidegate.pub")
    assert verify(receipt(), (tmp_path / "tidegate.pub").read_bytes()).keyid == KEY.keyid
