"""From a mirror it is asked whether there is anything new; what is wrong with one is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desks.exposure.published import catalogue, listed, taken
from tests.desks.exposure.rooms import NOW, day
from tests.engines.feeds.test_fetching import Mirror
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services import feeds
from tidegate.desks.exposure.services.feeds import Outcome
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.instance.home import home

pytestmark = pytest.mark.django_db

ONE, TWO = "CVE-2026-1001", "CVE-2026-1002"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("TIDEGATE_FEED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "*")
    made = Mirror()
    yield made
    made.server.shutdown()
    made.server.server_close()


def follow(mirror: Mirror) -> None:
    feeds.follow(OWNER, "kev", place=mirror.address(), is_followed=True, at=NOW)


def put(mirror: Mirror, path: Path, etag: str) -> None:
    mirror.files["/kev.json"] = path.read_bytes()
    mirror.headers["/kev.json"] = {"ETag": etag}


def state() -> FeedState:
    return FeedState.objects.select_related("edition").get(name="kev")


def conditions(mirror: Mirror) -> list[str]:
    return [headers.get("if-none-match", "") for _, headers in mirror.asked]


def test_a_mirror_is_asked_for_what_is_new_alone(mirror: Mirror, tmp_path: Path):
    put(mirror, catalogue(tmp_path, ONE), '"1"')
    follow(mirror)
    assert feeds.take(HOUSE, "kev", at=NOW).outcome is Outcome.TAKEN
    again = feeds.take(HOUSE, "kev", at=day(1))
    assert (again.outcome, again.version) == (Outcome.NOT_NEW, "2026.12.08")
    assert conditions(mirror) == ["", '"1"']
    assert (state().checked_at, state().confirmed_at) == (day(1), day(1))
    put(mirror, catalogue(tmp_path, ONE, TWO, day=9), '"2"')
    assert feeds.take(HOUSE, "kev", at=day(2)).outcome is Outcome.TAKEN
    assert listed() == {ONE, TWO}
    assert state().edition.came_from == mirror.address()  # type: ignore[union-attr]


def test_what_was_fetched_lies_nowhere_afterwards(mirror: Mirror, tmp_path: Path):
    put(mirror, catalogue(tmp_path, ONE), '"1"')
    follow(mirror)
    feeds.take(HOUSE, "kev", at=NOW)
    assert [path.name for path in (home() / "feeds" / "kev").iterdir()] == [".lock"]


def test_a_refused_edition_is_not_fetched_again_and_confirms_nothing(
    mirror: Mirror, tmp_path: Path
):
    put(mirror, catalogue(tmp_path, ONE, TWO), '"1"')
    follow(mirror)
    feeds.take(HOUSE, "kev", at=NOW)
    put(mirror, catalogue(tmp_path, ONE, TWO, day=7), '"2"')
    assert feeds.take(HOUSE, "kev", at=day(1)).outcome is Outcome.REFUSED
    again = feeds.take(HOUSE, "kev", at=day(2))
    assert (again.outcome, "2026-12-07" in again.words) == (Outcome.REFUSED, True)
    assert conditions(mirror) == ["", '"1"', '"2"']
    assert (state().checked_at, state().confirmed_at) == (day(2), NOW)
    assert Edition.objects.filter(outcome="refused").count() == 1


def test_one_that_was_damaged_on_its_way_is_fetched_again(mirror: Mirror, tmp_path: Path):
    good = catalogue(tmp_path, ONE)
    put(mirror, good, '"1"')
    mirror.files["/kev.json"] = good.read_bytes()[:-20]
    follow(mirror)
    refused = feeds.take(HOUSE, "kev", at=NOW)
    assert (refused.outcome, refused.words.startswith("'kev' is refused")) == (
        Outcome.REFUSED,
        True,
    )
    put(mirror, good, '"1"')
    assert feeds.take(HOUSE, "kev", at=day(1)).outcome is Outcome.TAKEN


def test_a_mirror_that_is_away_is_told_of_once_and_nothing_is_lost(mirror: Mirror, tmp_path: Path):
    put(mirror, catalogue(tmp_path, ONE), '"1"')
    follow(mirror)
    feeds.take(HOUSE, "kev", at=NOW)
    mirror.status["/kev.json"] = 503
    mirror.headers.clear()
    for hours in range(3):
        with pytest.raises(NotPossibleError, match="answers 503"):
            feeds.take(HOUSE, "kev", at=day(1) + timedelta(hours=hours))
    assert (state().troubled_since, state().confirmed_at) == (day(1), NOW)
    assert Entry.objects.filter(kind="feed-unreachable").count() == 1
    assert listed() == {ONE}
    mirror.status.clear()
    put(mirror, catalogue(tmp_path, ONE), '"1"')
    assert feeds.take(HOUSE, "kev", at=day(2)).outcome is Outcome.NOT_NEW
    assert (state().confirmed_at, state().trouble, state().troubled_since) == (day(2), "", None)


def test_one_from_a_file_in_between_makes_the_next_look_a_whole_one(mirror: Mirror, tmp_path: Path):
    """What the server calls by that name is not what counts any more."""
    put(mirror, catalogue(tmp_path, ONE, day=9), '"1"')
    follow(mirror)
    feeds.take(HOUSE, "kev", at=NOW)
    taken("kev", catalogue(tmp_path, ONE, TWO, day=10))
    put(mirror, catalogue(tmp_path, ONE, TWO, day=9), '"1"')
    assert feeds.take(HOUSE, "kev", at=day(1)).outcome is Outcome.REFUSED
    assert conditions(mirror) == ["", ""]


def test_this_network_is_reached_where_the_owner_names_the_host_alone(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(mirror, catalogue(tmp_path, ONE), '"1"')
    monkeypatch.delenv("TIDEGATE_FEED_HOSTS")
    with pytest.raises(NotPossibleError, match="nothing was sent there"):
        feeds.take(OWNER, "kev", mirror.address(), at=NOW)
    assert mirror.asked == []
