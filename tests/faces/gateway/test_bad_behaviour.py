"""What somebody hostile does: each is refused, and on record."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import openai
import pytest
from django.utils import timezone

from tests.faces.gateway import house as house_module
from tests.faces.gateway import rows
from tests.faces.gateway.house import House
from tests.faces.gateway.speaking import CHAT, MESSAGES, RESPONSES, Said, chat, post, raw
from tidegate.faces.demo.endpoint import ScriptedEndpoint


@pytest.fixture
def made(house: House, endpoint: str) -> dict[str, str]:
    """Return the keys of an engagement with a grant."""
    found: dict[str, str] = house.do(rows.make, endpoint=endpoint)
    return found


def refused(house: House, made: Mapping[str, str], reason: str, times: int = 1) -> None:
    """Check that so many calls were refused for a reason, and that the ledger has the first one."""
    assert house.do(rows.refusals, made["grant"]).get(reason) == times
    said = [text for kind, text in house.do(rows.entries, made["engagement"])]
    assert [text["reason"] for text in said if text["kind"] == "call-refused"].count(reason) == 1


def over(house: House, made: Mapping[str, str]) -> dict[str, Any]:
    """Return the last call of a grant once it is over."""
    calls = house.eventually(
        rows.calls,
        made["grant"],
        until=lambda found: bool(found) and found[-1]["outcome"] != "running",
    )
    return dict(calls[-1])


# A grant that has ended, or does not go so far.


def test_a_grant_is_no_use_after_its_end(house, made, script):
    ended = timezone.now() - timedelta(seconds=1)
    house.do(rows.change_grant, made["grant"], ends_at=ended)
    for _ in range(3):
        said = post(house.address, made["secret"], chat())
        assert said.status == 403
        assert "has ended at" in said.words
        assert said.headers["tidegate-fault"] == "grant"
    refused(house, made, "ended", times=3)
    assert script.seen == []


def test_a_grant_is_no_use_before_it_begins(house, made):
    house.do(rows.change_grant, made["grant"], begins_at=timezone.now() + timedelta(hours=1))
    assert "begins at" in post(house.address, made["secret"], chat()).words
    refused(house, made, "not-yet")


def test_whoever_is_suspended_or_not_named_any_more_calls_nothing(house, endpoint):
    for act, what in ((rows.suspend, "person"), (rows.unname, "grant")):
        made = house.do(rows.make, endpoint=endpoint)
        assert post(house.address, made["secret"], chat()).status == 200
        house.do(act, made[what])
        assert post(house.address, made["secret"], chat()).status == 403
        refused(house, made, "no-standing")


def test_a_stream_of_somebody_who_is_suspended_is_cut(house, made):
    said = _while_streaming(house, made, lambda: house.do(rows.suspend, made["person"]))
    assert b"has ended" in said.body
    assert not said.is_whole
    assert over(house, made)["outcome"] == "cut"


def test_a_stream_ends_with_its_grant_though_nobody_is_there_to_end_it(house, made):
    # Nothing is written when the time comes: the stream has a timer of its own.
    house.do(rows.change_grant, made["grant"], ends_at=timezone.now() + timedelta(seconds=0.8))
    said = post(house.address, made["secret"], chat("!endless !every 10", stream=True))
    assert b"has ended" in said.body
    assert not said.is_whole
    assert over(house, made)["outcome"] == "cut"


def test_whoever_has_not_read_the_terms_calls_nothing(house, endpoint, script):
    made = house.do(rows.make, endpoint=endpoint, read=False)
    assert "have not been read" in post(house.address, made["secret"], chat()).words
    refused(house, made, "terms-not-read")
    assert script.seen == []


def test_a_grant_goes_no_further_than_its_scope(house, endpoint, script):
    only = {"operations": ("messages",), "endpoints": ("the-other",)}
    made = house.do(rows.make, endpoint=endpoint, grant=only)
    assert post(house.address, made["secret"], chat()).status == 403
    refused(house, made, "operation")
    body = {**chat(), "model": "the-secret-one", "max_tokens": 5}
    said = post(house.address, made["secret"], body, path=MESSAGES)
    assert (said.status, said.json["type"]) == (404, "error")
    assert said.json["error"]["type"] == "not_found_error"
    refused(house, made, "model")
    # A client of the other protocol.
    made = house.do(rows.make, endpoint=endpoint)
    said = post(house.address, made["secret"], {**chat(), "model": "the-other"})
    assert "speaks anthropic" in said.words
    assert script.seen == []


def test_networks_of_grant_and_terms_hold_both(house, endpoint, script):
    for whose in ({"grant": {"addresses": ["10.0.0.0/8"]}}, {"settings": {"addresses": ("::/0",)}}):
        made = house.do(rows.make, endpoint=endpoint, **whose)
        assert "from 127.0.0.1" in post(house.address, made["secret"], chat()).words
        refused(house, made, "address")
    assert script.seen == []


def test_hours_hold(house, endpoint):
    zone = timezone.now()
    hours = {"zone": "UTC", "from": "00:00", "to": "23:59", "days": [(zone.weekday() + 2) % 7]}
    made = house.do(rows.make, endpoint=endpoint, grant={"hours": hours})
    assert "(UTC)" in post(house.address, made["secret"], chat()).words
    refused(house, made, "hours")


def test_no_more_calls_a_minute_than_granted_also_at_the_same_instant(house, endpoint, script):
    made = house.do(rows.make, endpoint=endpoint, grant={"calls_a_minute": 4})
    answers: list[Said] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(post(house.address, made["secret"], chat("!words 2")))
        )
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said.status for said in answers) == [200] * 4 + [429] * 8
    assert len(house.do(rows.calls, made["grant"])) == 4
    # The others did not reach the endpoint.
    assert len(script.seen) == 4
    assert all(said.headers["retry-after"] == "60" for said in answers if said.status == 429)
    refused(house, made, "rate", times=8)


def test_a_budget_that_is_used_up_is_used_up(house, endpoint, script):
    made = house.do(rows.make, endpoint=endpoint, grant={"tokens": 30})
    first = post(house.address, made["secret"], chat("!words 9", max_tokens=500))
    assert first.status == 200
    # What may still be put out was lowered to what is left.
    assert script.seen[0].body["max_tokens"] == 30
    house.eventually(rows.tokens, made["grant"], until=lambda used: used == 20)
    assert post(house.address, made["secret"], chat("!words 12")).status == 200
    house.eventually(rows.tokens, made["grant"], until=lambda used: used == 43)
    assert "used up" in post(house.address, made["secret"], chat()).words
    refused(house, made, "budget")


def test_a_stream_is_cut_when_the_budget_is_used_up(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint, grant={"tokens": 30})
    said = post(house.address, made["secret"], chat("!endless !every 5", stream=True))
    assert not said.is_whole
    assert b"used up" in said.body
    assert len(said.body) < 20_000
    assert over(house, made)["outcome"] == "cut"
    assert house.do(rows.tokens, made["grant"]) > 30
    assert "used up" in post(house.address, made["secret"], chat()).words


def test_calls_at_the_same_instant_do_not_use_a_budget_more_than_once(house, endpoint, script):
    made = house.do(rows.make, endpoint=endpoint, grant={"tokens": 1000})
    body = chat("!words 3 !first 300", max_tokens=900)
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(post(house.address, made["secret"], body).status)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [403] * 7
    assert len(script.seen) == 1
    refused(house, made, "budget", times=7)


def test_of_a_grant_that_may_not_be_used_no_large_body_is_read(house, made):
    house.do(rows.revoke, made["grant"])
    body = b'{"model": "the-model", "messages": [' + b"[]," * 100_000
    assert "has ended" in post(house.address, made["secret"], body).words
    assert house.do(rows.refusals, made["grant"]) == {"ended": 1}


def test_a_clock_that_went_back_gives_no_access(house, made):
    # Something is on record.
    assert post(house.address, made["secret"], chat()).status == 200
    house.do(house_module.move_clock, -3600)
    try:
        said = post(house.address, made["secret"], chat())
    finally:
        house.do(house_module.move_clock, 0)
    assert said.status == 503
    assert said.headers["tidegate-fault"] == "gateway"
    assert house.do(rows.refusals, made["grant"]) == {"clock": 1}


def test_nothing_is_called_where_what_is_said_could_not_be_kept(house, endpoint, script):
    made = house.do(rows.make, endpoint=endpoint, settings={"content": "developer"})
    assert "encrypted" in post(house.address, made["secret"], chat()).words
    refused(house, made, "recipient")
    assert script.seen == []


# From two places, with another credential, a second time.


def test_a_grant_is_not_used_from_two_places(house, made, script):
    assert post(house.address, made["secret"], chat()).status == 200
    over(house, made)
    script.seen.clear()
    # Somebody else's machine, a minute ago.
    house.do(rows.change_grant, made["grant"], used_from="198.51.100.7")
    said = post(house.address, made["secret"], chat())
    assert said.status == 403
    assert "another address" in said.words
    refused(house, made, "another-place")
    assert script.seen == []
    long_ago = timezone.now() - timedelta(minutes=11)
    house.do(rows.change_grant, made["grant"], used_at=long_ago)
    assert post(house.address, made["secret"], chat()).status == 200


def test_a_cookie_opens_nothing(house, made):
    cookie = {"Cookie": "tidegate=of-a-session-that-was-stolen"}
    said = post(house.address, "", chat(), headers=cookie)
    assert (said.status, said.json["error"]["code"]) == (401, "unknown-key")
    assert post(house.address, made["secret"], chat(), headers=cookie).status == 400
    refused(house, made, "cookie")


def test_other_secrets_of_the_house_open_nothing(house):
    answers = [
        post(house.address, secret, chat())
        for secret in (
            "tg-" + "a" * 43,
            "tg-grant-" + "a" * 43,
            "sk-scripted-endpoint",
            "tg-grant- x",
        )
    ]
    # Nobody can tell what is the matter with a key.
    assert {(said.status, said.body) for said in answers} == {(401, answers[0].body)}


@pytest.mark.parametrize(
    "lines",
    [
        ["Authorization: Bearer {secret}", "x-api-key: {secret}"],
        ["Authorization: Bearer {secret}", "Authorization: Bearer tg-grant-another-one-of-mine"],
        ["x-api-key: {secret}", "Proxy-Authorization: Basic YTpi"],
        ["x-api-key: tg-grant-another-one-of-mine-23", "Authorization: Bearer {secret}"],
    ],
)
def test_two_credentials_are_none(house, made, lines):
    body = json.dumps(chat()).encode()
    head = [line.format(**made) for line in lines]
    said = raw(
        house.address,
        [
            f"POST {CHAT} HTTP/1.1",
            *head,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ],
        body,
    )
    assert said.status == 400
    assert "credential" in said.words
    if "another" not in head[0]:
        refused(house, made, "two-credentials")


def test_a_call_of_the_same_name_is_made_once(house, made, script):
    name = {"Idempotency-Key": "run-7"}
    assert post(house.address, made["secret"], chat(), headers=name).status == 200
    over(house, made)
    again = post(house.address, made["secret"], chat(), headers=name)
    assert again.status == 422
    assert again.headers["x-should-retry"] == "false"
    refused(house, made, "replayed")
    assert len(script.seen) == 1


def test_a_call_of_the_same_name_at_the_same_instant_is_answered_once(house, made, script):
    answers: list[int] = []
    name = {"Idempotency-Key": "run-8"}
    threads = [
        threading.Thread(
            target=lambda: answers.append(
                post(house.address, made["secret"], chat(), headers=name).status
            )
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 422, 422, 422, 422, 422]
    assert len(script.seen) == 1


def test_a_call_that_failed_may_be_made_again_by_its_name(house, made):
    name = {"Idempotency-Key": "run-9"}
    assert post(house.address, made["secret"], chat("!status 503"), headers=name).status == 503
    over(house, made)
    assert post(house.address, made["secret"], chat(), headers=name).status == 200


# Headers.


@pytest.mark.parametrize(
    "line",
    [
        "X-Forwarded-For: 10.0.0.1",
        "Forwarded: for=10.0.0.1",
        "X-Real-IP: 10.0.0.1",
        "X-HTTP-Method-Override: GET",
        "X-Original-URL: /gateway/v1/models",
        "Content-Encoding: gzip",
        "Origin: https://elsewhere.example",
        "Content-Type: application/json",
        "Idempotency-Key: with a space",
        "Upgrade: websocket",
    ],
)
def test_a_smuggled_header_is_refused(house, made, line, script):
    body = json.dumps(chat()).encode()
    said = raw(
        house.address,
        [
            f"POST {CHAT} HTTP/1.1",
            f"Authorization: Bearer {made['secret']}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            line,
        ],
        body,
    )
    assert said.status in (400, 415)
    refused(house, made, "head")
    assert script.seen == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Transfer-Encoding: chunked", "Content-Length: 3"],
        ["Content-Length: 3", "Content-Length: 4"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Content-Length: -1"],
    ],
)
def test_a_body_of_two_lengths_is_refused(house, made, lines, script):
    said = raw(
        house.address,
        [
            f"POST {CHAT} HTTP/1.1",
            f"Authorization: Bearer {made['secret']}",
            "Content-Type: application/json",
            *lines,
        ],
        b"0\r\n\r\n",
    )
    # Some of these the server itself refuses, before we see them.
    assert 400 <= said.status < 502
    assert script.seen == []


@pytest.mark.parametrize(
    "path",
    [
        "/gateway/",
        "/gateway/v1/files",
        "/gateway/v1/chat/completions/",
        "/gateway/v1/chat%2Fcompletions",
        "/gateway/v1/../v1/chat/completions",
        "//gateway/v1/chat/completions",
        "/gateway/v1/chat/completions?api-key=1",
    ],
)
def test_another_way_to_write_a_path_is_another_path(house, made, path, script):
    head = {"Authorization": f"Bearer {made['secret']}"}
    said = raw(
        house.address,
        [f"POST {path} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "Content-Length: 0"],
    )
    # What does not begin with the gateway's prefix, the console answers.
    assert said.status in (302, 400, 403, 404, 405, 415)
    assert script.seen == []


def test_nothing_of_a_reviewers_head_reaches_the_endpoint_but_what_is_on_a_list(
    house, made, script: ScriptedEndpoint
):
    sent = {
        "X-Secret-Of-Reviewer": "1",
        "OpenAI-Organization": "org-1",
        "X-Stainless-Lang": "python",
        "User-Agent": "their agent",
        "Accept-Encoding": "gzip, br",
        "OpenAI-Beta": "assistants=v2",
        "Accept": "application/json",
    }
    assert post(house.address, made["secret"], chat(), headers=sent).status == 200
    headers = dict(script.seen[0].headers)
    assert headers.pop("host")
    assert headers.pop("content-length")
    assert headers == {
        "accept": "application/json",
        "accept-encoding": "identity",
        "authorization": "Bearer sk-scripted-endpoint",
        "content-type": "application/json",
        "openai-beta": "assistants=v2",
        "user-agent": "Tidegate-Gateway",
    }


def test_nothing_of_an_endpoints_head_reaches_a_reviewer_but_what_is_on_a_list(house, made):
    for streams in (True, False):
        said = post(house.address, made["secret"], chat("!cookie", stream=streams))
        assert said.status == 200
        assert said.headers["x-ratelimit-remaining-requests"] == "41"
        assert said.headers["tidegate-call"].startswith("L-")
        for name in ("set-cookie", "x-internal-host", "access-control-allow-origin", "refresh"):
            assert name not in said.headers


# What is asked for.


@pytest.mark.parametrize(
    ("path", "more", "reason"),
    [
        (RESPONSES, {"tools": [{"type": "web_search"}]}, "outside"),
        (RESPONSES, {"tools": [{"type": "mcp", "server_url": "https://x.example"}]}, "outside"),
        (RESPONSES, {"tools": [{"type": "code_interpreter"}]}, "outside"),
        (RESPONSES, {"background": True}, "outside"),
        (RESPONSES, {"input": [{"type": "item_reference", "id": "msg_1"}]}, "stored"),
        (RESPONSES, {"previous_response_id": "resp_of_somebody_else"}, "stored"),
        (MESSAGES, {"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}, "outside"),
        (MESSAGES, {"mcp_servers": [{"url": "https://x.example"}]}, "outside"),
        (CHAT, {"web_search_options": {}}, "outside"),
        (
            CHAT,
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": "https://x.example/"}}
                        ],
                    }
                ]
            },
            "outside",
        ),
    ],
)
def test_nothing_is_asked_for_that_reaches_past_the_gateway(
    house, made, path, more, reason, script
):
    body = {"model": "the-other" if path == MESSAGES else "the-model", **more}
    body |= {"max_tokens": 9} if path == MESSAGES else {}
    body.setdefault("input" if path == RESPONSES else "messages", [])
    said = post(house.address, made["secret"], body, path=path)
    assert said.status in (403, 404)
    refused(house, made, reason)
    assert script.seen == []


def test_an_own_earlier_answer_may_be_gone_on_from(house, made, endpoint, script):
    first = {"model": "the-model", "input": "Hello"}
    assert post(house.address, made["secret"], first, path=RESPONSES).status == 200
    over(house, made)
    again = {**first, "previous_response_id": "resp_scripted"}
    assert post(house.address, made["secret"], again, path=RESPONSES).status == 200
    assert script.seen[-1].body["previous_response_id"] == "resp_scripted"
    other = house.do(rows.another_grant, made["engagement"])
    said = post(house.address, other["secret"], again, path=RESPONSES)
    assert (said.status, "not found" in said.words) == (404, True)
    assert house.do(rows.refusals, other["grant"]) == {"stored": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"model": "the-model", "model": "the-secret-one", "messages": []}',
        b'{"model": "the-model", "messages": [], "temperature": NaN}',
        b'{"model": "the-model", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"messages": []}',
        '{"model": "the-model"}'.encode("utf-16"),
        b'{"model": "the-model", "messages": [], "n": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_read_in_two_ways_or_none_is_refused(house, made, body, script):
    assert post(house.address, made["secret"], body).status == 400
    refused(house, made, "body")
    assert script.seen == []


def test_a_body_without_end_is_refused(house, made):
    said = post(house.address, made["secret"], b" " * (2 << 20))
    assert said.status == 413
    refused(house, made, "body")
    # Of a stranger not a byte of it is read.
    assert post(house.address, "tg-grant-" + "b" * 43, b" " * (1 << 18)).status == 401


# An endpoint that is not what it should be.


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("order", ["wrong-type", "gzip", "redirect", "garbage"])
def test_an_endpoint_that_lies_is_not_passed_on(house, made, order, streams):
    said = post(house.address, made["secret"], chat(f"!{order}", stream=streams))
    assert said.status == 502
    assert said.headers["tidegate-fault"] == "endpoint"
    assert said.headers["content-type"] == "application/json"
    call = over(house, made)
    assert (call["outcome"], call["fault"]) == ("failed", "endpoint")
    assert call["response_bytes"] == 0


@pytest.mark.parametrize("order", ["huge", "broken", "short", "unfinished", "silent"])
def test_an_endpoint_that_never_ends_or_breaks_off_is_cut(house, made, order):
    began = time.monotonic()
    said = post(house.address, made["secret"], chat(f"!{order} !every 40", stream=True))
    assert said.status == 200
    assert not said.is_whole
    assert b'"error"' in said.body.splitlines()[-2]
    # Not all of a GiB was read to find out.
    assert time.monotonic() - began < 20
    assert len(said.body) < 4 << 20
    call = over(house, made)
    assert (call["outcome"], call["fault"]) == ("failed", "endpoint")
    # What came in before it broke off may have been dropped with the connection.
    assert call["received_sha256"] or order in ("broken", "short")


def test_an_endpoint_without_end_is_cut(house, made):
    said = post(house.address, made["secret"], chat("!endless", stream=True))
    assert not said.is_whole
    assert b"and goes on" in said.body
    assert len(said.body) < 3 << 20
    assert over(house, made)["fault"] == "endpoint"


@pytest.mark.parametrize("order", ["huge", "broken", "short", "silent"])
def test_a_whole_answer_that_is_none_is_not_passed_on(house, made, order):
    said = post(house.address, made["secret"], chat(f"!{order}"))
    assert said.status in (502, 504)
    assert said.headers["tidegate-fault"] == "endpoint"
    assert over(house, made)["fault"] == "endpoint"


def test_an_endpoints_own_faults_pass_as_they_are(house, made):
    said = post(house.address, made["secret"], chat("!status 529"))
    assert said.status == 529
    assert said.words == "the script says so"
    assert said.headers["tidegate-fault"] == "endpoint"
    assert said.headers["retry-after"] == "7"
    call = over(house, made)
    assert (call["status"], call["fault"], call["outcome"]) == (529, "endpoint", "failed")
    client = openai.OpenAI(base_url=house.openai, api_key=made["secret"], max_retries=0)
    with pytest.raises(openai.RateLimitError, match="the script says so"):
        client.chat.completions.create(**chat("!status 429"))


def test_nobody_is_told_of_the_developers_credential(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint, credential="sk-that-the-endpoint-has-forgotten")
    said = post(house.address, made["secret"], chat())
    assert said.status == 401
    assert said.headers["tidegate-fault"] == "endpoint"
    assert b"sk-" not in said.body
    assert b"not known here" not in said.body


@pytest.mark.parametrize(
    "address",
    [
        "http://10.1.2.3:8000",
        "http://169.254.169.254",
        "https://[::1]:8443",
        "https://192.168.0.1",
        "http://2130706433",
        "https://0x7f.1",
        "https://localhost.localdomain.invalid",
    ],
)
def test_an_endpoint_on_a_private_network_is_not_reached(house, address):
    made = house.do(rows.make, endpoint=address)
    said = post(house.address, made["secret"], chat())
    assert said.status == 502
    assert said.headers["tidegate-fault"] == "endpoint"
    call = over(house, made)
    assert (call["fault"], call["outcome"]) == ("endpoint", "failed")


# What is on record.


def test_what_went_through_is_in_the_ledger_by_its_digests(house, made):
    import hashlib

    body = json.dumps(chat("!words 3", stream=True)).encode()
    said = post(house.address, made["secret"], body)
    call = over(house, made)
    texts = {text["kind"]: text for _, text in house.do(rows.entries, made["engagement"])}
    assert texts["model-called"]["request_sha256"] == hashlib.sha256(body).hexdigest()
    assert texts["model-answered"]["delivered_sha256"] == hashlib.sha256(said.body).hexdigest()
    # One event more came in than was let out.
    assert texts["model-answered"]["received_sha256"] != texts["model-answered"]["delivered_sha256"]
    assert texts["model-called"]["call"] == said.headers["tidegate-call"] == call["key"]
    assert texts["model-called"]["person"] == made["person"]
    assert house.do(rows.state, made["engagement"]) == "under-evaluation"


def test_a_client_that_leaves_is_not_talked_to_any_more(house, made):
    client = openai.OpenAI(base_url=house.openai, api_key=made["secret"], max_retries=0)
    stream = client.chat.completions.create(**chat("!endless !every 5"), stream=True)
    next(stream)
    stream.close()
    client.close()
    assert over(house, made)["outcome"] == "left"


def test_strangers_leave_nothing_in_the_ledger(house):
    before = house.do(rows.count_entries)
    for number in range(5):
        assert post(house.address, f"tg-grant-{number:043}", chat()).status == 401
    assert house.do(rows.count_entries) == before


def _while_streaming(house: House, made: Mapping[str, str], act: Any) -> Said:
    acting = threading.Timer(0.3, act)
    acting.start()
    return post(house.address, made["secret"], chat("!endless !every 5", stream=True))
