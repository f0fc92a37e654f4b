"""A person decides; the developer is told the decision in chosen words, and nothing behind it."""

from __future__ import annotations

import pytest

from tests.desks.reviews.making import (
    NOW,
    Engaged,
    agree,
    day,
    engagement,
    framework,
    named,
    terms_of,
)
from tidegate.desks.access.actors import HOUSE, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import Determination, Dissent, NamedPerson
from tidegate.desks.reviews.sealing import DISSENT, REASONS, opened_text
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.consulting import consult, note_answer
from tidegate.desks.reviews.services.determining import determine, dissent
from tidegate.desks.reviews.services.evidence import add_digest, set_aside
from tidegate.desks.reviews.services.releasing import record_release
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

WORDS = "It is a covered frontier model."
REASONS_GIVEN = "The third task of the sealed set was solved without help."


@pytest.fixture
def made() -> Engaged:
    return engagement(state=State.UNDER_EVALUATION, determined_by=True, terms=True)


def person_of(made: Engaged, duty: str) -> Actor:
    assert made.determining is not None
    return actor_of(named(made.row, made.determining, duty).person)


@pytest.fixture
def official(made: Engaged) -> Actor:
    return person_of(made, NamedPerson.Duty.OFFICIAL)


def test_a_decision_leads_the_engagement_on_and_the_newest_one_holds(made, official):
    first = determine(official, made.key, "covered", WORDS, at=NOW)
    assert made.now().state == State.DETERMINED
    second = determine(official, made.key, "not-covered", "It is not, after all.", at=day(1))
    assert (first.number, second.number) == (1, 2)
    assert made.now().state == State.DETERMINED


def test_asking_for_more_evidence_leads_nowhere(made, official):
    determine(official, made.key, "more-evidence", "Show us the longer runs.", at=NOW)
    assert made.now().state == State.UNDER_EVALUATION


def test_it_names_what_was_weighed_and_who_was_consulted_as_of_then(made, official):
    kept = add_digest(official, made.key, "runs", "ab" * 32, at=NOW)
    aside = add_digest(official, made.key, "rumour", "cd" * 32, at=NOW)
    set_aside(official, aside.key, at=NOW)
    body, other = framework().bodies[:2]
    consult(official, made.key, body, at=NOW)
    note_answer(official, made.key, body, "dissents", "no", at=NOW)
    consult(official, made.key, other, at=NOW)
    row = determine(official, made.key, "covered", WORDS, reasons=REASONS_GIVEN, at=NOW)
    set_aside(official, kept.key, at=day(1))
    row.refresh_from_db()
    assert row.weighed == [{"name": "runs", "sha256": "ab" * 32}]
    assert row.consulted == [{"body": body, "view": "dissents"}, {"body": other, "view": ""}]
    assert REASONS_GIVEN not in row.reasons
    assert opened_text(row.reasons, REASONS) == REASONS_GIVEN


def test_the_ledger_shows_the_developer_the_decision_and_its_words_alone(made, official):
    add_digest(official, made.key, "runs", "ab" * 32, at=NOW)
    consult(official, made.key, framework().bodies[0], at=NOW)
    determine(official, made.key, "covered", WORDS, reasons=REASONS_GIVEN, at=NOW)
    (row,) = list_entries(made.developer.actor, engagement=made.key).rows
    assert row.kind == "model-determined"
    assert (row.said["decision"], row.said["words"]) == ("covered", WORDS)
    assert set(row.said) == {"decision", "words", "number"}
    inside = {one.kind for one in list_entries(official, engagement=made.key).rows}
    assert inside >= {"model-determined", "determination-reasoned", "evidence-added"}
    assert REASONS_GIVEN not in " ".join(one.text for one in Entry.objects.all())


def test_only_the_official_of_the_determining_party_decides(made, official):
    reviewing = actor_of(named(made.row, made.government, NamedPerson.Duty.OFFICIAL).person)
    others = (
        made.developer.actor,
        made.determining.actor,
        person_of(made, NamedPerson.Duty.LEAD),
        person_of(made, NamedPerson.Duty.OBSERVER),
        reviewing,
        narrowed_to(official, scopes=[Scope.READ]),
        OWNER,
    )
    for other in others:
        with pytest.raises(NotFoundError):
            determine(other, made.key, "covered", WORDS, at=NOW)
    with pytest.raises(NotPossibleError, match="a person decides"):
        determine(HOUSE, made.key, "covered", WORDS, at=NOW)
    assert not Determination.objects.exists()


def test_a_decision_needs_words_and_is_one_of_three(made, official):
    with pytest.raises(NotPossibleError, match="what the developer is told"):
        determine(official, made.key, "covered", " ", at=NOW)
    with pytest.raises(NotPossibleError, match="is no decision"):
        determine(official, made.key, "approved", WORDS, at=NOW)


def test_whether_it_would_be_covered_is_answered_without_terms():
    asked = engagement(asks="coverage", determined_by=True)
    determine(
        person_of(asked, NamedPerson.Duty.OFFICIAL), asked.key, "not-covered", "It is not.", at=NOW
    )
    assert asked.now().state == State.DETERMINED


@pytest.mark.parametrize("decision", Determination.Decision.values)
def test_no_decision_stands_in_the_way_of_a_release(made, official, decision):
    determine(official, made.key, decision, WORDS, at=NOW)
    record_release(made.developer.actor, made.key, "public", NOW, at=day(1))
    assert made.now().state == State.RELEASED
    determine(official, made.key, decision, WORDS, at=day(2))
    assert made.now().state == State.RELEASED


@pytest.fixture
def of_two() -> Engaged:
    made = engagement(state=State.UNDER_EVALUATION, determined_by=True)
    agree(made, terms_of(made, two_persons=frozenset({Action.DETERMINE})))
    return made


def test_where_the_terms_say_so_two_persons_decide(of_two):
    official = person_of(of_two, NamedPerson.Duty.OFFICIAL)
    with pytest.raises(NotPossibleError):
        determine(official, of_two.key, "covered", WORDS, at=NOW)
    assert of_two.now().state == State.UNDER_EVALUATION
    request = two_persons.ask(
        official, of_two.key, Action.DETERMINE, of_two.key, "to decide", at=NOW
    )
    with pytest.raises(NotPossibleError):
        determine(official, of_two.key, "covered", WORDS, at=NOW)
    two_persons.second(person_of(of_two, NamedPerson.Duty.LEAD), request.key, at=NOW)
    determine(official, of_two.key, "covered", WORDS, at=NOW)
    with pytest.raises(NotPossibleError):
        determine(official, of_two.key, "not-covered", WORDS, at=NOW)
    assert Determination.objects.count() == 1


def test_one_person_asks_for_more_evidence_also_then(of_two):
    official = person_of(of_two, NamedPerson.Duty.OFFICIAL)
    determine(official, of_two.key, "more-evidence", "Show us more.", at=NOW)
    assert Determination.objects.count() == 1


def test_a_dissent_is_kept_with_the_determination_once_a_person_and_sealed(made, official):
    determine(official, made.key, "covered", WORDS, at=NOW)
    lead = person_of(made, NamedPerson.Duty.LEAD)
    kept = dissent(lead, made.key, 1, "The runs do not show it.", at=NOW)
    assert "runs" not in kept.words
    assert opened_text(kept.words, DISSENT) == "The runs do not show it."
    with pytest.raises(NotPossibleError, match="already"):
        dissent(lead, made.key, 1, "again", at=NOW)
    with pytest.raises(NotPossibleError, match="your own"):
        dissent(official, made.key, 1, "hm", at=NOW)
    with pytest.raises(NotFoundError):
        dissent(lead, made.key, 2, "no such one", at=NOW)


def test_nobody_outside_of_the_determining_side_dissents(made, official):
    determine(official, made.key, "covered", WORDS, at=NOW)
    lead = person_of(made, NamedPerson.Duty.LEAD)
    others = (
        made.developer.actor,
        actor_of(named(made.row, made.government, NamedPerson.Duty.LEAD).person),
        person_of(made, NamedPerson.Duty.OBSERVER),
        narrowed_to(lead, scopes=[Scope.READ]),
        made.determining.actor,
    )
    for other in others:
        with pytest.raises(NotFoundError):
            dissent(other, made.key, 1, "no", at=NOW)
    assert not Dissent.objects.exists()
