"""Merged cases are as secret as the more secret one was; a parted case reveals nothing new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinated,
    coordinator,
    finder_of,
    make_proven_case,
    part_of,
    party,
    take_in,
)
from tidegate.desks.access.actors import OWNER, Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act, Label, OrganisationKind
from tidegate.desks.cases.models import Coordination, Message, Participant
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    facts,
    following,
    inviting,
    opening,
    releasing,
    teams,
    vendors,
)
from tidegate.desks.findings.models import Case, Link
from tidegate.desks.findings.services import linking
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db

TODAY = timezone.now()
"""Merging reads the clock itself."""


def on(number: float):
    return TODAY + timedelta(days=number)


def secret(by: Party, *parties: Party, ends: float = 30, words: str = "") -> Coordination:
    """Make a case under an embargo that its vendors have consented to."""
    row = coordinated(by, make_proven_case())
    embargoes.propose(by.actor, row.case.key, on(ends), words=words, at=NOW)
    for one in parties:
        take_in(row, by, one, terms=on(ends))
    embargoes.accept(by.actor, row.case.key, at=NOW)
    row.refresh_from_db()
    return row


def merge(one: Coordination, other: Coordination, actor: Actor = OWNER) -> Coordination:
    """Merge two cases; return the coordination that goes on."""
    case = linking.merge(actor, one.case.key, other.case.key, reason="one bug")
    return Coordination.objects.get(case=case)


def consent(row: Coordination, who: Party) -> str:
    return part_of(row, who).consent


def test_the_earliest_end_holds_and_consent_stands_only_for_who_signed_it() -> None:
    by, early, late, both = coordinator(), party(), party(), party()
    one = secret(by, early, both, ends=20)
    other = secret(by, late, both, ends=40)
    row = merge(one, other)
    assert (row.embargo, row.ends_at) == ("active", on(20))
    assert {who: consent(row, who) for who in (early, both, late)} == {
        early: "signatory",
        both: "signatory",
        late: "lapsed",
    }
    case, now = row.case, timezone.now()
    assert may(early.actor, Act.READ, case, at=now)
    assert not may(late.actor, Act.READ, case, at=now)
    consenting.accept(late.actor, case.key, late.key, terms=on(20), at=now)
    assert may(late.actor, Act.READ, case, at=now)
    running = row.clocks.filter(state="running", kind="embargo-end")
    assert [clock.due_at for clock in running] == [on(20)]
    closed = Coordination.objects.exclude(pk=row.pk).get()
    assert closed.closed_at is not None
    assert not closed.clocks.filter(state="running").exists()
    assert not closed.participants.filter(removed_at=None).exists()


def test_an_organisation_in_both_cases_has_one_part_with_all_that_it_was() -> None:
    by, vendor = coordinator(), party()
    one, other = secret(by, vendor), secret(by, vendor)
    colleague = vendor.colleague()
    for row, product, status in (
        (one, "a", "affected"),
        (other, "a", "fixed"),
        (other, "b", "fixed"),
    ):
        vendors.say_status(vendor.actor, row.case.key, vendor.key, product, status, at=TODAY)
    vendors.handle_report(vendor.actor, other.case.key, vendor.key, "validate", at=TODAY)
    vendors.handle_report(vendor.actor, other.case.key, vendor.key, "accept", at=TODAY)
    key = other.case.key
    teams.add_member(by.actor, key, vendor.key, colleague.person.key, until=on(5), at=TODAY)
    row = merge(one, other)
    part = part_of(row, vendor)
    assert (part.report, part.consent, part.joined_at) == ("accepted", "signatory", NOW)
    people = {member.person: member.until for member in part.team.filter(left_at=None)}
    assert people == {vendor.person: None, colleague.person: on(5)}
    assert row.clocks.get(kind="grant-end", state="running").due_at == on(5)
    holding = part.statuses.filter(replaced_at=None)
    assert set(holding.values_list("product", flat=True)) == {"a", "b"}
    assert part.statuses.count() == 3


def test_the_facts_of_either_case_hold_for_both_and_end_the_embargo() -> None:
    by, vendor = coordinator(), party()
    one, other = secret(by, vendor), coordinated(by)
    facts.record_fact(by.actor, other.case.key, "public", at=TODAY)
    row = merge(one, other)
    assert (row.embargo, row.public_at) == ("exited", TODAY)
    assert row.occurrences.filter(event="public").count() == 1
    assert not row.clocks.filter(kind="embargo-end", state="running").exists()


def test_the_stricter_label_holds_for_both() -> None:
    by = coordinator()
    one, other = secret(by), coordinated(by)
    opening.label(by.actor, other.case.key, Label.CLEAR, at=TODAY)
    assert may(party().actor, Act.READ, other.case)
    merge(one, other)
    for row in Coordination.objects.all():
        assert row.tlp == Label.AMBER_STRICT
        assert not may(party().actor, Act.READ, row.case)


def test_one_coordinator_alone_makes_no_secret_public_earlier_by_a_merge() -> None:
    by = coordinator()
    second = by.colleague()
    one, other = secret(by, ends=1), secret(by, ends=40)
    with pytest.raises(NotPossibleError, match=r"earlier than agreed.*takes 2 different"):
        merge(one, other, by.actor)
    assert Case.objects.filter(merged_into=None).count() == 2
    assert set(Coordination.objects.values_list("ends_at", flat=True)) == {on(1), on(40)}
    for who in (by, second):
        releasing.approve_merge(who.actor, other.case.key, one.case.key, reason="one bug", at=TODAY)
    assert merge(one, other, by.actor).ends_at == on(1)


def test_words_that_a_party_has_not_signed_let_its_consent_lapse() -> None:
    by, plain, bound = coordinator(), party(), party()
    one = secret(by, plain)
    other = secret(by, bound, words="nobody tells the press")
    row = merge(one, other)
    assert row.ends_at == on(30)
    assert (consent(row, plain), consent(row, bound)) == ("lapsed", "signatory")
    terms = row.terms.filter(outcome="accepted").order_by("-pk").first()
    assert terms is not None
    assert terms.words == "nobody tells the press"


def test_a_revision_that_was_open_falls() -> None:
    by, vendor = coordinator(), party()
    one, other = secret(by, vendor, ends=20), secret(by, ends=20)
    embargoes.propose(by.actor, one.case.key, on(90), at=TODAY)
    row = merge(one, other)
    assert (row.embargo, row.ends_at) == ("active", on(20))
    assert not row.terms.filter(outcome="open").exists()
    embargoes.propose(by.actor, row.case.key, on(25), at=timezone.now())


def test_a_case_that_was_not_coordinated_goes_on_as_the_other_was() -> None:
    by, vendor = coordinator(), party()
    first = make_proven_case()
    row = merge(secret(by, vendor), Coordination(case=first))
    assert row.case == first
    assert (row.embargo, row.ends_at, consent(row, vendor)) == ("active", on(30), "signatory")
    assert row.clocks.filter(kind="policy", state="running").count() == 1


def test_nobody_reads_the_messages_of_the_other_case_after_a_merge() -> None:
    by, vendor, rival = coordinator(), party(), party()
    one, other = secret(by, vendor), secret(by, rival)
    for row, who in ((one, vendor), (other, rival)):
        Message.objects.create(
            coordination=row,
            author=by.person,
            author_name="by",
            audience="all",
            tlp=Label.AMBER,
            sent_at=NOW,
            text=who.key,
        )
    row = merge(one, other)
    messages = Message.objects.filter(coordination=row)
    assert messages.count() == 2
    for message in messages:
        readers = {who.key for who in (vendor, rival) if may(who.actor, Act.READ, message)}
        assert readers == {message.text}
        assert may(by.actor, Act.READ, message)


def test_a_finder_of_one_case_reads_no_more_of_the_other_than_a_finder_does() -> None:
    by = coordinator()
    both = party(OrganisationKind.OPERATOR, OrganisationKind.FINDER)
    one, other = secret(by), secret(by)
    take_in(one, by, both, "operator", terms=on(30))
    finding = other.case.findings.select_related("finder").get()
    finding.finder.organisation = both.organisation
    finding.finder.save()
    rivals = one.case.findings.get()
    assert may(both.actor, Act.READ, rivals)
    row = merge(one, other)
    assert part_of(row, both).role == "finder"
    assert not may(both.actor, Act.READ, rivals)
    assert may(both.actor, Act.READ, finding)


def parted(row: Coordination) -> Coordination:
    """Undo what merged a case; return the coordination of the one that left."""
    link = Link.objects.filter(undone_at=None).latest("pk")
    linking.undo(OWNER, link.pk, reason="two bugs")
    return Coordination.objects.exclude(pk=row.pk).get(case__merged_into=None)


def test_a_parted_case_inherits_the_embargo_and_nobody_but_coordinators() -> None:
    by, vendor = coordinator(), party()
    row = merge(secret(by, vendor, ends=20), secret(by, vendor, ends=40))
    child = parted(row)
    assert (child.embargo, child.ends_at, child.tlp) == ("active", on(20), row.tlp)
    assert child.closed_at is None
    assert list(child.participants.filter(removed_at=None).values_list("role", flat=True)) == [
        "coordinator"
    ]
    assert may(vendor.actor, Act.READ, row.case)
    assert not may(vendor.actor, Act.SEE, child.case)
    assert child.clocks.get(kind="embargo-end", state="running").due_at == on(20)
    inviting.invite(by.actor, child.case.key, vendor.key, "vendor", at=TODAY)
    assert not may(vendor.actor, Act.READ, child.case)
    consenting.accept(vendor.actor, child.case.key, vendor.key, terms=on(20), at=TODAY)
    assert may(vendor.actor, Act.READ, child.case)


def test_a_parted_case_inherits_the_facts_and_no_label_for_everybody() -> None:
    by = coordinator()
    row = merge(secret(by), secret(by))
    facts.record_fact(by.actor, row.case.key, "public", at=TODAY)
    opening.label(by.actor, row.case.key, Label.CLEAR, at=TODAY)
    child = parted(row)
    assert (child.embargo, child.public_at, child.tlp) == ("exited", TODAY, Label.AMBER_STRICT)
    assert not may(party().actor, Act.READ, child.case)


def test_an_earlier_end_that_gives_the_other_part_away_is_accepted_knowingly_alone() -> None:
    by = coordinator()
    second = by.colleague()
    row = merge(secret(by), secret(by))
    child, now = parted(row), timezone.now()
    embargoes.propose(by.actor, row.case.key, on(5), at=now)
    for who in (by, second):
        releasing.approve_terms(who.actor, row.case.key, reason="the fix is out", at=now)
    with pytest.raises(NotPossibleError, match=f"points at {child.case.key}"):
        embargoes.accept(by.actor, row.case.key, at=now)
    embargoes.accept(by.actor, row.case.key, knowing_what_it_reveals=True, at=now)
    with pytest.raises(NotPossibleError, match=f"points at {child.case.key}"):
        releasing.approve_release(by.actor, row.case.key, reason="now", at=now)


def test_merging_again_what_was_parted_records_each_fact_once() -> None:
    by = coordinator()
    row = merge(secret(by), secret(by))
    facts.record_fact(by.actor, row.case.key, "attacks-seen", at=TODAY)
    child = parted(row)
    again = merge(row, child)
    assert again.occurrences.filter(event="attacks-seen").count() == 1
    assert Entry.objects.filter(kind="coordination-merged").count() == 2
    assert Participant.objects.filter(removed_at=None).count() == 1


def test_what_happened_in_either_case_moves_the_deadlines_of_both() -> None:
    by, vendor = coordinator(), party()
    one, other = secret(by), secret(by)
    take_in(other, by, vendor, terms=on(30), at=NOW)
    following.record_trigger(by.actor, other.case.key, "fix-available", at=TODAY)
    row = merge(one, other)
    clock = row.clocks.get(kind="policy", state="running")
    assert clock.due_at == NOW + timedelta(days=90)
    assert "fix-available" in row.policy_inputs["happened"]


def test_a_finder_keeps_its_part_through_a_merge() -> None:
    by = coordinator()
    one, other = secret(by), secret(by)
    finder = finder_of(other.case)
    take_in(other, by, finder, "finder", terms=on(30))
    row = merge(one, other)
    assert (part_of(row, finder).role, consent(row, finder)) == ("finder", "signatory")
    assert may(finder.actor, Act.READ, row.case)
