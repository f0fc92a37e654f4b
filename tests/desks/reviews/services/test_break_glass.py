"""Break-glass access takes two people of the government's side, and is as bounded as any other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.desks.reviews.accesses import AS_USUAL, Access, access, kinds, may_use, said
from tests.desks.reviews.making import NOW, acknowledged, agree, day, determining, join, named
from tests.desks.reviews.making import terms_of as terms
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Engagement, Grant, NamedPerson, Party, TwoPersonRequest
from tidegate.desks.reviews.services import grants, two_persons
from tidegate.desks.reviews.services.break_glass import ask_break_glass, second_break_glass
from tidegate.desks.reviews.services.windows import move_end

pytestmark = pytest.mark.django_db

A_SECOND = timedelta(seconds=1)


def here_with_glass(**settings: Any) -> Access:
    return access(break_glass=True, longest_grant=timedelta(days=30), **settings)


def asked(here: Access, by=None, person: str = "", at=NOW, **scope: Any) -> Grant:
    wanted = {**AS_USUAL, "reason": "an attack is going on", **scope}
    return ask_break_glass(by or here.holder, here.key, person, **wanted, at=at)


def test_two_people_have_access_and_the_developer_hears_of_it_at_once():
    here = here_with_glass()
    other = here.another()
    grant = asked(here)
    assert not grant.issued_at
    second_break_glass(other, grant.key, at=NOW)
    grants.take_up(here.holder, grant.key, at=NOW)
    assert may_use(grant, day(1))
    assert kinds(here.key) == ["break-glass-asked", "break-glass-used", "grant-taken-up"]
    entry = Entry.objects.get(kind="break-glass-used")
    assert narrowed(here.developer, Entry.objects.filter(pk=entry.pk)).exists()
    text = said(here.key, "break-glass-used")
    assert (text["reason"], text["asked_by"]) == ("an attack is going on", here.holder.key)


def test_nobody_is_both_of_the_two():
    here = here_with_glass()
    grant = asked(here)
    with pytest.raises(NotPossibleError, match="yourself"):
        second_break_glass(here.holder, grant.key, at=NOW)
    assert not Grant.objects.exclude(issued_at=None).exists()


def test_the_holder_may_second_what_who_leads_has_asked_for_them():
    here = here_with_glass()
    lead = named(here.made.row, here.government, NamedPerson.Duty.LEAD)
    grant = asked(here, actor_of(lead.person), here.evaluator.person.key)
    with pytest.raises(NotPossibleError, match="yourself"):
        second_break_glass(actor_of(lead.person), grant.key, at=NOW)
    assert second_break_glass(here.holder, grant.key, at=NOW).issued_at == NOW


def test_a_person_of_the_determining_party_is_of_the_same_side():
    here = here_with_glass()
    agency = determining()
    join(here.made.row, agency, Party.Part.DETERMINING)
    official = named(here.made.row, agency, NamedPerson.Duty.OFFICIAL)
    assert second_break_glass(actor_of(official.person), asked(here).key, at=NOW).issued_at


def test_the_developer_an_observer_and_whoever_stepped_back_second_nothing():
    here = here_with_glass()
    grant = asked(here)
    observer = here.another(NamedPerson.Duty.OBSERVER)
    gone = named(here.made.row, here.government)
    NamedPerson.objects.filter(pk=gone.pk).update(recused_at=NOW)
    for other in (here.developer, observer, actor_of(gone.person), here.lead, access().holder):
        with pytest.raises(NotFoundError):
            second_break_glass(other, grant.key, at=NOW)


def test_the_developer_asks_for_no_break_glass():
    here = here_with_glass()
    own = named(here.made.row, here.made.developer)
    lead = named(here.made.row, here.made.developer, NamedPerson.Duty.LEAD)
    for person in (own.person, lead.person, here.made.developer.person):
        with pytest.raises(NotFoundError):
            asked(here, actor_of(person), here.evaluator.person.key)


def test_what_somebody_asked_who_stepped_back_since_is_not_seconded():
    here = here_with_glass()
    grant = asked(here)
    NamedPerson.objects.filter(pk=here.evaluator.pk).update(recused_at=NOW)
    with pytest.raises(NotPossibleError):
        second_break_glass(here.another(), grant.key, at=NOW)


def test_it_is_for_a_window_that_is_open_and_ends_with_it():
    here = here_with_glass()
    other = here.another()
    with pytest.raises(NotPossibleError, match="until"):
        asked(here, ends_at=day(20) + A_SECOND)
    grant = asked(here, ends_at=day(20))
    second_break_glass(other, grant.key, at=NOW)
    grants.take_up(here.holder, grant.key, at=NOW)
    assert may_use(grant, day(20) - A_SECOND)
    move_end(here.developer, here.key, day(10), at=day(1))
    assert not may_use(grant, day(10))
    with pytest.raises(NotPossibleError, match="not open"):
        asked(here, at=day(11), begins_at=day(11), ends_at=day(12))


def test_what_was_asked_before_the_window_became_shorter_does_not_outlive_it():
    here = here_with_glass()
    grant = asked(here, ends_at=day(20))
    Engagement.objects.filter(pk=here.made.row.pk).update(window_ends_at=day(19))
    with pytest.raises(NotPossibleError, match="keep within"):
        second_break_glass(here.another(), grant.key, at=NOW)
    assert TwoPersonRequest.objects.get().seconded_at is None, "nothing half done"


def test_before_the_window_opens_there_is_none():
    here = here_with_glass(window=(day(2), day(20)))
    with pytest.raises(NotPossibleError, match="not open"):
        asked(here)


def test_only_where_the_terms_have_it():
    with pytest.raises(NotPossibleError, match="no break-glass"):
        asked(access(break_glass=False))
    here = here_with_glass()
    grant = asked(here)
    agree(here.made, terms(here.made, break_glass=False))
    with pytest.raises(NotPossibleError, match="no break-glass"):
        second_break_glass(here.another(), grant.key, at=NOW)


def test_the_plug_and_a_revocation_end_it_as_any_other():
    here = here_with_glass()
    other = here.another()
    for end in (
        lambda key: grants.revoke_grant(here.developer, key, at=NOW),
        lambda key: grants.pull_the_plug(here.developer, here.key, at=NOW),
    ):
        grant = asked(here)
        second_break_glass(other, grant.key, at=NOW)
        grants.take_up(here.holder, grant.key, at=NOW)
        end(grant.key)
        assert not may_use(grant, NOW)
    with pytest.raises(NotPossibleError, match="switched off"):
        asked(here)


def test_the_developer_declines_it_and_never_issues_it():
    here = here_with_glass()
    grant = asked(here)
    with pytest.raises(NotPossibleError, match="break-glass"):
        grants.issue_grant(here.developer, grant.key, at=NOW)
    grants.decline_grant(here.developer, grant.key, at=NOW)
    with pytest.raises(NotPossibleError, match="has ended"):
        second_break_glass(here.another(), grant.key, at=NOW)


def test_it_is_seconded_as_a_grant_and_within_a_day():
    here = here_with_glass()
    other = here.another()
    grant = asked(here)
    request = TwoPersonRequest.objects.get()
    with pytest.raises(NotPossibleError, match=grant.key):
        two_persons.second(other, request.key, at=NOW)
    with pytest.raises(NotPossibleError, match="again"):
        second_break_glass(other, grant.key, at=NOW + two_persons.GOOD_FOR)


def test_an_ordinary_grant_is_not_seconded():
    here = here_with_glass()
    with pytest.raises(NotFoundError):
        second_break_glass(here.another(), here.asked().key, at=NOW)


def test_who_has_not_read_the_terms_takes_up_nothing_even_so():
    here = here_with_glass(read=False)
    grant = asked(here)
    second_break_glass(here.another(), grant.key, at=NOW)
    with pytest.raises(NotPossibleError, match="read"):
        grants.take_up(here.holder, grant.key, at=NOW)
    acknowledged(here.agreement, here.evaluator.person)
    assert grants.take_up(here.holder, grant.key, at=NOW)
