"""Exposures over the API: why this date, what was done, what could not be told, and to whom."""

from __future__ import annotations

from tests.desks.cases.makers import coordinator
from tests.desks.exposure.rooms import make_asset, make_operator
from tests.desks.exposure.sources import catalogue, decided, exposed, listed
from tests.faces.api.conftest import problem
from tests.faces.api.exposure.conftest import Operator
from tests.faces.api.exposure.feeding import fresh
from tests.faces.api.programs import Program
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.exposure.models import Exposure, RemedySaid

WORDS = {"words": "taken off the network"}
SOON = "2026-12-20T12:00:00Z"


def known_exposure(operator: Operator) -> Exposure:
    """Make an exposure of which all is known: in KEV, public, automatable, total."""
    catalogue()
    row = exposed(operator.of, name="web-1", exposed="yes")
    listed("CVE-2026-1")
    decided("CVE-2026-1")
    fresh("kev", "vulnrichment", "osv-pypi")
    return row


def test_an_empty_list_says_what_could_not_be_told(operator: Operator) -> None:
    told = operator.told("/exposures")
    assert told["rows"] == []
    assert told["untold"]["is_nothing"] is False
    assert told["untold"]["words"] == ["No asset is kept here, so nothing is told of any."]
    make_asset(operator.of, "silent")
    for path in ("/exposures", "/assets", "/inventories", "/due", "/exposures/home"):
        untold = operator.told(path)["untold"]
        assert untold["without_inventory"] == 1, path
        assert [one["feed"] for one in untold["feeds"]] == ["kev", "vulnrichment"], path


def test_all_is_told_where_all_is_known(operator: Operator) -> None:
    row = known_exposure(operator)
    told = operator.told("/exposures?due_within=3&in_kev=true")
    assert told["untold"]["is_nothing"] is True
    (one,) = told["rows"]
    assert (one["key"], one["outcome"], one["force"]) == (
        row.key, "3 days & forensic investigation", "binding",
    )  # fmt: skip
    assert (one["due_on"], one["zone"], one["stand"]) == ("2026-12-12", "America/New_York", "due")
    assert operator.told("/exposures?in_kev=false")["rows"] == []
    problem(operator.get("/exposures?state=lost"), 400, "bad-question")


def test_why_this_date_is_answered_in_full(operator: Operator) -> None:
    row = known_exposure(operator)
    told = operator.told(f"/exposures/{row.key}")
    deadline = told["deadline"]
    inputs = {one["name"]: (one["value"], bool(one["source"])) for one in deadline["inputs"]}
    assert inputs == {
        "in_kev": ("yes", True),
        "publicly_exposed": ("yes", True),
        "automatable": ("yes", True),
        "technical_impact": ("total", True),
    }
    assert (deadline["row"], deadline["start"], deadline["start_on"]) == (
        1, "listing", "2026-12-09",
    )  # fmt: skip
    assert (deadline["authority_due_on"], deadline["agrees"]) == ("2026-12-12", True)
    assert (deadline["binding_from"], deadline["directive"]) == ("2026-12-07", "BOD 26-04")
    assert any("2026-12-12 is the last day" in sentence for sentence in deadline["why"])
    assert len(told["moves"]) == deadline["number"] > 1
    assert told["moves"][0]["changes"]
    assert {one["kind"] for one in told["said"]} == {"kev", "ssvc"}
    assert told["grounds"][0]["fixed"] == "2.0"
    assert [one["step"] for one in told["to_do"]][:2] == ["triage", "update"]
    table = operator.told(f"/tables/{deadline['table']['name']}")
    assert table["sha256"] == deadline["table"]["sha256"]
    of_name = operator.told("/vulnerabilities/CVE-2026-1")
    assert (of_name["exposures"], len(of_name["advisories"])) == (1, 1)


def test_what_was_done_is_said_and_taken_back(operator: Operator) -> None:
    row = known_exposure(operator)
    body = {"exposures": [row.key], "remedy": "remediated", **WORDS}
    said = operator.does("/exposures/remedy", body)
    assert said["out_of_order"] == [row.key]
    assert "asks for it first" in said["warning"]
    (one,) = operator.told(f"/exposures/{row.key}")["remedies"]
    assert (one["counts"], one["in_time"]) == (True, True)
    back = operator.does(f"/exposures/{row.key}/remedy/take-back")
    assert back["remedy"] == "none"
    problem(operator.post("/exposures/remedy", {**body, "remedy": "none"}), 409, "not-possible")
    problem(operator.post("/exposures/remedy", {**body, "exposures": []}), 422, "not-valid")
    problem(operator.post("/exposures/remedy", {**body, "done_at": SOON}), 409, "not-possible")
    assert RemedySaid.objects.count() == 1


def test_evidence_is_logged_before_patching_and_triage_decided(operator: Operator) -> None:
    path = f"/exposures/{known_exposure(operator).key}/triage"
    what = {"item": "=memory", "system": "web-1", "collector": "R. Roe",
            "collected_at": "2026-12-10T11:00:00Z"}  # fmt: skip
    logged = operator.does(f"{path}/items", {**what, "sha256": "a" * 64}, 201)
    assert logged["number"] == 1
    told = operator.told(path)
    assert (told["is_open"], told["items"][0]["is_before_remedy"]) == (True, True)
    log = operator.get(f"{path}/log")
    assert b"1,'=memory,web-1,2026-12-10T11:00:00Z,R. Roe" in log.content
    problem(operator.post(f"{path}/items", {**what, "sha256": "abc"}), 422, "not-valid")
    assert operator.does(f"{path}/items/1/take-back")["taken_back_at"]
    problem(operator.post(f"{path}/items/2/take-back"), 409, "not-possible")
    decided_so = {"outcome": "no-evidence", "words": "nothing was found"}
    assert operator.does(f"{path}/decide", decided_so, 201)["outcome"] == "no-evidence"
    assert operator.told(path)["is_open"] is False


def test_an_exception_has_an_end_and_a_name(operator: Operator) -> None:
    row = known_exposure(operator)
    body = {"reason": "it is to be replaced", "approver": "J. Doe", "until": SOON}
    made = operator.does(f"/exposures/{row.key}/except", body, 201)
    (one,) = operator.told("/exceptions")["rows"]
    assert (one["key"], one["approver"], one["holds"]) == (made["key"], "J. Doe", True)
    assert operator.told("/exposures")["rows"][0]["stand"] == "excepted"
    problem(operator.post(f"/exposures/{row.key}/except", body), 409, "not-possible")
    member = Program(operator.of.colleague())
    problem(member.post(f"/exceptions/{made['key']}/end"), 404, "not-here")
    assert operator.does(f"/exceptions/{made['key']}/end")["ended_at"]
    of_all = {**body, "organisation": operator.key, "directive": "bod-26-02",
              "requirement": "nothing-such"}  # fmt: skip
    told = problem(operator.post("/exceptions", of_all), 409, "not-possible")
    assert "it has" in told["detail"]


def test_the_home_counts_what_the_lists_hold(operator: Operator) -> None:
    known_exposure(operator)
    told = operator.told("/exposures/home")
    assert (told["open"], told["in_kev"], told["due_in_3_days"], told["triage"]) == (1, 1, 1, 1)
    assert told["days"] == [{"day": "2026-12-12", "due": 1, "in_kev": 1}]
    assert told["operators"][0]["zone"] == "America/New_York"
    (item, *_) = [one for one in operator.told("/due?within=3")["rows"] if one["in_kev"]]
    assert (item["what"], item["due_on"], item["force"]) == ("exposure", "2026-12-12", "binding")


def test_coordinators_read_counts_and_nothing_else(operator: Operator) -> None:
    row = known_exposure(operator)
    chief = Program(coordinator(Role.ADMINISTRATOR))
    told = chief.told("/exposures/counts")
    (one,) = [of for of in told["organisations"] if of["organisation"] == operator.key]
    assert (one["assets"], one["open"], told["total"]["in_kev"]) == (1, 1, 1)
    assert "web-1" not in str(told)
    assert "CVE" not in str(told)
    assert chief.told("/exposures")["rows"] == []
    for path in ("", "/triage", "/triage/log"):
        problem(chief.get(f"/exposures/{row.key}{path}"), 404, "not-here")
    problem(operator.get("/exposures/counts"), 404, "not-here")
    reading = Program(operator.of, [Scope.READ])
    body = {"exposures": [row.key], "remedy": "mitigated", **WORDS}
    for who in (chief, reading, Program(make_operator())):
        problem(who.post("/exposures/remedy", body), 404, "not-here")
    assert not RemedySaid.objects.exists()
