"""A detached signature is good over these bytes, by this key, and over nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.detached import DetachedSignatureError, check, holds

DOCUMENT = b'{"title":"Terms"}'


def pem(private: Any) -> bytes:
    content: bytes = private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    return content


@cache
def key(kind: str) -> Any:
    match kind:
        case "ed25519":
            return Ed25519PrivateKey.generate()
        case "p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "p384":
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return rsa.generate_private_key(65537, 2048)


def sign(kind: str, by: Any = None, document: bytes = DOCUMENT) -> bytes:
    private = key(kind)
    if kind == "ed25519":
        signature: bytes = private.sign(document)
    elif kind == "rsa":
        pss = padding.PSS(padding.MGF1(by), padding.PSS.DIGEST_LENGTH)
        signature = private.sign(document, pss, by)
    else:
        signature = private.sign(document, ec.ECDSA(by))
    return signature


WAYS = [
    ("ed25519", None, "ed25519"),
    ("p256", hashes.SHA256(), "ecdsa-p256-sha256"),
    ("p384", hashes.SHA256(), "ecdsa-p384-sha256"),
    ("p384", hashes.SHA384(), "ecdsa-p384-sha384"),
    ("rsa", hashes.SHA256(), "rsa-pss-sha256"),
    ("rsa", hashes.SHA512(), "rsa-pss-sha512"),
]


@pytest.mark.parametrize(("kind", "by", "algorithm"), WAYS)
def test_what_is_kept_of_a_signature_says_so_again_by_the_document_alone(
    kind: str, by: Any, algorithm: str
) -> None:
    made = check(DOCUMENT, sign(kind, by), pem(key(kind)))
    assert made.algorithm == algorithm
    assert holds(DOCUMENT, json.loads(json.dumps(made.evidence()))) == made
    with pytest.raises(DetachedSignatureError):
        holds(DOCUMENT + b"\n", made.evidence())


@pytest.mark.parametrize(("kind", "by", "algorithm"), WAYS)
def test_another_key_of_the_same_kind_has_not_signed(kind: str, by: Any, algorithm: str) -> None:
    signature = sign(kind, by)
    key.cache_clear()
    with pytest.raises(DetachedSignatureError, match="not by this key"):
        check(DOCUMENT, signature, pem(key(kind)))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WAYS[:4]), st.booleans(), st.integers(0, 1000), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_seen(
    way: tuple[str, Any, str], in_document: bool, place: int, change: int
) -> None:
    kind, by, _ = way
    signature, document = bytearray(sign(kind, by)), bytearray(DOCUMENT)
    which = document if in_document else signature
    which[place % len(which)] ^= change
    with pytest.raises(DetachedSignatureError):
        check(bytes(document), bytes(signature), pem(key(kind)))


def test_a_fingerprint_is_the_sha256_of_the_public_key_info() -> None:
    private = key("ed25519")
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made = check(DOCUMENT, sign("ed25519"), pem(private))
    assert made.fingerprint == hashlib.sha256(spki).hexdigest()


def test_a_private_key_is_neither_used_nor_kept() -> None:
    private = key("ed25519").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(DetachedSignatureError, match="private key"):
        check(DOCUMENT, sign("ed25519"), private)


@pytest.mark.parametrize(
    ("private", "why"),
    [
        (lambda: rsa.generate_private_key(65537, 1024), "1024 bits"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "secp521r1"),
        (ed448.Ed448PrivateKey.generate, "not taken"),
    ],
)
def test_a_key_that_is_weak_or_strange_is_refused_with_the_mend(private: Any, why: str) -> None:
    with pytest.raises(DetachedSignatureError, match=why):
        check(DOCUMENT, b"x" * 64, pem(private()))


def test_rsa_without_pss_is_refused() -> None:
    signature = key("rsa").sign(DOCUMENT, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(DetachedSignatureError, match="not by this key"):
        check(DOCUMENT, signature, pem(key("rsa")))


@pytest.mark.parametrize("public_key", [b"", b"not a key", b"\xff" * 10, b"-" * (17 << 10)])
def test_what_is_no_key_is_refused_in_a_sentence(public_key: bytes) -> None:
    with pytest.raises(DetachedSignatureError, match="public key"):
        check(DOCUMENT, sign("ed25519"), public_key)


@pytest.mark.parametrize("signature", [b"", b"x" * 2000])
def test_what_is_no_signature_is_refused_in_a_sentence(signature: bytes) -> None:
    with pytest.raises(DetachedSignatureError, match="bytes"):
        check(DOCUMENT, signature, pem(key("ed25519")))


@pytest.mark.parametrize("evidence", [{}, {"signature": "ä"}, {"signature": 7, "public_key": 7}])
def test_evidence_that_cannot_be_read_is_no_evidence(evidence: dict[str, Any]) -> None:
    with pytest.raises(DetachedSignatureError, match="cannot be read"):
        holds(DOCUMENT, evidence)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs OpenSSL's command")
@pytest.mark.parametrize(
    ("make", "more"),
    [
        (["ED25519"], []),
        (["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], []),
        (["RSA"], ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"]),
    ],
)
def test_what_openssl_signs_is_taken(tmp_path: Path, make: list[str], more: list[str]) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "terms.json").write_bytes(DOCUMENT)
    openssl("genpkey", "-algorithm", *make, "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub")
    sign_ = ["pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "terms.json"]
    openssl(*sign_, "-out", "terms.sig", *more)
    check(DOCUMENT, (tmp_path / "terms.sig").read_bytes(), (tmp_path / "key.pub").read_bytes())
