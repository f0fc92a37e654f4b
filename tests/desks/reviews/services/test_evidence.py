"""Evidence reaches the government's named people, sealed, and nobody else learns of it."""

from __future__ import annotations

import hashlib

import pytest

from tests.desks.reviews.making import NOW, Engaged, day, engagement, named, reviewer
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Evidence, NamedPerson
from tidegate.desks.reviews.services import evidence
from tidegate.desks.reviews.services.evidence import (
    add_digest,
    add_document,
    hand_out_evidence,
    set_aside,
)
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

CONTENT = b"%PDF a card that says what the model can do"


@pytest.fixture
def made() -> Engaged:
    return engagement(state=State.TERMS_AGREED, determined_by=True, terms=True)


def of(made: Engaged, duty: str, side=None) -> Actor:
    return actor_of(named(made.row, side or made.government, duty).person)


@pytest.fixture
def evaluator(made: Engaged) -> Actor:
    return of(made, NamedPerson.Duty.EVALUATOR)


def test_a_document_comes_back_as_it_was_and_is_sealed_meanwhile(made, evaluator):
    kept = add_document(evaluator, made.key, "card.pdf", CONTENT, at=NOW)
    assert kept.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert kept.size == len(CONTENT)
    assert kept.document is not None
    assert CONTENT not in bytes(kept.document.content)
    assert hand_out_evidence(evaluator, kept.key, at=NOW) == CONTENT


def test_of_what_is_kept_elsewhere_the_digest_alone_is_known(made, evaluator):
    digest = "AB" * 32
    kept = add_digest(evaluator, made.key, "benchmark", digest, kind="benchmark-report", at=NOW)
    assert (kept.sha256, kept.size, kept.document) == (digest.lower(), None, None)
    with pytest.raises(NotPossibleError, match=digest.lower()):
        hand_out_evidence(evaluator, kept.key, at=NOW)


@pytest.mark.parametrize("digest", ["", "ab" * 31, "zz" * 32, "ab" * 33, "ab" * 32 + "\n0"])
def test_what_is_no_digest_is_refused(made, evaluator, digest):
    with pytest.raises(NotPossibleError, match="64 hexadecimal digits"):
        add_digest(evaluator, made.key, "benchmark", digest, at=NOW)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../card.pdf", CONTENT),
        (".hidden.pdf", CONTENT),
        ("card.pdf\u202egpj", CONTENT),
        ("card.exe", CONTENT),
        ("n" * 300 + ".pdf", CONTENT),
        ("card.pdf", b""),
    ],
)
def test_a_file_that_could_lead_elsewhere_is_refused(made, evaluator, name, content):
    with pytest.raises(NotPossibleError):
        add_document(evaluator, made.key, name, content, at=NOW)
    assert not Evidence.objects.exists()


def test_one_person_cannot_fill_the_house(made, evaluator, monkeypatch):
    monkeypatch.setattr(evidence, "LARGEST_OF_ONE", len(CONTENT) + 1)
    add_document(evaluator, made.key, "one.pdf", CONTENT, at=NOW)
    with pytest.raises(NotPossibleError, match="bytes"):
        add_document(evaluator, made.key, "two.pdf", CONTENT, at=NOW)
    # Somebody else's room is their own, so that nobody can measure what others have added.
    add_document(of(made, NamedPerson.Duty.LEAD), made.key, "two.pdf", CONTENT, at=NOW)


def test_a_developer_may_hand_one_in_and_reads_none(made, evaluator):
    own = made.developer.actor
    given = add_document(own, made.key, "card.pdf", CONTENT, at=NOW)
    add_document(evaluator, made.key, "secret.pdf", CONTENT + b"2", at=NOW)
    assert hand_out_evidence(evaluator, given.key, at=NOW) == CONTENT
    for one in Evidence.objects.all():
        with pytest.raises(NotFoundError):
            hand_out_evidence(own, one.key, at=NOW)
        with pytest.raises(NotFoundError):
            set_aside(own, one.key, at=NOW)
    told = list_entries(own, engagement=made.key).rows
    assert {row.said["evidence"] for row in told} == {given.key}


def test_nobody_else_adds_or_has_any(made, evaluator):
    kept = add_document(evaluator, made.key, "card.pdf", CONTENT, at=NOW)
    other = engagement(state=State.TERMS_AGREED, terms=True)
    strangers = (
        made.government.actor,
        reviewer().actor,
        of(other, NamedPerson.Duty.OFFICIAL, other.government),
        OWNER,
        NOBODY,
    )
    for stranger in strangers:
        with pytest.raises(NotFoundError):
            add_document(stranger, made.key, "card.pdf", CONTENT, at=NOW)
        with pytest.raises(NotFoundError):
            hand_out_evidence(stranger, kept.key, at=NOW)
    assert Evidence.objects.count() == 1


def test_an_observer_reads_and_adds_nothing(made, evaluator):
    observer = of(made, NamedPerson.Duty.OBSERVER)
    kept = add_document(evaluator, made.key, "card.pdf", CONTENT, at=NOW)
    assert hand_out_evidence(observer, kept.key, at=NOW) == CONTENT
    with pytest.raises(NotFoundError):
        add_document(observer, made.key, "more.pdf", CONTENT, at=NOW)
    with pytest.raises(NotFoundError):
        set_aside(observer, kept.key, at=NOW)


def test_what_is_set_aside_stays_and_is_set_aside_once(made, evaluator):
    kept = add_document(evaluator, made.key, "card.pdf", CONTENT, at=NOW)
    assert set_aside(evaluator, kept.key, at=day(1)).set_aside_at == day(1)
    assert hand_out_evidence(evaluator, kept.key, at=day(1)) == CONTENT
    with pytest.raises(NotPossibleError, match="already"):
        set_aside(evaluator, kept.key, at=day(2))


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nothing_is_added_once_it_is_over(state):
    over = engagement(state=state, terms=True)
    with pytest.raises((NotPossibleError, NotFoundError)):
        add_document(of(over, NamedPerson.Duty.EVALUATOR), over.key, "a.pdf", CONTENT, at=NOW)
    with pytest.raises(NotPossibleError):
        add_document(over.developer.actor, over.key, "a.pdf", CONTENT, at=NOW)


def test_who_had_it_is_on_record_once_for_the_government_and_names_no_file(made, evaluator):
    kept = add_document(evaluator, made.key, "card.pdf", CONTENT, at=NOW)
    hand_out_evidence(evaluator, kept.key, at=NOW)
    entries = Entry.objects.filter(kind="evidence-read")
    # An entry for each agency would show the developer, from the gap, which of them were made here.
    assert [one.only_for for one in entries] == ["government"]
    assert {one.person for one in entries} == {evaluator.key}
    official = of(made, NamedPerson.Duty.OFFICIAL, made.determining)
    for who, reads in ((evaluator, 1), (official, 1), (made.developer.actor, 0)):
        assert narrowed(who, entries, at=NOW).count() == reads
    # Its administrators who are not named read nothing of it.
    assert not narrowed(made.determining.actor, entries, at=NOW).exists()
    assert "card.pdf" not in " ".join(one.text for one in Entry.objects.all())
