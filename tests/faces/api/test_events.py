"""The stream tells what happened, in order, once, and what is being worked on."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from tests.desks.findings.makers import make_event, make_finding, make_outbox
from tests.faces.api.conftest import Api, problem
from tests.faces.signing_in import signed_in
from tidegate.desks.access.actors import OWNER
from tidegate.faces.api.routes import events

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


def streamed(
    after: int | None, seconds: float = 3, meanwhile: Callable[[], object] = lambda: None
) -> bytes:
    async def pause(_: float) -> None:
        await sync_to_async(meanwhile)()

    async def read(stream: AsyncIterator[bytes]) -> bytes:
        return b"".join([part async for part in stream])

    return async_to_sync(read)(
        events.happenings(lambda: OWNER, after, seconds=seconds, pause=pause)
    )


def messages(raw: bytes, kind: str) -> list[dict[str, Any]]:
    found = []
    for block in raw.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if fields.get("event") == kind:
            found.append({"id": fields.get("id"), **json.loads(fields["data"])})
    return found


def test_a_stream_goes_on_after_the_last_event_that_was_seen() -> None:
    made = [make_event(verb, finding=make_finding()) for verb in ("began", "judged", "opened")]
    told = messages(streamed(made[0].pk), "happened")
    assert [event["verb"] for event in told] == ["judged", "opened"]
    assert [str(event["id"]) for event in told] == [str(made[1].pk), str(made[2].pk)]


def test_a_new_stream_begins_now_and_tells_each_event_once() -> None:
    make_event("long ago")
    told = messages(streamed(None, meanwhile=lambda: make_event("now")), "happened")
    assert [event["verb"] for event in told] == ["now"] * 2


def test_progress_is_told_when_it_changes() -> None:
    finding = make_finding(stage="working", title="line\nevent: forged\n\n")
    make_outbox(finding.key)
    raw = streamed(None, seconds=4)
    told = messages(raw, "progress")
    assert len(told) == 1
    assert told[0]["waiting"]["number"] == 1
    assert told[0]["working"] == [{"key": finding.key, "title": "line\nevent: forged\n\n"}]
    assert b"\nevent: forged" not in raw


def test_a_silent_stream_says_that_it_is_alive() -> None:
    assert streamed(None, seconds=40).count(b": still here") == 2


def test_an_asynchronous_server_streams_and_a_closed_stream_is_counted_no_more() -> None:
    make_event("before", finding=make_finding())

    async def first() -> list[bytes]:
        headers = {"last-event-id": "0"}
        answer: Any = await (await sync_to_async(signed_in)(AsyncClient())).get(
            "/api/v1/events", headers=headers
        )
        stream = answer.streaming_content
        parts = [await anext(stream), await anext(stream)]
        await stream.aclose()
        return parts

    retry, told = async_to_sync(first)()
    assert retry.startswith(b"retry: ")
    assert b"before" in told
    assert not events._open


def test_a_burst_opens_no_more_streams_than_there_may_be() -> None:
    async def burst() -> list[Any]:
        client = await sync_to_async(signed_in)(AsyncClient())
        return await asyncio.gather(*(client.get("/api/v1/events") for _ in range(60)))

    answers = async_to_sync(burst)()
    opened = [answer for answer in answers if answer.status_code == 200]
    assert len(opened) == len(events._open) == events.MOST_STREAMS
    for answer in opened:
        answer.close()
    assert not events._open


def test_a_stream_that_is_thrown_away_unread_is_counted_no_more() -> None:
    unread = events._Counted(events.happenings(lambda: OWNER, 0))
    assert len(events._open) == 1
    del unread
    gc.collect()
    assert not events._open


def test_there_are_only_so_many_streams(api: Api, monkeypatch) -> None:
    monkeypatch.setattr(events, "MOST_STREAMS", 0)
    answer = api.get("/events")
    problem(answer, 503, "too-many")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("last", ["", "-1", "x", "٣", "9" * 30, "1; DROP"])
def test_a_hostile_last_event_id_is_taken_for_none_or_for_a_number(api: Api, last: str) -> None:
    answer = api.get("/events", **{"Last-Event-ID": last})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    answer.close()
