"""CVE identifiers, keys for restricted releases, the curve and the funnel over the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.desks.exposure import rooms as exposure
from tests.desks.publications.adopting import came, line, make_publication, report
from tests.desks.publications.rooms import NOW
from tests.faces.access.publication_things import AGE_KEY
from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program
from tests.faces.api.publications.conftest import Desk
from tidegate.desks.access.words import Scope
from tidegate.desks.publications.models import Adoption
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.services.adoption_showing import settle

NAME = "TG-2026-k7m2x9qd"


@pytest.fixture
def operator(db: None) -> Program:
    """Make an operator's administrator, with a program."""
    return Program(exposure.make_operator("Water Office"))


@pytest.fixture
def out(db: None) -> str:
    """Publish something a day ago; return its name."""
    return make_publication(NAME, at=NOW - timedelta(days=1)).identifier


def _sent(who: Program, content: bytes, query: str = "") -> Any:
    return who.send(f"/adoption/reports{query}", content, "application/json")


def test_a_report_counts_line_by_line_and_the_same_again_changes_nothing(
    operator: Program, out: str
) -> None:
    content = report(
        line("notified", NOW, advisory=out),
        line("applied", NOW + timedelta(days=3), advisory=out),
        line("seen", NOW, advisory="TG-2026-aaaaaaaa"),
    )
    told = _sent(operator, content).json()
    assert (told["organisation"], told["new"], told["repeated"]) == (operator.key, 1, 0)
    late, unknown = told["left_out"]
    assert (late["line"], unknown["line"], unknown["advisory"]) == (1, 2, "TG-2026-aaaaaaaa")
    assert "set the client's clock" in late["words"]
    assert "pull what is published" in unknown["words"]
    assert _sent(operator, content).json()["repeated"] == 1
    (row,) = operator.told("/adoption")["rows"]
    assert (row["identifier"], row["reached"]["notified"], row["is_done"]) == (out, 1, False)
    own = operator.told(f"/publications/{out}/adoption/own")
    assert own["rows"][0]["stages"][0]["basis"] == "inventory"
    assert own["rows"][0]["stage"] == "notified"


def test_a_report_needs_a_token_that_writes_for_the_operator(operator: Program, out: str) -> None:
    content = report(line("seen", NOW, advisory=out))
    for scopes in ([Scope.READ], [Scope.HAND_IN], [Scope.ADMINISTER]):
        told = _sent(Program(operator.of, scopes), content, f"?organisation={operator.key}")
        problem(told, 404, "not-here")
    stranger = Program(exposure.make_operator())
    problem(_sent(stranger, content, f"?organisation={operator.key}"), 404, "not-here")
    nobody = operator.client.post(
        "/api/v1/adoption/reports", content, content_type="application/json"
    )
    problem(nobody, 401, "not-signed-in")
    assert not Adoption.objects.exists()
    reports = Program(operator.of, [Scope.READ, Scope.WRITE])
    assert _sent(reports, content).json()["new"] == 1


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "JSON"),
        (b'{"schema": "urn:tidegate:adoption-report:1", "mode": "full"}', "stages"),
        (report(line("seen", NOW, asset="my web server")), "stages[0].asset"),
        (report(line("verified", NOW, basis="said")), "stages[0].basis"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(
    operator: Program, content: bytes, place: str
) -> None:
    told = problem(_sent(operator, content), 409, "not-possible")
    assert "this is no adoption report" in told["detail"].lower()
    assert place in told["detail"]


def test_a_report_is_no_larger_than_is_taken_and_is_json(
    operator: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "LONGEST_REPORT", 100)
    told = problem(_sent(operator, b" " * 101), 413, "too-large")
    assert "at most" in told["detail"]
    told = operator.send("/adoption/reports", b"{}", "text/plain")
    problem(told, 415, "bad-type")


def test_the_curve_is_for_coordinators_and_shows_no_small_group(
    desk: Desk, operator: Program, out: str
) -> None:
    row = make_publication("TG-2026-bbbbbbbb", at=NOW - timedelta(days=2))
    for number in range(15):
        made = exposure.make_operator()
        came(row, made, "applied" if number < 10 else "notified", NOW - timedelta(days=1))
    assert desk.reader.told(f"/publications/{row.identifier}/adoption")["is_hidden"]
    settle(NOW - timedelta(hours=1))
    told = desk.reader.told(f"/publications/{row.identifier}/adoption")
    (group,) = told["groups"]
    assert (group["organisations"], told["smallest"]) == (15, 5)
    point = group["points"][-1]
    assert (point["reached"]["applied"], point["reached"]["verified"]) == (10, 0)
    assert point["shown_here"] == {"applied": 0, "verified": 0}
    assert desk.one.told(f"/publications/{row.identifier}/adoption?by=sector")["by"] == "sector"
    problem(desk.one.get(f"/publications/{out}/adoption?by=name"), 422, "not-valid")
    for path in (f"/publications/{out}/adoption", "/funnel"):
        problem(operator.get(path), 404, "not-here")
    funnel = desk.reader.told("/funnel")
    assert funnel["steps"][0]["name"] == "found"
    assert (funnel["reference"]["fixed"], funnel["reference"]["disclosed"]) == (97, 1596)
    assert funnel["steps"][1]["share"] is not None


def test_a_cve_identifier_is_noted_listed_and_left_to_whose_it_is(desk: Desk) -> None:
    path = f"{desk.case}/cve-id"
    told = problem(desk.one.post(path), 409, "not-possible")
    assert "TIDEGATE_CVE_ORG" in told["detail"]
    given = {"number": "cve-2026-12345", "cna": "openjs"}
    made = desk.one.does(f"{path}/assign", given, 201)
    assert (made["number"], made["case"]) == ("CVE-2026-12345", desk.room.key)
    problem(desk.one.post(f"{path}/assign", {**given, "number": "12"}), 409, "not-possible")
    problem(desk.one.post(f"{path}/take-back"), 409, "not-possible")
    listed = desk.reader.told("/cve-ids")
    assert [row["number"] for row in listed["rows"]] == ["CVE-2026-12345"]
    assert listed["our_cna"] == ""
    why = {"reason": "it was none"}
    told = problem(desk.one.post("/cve-ids/CVE-2026-12345/reject", why), 409, "not-possible")
    assert "ask openjs" in told["detail"]
    assert desk.vendor.told("/cve-ids")["rows"] == []
    problem(desk.reader.post(f"{path}/take-back"), 404, "not-here")
    problem(desk.vendor.post("/cve-ids/CVE-2026-12345/reject", why), 404, "not-here")


def test_an_organisation_keeps_its_own_keys(desk: Desk, operator: Program) -> None:
    said = {"organisation": operator.key, "recipient": AGE_KEY, "name": "the data centre"}
    made = operator.does("/update-keys", said, 201)
    assert (made["recipient"], made["revoked_at"]) == (AGE_KEY, None)
    assert desk.reader.told(f"/update-keys?organisation={operator.key}")["rows"] == [made]
    assert desk.vendor.told("/update-keys")["rows"] == []
    problem(desk.vendor.post("/update-keys", said), 404, "not-here")
    wrong = {**said, "recipient": "AGE-SECRET-KEY-1QQQ"}
    assert (
        "secret key" in problem(operator.post("/update-keys", wrong), 409, "not-possible")["detail"]
    )
    gone = {"organisation": operator.key, "recipient": AGE_KEY, "reason": "it was lost"}
    problem(desk.vendor.post("/update-keys/revoke", gone), 404, "not-here")
    assert operator.does("/update-keys/revoke", gone)["revoked_at"]
    assert operator.told("/update-keys")["rows"] == []
    assert len(operator.told("/update-keys?revoked=true")["rows"]) == 1
    assert json.dumps(operator.told("/update-keys?revoked=true")).count(AGE_KEY) == 1
