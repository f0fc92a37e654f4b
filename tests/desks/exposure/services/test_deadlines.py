"""A deadline follows what it rests on, says why it moved, and keeps the one before."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.desks.exposure.rooms import NOW, day, make_asset, make_exposure, make_operator
from tidegate.desks.exposure.models import Assertion, Deadline, Edition, Exposure, FeedState
from tidegate.desks.exposure.queries.exposure_conditions import STATES
from tidegate.desks.exposure.services import deadlines
from tidegate.engines.rules import Scope

pytestmark = pytest.mark.django_db


def catalogue(version="2026.12.01") -> Edition:
    edition = Edition.objects.create(
        feed="kev",
        version=version,
        fetched_at=NOW,
        came_from="a file",
        sha256="0" * 64,
        size=1,
        records=1,
        outcome="taken",
    )
    FeedState.objects.update_or_create(name="kev", defaults={"edition": edition})
    return edition


def says(exposure: Exposure, kind: str, source: str, **value: object) -> None:
    edition = Edition.objects.first() or catalogue()
    Assertion.objects.create(
        vulnerability=exposure.vulnerability,
        kind=kind,
        source=source,
        value=value,
        edition=edition,
        since=NOW,
    )


def listed(exposure: Exposure, on="2026-12-09", due="2026-12-12") -> None:
    says(exposure, "kev", "kev", dateAdded=on, dueDate=due, forensicTriage="Yes")


def ssvc(exposure: Exposure, automatable="yes", impact="total") -> None:
    says(
        exposure,
        "ssvc",
        "vulnrichment:CISA-ADP",
        automatable=automatable,
        technical_impact=impact,
    )


def computed(exposure: Exposure, at: datetime = NOW) -> Deadline:
    deadlines.recompute([exposure.pk], at=at)
    exposure.refresh_from_db()
    newest = exposure.deadlines.order_by("-number").first()
    assert newest is not None
    return newest


def exposed_asset(exposed="no", scope="fceb", zone="America/New_York") -> Exposure:
    operator = make_operator(scope=scope, zone=zone)
    asset = make_asset(operator, exposed=exposed)
    return make_exposure(asset, "CVE-2026-1", detected_at=NOW)


def test_row_9_an_internal_asset_has_the_hardest_clock():
    catalogue()
    exposure = exposed_asset()
    ssvc(exposure)
    listed(exposure)
    record = computed(exposure).record
    assert (exposure.row_number, exposure.needs_triage, exposure.in_kev) == (9, True, True)
    # The 9th is earlier than the detection on the 10th; three days, in the agency's zone.
    assert exposure.due_on == date(2026, 12, 12)
    assert exposure.due_at == datetime(2026, 12, 13, 5, tzinfo=UTC)
    assert record["deadline"]["authority"] == {
        "due_on": "2026-12-12",
        "agrees": True,
        "forensic_triage": True,
    }
    assert record["facts"]["in_kev"] == ["yes", "CISA KEV catalogue 2026.12.01"]


def test_evidence_comes_first_while_a_row_that_asks_for_it_remains_possible():
    catalogue()
    exposure = exposed_asset()
    listed(exposure)
    computed(exposure)
    assert (exposure.outcome, exposure.needs_triage) == ("undetermined", True)
    ssvc(exposure, automatable="no")
    computed(exposure, day(1))
    assert (exposure.outcome, exposure.needs_triage) == ("14 days", False)


def test_what_is_late_by_every_row_that_remains_possible_is_late():
    catalogue()
    exposure = exposed_asset()
    listed(exposure, on="2026-12-01")
    record = computed(exposure).record["deadline"]
    # 3 days or 14: nobody knows, and once the 15th is over it does not matter.
    assert (record["earliest_due_on"], record["latest_due_on"]) == ("2026-12-04", "2026-12-15")
    assert (exposure.due_on, exposure.is_determined) == (None, False)
    for at, stands in ((day(0), "undetermined"), (day(6), "late")):
        rows = Exposure.objects.filter(pk=exposure.pk)
        assert [name for name in ("late", "undetermined") if rows.filter(STATES[name](at))] == [
            stands
        ]


def test_nothing_is_assumed_while_the_catalogue_was_never_loaded():
    exposure = exposed_asset()
    exposure_record = computed(exposure).record
    assert (exposure.is_determined, exposure.due_on) == (False, None)
    assert exposure.outcome == "undetermined"
    assert "in_kev" in exposure_record["deadline"]["missing"]


def test_a_listing_shortens_and_an_asset_off_the_internet_lengthens_and_both_say_why():
    catalogue()
    exposure = exposed_asset(exposed="unknown")
    ssvc(exposure, automatable="no", impact="partial")
    computed(exposure)
    assert (exposure.row_number, exposure.due_on) == (8, date(2027, 2, 8))
    listed(exposure, on="2026-12-10")
    second = computed(exposure, day(1)).record
    assert (exposure.row_number, exposure.due_on) == (4, date(2026, 12, 24))
    assert second["move"] == "earlier"
    assert {"in_kev", "listed_on"} <= {one["name"] for one in second["changes"]}
    Assertion.objects.filter(kind="kev").update(ended_at=day(2))
    exposure.asset.exposed = "no"
    exposure.asset.save()
    third = computed(exposure, day(2)).record
    assert (exposure.row_number, exposure.outcome) == (16, "Fix on system upgrade")
    assert (third["move"], exposure.due_on) == ("later", None)
    assert exposure.deadlines.count() == 3


def test_computing_again_without_a_change_adds_nothing():
    catalogue()
    exposure = exposed_asset()
    computed(exposure)
    assert deadlines.recompute([exposure.pk], at=day(5)) == 0
    assert exposure.deadlines.count() == 1


@pytest.mark.parametrize("scope", ["nss", "dow"])
def test_an_authority_without_a_table_borrows_none(scope):
    catalogue()
    exposure = exposed_asset(scope=scope)
    ssvc(exposure)
    record = computed(exposure).record
    assert (exposure.outcome, exposure.due_on) == ("", None)
    assert record["deadline"]["basis"] == "no-table"
    assert exposure.policy_set in {"cnss", "war"}


def test_ssvc_of_cisa_counts_before_another_feed_that_hands_it_on():
    catalogue()
    exposure = exposed_asset(exposed="yes")
    says(exposure, "ssvc", "cve:CISA-ADP", automatable="no", technical_impact="partial")
    ssvc(exposure)
    record = computed(exposure).record
    assert exposure.row_number == 5
    assert record["facts"]["automatable"][1] == "SSVC values in vulnrichment:CISA-ADP"


def test_a_cleared_exposure_keeps_its_last_date():
    catalogue()
    exposure = exposed_asset()
    ssvc(exposure)
    computed(exposure)
    exposure.certainty, exposure.cleared_at = "not-affected", day(1)
    exposure.save()
    listed(exposure)
    assert deadlines.recompute([exposure.pk], at=day(2)) == 0


def test_whole_scopes_are_computed_anew():
    catalogue()
    first, second = exposed_asset(scope="nss"), exposed_asset(scope="other")
    assert deadlines.recompute_scopes([Scope.NSS], at=NOW) == 1
    assert (first.deadlines.count(), second.deadlines.count()) == (1, 0)
