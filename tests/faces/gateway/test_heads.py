"""Heads of requests: one key, once; what is passed on is on a list, whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.faces.gateway.heads import FORWARDING, PASSED_ON, read_head, shown_secret
from tidegate.faces.gateway.refusing import RefusedError
from tidegate.faces.gateway.routes import route_of

SECRET = "tg-grant-" + "a" * 43
CHAT = route_of("/gateway/v1/chat/completions")
LIST = route_of("/gateway/v1/models")
KEY = (b"authorization", f"Bearer {SECRET}".encode())
JSON = (b"content-type", b"application/json")
NAMES = st.sampled_from(
    [
        *(name.encode() for name in (*PASSED_ON, *sorted(FORWARDING))),
        *(b"cookie", b"authorization", b"x-api-key", b"content-length", b"transfer-encoding"),
        *(b"proxy-authorization", b"connection", b"upgrade", b"x-anything", b"host", b"dpop"),
        *(b"idempotency-key", b"content-type", b"origin", b"content-encoding"),
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [KEY[1], JSON[1], SECRET.encode(), b"chunked", b"3", b"close", b"identity", b"", b"a, b"]
    ),
    st.binary(max_size=20),
)


def reason(*headers: tuple[bytes, bytes], **more: object) -> str | None:
    assert CHAT is not None
    with pytest.raises(RefusedError) as refused:
        read_head([KEY, JSON, *headers], CHAT, **more)  # type: ignore[arg-type]
    return refused.value.reason


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8))
@settings(max_examples=300)
def test_whatever_comes_one_key_is_read_and_nothing_off_the_list_is_passed_on(headers):
    assert CHAT is not None
    try:
        head = read_head([*headers, JSON], CHAT)
    except RefusedError:
        return
    keys = [value for name, value in headers if name in (b"authorization", b"x-api-key")]
    assert len(keys) == 1
    assert head.secret == SECRET == shown_secret(headers)
    assert set(head.passed_on) <= set(PASSED_ON)
    names = {name for name, _ in headers}
    assert not names & {b"cookie", b"proxy-authorization", b"upgrade", b"origin"}
    assert not names & {name.encode() for name in FORWARDING}
    assert not {b"content-length", b"transfer-encoding"} <= names


def test_forwarding_headers_are_believed_from_a_named_proxy_alone():
    header = (b"x-forwarded-for", b"203.0.113.7")
    assert reason(header) == "head"
    assert CHAT is not None
    assert read_head([KEY, JSON, header, header], CHAT, is_proxied=True).secret == SECRET


def test_no_header_has_signs_that_begin_another_one():
    assert reason((b"anthropic-beta", b"a\r\nx-api-key: b")) == "head"
    assert reason((b"openai-beta", b"\x00")) == "head"


def test_a_query_is_read_only_as_anthropics_client_sends_it():
    assert CHAT is not None
    assert read_head([KEY, JSON], CHAT, query=b"beta=true").is_beta
    assert reason(query=b"beta=true&key=x") == "head"


def test_nothing_is_read_with_a_question_that_has_no_body():
    assert LIST is not None
    assert read_head([KEY], LIST).length == 0
    for header in ((b"content-length", b"5"), (b"transfer-encoding", b"chunked")):
        with pytest.raises(RefusedError):
            read_head([KEY, header], LIST)


def test_a_key_is_not_shown_where_it_could_be_logged():
    assert CHAT is not None
    assert SECRET not in repr(read_head([KEY, JSON, (b"dpop", b"a.b.c")], CHAT))
