"""Terms over the API: proposed, signed by both sides, changed, read before a first use."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.faces.api.conftest import problem
from tests.faces.api.reviewing import Room, make_room, signing
from tidegate.desks.reviews.models import Signature

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.fixture
def room() -> Room:
    made = make_room()
    made.proposed()
    made.developer.does(f"{made.path}/terms/default", status=201)
    return made


def test_both_sides_sign_one_digest(room: Room) -> None:
    document = room.document()
    told = room.reviewer.told(f"{room.path}/terms")
    assert told["shown"]["sha256"] == hashlib.sha256(document).hexdigest()
    assert (told["may_sign"], len(told["sections"])) == (True, 7)
    first = room.sign(room.developer, document)
    assert first["agreement"]["agreed_at"] is None
    assert room.reviewer.told(f"{room.path}/terms")["shown"]["waits_for"] == [
        room.reviewer.of.organisation.name
    ]
    last = room.sign(room.reviewer, document)
    assert last["agreement"]["agreed_at"]
    (version,) = room.developer.told(f"{room.path}/terms/versions")["rows"]
    assert version["standing"] == "in-force"
    assert all(one["is_good"] for one in version["signatures"])
    assert room.developer.told(room.path)["content"]["state"] == "terms-agreed"


def test_a_signature_over_something_else_is_none(room: Room) -> None:
    document = room.document()
    wrong = {**signing(b"something else"), "sha256": hashlib.sha256(document).hexdigest()}
    problem(room.reviewer.post(f"{room.path}/terms/sign", wrong), 409, "not-possible")
    no_base64 = {**signing(document), "signature": "not base64!"}
    problem(room.reviewer.post(f"{room.path}/terms/sign", no_base64), 422, "not-valid")
    problem(room.partner.post(f"{room.path}/terms/sign", signing(document)), 404, "not-here")
    assert not Signature.objects.exists()


def test_a_change_is_a_new_version_that_both_sign(room: Room) -> None:
    first = room.document()
    for who in (room.developer, room.reviewer):
        room.sign(who, first)
    wanted = json.loads(first)
    wanted["settings"]["longest_grant"] = "P7D"
    made = room.reviewer.does(f"{room.path}/terms", {"document": wanted}, 201)
    assert made["number"] == 2
    told = room.developer.told(f"{room.path}/terms")
    assert (told["shown"]["number"], told["in_force"]["number"]) == (2, 1)
    assert "7 days" in str(told["changes"])
    problem(room.developer.post(f"{room.path}/terms/2/take-back"), 409, "not-possible")
    assert room.reviewer.does(f"{room.path}/terms/2/take-back")["taken_back_at"]


def test_what_is_no_terms_is_refused_with_its_place(room: Room) -> None:
    wanted = json.loads(room.document())
    del wanted["settings"]["longest_grant"]
    told = problem(room.reviewer.post(f"{room.path}/terms", {"document": wanted}), 422, "not-valid")
    assert told["errors"][0]["pointer"] == "#/document"
    assert "longest_grant" in told["detail"]
    for odd in ({"a": "\ud800"}, {"a": float("nan")}):
        problem(room.reviewer.post(f"{room.path}/terms", {"document": odd}), 422, "not-valid")


def test_terms_are_acknowledged_by_their_digest(room: Room) -> None:
    document = room.document()
    digest = {"sha256": hashlib.sha256(document).hexdigest()}
    problem(room.developer.post(f"{room.path}/terms/acknowledge", digest), 409, "not-possible")
    for who in (room.developer, room.reviewer):
        room.sign(who, document)
    people = f"{room.path}/parties/{room.reviewer.key}/people"
    room.reviewer.does(people, {"person": room.evaluator.of.person.key, "duty": "evaluator"}, 201)
    assert room.evaluator.does(f"{room.path}/terms/acknowledge", digest) == digest
    assert room.evaluator.told(f"{room.path}/terms")["has_acknowledged"]
