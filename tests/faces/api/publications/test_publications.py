"""Publications over the API: one writes, another approves, those read whom they are for."""

from __future__ import annotations

import json

from tests.desks.publications.rooms import NOW
from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, instant
from tests.faces.api.publications.conftest import Desk
from tidegate.desks.access.words import Scope
from tidegate.desks.publications.models import Publication, Revision


def test_one_writes_another_approves_by_the_digest_and_it_goes_out(desk: Desk) -> None:
    path = desk.begun()
    told = desk.one.told(f"{path}/record")
    record = {**told["record"], "title": "Prototype pollution in minimist"}
    changed = desk.one.does(f"{path}/record", {"record": record, "edits": told["edits"]})
    assert (changed["edits"], changed["state"]) == (1, "draft")
    assert desk.one.does(f"{path}/submit")["state"] == "submitted"
    problem(desk.one.post(f"{path}/approve", {"digest": changed["digest"]}), 409, "not-possible")
    read = desk.other.told(f"{path}/approval")
    assert (read["since"], read["faults"], read["reveals"]) == (0, [], [])
    problem(desk.other.post(f"{path}/approve", {"digest": "0" * 64}), 409, "not-possible")
    approved = desk.other.does(f"{path}/approve", {"digest": read["digest"], "words": "good"})
    assert approved["state"] == "approved"
    (revision,) = desk.reader.told(path)["revisions"]
    assert revision["approvals"][0]["words"] == "good"
    assert desk.other.does(f"{path}/call-back", {"reason": "wait"})["state"] == "submitted"
    assert desk.other.does(f"{path}/give-back", {"reason": "a word"})["state"] == "draft"
    desk.published(path)
    out = desk.stranger.told(path)
    assert (out["title"], out["case"], out["reads_drafts"]) == (record["title"], "", False)
    assert {one["word"] for one in out["revisions"][0]["documents"]} >= {"osv", "csaf20", "bundle"}


def test_two_who_edit_at_once_see_each_other(desk: Desk) -> None:
    path = desk.begun()
    answer = desk.one.get(f"{path}/record")
    tag, record = answer.headers["ETag"], answer.json()["record"]
    address = f"/api/v1{path}/record"
    first = desk.one.client.post(
        address,
        json.dumps({"record": {**record, "title": "One"}, "words": "One."}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {desk.one.secret}", "If-Match": tag},
    )
    assert first.status_code == 200, first.content
    assert first.headers["ETag"] != tag
    second = desk.other.client.post(
        address,
        json.dumps({"record": {**record, "title": "Two"}}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {desk.other.secret}", "If-Match": tag},
    )
    told = problem(second, 412, "changed")
    assert first.headers["ETag"] in told["detail"]
    late = desk.other.post(f"{path}/record", {"record": record, "edits": 0})
    told = problem(late, 409, "not-possible")
    assert desk.room.one.person.name in told["detail"]
    told = problem(desk.one.post(f"{path}/record", {"record": record}), 422, "not-valid")
    assert told["errors"][0]["pointer"] == "#/edits"
    assert desk.one.told(f"{path}/record")["record"]["title"] == "One"


def test_what_is_no_record_is_refused_with_its_place(desk: Desk) -> None:
    path = desk.begun()
    record = desk.one.told(f"{path}/record")["record"]
    record["products"][0]["purl"] = 7
    told = desk.one.post(f"{path}/record", {"record": record, "edits": 0})
    assert "products.0.purl" in problem(told, 409, "not-possible")["detail"]


def test_each_format_is_previewed_with_its_faults(desk: Desk) -> None:
    path = desk.begun()
    told = desk.one.told(f"{path}/formats/osv")
    assert (told["format"], told["faults"], told["is_out"]) == ("osv", [], False)
    assert json.loads(told["text"])["affected"]
    record = desk.one.told(f"{path}/record")["record"]
    record["products"][0]["purl"] = "no package"
    desk.one.does(f"{path}/record", {"record": record, "edits": 0})
    assert desk.one.told(f"{path}/faults")["faults"]
    assert desk.one.told(f"{path}/formats/csaf21")["faults"]
    told = problem(desk.one.get(f"{path}/formats/html"), 400, "bad-question")
    assert "csaf20" in told["detail"]
    problem(desk.one.post(f"{path}/submit"), 409, "not-possible")


def test_of_what_is_out_the_bytes_are_handed_out_as_they_went(desk: Desk) -> None:
    path = desk.published()
    shown = desk.stranger.told(f"{path}/formats/osv")
    assert shown["is_out"]
    answer = desk.stranger.get(f"{path}/documents/osv")
    assert answer.content.decode() == shown["text"]
    assert answer.headers["Content-Disposition"].endswith('.osv.json"')
    assert json.loads(desk.stranger.get(f"{path}/documents/bundle").content)["payload"]
    problem(desk.stranger.get(f"{path}/documents/html"), 404, "not-here")
    problem(desk.stranger.get(f"{path}/fixes/nothing.diff"), 404, "not-here")


def test_a_correction_is_a_revision_and_its_difference_is_told(desk: Desk) -> None:
    path = desk.published()
    problem(desk.one.post(f"{path}/submit"), 409, "not-possible")
    made = desk.one.does(f"{path}/revise", {"words": "A better title."}, 201)
    assert made["revision"] == 2
    record = desk.one.told(f"{path}/record")["record"]
    desk.one.does(
        f"{path}/record", {"record": {**record, "title": "Better"}, "edits": made["edits"]}
    )
    told = desk.one.told(f"{path}/differences?format=osv")
    assert (told["one"], told["other"]) == (1, 2)
    assert {"place": "title", "before": record["title"], "after": "Better"} in told["rows"]
    assert "Better" in told["text"]
    asked = desk.other.told(f"{path}/approval")
    assert asked["since"] == 1
    assert "title" in {one["place"] for one in asked["differences"]}
    problem(desk.stranger.get(f"{path}/differences?one=1&other=2"), 404, "not-here")
    assert desk.stranger.told(f"{path}/differences") == {
        "one": 0, "other": 1, "rows": [], "format": "", "text": ""
    }  # fmt: skip
    assert "Better" not in desk.stranger.get(path).content.decode()
    desk.one.does(f"{path}/drop", {"reason": "as it was"})
    assert desk.one.does(f"{path}/withdraw", {"reason": "it was none"}, 201)["withdraws"]


def test_what_the_desks_know_is_taken_over_part_by_part(desk: Desk) -> None:
    path = desk.begun()
    record = desk.one.told(f"{path}/record")["record"]
    desk.one.does(f"{path}/record", {"record": {**record, "credits": []}, "edits": 0})
    places = {one["place"] for one in desk.one.told(f"{path}/recompose")["rows"]}
    assert "credits" in places
    desk.one.does(f"{path}/recompose", {"edits": 1, "parts": ["credits"]})
    assert desk.one.told(f"{path}/record")["record"]["credits"] == record["credits"]
    told = desk.one.post(f"{path}/recompose", {"edits": 2, "parts": ["nothing"]})
    assert "credits" in problem(told, 409, "not-possible")["detail"]


def test_it_is_timed_addressed_and_shown_to_the_parties(desk: Desk) -> None:
    path = desk.begun()
    ahead = instant(NOW.replace(year=NOW.year + 1))
    assert desk.one.does(f"{path}/schedule", {"publish_at": ahead})["publish_at"] == ahead
    assert desk.one.does(f"{path}/schedule", {"publish_at": None})["publish_at"] is None
    problem(desk.one.post(f"{path}/schedule", {}), 422, "not-valid")
    problem(desk.one.post(f"{path}/schedule", {"publish_at": instant(NOW)}), 409, "not-possible")
    to = {"tlp": "TLP:AMBER", "organisations": [desk.vendor.key], "edits": 0}
    assert desk.one.does(f"{path}/audience", to)["audience"] == [desk.vendor.key]
    problem(desk.vendor.get(path), 404, "not-here")
    assert desk.one.does(f"{path}/share")["shared_at"]
    assert desk.vendor.told(f"{path}/record")["record"]["label"] == "TLP:AMBER"
    assert desk.vendor.told(path)["revisions"][0]["audience"] == []
    problem(desk.vendor.post(f"{path}/submit"), 404, "not-here")
    desk.one.does(f"{path}/unshare")
    problem(desk.vendor.get(path), 404, "not-here")


def test_drafts_are_listed_for_coordinators_alone(desk: Desk) -> None:
    path = desk.begun()
    name = path.rpartition("/")[2]
    (row,) = desk.reader.told(f"/publications?state=draft&case={desk.room.key}")["rows"]
    assert (row["identifier"], row["state"], row["package"]) == (name, "draft", "minimist")
    assert desk.stranger.told("/publications")["rows"] == []
    problem(desk.stranger.get(f"/publications?cursor={name}"), 400, "bad-cursor")
    problem(desk.one.get("/publications?state=lost"), 400, "bad-question")
    desk.published(path)
    (row,) = desk.stranger.told("/publications?text=minimist")["rows"]
    assert (row["state"], row["case"]) == ("published", "")
    told = desk.one.told("/publications/distribution")
    assert (len(told["waiting"]), told["done"]) == (1, [])
    assert "tidegate keys ceremony" in told["mend"] or told["has_repository"]
    assert desk.stranger.told("/publications/distribution")["waiting"] == []


def test_a_token_that_only_writes_is_told_what_came_of_it_and_reads_nothing(desk: Desk) -> None:
    path = desk.begun()
    writes = Program(desk.room.one, [Scope.WRITE])
    assert writes.does(f"{path}/submit")["state"] == "submitted"
    problem(writes.get(path), 404, "not-here")
    reads = Program(desk.room.one, [Scope.READ])
    problem(reads.post(f"{path}/give-back", {"reason": "a"}), 404, "not-here")
    assert Revision.objects.get().state == "submitted"
    assert Publication.objects.count() == 1
