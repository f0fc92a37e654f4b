"""A passkey's assertion stands for one document, one person's key and one host, now and later."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.utils import websafe_decode, websafe_encode
from tests.engines.formats.authenticators import FLAG, VERIFIED, Passkey

from tidegate.engines.formats import passkeys
from tidegate.engines.formats.passkeys import PasskeyError, check, holds, is_origin_of, options

DOCUMENT = b'{"title":"Terms"}'
DIGEST = hashlib.sha256(DOCUMENT).digest()


def checked(passkey: Passkey, **how: Any) -> passkeys.Assertion:
    answer = passkey.asserts(how.pop("challenge", DIGEST), **how)
    return check(DIGEST, "localhost", [passkey.credential], answer)


@pytest.mark.parametrize("ed25519", [False, True])
def test_what_is_kept_of_an_assertion_says_so_again_by_the_document_alone(ed25519: bool) -> None:
    passkey = Passkey(ed25519=ed25519)
    made = checked(passkey)
    kept = json.loads(json.dumps(made.evidence()))
    assert holds(DOCUMENT, kept) == made
    spki = passkey.private.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert made.fingerprint == hashlib.sha256(spki).hexdigest()


def test_a_changed_byte_of_the_document_is_seen_later() -> None:
    kept = checked(Passkey()).evidence()
    with pytest.raises(PasskeyError, match="challenge"):
        holds(DOCUMENT + b" ", kept)


@pytest.mark.parametrize(
    "name", ["client_data_json", "authenticator_data", "signature", "public_key"]
)
def test_a_changed_byte_of_the_evidence_is_seen_later(name: str) -> None:
    made = checked(Passkey())
    kept = made.evidence()
    content = bytearray(websafe_decode(kept[name]))
    for place in range(len(content)):
        content[place] ^= 1
        changed = {**kept, name: websafe_encode(bytes(content))}
        try:
            fingerprint = holds(DOCUMENT, changed).fingerprint
        except PasskeyError:
            fingerprint = "none"
        # A member of the key that says only what kind it is verifies, under another fingerprint.
        assert fingerprint != made.fingerprint
        content[place] ^= 1


def test_evidence_that_lacks_something_is_no_evidence() -> None:
    kept = checked(Passkey()).evidence()
    for name in set(kept) - {"method"}:
        with pytest.raises(PasskeyError):
            holds(DOCUMENT, {other: kept[other] for other in kept if other != name})
        with pytest.raises(PasskeyError):
            holds(DOCUMENT, {**kept, name: 7})


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"challenge": hashlib.sha256(b"another document").digest()}, "challenge"),
        ({"flags": FLAG.UP}, "erif"),
        ({"flags": FLAG.UV}, "resen"),
        ({"kind": "webauthn.create"}, "type"),
        ({"rp_id": "example.org"}, "RP ID"),
        ({"origin": "https://example.org"}, "origin"),
        ({"origin": "http://evil.localhost"}, "origin"),
        ({"origin": "http://localhost.example.org"}, "origin"),
        ({"cross_origin": True}, "another site"),
    ],
)
def test_an_assertion_for_anything_else_is_none(how: dict[str, Any], why: str) -> None:
    with pytest.raises(PasskeyError, match=why):
        checked(Passkey(), **how)


def test_another_persons_passkey_is_none_of_theirs() -> None:
    mine, another = Passkey(), Passkey()
    with pytest.raises(PasskeyError):
        check(DIGEST, "localhost", [mine.credential], another.asserts(DIGEST))
    # Nor under the name of one of theirs.
    answer = another.asserts(DIGEST)
    answer["id"] = answer["rawId"] = websafe_encode(mine.credential.credential_id)
    with pytest.raises(PasskeyError):
        check(DIGEST, "localhost", [mine.credential], answer)


@pytest.mark.parametrize(
    "response",
    [{}, {"id": "x"}, {"rawId": 1, "response": []}, {"rawId": "AA", "response": {"signature": ""}}],
)
def test_what_no_browser_sends_is_refused_in_a_sentence(response: dict[str, Any]) -> None:
    with pytest.raises(PasskeyError):
        check(DIGEST, "localhost", [Passkey().credential], response)


def test_a_browser_is_asked_over_the_digest_and_to_verify_its_person() -> None:
    passkey = Passkey()
    asked = json.loads(json.dumps(options(DIGEST, "localhost", [passkey.credential])))["publicKey"]
    assert websafe_decode(asked["challenge"]) == DIGEST
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "localhost"
    named = [websafe_decode(one["id"]) for one in asked["allowCredentials"]]
    assert named == [passkey.credential.credential_id]


def test_an_origin_is_ours_by_its_host_and_only_where_it_is_secure() -> None:
    assert is_origin_of("gate.example.org", "https://gate.example.org")
    assert is_origin_of("gate.example.org", "https://gate.example.org:8443")
    assert is_origin_of("localhost", "http://localhost:8000")
    assert not is_origin_of("gate.example.org", "http://gate.example.org")
    assert not is_origin_of("gate.example.org", "https://other.gate.example.org")
    assert not is_origin_of("gate.example.org", "https://gate.example.org.evil.example")
    assert not is_origin_of("gate.example.org", "https://[")


def test_user_verification_is_part_of_what_is_kept() -> None:
    made = checked(Passkey(), flags=VERIFIED)
    assert made.authenticator_data[32] & FLAG.UV
