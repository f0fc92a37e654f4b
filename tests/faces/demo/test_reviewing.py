"""The demo's engagement: used with the real clients, cut in mid-stream, determined, released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anthropic
import openai
import pytest

from tests.faces.gateway.house import House, open_house
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Engagement, Grant
from tidegate.desks.reviews.services import determining, grants, releasing
from tidegate.engines.watermarks import unmarked
from tidegate.faces.demo import people, reviewing
from tidegate.faces.demo.endpoint import ScriptedEndpoint, playing

ENVIRONMENT = {"TIDEGATE_ENDPOINT_HOSTS": reviewing.HOST}

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path, make_home: Callable[[Path], Path]) -> Iterator[House]:
    with open_house(make_home(tmp_path / "home"), environment=ENVIRONMENT) as opened:
        yield opened


def test_the_engagement_is_used_revoked_determined_and_released(house: House):
    with playing(ScriptedEndpoint(every=0.02)) as (address, _):
        key = house.do(begin, urlsplit(address).port)
        assert house.do(begin, 1) == key, "one that is going on is left as it is"
        secret = house.do(take_up)
        by_openai = openai.OpenAI(base_url=house.openai, api_key=secret, max_retries=0)
        by_anthropic = anthropic.Anthropic(base_url=house.anthropic, api_key=secret, max_retries=0)
        said = by_openai.responses.create(model="lantern", input="Say it !words 4")
        # The terms ask for the grant's mark in each answer.
        assert said.output_text != unmarked(said.output_text) == "The lock opens at "
        message = by_anthropic.messages.create(
            model="lantern-messages", max_tokens=50, messages=asked("Say it !words 4")
        )
        assert message.content[0].type == "text"
        assert unmarked(message.content[0].text).startswith("The lock opens at")

        stream = by_openai.chat.completions.create(
            model="lantern", messages=asked("!endless"), stream=True
        )
        with pytest.raises(openai.APIError):  # noqa: PT012 - it ends somewhere in the loop
            for number, _ in enumerate(stream):
                if number == 5:
                    house.do(revoke)
                assert number < 5000, "it was not cut"
        with pytest.raises(openai.PermissionDeniedError):
            by_openai.responses.create(model="lantern", input="Once more")

    assert house.do(determine) == "determined"
    assert house.do(release) == "released"
    kinds = house.do(kinds_of, key)
    assert kinds.count("model-called") == kinds.count("model-answered") == 3
    for kind in ("terms-agreed", "window-opened", "call-refused", "model-released"):
        assert kind in kinds


def test_without_a_host_to_reach_there_is_no_engagement(monkeypatch, db):
    monkeypatch.delenv("TIDEGATE_ENDPOINT_HOSTS", raising=False)
    people.settle(datetime.now(UTC))
    assert reviewing.review(datetime.now(UTC)) is None
    assert not Engagement.objects.exists()


def asked(words: str) -> Any:
    return [{"role": "user", "content": words}]


# What the house is asked to do.


def begin(port: int) -> str:
    people.settle(datetime.now(UTC))
    engagement = reviewing.review(datetime.now(UTC), port=port)
    assert engagement is not None
    return engagement.key


def take_up() -> str:
    tor = people.actor(people.EVALUATOR)
    return grants.take_up(tor, Grant.objects.get().key, at=datetime.now(UTC))


def revoke() -> None:
    lin = people.actor(people.FINDER)
    grants.revoke_grant(lin, Grant.objects.get().key, at=datetime.now(UTC))


def determine() -> str:
    key = Engagement.objects.get().key
    determining.determine(
        people.actor(people.OFFICIAL),
        key,
        "not-covered",
        "Not covered, as of this build.",
        at=datetime.now(UTC),
    )
    return Engagement.objects.get().state


def release() -> str:
    key, now = Engagement.objects.get().key, datetime.now(UTC)
    releasing.record_release(people.actor(people.FINDER), key, "partners", now, at=now)
    return Engagement.objects.get().state


def kinds_of(key: str) -> list[str]:
    return list(Entry.objects.filter(engagement=key).values_list("kind", flat=True))
