"""The coordination of a case over the API: terms, consent, vendors, release, and who may what."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.desks.cases.makers import finder_of, make_proven_case
from tests.desks.findings.makers import make_finding
from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, World, agree, ahead, invite, make_world
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_case_goes_from_its_opening_to_an_early_release(world: World) -> None:
    answer = world.coordinator.post(f"{world.path}/coordination", {"policy": "default-90"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1{world.path}/coordination"
    assert answer.json()["policy"] == "default-90"
    invited = invite(world.coordinator, world.path, world.vendor)
    assert (invited["contact"], invited["joined_at"]) == ("notified", None)
    end = ahead(30)
    proposed = world.coordinator.does(
        f"{world.path}/embargo", {"ends_at": end, "words": "no word to the press"}, 201
    )
    assert (proposed["outcome"], proposed["words"]) == ("open", "no word to the press")
    assert agree(world.vendor, world.path)["consent"] == "signatory"
    assert world.coordinator.does(f"{world.path}/embargo/accept")["embargo"] == "active"

    part = f"{world.path}/participants/{world.vendor.key}"
    assert world.vendor.does(f"{part}/report", {"event": "validate"})["report"] == "valid"
    assert world.vendor.does(f"{part}/report", {"event": "accept"})["report"] == "accepted"
    ready = world.vendor.does(f"{part}/progress", {"event": "fix-ready"})
    assert ready["progress"] == ["vendor-aware", "fix-ready"]
    status = {"product": "pkg:npm/setter@1.0.0", "status": "affected", "versions": "vers:npm/<1.1"}
    assert world.vendor.does(f"{part}/statuses", status, 201)["status"] == "affected"

    why = {"reason": "the fix is out"}
    assert not world.coordinator.does(f"{world.path}/release/approve", why)["ended"]
    problem(world.coordinator.post(f"{world.path}/release/approve", why), 409, "not-possible")
    assert world.other_coordinator.does(f"{world.path}/release/approve", why)["ended"]
    whole = world.vendor.told(f"{world.path}/coordination")
    assert whole["terms"]["embargo"] == "exited"
    assert whole["score"]["points"] == len(whole["score"]["met"])
    assert "V before P" in whole["score"]["met"]
    (own,) = [one for one in whole["parties"] if one["organisation"] == world.vendor.key]
    assert own["statuses"][0]["product"] == "pkg:npm/setter@1.0.0"
    assert not own["silent"]


def test_who_is_invited_reads_the_terms_and_nothing_else_until_it_accepts(world: World) -> None:
    path = world.opened()
    end = ahead(30)
    world.coordinator.does(f"{path}/embargo", {"ends_at": end, "words": "terms"}, 201)
    invite(world.coordinator, path, world.vendor)
    terms = world.vendor.told(f"{path}/embargo")
    assert (terms["on_the_table"], terms["words"]) == (end, "terms")
    assert [one["may_accept"] for one in terms["own"]] == [True]
    assert world.case.title not in str(terms)
    for closed in ("", "/coordination", "/participants", "/clocks"):
        problem(world.vendor.get(f"{path}{closed}"), 404, "not-here")
    assert world.vendor.told(f"{path}/messages")["rows"] == []
    seen = f"{path}/participants/{world.vendor.key}/seen"
    assert world.vendor.does(seen) == {"new": True}
    assert world.vendor.does(seen) == {"new": False}
    agree(world.vendor, path)
    assert world.vendor.told(f"{path}/coordination")["title"] == world.case.title


def test_nobody_agrees_to_other_terms_than_those_that_they_read(world: World) -> None:
    path = world.opened()
    invite(world.coordinator, path, world.vendor)
    first = world.coordinator.does(f"{path}/embargo", {"ends_at": ahead(30)}, 201)["ends_at"]
    world.coordinator.does(f"{path}/embargo", {"ends_at": ahead(90)}, 201)
    part = f"{path}/participants/{world.vendor.key}"
    problem(world.vendor.post(f"{part}/accept", {"terms": first}), 409, "not-possible")
    problem(world.vendor.post(f"{part}/accept", {}), 409, "not-possible")
    assert world.vendor.told(f"{path}/embargo")["own"][0]["consent"] == "no-embargo"


def test_a_revision_lets_every_consent_lapse_and_an_earlier_end_takes_two(world: World) -> None:
    path = world.secret(days=60)
    world.coordinator.does(f"{path}/embargo", {"ends_at": ahead(10)}, 201)
    problem(world.vendor.get(f"{path}/coordination"), 404, "not-here")
    assert world.vendor.told(f"{path}/embargo")["own"][0]["consent"] == "lapsed"
    problem(world.coordinator.post(f"{path}/embargo/accept"), 409, "not-possible")
    for who in (world.coordinator, world.other_coordinator):
        said = who.does(f"{path}/embargo/approve", {"reason": "it leaks"})
        assert said["withdrawn_at"] is None
    assert world.coordinator.does(f"{path}/embargo/accept")["embargo"] == "active"


def test_a_refused_revision_leaves_the_embargo_in_force(world: World) -> None:
    path = world.secret()
    world.vendor.does(f"{path}/embargo", {"ends_at": ahead(200)}, 201)
    state = world.coordinator.does(f"{path}/embargo/refuse", {"reason": "too long"})
    assert state["embargo"] == "active"
    proposals = world.coordinator.told(f"{path}/coordination")["proposals"]
    assert [one["outcome"] for one in proposals] == ["refused", "accepted"]


def test_a_fact_ends_the_embargo_and_is_never_refused(world: World) -> None:
    path = world.secret()
    said = {"fact": "attacks-seen", "source": "https://news.example.org"}
    state = world.vendor.does(f"{path}/facts", said)
    assert (state["embargo"], state["attacks_at"] is None) == ("exited", False)
    world.coordinator.does(f"{path}/coordination/close", {"words": "done"})
    assert world.coordinator.does(f"{path}/facts", {"fact": "public"})["public_at"]
    problem(world.coordinator.post(f"{path}/facts", {"fact": "rumour"}), 422, "not-valid")


def test_an_approval_can_be_withdrawn(world: World) -> None:
    path = world.secret()
    world.coordinator.does(f"{path}/release/approve", {"reason": "it leaks"})
    assert world.coordinator.does(f"{path}/release/withdraw")["withdrawn_at"]
    problem(world.coordinator.post(f"{path}/release/withdraw"), 409, "not-possible")
    assert not world.other_coordinator.does(f"{path}/release/approve", {"reason": "x"})["ended"]


def test_a_case_is_labelled_closed_and_opened_again(world: World) -> None:
    path = world.secret()
    problem(world.coordinator.post(f"{path}/label", {"tlp": "TLP:CLEAR"}), 409, "not-possible")
    problem(world.coordinator.post(f"{path}/label", {"tlp": "TLP:PINK"}), 422, "not-valid")
    assert world.coordinator.does(f"{path}/label", {"tlp": "TLP:RED"})["tlp"] == "TLP:RED"
    problem(world.coordinator.post(f"{path}/coordination/close", {}), 409, "not-possible")
    world.coordinator.does(f"{path}/facts", {"fact": "public"})
    closed = world.coordinator.does(f"{path}/coordination/close", {"words": "all said"})
    assert (closed["closed_at"] is None, closed["closing_words"]) == (False, "all said")
    again = world.coordinator.does(f"{path}/coordination/open-again", {"reason": "more to say"})
    assert again["closed_at"] is None


def test_deadlines_follow_a_policy_and_are_extended_on_its_grounds(world: World) -> None:
    path = world.shared()
    state = world.coordinator.does(f"{path}/policy", {"policy": "anthropic-cvd"})
    assert state["policy"] == "anthropic-cvd"
    problem(world.coordinator.post(f"{path}/policy", {"policy": "no-such"}), 409, "not-possible")
    world.vendor.does(f"{path}/triggers", {"trigger": "vendor-replied"})
    clocks = world.vendor.told(f"{path}/clocks")["rows"]
    assert clocks == sorted(clocks, key=lambda one: one["due_at"])
    assert {one["policy"] for one in clocks} == {"anthropic-cvd"}
    rule = f"{path}/clocks/disclosure-after-90-days"
    problem(
        world.coordinator.post(f"{rule}/extend", {"grounds": ["requested"]}), 409, "not-possible"
    )
    problem(world.coordinator.post(f"{rule}/extend", {"grounds": []}), 422, "not-valid")
    before = _due(clocks, "disclosure-after-90-days")
    world.coordinator.does(f"{rule}/extend", {"grounds": ["requested", "progressing"]})
    after = _due(world.vendor.told(f"{path}/clocks")["rows"], "disclosure-after-90-days")
    assert after - before == timedelta(days=14)
    problem(world.coordinator.post(f"{path}/clocks/nothing/resume"), 409, "not-possible")
    problem(
        world.coordinator.post(f"{path}/clocks/nothing/pause", {"reason": "x"}),
        409,
        "not-possible",
    )


def test_what_is_due_for_one_party_is_not_told_to_another(world: World) -> None:
    path = world.shared()
    invite(world.coordinator, path, world.other_vendor)
    world.other_vendor.does(f"{path}/participants/{world.other_vendor.key}/accept")
    colleague = world.vendor.of.colleague()
    member = {"person": colleague.person.key, "until": ahead(5)}
    part = f"{path}/participants/{world.vendor.key}"
    world.vendor.does(f"{part}/team", member)
    assert "grant-end" in {one["kind"] for one in world.vendor.told(f"{path}/clocks")["rows"]}
    others = world.other_vendor.told(f"{path}/clocks")["rows"]
    assert "grant-end" not in {one["kind"] for one in others}
    assert world.vendor.key not in str(others)


def test_a_team_is_the_organisations_own_people(world: World) -> None:
    path = world.shared()
    part = f"{path}/participants/{world.vendor.key}"
    colleague = world.vendor.of.colleague(Role.READER)
    theirs = Program(colleague)
    problem(theirs.get(f"{path}/coordination"), 404, "not-here")
    added = world.vendor.does(f"{part}/team", {"person": colleague.person.key})
    assert (added["person"], added["left_at"]) == (colleague.person.key, None)
    assert theirs.told(f"{path}/coordination")["coordinates"] is False
    stranger = {"person": world.other_vendor.of.person.key}
    problem(world.vendor.post(f"{part}/team", stranger), 409, "not-possible")
    gone = world.vendor.does(f"{part}/team/{colleague.person.key}/remove")
    assert gone["left_at"] is not None
    problem(theirs.get(f"{path}/coordination"), 404, "not-here")


def test_what_a_vendor_says_of_its_products_is_checked(world: World) -> None:
    part = f"{world.shared()}/participants/{world.vendor.key}/statuses"
    said: dict[str, Any] = {"product": "Setter", "status": "not_affected"}
    problem(world.vendor.post(part, said), 409, "not-possible")
    why = "vulnerable_code_not_present"
    told = world.vendor.does(part, {**said, "justification": why}, 201)
    assert told["justification"] == why
    problem(world.vendor.post(part, {**said, "status": "fine"}), 422, "not-valid")
    problem(world.vendor.post(part, {**said, "product": ""}), 422, "not-valid")


def test_a_party_that_waits_in_the_line_sees_nothing_and_its_place_is_told(world: World) -> None:
    path = world.opened()
    world.vendor.does(f"/organisations/{world.vendor.key}/capacity", {"cases_a_week": 0})
    waits = invite(world.coordinator, path, world.vendor)
    assert (waits["invited_at"], waits["queued_at"] is None) == (None, False)
    problem(world.vendor.post(f"{path}/participants/{world.vendor.key}/accept"), 404, "not-here")
    rows = world.coordinator.told(f"{path}/participants")["rows"]
    (place,) = [row["place"] for row in rows if row["organisation"] == world.vendor.key]
    assert place == {"number": 1, "waiting": 1, "cases_a_week": 0}


def test_parties_decline_are_silent_and_are_removed(world: World) -> None:
    path = world.opened()
    world.coordinator.does(f"{path}/embargo", {"ends_at": ahead(30)}, 201)
    for who in (world.vendor, world.other_vendor):
        invite(world.coordinator, path, who)
    part = f"{path}/participants/{world.vendor.key}"
    assert world.vendor.does(f"{part}/decline", {"reason": "no"})["consent"] == "declined"
    other = f"{path}/participants/{world.other_vendor.key}"
    assert world.coordinator.does(f"{other}/silent")["consent"] == "declined"
    called = world.coordinator.does(f"{other}/contact", {"contact": "not-contacted"})
    assert called["contact"] == "not-contacted"
    gone = world.coordinator.does(f"{other}/remove", {"reason": "another product"})
    assert gone["removed_at"] is not None
    rows = world.coordinator.told(f"{path}/participants")["rows"]
    assert world.other_vendor.key not in [row["organisation"] for row in rows]
    problem(world.other_vendor.get(f"{path}/embargo"), 404, "not-here")


def test_parties_are_listed_page_by_page(world: World) -> None:
    path = world.opened()
    keys = [world.coordinator.key]
    for who in (world.vendor, world.other_vendor):
        invite(world.coordinator, path, who)
        keys.append(who.key)
    seen: list[str] = []
    address: str | None = f"{path}/participants?limit=1"
    while address:
        told = world.coordinator.told(address)
        seen += [row["organisation"] for row in told["rows"]]
        address = told["next"]
    assert seen == keys
    back = world.coordinator.told(told["previous"])
    assert [row["organisation"] for row in back["rows"]] == keys[1:2]
    assert world.coordinator.told(back["previous"])["previous"] is None
    problem(world.coordinator.get(f"{path}/participants?cursor=O-1"), 400, "bad-cursor")


def test_a_coordinator_answers_for_a_finding_that_no_run_has_shown(world: World) -> None:
    finding = make_finding()
    path = f"/findings/{finding.key}/open-case"
    problem(world.vendor.post(path, {"reason": "x"}), 404, "not-here")
    problem(world.coordinator.post(path, {}), 422, "not-valid")
    answer = world.coordinator.post(path, {"reason": "the vendor asks for it"})
    case = answer.json()["case"]
    assert answer.headers["Location"] == f"/api/v1/cases/{case}"
    problem(world.coordinator.post(path, {"reason": "again"}), 409, "not-possible")


def test_an_earlier_merge_is_approved_by_two(world: World) -> None:
    path = world.secret()
    other = make_proven_case()
    said = {"with": other.key, "reason": "one bug"}
    told = world.coordinator.does(f"{path}/release/approve-merge", said)
    assert other.key in told["purpose"]
    problem(world.vendor.post(f"{path}/release/approve-merge", said), 404, "not-here")


def test_a_case_is_handed_on_as_a_document(world: World) -> None:
    path = world.shared()
    to = {"to": "CERT/CC", "namespace": "https://coordination.example.org"}
    answer = world.coordinator.post(f"{path}/relay", to)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["document"]["category"]
    assert world.case.key in answer.content.decode()
    problem(world.vendor.post(f"{path}/relay", to), 404, "not-here")


BODIES: dict[str, Any] = {
    "/coordination": {},
    "/coordination/close": {},
    "/coordination/open-again": {"reason": "x"},
    "/label": {"tlp": "TLP:RED"},
    "/policy": {"policy": "default-90"},
    "/triggers": {"trigger": "reported"},
    "/facts": {"fact": "public"},
    "/clocks/disclosure/extend": {"grounds": ["requested"]},
    "/clocks/disclosure/pause": {"reason": "x"},
    "/clocks/disclosure/resume": {},
    "/embargo": {"ends_at": "2400-01-01T00:00:00Z"},
    "/embargo/accept": {},
    "/embargo/refuse": {},
    "/embargo/approve": {"reason": "x"},
    "/release/approve": {"reason": "x"},
    "/release/approve-merge": {"with": "C-AAAAA-AAAAA", "reason": "x"},
    "/release/withdraw": {},
    "/participants": {"organisation": "O-AAAAA-AAAAA", "role": "vendor"},
    "/participants/{party}/remove": {"reason": "x"},
    "/participants/{party}/accept": {},
    "/participants/{party}/decline": {},
    "/participants/{party}/silent": {},
    "/participants/{party}/seen": {},
    "/participants/{party}/report": {"event": "validate"},
    "/participants/{party}/progress": {"event": "fix-ready"},
    "/participants/{party}/contact": {"contact": "seen"},
    "/participants/{party}/statuses": {"product": "x", "status": "fixed"},
    "/participants/{party}/team": {"person": "P-AAAAA-AAAAA"},
    "/participants/{party}/team/P-AAAAA-AAAAA/remove": {},
    "/relay": {"to": "CERT/CC"},
    "/messages": {"text": "x"},
}
"""What changes a case, with a body that is well."""

READ = ("", "/coordination", "/embargo", "/participants", "/clocks", "/messages")
MISSING = "C-AAAAA-AAAAA"


def test_not_found_and_not_allowed_are_the_same_bytes(world: World) -> None:
    path = world.secret()
    before = Entry.objects.count()
    missing = f"/cases/{MISSING}"
    for inside in READ:
        hidden = world.other_vendor.get(path + inside)
        absent = world.other_vendor.get(missing + inside)
        _same(hidden, absent, world.case.key)
    for inside, body in BODIES.items():
        for whose in (world.vendor.key, world.other_vendor.key, "O-AAAAA-AAAAA"):
            part = inside.format(party=whose)
            hidden = world.other_vendor.post(path + part, body)
            absent = world.other_vendor.post(missing + part, body)
            _same(hidden, absent, world.case.key)
    assert Entry.objects.count() == before


def test_a_token_that_only_reads_changes_nothing(world: World) -> None:
    path = world.secret()
    before = Entry.objects.count()
    for of in (world.coordinator.of, world.vendor.of):
        reader = Program(of, [Scope.READ])
        before += 1  # That the token was made is written down.
        for inside in READ:
            assert reader.get(path + inside).status_code == 200
        for inside, body in BODIES.items():
            answer = reader.post(path + inside.format(party=world.vendor.key), body)
            problem(answer, 404, "not-here")
    assert Entry.objects.count() == before


def test_a_token_that_only_writes_changes_and_reads_nothing(world: World) -> None:
    path = world.secret()
    writer = Program(world.vendor.of, [Scope.WRITE])
    part = f"{path}/participants/{world.vendor.key}"
    assert writer.does(f"{part}/report", {"event": "validate"})["report"] == "valid"
    assert writer.does(f"{path}/messages", {"text": "it is ready"}, 201)["key"]
    assert writer.does(f"{path}/facts", {"fact": "public"})["embargo"] == "exited"
    for inside in READ:
        problem(writer.get(path + inside), 404, "not-here")


def test_a_finder_of_the_case_that_is_no_party_of_it_reads_no_coordination(world: World) -> None:
    path = world.secret()
    finder = Program(finder_of(world.case))
    for inside in READ:
        problem(finder.get(path + inside), 404, "not-here")
    assert Coordination.objects.count() == 1
    assert not Participant.objects.filter(organisation=finder.of.organisation).exists()


def _due(clocks: Any, name: str) -> datetime:
    (found,) = [one["due_at"] for one in clocks if one["name"] == name]
    return datetime.fromisoformat(found)


def _same(hidden: Any, absent: Any, key: str) -> None:
    problem(hidden, 404, "not-here")
    assert absent.status_code == 404
    assert hidden.content.replace(key.encode(), MISSING.encode()) == absent.content
    assert dict(hidden.headers) | {"Content-Length": ""} == dict(absent.headers) | {
        "Content-Length": ""
    }
