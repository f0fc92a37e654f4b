"""The page of terms shows who proposed and signed what, and to each reader what is theirs to do."""

from __future__ import annotations

import pytest

from tests.desks.parties.makers import chief
from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, Engaged, Side, day
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.reviews.frameworks.framework import Heading, Kept
from tidegate.desks.reviews.frameworks.terms import TermsError, to_document
from tidegate.desks.reviews.models import Agreement, NamedPerson, Party
from tidegate.desks.reviews.queries.terms import (
    Standing,
    TermsPage,
    document_of,
    terms_in_force,
    terms_page,
)
from tidegate.desks.reviews.services import terms as services
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def page(made: Engaged, by: Side, **what: object) -> TermsPage:
    return terms_page(by.actor, made.key, at=NOW, **what)  # type: ignore[arg-type]


def proposed(made: Engaged, content: Kept = Kept.NONE) -> Agreement:
    document = to_document(making.terms_of(made, content=content))
    return services.propose_terms(made.developer.actor, made.key, document, at=NOW)


def test_before_anything_is_proposed_each_side_may_propose() -> None:
    made = making.engagement()
    for by in (made.developer, made.government):
        seen = page(made, by)
        assert (seen.versions, seen.shown, seen.sections) == ((), None, ())
        assert (seen.may_propose, seen.may_sign, seen.may_take_back) == (True, False, False)
        assert "no legal advice" in seen.note


def test_a_proposal_waits_for_both_and_each_sees_what_is_theirs_to_do() -> None:
    made = making.engagement()
    row = proposed(made)
    own, other = page(made, made.developer), page(made, made.government)
    assert own.shown is not None
    assert own.shown.standing is Standing.PROPOSED
    assert own.shown.waits_for == (
        made.developer.organisation.name,
        made.government.organisation.name,
    )
    assert own.signs_for == ((made.developer.key, made.developer.organisation.name),)
    assert other.signs_for == ((made.government.key, made.government.organisation.name),)
    assert (own.may_take_back, other.may_take_back) == (True, False)
    making.signed(row, made.government)
    after = page(made, made.government)
    assert after.shown is not None
    assert after.shown.waits_for == (made.developer.organisation.name,)
    assert after.signs_for == ()
    (signed,) = after.shown.signatures
    assert (signed.organisation_key, signed.is_good) == (made.government.key, True)


def test_every_heading_is_there_in_formal_and_plain_words() -> None:
    made = making.engagement(terms=True)
    seen = page(made, made.government)
    assert [one.heading for one in seen.sections] == list(Heading)
    assert all(one.clauses for one in seen.sections)
    said = [
        words for one in seen.sections for two in one.clauses for words in (two.formal, two.plain)
    ]
    assert not any("{" in words for words in said)


def test_a_change_is_shown_against_what_is_in_force() -> None:
    made = making.engagement(terms=True)
    proposed(made, Kept.NONE)
    seen = page(made, made.developer)
    assert seen.shown is not None
    assert seen.in_force is not None
    assert (seen.shown.number, seen.in_force.number) == (2, 1)
    assert [one.what for one in seen.changes] == ["content"]
    first = page(made, made.developer, number=1)
    assert first.changes == ()
    assert [one.standing for one in first.versions] == [Standing.PROPOSED, Standing.IN_FORCE]


def test_what_was_replaced_or_superseded_stays_to_be_read() -> None:
    made = making.engagement(terms=True)
    proposed(made, Kept.NONE)
    proposed(made, Kept.BOTH)
    making.agree(made, making.terms_of(made, vetting=False))
    seen = page(made, made.government)
    assert [one.standing for one in seen.versions] == [
        Standing.IN_FORCE,
        Standing.PROPOSED,
        Standing.OFF,
        Standing.SUPERSEDED,
    ]
    shown = page(made, made.government, number=2).shown
    assert shown is not None
    assert shown.waits_for == ()
    with pytest.raises(NotFoundError):
        page(made, made.government, number=9)


def test_those_who_are_named_read_and_do_nothing() -> None:
    made = making.engagement()
    proposed(made)
    observer = making.named(made.row, made.government, NamedPerson.Duty.OBSERVER)
    seen = terms_page(making.actor(observer.person), made.key, at=NOW)
    assert len(seen.versions) == 1
    assert (seen.may_propose, seen.may_sign, seen.may_take_back) == (False, False, False)


def test_nobody_else_learns_that_there_are_terms() -> None:
    made = making.engagement(terms=True)
    strangers = [
        OWNER,
        chief(),
        making.reviewer().actor,
        made.government.colleague().actor,
        made.developer.colleague().actor,
    ]
    for actor in strangers:
        with pytest.raises(NotFoundError):
            terms_page(actor, made.key, at=NOW)
        with pytest.raises(NotFoundError):
            document_of(actor, made.key, 1)


def test_a_partner_reads_its_own_terms_and_not_the_engagements() -> None:
    made = making.engagement(terms=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)))
    other, _ = making.partnered(made, dates=(day(31), day(60)))
    row = making.agree(made, partner=partner)
    assert page(made, partner).versions == ()
    with pytest.raises(NotFoundError):
        document_of(partner.actor, made.key, 1)
    own = page(made, partner, for_partner=partner.key)
    assert (own.partner_key, len(own.versions)) == (partner.key, 1)
    assert document_of(partner.actor, made.key, 1, for_partner=partner.key) == bytes(row.document)
    assert page(made, made.government, for_partner=partner.key).versions
    with pytest.raises(NotFoundError):
        page(made, other, for_partner=partner.key)


def test_after_a_withdrawal_what_was_signed_stays_to_be_read_and_nothing_to_do() -> None:
    made = making.engagement(state=State.WITHDRAWN, terms=True)
    for by in (made.developer, made.government):
        seen = page(made, by)
        assert len(seen.versions) == 1
        assert (seen.may_propose, seen.may_sign, seen.may_take_back) == (False, False, False)


def test_the_document_is_the_bytes_whose_digest_is_signed() -> None:
    made = making.engagement()
    row = proposed(made)
    assert document_of(made.government.actor, made.key, 1, at=NOW) == bytes(row.document)


def test_a_document_that_was_changed_in_the_tables_is_in_force_no_more() -> None:
    made = making.engagement(terms=True)
    row = Agreement.objects.get(engagement=made.row)
    assert terms_in_force(made.row) is not None
    row.document = bytes(row.document).replace(b'"longest_grant":"P14D"', b'"longest_grant":"P30D"')
    row.save()
    with pytest.raises(TermsError, match="restore it"):
        terms_in_force(made.row)


def test_a_signature_that_was_changed_in_the_tables_is_shown_as_bad() -> None:
    made = making.engagement(terms=True)
    signature = Agreement.objects.get(engagement=made.row).signatures.earliest("pk")
    signature.key = "0" * 64
    signature.save()
    shown = page(made, made.developer).shown
    assert shown is not None
    assert [one.is_good for one in shown.signatures] == [False, True]


def test_a_party_that_has_ended_reads_what_it_has_signed_and_no_more() -> None:
    made = making.engagement(terms=True)
    proposed(made)
    Party.objects.filter(engagement=made.row, part=Party.Part.REVIEWER).update(ended_at=NOW)
    seen = page(made, made.government)
    assert [one.number for one in seen.versions] == [1]
    assert (seen.may_propose, seen.may_sign, seen.may_take_back) == (False, False, False)
    with pytest.raises(NotFoundError):
        document_of(made.government.actor, made.key, 2)


def test_who_leads_for_the_government_without_a_name_reads_a_partners_papers() -> None:
    made = making.engagement(terms=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)), told=False)
    record = making.agree(
        made, partner=partner, kind=Agreement.Kind.PARTNER, document=b'{"record":1}'
    )
    content = document_of(
        made.government.actor, made.key, 1, for_partner=partner.key, kind=Agreement.Kind.PARTNER
    )
    assert content == bytes(record.document)
    with pytest.raises(NotFoundError):
        document_of(
            partner.actor, made.key, 1, for_partner=partner.key, kind=Agreement.Kind.PARTNER
        )
