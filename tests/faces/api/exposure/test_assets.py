"""Assets and inventories over the API: handed in, changed, taken back, and nobody else's to see."""

from __future__ import annotations

from tests.desks.exposure.rooms import make_asset, make_operator, make_other, sbom
from tests.desks.exposure.sources import published
from tests.desks.parties.makers import make_place
from tests.faces.api.conftest import problem
from tests.faces.api.exposure.conftest import Operator
from tests.faces.api.exposure.feeding import fresh
from tests.faces.api.programs import Program
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.exposure.models import Asset, Inventory
from tidegate.faces.api.routes import exposure_inventories as routes

BILL = sbom("pkg:pypi/web@1.5", "pkg:deb/debian/zlib1g@1.2", name="web")
"""Of the second component it is not told of which release it is."""
PUSH = "/inventories?asset=web-1&name=bom.json"


def test_one_call_makes_the_asset_and_says_what_was_not_understood(
    operator: Operator,
) -> None:
    published("CVE-2026-1")
    told = operator.send(PUSH, BILL, "application/vnd.cyclonedx+json")
    assert told.status_code == 201, told.content
    said = told.json()
    assert (said["made_asset"], said["components"], said["placed"]) == (True, 2, 1)
    assert said["unplaced"] == {"no-release": 1}
    assert said["opened"] == 1
    assert told["Location"] == f"/api/v1/inventories/{said['key']}"
    again = operator.send(PUSH, BILL)
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    by_key = operator.send(f"/inventories?asset={said['asset']}&part=host", BILL)
    assert (by_key.status_code, by_key.json()["made_asset"]) == (201, False)
    document = operator.get(f"/inventories/{said['key']}/document")
    assert document.content == BILL
    assert "attachment" in document["Content-Disposition"]


def test_an_inventory_is_taken_back_and_the_one_before_counts_again(
    operator: Operator,
) -> None:
    first = operator.send(PUSH, sbom("pkg:pypi/web@1.5")).json()
    second = operator.send(PUSH, sbom("pkg:pypi/web@2.0")).json()
    assert second["replaced"] == first["key"]
    back = operator.does(f"/inventories/{second['key']}/take-back")
    assert (back["key"], back["replaced"]) == (first["key"], second["key"])
    (row,) = operator.told("/inventories")["rows"]
    assert [one["counts"] for one in row["inventories"]] == [True, False]
    assert operator.told(f"/inventories/{second['key']}")["taken_back_at"]
    problem(operator.post(f"/inventories/{second['key']}/take-back"), 409, "not-possible")


def test_a_document_beyond_the_bound_is_refused_and_nothing_kept(
    operator: Operator, monkeypatch
) -> None:
    monkeypatch.setattr(routes, "LARGEST", 40)
    problem(operator.send(PUSH, b"a" * 41), 413, "too-large")
    problem(operator.send("/inventories?asset=", BILL), 422, "not-valid")
    problem(operator.send(PUSH, b"PK\x03\x04"), 409, "not-possible")
    problem(operator.send(PUSH, BILL[:9], "text/plain"), 415, "bad-type")
    assert not Asset.objects.exists()


def test_whoever_acts_for_several_says_for_whom(operator: Operator) -> None:
    other = make_operator("Another")
    both = operator.of.person
    make_place(other.organisation, Role.ADMINISTRATOR, person=both)
    told = problem(operator.send(PUSH, BILL), 409, "not-possible")
    assert other.key in told["detail"]
    answer = operator.send(f"{PUSH}&organisation={other.key}", BILL)
    assert answer.status_code == 201
    assert Asset.objects.get().organisation == other.organisation


def test_assets_are_changed_many_at_once_or_not_at_all(operator: Operator) -> None:
    made = operator.does(
        "/assets", {"organisation": operator.key, "name": "db-1", "tags": ["Core"]}, 201
    )
    assert (made["scope"], made["exposed"]) == ("fceb", "unknown")
    other = make_asset(operator.of, "db-2")
    body = {"assets": [made["key"], other.key], "exposed": "no", "add_tags": ["inside"]}
    assert operator.does("/assets/change", body) == {"changed": 2}
    strange = make_asset(make_operator(), "not theirs")
    problem(operator.post("/assets/change", {**body, "assets": [made["key"], strange.key]}),
            404, "not-here")  # fmt: skip
    problem(operator.post("/assets/change", {**body, "colour": "red"}), 422, "not-valid")
    page = operator.told("/assets?tag=inside&exposed=no&sort=-name")
    assert [row["name"] for row in page["rows"]] == ["db-2", "db-1"]
    assert page["untold"]["without_inventory"] == 2
    assert operator.does("/assets/retire", {"assets": [made["key"]]}) == {"changed": 1}
    assert [row["name"] for row in operator.told("/assets")["rows"]] == ["db-2"]
    assert [row["name"] for row in operator.told("/assets?retired=true")["rows"]] == ["db-1"]
    assert operator.does(f"/assets/{made['key']}/bring-back")["retired_at"] is None


def test_a_sheet_is_exported_changed_and_imported_again(operator: Operator) -> None:
    make_asset(operator.of, "db-1", owner="=1+1")
    sheet = operator.get("/assets/export")
    assert sheet["Content-Type"] == "text/csv; charset=utf-8"
    assert b"'=1+1" in sheet.content
    raw = sheet.content.replace(b"unknown", b"yes") + b",db-2,,,,maybe\r\n"
    told = operator.send("/assets/import", raw, "text/csv").json()
    assert (told["is_done"], told["fault_count"]) == (False, 1)
    assert told["faults"][0]["column"] == "exposed"
    raw = raw.replace(b"maybe", b"no")
    tried = operator.send("/assets/import?dry_run=true", raw, "text/csv").json()
    assert (tried["made"], tried["changed"], tried["is_done"]) == (1, 1, False)
    assert operator.send("/assets/import", raw, "text/csv").json()["is_done"]
    assert Asset.objects.get(name="db-1").exposed == "yes"


def test_an_asset_tells_what_is_installed_and_what_cannot_be_told(
    operator: Operator,
) -> None:
    published("CVE-2026-1")
    fresh("kev", "vulnrichment")
    key = operator.send(PUSH, BILL).json()["asset"]
    told = operator.told(f"/assets/{key}")
    assert (told["installed"], told["unplaced"], told["exposures"]) == (1, 1, 1)
    assert told["exposure_counts"]["affected"] == 1
    assert [one["reason"] for one in told["unplaced_reasons"]] == ["no-release"]
    assert "no feed that tells of PyPI" in told["ecosystems"][0]["untold"]
    assert not told["untold"]["is_nothing"]
    (row,) = operator.told(f"/assets/{key}/installed?text=web")["rows"]
    assert (row["package"], row["vulnerabilities"], row["doubt"]) == ("web", ["CVE-2026-1"], None)
    (lacking,) = operator.told(f"/assets/{key}/unplaced?reason=no-release")["rows"]
    assert "zlib1g" in lacking["component"]
    problem(operator.get(f"/assets/{key}/unplaced?reason=none"), 400, "bad-question")


def test_lists_go_on_by_cursors_that_are_of_one_list(operator: Operator) -> None:
    for number in range(3):
        make_asset(operator.of, f"db-{number}")
    page = operator.told("/assets?limit=2")
    rest = operator.told(page["next"])
    assert [row["name"] for row in rest["rows"]] == ["db-2"]
    cursor = page["next"].partition("cursor=")[2]
    problem(operator.get(f"/assets?sort=-name&cursor={cursor}"), 400, "bad-cursor")


def test_what_one_runs_is_nobody_elses(operator: Operator) -> None:
    said = operator.send(PUSH, BILL).json()
    paths = [
        f"/assets/{said['asset']}", f"/assets/{said['asset']}/installed",
        f"/assets/{said['asset']}/unplaced", f"/inventories/{said['key']}",
        f"/inventories/{said['key']}/document", f"/assets?organisation={operator.key}",
        f"/operators/{operator.key}",
    ]  # fmt: skip
    stranger, vendor = Program(make_operator("Another")), Program(make_other())
    hand_in_alone = Program(operator.of, [Scope.HAND_IN])
    for who in (stranger, vendor):
        for path in paths:
            problem(who.get(path), 404, "not-here")
        assert who.told("/assets")["rows"] == who.told("/inventories")["rows"] == []
        problem(who.send(f"{PUSH}&organisation={operator.key}", BILL), 404, "not-here")
    for path in paths[:5]:
        problem(hand_in_alone.get(path), 404, "not-here")
    assert hand_in_alone.told("/operators")["rows"] == []
    assert hand_in_alone.send(f"{PUSH}&part=host", BILL).status_code == 201
    assert Inventory.objects.count() == 2
