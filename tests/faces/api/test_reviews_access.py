"""Access over the API: window, endpoints, grants, the plug, calls, what takes two persons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, ahead
from tests.faces.api.reviewing import Room, make_room
from tests.faces.reviewing import furnished
from tidegate.desks.access.words import Scope
from tidegate.desks.reviews.models import Call, Grant

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.fixture
def room() -> Room:
    made = make_room()
    made.open_to()
    return made


def test_a_window_is_opened_under_terms_and_an_endpoint_behind_it() -> None:
    room = make_room()
    path = room.agreed()
    opened = room.developer.does(f"{path}/window", {"ends_at": ahead(20)})
    assert (opened["state"], opened["window_ends_at"] < ahead(21)) == ("window-open", True)
    endpoint = {
        "name": "another", "protocol": "anthropic", "url": "https://models.lab.example",
        "model": "frontier-1", "credential": "sk-of-the-developer",
    }  # fmt: skip
    made = room.developer.does(f"{path}/endpoints", endpoint, 201)
    assert (made["name"], "credential" in made) == ("another", False)
    private = {**endpoint, "name": "third", "url": "http://10.0.0.1/v1"}
    problem(room.developer.post(f"{path}/endpoints", private), 409, "not-possible")


def acknowledge(room: Room) -> None:
    """Let the evaluator read the terms in force."""
    digest = room.evaluator.told(f"{room.path}/terms")["in_force"]["sha256"]
    room.evaluator.does(f"{room.path}/terms/acknowledge", {"sha256": digest})


def test_the_window_is_opened_once_and_its_end_moves_within_the_ceiling(room: Room) -> None:
    window = room.developer.told(room.path)["content"]["window"]
    assert (window["is_open"], round(window["days_left"])) == (True, 20)
    problem(room.developer.post(f"{room.path}/window", {"ends_at": ahead(9)}), 409, "not-possible")
    problem(
        room.developer.post(f"{room.path}/window/end", {"ends_at": ahead(26)}), 409, "not-possible"
    )
    moved = room.developer.does(f"{room.path}/window/end", {"ends_at": ahead(10)})
    assert moved["window_ends_at"] < ahead(11)
    begun = room.evaluator.does(f"{room.path}/evaluation")
    assert begun["state"] == "under-evaluation"


def test_a_credential_goes_in_and_never_comes_out(room: Room) -> None:
    (row,) = room.developer.told(f"{room.path}/endpoints")["rows"]
    assert row["url"] == "https://models.lab.example/v1"
    (seen,) = room.evaluator.told(f"{room.path}/endpoints")["rows"]
    assert (seen["name"], seen["url"], seen["model"]) == ("the-model", "", "")
    path = f"/reviews/endpoints/{row['key']}"
    changed = room.developer.does(f"{path}/credential", {"credential": "sk-another"})
    ended = room.developer.does(f"{path}/end")
    assert ended["ended_at"]
    assert "sk-" not in str((row, seen, changed, ended))
    problem(room.evaluator.post(f"{path}/end"), 404, "not-here")


def test_a_grant_is_asked_for_issued_and_taken_up_once_its_terms_are_read(room: Room) -> None:
    grant = room.asked(
        tokens=1000,
        hours={"zone": "Europe/Paris", "begins": "22:00", "until": "06:00", "days": [0, 1]},
        addresses=["192.0.2.0/24"],
    )
    whole = room.evaluator.told(grant)
    assert whole["hours"] == {
        "zone": "Europe/Paris", "begins": "22:00", "until": "06:00", "days": [0, 1],
    }  # fmt: skip
    assert (whole["grant"]["state"], whole["tokens"]) == ("asked", 1000)
    assert whole["terms"]
    assert room.developer.does(f"{grant}/issue", {"ends_at": ahead(3)})["issued_at"]
    problem(room.evaluator.post(f"{grant}/take-up"), 409, "not-possible")
    acknowledge(room)
    problem(room.developer.post(f"{grant}/take-up"), 404, "not-here")
    secret = room.evaluator.does(f"{grant}/take-up")["secret"]
    assert secret.startswith("tg-grant-")
    for who in (room.developer, room.evaluator, room.reviewer):
        (row,) = who.told("/reviews/grants")["rows"]
        assert secret not in str((row, who.told(grant), who.told(f"{room.path}/grants")))
    assert room.evaluator.does(f"{grant}/revoke", {"reason": "done"})["ended_at"]


def test_a_grant_that_only_writes_is_told_what_its_change_came_to(room: Room) -> None:
    grant = room.asked()
    room.developer.does(f"{grant}/issue")
    acknowledge(room)
    writing = Program(room.evaluator.of, [Scope.READ, Scope.WRITE])
    assert writing.does(f"{grant}/take-up")["grant"] == grant.rpartition("/")[2]


def test_a_grant_is_declined_and_one_that_outlives_the_window_is_not_issued(room: Room) -> None:
    grant = room.asked()
    assert room.developer.does(f"{grant}/decline", {"reason": "no"})["ended_at"]
    scope = {
        "purpose": "testing safeguards", "endpoints": ["the-model"], "operations": ["chat"],
        "calls_a_minute": 60, "ends_at": ahead(24),
    }  # fmt: skip
    refused = room.evaluator.post(f"{room.path}/grants", scope)
    if refused.status_code == 201:
        path = f"/reviews/grants/{refused.json()['key']}"
        refused = room.developer.post(f"{path}/issue")
    problem(refused, 409, "not-possible")
    for zone in ("Nowhere/At_all", "../../etc/passwd", "/etc/passwd"):
        hours = {"zone": zone, "begins": "09:00", "until": "17:00"}
        odd = {**scope, "ends_at": ahead(3), "hours": hours}
        problem(room.evaluator.post(f"{room.path}/grants", odd), 409, "not-possible")
    problem(
        room.evaluator.post(f"{room.path}/grants", {**scope, "operations": ["train"]}), 422,
        "not-valid",
    )  # fmt: skip


def test_the_plug_ends_all_access_with_one_request(room: Room) -> None:
    grant = room.asked()
    room.developer.does(f"{grant}/issue")
    assert room.developer.does(f"{room.path}/plug/pull")["access_off_at"]
    assert Grant.objects.get().ended_at
    problem(room.reviewer.post(f"{room.path}/plug/put-back"), 404, "not-here")
    assert room.developer.does(f"{room.path}/plug/put-back") == {"access_off_at": None}


def test_calls_are_read_page_by_page_the_newest_first() -> None:
    made = furnished()
    who, first = Program(made.person), Call.objects.get()
    for minutes in (1, 2):
        Call.objects.create(
            engagement=first.engagement, grant=first.grant, endpoint=first.endpoint,
            operation="chat", address="192.0.2.1", request_sha256="0" * 64, request_bytes=1,
            began_at=timezone.now() + timedelta(minutes=minutes),
        )  # fmt: skip
    seen, address = [], f"/reviews/{made.engagement}/calls?limit=1&grant={made.grant}"
    while address:
        page = who.told(address)
        seen += [row["key"] for row in page["rows"]]
        address = page["next"]
    assert seen == list(Call.objects.order_by("-began_at").values_list("key", flat=True))
    path = f"/reviews/{made.engagement}/calls"
    problem(who.get(f"{path}?cursor=L-AAAAA-AAAAA"), 400, "bad-cursor")
    problem(who.get("/reviews/E-AAAAA-AAAAA/calls?cursor=L-AAAAA-AAAAA"), 404, "not-here")
    live = who.told(f"/reviews/{made.engagement}/live")
    assert (len(live["running"]), len(live["minutes"])) == (2, 60)


def test_a_transcript_is_for_those_whom_the_terms_keep_it_for(room: Room) -> None:
    made = furnished()
    problem(room.developer.get(f"/reviews/calls/{made.call}/transcript"), 404, "not-here")
    problem(room.developer.get("/reviews/calls/L-AAAAA-AAAAA/transcript"), 404, "not-here")
    owner = Program(made.person)
    assert owner.told(f"/reviews/{made.engagement}/calls")["rows"][0]["transcript"]


def test_what_takes_two_persons_is_seconded_by_another() -> None:
    made = furnished()
    who = Program(made.person)
    path = f"/reviews/{made.engagement}/two-persons"
    said = {"action": "read-transcripts", "subject": made.call, "reason": "to see for myself"}
    own = who.does(path, said, 201)
    problem(who.post(f"/reviews/two-persons/{own['key']}/second"), 409, "not-possible")
    assert who.does(f"/reviews/two-persons/{made.request}/second")["seconded_at"]
    rows = who.told(path)["rows"]
    assert {row["key"]: row["may_second"] for row in rows} == {
        own["key"]: False, made.request: False,
    }  # fmt: skip


def test_break_glass_is_asked_for_where_the_terms_have_it() -> None:
    made = furnished()
    who = Program(made.person)
    scope = {
        "purpose": "testing safeguards", "endpoints": ["the-model"], "operations": ["chat"],
        "calls_a_minute": 5, "ends_at": ahead(1), "reason": "it is being attacked",
    }  # fmt: skip
    asked = who.does(f"/reviews/{made.engagement}/break-glass", scope, 201)
    assert (asked["break_glass"], asked["issued_at"]) == (True, None)
    problem(who.post(f"/reviews/grants/{asked['key']}/second"), 409, "not-possible")
