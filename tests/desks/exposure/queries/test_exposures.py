"""Lists of exposures are narrowed, sorted and paged; a page answers 'why this date?' in full."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

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
from tests.desks.exposure.sources import (
    catalogue,
    decided,
    exposed,
    listed,
    published,
    running,
    says,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Asset, Exposure, Loaded, Operator
from tidegate.desks.exposure.queries.exposures import (
    STATES,
    Stand,
    Step,
    exposure_page,
    list_exposures,
)
from tidegate.desks.exposure.services.deadlines import recompute_assets
from tidegate.desks.exposure.services.exceptions import except_exposure
from tidegate.desks.exposure.services.operators import settle
from tidegate.desks.exposure.services.remedies import say_remedy
from tidegate.desks.findings.queries.errors import CursorError, FilterError
from tidegate.engines.rules import Force, shipped_table

pytestmark = pytest.mark.django_db


def names(page) -> list[str]:
    return [one.vulnerability for one in page.rows]


def with_due(asset: Asset, name: str, due: float | None, **columns) -> Exposure:
    more = {"due_at": day(due), "due_on": day(due).date()} if due is not None else {}
    told = {"outcome": "x", "is_determined": True, "policy_set": "cisa"} | more | columns
    return make_exposure(asset, name, **told)


def test_every_word_of_a_list_is_counted_and_listed_alike():
    operator = make_operator()
    asset = make_asset(operator)
    with_due(asset, "LATE", -1)
    with_due(asset, "SOON", 2, in_kev=True)
    with_due(asset, "LATER", 50)
    with_due(asset, "UPGRADE", None)
    with_due(asset, "UNDETERMINED", None, outcome="undetermined", is_determined=False)
    with_due(asset, "NO-TABLE", None, outcome="", is_determined=False)
    with_due(asset, "UNKNOWN", 2, certainty="unknown")
    with_due(asset, "MITIGATED", -1, remedy="mitigated")
    with_due(asset, "REMEDIATED", -1, remedy="remediated")
    with_due(asset, "CLEARED", -1, certainty="not-affected", cleared_at=NOW)
    with_due(asset, "TRIAGE", 2, needs_triage=True)
    excepted = with_due(asset, "EXCEPTED", -1)
    except_exposure(operator.actor, excepted.key, "later", "Ada", day(9), at=NOW)

    def told(**narrowing):
        return set(names(list_exposures(operator.actor, at=NOW, limit=200, **narrowing)))

    assert told(state="late") == {"LATE"}
    assert told(state="no-day") == {"UPGRADE"}
    assert told(state="undetermined") == {"UNDETERMINED"}
    assert told(state="no-table") == {"NO-TABLE"}
    assert told(state="excepted") == {"EXCEPTED"}
    assert told(state="mitigated") == {"MITIGATED"}
    assert told(state="remediated") == {"REMEDIATED"}
    assert told(state="cleared") == {"CLEARED"}
    assert told(state="unknown") == {"UNKNOWN"}
    assert told(state="triage") == {"TRIAGE"}
    assert told(due_within=3) == {"SOON", "UNKNOWN", "TRIAGE"}
    assert told(due_within=60) == {"SOON", "UNKNOWN", "TRIAGE", "LATER"}
    assert told(in_kev=True) == {"SOON"}
    assert told(state="open") == told(state="all") - {"CLEARED"}
    done = {"MITIGATED", "REMEDIATED", "EXCEPTED"}
    assert told(state="to-do") == told(state="open") - done
    stands = {
        one.vulnerability: one.stand
        for one in list_exposures(operator.actor, state="all", limit=200, at=NOW).rows
    }
    assert stands["UNDETERMINED"] is Stand.UNDETERMINED
    assert stands["NO-TABLE"] is Stand.NO_TABLE
    assert stands["UPGRADE"] is Stand.NO_DAY
    assert stands["EXCEPTED"] is Stand.EXCEPTED


@pytest.mark.parametrize("sort", ["due", "-due", "severity", "-severity", "-epss", "asset"])
def test_pages_lead_through_all_rows_and_back_whatever_is_missing(sort):
    operator = make_operator()
    asset = make_asset(operator)
    for number in range(5):
        with_due(
            asset,
            f"CVE-{number}",
            number if number % 2 else None,
            severity=float(number) if number % 3 else None,
            epss=0.5 if number % 2 else None,
        )
    pages, cursor = [], None
    while True:
        page = list_exposures(operator.actor, sort=sort, cursor=cursor, limit=2, at=NOW)
        pages.append(names(page))
        if page.next is None:
            break
        cursor = page.next
    assert sorted(name for page in pages for name in page) == [
        f"CVE-{number}" for number in range(5)
    ]
    back = list_exposures(operator.actor, sort=sort, cursor=page.previous, limit=2, at=NOW)
    assert names(back) == pages[-2]
    if sort == "due":
        assert pages[0] == ["CVE-1", "CVE-3"]


def test_it_is_searched_by_vulnerability_asset_package_and_key():
    operator = make_operator()
    first = exposed(operator, "CVE-2026-1", name="till", system="shop")
    second = make_exposure(make_asset(operator, "oven"), "CVE-2026-2")

    def found(text):
        return {one.key for one in list_exposures(operator.actor, search=text, at=NOW).rows}

    assert found("2026-2") == {second.key}
    assert found("TILL") == {first.key}
    assert found("web") == {first.key}
    assert found(first.key.lower()) == {first.key}
    assert found("nothing") == set()
    assert names(list_exposures(operator.actor, system="shop", at=NOW)) == ["CVE-2026-1"]
    assert names(list_exposures(operator.actor, asset=second.asset.key, at=NOW)) == ["CVE-2026-2"]


@pytest.mark.parametrize(
    "asked",
    [{"state": "x"}, {"sort": "x"}, {"due_within": -1}, {"limit": 0}, {"search": "x" * 300}],
)
def test_what_is_not_known_is_refused(asked):
    with pytest.raises(FilterError):
        list_exposures(make_operator().actor, at=NOW, **asked)


def test_another_s_exposures_are_in_no_list_and_begin_no_page():
    operator, other = make_operator(), make_operator()
    theirs = exposed(other)
    for who in (operator, make_other(OrganisationKind.COORDINATOR), make_other()):
        assert list_exposures(who.actor, state="all", at=NOW).rows == ()
        with pytest.raises(NotFoundError):
            exposure_page(who.actor, theirs.key, at=NOW)
    with pytest.raises(NotFoundError):
        exposure_page(OWNER, theirs.key, at=NOW)
    with_due(make_asset(other), "CVE-2", 1)
    cursor = list_exposures(other.actor, limit=1, at=NOW).next
    with pytest.raises(CursorError):
        list_exposures(operator.actor, limit=1, cursor=cursor, at=NOW)
    reader = other.colleague(Role.READER)
    page = exposure_page(reader.actor, theirs.key, at=NOW)
    assert (page.may_operate, page.may_except) == (False, False)
    provider = make_other(OrganisationKind.VENDOR)
    delegated(other, provider)
    page = exposure_page(provider.actor, theirs.key, at=NOW)
    assert (page.may_operate, page.may_except) == (True, False)


@pytest.fixture
def agency():
    return make_operator(scope="fceb", zone="America/New_York")


def test_why_this_date_is_answered_from_what_was_kept(agency):
    catalogue()
    exposure = exposed(agency, exposed="no")
    decided("CVE-2026-1")
    listed("CVE-2026-1", due="2026-12-13")
    page = exposure_page(agency.actor, exposure.key, at=NOW)
    due = page.deadline
    assert due is not None
    assert (due.row, due.rows_are) == (9, "BOD 26-04, Appendix A, Table 1")
    assert {one.name: (one.value, one.source) for one in due.inputs} == {
        "publicly_exposed": ("no", f"asset {exposure.asset.key}, as its operator says"),
        "in_kev": ("yes", "CISA KEV catalogue 2026.12.01"),
        "automatable": ("yes", "SSVC values in vulnrichment:CISA-ADP"),
        "technical_impact": ("total", "SSVC values in vulnrichment:CISA-ADP"),
    }
    assert (due.start, due.start_on, due.days) == ("listing", date(2026, 12, 9), 3)
    assert (due.due_on, due.zone) == (date(2026, 12, 12), "America/New_York")
    assert due.due_at == datetime(2026, 12, 13, 5, tzinfo=UTC)
    assert (due.force, page.row.force) == (Force.BINDING, Force.BINDING)
    assert (due.authority_due_on, due.agrees) == (date(2026, 12, 13), False)
    assert any("not the same; both are kept" in one for one in due.why)
    assert due.table is not None
    assert due.table.sha256 == shipped_table("cisa-bod-26-04").sha256
    assert [one.step for one in due.triage][:2] == ["scope", "collect"]


def test_for_others_the_same_date_is_guidance():
    catalogue()
    operator = make_operator()
    exposure = exposed(operator, exposed="no")
    decided("CVE-2026-1")
    deadline = exposure_page(operator.actor, exposure.key, at=NOW).deadline
    assert deadline is not None
    assert deadline.force is Force.GUIDANCE


def test_every_move_tells_its_reasons_and_the_old_day_stays(agency):
    catalogue()
    exposure = exposed(agency, exposed="unknown")
    decided("CVE-2026-1", "no", "partial")
    listed("CVE-2026-1", on="2026-12-10", at=day(1))
    Asset.objects.update(exposed="no")
    recompute_assets([exposure.asset_id], at=day(2))
    moves = exposure_page(agency.actor, exposure.key, at=day(2)).moves
    assert [(one.number, one.move) for one in moves] == [
        (4, "same"),
        (3, "earlier"),
        (2, "same"),
        (1, "first"),
    ]
    assert (moves[1].was_due_on, moves[1].due_on) == (date(2027, 2, 8), date(2026, 12, 24))
    assert moves[1].why[-1] == "That moved it from 2027-02-08 to 2026-12-24: earlier."
    assert any(one.startswith("publicly_exposed is no now, not unknown") for one in moves[0].why)
    assert moves[3].changes == ()
    assert moves[3].why


def test_a_deadline_that_is_not_known_tells_what_is_missing(agency):
    exposure = exposed(agency)
    page = exposure_page(agency.actor, exposure.key, at=NOW)
    assert page.row.stand is Stand.UNDETERMINED
    assert page.deadline is not None
    assert "in_kev" in page.deadline.missing
    assert page.deadline.due_on is None
    assert Step.FIND_OUT in {one.step for one in page.to_do}


def test_an_authority_without_a_table_says_so_on_the_page():
    operator = make_operator(scope="nss")
    exposure = exposed(operator)
    page = exposure_page(operator.actor, exposure.key, at=NOW)
    assert page.row.stand is Stand.NO_TABLE
    assert page.deadline is not None
    assert page.deadline.why == (f"{page.deadline.words}.",)
    assert "no other authority's is borrowed" in page.deadline.words


def test_each_source_stands_beside_the_others_with_its_time(agency):
    exposure = exposed(agency)
    says(
        "CVE-2026-1",
        "cvss",
        "cve:a:3.1",
        vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        published=5.0,
        recomputed=9.8,
        agrees=False,
    )
    says("CVE-2026-1", "epss", "epss", score=0.4, percentile=0.9)
    listed("CVE-2026-1")
    said = exposure_page(agency.actor, exposure.key, at=day(3)).said
    assert [one.source for one in said] == ["kev", "epss", "cve:a:3.1"]
    assert [one.disagrees for one in said] == [False, False, True]
    assert said[0].age == timedelta(days=3)


def test_the_grounds_tell_packages_and_fixes_and_what_to_do(agency):
    exposure = exposed(agency)
    published("CVE-2026-1", fixed="2.1", identifier="GHSA-1", source="ghsa")
    page = exposure_page(agency.actor, exposure.key, at=NOW)
    assert {(one.source, one.package, one.version, one.fixed) for one in page.grounds} == {
        ("osv-pypi", "web", "1.5", "2.0"),
        ("ghsa", "web", "1.5", "2.1"),
    }
    assert page.grounds[0].purls == ("pkg:pypi/web@1.5",)
    assert page.row.fixed == ("2.0", "2.1")
    assert page.summary == "A flaw in web"
    assert any("to 2.0 or 2.1" in one.words for one in page.to_do)
    Asset.objects.update(is_operational_technology=True)
    page = exposure_page(agency.actor, exposure.key, at=NOW)
    steps = [one.step for one in page.to_do]
    assert steps.index(Step.MITIGATE) < steps.index(Step.UPDATE)


def test_an_own_table_is_decided_over_what_is_known(agency):
    catalogue()
    exposure = exposed(agency)
    decided("CVE-2026-1")

    def own():
        return exposure_page(agency.actor, exposure.key, at=NOW).own_table

    assert own() is None
    settle(agency.actor, agency.key, table="cisa-coordinator", at=NOW)
    told = own()
    assert (told.outcome, told.missing) == ("", ("mission_and_well_being_impact",))
    assert len(told.possible) > 1
    settle(agency.actor, agency.key, table="cisa-bod-26-04", at=NOW)
    assert own().outcome == ""
    assert own().missing == ("publicly_exposed",)
    Asset.objects.update(exposed="yes")
    told = own()
    assert (told.outcome, told.possible) == ("3 days", ("3 days",))


def test_an_organisation_s_own_table_counts_before_one_of_the_instance(agency):
    catalogue()
    exposure = exposed(agency, exposed="yes")
    shipped = json.loads(_raw("cisa_bod_26_04_1_0_0.json"))
    mine = shipped | {"name": "Ours", "namespace": "x_example.agency", "key": "OURS"}
    Loaded.objects.create(
        kind="table",
        organisation=agency.organisation,
        name="ours",
        version="1.0.0",
        sha256="0" * 64,
        document=json.dumps(mine),
        loaded_by="Ada",
        at=NOW,
    )
    Operator.objects.update(table="ours")
    told = exposure_page(agency.actor, exposure.key, at=NOW).own_table
    assert told is not None
    assert (told.table, told.missing) == ("ours", ("automatable", "technical_impact"))


def _raw(name: str) -> str:
    from importlib import resources

    place = resources.files("tidegate.engines.rules") / "shipped" / "tables" / name
    return place.read_text()


def test_a_page_of_many_rows_asks_as_little_as_one_of_few(django_assert_max_num_queries):
    operator = make_operator()
    asset = make_asset(operator)
    running(asset, ("web", "1.5"))
    for number in range(30):
        published(f"CVE-2026-{number}")
    actor = operator.actor
    with django_assert_max_num_queries(8):
        assert len(list_exposures(actor, at=NOW).rows) == 30


def test_all_states_are_known_to_whoever_narrows():
    assert {"open", "to-do", "late", "cleared", "all"} <= set(STATES)


def test_what_was_remediated_asks_for_an_inventory(agency):
    exposure = exposed(agency)
    say_remedy(agency.actor, [exposure.key], "remediated", done_at=NOW, words="x", at=NOW)
    (advice,) = exposure_page(agency.actor, exposure.key, at=NOW).to_do
    assert "inventory" in advice.words
