"""A case from its opening to its end: who is let in when, on which terms, and who ends it."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import (
    NOW,
    coordinated,
    coordinator,
    day,
    finder_of,
    make_proven_case,
    part_of,
    party,
    take_in,
    under_embargo,
)
from tests.desks.findings.makers import make_finding
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Label, OrganisationKind, Role
from tidegate.desks.cases.models import Clock, EmbargoTerms, Participant
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    facts,
    inviting,
    opening,
    releasing,
)
from tidegate.desks.findings.models import Event
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_opening_a_coordination_makes_the_coordinator_its_first_party() -> None:
    by = coordinator()
    row = coordinated(by)
    part = part_of(row, by)
    assert (part.role, part.joined_at) == ("coordinator", NOW)
    assert [member.person for member in part.team.all()] == [by.person]
    assert (row.policy, row.tlp, row.embargo) == ("default-90", Label.AMBER_STRICT, "none")
    entry = Entry.objects.get(kind="coordination-opened")
    assert (entry.case, entry.person) == (row.case.key, by.person.key)
    with pytest.raises(NotPossibleError, match="is coordinated already"):
        coordinated(by, row.case)


def test_only_coordinators_open_one_and_others_cannot_tell_that_there_is_a_case() -> None:
    case = make_proven_case()
    for who in (party(), party(OrganisationKind.FINDER), coordinator(Role.READER)):
        with pytest.raises(NotFoundError, match="there is no case"):
            opening.open_coordination(who.actor, case.key, at=NOW)


def test_a_policy_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(NotPossibleError, match=r"there are .*default-90"):
        opening.open_coordination(
            coordinator().actor, make_proven_case().key, policy="nobodys", at=NOW
        )


def test_an_unproven_finding_gets_a_case_by_a_coordinators_waiver_alone() -> None:
    by = coordinator()
    finding = make_finding(stage="unproven")
    with pytest.raises(NotPossibleError, match="give a reason"):
        opening.open_for_unproven(by.actor, finding.key, reason=" ", at=NOW)
    case = opening.open_for_unproven(by.actor, finding.key, reason="the vendor asked", at=NOW)
    finding.refresh_from_db()
    assert finding.case == case
    assert case.verdict == ""
    entry = Entry.objects.get(kind="proof-waived")
    assert "the vendor asked" in str(entry.text)
    with pytest.raises(NotPossibleError, match="has a case already"):
        opening.open_for_unproven(by.actor, finding.key, reason="again", at=NOW)


def test_nothing_of_the_content_reaches_an_invited_party_before_it_accepts() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    finding = row.case.findings.get()
    embargoes.propose(by.actor, row.case.key, day(30), at=NOW)
    embargoes.accept(by.actor, row.case.key, at=NOW)
    assert not may(vendor.actor, Act.SEE, row.case, at=NOW)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    assert may(vendor.actor, Act.SEE, row.case, at=NOW)
    assert not may(vendor.actor, Act.READ, row.case, at=NOW)
    assert not may(vendor.actor, Act.SEE, finding, at=NOW)
    consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=NOW)
    assert may(vendor.actor, Act.READ, row.case, at=NOW)
    assert may(vendor.actor, Act.READ_PROOF, finding, at=NOW)
    part = part_of(row, vendor)
    assert (part.consent, part.report, part.vendor) == ("signatory", "received", "Vfd")
    assert (part.joined_at, part.contact) == (NOW, "seen")
    assert [member.person for member in part.team.all()] == [vendor.person]


def test_terms_that_have_changed_meanwhile_are_not_agreed_to() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    embargoes.propose(by.actor, row.case.key, day(30), at=NOW)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    embargoes.propose(by.actor, row.case.key, day(60), at=NOW)
    with pytest.raises(NotPossibleError, match="read the terms again"):
        consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=NOW)
    assert part_of(row, vendor).joined_at is None
    assert list(row.terms.values_list("outcome", flat=True)) == ["replaced", "open"]


def test_where_there_is_no_embargo_accepting_is_joining() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    part = take_in(row, by, vendor)
    assert (part.consent, part.joined_at) == ("no-embargo", NOW)
    assert may(vendor.actor, Act.READ, row.case, at=NOW)
    embargoes.propose(by.actor, row.case.key, day(30), at=NOW)
    assert not may(vendor.actor, Act.READ, row.case, at=NOW)


def test_a_party_that_declines_reads_nothing_and_may_be_invited_anew() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    consenting.decline(vendor.actor, row.case.key, vendor.key, reason="no capacity", at=NOW)
    assert part_of(row, vendor).consent == "declined"
    with pytest.raises(NotPossibleError, match="sign cannot follow"):
        consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=NOW)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=NOW)
    assert may(vendor.actor, Act.READ, row.case, at=NOW)


def test_a_party_that_is_removed_reads_nothing_any_more_and_begins_anew_if_invited() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    inviting.remove(by.actor, row.case.key, vendor.key, reason="the wrong product", at=day(1))
    assert not may(vendor.actor, Act.SEE, row.case, at=day(1))
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=day(2))
    part = part_of(row, vendor)
    assert (part.consent, part.joined_at, part.report) == ("invited", None, "start")
    assert not may(vendor.actor, Act.READ, row.case, at=day(2))


def test_what_an_organisation_is_bounds_the_part_it_may_have() -> None:
    by, operator = coordinator(), party(OrganisationKind.OPERATOR)
    row = coordinated(by)
    finder = finder_of(row.case)
    for who, role, said in (
        (operator, "vendor", "is not a vendor"),
        (operator, "coordinator", "is not a coordinator"),
        (finder, "other", "invite it as finder"),
        (operator, "spy", "is no part in a case"),
    ):
        with pytest.raises(NotPossibleError, match=said):
            inviting.invite(by.actor, row.case.key, who.key, role, at=NOW)
    assert set(row.participants.values_list("role", flat=True)) == {"coordinator"}


def test_a_revision_lets_every_consent_lapse_until_it_is_given_again() -> None:
    by, one, other = coordinator(), party(), party()
    row = under_embargo(by, one, other)
    embargoes.propose(one.actor, row.case.key, day(45), at=day(1))
    row.refresh_from_db()
    assert (row.embargo, row.ends_at) == ("revise", day(30))
    consents = {who: part_of(row, who).consent for who in (by, one, other)}
    assert consents == {by: "lapsed", one: "signatory", other: "lapsed"}
    assert may(one.actor, Act.READ, row.case, at=day(1))
    assert not may(other.actor, Act.READ, row.case, at=day(1))
    consenting.accept(other.actor, row.case.key, other.key, terms=day(45), at=day(1))
    embargoes.accept(by.actor, row.case.key, at=day(1))
    row.refresh_from_db()
    assert (row.embargo, row.ends_at) == ("active", day(45))
    assert may(other.actor, Act.READ, row.case, at=day(1))
    assert Clock.objects.get(coordination=row, kind="embargo-end", state="running").due_at == day(
        45
    )


def test_a_refused_revision_leaves_the_embargo_in_force() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    embargoes.propose(by.actor, row.case.key, day(90), at=day(1))
    embargoes.refuse(by.actor, row.case.key, at=day(1))
    row.refresh_from_db()
    assert (row.embargo, row.ends_at) == ("active", day(30))
    assert part_of(row, vendor).consent == "lapsed"
    assert list(row.terms.order_by("pk").values_list("outcome", flat=True)) == [
        "accepted",
        "refused",
    ]


def test_a_proposal_alone_decides_nothing_and_a_party_decides_about_none() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    take_in(row, by, vendor)
    embargoes.propose(vendor.actor, row.case.key, day(10), at=NOW)
    row.refresh_from_db()
    assert (row.embargo, row.ends_at) == ("proposed", None)
    with pytest.raises(NotFoundError):
        embargoes.accept(vendor.actor, row.case.key, at=NOW)
    with pytest.raises(NotFoundError):
        embargoes.refuse(vendor.actor, row.case.key, at=NOW)


@pytest.mark.parametrize("fact", ["public", "exploit-public", "attacks-seen"])
def test_a_fact_ends_the_embargo_and_is_never_refused(fact: str) -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    facts.record_fact(vendor.actor, row.case.key, fact, source="https://example.org", at=day(1))
    facts.record_fact(vendor.actor, row.case.key, fact, at=day(1))
    row.refresh_from_db()
    assert row.embargo == "exited"
    assert row.occurrences.filter(event=fact).count() == 2
    assert (row.public_at == day(1)) is (fact != "attacks-seen")
    assert part_of(row, vendor).consent == "no-embargo"
    assert not row.clocks.filter(kind="embargo-end", state="running").exists()
    with pytest.raises(NotPossibleError, match="there is nothing left to keep"):
        embargoes.propose(by.actor, row.case.key, day(30), at=day(2))


def test_a_fact_ends_what_is_proposed_too_and_is_recorded_in_a_closed_case() -> None:
    by = coordinator()
    row = coordinated(by)
    embargoes.propose(by.actor, row.case.key, day(30), at=NOW)
    facts.record_fact(by.actor, row.case.key, "attacks-seen", at=NOW)
    row.refresh_from_db()
    assert row.embargo == "none"
    assert EmbargoTerms.objects.get(coordination=row).outcome == "fallen"
    opening.close(by.actor, row.case.key, words="published elsewhere", at=NOW)
    facts.record_fact(by.actor, row.case.key, "public", at=NOW)
    row.refresh_from_db()
    assert row.public_at == NOW


def test_an_early_release_takes_two_different_coordinators() -> None:
    by = coordinator()
    other = by.colleague()
    row = under_embargo(by)
    assert not releasing.approve_release(by.actor, row.case.key, reason="it leaked", at=day(1))
    with pytest.raises(NotPossibleError, match="it takes another coordinator"):
        releasing.approve_release(by.actor, row.case.key, reason="it leaked", at=day(1))
    row.refresh_from_db()
    assert row.embargo == "active"
    assert releasing.approve_release(other.actor, row.case.key, reason="indeed", at=day(2))
    row.refresh_from_db()
    assert row.embargo == "exited"
    assert set(row.approvals.values_list("used_at", flat=True)) == {day(2)}


def test_a_withdrawn_approval_and_that_of_a_former_coordinator_count_for_nothing() -> None:
    by = coordinator()
    second, third = by.colleague(), by.colleague()
    row = under_embargo(by)
    key = row.case.key
    releasing.approve_release(by.actor, key, reason="it leaked", at=day(1))
    releasing.withdraw(by.actor, key, at=day(1))
    releasing.approve_release(second.actor, key, reason="it leaked", at=day(1))
    second.person.memberships.update(left_at=day(1))
    assert not releasing.approve_release(third.actor, key, reason="it leaked", at=day(2))
    row.refresh_from_db()
    assert row.embargo == "active"


def test_nobody_who_is_no_person_approves_and_no_party_does() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    with pytest.raises(NotPossibleError, match="an approval is a person's"):
        releasing.approve_release(OWNER, row.case.key, reason="I may", at=NOW)
    with pytest.raises(NotFoundError):
        releasing.approve_release(vendor.actor, row.case.key, reason="I may", at=NOW)


def test_terms_that_end_earlier_are_an_early_release_by_another_name() -> None:
    by = coordinator()
    other = by.colleague()
    row = under_embargo(by)
    key = row.case.key
    embargoes.propose(by.actor, key, day(2), at=day(1))
    releasing.approve_release(by.actor, key, reason="another thing", at=day(1))
    with pytest.raises(NotPossibleError, match="takes 2 different coordinators"):
        embargoes.accept(by.actor, key, at=day(1))
    releasing.approve_terms(other.actor, key, reason="the fix is out", at=day(1))
    with pytest.raises(NotPossibleError, match="takes 2 different coordinators"):
        embargoes.accept(by.actor, key, at=day(1))
    releasing.approve_terms(by.actor, key, reason="the fix is out", at=day(1))
    row.refresh_from_db()
    assert row.embargo == "revise"
    embargoes.accept(by.actor, key, at=day(1))
    row.refresh_from_db()
    assert (row.embargo, row.ends_at) == ("active", day(2))


def test_what_is_under_embargo_is_never_labelled_for_everybody() -> None:
    by = coordinator()
    row = under_embargo(by)
    for label in (Label.GREEN, Label.CLEAR):
        with pytest.raises(NotPossibleError, match="would let everybody read it"):
            opening.label(by.actor, row.case.key, label, at=NOW)
    opening.label(by.actor, row.case.key, Label.RED, at=NOW)
    free = coordinated(by)
    opening.label(by.actor, free.case.key, Label.CLEAR, at=NOW)
    assert may(party().actor, Act.READ, free.case, at=NOW)
    embargoes.propose(by.actor, free.case.key, day(3), at=NOW)
    with pytest.raises(NotPossibleError, match="label it TLP:AMBER or stricter"):
        embargoes.accept(by.actor, free.case.key, at=NOW)


def test_a_secret_is_not_closed_over() -> None:
    by = coordinator()
    row = under_embargo(by)
    with pytest.raises(NotPossibleError, match="end or refuse it before"):
        opening.close(by.actor, row.case.key, at=NOW)
    facts.record_fact(by.actor, row.case.key, "public", at=NOW)
    opening.close(by.actor, row.case.key, words="done", at=NOW)
    with pytest.raises(NotPossibleError, match="is closed; open it again first"):
        inviting.invite(by.actor, row.case.key, party().key, "vendor", at=NOW)
    opening.open_again(by.actor, row.case.key, reason="a second fix", at=NOW)
    inviting.invite(by.actor, row.case.key, party().key, "vendor", at=NOW)


def test_everything_that_matters_is_in_the_ledger_and_in_the_cases_history() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    facts.record_fact(by.actor, row.case.key, "public", at=NOW)
    kinds = [
        "coordination-opened",
        "embargo-proposed",
        "party-invited",
        "party-joined",
        "embargo-accepted",
        "fact-recorded",
        "embargo-ended",
    ]
    entries = Entry.objects.filter(case=row.case.key).order_by("index")
    assert list(entries.values_list("kind", flat=True)) == kinds
    assert (
        list(Event.objects.filter(case=row.case).order_by("pk").values_list("verb", flat=True))
        == kinds
    )
    assert set(entries.filter(kind__startswith="party").values_list("organisation", flat=True)) == {
        vendor.key
    }


def test_what_is_refused_leaves_nothing_behind() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    before = (Entry.objects.count(), Event.objects.count(), Participant.objects.count())
    for refused in (
        lambda: embargoes.propose(by.actor, row.case.key, day(-1), at=NOW),
        lambda: embargoes.accept(by.actor, row.case.key, at=NOW),
        lambda: consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=NOW),
        lambda: inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW),
        lambda: facts.record_fact(by.actor, row.case.key, "public", happened_at=day(1), at=NOW),
    ):
        with pytest.raises(NotPossibleError):
            refused()
    assert (Entry.objects.count(), Event.objects.count(), Participant.objects.count()) == before
