"""What is followed is looked at when it is due, by one process; what is wrong is told once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.exposure.published import about, catalogue, listed, records
from tests.desks.exposure.rooms import NOW, day, make_operator, make_other
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.jobs.feeds import AGAIN, EVERY, tick
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services import feeds
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.engines.feeds import FEEDS, FeedKind

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = "CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"
HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=1)


def followed(path: Path, feed: str = "kev") -> None:
    feeds.follow(OWNER, feed, place=str(path), is_followed=True, at=NOW)


def kinds(*but: str) -> list[str]:
    rows = Entry.objects.order_by("index").values_list("kind", flat=True)
    return [kind for kind in rows if kind not in ("feed-followed", *but)]


def test_where_nothing_is_followed_a_tick_is_one_question(tmp_path: Path):
    feeds.take(OWNER, "kev", str(catalogue(tmp_path, ONE)), at=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert tick(day(400)) == 0
    assert len(asked) == 1
    assert kinds() == ["feed-taken"]


def test_a_followed_feed_is_looked_at_at_once_and_then_every_so_often(tmp_path: Path):
    followed(catalogue(tmp_path, ONE))
    assert tick(NOW) == 1
    assert listed() == {ONE}
    assert tick(NOW + EVERY[FeedKind.KEV] - MOMENT) == 0
    assert tick(NOW + EVERY[FeedKind.KEV]) == 1
    assert kinds() == ["feed-taken"]


def test_every_feed_has_its_interval_well_below_its_largest_age():
    for feed in FEEDS.values():
        assert AGAIN < EVERY[feed.kind] <= feed.max_age / 4, feed.name


def test_a_look_is_claimed_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    followed(catalogue(tmp_path, ONE))
    looked: list[str] = []

    def take(_, name, **more):
        looked.append(name)
        # Another process ticks while this one is at it.
        assert tick(NOW + MOMENT) == 0
        raise NotPossibleError("of no matter here")

    monkeypatch.setattr(feeds, "take", take)
    assert tick(NOW) == 1
    assert looked == ["kev"]


def test_a_feed_that_is_broken_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    followed(catalogue(tmp_path, ONE))
    followed(records(tmp_path, about("GHSA-aaaa-bbbb-cccc")), "osv-npm")
    real = feeds.take

    def take(actor, name, **more):
        if name == "kev":
            raise OSError("no room is left")
        return real(actor, name, **more)

    monkeypatch.setattr(feeds, "take", take)
    assert tick(NOW) == 2
    assert FeedState.objects.get(name="osv-npm").edition is not None
    assert FeedState.objects.get(name="kev").trouble == "it could not be taken here; see the log"
    assert kinds("feed-taken") == ["feed-unreachable"]


def test_what_failed_is_looked_at_again_sooner_and_told_of_once(tmp_path: Path):
    path = catalogue(tmp_path, ONE, TWO, THREE)
    followed(path)
    tick(NOW)
    path.write_bytes(catalogue(tmp_path, ONE, day=9).read_bytes())
    assert tick(NOW + HOUR) == 1
    assert tick(NOW + HOUR + AGAIN - MOMENT) == 0
    assert tick(NOW + HOUR + AGAIN) == 1
    assert kinds() == ["feed-taken", "feed-refused"]
    assert listed() == {ONE, TWO, THREE}


def test_one_that_was_not_brought_to_its_end_is_taken_up_again(tmp_path: Path):
    followed(records(tmp_path, about("GHSA-aaaa-bbbb-cccc")), "osv-npm")
    tick(NOW)
    Edition.objects.update(outcome="taking")
    FeedState.objects.update(edition=None)
    assert tick(NOW + AGAIN - MOMENT) == 0
    assert tick(NOW + AGAIN) == 1
    assert set(Edition.objects.values_list("outcome", flat=True)) == {"taken"}


def test_that_a_feed_has_grown_too_old_is_told_once_for_each_edition(tmp_path: Path):
    path = catalogue(tmp_path, ONE)
    followed(path)
    tick(NOW)
    old = FEEDS["kev"].max_age + timedelta(days=1)
    for hours in range(3):
        tick(NOW + old + hours * HOUR)
    assert kinds() == ["feed-taken", "feed-too-old"]
    path.write_bytes(catalogue(tmp_path, ONE, TWO, day=20).read_bytes())
    tick(NOW + old + 5 * HOUR)
    tick(NOW + old + 6 * HOUR)
    assert kinds() == ["feed-taken", "feed-too-old", "feed-taken"]
    tick(NOW + 3 * old)
    assert kinds().count("feed-too-old") == 2


def test_who_runs_the_instance_is_told_and_no_operator_is(tmp_path: Path):
    coordinator, _ = make_other(OrganisationKind.COORDINATOR), make_operator()
    path = catalogue(tmp_path, ONE, TWO, THREE)
    followed(path)
    tick(NOW)
    path.write_bytes(catalogue(tmp_path, ONE, day=9).read_bytes())
    tick(NOW + HOUR)
    tick(day(60))
    for kind in ("feed-refused", "feed-too-old"):
        entry = Entry.objects.get(kind=kind)
        assert [one.person for one in who_is_told(entry, day(60))] == [coordinator.person.pk]
    assert who_is_told(Entry.objects.get(kind="feed-taken"), NOW) == ()
