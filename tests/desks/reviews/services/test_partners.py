"""A trusted partner is a record that both sides sign; its access is the developer's to give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    agree,
    day,
    engagement,
    grant,
    join,
    named,
    side,
    signed,
)
from tests.desks.reviews.making import partner as trusted
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import (
    Agreement,
    Ending,
    Engagement,
    Grant,
    NamedPerson,
    Partner,
    Party,
)
from tidegate.desks.reviews.queries.partners import access_of
from tidegate.desks.reviews.services import opening, partners, terms
from tidegate.desks.reviews.services.signing import sign_detached
from tidegate.desks.reviews.states.engagements import State
from tidegate.engines.formats.documents import canonical

pytestmark = pytest.mark.django_db

ATTESTED = {
    "identity": "met in person",
    "scope": "their own products",
    "hardening": "hardware keys",
}


@pytest.fixture
def made() -> Engaged:
    """Return an engagement whose window is open from today to day 20."""
    return engagement(state=State.WINDOW_OPEN, terms=True, window=(NOW, day(20)))


@pytest.fixture
def lead(made: Engaged) -> Actor:
    return actor_of(named(made.row, made.government, NamedPerson.Duty.LEAD).person)


def proposed(made: Engaged, who: Side, by: Actor | None = None, **more: Any) -> Partner:
    given: dict[str, Any] = {
        "begins_at": day(21),
        "ends_at": day(40),
        "at": NOW,
        **ATTESTED,
        **more,
    }
    return partners.propose_partner(by or made.developer.actor, made.key, who.key, **given)


def both_sign(made: Engaged, row: Partner) -> None:
    record = Agreement.objects.get(party=row.party, kind=Agreement.Kind.PARTNER)
    signed(record, made.developer)
    signed(record, made.government)
    Agreement.objects.filter(pk=record.pk).update(agreed_at=NOW)
    record.refresh_from_db()
    partners.agreed(record, at=NOW)


def now(row: Partner) -> Partner:
    return Partner.objects.select_related("party__engagement").get(pk=row.pk)


@pytest.mark.parametrize("by_government", [False, True])
def test_either_side_proposes_and_nothing_is_told_before_both_have_signed(
    made, lead, by_government
):
    who = trusted()
    row = proposed(made, who, lead if by_government else None)
    assert row.proposed_by_side == ("government" if by_government else "developer")
    assert row.party.invited_at is None
    assert not list_entries(who.actor, engagement=made.key).rows
    both_sign(made, row)
    assert now(row).party.invited_at == NOW
    assert made.now().state == State.WITH_PARTNERS
    # It learns that it was taken in, and not who had asked for it, or who might have declined.
    assert [one.kind for one in list_entries(who.actor, engagement=made.key).rows] == [
        "partner-agreed"
    ]


def test_the_second_signature_takes_it_in(made):
    who = trusted()
    party = proposed(made, who).party
    record = Agreement.objects.get(party=party)
    for one in (made.government, made.developer):
        assert Party.objects.get(pk=party.pk).invited_at is None
        private = Ed25519PrivateKey.generate()
        sign_detached(
            one.actor,
            made.key,
            record.sha256,
            private.sign(bytes(record.document)),
            private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            at=day(1),
        )
    assert Party.objects.get(pk=party.pk).invited_at == day(1)
    assert made.now().state == State.WITH_PARTNERS


def test_the_record_is_one_document_that_says_all_that_is_signed(made):
    row = proposed(made, trusted())
    record = Agreement.objects.get(party=row.party)
    said = json.loads(bytes(record.document))
    assert (record.kind, record.number) == (Agreement.Kind.PARTNER, 1)
    assert bytes(record.document) == canonical(said)
    assert said["engagement"] == made.key
    assert {name: said[name] for name in ATTESTED} == ATTESTED
    assert (said["begins_at"], said["early"]) == ("2026-12-22T12:00:00Z", False)


def test_nobody_else_proposes(made):
    outsiders = (
        made.government.actor,
        actor_of(named(made.row, made.government, NamedPerson.Duty.EVALUATOR).person),
        actor_of(named(made.row, made.developer, NamedPerson.Duty.OBSERVER).person),
        side(OrganisationKind.COORDINATOR).actor,
        OWNER,
        NOBODY,
    )
    for outsider in outsiders:
        with pytest.raises(NotFoundError):
            proposed(made, trusted(), outsider)
    assert not Partner.objects.exists()


def test_early_access_waits_for_the_end_of_the_window(made):
    with pytest.raises(NotPossibleError, match="2026-12-21T12:00:00Z or later"):
        proposed(made, trusted(), begins_at=day(19))
    proposed(made, trusted(), begins_at=day(20))


def test_only_the_developer_lets_it_begin_early(made, lead):
    with pytest.raises(NotPossibleError, match="only the developer"):
        proposed(made, trusted(), lead, begins_at=day(2), early=True)
    row = proposed(made, trusted(), begins_at=day(2), early=True)
    assert row.early
    other = trusted()
    proposed(made, other)
    for nobody in (lead, other.actor):
        with pytest.raises(NotFoundError):
            partners.let_begin_early(nobody, made.key, other.key, at=NOW)
    own = made.developer.actor
    early = partners.let_begin_early(own, made.key, other.key, begins_at=day(1), at=NOW)
    assert (early.early, early.begins_at) == (True, day(1))
    with pytest.raises(NotPossibleError, match="early already"):
        partners.let_begin_early(own, made.key, other.key, at=NOW)
    with pytest.raises(NotPossibleError, match="between now"):
        partners.let_begin_early(own, made.key, other.key, begins_at=day(41), at=NOW)


def test_before_a_window_is_opened_the_planned_release_to_partners_counts():
    made = engagement(state=State.TERMS_AGREED, terms=True, planned_release_at=day(30))
    with pytest.raises(NotPossibleError, match="2026-12-31T12:00:00Z or later"):
        proposed(made, trusted(), begins_at=day(29))
    proposed(made, trusted(), begins_at=day(30))


def test_access_needs_both_signatures_and_terms_of_its_own_and_follows_the_window(made):
    who = trusted()
    row = proposed(made, who)
    assert access_of(now(row)) is None
    agree(made, partner=who)
    assert access_of(now(row)) is None
    both_sign(made, row)
    access = access_of(now(row))
    assert access is not None
    assert (access.opens_at, access.ends_at) == (day(21), day(40))
    # The window's end was moved after the record was signed.
    Engagement.objects.update(window_ends_at=day(25))
    access = access_of(now(row))
    assert access is not None
    assert access.opens_at == day(25)
    partners.let_begin_early(made.developer.actor, made.key, who.key, at=NOW)
    access = access_of(now(row))
    assert access is not None
    assert access.opens_at == day(21)


def test_terms_alone_and_a_record_alone_give_no_access(made):
    row = proposed(made, trusted())
    both_sign(made, row)
    assert access_of(now(row)) is None


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.CLOSED])
def test_there_is_no_access_once_it_is_over(made, state):
    who = trusted()
    row = proposed(made, who)
    both_sign(made, row)
    agree(made, partner=who)
    Engagement.objects.update(state=state)
    assert access_of(now(row)) is None


def test_either_side_declines_and_another_proposal_can_follow(made, lead):
    who = trusted()
    row = proposed(made, who)
    declined = partners.decline_partner(lead, made.key, who.key, at=day(1))
    assert declined.declined_at == day(1)
    assert Party.objects.get(pk=row.party.pk).ended_at == day(1)
    assert Agreement.objects.get(party=row.party).taken_back_at == day(1)
    with pytest.raises(NotPossibleError, match="already"):
        partners.decline_partner(lead, made.key, who.key, at=day(1))
    again = proposed(made, who, at=day(2))
    both_sign(made, again)
    # Of the first attempt it learns nothing.
    assert {one.kind for one in list_entries(who.actor, engagement=made.key).rows} == {
        "partner-agreed"
    }


def test_what_both_have_signed_is_not_declined(made, lead):
    who = trusted()
    both_sign(made, proposed(made, who))
    with pytest.raises(NotPossibleError, match="end its access"):
        partners.decline_partner(lead, made.key, who.key, at=NOW)


@pytest.mark.parametrize("by_partner", [False, True])
def test_ending_it_ends_every_grant_of_its_people_at_once_and_no_other(made, by_partner):
    who = trusted()
    row = proposed(made, who)
    both_sign(made, row)
    agree(made, partner=who)
    theirs = grant(named(made.row, who), begins_at=day(21), ends_at=day(30))
    others = grant(named(made.row, made.government), begins_at=NOW, ends_at=day(10))
    by = who.actor if by_partner else made.developer.actor
    ended = partners.end_partner(by, made.key, who.key, why="enough", at=day(22))
    assert ended.ends_at == day(22)
    assert Grant.objects.get(pk=theirs.pk).ended_at == day(22)
    assert Grant.objects.get(pk=others.pk).ended_at is None
    assert set(Ending.objects.values_list("grant", flat=True)) == {theirs.pk}
    access = access_of(now(row))
    assert access is not None
    assert (access.opens_at, access.ends_at) == (day(21), day(22))
    with pytest.raises(NotPossibleError, match="has ended"):
        partners.end_partner(by, made.key, who.key, at=day(23))


def test_it_stays_a_party_to_read_what_it_signed_and_to_certify(made):
    who = trusted()
    row = proposed(made, who)
    both_sign(made, row)
    partners.end_partner(made.developer.actor, made.key, who.key, at=day(1))
    assert Party.objects.get(pk=row.party.pk).ended_at is None


def test_whose_access_has_ended_is_proposed_anew_once_its_part_has_ended(made):
    who, by = trusted(), made.developer.actor
    both_sign(made, proposed(made, who))
    partners.end_partner(by, made.key, who.key, at=day(1))
    with pytest.raises(NotPossibleError, match="end its part, and propose it anew"):
        partners.let_begin_early(by, made.key, who.key, at=day(2))
    with pytest.raises(NotPossibleError, match="is a party of"):
        proposed(made, who, at=day(2))
    opening.end_part(by, made.key, who.key, Party.Part.PARTNER, at=day(2))
    assert proposed(made, who, at=day(2)).ends_at == day(40)


@pytest.mark.parametrize("part", ["reviewer", "determining"])
@pytest.mark.parametrize("ended", [False, True])
def test_who_is_or_was_of_the_governments_side_has_no_access_beyond_its_window(made, part, ended):
    """Else a part that is ended, and a record with early access, would outlast the ceiling."""
    both, by = side(OrganisationKind.REVIEWER, OrganisationKind.TRUSTED_PARTNER), made.developer
    opening.ask(by.actor, made.key, both.key, part, at=NOW)
    if ended:
        opening.end_part(by.actor, made.key, both.key, part, at=NOW)
    with pytest.raises(NotPossibleError, match="government's side" if ended else "already"):
        proposed(made, both, begins_at=NOW, ends_at=day(400), early=True)
    assert not Partner.objects.exists()


def test_a_signature_under_one_record_is_good_for_no_other_of_the_same_partner(made, lead):
    """Proposed anew in the same minute, it would otherwise be the same bytes."""
    who, key = trusted(), Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    first = Agreement.objects.get(party=proposed(made, who).party)
    signature = key.sign(bytes(first.document))
    partners.decline_partner(lead, made.key, who.key, at=NOW)
    again = Agreement.objects.get(party=proposed(made, who).party)
    numbers = [json.loads(bytes(one.document))["number"] for one in (first, again)]
    assert numbers == [first.number, again.number] == [1, 2]
    assert first.sha256 != again.sha256
    with pytest.raises(NotPossibleError):
        sign_detached(made.developer.actor, made.key, again.sha256, signature, public, at=NOW)
    # Nor are terms of its own that were signed in an earlier part good in a later one.
    assert again.party is not None
    both_sign(made, again.party.partner)
    own = terms.propose_default(made.developer.actor, made.key, for_partner=who.key, at=NOW)
    opening.end_part(made.developer.actor, made.key, who.key, Party.Part.PARTNER, at=NOW)
    both_sign(made, proposed(made, who))
    anew = terms.propose_default(made.developer.actor, made.key, for_partner=who.key, at=NOW)
    assert (own.number, anew.number) == (1, 2)
    assert own.sha256 != anew.sha256


def test_the_government_ends_nobodys_access(made, lead):
    """Access is the developer's to give and to end; a record that is signed is no permit."""
    who = trusted()
    both_sign(made, proposed(made, who))
    for other in (lead, made.government.actor, trusted().actor, OWNER):
        with pytest.raises(NotFoundError):
            partners.end_partner(other, made.key, who.key, at=NOW)


def test_what_is_proposed_is_a_trusted_partner_and_no_party_yet(made):
    vendor = side(OrganisationKind.VENDOR)
    with pytest.raises(NotPossibleError, match="there is no trusted partner"):
        proposed(made, vendor)
    with pytest.raises(NotPossibleError, match="there is no trusted partner"):
        partners.propose_partner(
            made.developer.actor,
            made.key,
            "nonsense\0",
            identity="x",
            scope="x",
            hardening="x",
            begins_at=day(21),
            ends_at=day(40),
            at=NOW,
        )
    both = side(OrganisationKind.TRUSTED_PARTNER, OrganisationKind.REVIEWER)
    join(made.row, both, Party.Part.REVIEWER)
    with pytest.raises(NotPossibleError, match="already"):
        proposed(made, both)
    who = trusted()
    proposed(made, who)
    with pytest.raises(NotPossibleError, match="already"):
        proposed(made, who)


@pytest.mark.parametrize("left_out", sorted(ATTESTED))
def test_nothing_is_left_unattested(made, left_out):
    with pytest.raises(NotPossibleError, match="is missing; say it in words"):
        proposed(made, trusted(), None, **{left_out: "  "})
    assert not Party.objects.filter(part=Party.Part.PARTNER).exists()


def test_dates_lie_ahead_and_have_a_zone(made):
    with pytest.raises(NotPossibleError, match="not ahead of it"):
        proposed(made, trusted(), begins_at=day(30), ends_at=day(30))
    with pytest.raises(NotPossibleError, match="has no zone"):
        proposed(made, trusted(), ends_at=day(40).replace(tzinfo=None))


def test_without_terms_nobody_is_proposed():
    made = engagement()
    with pytest.raises(NotPossibleError, match="no terms"):
        proposed(made, trusted())
