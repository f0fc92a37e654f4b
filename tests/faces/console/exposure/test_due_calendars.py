"""What comes due, behind the secret of one's own feed: all of it, and no name of anything."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from tests.faces.console.exposure.browsing import browser_of
from tests.faces.console.exposure.seeded_directives import HOSTILE, INCIDENT, World
from tidegate.desks.notices.services.choosing import make_feed_token
from tidegate.desks.parties.models import Membership

pytestmark = pytest.mark.django_db

_ATOM = "{http://www.w3.org/2005/Atom}"


def secret_of(world: World, who: str) -> str:
    return make_feed_token(world.actor(who), at=timezone.now()).secret


def titles(secret: str) -> list[str]:
    answer = Client().get(f"/feeds/{secret}/due.ics")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    calendar = icalendar.Calendar.from_ical(answer.content)
    return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


def test_it_has_the_duties_and_a_days_exposures_as_one_number(asked: World) -> None:
    found = titles(secret_of(asked, "engineer"))
    assert "BOD 26-02 replace" in found
    assert found.count("1 exposure is due") == 3
    assert "BOD 26-02 inventory" not in found, "it was done"


def test_it_names_no_vulnerability_incident_asset_or_organisation(asked: World) -> None:
    for who in ("engineer", "provider"):
        secret = secret_of(asked, who)
        for file in ("due.ics", "due.xml"):
            told = Client().get(f"/feeds/{secret}/{file}").content.decode().replace("\r\n ", "")
            for name in (INCIDENT, "CVE-2026-0001", "web-1", HOSTILE, "Harbour", "Lighthouse"):
                assert name not in told, (who, file, name)


def test_a_provider_has_its_own_and_its_operators_told_apart_by_key(asked: World) -> None:
    found = titles(secret_of(asked, "provider"))
    assert any(one.startswith(f"{asked.key('operator')} BOD 26-02") for one in found)
    assert any(one.startswith(f"{asked.key('provider')} CRA") for one in found)
    assert not any(asked.key("officer") in one for one in found)


def test_the_feed_has_what_is_late_or_near_and_is_never_of_the_future(asked: World) -> None:
    answer = Client().get(f"/feeds/{secret_of(asked, 'provider')}/due.xml")
    entries = ET.fromstring(answer.content).findall(f"{_ATOM}entry")
    assert any("exploited-early-warning" in one.findtext(f"{_ATOM}title", "") for one in entries)
    updated = [one.findtext(f"{_ATOM}updated", "") for one in entries]
    assert max(updated) <= timezone.now().isoformat()


def test_an_address_that_is_none_or_none_any_more_is_not_there(asked: World) -> None:
    before = secret_of(asked, "engineer")
    after = secret_of(asked, "engineer")
    for file in ("due.ics", "due.xml"):
        gone = Client().get(f"/feeds/{before}/{file}")
        never = Client().get(f"/feeds/nothing/{file}")
        assert (gone.status_code, gone.content) == (404, never.content)
        assert Client().get(f"/feeds/{after}/{file}").status_code == 200


def test_whoever_leaves_an_organisation_has_nothing_of_it_any_more(asked: World) -> None:
    secret = secret_of(asked, "engineer")
    assert titles(secret)
    Membership.objects.filter(person=asked.engineer).update(left_at=timezone.now())
    assert titles(secret) == []


def test_the_page_of_notices_gives_the_addresses_once(asked: World) -> None:
    told = browser_of(asked.engineer).post("/notices/feed").content.decode()
    secret = told.split("/feeds/")[1].split("/")[0]
    assert f"/feeds/{secret}/due.ics" in told
    assert titles(secret)
    assert secret not in browser_of(asked.engineer).get("/notices").content.decode()
