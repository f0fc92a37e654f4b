"""Decisions over the API: evidence, consultations, determinations, partners, what is left."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, ahead
from tests.faces.api.reviewing import Room, make_room, signing
from tests.faces.reviewing import furnished
from tidegate.desks.access.words import Scope

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

SECRET = "the threshold of the sealed suite"


@pytest.fixture
def room() -> Room:
    made = make_room()
    made.open_to()
    return made


def test_evidence_is_kept_by_digest_and_the_developer_reads_none(room: Room) -> None:
    path = f"{room.path}/evidence"
    content = base64.b64encode(b"a card").decode()
    added = room.official.does(path, {"name": "card.txt", "content": content}, 201)
    assert added["sha256"] == hashlib.sha256(b"a card").hexdigest()
    named = room.official.does(f"{path}/digest", {"name": "suite", "sha256": "a" * 64}, 201)
    assert [row["key"] for row in room.official.told(path)["rows"]] == [added["key"], named["key"]]
    assert room.developer.told(path)["rows"] == []
    document = f"/reviews/evidence/{added['key']}/document"
    answer = room.official.get(document)
    assert (answer.content, answer.headers["Content-Type"]) == (
        b"a card", "application/octet-stream",
    )  # fmt: skip
    assert "attachment" in answer.headers["Content-Disposition"]
    problem(room.developer.get(document), 404, "not-here")
    problem(room.official.get(f"/reviews/evidence/{named['key']}/document"), 409, "not-possible")
    assert room.official.does(f"/reviews/evidence/{named['key']}/set-aside")["set_aside_at"]


def test_a_determination_says_to_the_developer_its_words_alone(room: Room) -> None:
    whole = room.official.told(f"{room.path}/determinations")
    body = whole["bodies"][0]
    assert room.official.does(f"{room.path}/consultations", {"body": body}, 201)["view"] == ""
    said = {"body": body, "view": "concurs", "words": SECRET}
    assert room.official.does(f"{room.path}/consultations/answer", said)["view"] == "concurs"
    assert room.official.told(f"{room.path}/consultations")["rows"][0]["words"] == SECRET
    decided = {"decision": "covered", "words": "It is covered.", "reasons": SECRET}
    made = room.official.does(f"{room.path}/determinations", decided, 201)
    assert (made["number"], made["words"]) == (1, "It is covered.")
    room.agency.does(
        f"{room.path}/parties/{room.agency.key}/people",
        {"person": room.agency.of.person.key, "duty": "lead"},
        201,
    )
    room.agency.does(f"{room.path}/determinations/1/dissent", {"words": SECRET}, 201)
    told = room.developer.told(f"{room.path}/determinations")
    assert (told["examines"], told["determinations"][0]["words"]) == (False, "It is covered.")
    assert SECRET not in str(told)
    assert room.developer.told(f"{room.path}/consultations")["rows"] == []
    assert SECRET in str(room.official.told(f"{room.path}/determinations")["determinations"])
    problem(room.evaluator.post(f"{room.path}/determinations", decided), 404, "not-here")
    wrong = {**decided, "decision": "refused"}
    problem(room.official.post(f"{room.path}/determinations", wrong), 422, "not-valid")


def test_a_partner_is_told_of_nothing_before_both_sides_have_signed_its_record(room: Room) -> None:
    path = f"{room.path}/partners"
    said = {
        "organisation": room.partner.key, "identity": "met in person", "scope": "own products",
        "hardening": "hardware keys", "begins_at": ahead(21), "ends_at": ahead(24),
    }  # fmt: skip
    made = room.developer.does(path, said, 201)
    assert made["invited_at"] is None
    problem(room.partner.get(path), 404, "not-here")
    record = bytes(room.reviewer.get(f"{path}/{room.partner.key}/record").content)
    (row,) = room.developer.told(path)["rows"]
    assert row["record_sha256"] == hashlib.sha256(record).hexdigest()
    assert row["waits_for"] == ["developer", "government"]
    for who in (room.developer, room.reviewer):
        who.does(f"{room.path}/terms/sign", signing(record), 201)
    (own,) = room.partner.told(path)["rows"]
    assert own["organisation"] == room.partner.key
    early = f"{path}/{room.partner.key}/early"
    problem(room.reviewer.post(early), 404, "not-here")
    assert room.developer.does(early, {"begins_at": ahead(2)})["early"]
    assert room.developer.does(f"{path}/{room.partner.key}/end", {"reason": "no"})["ends_at"]


def test_a_proposed_partner_is_declined(room: Room) -> None:
    said = {
        "organisation": room.partner.key, "identity": "a", "scope": "b", "hardening": "c",
        "begins_at": ahead(21), "ends_at": ahead(24),
    }  # fmt: skip
    room.developer.does(f"{room.path}/partners", said, 201)
    path = f"{room.path}/partners/{room.partner.key}"
    assert room.developer.does(f"{path}/decline")["declined_at"]
    problem(room.developer.get(f"{room.path}/partners/O-AAAAA-AAAAA/record"), 404, "not-here")


def test_findings_made_with_the_model_are_read_by_its_developer(room: Room) -> None:
    content = base64.b64encode(b'{"id": "a"}\n').decode()
    said = {"name": "run.jsonl", "content": content, "finder": "The Review"}
    made = room.evaluator.does(f"{room.path}/reports", said, 201)
    assert made["refused"] == 1
    assert room.developer.told(f"/deliveries/{made['delivery']}")["key"] == made["delivery"]
    problem(room.developer.post(f"{room.path}/reports", said), 404, "not-here")


def test_what_was_destroyed_is_certified_also_after_a_withdrawal(room: Room) -> None:
    room.developer.does(f"{room.path}/withdraw")
    said = {
        "organisation": room.reviewer.key, "what": "All copies.", "destroyed_at": ahead(-0.001),
    }  # fmt: skip
    made = room.reviewer.does(f"{room.path}/certificates", said, 201)
    assert len(made["sha256"]) == 64
    for who in (room.developer, room.reviewer):
        (row,) = who.told(f"{room.path}/certificates")["rows"]
        assert row["sha256"] == made["sha256"]
    problem(room.agency.post(f"{room.path}/certificates", said), 404, "not-here")


def test_a_page_of_certificates_leads_to_the_next(room: Room) -> None:
    for number in range(2):
        said = {
            "organisation": room.reviewer.key, "what": f"Copy {number}.",
            "destroyed_at": ahead(-0.001),
        }  # fmt: skip
        room.reviewer.does(f"{room.path}/certificates", said, 201)
    first = room.developer.told(f"{room.path}/certificates?limit=1")
    second = room.developer.told(first["next"])
    assert first["rows"] != second["rows"]


def test_nothing_of_it_is_told_to_a_token_that_may_not_read(room: Room) -> None:
    made = furnished()
    writing = Program(made.person, [Scope.WRITE])
    for inside in ("", "/evidence", "/calls", "/partners"):
        problem(writing.get(f"/reviews/{made.engagement}{inside}"), 404, "not-here")
    assert writing.told("/reviews")["rows"] == []
