"""The government reads all of a determination, the developer its words, nobody else anything."""

from __future__ import annotations

import pytest

from tests.desks.reviews.making import (
    NOW,
    Engaged,
    day,
    engagement,
    framework,
    named,
    partnered,
    person_in,
    side,
)
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Scope
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.reviews.models import Engagement, NamedPerson
from tidegate.desks.reviews.queries.determinations import (
    Consulted,
    DeterminationShown,
    Weighed,
    determination_page,
    get_evidence,
)
from tidegate.desks.reviews.services.consulting import consult, note_answer
from tidegate.desks.reviews.services.determining import determine, dissent
from tidegate.desks.reviews.services.evidence import add_document
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

WORDS = "It is a covered frontier model."
SECRETS = ("secret-reason", "secret-dissent", "secret-answer", "secret.pdf")


@pytest.fixture
def made() -> Engaged:
    """Return an engagement with a determination behind which there is all that there can be."""
    made = engagement(state=State.UNDER_EVALUATION, determined_by=True, terms=True)
    official, lead = of(made, NamedPerson.Duty.OFFICIAL), of(made, NamedPerson.Duty.LEAD)
    add_document(official, made.key, "secret.pdf", b"%PDF", at=NOW)
    consult(official, made.key, framework().bodies[0], at=NOW)
    note_answer(official, made.key, framework().bodies[0], "dissents", "secret-answer", at=NOW)
    determine(official, made.key, "covered", WORDS, reasons="secret-reason", at=day(1))
    dissent(lead, made.key, 1, "secret-dissent", at=day(2))
    return made


def of(made: Engaged, duty: str) -> Actor:
    assert made.determining is not None
    return actor_of(named(made.row, made.determining, duty).person)


def test_the_developer_reads_the_decision_its_date_and_its_words_alone(made):
    observer = actor_of(named(made.row, made.developer, NamedPerson.Duty.OBSERVER).person)
    for who in (made.developer.actor, observer):
        page = determination_page(who, made.key, at=day(3))
        assert page.determinations == (DeterminationShown(1, "covered", WORDS, day(1)),)
        assert not page.examines
        inside = (page.evidence, page.consultations, page.bodies, page.threshold, page.takes_two)
        assert inside == ((), (), (), "", False)
        assert not [word for word in SECRETS if word in str(page)]


@pytest.mark.parametrize("duty", ["official", "lead", "observer"])
def test_the_governments_named_people_read_all_of_it(made, duty):
    page = determination_page(of(made, duty), made.key, at=day(3))
    assert page.examines
    (row,) = page.determinations
    assert row.reasons == "secret-reason"
    assert [one.words for one in row.dissents] == ["secret-dissent"]
    assert row.consulted == (Consulted(framework().bodies[0], "dissents"),)
    (kept,) = page.evidence
    assert row.weighed == (Weighed("secret.pdf", kept.sha256),)
    assert (kept.name, kept.can_be_had) == ("secret.pdf", True)
    assert [one.words for one in page.consultations] == ["secret-answer"]
    assert page.bodies == framework().bodies[1:]
    assert page.threshold == framework().threshold


def test_a_page_that_is_printed_by_mistake_holds_no_reasons(made):
    page = determination_page(of(made, NamedPerson.Duty.OBSERVER), made.key, at=day(3))
    printed = repr(page)
    assert not [word for word in SECRETS[:3] if word in printed]


def test_everybody_is_shown_what_they_may_do_and_no_more(made):
    official, observer = of(made, NamedPerson.Duty.OFFICIAL), of(made, NamedPerson.Duty.OBSERVER)
    reviewing = actor_of(named(made.row, made.government).person)
    expected = {
        official: {"evidence", "consult", "determine", "dissent"},
        of(made, NamedPerson.Duty.LEAD): {"evidence", "consult", "dissent"},
        reviewing: {"evidence", "consult"},
        observer: set(),
        made.developer.actor: {"evidence"},
        narrowed_to(official, scopes=[Scope.READ]): set(),
    }
    for actor, able in expected.items():
        assert determination_page(actor, made.key, at=NOW).may == able, actor.name
    Engagement.objects.update(state=State.CLOSED, closed_at=NOW)
    assert determination_page(official, made.key, at=NOW).may == set()


def test_nobody_else_reads_any_of_it(made):
    partner, _ = partnered(made, dates=(NOW, day(9)))
    evaluator = actor_of(named(made.row, partner).person)
    (kept,) = determination_page(of(made, NamedPerson.Duty.LEAD), made.key, at=NOW).evidence
    strangers = (
        made.determining.actor,
        actor_of(person_in(made.government.organisation)),
        partner.actor,
        evaluator,
        side(OrganisationKind.COORDINATOR).actor,
        OWNER,
        NOBODY,
    )
    for stranger in strangers:
        with pytest.raises(NotFoundError):
            determination_page(stranger, made.key, at=NOW)
        with pytest.raises(NotFoundError):
            get_evidence(stranger, kept.key, at=NOW)
    with pytest.raises(NotFoundError):
        get_evidence(made.developer.actor, kept.key, at=NOW)


def test_with_a_withdrawal_the_developer_alone_still_reads_its_words(
    made,
):
    official = of(made, NamedPerson.Duty.OFFICIAL)
    Engagement.objects.update(state=State.WITHDRAWN, withdrawn_at=day(3))
    with pytest.raises(NotFoundError):
        determination_page(official, made.key, at=day(3))
    page = determination_page(made.developer.actor, made.key, at=day(3))
    assert [row.words for row in page.determinations] == [WORDS]
    assert page.may == set()
