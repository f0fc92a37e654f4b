"""Organisations are administered by their own people, and found by nobody else."""

from __future__ import annotations

import re

import pytest

from tests.desks.cases.makers import (
    coordinator,
    party,
)
from tests.faces.console.coordinating import (
    browser_of,
)
from tests.faces.console.test_pages import text
from tidegate.desks.access.words import Role
from tidegate.desks.parties.models import Invitation, Membership, Organisation

pytestmark = pytest.mark.django_db


def test_an_administrator_invites_and_the_link_is_shown_this_once() -> None:
    chief = party(role=Role.ADMINISTRATOR)
    browser, address = browser_of(chief), f"/organisation/{chief.key}"
    answer = browser.post(f"{address}/invitations", {"email": "new@example.org", "role": "reader"})
    link = re.search(r"http://testserver/join/[\w-]+", answer.content.decode())
    assert link
    assert Invitation.objects.get().role == Role.READER
    shown_again = browser.get(address)
    assert "new@example.org" in text(shown_again)
    assert link.group(0) not in shown_again.content.decode()
    browser.post(f"{address}/invitations/{Invitation.objects.get().key}/revoke")
    assert "new@example.org" not in text(browser.get(address))
    refused = browser.post(f"{address}/invitations", {"email": "nobody", "role": "reader"})
    assert refused.status_code == 409
    assert 'value="nobody"' in refused.content.decode()


def test_an_administrator_changes_roles_suspends_and_removes() -> None:
    chief = party(role=Role.ADMINISTRATOR)
    mate = chief.colleague()
    browser, base = browser_of(chief), f"/organisation/{chief.key}/people/{mate.person.key}"
    place = Membership.objects.get(person=mate.person)
    browser.post(f"{base}/role", {"role": "reader"})
    place.refresh_from_db()
    assert place.role == Role.READER
    assert browser.post(f"{base}/role", {"role": "king"}).status_code == 422
    browser.post(f"{base}/suspend")
    assert browser_of(mate).get(f"/organisation/{chief.key}").status_code == 404
    browser.post(f"{base}/reinstate")
    assert browser_of(mate).get(f"/organisation/{chief.key}").status_code == 200
    browser.post(f"{base}/remove")
    place.refresh_from_db()
    assert place.left_at is not None
    own = f"/organisation/{chief.key}/people/{chief.person.key}"
    assert browser.post(f"{own}/remove").status_code == 409


@pytest.mark.parametrize(
    ("written", "status", "kept"), [("3", 302, 3), ("", 302, None), ("-1", 422, 7), ("x", 422, 7)]
)
def test_an_administrator_sets_how_many_cases_are_taken(
    written: str, status: int, kept: int | None
) -> None:
    chief = party(role=Role.ADMINISTRATOR, cases_a_week=7)
    answer = browser_of(chief).post(
        f"/organisation/{chief.key}/capacity", {"cases_a_week": written}
    )
    assert answer.status_code == status
    chief.organisation.refresh_from_db()
    assert chief.organisation.cases_a_week == kept


def test_members_read_their_organisation_and_strangers_find_none() -> None:
    chief, stranger = party(role=Role.ADMINISTRATOR), party(role=Role.ADMINISTRATOR)
    member = chief.colleague()
    address = f"/organisation/{chief.key}"
    body = browser_of(member).get(address).content.decode()
    assert chief.person.email in body
    assert f'action="{address}' not in body
    for rest, form in (
        ("/invitations", {"email": "x@example.org", "role": "member"}),
        (f"/people/{chief.person.key}/suspend", {}),
        ("/capacity", {"cases_a_week": "1"}),
        ("/kinds", {"kinds": ["coordinator"]}),
        ("/provider", {"issuer": "https://evil.example"}),
        ("/suspend", {"reason": "x"}),
    ):
        for who in (member, stranger):
            assert browser_of(who).post(address + rest, form).status_code == 404, rest
    refused = browser_of(stranger).get(address)
    none = browser_of(stranger).get("/organisation/O-00000-00000")
    assert (refused.status_code, none.status_code) == (404, 404)
    assert text(refused).replace(chief.key, "O-00000-00000") == text(none)


def test_own_administrators_do_not_say_what_the_organisation_is() -> None:
    chief = party(role=Role.ADMINISTRATOR)
    address = f"/organisation/{chief.key}"
    body = browser_of(chief).get(address).content.decode()
    assert f"{address}/kinds" not in body
    assert f'action="{address}/provider"' not in body
    assert browser_of(chief).post(f"{address}/kinds", {"kinds": ["coordinator"]}).status_code == 404
    chief.organisation.refresh_from_db()
    assert chief.organisation.kinds == ["vendor"]


def test_whoever_runs_the_instance_opens_organisations() -> None:
    chief, vendor = coordinator(Role.ADMINISTRATOR), party()
    form = {"name": "New Harbour", "kinds": ["vendor", "agency"], "scope": "FCEB"}
    assert browser_of(vendor).post("/organisations", form).status_code == 404
    browser = browser_of(chief)
    refused = browser.post("/organisations", {**form, "scope": ""})
    assert refused.status_code == 409
    assert 'value="New Harbour"' in refused.content.decode()
    assert 'value="agency" checked' in refused.content.decode()
    assert browser.post("/organisations", form).status_code == 302
    made = Organisation.objects.get(name="New Harbour")
    assert (made.kinds, made.scope) == (["agency", "vendor"], "FCEB")
    assert "New Harbour" in text(browser.get("/organisations?text=new+h"))
    assert "New Harbour" not in text(browser.get("/organisations?text=old"))
    assert "New Harbour" not in text(browser_of(vendor).get("/organisations"))


def test_a_provider_is_set_and_its_secret_never_shown() -> None:
    chief, vendor = coordinator(Role.ADMINISTRATOR), party(role=Role.ADMINISTRATOR)
    address = f"/organisation/{vendor.key}"
    browser_of(chief).post(
        f"{address}/provider",
        {
            "issuer": "https://id.example.org",
            "client_id": "tidegate",
            "secret": "s3cret-of-the-client",
            "domains": "example.org, example.net",
        },
    )
    for who in (chief, vendor):
        body = browser_of(who).get(address).content.decode()
        assert "https://id.example.org" in body
        assert "example.net" in body
        assert "s3cret-of-the-client" not in body
    assert "id.example.org" not in text(browser_of(vendor.colleague()).get(address))
