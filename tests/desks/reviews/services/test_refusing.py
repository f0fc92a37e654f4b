"""Who asks for what is not theirs is refused, and it is on record that they have asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.desks.parties.makers import chief
from tests.desks.reviews.accesses import Access, access
from tests.desks.reviews.making import NOW, Side, determining, named, partnered, reviewer
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.desks.reviews.models import (
    Attempt,
    Call,
    NamedPerson,
    Party,
    Transcript,
    TwoPersonRequest,
)
from tidegate.desks.reviews.queries.determinations import determination_page
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.queries.grants import grant_page
from tidegate.desks.reviews.services import evidence, two_persons
from tidegate.desks.reviews.services.refusing import asked_of, put_on_record
from tidegate.desks.reviews.services.transcripts import hand_out

pytestmark = pytest.mark.django_db


def refused(actor: Actor, *named: str, ask, at: datetime = NOW) -> bool:
    """Ask, be refused, and say whether that was put on record as an attempt."""
    with pytest.raises(NotFoundError) as caught:
        ask(actor, *named, at=at)
    assert actor.person is not None
    return put_on_record(asked_of(caught.value, actor.person, ("reviews",), "console", at=at))


def entries(here: Access) -> list[Entry]:
    return list(Entry.objects.filter(engagement=here.key, kind="access-refused").order_by("index"))


def with_transcript() -> tuple[Access, Call]:
    here = access()
    call = Call.objects.create(
        engagement=here.made.row,
        grant=here.taken_up(),
        endpoint=here.endpoint,
        operation="chat",
        address="192.0.2.1",
        began_at=NOW,
        request_sha256="",
        request_bytes=1,
    )
    Transcript.objects.create(call=call, content=b"sealed", kept_for=[], kept_at=NOW)
    return here, call


def test_a_reviewer_who_asks_for_another_engagements_transcript_is_on_record_there():
    (here, call), other = with_transcript(), access()
    assert refused(other.holder, call.key, ask=hand_out)
    (entry,) = entries(here)
    person = other.evaluator.person
    assert (entry.said["what"], entry.said["face"]) == ("transcript", "console")
    assert (entry.said["who"], entry.said["name"]) == (person.key, person.name)
    assert entry.actor == "tidegate"
    assert entries(other) == []
    rows = Entry.objects.filter(pk=entry.pk)
    assert narrowed(here.developer, rows, at=NOW).exists()
    for one in (other.holder, other.developer, here.holder, here.lead, chief()):
        assert not narrowed(one, rows, at=NOW).exists()
    told = [one.person for one in who_is_told(entry, NOW)]
    assert told == [here.made.developer.person.pk]


def test_a_curious_coordinator_is_on_record():
    here = access()
    curious = chief()
    assert refused(curious, here.key, ask=engagement_page)
    assert refused(curious, here.issued().key, ask=grant_page)
    assert [one.said["what"] for one in entries(here)] == ["engagement"]
    assert set(Attempt.objects.values_list("what", "count")) == {("engagement", 1), ("grant", 1)}


def test_whoever_is_inside_and_asks_for_what_they_may_not_see_there_is_on_record_too():
    here, call = with_transcript()
    side, _ = partnered(here.made, dates=(NOW, NOW + timedelta(days=9)), early=True)
    at_partner = Side(side.organisation, named(here.made.row, side).person)
    assert refused(at_partner.actor, call.key, ask=hand_out)
    # The lead reads that there was a call, but not what was said.
    assert refused(here.lead, call.key, ask=hand_out)
    assert [one.said["what"] for one in entries(here)] == ["transcript"] * 2
    assert refused(at_partner.actor, here.key, ask=determination_page)


def test_within_an_hour_one_entry_tells_of_all_that_somebody_has_tried():
    here = access()
    curious, other = chief(), reviewer().actor
    for minute in (0, 1, 59):
        refused(curious, here.key, ask=engagement_page, at=NOW + timedelta(minutes=minute))
    assert len(entries(here)) == 1
    assert Attempt.objects.get().count == 3
    refused(other, here.key, ask=engagement_page)
    refused(curious, here.key, ask=engagement_page, at=NOW + timedelta(hours=1))
    assert [one.said["who"] for one in entries(here)] == [curious.key, other.key, curious.key]


def test_what_is_not_there_and_what_they_may_see_is_no_attempt():
    here = access()
    curious = chief()
    assert not refused(curious, "E-AAAAA-AAAAA", ask=engagement_page)
    assert not refused(curious, "", ask=engagement_page)
    error = NotFoundError("version", 7)
    for one in (here.developer, here.holder, here.lead):
        assert one.person is not None
        words = ("reviews", here.key, "terms")
        assert not put_on_record(asked_of(error, one.person, words, "api", at=NOW))
    assert not Attempt.objects.exists()
    assert entries(here) == []


def test_another_part_that_somebody_asks_for_by_its_organisation_counts():
    here = access()
    first, _ = partnered(here.made, dates=(NOW, NOW + timedelta(days=9)))
    second, _ = partnered(here.made, dates=(NOW, NOW + timedelta(days=9)))
    words = ("reviews", here.key, "partners", second.key, "decline")
    for named_party, counts in ((second.key, True), (first.key, False)):
        asked = asked_of(
            NotFoundError("party", named_party), first.person.pk, words, "console", at=NOW
        )
        assert put_on_record(asked) is counts
    assert [one.what for one in Attempt.objects.all()] == ["party"]


def test_a_developer_learns_nothing_of_what_the_government_keeps_to_itself():
    here = access()
    agency = determining()
    Party.objects.create(
        engagement=here.made.row,
        organisation=agency.organisation,
        part="determining",
        invited_by="somebody",
        invited_at=NOW,
    )
    official = named(here.made.row, agency, NamedPerson.Duty.OFFICIAL)
    document = evidence.add_document(here.holder, here.key, "card.txt", b"a card", at=NOW)
    decision = TwoPersonRequest.objects.create(
        engagement=here.made.row,
        action="determine",
        subject=here.key,
        reason="it is due",
        asked_by=official.person,
        asked_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    assert refused(here.developer, document.key, ask=evidence.hand_out_evidence)
    assert refused(here.developer, decision.key, ask=two_persons.second)
    (entry,) = entries(here)
    assert entry.said["what"] == "evidence"
    rows = Entry.objects.filter(pk=entry.pk)
    assert not narrowed(here.developer, rows, at=NOW).exists()
    assert narrowed(here.holder, rows, at=NOW).count() == 1
    # What the developer is told of is told besides.
    assert refused(chief(), here.key, ask=engagement_page)
    assert narrowed(here.developer, Entry.objects.filter(kind="access-refused"), at=NOW).exists()
