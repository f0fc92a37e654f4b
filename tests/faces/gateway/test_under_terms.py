"""What terms ask for is done: content is kept encrypted, answers are marked, calls are proven."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from typing import Any

import jwt
import openai
import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from tests.faces.gateway import rows
from tests.faces.gateway.house import House
from tests.faces.gateway.speaking import CHAT, MESSAGES, RESPONSES, chat, post
from tidegate.desks.reviews.services.proving_keys import thumbprint_of
from tidegate.engines.watermarks import unmarked

DEVELOPER, REVIEWER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
RECIPIENTS = {"developer": str(DEVELOPER.to_public()), "reviewer": str(REVIEWER.to_public())}
LONG = "!words 120"


def over(house: House, grant: str) -> dict[str, Any]:
    found = house.eventually(
        rows.calls, grant, until=lambda calls: calls and calls[-1]["outcome"] != "running"
    )
    return dict(found[-1])


def kept(house: House, made: dict[str, str]) -> dict[str, Any]:
    found = house.do(rows.transcript, over(house, made["grant"])["key"])
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("streams", [True, False])
def test_what_was_said_is_kept_for_both_to_read_and_not_for_this_instance(house, endpoint, streams):
    made = house.do(
        rows.make, endpoint=endpoint, settings={"content": "both"}, recipients=RECIPIENTS
    )
    said = post(house.address, made["secret"], chat("A secret word !words 4", stream=streams))
    found = kept(house, made)
    assert b"secret word" not in found["content"]
    assert found["for_holder"]
    for identity in (DEVELOPER, REVIEWER):
        lines = pyrage.decrypt(found["content"], [identity]).decode().splitlines()
        head, request, *answer = map(json.loads, lines)
        assert head["grant"] == made["grant"]
        assert request["request"]["messages"][0]["content"] == "A secret word !words 4"
        if streams:
            assert "".join(one["event"] for one in answer).encode() == said.body
        else:
            assert answer[0]["answer"] == said.json
    assert found["whole"]


def test_what_is_kept_for_the_developer_its_reviewer_cannot_read(house, endpoint):
    made = house.do(
        rows.make, endpoint=endpoint, settings={"content": "developer"}, recipients=RECIPIENTS
    )
    assert post(house.address, made["secret"], chat()).status == 200
    found = kept(house, made)
    assert not found["for_holder"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(found["content"], [REVIEWER])


def test_what_is_too_long_is_kept_as_far_as_it_goes(house, endpoint):
    made = house.do(
        rows.make, endpoint=endpoint, settings={"content": "both"}, recipients=RECIPIENTS
    )
    assert post(house.address, made["secret"], chat("!words 900", stream=True)).is_whole
    found = kept(house, made)
    assert not found["whole"]
    assert len(pyrage.decrypt(found["content"], [DEVELOPER])) < 200_000


def test_nothing_is_kept_where_the_terms_keep_nothing(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint)
    assert post(house.address, made["secret"], chat()).status == 200
    assert house.do(rows.transcript, over(house, made["grant"])["key"]) is None


@pytest.mark.parametrize(("path", "model"), [(CHAT, 0), (RESPONSES, 0), (MESSAGES, 1)])
def test_an_answer_tells_by_whom_it_was_asked_for(house, endpoint, path, model):
    made = house.do(rows.make, endpoint=endpoint, settings={"watermark": True})
    other = house.do(rows.another_grant, made["engagement"])
    body = {"model": ("the-model", "the-other")[model]}
    body |= {"input": LONG} if path == RESPONSES else chat(LONG, **body, max_tokens=900)
    for key in (made, other):
        texts = []
        for streams in (True, False):
            said = post(house.address, key["secret"], {**body, "stream": streams}, path=path)
            assert said.status == 200
            text = _text(said.body.decode(), streams=streams)
            assert house.do(rows.marked, text) == [key["grant"]]
            texts.append(text)
        assert texts[0] == texts[1]
        assert unmarked(texts[0]) == _text_of_script()


def _text_of_script() -> str:
    from tidegate.faces.demo.endpoint import _TEXT

    return "".join(f"{_TEXT[number % len(_TEXT)]} " for number in range(120))


def _text(body: str, *, streams: bool) -> str:
    if not streams:
        found: Any = json.loads(body)
        if "choices" in found:
            return str(found["choices"][0]["message"]["content"])
        parts = found["output"][0]["content"] if "output" in found else found["content"]
        return str(parts[0]["text"])
    pieces = []
    for line in body.splitlines():
        if not line.startswith("data: {"):
            continue
        one = json.loads(line.removeprefix("data: "))
        delta = one.get("delta") or (one.get("choices") or [{}])[0].get("delta", "")
        if isinstance(delta, dict):
            delta = delta.get("content") or delta.get("text") or ""
        pieces.append(delta)
    return "".join(pieces)


def test_structured_answers_are_not_marked(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint, settings={"watermark": True})
    body = chat(LONG, response_format={"type": "json_object"})
    said = post(house.address, made["secret"], body)
    assert said.json["choices"][0]["message"]["content"] == _text_of_script()
    call = over(house, made["grant"])
    assert call["received_sha256"] == call["delivered_sha256"]


class Prover:
    """The key of a grant's person, and proofs made with it."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public: Any = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)

    def proof(self, address: str, secret: str, name: str, path: str = CHAT) -> dict[str, str]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
        claims = {
            "jti": name,
            "htm": "GET" if path.endswith("models") else "POST",
            "htu": address + path,
            "iat": int(time.time()),
            "ath": digest.rstrip(b"=").decode(),
        }
        head = {"typ": "dpop+jwt", "jwk": self.public}
        return {"DPoP": jwt.encode(claims, self._key, algorithm="EdDSA", headers=head)}


def test_a_proven_call_is_made_once_and_a_secret_alone_is_no_use(house, endpoint, script):
    prover, thief = Prover(), Prover()
    made = house.do(
        rows.make,
        endpoint=endpoint,
        settings={"proven_calls": True},
        grant={"thumbprint": thumbprint_of(prover.public)},
    )
    address, secret = house.address, made["secret"]
    good = prover.proof(address, secret, "one")
    assert post(address, secret, chat(), headers=good).status == 200
    # Replayed, as it was seen on the way.
    again = post(address, secret, chat(), headers=good)
    assert (again.status, "used before" in again.words) == (422, True)
    assert post(address, secret, chat()).status == 401
    stolen = thief.proof(address, secret, "two")
    assert post(address, secret, chat(), headers=stolen).status == 401
    elsewhere = prover.proof("https://elsewhere.example", secret, "three")
    assert post(address, secret, chat(), headers=elsewhere).status == 401
    assert len(script.seen) == 1
    assert house.do(rows.refusals, made["grant"]) == {"proof": 3, "replayed": 1}


def test_a_hook_of_the_real_client_proves_its_calls(house, endpoint):
    prover = Prover()
    made = house.do(
        rows.make,
        endpoint=endpoint,
        settings={"proven_calls": True},
        grant={"thumbprint": thumbprint_of(prover.public)},
    )

    def prove(request: Any) -> None:
        path = request.url.path
        request.headers.update(prover.proof(house.address, made["secret"], str(uuid.uuid4()), path))

    client = openai.OpenAI(
        base_url=house.openai,
        api_key=made["secret"],
        max_retries=0,
        http_client=openai.DefaultHttpxClient(event_hooks={"request": [prove]}),
    )
    for _ in range(2):
        assert [one.id for one in client.models.list()] == ["the-model", "the-other"]


def test_terms_that_want_proof_are_not_met_by_a_grant_without_a_key(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint, settings={"proven_calls": True})
    headers = Prover().proof(house.address, made["secret"], "one")
    assert post(house.address, made["secret"], chat(), headers=headers).status == 401
