"""Directives, the docket, compliance, tables and feeds over the API."""

from __future__ import annotations

import csv
import json
from importlib import resources
from typing import Any

import pytest
from django.test import Client

from tests.desks.cases.makers import coordinator
from tests.desks.exposure.rooms import make_asset, make_operator, make_other
from tests.faces.api.conftest import PREFIX, problem
from tests.faces.api.exposure.conftest import Operator
from tests.faces.api.exposure.feeding import fresh
from tests.faces.api.programs import Program
from tidegate.desks.access.words import Role
from tidegate.desks.exposure.models import Loaded
from tidegate.engines.rules import shipped_table

SHIPPED = resources.files("tidegate.engines")
VALUES = {
    "in_kev": "yes", "publicly_exposed": "no", "automatable": "yes", "technical_impact": "total",
}  # fmt: skip


@pytest.fixture
def chief(db: None) -> Program:
    return Program(coordinator(Role.ADMINISTRATOR))


def shipped(*path: str, **changed: Any) -> dict[str, Any]:
    document = json.loads(SHIPPED.joinpath(*path).read_text(encoding="utf-8"))
    return {**document, **changed}


class Nobody:
    """A program without a token."""

    def __init__(self) -> None:
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)

    def ask(self, path: str, body: Any = None, **headers: str) -> Any:
        if body is None:
            return self.client.get(PREFIX + path, headers=headers)
        raw = json.dumps(body).encode()
        return self.client.post(
            PREFIX + path, raw, content_type="application/json", headers=headers
        )


def test_the_docket_and_what_shipped_tables_say_are_everybodys(db: None) -> None:
    nobody = Nobody()
    told = nobody.ask("/docket").json()
    assert told["today"] == "2026-12-10"
    days = {(one["on"], one["directive"]) for one in told["rows"]}
    assert {("2026-07-02", "eo-14409"), ("2026-06-10", "bod-26-04")} <= days
    assert [one["on"] for one in told["rows"]] == sorted(one["on"] for one in told["rows"])
    said = nobody.ask("/decide", {"table": "cisa-bod-26-04", "values": VALUES}).json()
    assert (said["outcome"], said["days"], said["forensic_triage"]) == (
        "3 days & forensic investigation", 3, True,
    )  # fmt: skip
    # A token that is good for nothing does not keep out what everybody may ask.
    assert nobody.ask("/docket", Authorization="Bearer tg_none").status_code == 200
    for path in ("/directives", "/tables", "/feeds", "/docket/", "/decide/x"):
        assert nobody.ask(path).status_code == 401, path
    stranger = {"Origin": "https://stranger.example"}
    problem(nobody.ask("/decide", {"table": "x"}, **stranger), 403, "foreign-page")


def test_a_decision_says_by_which_day_and_what_is_missing(db: None) -> None:
    nobody = Nobody()
    body = {"table": "cisa-bod-26-04", "values": VALUES, "listed_on": "2026-12-09",
            "due_date": "2026-12-30", "zone": "America/New_York"}  # fmt: skip
    day = nobody.ask("/decide", body).json()["deadline"]
    assert (day["due_on"], day["due_at"]) == ("2026-12-12", "2026-12-13T05:00:00Z")
    assert (day["agrees"], day["force"]) == (False, "binding")
    assert next(one["step"] for one in day["triage"]) == "scope"
    said = nobody.ask("/decide", {"table": "cisa-bod-26-04", "values": {"in_kev": "yes"}}).json()
    assert (said["outcome"], said["row"]) == ("undetermined", None)
    assert said["missing"] == ["automatable", "technical_impact"]
    assert len(said["possible"]) > 1
    for wrong in (
        {"table": "none-such"},
        {"table": "cisa-bod-26-04", "values": {"in_kev": "perhaps"}},
        {"table": "cisa-bod-26-04", "values": {"colour": "red"}},
        {**body, "zone": "Mars/Olympus"},
        {**body, "scope": "nss"},
        {**body, "listed_on": "9999-12-31"},
    ):
        problem(nobody.ask("/decide", wrong), 422, "not-valid")


def test_every_row_of_the_table_is_answered_as_it_stands(db: None) -> None:
    nobody, table = Nobody(), shipped_table("cisa-bod-26-04")
    for row in table.rows:
        body = {"table": table.name, "values": dict(row.values)}
        said = nobody.ask("/decide", body).json()
        assert (said["outcome"], said["mapping_row"]) == (row.outcome.name, row.number)


def test_a_directive_says_whom_it_binds_and_when(operator: Operator) -> None:
    rows = operator.told("/directives")["rows"]
    by_name = {one["id"]: one for one in rows}
    assert by_name["bod-22-01"]["holds"] is False
    assert all(one["is_shipped"] for one in rows)
    told = operator.told("/directives/BOD%2026-04")
    assert "bod-22-01" in told["revokes"]
    clocks = [one["clock"] for one in (*told["requirements"], *told["reports"])]
    assert any("by the table of the policy set cisa" in clock for clock in clocks)
    for row in rows:
        assert all(
            one["clock"] for one in operator.told(f"/directives/{row['id']}")["requirements"]
        )
    problem(operator.get("/directives/none"), 404, "not-here")


def test_whoever_runs_the_instance_loads_directives_and_nobody_else(
    chief: Program, operator: Operator
) -> None:
    body = {"document": shipped("directives", "shipped", "bod-23-01.json",
                                id="ours-1", citation="OURS 1")}  # fmt: skip
    problem(operator.post("/directives", body), 404, "not-here")
    made = chief.does("/directives", body, 201)
    assert (made["kind"], made["name"]) == ("directive", "ours-1")
    assert operator.told("/directives/ours-1")["is_shipped"] is False
    problem(chief.post("/directives", {"document": {"id": 1}}), 409, "not-possible")
    problem(operator.post("/directives/ours-1/set-aside"), 404, "not-here")
    assert chief.does("/directives/ours-1/set-aside")["set_aside_at"]
    problem(operator.get("/directives/ours-1"), 404, "not-here")


def test_an_empty_policy_set_says_so(operator: Operator) -> None:
    rows = {one["name"]: one for one in operator.told("/policy-sets")["rows"]}
    assert rows["cisa"]["table"] == "cisa-bod-26-04"
    empty = [one for one in rows.values() if not one["table"]]
    assert {scope for one in empty for scope in one["scopes"]} == {"nss", "dow"}


def test_a_report_says_what_is_due_done_late_and_excepted(operator: Operator) -> None:
    make_asset(operator.of, "web-1")
    told = operator.told(f"/compliance/{operator.key}")
    assert (told["zone"], told["may_record"]) == ("America/New_York", True)
    assert "fceb" in told["whom"]
    assert told["untold"]["without_inventory"] == 1
    # What recurs is another one once it was done.
    late = next(one for one in told["rows"] if one["state"] == "late" and not one["occurrence"])
    assert late["force"]
    assert late["due_on"]
    assert late["why"]
    said = {"directive": late["directive"], "requirement": late["requirement"],
            "occurrence": late["occurrence"]}  # fmt: skip
    done = {**said, "words": "see the inventory"}
    path = f"/compliance/{operator.key}/done"
    assert operator.does(path, done, 201)["requirement"] == late["requirement"]
    assert _state(operator, late["key"]) == "done-late"
    problem(operator.post(path, done), 409, "not-possible")
    operator.does(f"{path}/take-back", said)
    assert _state(operator, late["key"]) == "late"
    report = operator.get(f"/compliance/{operator.key}/csv")
    assert report["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(report.content.decode().splitlines()))
    assert {row["key"] for row in rows} >= {late["key"]}
    assert any(row["about"] == "each vulnerability on each asset" for row in rows)
    for who in (Program(make_operator()), Program(coordinator(Role.ADMINISTRATOR))):
        for inside in ("", "/csv"):
            problem(who.get(f"/compliance/{operator.key}{inside}"), 404, "not-here")
        problem(who.post(path, done), 404, "not-here")


def test_an_event_starts_a_clock_of_hours(operator: Operator) -> None:
    vendor = Program(make_other())
    path = f"/compliance/{vendor.key}"
    told = vendor.told(path)
    assert told["untold"] is None
    event = next(one for one in told["events"] if one["directive"].startswith("cra"))
    body = {"directive": event["directive"], "event": event["event"], "name": "CVE-2026-1"}
    vendor.does(f"{path}/events", body, 201)
    due = [one for one in vendor.told(path)["rows"] if one["about"] == "CVE-2026-1"]
    assert due
    assert all(one["state"] == "due" for one in due if one["due_on"])
    problem(operator.post(f"{path}/events", body), 404, "not-here")
    vendor.does(f"{path}/events/take-back", body)
    assert not [one for one in vendor.told(path)["rows"] if one["about"] == "CVE-2026-1"]


def test_an_organisations_own_table_is_its_own(operator: Operator, chief: Program) -> None:
    document = shipped(
        "rules",
        "shipped",
        "tables",
        "cisa_coordinator_2_0_3.json",
        namespace="x_example.test#own",
        key="OWN",
        name="Own table",
    )
    made = operator.does("/tables", {"document": document, "organisation": operator.key}, 201)
    name = made["name"]
    row = operator.told(f"/tables/{name}?organisation={operator.key}")
    assert (row["organisation"], row["is_shipped"]) == (operator.key, False)
    assert len(row["tree"]) == len(next(iter(row["inputs"].values())))
    assert Loaded.objects.get().organisation == operator.of.organisation
    other = Program(make_operator())
    problem(other.get(f"/tables/{name}?organisation={operator.key}"), 404, "not-here")
    assert operator.key not in str(other.told("/tables"))
    settled = operator.does(f"/operators/{operator.key}/settle", {"table": name})
    assert settled["table"] == name
    set_aside = {"organisation": operator.key}
    problem(chief.post(f"/tables/{name}/set-aside", set_aside), 404, "not-here")
    assert operator.does(f"/tables/{name}/set-aside", set_aside)["set_aside_at"]
    problem(operator.post("/tables", {"document": document}), 404, "not-here")


def test_feeds_show_their_age_and_hide_where_they_are_read_from(
    operator: Operator, chief: Program
) -> None:
    fresh("kev")
    (row, *_) = operator.told("/feeds")["rows"]
    assert (row["name"], row["age"], row["is_too_old"], row["licence"]) == (
        "kev", 0, False, "CC0-1.0",
    )  # fmt: skip
    assert "/srv/" not in str(operator.told("/feeds")) + str(operator.told("/feeds/kev/editions"))
    assert chief.told("/feeds/kev")["edition"]["came_from"] == "/srv/mirror/of/ours"
    body = {"is_followed": True, "place": "https://mirror.example/kev.json"}
    problem(operator.post("/feeds/kev/follow", body), 404, "not-here")
    assert chief.does("/feeds/kev/follow", body)["is_followed"]
    for path in ("follow", "take"):
        # Files of this machine are for whoever runs commands on it.
        told = problem(chief.post(f"/feeds/kev/{path}", {**({"is_followed": True}
                       if path == "follow" else {}), "place": "/etc/passwd"}),
                       409, "not-possible")  # fmt: skip
        assert "https" in told["detail"]
    problem(operator.get("/feeds/none"), 404, "not-here")


def _state(who: Program, key: str) -> str:
    rows = who.told(f"/compliance/{who.key}")["rows"]
    return str(next(one["state"] for one in rows if one["key"] == key))
