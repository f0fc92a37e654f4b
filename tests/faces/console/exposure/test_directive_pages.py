"""Directives: who asks what of whom by when; who runs the instance loads one, and others do not."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.faces.console.exposure.browsing import browser_of, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import World
from tidegate.desks.exposure.models import Loaded
from tidegate.engines.directives import shipped_directives

pytestmark = pytest.mark.django_db


def another(**changed: object) -> SimpleUploadedFile:
    """Return a directive that is not shipped, as a file."""
    place = resources.files("tidegate.engines.directives") / "shipped" / "bod-26-02.json"
    written = json.loads(place.read_text("utf-8"))
    written |= {"id": "bod-99-01", "citation": "BOD 99-01", "title": "<b>Another</b>", **changed}
    return SimpleUploadedFile("another.json", json.dumps(written).encode())


def test_all_directives_are_listed_and_each_opens(asked: World) -> None:
    listed = page_at(asked.engineer, "/directives")
    for one in shipped_directives():
        assert f'href="/directives/{one.id}"' in listed
        told = said_at(asked.engineer, f"/directives/{one.id}")
        assert one.title in told
        assert all(demand.words in told for demand in one.demands)
    assert "Load one" not in said_at(asked.engineer, "/directives")


def test_a_scope_without_a_table_says_so_and_borrows_none(asked: World) -> None:
    listed = page_at(asked.engineer, "/directives")
    row = listed.split("national security systems (NSS)</td>")[1].split("</tr>")[0]
    assert "No table" in row
    assert "/tables/" not in row


def test_what_is_awaited_says_that_no_text_is_public(asked: World) -> None:
    told = said_at(asked.engineer, "/directives/war-eo-14409")
    assert "No text of it is public." in told
    assert "Awaited" in told


def test_a_clock_is_said_in_words_and_whom_it_binds_from_when(asked: World) -> None:
    told = said_at(asked.engineer, "/directives/bod-26-04")
    assert "within 60 calendar days after BOD 26-04 was issued" in told
    assert "for federal civilian agencies (FCEB) from 7 Dec 2026 on" in told
    assert "within 24 hours after" in said_at(asked.engineer, "/directives/cra-article-14")


def test_there_is_no_page_of_a_directive_that_is_none(asked: World) -> None:
    said_at(asked.engineer, "/directives/bod-00-00", status=404)


def test_who_runs_the_instance_loads_one_and_sets_it_aside(asked: World) -> None:
    browser = browser_of(asked.chief)
    answer = browser.post("/directives/load", {"kind": "directive", "document": another()})
    assert answer.headers["Location"] == "/directives?done=loaded"
    assert "<b>Another" not in page_at(asked.chief, "/directives/bod-99-01")
    assert "Loaded here" in said_at(asked.engineer, "/directives/bod-99-01")
    browser.post("/directives/aside", {"kind": "directive", "name": "bod-99-01"})
    said_at(asked.engineer, "/directives/bod-99-01", status=404)
    assert "set aside" in said_at(asked.chief, "/directives")


def test_a_document_that_is_none_is_refused_with_its_mend(asked: World) -> None:
    browser = browser_of(asked.chief)
    wrong = another(issued="yesterday")
    answer = browser.post("/directives/load", {"kind": "directive", "document": wrong})
    assert answer.status_code == 409
    assert "another.json" in said_by(answer)
    assert browser.post("/directives/load", {"kind": "directive"}).status_code == 422
    assert browser.post("/directives/load", {"kind": "a", "document": another()}).status_code == 422


@pytest.mark.parametrize("who", ["officer", "coordinator"])
def test_nobody_else_loads_or_sets_aside(asked: World, who: str) -> None:
    browser = browser_of(getattr(asked, who))
    form = {"kind": "directive", "document": another()}
    assert browser.post("/directives/load", form).status_code == 404
    aside = browser.post("/directives/aside", {"kind": "directive", "name": "bod-26-04"})
    assert aside.status_code == 404
    assert not Loaded.objects.exists()


def test_the_navigation_names_what_is_something_to_whom(asked: World) -> None:
    for who, there, not_there in (
        ("officer", ("exposure", "assets", "compliance", "directives", "docket"), ()),
        ("provider", ("exposure", "assets", "compliance", "directives", "docket"), ()),
        ("chief", ("exposure/counts", "directives", "docket"), ("assets", "compliance")),
        ("finder", ("docket",), ("exposure", "assets", "compliance", "directives")),
    ):
        rail = page_at(getattr(asked, who), "/docket").split("</nav>")[0]
        for name in there:
            assert f'href="/{name}"' in rail, (who, name)
        for name in not_there:
            assert f'href="/{name}"' not in rail, (who, name)
