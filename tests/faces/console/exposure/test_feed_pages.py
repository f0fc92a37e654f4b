"""Feeds: their age for everybody, where they are read from for who runs the instance alone."""

from __future__ import annotations

import json
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.faces.console.exposure.browsing import browser_of, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import World
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services import feeds
from tidegate.desks.exposure.services.feeds import Outcome, Taken
from tidegate.faces.console.views.exposure import advisory_feeds

pytestmark = pytest.mark.django_db

HIDDEN = ("mirror.example.org/epss", "secret.example.org")


def catalogue(*names: str) -> SimpleUploadedFile:
    """Return an edition of KEV of today, as a file."""
    listed = [
        {
            "cveID": name,
            "vendorProject": "a",
            "product": "b",
            "vulnerabilityName": "c",
            "dateAdded": "2026-11-20",
            "shortDescription": "d",
            "requiredAction": "e",
            "dueDate": "2026-11-27",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "",
            "cwes": [],
        }
        for name in names
    ]
    written = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": f"{timezone.now():%Y.%m.%d}",
        "dateReleased": f"{timezone.now():%Y-%m-%dT%H:%M:%S.0000Z}",
        "count": len(listed),
        "vulnerabilities": listed,
    }
    return SimpleUploadedFile("known<b>.json", json.dumps(written).encode())


def test_everybody_sees_how_old_a_feed_is_and_what_was_refused(asked: World) -> None:
    told = said_at(asked.finder, "/feeds")
    assert "1 feed is too old to answer by" in told
    assert "40 days, too old" in told
    assert "An edition was refused" in told
    assert "Never loaded" not in told
    one = said_at(asked.finder, "/feed/kev")
    assert "It has 600 records and the one before had 1,404; it is refused." in one
    assert "CC0-1.0" in one


def test_where_it_is_read_from_is_told_to_who_runs_the_instance_alone(asked: World) -> None:
    for who in ("finder", "officer", "coordinator"):
        for address in ("/feeds", "/feed/kev", "/feed/epss"):
            body = page_at(getattr(asked, who), address)
            assert not any(hidden in body for hidden in HIDDEN), (who, address)
            assert "/follow" not in body
    assert "mirror.example.org/epss" in page_at(asked.chief, "/feed/epss")
    assert "secret.example.org" in page_at(asked.chief, "/feed/kev")


def test_nobody_else_follows_takes_or_hands_in(asked: World) -> None:
    with patch.object(feeds, "brought", side_effect=AssertionError("nothing is fetched")):
        for who in ("officer", "coordinator"):
            browser = browser_of(getattr(asked, who))
            for verb, form in (
                ("follow", {"follow": "no"}),
                ("take", {}),
                ("file", {"document": catalogue("CVE-2026-1000")}),
            ):
                assert browser.post(f"/feed/kev/{verb}", form).status_code == 404, verb
    assert FeedState.objects.get(name="kev").is_followed


def test_who_runs_the_instance_follows_leaves_and_names_a_mirror(asked: World) -> None:
    browser = browser_of(asked.chief)
    browser.post("/feed/osv-npm/follow", {"follow": "yes"})
    assert FeedState.objects.get(name="osv-npm").is_followed
    form = {"follow": "yes", "place": "https://mirror.example.org/npm"}
    answer = browser.post("/feed/osv-npm/follow", form)
    assert answer.headers["Location"] == "/feed/osv-npm?done=place"
    browser.post("/feed/osv-npm/follow", {"follow": "no"})
    state = FeedState.objects.get(name="osv-npm")
    assert (state.is_followed, state.place) == (False, "https://mirror.example.org/npm")


def test_no_path_of_this_machine_is_read_for_a_browser(asked: World) -> None:
    form = {"follow": "yes", "place": "/etc/passwd"}
    answer = browser_of(asked.chief).post("/feed/kev/follow", form)
    assert answer.status_code == 409
    assert "name the https address of a mirror" in said_by(answer)
    assert 'value="/etc/passwd"' in answer.content.decode()


def test_a_file_that_is_handed_in_is_judged_like_any_other(asked: World) -> None:
    FeedState.objects.filter(name="kev").update(edition=None)
    browser = browser_of(asked.chief)
    answer = browser.post("/feed/kev/file", {"document": catalogue("CVE-2026-1000")})
    assert answer.status_code == 200
    assert "The edition is in: 1 records." in said_by(answer)
    counting = Edition.objects.get(feed="kev", came_from__startswith="handed in")
    assert counting.outcome == "taken"
    assert FeedState.objects.get(name="kev").edition == counting
    wrong = SimpleUploadedFile("kev.json", b'{"vulnerabilities": 7}')
    refused = browser.post("/feed/kev/file", {"document": wrong})
    assert "The edition was refused; the one before counts." in said_by(refused)
    assert FeedState.objects.get(name="kev").edition == counting


def test_a_file_that_is_missing_or_too_large_is_not_read(asked: World) -> None:
    browser = browser_of(asked.chief)
    assert browser.post("/feed/kev/file").status_code == 422
    with patch.object(advisory_feeds, "LARGEST", 10):
        answer = browser.post("/feed/kev/file", {"document": catalogue("CVE-2026-1000")})
    assert answer.status_code == 422
    assert "tidegate feeds take NAME --from FILE" in said_by(answer)


def test_looking_for_it_now_says_what_became_of_it(asked: World) -> None:
    taken = Taken("kev", Outcome.NOT_NEW, "Its server says that nothing is new.")
    with patch.object(feeds, "take", return_value=taken) as take:
        answer = browser_of(asked.chief).post("/feed/kev/take")
    assert take.call_args.args[1] == "kev"
    assert "It is the one that is here already." in said_by(answer)


def test_there_is_no_page_of_a_feed_that_is_none(asked: World) -> None:
    said_at(asked.chief, "/feed/nothing", status=404)
