"""What comes due, what directives ask, and what an organisation records of it."""

from __future__ import annotations

import csv
import io
import json
from importlib import resources

import pytest

from tests.desks.exposure.rooms import make_asset, make_operator, make_other
from tests.desks.exposure.sources import exposed
from tests.faces.cli.exposure.running import run
from tests.faces.cli.exposure.test_exposures import known_exposure
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Exposure, Fulfilment, Operator

pytestmark = pytest.mark.django_db

RULES = resources.files("tidegate.engines.rules") / "shipped"
DIRECTIVES = resources.files("tidegate.engines.directives") / "shipped"


def directive(**changed) -> bytes:
    document = json.loads((DIRECTIVES / "bod-26-02.json").read_bytes())
    return json.dumps(
        document | {"id": "house-rule-1", "citation": "House rule 1"} | changed
    ).encode()


def duty_of(operator):
    """Return a duty that has a day, and is met once."""
    rows = run(operator, "directives", "compliance", "--json").document()["rows"]
    return next(row for row in rows if row["due_on"] and row["key"].count("/") == 1)


def test_exposures_and_duties_come_due_together_with_zone_and_force():
    operator = make_operator(scope="fceb", zone="America/New_York")
    row = known_exposure(operator)
    rows = run(operator, "due", "--within", "365", "--json").document()["rows"]
    assert {one["what"] for one in rows} == {"exposure", "duty"}
    assert rows == sorted(rows, key=lambda one: one["due_at"])
    mine = next(one for one in rows if one["key"] == row.key)
    assert (mine["due_on"], mine["zone"], mine["force"]) == (
        "2026-12-12", "America/New_York", "binding",
    )  # fmt: skip
    shown = run(operator, "due", "--within", "3").words
    assert "2026-12-12 (America/New_York)" in shown
    assert "binding" in shown
    nobody = make_other(OrganisationKind.VENDOR)
    assert "could not be told" in run(nobody, "due").words


def test_all_of_it_is_a_calendar():
    operator = make_operator(scope="fceb")
    known_exposure(operator)
    made = run(operator, "due", "--ics").raw
    assert made.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"1 exposure is due" in made
    assert b"CVE-2026-1" not in made
    assert "ask for one" in run(operator, "due", "--ics", "--json").refusal()


def test_directives_are_listed_and_shown_with_their_clocks():
    operator = make_operator()
    listed = run(operator, "directives").words
    for told in ("bod-26-04", "BOD 26-02", "revoked", "shipped"):
        assert told in listed
    rows = run(operator, "directives", "--json").document()["rows"]
    kinds = {
        demand["clock"]["kind"]
        for row in rows
        for demand in (*row["requirements"], *row["reports"])
    }
    assert kinds >= {"by-table", "days-after", "hours-after", "recurring", "ongoing", "on-date"}
    shown = run(operator, "directives", "show", "BOD 26-04").words
    assert "for each vulnerability on each asset, by the table of the policy set" in shown
    cra = next(row["id"] for row in rows if row["events"])
    assert "hours after" in run(operator, "directives", "show", cra).words
    assert run(operator, "directives", "show", "bod-99-99").refusal()
    assert "EO 14409" in run(operator, "directives", "docket").words
    days = run(None, "directives", "docket", "--json").document()["rows"]
    assert [one["on"] for one in days] == sorted(one["on"] for one in days)


def test_a_directive_is_loaded_by_whoever_runs_the_instance_alone():
    load = ("directives", "load", "-")
    assert run(make_operator(), *load, stdin=directive()).refusal()
    assert run(None, *load, "--json", stdin=directive()).document()["name"] == "house-rule-1"
    assert "loaded here" in run(None, "directives").words
    assert run(None, *load, stdin=b"{}").refusal()
    assert run(None, "directives", "set-aside", "house-rule-1").code == 0
    assert run(None, "directives", "set-aside", "bod-26-04").refusal()
    assert "house-rule-1" not in run(None, "directives").words


def test_a_policy_set_gives_its_authority_days():
    exposure = exposed(make_operator(scope="nss"))
    assert "no table is loaded" in run(None, "directives", "policy-sets").words
    document = json.loads((RULES / "policies" / "cisa.json").read_bytes())
    document |= {"name": "cnss-loaded", "authority": "CNSS", "title": "A test"}
    document["scopes"] = {"nss": "binding"}
    load = ("directives", "policy-sets", "load", "-")
    assert run(None, *load, stdin=json.dumps(document)).code == 0
    assert Exposure.objects.get(pk=exposure.pk).policy_set == "cnss-loaded"
    names = {
        one["name"] for one in run(None, "directives", "policy-sets", "--json").document()["rows"]
    }
    assert "cnss-loaded" in names
    assert run(None, "directives", "policy-sets", "set-aside", "cnss-loaded").code == 0
    assert Exposure.objects.get(pk=exposure.pk).policy_set == "cnss"


def test_a_table_of_ones_own_is_loaded_and_shown_beside_each_day():
    operator = make_operator()
    raw = json.loads((RULES / "tables" / "cisa_coordinator_2_0_3.json").read_bytes())
    raw |= {"namespace": "x_example.test#own", "key": "OWN", "name": "Own table"}
    load = ("tables", "load", "-", "--organisation", operator.key, "--json")
    name = run(operator, *load, stdin=json.dumps(raw)).document()["name"]
    assert run(make_operator(), *load, stdin=json.dumps(raw)).refusal()
    assert run(operator, "assets", "settings", "--table", name).code == 0
    row = known_exposure(operator)
    assert f"{name} 2.0.3" in run(operator, "exposure", "show", row.key).words
    loaded = ("tables", "loaded", "--organisation", operator.key)
    assert f"{name} 2.0.3" in run(operator, *loaded).words
    assert run(make_operator(), *loaded).refusal()
    aside = ("tables", "set-aside", name, "--organisation", operator.key)
    assert run(operator, *aside).code == 0
    assert run(None, "tables", "set-aside", name).refusal()


def test_what_was_done_is_recorded_taken_back_and_excepted():
    operator = make_operator(scope="fceb")
    make_asset(operator)
    row = duty_of(operator)
    name, requirement = row["key"].split("/")
    done = ("directives", "fulfil", name, requirement, "--because", "it is in the wiki")
    told = run(operator, *done, "--at", "2026-12-01T09:00:00Z", "--json").document()
    assert told["requirement"] == requirement
    assert Fulfilment.objects.get().words == "it is in the wiki"
    assert "recorded as done before" in run(operator, *done).refusal()
    assert run(operator, "directives", "take-back", name, requirement).code == 0
    assert run(operator, "directives", "take-back", name, requirement).refusal()
    excepting = (
        "directives", "except", name, requirement, "--until", "2026-12-20T12:00:00Z",
        "--approver", "Ada Byron", "--because", "the vendor is late",
    )  # fmt: skip
    made = run(operator, *excepting, "--json").document()
    assert made["requirement"] == requirement
    assert "Ada Byron" in run(operator, "directives", "compliance").words
    assert run(operator, "exposure", "end-exception", made["exception"]).code == 0


def test_compliance_is_a_page_a_sheet_and_a_document():
    operator = make_operator("Agency of Tides", scope="fceb")
    known_exposure(operator)
    page = run(operator, "directives", "compliance").words
    for told in ("Agency of Tides", "days end in", "in numbers", "BOD 26-04"):
        assert told in page
    sheet = run(operator, "directives", "compliance", "--csv").raw.decode()
    rows = [*csv.DictReader(io.StringIO(sheet))]
    assert {"directive", "state", "due_on", "approver"} <= set(rows[0])
    whole = run(operator, "directives", "compliance", "--json").document()
    assert sum(one["due"] for one in whole["tables"]) >= 1
    stranger = make_operator()
    line = ("directives", "compliance", "--organisation", operator.key)
    assert run(stranger, *line).refusal()


def test_an_event_starts_a_clock_of_hours():
    vendor = make_other(OrganisationKind.VENDOR, OrganisationKind.OPERATOR)
    found = run(vendor, "directives", "compliance", "--json").document()["events"]
    name, event = found[0]["directive"], found[0]["event"]
    said = ("directives", "happened", name, event, "--name", "CVE-2026-1")
    assert run(vendor, *said, "--at", "2026-12-10T09:00:00Z").code == 0
    rows = run(vendor, "due", "--json").document()["rows"]
    assert any("CVE-2026-1" in one["about"] and one["due_on"] is None for one in rows)
    assert run(vendor, *said).refusal()
    back = ("directives", "take-back-happened", name, event, "--name", "CVE-2026-1")
    assert run(vendor, *back).code == 0
    assert run(vendor, *back).refusal()


def test_roles_are_words_of_directives():
    operator = make_operator()
    assert run(operator, "directives", "roles", "role/fedramp-provider").code == 0
    assert Operator.objects.get().roles == ["role/fedramp-provider"]
    assert "no directive speaks of" in run(operator, "directives", "roles", "role/king").refusal()
    assert run(operator, "directives", "roles", "--json").document() == {"roles": []}
