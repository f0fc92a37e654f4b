"""Proofs of possession: good once, for one method, address, grant and time."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from tidegate.desks.reviews.services.proving_keys import thumbprint_of
from tidegate.faces.gateway.proofs import check_proof

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECRET = "tg-grant-" + "a" * 43
ADDRESS = "https://gate.example.org/gateway/v1/messages"
KEY = Ed25519PrivateKey.generate()
PUBLIC: dict[str, Any] = OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)


def proof(*, head: Any = None, key: Any = KEY, algorithm: str = "EdDSA", **claims: Any) -> str:
    digest = hashlib.sha256(SECRET.encode()).digest()
    said = {
        "jti": "one",
        "htm": "POST",
        "htu": ADDRESS,
        "iat": int(NOW.timestamp()),
        "ath": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    }
    said = {name: value for name, value in {**said, **claims}.items() if value is not None}
    headers = {"typ": "dpop+jwt", "jwk": PUBLIC, **(head or {})}
    return jwt.encode(said, key, algorithm=algorithm, headers=headers)


def check(shown: str | None, seen: set[str] | None = None, at: datetime = NOW) -> str:
    remembered = set() if seen is None else seen

    def remember(word: str, seconds: float) -> bool:
        assert seconds > 240
        is_new = word not in remembered
        remembered.add(word)
        return is_new

    why = check_proof(
        shown,
        thumbprint=thumbprint_of(PUBLIC),
        secret=SECRET,
        method="POST",
        address=ADDRESS,
        at=at,
        remember=remember,
    )
    return "" if why is None else str(why.reason)


def test_a_good_proof_is_good_once():
    seen: set[str] = set()
    shown = proof()
    assert check(shown, seen) == ""
    assert check(shown, seen) == "replayed"
    assert check(proof(jti="two"), seen) == ""


def test_another_way_to_write_the_address_is_the_same_address():
    for htu in (ADDRESS.replace("gate", "GATE", 1), f"{ADDRESS}?beta=true", f"{ADDRESS}#x"):
        assert check(proof(htu=htu)) == ""
    assert check(proof(htu=ADDRESS.replace("example.org", "example.org:443"))) == ""


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "GET"},
        {"htu": "https://gate.example.org/gateway/v1/responses"},
        {"htu": "http://gate.example.org/gateway/v1/messages"},
        {"htu": "https://other.example.org/gateway/v1/messages"},
        {"htu": "https://["},
        {"iat": int(NOW.timestamp()) - 121},
        {"iat": int(NOW.timestamp()) + 121},
        {"iat": True},
        {"iat": "now"},
        {"ath": "x"},
        {"jti": ""},
        {"jti": "x" * 201},
        *({name: None} for name in ("htm", "htu", "iat", "ath", "jti")),
    ],
)
def test_a_proof_of_something_else_is_none(claims):
    assert check(proof(**claims)) == "proof"


def test_a_proof_with_another_key_or_in_another_form_is_none():
    other = Ed25519PrivateKey.generate()
    theirs = OKPAlgorithm.to_jwk(other.public_key(), as_dict=True)
    assert check(proof(key=other)) == "proof"
    assert check(proof(key=other, head={"jwk": theirs})) == "proof"
    assert check(proof(head={"typ": "JWT"})) == "proof"
    assert check(proof(head={"jwk": None})) == "proof"
    private = OKPAlgorithm.to_jwk(KEY, as_dict=True)
    assert check(proof(head={"jwk": private})) == "proof"
    for shown in (None, "", "a.b.c", "é", proof()[:-4], proof() + "A"):
        assert check(shown) == "proof"


def test_a_signature_that_anybody_can_make_is_none():
    secret = json.dumps(PUBLIC).encode()
    with_none = jwt.encode({"jti": "x"}, "", algorithm="none", headers={"jwk": PUBLIC})
    assert check(with_none) == "proof"
    assert check(proof(key=secret * 2, algorithm="HS256")) == "proof"


def test_a_proof_is_good_for_a_while_by_our_clock():
    assert check(proof(), at=NOW + timedelta(minutes=1)) == ""
    assert check(proof(), at=NOW + timedelta(minutes=3)) == "proof"
