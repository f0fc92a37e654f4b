"""Exposures are listed with what could not be told, explained, answered, excepted and triaged."""

from __future__ import annotations

import pytest

from tests.desks.exposure.feeds_here import fresh
from tests.desks.exposure.rooms import (
    NOW,
    install,
    make_asset,
    make_coordinate,
    make_operator,
    make_other,
)
from tests.desks.exposure.sources import catalogue, decided, exposed, listed
from tests.faces.cli.exposure.running import run
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Exposure, RemedySaid
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db

WORDS = ("--because", "taken off the network")


def known_exposure(operator):
    """Make an exposure of which all is known: in KEV, public, automatable, total."""
    catalogue()
    row = exposed(operator, name="web-1", exposed="yes")
    listed("CVE-2026-1")
    decided("CVE-2026-1")
    fresh("kev", "vulnrichment", "osv-pypi")
    return row


def test_zero_only_where_all_was_answered():
    operator = make_operator()
    assert run(operator, "exposure").code == 1
    asset = make_asset(operator, "web-1")
    install(asset, make_coordinate("PyPI", "web", "2.0"))
    done = run(operator, "exposure", "--json")
    untold = done.document(1)["untold"]
    assert [one["ecosystem"] for one in untold["ecosystems"]] == ["PyPI"]
    assert [one["feed"] for one in untold["feeds"]] == ["kev", "vulnrichment"]
    fresh("kev", "vulnrichment", "osv-pypi")
    assert run(operator, "exposure", "--json").document(0)["untold"]["words"] == []
    done = run(operator, "exposure")
    assert (done.code, "all of it could be told" in done.words) == (0, True)
    make_asset(operator, "silent")
    done = run(operator, "exposure")
    assert done.code == 1
    assert "1 asset without an inventory." in done.words
    assert "that is not 'not affected'" in done.words
    assert run(operator, "exposure", "--asset", "web-1").code == 0


def test_what_could_not_be_told_is_said_by_its_kind():
    operator = make_operator()
    fresh("kev", "vulnrichment", "osv-pypi")
    asset = make_asset(operator, "web-1")
    inventory = install(asset, make_coordinate("PyPI", "web", "2.0"))
    asset.installed.update(doubt="source-package-not-told")
    inventory.unplaced.create(asset=asset, component="x", reason="no-version", words="say it")
    type(inventory).objects.update(not_understood=2)
    Exposure.objects.create(
        organisation=operator.organisation,
        asset=asset,
        vulnerability=exposed(make_operator()).vulnerability,
        certainty="unknown",
        detected_at=inventory.received_at,
        outcome="undetermined",
    )
    done = run(operator, "exposure")
    assert done.code == 1
    for told in (
        "2 places of inventories that were not understood.",
        "1 component that could not be placed.",
        "1 package for which 'not affected' may not be said.",
        "1 exposure of which it is unknown whether it is affected.",
        "1 exposure whose day is undetermined.",
        "unknown whether affected",
    ):
        assert told in done.words


def test_a_feed_that_has_grown_too_old_is_no_ground_for_an_answer():
    operator = make_operator()
    install(make_asset(operator), make_coordinate("PyPI", "web", "2.0"))
    fresh("kev", "vulnrichment", "osv-pypi")
    fresh("osv-pypi", said_at=NOW.replace(month=10))
    done = run(operator, "exposure")
    assert done.code == 1
    assert "osv-pypi is of 2026-10-10, which is too old to answer by" in done.words
    assert "(too old)" in done.words


def test_the_list_has_the_day_its_zone_and_whether_it_binds():
    operator = make_operator(scope="fceb", zone="America/New_York")
    row = known_exposure(operator)
    done = run(operator, "exposure")
    assert done.code == 0
    for told in (
        row.key, "2026-12-12 (America/New_York)", "binding", "forensic triage", "2.0",
        "PyPI/web 1.5",
    ):  # fmt: skip
        assert told in done.words
    told = run(operator, "exposure", "--json").document()
    (shown,) = told["rows"]
    assert (shown["due_on"], shown["zone"], shown["force"]) == (
        "2026-12-12", "America/New_York", "binding",
    )  # fmt: skip
    assert {one["name"] for one in told["feeds"]} == {"kev", "vulnrichment", "osv-pypi"}


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (["--kev"], 1),
        (["--no-kev"], 0),
        (["--due-within", "3"], 1),
        (["--due-within", "0"], 0),
        (["--vulnerability", "CVE-2026-1"], 1),
        (["--vulnerability", "CVE-2026-2"], 0),
        (["--asset", "web-1"], 1),
        (["--state", "late"], 0),
        (["--search", "web"], 1),
    ],
)
def test_the_list_is_narrowed(filters, number):
    operator = make_operator()
    known_exposure(operator)
    done = run(operator, "exposure", *filters, "--json")
    assert len(done.document()["rows"]) == number
    if not number:
        assert "No exposure fits" in run(operator, "exposure", *filters).words


def test_words_that_are_not_known_are_wrong_usage():
    operator = make_operator()
    assert "known are open" in run(operator, "exposure", "--state", "soon").refusal()
    assert run(operator, "exposure", "--sort", "luck").refusal()
    assert "asset" in run(operator, "exposure", "--asset", "nowhere").refusal()


def test_why_this_date_is_answered_whole():
    operator = make_operator(scope="fceb", zone="America/New_York")
    row = known_exposure(operator)
    done = run(operator, "exposure", "show", row.key)
    for told in (
        "Why this date", "publicly_exposed", "in_kev", "That is row", "The clock starts on",
        "2026-12-12 (America/New_York)", "CISA's own", "the same", "BOD 26-04", "sha256",
        "binding today", "Collect evidence before anything is patched",
        "Update PyPI/web from 1.5 to 2.0", "How it has moved", "PYSEC-CVE-2026-1",
    ):  # fmt: skip
        assert told in done.words, told
    page = run(operator, "exposure", "show", row.key, "--json").document()
    assert page["deadline"]["due_on"] == "2026-12-12"
    assert len(page["moves"]) > 1


def test_what_was_done_is_said_warned_of_and_taken_back():
    operator = make_operator(scope="fceb")
    row = known_exposure(operator)
    remedy = ("exposure", "remedy", row.key, *WORDS)
    assert "--mitigated or --remediated" in run(operator, *remedy).refusal()
    done = run(operator, *remedy, "--remediated", "--at", "2026-12-10T09:00:00Z")
    assert "warning: forensic triage is due" in done.words
    assert "said, not shown" in run(operator, "exposure").words
    assert run(operator, "exposure", "take-back", row.key, "--json").document()["remedy"] == "none"
    told = run(operator, *remedy, "--mitigated", "--json").document()
    assert (told["remedy"], told["warning"]) == ("mitigated", "")
    shown = run(operator, "exposure", "show", row.key).words
    assert "taken off the network" in shown
    assert RemedySaid.objects.count() == 2
    ahead = run(operator, *remedy, "--mitigated", "--at", "2027-01-01T00:00:00Z")
    assert "has not come yet" in ahead.refusal()
    assert "is not an instant" in run(operator, *remedy, "--mitigated", "--at", "today").refusal()


def test_an_exception_has_an_end_and_somebody_who_answers_for_it():
    operator = make_operator()
    row = known_exposure(operator)
    until = ("--until", "2026-12-20T12:00:00Z", "--approver", "Ada Byron", "--because", "a freeze")
    made = run(operator, "exposure", "except", row.key, *until, "--json").document()
    assert run(operator, "exposure", "--state", "excepted", "--json").document()["rows"]
    assert "Ada Byron" in run(operator, "exposure", "exceptions").words
    assert run(operator, "exposure", "end-exception", made["exception"]).code == 0
    assert run(operator, "exposure", "--state", "excepted", "--json").document()["rows"] == []
    assert "over" in run(operator, "exposure", "exceptions").words


def test_evidence_is_logged_taken_back_and_decided():
    operator = make_operator(scope="fceb")
    row = known_exposure(operator)
    shown = run(operator, "exposure", "triage", row.key).words
    assert "is due, and not decided" in shown
    assert "Nothing was collected yet." in shown
    item = (
        "exposure",
        "collect",
        row.key,
        "memory image",
        "--system",
        "web-1",
        "--collector",
        "Ada",
    )
    assert run(operator, *item, "--json").document()["line"] == 1
    assert run(operator, *item).code == 0
    assert run(operator, "exposure", "take-back-item", row.key, "2").code == 0
    log = run(operator, "exposure", "triage", row.key, "--csv").raw.decode()
    assert log.count("memory image") == 2
    decide = ("exposure", "decide-triage", row.key, "confirmed", "--because", "a web shell")
    assert "it is to be reported" in run(operator, *decide).words
    told = run(operator, "exposure", "triage", row.key, "--json").document()
    assert told["decisions"][0]["is_to_report"] is True
    other = exposed(operator, "CVE-2026-2")
    assert "not due" in run(operator, "exposure", "triage", other.key).words


def test_a_vulnerability_is_what_each_source_says():
    operator = make_operator()
    known_exposure(operator)
    shown = run(operator, "exposure", "vulnerability", "CVE-2026-1").words
    for told in ("never blended", "kev", "vulnrichment:CISA-ADP", "PyPI/web from 0 up to 2.0"):
        assert told in shown
    whole = run(operator, "exposure", "vulnerability", "CVE-2026-1", "--json").document()
    assert whole["exposures"] == 1
    assert run(operator, "exposure", "vulnerability", "CVE-1999-1").refusal()


def test_coordinators_see_counts_and_no_inventory():
    operator, coordinator = make_operator("Waterworks"), make_other(OrganisationKind.COORDINATOR)
    row = known_exposure(operator)
    told = run(coordinator, "exposure", "counts", "--json").document()
    assert told["total"]["open"] == 1
    shown = run(coordinator, "exposure", "counts")
    assert "Waterworks" in shown.words
    assert not {row.key, "CVE-2026-1", "web"} & set(shown.words.split())
    assert run(operator, "exposure", "counts").refusal()
    assert run(coordinator, "exposure", "--json").document(1)["rows"] == []


def test_an_exposure_of_others_is_none():
    operator, stranger = make_operator(), make_operator()
    row = known_exposure(operator)
    before = Entry.objects.count()
    for line in (
        "show {key}", "triage {key}", "remedy {key} --mitigated --because a", "take-back {key}",
        "except {key} --until 2026-12-20T12:00:00Z --approver a --because abc",
        "collect {key} a --system a --collector a", "take-back-item {key} 1",
        "decide-triage {key} confirmed --because a",
    ):  # fmt: skip
        hidden = run(stranger, "exposure", *line.format(key=row.key).split()).refusal()
        absent = run(stranger, "exposure", *line.format(key="X-AAAAA-AAAAA").split()).refusal()
        assert hidden.replace(row.key, "X-AAAAA-AAAAA") == absent, line
    assert Entry.objects.count() == before


def test_what_a_stranger_wrote_does_not_command_the_terminal():
    operator = make_operator()
    exposed(operator, name="\x1b[2J[bold]web")
    for line in (("exposure",), ("assets",), ("inventory", "list")):
        shown = run(operator, *line).out
        assert "\x1b" not in shown
        assert "[bold]web" in shown
