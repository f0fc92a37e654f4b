"""Where a trusted partner's own terms let two persons read together alone, its people do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pyrage.x25519 import Identity

from tests.desks.reviews.accesses import Access, access
from tests.desks.reviews.making import (
    NOW,
    Side,
    acknowledged,
    agree,
    day,
    grant,
    named,
    partnered,
    terms_of,
)
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Action, Kept
from tidegate.desks.reviews.models import Call, NamedPerson, Party, TwoPersonRequest
from tidegate.desks.reviews.queries.requests import list_requests
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.transcripts import hand_out, keep

pytestmark = pytest.mark.django_db

READING = frozenset({Action.READ_TRANSCRIPTS})


@dataclass(frozen=True)
class Partnered:
    """A trusted partner whose terms let two read, and a call of its evaluator's."""

    here: Access
    side: Side
    evaluator: NamedPerson
    call: str

    @property
    def holder(self) -> Actor:
        return actor_of(self.evaluator.person)

    def another(self, duty: str = NamedPerson.Duty.EVALUATOR) -> Actor:
        return actor_of(named(self.here.made.row, self.side, duty).person)

    def ask(self, by: Actor | None = None) -> TwoPersonRequest:
        who = by or self.holder
        return two_persons.ask(
            who, self.here.key, Action.READ_TRANSCRIPTS, self.call, "to compare", at=NOW
        )


def under_own_terms(two: frozenset[Action] = READING, **of_engagement: Any) -> Partnered:
    here = access(**of_engagement)
    side, _ = partnered(here.made, dates=(NOW, day(30)), early=True)
    own = terms_of(here.made, side, two_persons=two, content=Kept.BOTH)
    agreement = agree(here.made, own, partner=side)
    evaluator = named(here.made.row, side)
    acknowledged(agreement, evaluator.person)
    for party in Party.objects.filter(engagement=here.made.row):
        party.recipient = str(Identity.generate().to_public())
        party.save()
    held = grant(evaluator, begins_at=NOW, ends_at=day(9), secret="in use")
    call = Call.objects.create(
        engagement=here.made.row,
        grant=held,
        endpoint=here.endpoint,
        operation="chat",
        address="192.0.2.1",
        began_at=NOW,
        request_sha256="",
        request_bytes=1,
    )
    keep(Call.objects.get(pk=call.pk), b"said", whole=True, at=NOW)
    return Partnered(here, side, evaluator, call.key)


def test_two_people_of_a_partner_read_a_transcript_of_its_own_calls():
    own = under_own_terms()
    with pytest.raises(NotPossibleError, match="two persons"):
        hand_out(own.holder, own.call, at=NOW)
    request, other = own.ask(), own.another()
    assert [one.may_second for one in list_requests(other, at=NOW)] == [True]
    two_persons.second(other, request.key, at=NOW)
    assert hand_out(own.holder, own.call, at=NOW)
    with pytest.raises(NotPossibleError, match="two persons"):
        hand_out(own.holder, own.call, at=NOW)


def test_nobody_of_another_side_has_a_say_in_it_and_the_developer_reads_that_it_was_asked():
    own = under_own_terms(two_persons=READING)
    request = own.ask()
    reviewer, official = own.here.holder, own.here.another(NamedPerson.Duty.LEAD)
    stranger, _ = partnered(own.here.made, dates=(NOW, day(30)), early=True)
    of_another = actor_of(named(own.here.made.row, stranger).person)
    observer = own.another(NamedPerson.Duty.OBSERVER)
    for one in (reviewer, official, of_another, observer, own.here.developer, own.side.actor):
        with pytest.raises(NotFoundError):
            two_persons.second(one, request.key, at=NOW)
    for one in (reviewer, official, of_another):
        assert list_requests(one, at=NOW) == ()
        with pytest.raises(NotFoundError):
            own.ask(one)
    assert [one.key for one in list_requests(own.here.developer, at=NOW)] == [request.key]
    with pytest.raises(NotPossibleError, match="yourself"):
        two_persons.second(own.holder, request.key, at=NOW)


def test_what_a_partner_asks_is_on_record_for_the_developer_and_itself_and_its_people_are_told():
    own = under_own_terms()
    other = own.another()
    own.ask()
    entries = Entry.objects.filter(kind="two-person-asked")
    for reader, many in ((own.here.developer, 1), (own.holder, 1), (own.here.holder, 0)):
        assert narrowed(reader, entries, at=NOW).count() == many
    told = {one.person for entry in entries for one in who_is_told(entry, NOW)}
    assert told == {own.evaluator.person_id, other.person}


@pytest.mark.parametrize("gone", ["asker", "seconder", "part"])
def test_both_have_to_stand_there_still(gone: str):
    own = under_own_terms()
    second = named(own.here.made.row, own.side)
    two_persons.second(actor_of(second.person), own.ask().key, at=NOW)
    if gone == "part":
        own.here.made.now().parties.filter(organisation=own.side.organisation).update(ended_at=NOW)
    else:
        who = own.evaluator if gone == "asker" else second
        NamedPerson.objects.filter(pk=who.pk).update(recused_at=NOW)
    with pytest.raises((NotPossibleError, NotFoundError)):
        hand_out(own.holder, own.call, at=NOW)


def test_it_is_the_partners_own_terms_that_count():
    own = under_own_terms(frozenset(), two_persons=READING)
    with pytest.raises(NotPossibleError, match="no second person"):
        own.ask()
    assert hand_out(own.holder, own.call, at=NOW)
