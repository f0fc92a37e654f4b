"""Each partner sees itself; the two sides see all of them, how far they are and who has to sign."""

from __future__ import annotations

import pytest

from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    agree,
    day,
    engagement,
    named,
    side,
    signed,
)
from tests.desks.reviews.making import partner as trusted
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Agreement, Engagement, NamedPerson
from tidegate.desks.reviews.queries.partners import PartnerShown, Standing, partners_page
from tidegate.desks.reviews.services import partners
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Engaged:
    return engagement(state=State.WINDOW_OPEN, terms=True, window=(NOW, day(20)))


@pytest.fixture
def lead(made: Engaged) -> Actor:
    return actor_of(named(made.row, made.government, NamedPerson.Duty.LEAD).person)


def proposed(made: Engaged, who: Side) -> Agreement:
    row = partners.propose_partner(
        made.developer.actor,
        made.key,
        who.key,
        identity="met in person",
        scope="their own products",
        hardening="hardware keys",
        begins_at=day(21),
        ends_at=day(30),
        at=NOW,
    )
    return Agreement.objects.get(party=row.party, kind=Agreement.Kind.PARTNER)


def agreed(made: Engaged, record: Agreement) -> None:
    signed(record, made.developer)
    signed(record, made.government)
    record.agreed_at = NOW
    record.save(update_fields=["agreed_at"])
    partners.agreed(record, at=NOW)


def only(made: Engaged, actor: Actor, at=NOW) -> PartnerShown:
    (row,) = partners_page(actor, made.key, at=at).partners
    return row


def test_it_is_shown_who_has_signed_and_whose_signature_is_missing(made, lead):
    record = proposed(made, trusted())
    assert only(made, lead).waits_for == ("developer", "government")
    signed(record, made.government)
    row = only(made, lead)
    assert (row.standing, row.waits_for) == (Standing.PROPOSED, ("developer",))
    assert [one.organisation for one in row.signatures] == [made.government.organisation.name]
    assert (row.record_number, row.record_sha256) == (1, record.sha256)
    assert "sign" not in row.may
    assert "sign" in only(made, made.developer.actor).may


def test_how_far_it_is_follows_signatures_terms_dates_and_the_window(made, lead):
    who = trusted()
    record = proposed(made, who)
    agreed(made, record)
    assert only(made, lead, day(22)).standing is Standing.AGREED
    agree(made, partner=who)
    assert only(made, lead, day(20)).standing is Standing.AGREED
    assert only(made, lead, day(21)).standing is Standing.HAS_ACCESS
    assert only(made, lead, day(30)).standing is Standing.ENDED
    Engagement.objects.update(window_ends_at=day(25))
    row = only(made, lead, day(22))
    assert (row.standing, row.begins_at, row.access_begins_at) == (
        Standing.AGREED,
        day(21),
        day(25),
    )


def test_what_was_declined_is_shown_as_that_and_nothing_can_be_done_with_it(made, lead):
    who = trusted()
    proposed(made, who)
    partners.decline_partner(lead, made.key, who.key, at=NOW)
    row = only(made, made.developer.actor)
    assert (row.standing, row.waits_for, row.may) == (Standing.DECLINED, (), frozenset())


def test_a_partner_sees_itself_once_it_was_told_and_nobody_else(made, lead):
    one, other = trusted(), trusted()
    record = proposed(made, one)
    agreed(made, proposed(made, other))
    with pytest.raises(NotFoundError):
        partners_page(one.actor, made.key, at=NOW)
    agreed(made, record)
    page = partners_page(one.actor, made.key, at=NOW)
    assert [row.organisation for row in page.partners] == [one.key]
    assert (page.earliest, page.may) == (None, frozenset())
    assert only(made, one.actor).may == {"end", "terms"}
    assert len(partners_page(lead, made.key, at=NOW).partners) == 2


def test_each_side_is_shown_what_it_may_do(made, lead):
    record = proposed(made, trusted())
    own = made.developer.actor
    assert partners_page(own, made.key, at=NOW).may == {"propose", "early"}
    assert partners_page(lead, made.key, at=NOW).may == {"propose"}
    assert only(made, own).may == {"sign", "decline", "let-early"}
    assert only(made, lead).may == {"sign", "decline"}
    evaluator = actor_of(named(made.row, made.government).person)
    assert only(made, evaluator).may == frozenset()
    agreed(made, record)
    assert only(made, own).may == {"end", "terms", "let-early"}
    assert only(made, lead).may == frozenset()


def test_once_it_is_closed_nothing_can_be_done(made):
    proposed(made, trusted())
    Engagement.objects.update(state=State.CLOSED, closed_at=NOW)
    page = partners_page(made.developer.actor, made.key, at=NOW)
    assert page.may == frozenset()
    assert {row.may for row in page.partners} == {frozenset()}


def test_nobody_else_sees_any(made):
    proposed(made, trusted())
    for stranger in (side(OrganisationKind.COORDINATOR).actor, trusted().actor, OWNER, NOBODY):
        with pytest.raises(NotFoundError):
            partners_page(stranger, made.key, at=NOW)
    # Whoever only leads an agency's part sees that there is an engagement, and no partner of it.
    assert partners_page(made.government.actor, made.key, at=NOW).partners == ()
