"""Engagements over the API: their course, their parties, and what those are told who have none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks.cases.makers import coordinator
from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, ahead
from tests.faces.api.reviewing import RECIPIENT, Room, make_room
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.reviews.models import Engagement, Release

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

MISSING = "E-AAAAA-AAAAA"
READ = (
    "", "/parties", "/terms", "/terms/versions", "/terms/1/document", "/endpoints", "/grants",
    "/calls", "/live", "/two-persons", "/evidence", "/consultations", "/determinations",
    "/partners", "/certificates",
)  # fmt: skip
RUN: dict[str, dict[str, Any]] = {
    "/change": {"model": "mine"},
    "/propose": {},
    "/releases": {"to": "public"},
    "/withdraw": {},
    "/close": {},
    "/plug/pull": {},
    "/window": {"ends_at": "2026-12-20T12:00:00Z"},
    "/determinations": {"decision": "covered", "words": "It is."},
}


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_draft_is_its_developers_alone(room: Room) -> None:
    path = room.opened(reach="Chat, and nothing else.", framework="eo-14409")
    (row,) = room.developer.told("/reviews")["rows"]
    assert (row["key"], row["model"], row["state"]) == (path[9:], "kestrel", "draft")
    room.developer.does(f"{path}/parties", {"organisation": room.reviewer.key, "part": "reviewer"},
                        201)  # fmt: skip
    assert room.reviewer.told("/reviews")["rows"] == []
    problem(room.reviewer.get(path), 404, "not-here")
    changed = room.developer.does(f"{path}/change", {"version": "4.1"})
    assert changed["state"] == "draft"
    content = room.developer.told(path)["content"]
    assert (content["version"], content["model"]) == ("4.1", "kestrel")


def test_who_is_asked_sees_that_there_is_one_and_what_is_theirs(room: Room) -> None:
    path = room.proposed()
    told = room.reviewer.told(path)
    assert told["content"] is None
    assert [one["organisation"] for one in told["parties"]] == [room.reviewer.key]
    assert "kestrel" not in str(told)
    whole = room.developer.told(f"{path}/parties")
    assert [one["part"] for one in whole["rows"]] == ["developer", "reviewer", "determining"]
    assert room.developer.told(f"{path}/parties?limit=1")["next"]


def test_for_whoever_has_no_part_there_is_no_engagement(room: Room) -> None:
    path = room.proposed()
    for who in (Program(coordinator(Role.ADMINISTRATOR)), room.partner):
        assert who.told("/reviews")["rows"] == []
        for inside in READ:
            hidden = who.get(path + inside)
            absent = who.get(f"/reviews/{MISSING}{inside}")
            problem(hidden, 404, "not-here")
            assert hidden.content.replace(path[9:].encode(), MISSING.encode()) == absent.content


def test_nobody_but_the_developer_runs_it(room: Room) -> None:
    path = room.proposed()
    reading = Program(room.developer.of, [Scope.READ])
    for who in (room.reviewer, Program(coordinator(Role.ADMINISTRATOR)), reading):
        for inside, body in RUN.items():
            hidden = who.post(path + inside, body)
            absent = who.post(f"/reviews/{MISSING}{inside}", body)
            problem(hidden, 404, "not-here")
            assert hidden.content.replace(path[9:].encode(), MISSING.encode()) == absent.content
    assert Engagement.objects.get().state == "proposed"


@pytest.mark.parametrize("state", ["draft", "proposed", "closed", "withdrawn"])
def test_a_release_is_recorded_wherever_the_engagement_is(room: Room, state: str) -> None:
    path = room.opened() if state == "draft" else room.proposed()
    if state in ("closed", "withdrawn"):
        room.developer.does(f"{path}/{ {'closed': 'close', 'withdrawn': 'withdraw'}[state] }")
    made = room.developer.does(f"{path}/releases", {"to": "public", "words": "Here it is."}, 201)
    assert made["to"] == "public"
    assert Release.objects.count() == 1
    problem(room.developer.post(f"{path}/releases", {"to": "public", "approved": True}), 422,
            "not-valid")  # fmt: skip


def test_with_a_withdrawal_nobody_else_reads_on(room: Room) -> None:
    path = room.agreed()
    assert room.evaluator.told(path)["content"]["model"] == "kestrel"
    gone = room.developer.does(f"{path}/withdraw")
    assert gone["withdrawn_at"]
    assert room.evaluator.told(path)["content"] is None
    assert room.developer.told(path)["ended"] == "withdrawn"
    problem(room.developer.post(f"{path}/withdraw"), 409, "not-possible")


def test_a_party_names_its_people_and_attests_their_vetting(room: Room) -> None:
    path = room.agreed()
    people = f"{path}/parties/{room.reviewer.key}/people"
    own = f"{people}/{room.reviewer.of.person.key}"
    evaluator = f"{people}/{room.evaluator.of.person.key}"
    assert room.reviewer.does(f"{evaluator}/vetting", {"words": "cleared"})["vetted_at"]
    named = room.reviewer.does(
        people, {"person": room.reviewer.of.person.key, "duty": "lead", "title": "Lead"}, 201
    )
    assert (named["duty"], named["vetted_at"]) == ("lead", None)
    problem(room.reviewer.post(f"{own}/vetting", {"words": "I am fine"}), 409, "not-possible")
    problem(room.evaluator.post(people, {"person": "P-AAAAA-AAAAA", "duty": "lead"}), 404,
            "not-here")  # fmt: skip
    assert room.evaluator.does(f"{evaluator}/recuse", {"reason": "a cousin"})["recused_at"]
    problem(room.evaluator.get(f"{path}/live"), 404, "not-here")
    assert room.reviewer.does(f"{own}/remove")["ended_at"]
    set_to = room.reviewer.does(
        f"{path}/parties/{room.reviewer.key}/recipient", {"recipient": RECIPIENT}
    )
    assert set_to["recipient"] == RECIPIENT
    ended = room.developer.does(f"{path}/parties/{room.agency.key}/end", {"part": "determining"})
    assert ended["ended_at"]


def test_a_page_of_engagements_leads_to_the_next(room: Room) -> None:
    keys = {room.opened(model=f"model {number}")[9:] for number in range(3)}
    seen, address = [], "/reviews?limit=1"
    while address:
        page = room.developer.told(address)
        seen += [row["key"] for row in page["rows"]]
        address = page["next"]
    assert (len(seen), set(seen)) == (3, keys)
    problem(room.developer.get("/reviews?cursor=E-AAAAA-AAAAA"), 400, "bad-cursor")


def test_what_waits_is_listed(room: Room) -> None:
    room.proposed()
    room.developer.does(f"{room.path}/terms/default", status=201)
    waiting = room.reviewer.told("/reviews/waiting")["rows"]
    assert "terms-to-sign" in {row["what"] for row in waiting}


def test_figures_and_frameworks_are_for_everybody_who_has_signed_in(room: Room) -> None:
    room.proposed()
    found = room.partner.told("/reviews/figures")
    assert (found["opened"], found["withdrawn"], found["median_days"]) == (0, 0, None)
    (row,) = room.partner.told("/reviews/frameworks")["rows"]
    whole = room.partner.told(f"/reviews/frameworks/{row['name']}/{row['version']}")
    assert (whole["ceiling"], whole["settings"]["longest_grant"]) == (30, 14)
    assert "legal advice" in whole["note"]
    problem(room.partner.get("/reviews/frameworks/none/1"), 404, "not-here")


def test_a_framework_is_loaded_by_whoever_runs_the_instance(room: Room) -> None:
    chief = Program(coordinator(Role.ADMINISTRATOR))
    refused = problem(chief.post("/reviews/frameworks", {"document": {}}), 422, "not-valid")
    assert refused["errors"][0]["pointer"] == "#/document"
    problem(room.developer.post("/reviews/frameworks", {"document": {}}), 404, "not-here")


def test_only_the_question_whether_it_is_covered_needs_no_dates(room: Room) -> None:
    path = room.opened(asks="coverage", planned_release_at=None)
    assert room.developer.told(path)["asks"] == "coverage"
    problem(room.developer.post(f"{path}/window", {"ends_at": ahead(3)}), 409, "not-possible")
