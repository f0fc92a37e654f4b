"""Fixes over the API: offered as JSON or as they are, read rung by rung, looked at, withdrawn."""

from __future__ import annotations

import base64
import json

from tests.desks.publications.rooms import day
from tests.desks.publications.trials import DIFF, SECRET, let_climb
from tests.faces.api.conftest import problem
from tests.faces.api.publications.conftest import Desk
from tidegate.desks.publications.models import Fix


def _offered(desk: Desk) -> str:
    said = {"patch": DIFF.decode(), "words": "it looks at keys"}
    made = desk.vendor.does(f"{desk.case}/fixes", said, 201)
    return f"/fixes/{made['key']}"


def test_a_diff_is_offered_as_json_and_as_it_is(desk: Desk) -> None:
    told = desk.vendor.post(
        f"{desk.case}/fixes",
        {
            "patch": DIFF.decode(),
            "against": "1.2.0",
            "tests": [{"name": "test.js", "content": base64.b64encode(b"1;").decode()}],
        },
    )
    assert told.status_code == 201, told.content
    assert told.headers["Location"] == f"/api/v1/fixes/{told.json()['key']}"
    assert (told.json()["kind"], told.json()["version"]) == ("patch", "1.2.0")
    plain = DIFF.replace(b"return;", b"return 1;")
    told = desk.vendor.send(f"{desk.case}/fixes/diff?words=shorter", plain, "text/x-diff")
    assert told.status_code == 201, told.content
    rows = desk.vendor.told(f"{desk.case}/fixes")["rows"]
    assert [row["words"] for row in rows] == ["shorter", ""]
    assert [row["trials"][0]["state"] for row in rows] == ["waiting", "waiting"]
    answer = desk.vendor.get(f"/fixes/{rows[0]['key']}/diff")
    assert answer.content == plain
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "text/x-diff"


def test_what_is_no_fix_is_told_where_and_how_it_is_mended(desk: Desk) -> None:
    path = f"{desk.case}/fixes"
    told = problem(desk.vendor.post(path, {}), 409, "not-possible")
    assert "give one of the two" in told["detail"]
    problem(desk.vendor.send(f"{path}/diff", b"no diff at all", "text/x-diff"), 409, "not-possible")
    problem(desk.vendor.send(f"{path}/diff", b"a" * (1 << 20 | 1), "text/x-diff"), 413, "too-large")
    problem(desk.vendor.send(f"{path}/diff", DIFF, "text/plain"), 415, "bad-type")
    told = problem(desk.vendor.post(path, {"release": "1.2.6", "relase": ""}), 422, "not-valid")
    assert told["errors"][0]["pointer"] == "#/relase"
    assert not Fix.objects.exists()


def test_rungs_are_told_each_with_its_word_and_seen_by_who_reads_every_proof(desk: Desk) -> None:
    path = _offered(desk)
    let_climb(Fix.objects.get(), day(0), variants_quiet="failed")
    told = desk.one.told(path)
    (trial,) = told["trials"]
    words = {rung["rung"]: rung["word"] for rung in trial["words"]}
    assert (words["proofs-quiet"], words["variants-quiet"]) == ("passed", "failed")
    assert trial["labels"] == ["proof-silenced"]
    assert SECRET in trial["rungs"][0]["reason"]
    assert desk.reader.told(path)["trials"][0]["rungs"] is None
    assert desk.one.told(f"{desk.case}/fixes")["rows"][0]["trials"][0]["rungs"] is None
    answer = desk.one.get(f"{path}/trials/1/receipt")
    assert json.loads(answer.content)["payloadType"]
    problem(desk.reader.get(f"{path}/trials/1/receipt"), 404, "not-here")
    problem(desk.one.get(f"{path}/trials/2/receipt"), 404, "not-here")
    problem(desk.one.get(f"{path}/trials/0/receipt"), 422, "not-valid")


def test_a_fix_is_tried_again_looked_at_and_withdrawn(desk: Desk) -> None:
    path = _offered(desk)
    problem(desk.vendor.post(f"{path}/try"), 409, "not-possible")
    let_climb(Fix.objects.get(), day(0))
    assert desk.vendor.does(f"{path}/try", status=201)["number"] == 2
    said = {"accepts": True, "words": "it is what we would do"}
    assert desk.vendor.does(f"{path}/look", said, 201)["is_maintainer"]
    assert desk.vendor.told(path)["looks"][0]["words"] == said["words"]
    problem(desk.vendor.post(f"{path}/look", {"accepts": "yes", "words": "x"}), 422, "not-valid")
    gone = desk.vendor.does(f"{path}/withdraw", {"reason": "a better one comes"})
    assert gone["withdrawn_at"]
    problem(desk.vendor.post(f"{path}/try"), 409, "not-possible")


def test_for_others_there_is_no_fix(desk: Desk) -> None:
    path = _offered(desk)
    absent = "/fixes/R-00000-0000Z"
    for who in (desk.stranger,):
        for question in ("", "/diff", "/trials/1/receipt"):
            told = who.get(f"{path}{question}").content
            nothing = who.get(f"{absent}{question}").content
            assert told.replace(path[-13:].encode(), b"R-00000-0000Z") == nothing
        problem(who.post(f"{path}/withdraw", {"reason": "a"}), 404, "not-here")
        problem(who.get(f"{desk.case}/fixes"), 404, "not-here")
        problem(who.post(f"{desk.case}/fixes", {"release": "1"}), 404, "not-here")
