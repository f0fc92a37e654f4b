"""The page of an exposure answers 'why this date?': plainly, whole, and in one click."""

from __future__ import annotations

import re
from datetime import date, datetime
from unittest.mock import patch

import pytest

from tests.desks.exposure import sources
from tests.desks.exposure.rooms import NOW, day
from tests.faces.console.exposure.bank import (
    KNOWN,
    LATER,
    PLAIN,
    UNSURE,
    Bank,
    browser_of,
)
from tests.faces.console.test_pages import text
from tidegate.desks.exposure.models import Asset
from tidegate.desks.exposure.queries.exposures import ExposurePage, exposure_page
from tidegate.desks.exposure.services import assets
from tidegate.faces.console.views.exposure import reasons

pytestmark = pytest.mark.django_db


def page_of(bank: Bank, name: str, asset: Asset | None = None) -> ExposurePage:
    return exposure_page(bank.own.actor, bank.exposure(name, asset).key, at=LATER)


def shown(bank: Bank, name: str, asset: Asset | None = None, at: datetime = LATER) -> str:
    with patch("django.utils.timezone.now", return_value=at):
        key = bank.exposure(name, asset).key
        answer = browser_of(bank.own).get(f"/exposures/{key}")
    assert answer.status_code == 200
    # Where an element ends there is no space.
    return re.sub(r"\s+([:,.)])", r"\1", text(answer)).replace("( ", "(")


def known(page: ExposurePage) -> dict[str, reasons.Known]:
    assert page.deadline is not None
    told = reasons.known_of(
        page.deadline,
        page.said,
        page.moves,
        catalogue=None,
        asset=page.row.asset,
        vulnerability=page.row.vulnerability,
    )
    return {one.word: one for one in told}


def test_each_input_stands_with_its_answer_its_source_and_its_times(bank: Bank) -> None:
    told = known(page_of(bank, KNOWN))
    assert list(told) == ["publicly_exposed", "in_kev", "automatable", "technical_impact"]
    public, listed, automatable = told["publicly_exposed"], told["in_kev"], told["automatable"]
    assert (public.answer, public.address) == ("Yes.", f"/assets/{bank.web.key}")
    assert public.since == day(2), "since the operator said so"
    assert listed.answer == "Yes, CISA's catalogue lists it."
    assert (listed.since, listed.said_at) == (day(1.5), day(1.5))
    assert automatable.source == "SSVC values in vulnrichment:CISA-ADP"
    assert (automatable.said_at, automatable.since) == (day(1), day(1))


def test_the_page_says_the_row_the_clock_cisas_date_and_whom_it_binds(bank: Bank) -> None:
    page = shown(bank, KNOWN)
    for said in (
        "Together these are row 1 of BOD 26-04, Appendix A, Table 1: “3 days & forensic",
        "The clock starts on 9 Dec 2026, when CISA listed it; that was before it was found",
        "3 calendar days later is 12 Dec 2026, the last day.",
        "It ends when the day ends in America/New_York: 13 Dec 2026, 05:00 UTC.",
        "CISA's catalogue gives 30 Dec 2026 as its own date, 18 days later than the computed one.",
        "For federal civilian agencies (FCEB), BOD 26-04 binds from 7 Dec 2026 on",
        "Binding",
    ):
        assert said in page, said


def test_the_answer_is_one_click_from_the_date_and_the_table_one_more(bank: Bank) -> None:
    browser, key = browser_of(bank.own), bank.exposure(KNOWN).key
    body = browser.get(f"/exposures/{key}").content.decode()
    assert '<a class="strong" href="#why">Why this date?</a>' in body
    assert 'id="why"' in body
    (tree,) = re.findall(r'href="(/tables/cisa-bod-26-04\?[^"]*)"', body)
    answer = browser.get(tree.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert "2026-12-12 is the last day" in text(answer), "there it is computed once more"


def test_what_nobody_has_said_is_said_and_no_day_is_guessed(bank: Bank) -> None:
    page = shown(bank, UNSURE)
    assert "No day can be told yet the earliest possible is 11 Dec 2026" in page
    assert (
        "Nobody has said whether an attack can be automated and what an attacker gains, and"
        " BOD 26-04 lets nobody guess. So no row holds yet." in page
    )
    assert "Still possible: row 1 (3 days & forensic investigation), row 2 (3 days), row 3" in page
    assert "CISA's catalogue gives 29 Dec 2026 as its own date; none is computed" in page


def test_an_exposure_that_nobody_has_said_is_read_as_public_and_says_so(bank: Bank) -> None:
    assets.change_assets(bank.own.actor, [bank.web.key], exposed="unknown", at=day(2.5))
    public = known(page_of(bank, KNOWN))["publicly_exposed"]
    assert (public.value, public.answer) == ("unknown", "Nobody has said.")
    assert public.read_as.startswith("So it counts as public: Unknown is read as yes")
    assert "row 1 of BOD 26-04" in shown(bank, KNOWN)


def test_each_move_of_the_date_stands_with_what_moved_it(bank: Bank) -> None:
    moves = page_of(bank, KNOWN).moves
    assert next(move.move for move in moves) == "same"
    (public,) = reasons.told_of(moves[0])
    assert (public.what, public.before, public.after) == (
        "Reached over a public network",
        "not known",
        "yes",
    )
    assets.change_assets(bank.own.actor, [bank.web.key], scope="other", exposed="no", at=day(2.5))
    page = shown(bank, KNOWN)
    assert "Scope of the asset: others, before: federal civilian agencies (FCEB)" in page
    assert "Known to be exploited: yes, before: no (CISA KEV catalogue 2026.12.01)" in page
    assert "Listed by CISA: 9 Dec 2026, before: not known" in page
    assert "For others, BOD 26-04 is guidance: it binds nobody there." in page


@pytest.mark.parametrize(
    ("at", "word"),
    [(datetime.fromisoformat("2026-12-07T04:59:00Z"), "Guidance"), (LATER, "Binding")],
)
def test_whether_it_binds_is_said_of_today_in_the_agencys_zone(
    bank: Bank, at: datetime, word: str
) -> None:
    before = shown(bank, KNOWN, at=at).partition("Why this date? Computed")[0]
    assert word in before
    assert ({"Guidance", "Binding"} - {word}).pop() not in before


def test_an_authority_without_a_table_borrows_none(bank: Bank) -> None:
    assets.change_assets(bank.own.actor, [bank.web.key], scope="nss", at=day(2.5))
    page = shown(bank, KNOWN)
    assert "No table is loaded" in page
    assert "Another authority's table is not borrowed." in page
    assert "row 1" not in page.partition("How the date has moved")[0]


def test_mitigation_comes_first_for_operational_technology_and_without_a_fix(bank: Bank) -> None:
    for name, asset in ((PLAIN, bank.hmi), (UNSURE, bank.web)):
        first = shown(bank, name, asset).partition("What to do")[2].split("Mitigate")[0]
        assert "Update" not in first
        assert "Find out" not in first


def test_evidence_comes_before_everything_where_triage_is_due(bank: Bank) -> None:
    page = shown(bank, KNOWN).partition("What to do")[2]
    assert page.split()[:2] == ["Evidence", "first"]


def test_what_was_overruled_stays_and_is_told_apart(bank: Bank) -> None:
    ground = bank.exposure(PLAIN, bank.web).grounds.get()
    ground.is_overruled = True
    ground.save()
    page = shown(bank, PLAIN, bank.web)
    assert "1 that does not count: overruled by our own runs, or over" in page
    assert "our own runs showed this version not to be affected" in page
    assert "Overruled" in page


def test_sources_stand_beside_each_other_with_their_age(bank: Bank) -> None:
    sources.says(
        KNOWN,
        "cvss",
        "cve:GitHub_M:3.1",
        NOW,
        vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        published=5.0,
        recomputed=9.8,
        agrees=False,
    )
    page = shown(bank, KNOWN).partition("What each source says")[2]
    assert "the score that was published is not the one that its vector has" in page
    assert "published as 5.0" in page
    assert "vulnrichment:CISA-ADP, of 11 Dec 2026, 12:00 UTC (2 days old)" in page


def test_days_are_written_as_people_write_them() -> None:
    assert reasons.said_day(date(2026, 12, 7)) == "7 Dec 2026"
