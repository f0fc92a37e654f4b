"""The page of notices: what waits, what is chosen, and secrets that are shown once."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from tests.desks.notices.made import NOW, coordinated, happens, organisation, party, person, told
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.notices.models import FeedToken, Notice, WebhookEndpoint
from tidegate.desks.notices.queries.feeds import feed_of
from tidegate.desks.parties.models import Organisation, Person

pytestmark = pytest.mark.django_db

TITLE = "Reads <b>beyond</b> the end"


@pytest.fixture
def vendor() -> Organisation:
    return organisation(OrganisationKind.VENDOR, name="Example Vendor")


@pytest.fixture
def administrator(vendor: Organisation) -> Person:
    return person(vendor, Role.ADMINISTRATOR)


@pytest.fixture
def reader(administrator: Person) -> Client:
    """Return who has one notice of a case under TLP:AMBER."""
    case = coordinated(Label.AMBER, title=TITLE)
    party(case, administrator.memberships.get().organisation, administrator)
    happens("fact-recorded", case=case.case)
    told()
    client: Client = signed_in(Client(), administrator)
    return client


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_it_shows_what_waits_until_it_is_read(reader: Client):
    page = shown(reader.get("/notices"))
    notice = Notice.objects.get()
    assert notice.waits in page
    assert html.escape(TITLE) in page
    assert f'href="/cases/{notice.case}"' in page
    assert "1 not read yet" in page
    assert reader.post(f"/notices/{notice.key}/read").status_code == 302
    assert "You have read them all" in shown(reader.get("/notices?unread=1"))
    assert notice.waits in shown(reader.get("/notices"))


def test_all_are_marked_at_once(reader: Client):
    reader.post("/notices/read")
    assert Notice.objects.get().read_at is not None


def test_an_empty_list_says_what_would_be_in_it(vendor: Organisation):
    member: Client = signed_in(Client(), person(vendor))
    page = shown(member.get("/notices"))
    assert "Nothing waits for you" in page
    # Webhooks are for those who administer.
    assert "Add the webhook" not in page


def test_nobody_marks_anothers_notice(reader: Client, vendor: Organisation):
    other: Client = signed_in(Client(), person(vendor))
    notice = Notice.objects.get()
    assert other.post(f"/notices/{notice.key}/read").status_code == 404
    assert reader.get(f"/notices/{notice.key}/read").status_code == 405


def test_mail_is_chosen_and_what_is_not_known_is_refused(reader: Client):
    assert reader.post("/notices/preferences", {"mail": "daily"}).status_code == 302
    page = shown(reader.get("/notices"))
    assert 'value="daily" checked' in page
    assert "as you have chosen" in page
    refused = reader.post("/notices/preferences", {"mail": "yearly"})
    assert refused.status_code == 422
    assert "each, hourly, daily, none" in refused.content.decode()


def test_a_feeds_address_is_shown_once(reader: Client):
    page = shown(reader.post("/notices/feed"))
    secret = page.partition("/feeds/")[2].partition("/atom.xml")[0]
    assert feed_of(secret, at=NOW) is not None
    assert secret not in shown(reader.get("/notices"))
    reader.post("/notices/feed/end")
    assert feed_of(secret, at=NOW) is None
    assert FeedToken.objects.get().revoked_at is not None
    assert reader.post("/notices/feed/end").status_code == 422


def test_a_webhook_is_added_and_its_secret_is_shown_once(reader: Client, vendor: Organisation):
    said = {"organisation": vendor.key, "url": "https://hooks.example.org/in", "kinds": ["merge"]}
    page = shown(reader.post("/notices/webhooks", said))
    secret = "whsec_" + page.partition("whsec_")[2].partition("<")[0]
    assert len(secret) > 40
    row = WebhookEndpoint.objects.get()
    assert row.kinds == ["merge"]
    page = shown(reader.get("/notices"))
    assert "https://hooks.example.org/in" in page
    assert secret not in page
    rotated = shown(reader.post(f"/notices/webhooks/{row.key}/rotate"))
    assert "whsec_" in rotated
    assert secret not in rotated
    assert reader.post(f"/notices/webhooks/{row.key}/retry").status_code == 302
    assert reader.post(f"/notices/webhooks/{row.key}/disable").status_code == 302
    assert "disabled" in shown(reader.get("/notices"))
    assert reader.post(f"/notices/webhooks/{row.key}/disable").status_code == 422


def test_a_webhook_that_leads_inside_is_refused_and_what_was_written_is_kept(
    reader: Client, vendor: Organisation
):
    said = {"organisation": vendor.key, "url": "https://169.254.169.254/latest"}
    refused = reader.post("/notices/webhooks", said)
    assert refused.status_code == 422
    assert "not an address of the public internet" in refused.content.decode()
    assert 'value="https://169.254.169.254/latest"' in refused.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_a_webhook_of_another_organisation_is_not_there(reader: Client, vendor: Organisation):
    other = organisation(OrganisationKind.VENDOR)
    said = {"organisation": other.key, "url": "https://hooks.example.org/in"}
    assert reader.post("/notices/webhooks", said).status_code == 404
    assert reader.post("/notices/webhooks/W-00000-00000/disable").status_code == 404
