"""What directives ask of an organisation: due, done, late, excepted; and who reads and says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.desks.exposure.rooms import (
    NOW,
    day,
    delegated,
    make_asset,
    make_exposure,
    make_operator,
    make_other,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Excepted, HappenedToOrganisation
from tidegate.desks.exposure.queries.compliance import calendar_of, compliance
from tidegate.desks.exposure.queries.directives import public_docket
from tidegate.desks.exposure.services.exceptions import end_exception, except_requirement
from tidegate.desks.exposure.services.fulfilling import (
    fulfil,
    say_happened,
    set_roles,
    take_back_fulfilment,
    take_back_happened,
)
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.directives import State

pytestmark = pytest.mark.django_db

INVENTORY = "inventory"


def states(report, directive="BOD 26-02"):
    return {row.requirement: row.state for row in report.rows if row.directive == directive}


def agency():
    operator = make_operator(scope="fceb")
    make_asset(operator)
    return operator


def test_an_agency_is_late_until_it_says_what_it_has_done_and_again_when_it_takes_that_back():
    operator = agency()
    assert states(compliance(operator.actor, operator.key, at=NOW))[INVENTORY] is State.LATE
    done_at, words = datetime(2026, 5, 1, tzinfo=UTC), "listed in the CDM dashboard"
    fulfil(
        operator.actor, operator.key, "BOD 26-02", INVENTORY, done_at=done_at, words=words, at=NOW
    )
    assert states(compliance(operator.actor, operator.key, at=NOW))[INVENTORY] is State.DONE
    with pytest.raises(NotPossibleError, match="take that back first"):
        fulfil(
            operator.actor,
            operator.key,
            "bod-26-02",
            INVENTORY,
            done_at=done_at,
            words=words,
            at=NOW,
        )
    take_back_fulfilment(operator.actor, operator.key, "BOD 26-02", INVENTORY, at=day(1))
    assert states(compliance(operator.actor, operator.key, at=day(1)))[INVENTORY] is State.LATE


def test_an_exception_holds_until_its_end_and_names_who_approved_it():
    operator = agency()
    Excepted.objects.create(
        organisation=operator.organisation,
        directive="bod-26-02",
        requirement=INVENTORY,
        reason="the last ones are in a dam",
        approver="R. Director",
        at=NOW,
        until=day(10),
    )
    report = compliance(operator.actor, operator.key, at=day(1))
    assert states(report)[INVENTORY] is State.EXCEPTED
    (row,) = (one for one in report.rows if one.requirement == INVENTORY)
    assert row.approver == "R. Director"
    assert (
        states(compliance(operator.actor, operator.key, at=day(9.99)))[INVENTORY] is State.EXCEPTED
    )
    assert states(compliance(operator.actor, operator.key, at=day(10)))[INVENTORY] is State.LATE


def test_an_exception_that_is_ended_early_holds_no_more_at_once():
    operator = agency()
    made = except_requirement(
        operator.actor, operator.key, "bod-26-02", INVENTORY, "a dam", "Ada", day(10), at=NOW
    )
    end_exception(operator.actor, made.key, at=day(1))
    assert states(compliance(operator.actor, operator.key, at=day(1)))[INVENTORY] is State.LATE


def test_what_has_happened_starts_a_clock_of_hours_for_a_vendor_that_runs_nothing():
    vendor = make_other(OrganisationKind.VENDOR)
    say_happened(
        vendor.actor, vendor.key, "cra-article-14", "exploitation-known", "CVE-2026-1", NOW, at=NOW
    )
    report = compliance(vendor.actor, vendor.key, at=NOW)
    due = {row.requirement: row.due_on for row in report.rows if row.about == "CVE-2026-1"}
    assert due["exploited-early-warning"] == (NOW + timedelta(hours=24)).isoformat()
    assert due["exploited-notification"] == (NOW + timedelta(hours=72)).isoformat()
    words = "sent through the platform"
    arguments = (vendor.actor, vendor.key, "cra-article-14", "exploited-early-warning")
    fulfil(*arguments, occurrence="CVE-2026-1", done_at=day(1.5), words=words, at=day(2))
    later = compliance(vendor.actor, vendor.key, at=day(2))
    assert states(later, "CRA, Article 14")["exploited-early-warning"] is State.DONE_LATE
    event = ("cra, article 14", "exploitation-known", "CVE-2026-1")
    take_back_happened(vendor.actor, vendor.key, *event, at=day(3))
    assert not HappenedToOrganisation.objects.filter(taken_back_at=None).exists()
    with pytest.raises(NotFoundError):
        take_back_happened(make_other(OrganisationKind.VENDOR).actor, vendor.key, *event, at=day(3))


def test_exposures_are_counted_under_the_directive_that_reads_the_table():
    operator = agency()
    asset = make_asset(operator)
    told: list[dict[str, Any]] = [
        {"due_at": day(-1)},
        {"due_at": day(1)},
        {"remedy": "mitigated"},
        {"cleared_at": NOW},
    ]
    for number, columns in enumerate(told):
        make_exposure(
            asset,
            f"CVE-2026-{number}",
            policy_set="cisa",
            is_determined=True,
            outcome="x",
            **columns,
        )
    report = compliance(operator.actor, operator.key, at=NOW)
    (row,) = (
        one
        for one in report.tables
        if (one.directive.id, one.requirement.id) == ("bod-26-04", "remediate")
    )
    assert (row.late, row.due, row.done, row.cleared, row.all) == (1, 1, 1, 1, 4)
    assert row.force == "binding"
    with pytest.raises(NotPossibleError, match="on each exposure"):
        fulfil(
            operator.actor, operator.key, "bod-26-04", "remediate", done_at=NOW, words="x", at=NOW
        )


def test_nobody_else_reads_it_and_a_provider_does_as_long_as_it_is_one():
    operator, provider = agency(), make_operator()
    others = (
        make_operator(),
        make_other(OrganisationKind.COORDINATOR),
        make_other(OrganisationKind.VENDOR),
        provider,
    )
    for other in others:
        with pytest.raises(NotFoundError):
            compliance(other.actor, operator.key, at=NOW)
    delegated(operator, provider, until=day(1))
    assert compliance(provider.actor, operator.key, at=NOW).may_record
    with pytest.raises(NotFoundError):
        compliance(provider.actor, operator.key, at=day(1))
    reader = operator.colleague(Role.READER)
    assert not compliance(reader.actor, operator.key, at=NOW).may_record


def test_roles_are_words_of_directives():
    operator = agency()
    with pytest.raises(NotPossibleError, match="role/fedramp-provider"):
        set_roles(operator.actor, operator.key, ("role/wizard",), at=NOW)
    set_roles(operator.actor, operator.key, ("role/fedramp-provider",), at=NOW)
    assert "role/fedramp-provider" in compliance(operator.actor, operator.key, at=NOW).whom


def test_a_calendar_has_what_is_to_do_and_a_day_of_exposures_once():
    operator = agency()
    asset = make_asset(operator)
    for number in range(3):
        make_exposure(asset, f"CVE-2026-{number}", due_on=day(1).date(), due_at=day(2))
    told = calendar_of(operator.actor, operator.key, address="https://here.example", at=NOW)
    (one,) = (entry for entry in told if entry.key.startswith("exposures/"))
    assert one.title == "3 exposures are due"
    assert any("BOD 26-02" in entry.title for entry in told)


def test_the_docket_is_for_everybody_and_in_the_order_of_time():
    entries = public_docket(NOW)
    assert [one.on for one in entries] == sorted(one.on for one in entries)
    said = " ".join(one.words for one in entries)
    assert "VINCE-NT" in said
    assert "Gold Eagle" in said


@pytest.mark.parametrize(
    "when",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))],
)
def test_an_instant_from_which_no_clock_can_count_is_refused_and_breaks_no_report(when):
    agents, vendor = (
        make_operator(scope="fceb", zone="America/New_York"),
        make_other(OrganisationKind.VENDOR),
    )
    with pytest.raises(NotPossibleError, match="no day since 1970"):
        fulfil(
            agents.actor,
            agents.key,
            "bod-23-01",
            "asset-discovery",
            done_at=when,
            words="scanned",
            at=NOW,
        )
    with pytest.raises(NotPossibleError, match="no day since 1970"):
        say_happened(
            vendor.actor, vendor.key, "cra-article-14", "incident-known", "one", when, at=NOW
        )
    with pytest.raises(NotPossibleError, match="has no zone"):
        say_happened(
            vendor.actor,
            vendor.key,
            "cra-article-14",
            "incident-known",
            "one",
            NOW.replace(tzinfo=None),
            at=NOW,
        )
    assert compliance(agents.actor, agents.key, at=NOW).rows
