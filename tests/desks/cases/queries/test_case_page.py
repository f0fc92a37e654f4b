"""Each is shown of a case what they may read: the terms before they consent, all of it after."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinated,
    coordinator,
    day,
    finder_of,
    make_proven_case,
    party,
    take_in,
    under_embargo,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.queries.case_page import CasePage, get_case_page, get_terms
from tidegate.desks.cases.queries.participants import PartyShown, list_parties
from tidegate.desks.cases.services import (
    embargoes,
    facts,
    inviting,
    opening,
    releasing,
    vendors,
)
from tidegate.desks.findings.queries.errors import NotHereError

pytestmark = pytest.mark.django_db

TITLE = "Prototype pollution in minimist"


def page(row: Coordination, who: Party) -> CasePage:
    return get_case_page(who.actor, row.case.key, at=NOW)


def shown(row: Coordination, who: Party, other: Party) -> PartyShown:
    """Return what somebody is shown of another party."""
    parties = list_parties(who.actor, row.case.key, at=NOW)
    return next(one for one in parties if one.organisation == other.key)


def test_an_invited_party_is_shown_the_terms_and_nothing_of_what_is_in_the_case() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    with pytest.raises(NotFoundError):
        get_terms(vendor.actor, row.case.key, at=NOW)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    terms = get_terms(vendor.actor, row.case.key, at=NOW)
    assert (terms.embargo, terms.on_the_table, terms.tlp) == ("active", day(30), "TLP:AMBER+STRICT")
    assert "minimist" not in repr(terms)
    (own,) = terms.own
    assert (own.organisation, own.may_accept, own.may_decline) == (vendor.key, True, True)
    with pytest.raises(NotFoundError):
        page(row, vendor)
    with pytest.raises(NotFoundError):
        list_parties(vendor.actor, row.case.key, at=NOW)


def test_silence_is_never_not_affected() -> None:
    by, silent, clear = coordinator(), party(), party()
    row = under_embargo(by, silent, clear)
    vendors.say_status(
        clear.actor,
        row.case.key,
        clear.key,
        "pkg:npm/clear",
        "not_affected",
        justification="component_not_present",
        at=NOW,
    )
    assert shown(row, by, silent).silent
    assert (shown(row, by, silent).statuses, shown(row, by, silent).contact) == ((), "seen")
    (status,) = shown(row, silent, clear).statuses
    assert (status.status, status.justification) == ("not_affected", "component_not_present")
    assert not shown(row, by, clear).silent


def test_a_team_and_a_place_in_a_line_are_shown_to_those_whom_they_concern() -> None:
    by, vendor, busy = coordinator(), party(), party(cases_a_week=0)
    row = under_embargo(by, vendor)
    finder = finder_of(row.case)
    take_in(row, by, finder, "finder", terms=day(30))
    inviting.invite(by.actor, row.case.key, busy.key, "vendor", at=NOW)
    assert [member.person for member in shown(row, vendor, vendor).team] == [vendor.person.key]
    assert shown(row, finder, vendor).team == ()
    assert [len(shown(row, by, who).team) for who in (by, vendor, finder)] == [1, 1, 1]
    for who in (by, finder):
        place = shown(row, who, busy).place
        assert place is not None
        assert place.number == 1
    assert shown(row, vendor, busy).place is None


def test_the_page_says_how_the_case_came_to_be_where_it_is() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    embargoes.propose(vendor.actor, row.case.key, day(60), words="no talk", at=NOW)
    facts.record_fact(by.actor, row.case.key, "attacks-seen", source="a feed", at=NOW)
    whole = page(row, vendor)
    assert (whole.title, whole.terms.embargo, whole.attacks_at) == (TITLE, "exited", NOW)
    assert [one.outcome for one in whole.proposals] == ["fallen", "accepted"]
    assert [(one.event, one.source) for one in whole.seen] == [
        ("vendor-aware", ""),
        ("attacks-seen", "a feed"),
    ]
    assert whole.score is not None
    assert "V before A" in map(str, whole.score.met)
    assert whole.findings == 1
    assert (whole.coordinates, whole.approvals) == (False, ())


def test_approvals_are_shown_to_coordinators_alone() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    releasing.approve_release(by.actor, row.case.key, reason="it leaked", at=NOW)
    assert [(one.reason, one.own) for one in page(row, by).approvals] == [("it leaked", True)]
    assert [one.own for one in page(row, by.colleague()).approvals] == [False]
    assert page(row, vendor).approvals == ()


def test_an_attached_fix_is_shown_to_who_reads_the_finding() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    finding = row.case.findings.get()
    finding.document.references = [
        "https://example.org/repo/commit/abc",
        "https://example.org/report",
        "https://example.org/fix.patch?raw=1",
    ]
    finding.document.save()
    take_in(row, by, vendor)
    assert page(row, vendor).fixes == (
        "https://example.org/repo/commit/abc",
        "https://example.org/fix.patch?raw=1",
    )


def test_who_reads_a_case_for_its_label_alone_sees_none_of_those_who_work_on_it() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    take_in(row, by, vendor)
    opening.label(by.actor, row.case.key, Label.CLEAR, at=NOW)
    facts.record_fact(by.actor, row.case.key, "public", at=NOW)
    whole = page(row, party())
    assert (whole.title, whole.public_at) == (TITLE, NOW)
    assert (whole.parties, whole.proposals, whole.seen, whole.clocks) == ((), (), (), ())
    assert whole.score is None


def test_a_case_that_is_not_coordinated_says_so_to_coordinators_and_is_not_there_for_others() -> (
    None
):
    by, case = coordinator(), make_proven_case()
    with pytest.raises(NotHereError, match="open its coordination first"):
        get_case_page(by.actor, case.key, at=NOW)
    with pytest.raises(NotFoundError):
        get_case_page(party().actor, case.key, at=NOW)


def test_a_page_asks_no_more_questions_the_more_parties_there_are() -> None:
    by = coordinator()
    row = coordinated(by)

    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            page(row, by)
        return len(questions)

    take_in(row, by, party())
    few = asked()
    for one in [party() for _ in range(20)]:
        Participant.objects.create(
            coordination=row, organisation=one.organisation, role="vendor", invited_at=NOW
        )
    assert asked() == few
