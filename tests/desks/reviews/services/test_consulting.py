"""Whom the government consults, and what they said, is the government's alone."""

from __future__ import annotations

import pytest

from tests.desks.reviews.making import NOW, Engaged, day, engagement, framework, named
from tidegate.desks.access.actors import HOUSE, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.models import Membership
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Consultation, NamedPerson
from tidegate.desks.reviews.sealing import CONSULTED, opened_text
from tidegate.desks.reviews.services.consulting import consult, note_answer
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

WORDS = "It writes working exploits; we would call it covered."


@pytest.fixture
def made() -> Engaged:
    return engagement(state=State.TERMS_AGREED, determined_by=True, terms=True)


@pytest.fixture
def official(made: Engaged) -> Actor:
    assert made.determining is not None
    return actor_of(named(made.row, made.determining, NamedPerson.Duty.OFFICIAL).person)


@pytest.fixture
def body() -> str:
    return framework().bodies[0]


def test_a_body_is_consulted_and_answers_once(made, official, body):
    asked = consult(official, made.key, body, at=NOW)
    assert (asked.view, asked.answered_at) == ("", None)
    answered = note_answer(official, made.key, body, "dissents", WORDS, at=day(1))
    assert (answered.view, answered.answered_at) == ("dissents", day(1))
    with pytest.raises(NotPossibleError, match="already"):
        consult(official, made.key, body, at=day(1))
    with pytest.raises(NotPossibleError, match="stays as it is"):
        note_answer(official, made.key, body, "concurs", "", at=day(2))
    assert Consultation.objects.get().view == "dissents"


def test_what_it_said_is_kept_sealed_and_out_of_the_ledger(made, official, body):
    consult(official, made.key, body, at=NOW)
    note_answer(official, made.key, body, "concurs", WORDS, at=NOW)
    kept = Consultation.objects.get().words
    assert WORDS not in kept
    assert opened_text(kept, CONSULTED) == WORDS
    assert WORDS not in " ".join(one.text for one in Entry.objects.all())


def test_only_bodies_of_the_framework_are_consulted_and_only_known_views_noted(
    made, official, body
):
    with pytest.raises(NotPossibleError, match="is no body of the framework"):
        consult(official, made.key, "the press", at=NOW)
    consult(official, made.key, body, at=NOW)
    with pytest.raises(NotPossibleError, match="is no view"):
        note_answer(official, made.key, body, "approves", at=NOW)
    with pytest.raises(NotFoundError):
        note_answer(official, made.key, framework().bodies[1], "concurs", at=NOW)


def test_the_developer_neither_notes_nor_learns_whom_they_consult(made, official, body):
    own = made.developer.actor
    with pytest.raises(NotFoundError):
        consult(own, made.key, body, at=NOW)
    consult(official, made.key, body, at=NOW)
    with pytest.raises(NotFoundError):
        note_answer(own, made.key, body, "concurs", at=NOW)
    assert list_entries(own, engagement=made.key).rows == ()
    assert len(list_entries(official, engagement=made.key).rows) == 1


def test_whoever_only_observes_through_the_government_does_not_write_as_the_developer(made, body):
    """A place with the developer gives nobody a hand in what the government notes."""
    assert made.determining is not None
    both = named(made.row, made.determining, NamedPerson.Duty.OBSERVER).person
    Membership.objects.create(
        organisation=made.developer.organisation, person=both, role=Role.ADMINISTRATOR, since=NOW
    )
    with pytest.raises(NotFoundError):
        consult(actor_of(both), made.key, body, at=NOW)


def test_neither_the_house_nor_the_owner_nor_an_unnamed_administrator_consults(made, body):
    for who in (HOUSE, OWNER, made.determining.actor):
        with pytest.raises(NotFoundError):
            consult(who, made.key, body, at=NOW)


def test_nothing_is_noted_once_it_is_closed(body):
    over = engagement(state=State.CLOSED, determined_by=True, terms=True)
    assert over.determining is not None
    person = named(over.row, over.determining, NamedPerson.Duty.OFFICIAL).person
    with pytest.raises(NotPossibleError, match="closed"):
        consult(actor_of(person), over.key, body, at=NOW)
