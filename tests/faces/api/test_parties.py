"""Who asks, organisations with their people, and own tokens, over the API."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import coordinator, party
from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program
from tidegate.desks.access.words import OrganisationKind, Role, Scope
from tidegate.desks.parties.models import Invitation, Membership

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

MISSING = "O-AAAAA-AAAAA"


@pytest.fixture
def vendor() -> Program:
    return Program(party(role=Role.ADMINISTRATOR))


@pytest.fixture
def stranger() -> Program:
    return Program(party(role=Role.ADMINISTRATOR))


@pytest.fixture
def chief() -> Program:
    return Program(coordinator(Role.ADMINISTRATOR))


def test_whoever_asks_is_told_where_they_stand(vendor: Program) -> None:
    told = vendor.told("/me")
    assert (told["person"], told["name"]) == (vendor.of.person.key, vendor.of.person.name)
    assert told["scopes"] == sorted(Scope)
    (place,) = told["places"]
    assert (place["organisation"], place["role"]) == (vendor.key, "administrator")
    assert place["kinds"] == ["vendor"]


def test_a_token_is_told_its_own_scopes(vendor: Program) -> None:
    assert Program(vendor.of, [Scope.READ]).told("/me")["scopes"] == ["read"]
    only_in = Program(vendor.of, [Scope.HAND_IN]).told("/me")
    assert (only_in["scopes"], only_in["places"]) == (["hand-in"], [])


def test_nobody_is_told_nothing(vendor: Program) -> None:
    vendor.secret = "tg_unknown"
    for path in ("/me", "/organisations", "/tokens"):
        problem(vendor.get(path), 401, "not-signed-in")


def test_everybody_sees_their_own_organisations_and_coordinators_all(
    vendor: Program, stranger: Program, chief: Program
) -> None:
    assert [row["key"] for row in vendor.told("/organisations")["rows"]] == [vendor.key]
    seen: list[str] = []
    address: str | None = "/organisations?limit=2"
    while address:
        page = chief.told(address)
        seen += [row["key"] for row in page["rows"]]
        address = page["next"]
    assert sorted(seen) == sorted({vendor.key, stranger.key, chief.key})
    assert chief.told(f"/organisations/{vendor.key}")["members"] == 1


@pytest.mark.parametrize("inside", ["", "/members", "/invitations", "/capacity"])
def test_a_strange_organisation_is_none(vendor: Program, stranger: Program, inside: str) -> None:
    hidden = vendor.get(f"/organisations/{stranger.key}{inside}")
    absent = vendor.get(f"/organisations/{MISSING}{inside}")
    problem(hidden, 404, "not-here")
    assert hidden.content.replace(stranger.key.encode(), MISSING.encode()) == absent.content


@pytest.mark.parametrize(
    ("inside", "body"),
    [
        ("/capacity", {"cases_a_week": 3}),
        ("/invitations", {"email": "eve@example.org"}),
        ("/members/{person}/role", {"role": "reader"}),
        ("/members/{person}/remove", {}),
        ("/members/{person}/suspend", {}),
        ("/members/{person}/reinstate", {}),
    ],
)
def test_nobody_administers_a_strange_organisation(
    vendor: Program, stranger: Program, inside: str, body: dict[str, object]
) -> None:
    part = inside.format(person=stranger.of.person.key)
    hidden = vendor.post(f"/organisations/{stranger.key}{part}", body)
    absent = vendor.post(f"/organisations/{MISSING}{part}", body)
    problem(hidden, 404, "not-here")
    assert hidden.content.replace(stranger.key.encode(), MISSING.encode()) == absent.content
    reader = Program(vendor.of, [Scope.READ, Scope.WRITE])
    own = inside.format(person=vendor.of.person.key)
    problem(reader.post(f"/organisations/{vendor.key}{own}", body), 404, "not-here")


def test_an_organisation_is_administered_by_its_own(vendor: Program) -> None:
    path = f"/organisations/{vendor.key}"
    colleague = vendor.of.colleague()
    member = f"{path}/members/{colleague.person.key}"
    assert vendor.does(f"{member}/role", {"role": "reader"})["role"] == "reader"
    problem(vendor.post(f"{member}/role", {"role": "reader"}), 409, "not-possible")
    problem(vendor.post(f"{member}/role", {"role": "emperor"}), 422, "not-valid")
    assert vendor.does(f"{member}/suspend")["suspended_at"]
    assert vendor.does(f"{member}/reinstate")["suspended_at"] is None
    listed = vendor.told(f"{path}/members")["rows"]
    assert [row["email"] for row in listed] == sorted(
        [vendor.of.person.email, colleague.person.email]
    )
    assert vendor.does(f"{member}/remove")["left_at"]
    own = f"{path}/members/{vendor.of.person.key}"
    problem(vendor.post(f"{own}/remove"), 409, "not-possible")
    assert Membership.objects.filter(left_at=None, organisation__key=vendor.key).count() == 1


def test_somebody_is_invited_by_a_link_that_is_shown_once(vendor: Program) -> None:
    path = f"/organisations/{vendor.key}/invitations"
    made = vendor.does(path, {"email": "bob@example.org", "role": "reader"}, 201)
    assert made["path"].startswith("/join/")
    secret = made["path"].removeprefix("/join/")
    (row,) = vendor.told(path)["rows"]
    assert (row["key"], row["email"], row["role"]) == (
        made["invitation"], "bob@example.org", "reader",
    )  # fmt: skip
    assert secret not in str(row)
    assert not Invitation.objects.filter(digest=secret).exists()
    problem(vendor.post(path, {"email": "no address"}), 409, "not-possible")
    assert vendor.does(f"/invitations/{made['invitation']}/revoke")["revoked_at"]
    assert vendor.told(path)["rows"] == []
    problem(vendor.post(f"/invitations/{made['invitation']}/revoke"), 409, "not-possible")


def test_a_vendor_says_how_many_cases_it_takes(vendor: Program) -> None:
    path = f"/organisations/{vendor.key}/capacity"
    assert vendor.told(path) == {"cases_a_week": None, "taken": 0, "waiting": 0}
    assert vendor.does(path, {"cases_a_week": 2})["cases_a_week"] == 2
    assert vendor.told(path)["cases_a_week"] == 2
    assert vendor.does(path, {"cases_a_week": None})["cases_a_week"] is None
    for wrong in ({}, {"cases_a_week": -1}, {"cases_a_week": 10_001}, {"cases_a_week": "3"}):
        problem(vendor.post(path, wrong), 422, "not-valid")


def test_everybody_lists_and_revokes_their_own_tokens_alone(
    vendor: Program, stranger: Program
) -> None:
    (row,) = vendor.told("/tokens")["rows"]
    assert row["scopes"] == sorted(Scope)
    assert vendor.secret not in str(row)
    hidden = stranger.post(f"/tokens/{row['key']}/revoke")
    absent = stranger.post("/tokens/T-AAAAA-AAAAA/revoke")
    problem(hidden, 404, "not-here")
    assert hidden.content.replace(row["key"].encode(), b"T-AAAAA-AAAAA") == absent.content
    assert vendor.does(f"/tokens/{row['key']}/revoke")["revoked_at"]
    problem(vendor.get("/tokens"), 401, "not-signed-in")


def test_ended_tokens_are_listed_where_they_are_asked_for(vendor: Program) -> None:
    other = Program(vendor.of)
    (newest,) = vendor.told("/tokens?limit=1")["rows"]
    vendor.does(f"/tokens/{newest['key']}/revoke")
    problem(other.get("/me"), 401, "not-signed-in")
    assert len(vendor.told("/tokens")["rows"]) == 1
    assert len(vendor.told("/tokens?ended=true")["rows"]) == 2


def test_finders_see_no_vendor(vendor: Program) -> None:
    finder = Program(party(OrganisationKind.FINDER))
    assert vendor.key not in str(finder.told("/organisations"))
