"""Providers, VEX and notices to plan a change over the API."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.desks.cases.makers import coordinator, under_embargo
from tests.desks.cases.makers import party as make_party
from tests.desks.exposure.rooms import make_asset, make_operator, make_other, sbom
from tests.desks.exposure.sources import exposed, running
from tests.desks.findings.makers import START, make_case, make_finding, make_reproduction
from tests.faces.api.conftest import problem
from tests.faces.api.exposure.conftest import Operator
from tests.faces.api.programs import Program
from tidegate.desks.access.words import Role
from tidegate.desks.exposure.models import ChangeNotice

PLAN = {"product": "the web framework", "before": "2026-12-20T12:00:00Z", "severity": "high"}


def vex(status: str, vulnerability: str = "CVE-2026-1") -> bytes:
    """Return an OpenVEX document with one statement."""
    statement = {"vulnerability": {"name": vulnerability}, "products": [{"@id": "web-1"}],
                 "status": status, "impact_statement": "it is not reached"}  # fmt: skip
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x.example/1",
                "author": "ACME", "timestamp": "2026-12-01T00:00:00Z", "version": 1,
                "statements": [statement]}  # fmt: skip
    return json.dumps(document).encode()


def test_vex_annotates_and_hides_nothing(operator: Operator) -> None:
    row = exposed(operator.of, name="web-1")
    path = "/statements?name=a.json"
    made = operator.send(path, vex("not_affected"), "application/vnd.openvex+json")
    assert made.status_code == 201, made.content
    assert (made.json()["statements"], made.json()["annotated"]) == (1, 1)
    assert operator.send(path, vex("not_affected")).status_code == 200
    (one,) = operator.told("/exposures")["rows"]
    assert (one["key"], one["vex"], one["certainty"]) == (row.key, "not_affected", "affected")
    (said,) = operator.told("/statements?status=not_affected")["rows"]
    assert (said["said_by"], said["exposures"]) == ("ACME", 1)
    stranger = Program(make_operator())
    assert stranger.told("/statements")["rows"] == []
    problem(stranger.post(f"/statements/{said['key']}/end"), 404, "not-here")
    problem(stranger.send(f"{path}&organisation={operator.key}", vex("fixed")), 404, "not-here")
    assert operator.does(f"/statements/{said['key']}/end")["ended_at"]
    assert operator.told("/exposures")["rows"][0]["vex"] == ""
    problem(operator.send(path, b"{}"), 409, "not-possible")


def test_a_provider_acts_for_an_operator_until_that_is_ended(operator: Operator) -> None:
    provider = Program(make_other())
    asset = make_asset(operator.of, "web-1")
    body = {"organisation": operator.key, "provider": provider.key}
    problem(provider.post("/delegations", body), 404, "not-here")
    made = operator.does("/delegations", body, 201)
    assert provider.told("/assets")["rows"][0]["key"] == asset.key
    (acted,) = provider.told("/operators")["rows"]
    assert (acted["organisation"], acted["scope"]) == (operator.key, "fceb")
    (row,) = provider.told("/delegations")["rows"]
    assert (row["key"], row["given_by"], row["may_end"]) == (made["key"], "", True)
    assert provider.send("/inventories?asset=web-1", sbom("pkg:pypi/web@1.5")).status_code == 201
    assert provider.does(f"/delegations/{made['key']}/end")["ended_at"]
    assert provider.told("/assets")["rows"] == []
    problem(provider.get(f"/assets/{asset.key}"), 404, "not-here")


def test_an_operator_settles_in_which_zone_its_days_end(operator: Operator) -> None:
    path = f"/operators/{operator.key}"
    settled = operator.does(f"{path}/settle", {"zone": "America/Denver", "sector": "water"})
    assert (settled["zone"], settled["sector"], settled["scope"]) == (
        "America/Denver", "water", "fceb",
    )  # fmt: skip
    problem(operator.post(f"{path}/settle", {"zone": "Mars"}), 409, "not-possible")
    roles = operator.does(f"{path}/roles", {"roles": ["role/fedramp-provider"]})["roles"]
    assert roles == ["role/fedramp-provider"]
    problem(operator.post(f"{path}/roles", {"roles": ["role/king"]}), 409, "not-possible")
    problem(Program(make_operator()).post(f"{path}/settle", {}), 404, "not-here")


def test_an_operator_is_told_to_plan_a_change_and_not_why(operator: Operator) -> None:
    by = coordinator(Role.ADMINISTRATOR)
    finding = make_finding(verdict="reproduced", package="minimist", purl="pkg:npm/minimist@1.2.0")
    make_reproduction(finding)
    case = make_case(finding, opened_at=START, package_type="npm", package="minimist")
    under_embargo(by, make_party(), case=case)
    chief, path = Program(by), f"/cases/{case.key}/change-notices"
    problem(chief.post(path, PLAN), 409, "not-possible")
    asset = make_asset(operator.of, "web-1")
    running(asset, ("minimist", "1.2.0"), at=START - timedelta(days=1), ecosystem="npm")
    (preview,) = chief.told(path)["rows"]
    assert (preview["organisation"], preview["assets"]) == (operator.key, 1)
    assert asset.key not in str(preview)
    for who in (operator, Program(make_operator())):
        problem(who.get(path), 404, "not-here")
        problem(who.post(path, PLAN), 404, "not-here")
    assert operator.told("/change-notices")["rows"] == []
    (notice,) = chief.does(path, PLAN, 201)["rows"]
    told = operator.told(f"/change-notices/{notice['key']}")
    assert [one["key"] for one in told["assets"]] == [asset.key]
    assert (told["notice"]["case"], told["notice"]["read_at"]) == ("", None)
    assert case.key not in str(told)
    assert "minimist" not in str(told)
    assert operator.does(f"/change-notices/{notice['key']}/read")["read_at"]
    of_case = chief.told(f"/change-notices?case={case.key}")["rows"][0]
    assert (of_case["case"], of_case["assets"]) == (case.key, 1)
    assert chief.told(f"/change-notices/{notice['key']}")["assets"] == []
    assert operator.told(f"/change-notices?case={case.key}")["rows"] == []
    problem(operator.post(f"/change-notices/{notice['key']}/withdraw"), 404, "not-here")
    assert chief.does(f"/change-notices/{notice['key']}/withdraw")["ended_at"]
    assert ChangeNotice.objects.count() == 1
