"""What takes two persons takes two: one asks, another one seconds, and both still stand there."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desks.reviews.accesses import Access, access, kinds
from tests.desks.reviews.making import NOW, day, named
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import NamedPerson, TwoPersonRequest
from tidegate.desks.reviews.queries.requests import list_requests
from tidegate.desks.reviews.services import two_persons

pytestmark = pytest.mark.django_db

DETERMINE = Action.DETERMINE


def here_with_two() -> Access:
    return access(two_persons=frozenset({Action.DETERMINE}))


def asked(here: Access, by=None, at=NOW) -> TwoPersonRequest:
    return two_persons.ask(by or here.holder, here.key, DETERMINE, here.key, "it is due", at=at)


def spend(here: Access, person: int, at=NOW) -> TwoPersonRequest:
    return two_persons.spend(here.made.row, DETERMINE, here.key, person_id=person, at=at)


def test_who_has_asked_does_it_once_when_another_has_seconded():
    here = here_with_two()
    other = here.another()
    request = asked(here)
    assert [one.may_second for one in list_requests(other, at=NOW)] == [True]
    assert [one.may_second for one in list_requests(here.holder, at=NOW)] == [False]
    two_persons.second(other, request.key, at=NOW)
    assert spend(here, here.evaluator.person_id).used_at == NOW
    with pytest.raises(NotPossibleError, match="two persons"):
        spend(here, here.evaluator.person_id)
    assert kinds(here.key)[-2:] == ["two-person-asked", "two-person-seconded"]


def test_nobody_seconds_themselves():
    here = here_with_two()
    request = asked(here)
    with pytest.raises(NotPossibleError, match="yourself"):
        two_persons.second(here.holder, request.key, at=NOW)
    with pytest.raises(NotPossibleError):
        spend(here, here.evaluator.person_id)


def test_who_has_seconded_does_not_do_it_in_place_of_who_asked():
    here = here_with_two()
    other = here.another()
    two_persons.second(other, asked(here).key, at=NOW)
    assert other.person is not None
    with pytest.raises(NotPossibleError):
        spend(here, other.person)


def test_its_time_is_a_day():
    here = here_with_two()
    other = here.another()
    request = asked(here)
    late = NOW + two_persons.GOOD_FOR
    with pytest.raises(NotPossibleError, match="ask for it again"):
        two_persons.second(other, request.key, at=late)
    two_persons.second(other, request.key, at=day(0.5))
    with pytest.raises(NotPossibleError):
        spend(here, here.evaluator.person_id, late)


@pytest.mark.parametrize("who", ["asker", "seconder"])
def test_whoever_has_stepped_back_counts_no_more(who: str):
    here = here_with_two()
    second = named(here.made.row, here.government)
    two_persons.second(actor_of(second.person), asked(here).key, at=NOW)
    gone = here.evaluator if who == "asker" else second
    NamedPerson.objects.filter(pk=gone.pk).update(recused_at=NOW)
    with pytest.raises(NotPossibleError):
        spend(here, here.evaluator.person_id)


def test_what_somebody_has_asked_who_stepped_back_is_not_seconded():
    here = here_with_two()
    request = asked(here)
    NamedPerson.objects.filter(pk=here.evaluator.pk).update(recused_at=NOW)
    with pytest.raises(NotPossibleError, match="no part in the engagement"):
        two_persons.second(here.another(), request.key, at=NOW)


def test_the_developer_observers_and_leads_who_are_not_named_are_no_second_person():
    here = here_with_two()
    request = asked(here)
    observer = here.another(NamedPerson.Duty.OBSERVER)
    for other in (here.developer, here.lead, observer):
        with pytest.raises(NotFoundError):
            two_persons.second(other, request.key, at=NOW)
        with pytest.raises(NotFoundError):
            asked(here, other)
    assert TwoPersonRequest.objects.count() == 1


def test_what_the_terms_do_not_name_needs_nobody_else():
    here = here_with_two()
    with pytest.raises(NotPossibleError, match="terms"):
        two_persons.ask(here.holder, here.key, "read-transcripts", "L-1", "why", at=NOW)
    with pytest.raises(NotPossibleError, match="terms"):
        two_persons.ask(here.holder, here.key, "break-glass", here.key, "why", at=NOW)
    with pytest.raises(NotPossibleError, match="engagement as a whole"):
        two_persons.ask(here.holder, here.key, DETERMINE, "E-00000-00000", "why", at=NOW)


def test_the_same_is_asked_for_once_at_a_time():
    here = here_with_two()
    asked(here)
    with pytest.raises(NotPossibleError, match="already"):
        asked(here)
    assert asked(here, at=NOW + two_persons.GOOD_FOR)


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "second", "spend", "recuse"]), st.integers(0, 2)),
    max_size=8,
)


@given(steps=STEPS)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_done_one_person_alone_never_spends(db, steps):
    """What was spent was asked for by who spent it, and seconded by somebody else beforehand."""
    here = here_with_two()
    people = [here.evaluator, *(named(here.made.row, here.government) for _ in range(2))]
    recused: set[int] = set()
    for act, who in steps:
        person = people[who].person
        try:
            if act == "ask":
                asked(here, actor_of(person))
            elif act == "second":
                for one in TwoPersonRequest.objects.filter(
                    engagement=here.made.row, seconded_at=None
                ):
                    two_persons.second(actor_of(person), one.key, at=NOW)
            elif act == "recuse":
                NamedPerson.objects.filter(pk=people[who].pk).update(recused_at=NOW)
                recused.add(person.pk)
            else:
                used = spend(here, person.pk)
                assert used.asked_by_id == person.pk
                assert used.seconded_by_id not in (None, person.pk)
                assert not {used.asked_by_id, used.seconded_by_id} & recused
        except (NotPossibleError, NotFoundError):
            continue
