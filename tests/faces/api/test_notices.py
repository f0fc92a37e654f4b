"""Notices and webhooks over the API: one's own, within the token's scopes."""

from __future__ import annotations

import pytest

from tests.desks.notices.made import coordinated, happens, organisation, party, person, told
from tests.faces.api.conftest import Api, problem
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.notices.models import WebhookEndpoint
from tidegate.desks.parties.models import Organisation, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor() -> Organisation:
    return organisation(OrganisationKind.VENDOR)


@pytest.fixture
def administrator(vendor: Organisation, api: Api) -> Person:
    made = person(vendor, Role.ADMINISTRATOR)
    case = coordinated(Label.AMBER)
    party(case, vendor, made)
    for _ in range(3):
        happens("fact-recorded", case=case.case)
    told()
    signed_in(api.client, made)
    return made


def test_notices_are_listed_a_page_at_a_time_and_marked(api: Api, administrator: Person):
    first = api.get("/notices?limit=2").json()
    assert [row["read_at"] for row in first["rows"]] == [None, None]
    rest = api.get(first["next"].removeprefix("/api/v1")).json()
    assert len(rest["rows"]) == 1
    key = first["rows"][0]["key"]
    assert api.post(f"/notices/{key}/read").json()["read_at"]
    assert len(api.get("/notices?unread=true").json()["rows"]) == 2
    assert api.post("/notices/read").json() == {"marked": 2}
    problem(api.post("/notices/N-00000-00000/read"), 404, "not-here")


def test_how_one_is_told_is_chosen(api: Api, administrator: Person):
    assert api.get("/notices/preferences").json() == {"mail": "each", "has_feed": False}
    assert api.post("/notices/preferences", {"mail": "hourly"}).json()["mail"] == "hourly"
    problem(api.post("/notices/preferences", {"mail": "yearly"}), 422, "not-valid")
    made = api.post("/notices/feed")
    assert made.status_code == 201
    assert made.json()["path"].startswith("/feeds/")
    assert api.get("/notices/preferences").json()["has_feed"]
    assert not api.post("/notices/feed/end").json()["has_feed"]
    problem(api.post("/notices/feed/end"), 409, "not-possible")


def test_a_webhook_is_added_and_kept_by_the_administrators_of_its_organisation(
    api: Api, administrator: Person, vendor: Organisation
):
    said = {"organisation": vendor.key, "url": "https://hooks.example.org/in", "kinds": ["merge"]}
    made = api.post("/webhooks", said)
    assert made.status_code == 201
    told_of = made.json()
    key = told_of["webhook"]["key"]
    assert made.headers["Location"] == f"/api/v1/webhooks/{key}"
    assert told_of["secret"].startswith("whsec_")
    assert api.get("/webhooks").json()["rows"] == [told_of["webhook"]]
    assert "secret" not in api.get(f"/webhooks/{key}").json()
    assert api.post(f"/webhooks/{key}/rotate").json()["secret"] != told_of["secret"]
    assert api.post(f"/webhooks/{key}/retry").json() == {"retried": 0}

    signed_in(api.client, person(vendor))
    assert api.get("/webhooks").json()["rows"] == []
    problem(api.post("/webhooks", said), 404, "not-here")
    for verb in ("rotate", "retry", "disable"):
        problem(api.post(f"/webhooks/{key}/{verb}"), 404, "not-here")
    problem(api.get(f"/webhooks/{key}"), 404, "not-here")

    signed_in(api.client, administrator)
    assert api.post(f"/webhooks/{key}/disable").json()["disabled_at"]
    problem(api.post(f"/webhooks/{key}/disable"), 409, "not-possible")


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://127.0.0.1/", "x"])
def test_a_webhook_that_leads_inside_is_refused(
    api: Api, administrator: Person, vendor: Organisation, url: str
):
    problem(api.post("/webhooks", {"organisation": vendor.key, "url": url}), 409, "not-possible")
    assert not WebhookEndpoint.objects.exists()
