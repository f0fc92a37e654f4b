"""Feeds are taken in from files, refused, followed, and shown with their age."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desks.exposure.feeds_here import fresh
from tests.desks.exposure.rooms import NOW, make_operator
from tests.engines.feeds.samples import epss, kev, kev_entry
from tests.faces.cli.exposure.running import run
from tidegate.desks.exposure.models import FeedState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "home"))


def catalogue(day: str, *names: str) -> bytes:
    entries = [kev_entry(name) for name in names]
    return kev(*entries, catalogVersion=day.replace("-", "."), dateReleased=f"{day}T15:00:00.1234Z")


def test_a_file_is_taken_in_once(tmp_path: Path):
    (tmp_path / "kev.json").write_bytes(catalogue("2026-12-09", "CVE-2026-1001"))
    take = ("feeds", "take", "kev", "--from", "kev.json")
    told = run(None, *take, "--json").document()
    assert (told["outcome"], told["records"], told["vulnerabilities"]) == ("taken", 1, 1)
    assert "not new" in run(None, *take).words
    shown = run(None, "feeds").words
    assert "2026-12-09" in shown
    assert "20 hours" in shown
    assert "more were never loaded" in shown
    assert "counts" in run(None, "feeds", "editions", "kev").words


def test_a_refused_edition_ends_with_1_and_the_last_good_one_stays(tmp_path: Path):
    file = tmp_path / "kev.json"
    file.write_bytes(catalogue("2026-12-09", "CVE-2026-1001"))
    take = ("feeds", "take", "kev", "--from", "kev.json")
    assert run(None, *take).code == 0
    file.write_bytes(catalogue("2026-12-01", "CVE-2026-1001"))
    done = run(None, *take)
    assert done.code == 1
    assert "refused" in done.words
    assert (
        run(None, "feeds", "--json")
        .document()["rows"][0]["edition"]["said_at"]
        .startswith("2026-12-09")
    )
    assert "refused" in run(None, "feeds", "editions", "kev").words


def test_a_folder_is_taken_whole_and_what_fails_stops_no_other(tmp_path: Path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    assert "nothing that is called as a feed is" in run(None, "feeds", "take-all", "mirror").error
    (folder / "kev.json").write_bytes(b"{}")
    (folder / "epss.csv").write_bytes(epss("CVE-2026-1001,0.5,0.9", day="2026-12-10T00:00:00+0000"))
    done = run(None, "feeds", "take-all", "mirror")
    assert done.code == 1
    assert "kev" in done.words
    assert "epss" in done.words
    assert FeedState.objects.get(name="epss").edition is not None
    assert FeedState.objects.get(name="kev").edition is None
    assert "is not a folder" in run(None, "feeds", "take-all", "nowhere").refusal()


def test_a_feed_is_followed_and_left():
    told = run(
        None, "feeds", "follow", "kev", "--from", "https://mirror.example/kev.json", "--json"
    )
    assert told.document() == {
        "feed": "kev",
        "is_followed": True,
        "place": "https://mirror.example/kev.json",
    }
    assert "followed" in run(None, "feeds").words
    assert run(None, "feeds", "unfollow", "kev", "--json").document()["is_followed"] is False
    assert "there are kev" in run(None, "feeds", "follow", "kevin").refusal()
    assert "there are kev" in run(None, "feeds", "editions", "kevin").refusal()


def test_what_is_too_old_says_so():
    fresh("kev", said_at=NOW - timedelta(days=40))
    assert "40 days, too old" in run(None, "feeds").words


def test_feeds_are_taken_and_followed_by_whoever_runs_the_instance_alone(tmp_path: Path):
    (tmp_path / "kev.json").write_bytes(catalogue("2026-12-09", "CVE-2026-1001"))
    operator = make_operator()
    for line in ("take kev --from kev.json", "follow kev", "unfollow kev"):
        assert run(operator, "feeds", *line.split()).refusal(), line
    assert run(operator, "feeds", "take-all", ".").refusal()
    assert "No feed is loaded" in run(operator, "feeds").words
    assert not FeedState.objects.exists()
