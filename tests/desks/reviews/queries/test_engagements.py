"""What somebody is shown of an engagement, and what waits for them: theirs, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desks.parties.makers import chief
from tests.desks.reviews.accesses import access
from tests.desks.reviews.making import (
    NOW,
    Side,
    agree,
    day,
    developer,
    engagement,
    grant,
    join,
    named,
    partnered,
    terms_of,
)
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Agreement, Engagement, TwoPersonRequest
from tidegate.desks.reviews.queries.engagements import (
    MAY,
    Home,
    Waiting,
    engagement_page,
    my_engagements,
)
from tidegate.desks.reviews.services import naming, releasing, windows, withdrawing
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

NOTHING = Home((), (), (), (), ())


def waits(actor: Actor, at=NOW) -> list[str]:
    return [one.what for one in my_engagements(actor, at=at).waiting]


def test_a_developer_reads_all_of_it():
    here = access()
    page = engagement_page(here.developer, here.key, at=day(5))
    assert page.content is not None
    assert page.content.model == here.made.row.model
    assert page.own_parts == ("developer",)
    assert [party.part for party in page.parties] == ["developer", "reviewer"]
    assert [one.key for one in page.parties[1].people] == [here.evaluator.person.key]
    assert [party.mine for party in page.parties] == [True, False]


def test_who_was_asked_and_not_named_sees_a_heading_and_their_own_part():
    here = access()
    other = engagement(by=here.made.developer)
    join(here.made.row, other.government, "determining")
    page = engagement_page(other.government.actor, here.key, at=NOW)
    assert page.content is None
    assert page.developer == here.made.developer.organisation.name
    assert [party.part for party in page.parties] == ["determining"]
    assert page.own_parts == ("determining",)
    for hidden in (here.made.row.model, here.government.organisation.name, "2026-12-21"):
        assert hidden not in str(page)


def test_a_partner_sees_neither_the_model_nor_the_government_nor_another_partner():
    here = access()
    first, _ = partnered(here.made, dates=(NOW, day(30)))
    second, _ = partnered(here.made, dates=(NOW, day(30)))
    page = engagement_page(first.actor, here.key, at=NOW)
    assert page.content is None
    assert [party.organisation for party in page.parties] == [first.key]
    assert second.organisation.name not in str(page)
    assert here.government.organisation.name not in str(page)


@pytest.mark.parametrize("who", [OWNER, NOBODY])
def test_whoever_is_in_no_circle_is_shown_nothing(who: Actor):
    here = access()
    member = here.government.colleague().actor
    for stranger in (who, chief(), developer().actor, member):
        with pytest.raises(NotFoundError):
            engagement_page(stranger, here.key, at=NOW)
        assert my_engagements(stranger, at=NOW) == NOTHING


def test_why_somebody_has_stepped_back_is_for_their_own_party():
    here = access()
    side, key = here.government, here.evaluator.person.key
    naming.recuse(here.lead, here.key, side.key, key, "a former employer", at=NOW)
    assert "a former employer" in str(engagement_page(here.lead, here.key, at=NOW))
    assert "a former employer" not in str(engagement_page(here.developer, here.key, at=NOW))


def test_the_window_is_a_picture_of_days():
    here = access(window=(NOW, day(20)))
    picture = [
        engagement_page(here.developer, here.key, at=at).content.window  # type: ignore[union-attr]
        for at in (day(-1), NOW, day(5), day(20), day(25))
    ]
    shown = [
        (one.is_ahead, one.is_open, one.days_left, one.share_gone, one.latest_end)
        for one in picture
        if one is not None
    ]
    assert shown == [
        (True, False, 20, 0, day(30)),
        (False, True, 20, 0, day(30)),
        (False, True, 15, 0.25, day(30)),
        (False, False, 0, 1, day(20)),
        (False, False, 0, 1, day(20)),
    ]


def test_a_window_that_was_called_off_is_over():
    here = access(window=(day(5), day(10)))
    windows.move_end(here.developer, here.key, day(2), at=day(1))
    content = engagement_page(here.developer, here.key, at=day(3)).content
    assert content is not None
    assert content.window is not None
    assert (content.window.is_open, content.window.share_gone) == (False, 1)


def test_the_course_has_a_date_for_each_state_that_was_reached():
    here = access()
    windows.begin_evaluation(here.holder, here.key, at=day(1))
    releasing.record_release(here.developer, here.key, "public", day(2), at=day(3))
    content = engagement_page(here.holder, here.key, at=day(4)).content
    assert content is not None
    assert [(stage.state, stage.at) for stage in content.stages if stage.at] == [
        (State.DRAFT, NOW),
        (State.PROPOSED, NOW),
        (State.TERMS_AGREED, NOW),
        (State.WINDOW_OPEN, NOW),
        (State.UNDER_EVALUATION, day(1)),
        (State.RELEASED, day(2)),
    ]
    assert [stage.state for stage in content.stages if stage.is_now] == [State.RELEASED]
    assert State.WITHDRAWN not in {stage.state for stage in content.stages}
    assert content.releases[0].released_at == day(2)


@pytest.mark.parametrize("state", State)
def test_the_button_of_a_release_is_there_in_every_state(state: State):
    made = engagement(state=state)
    page = engagement_page(made.developer.actor, made.key, at=NOW)
    assert "release" in page.may
    assert ("withdraw" in page.may) == (state is not State.WITHDRAWN)
    assert page.may <= MAY


def test_buttons_are_what_the_policy_and_the_state_let_somebody_do():
    here = access()
    runs = engagement_page(here.developer, here.key, at=NOW).may
    assert {"move-end", "plug", "issue", "close", "endpoints", "sign", "name"} <= runs
    assert not {"open-window", "put-back", "propose", "determine", "certify"} & runs
    evaluates = engagement_page(here.holder, here.key, at=NOW).may
    assert {"begin-evaluation", "evidence", "consult", "ask-grant", "report", "recuse"} <= evaluates
    assert not {"release", "plug", "sign", "name", "determine", "propose-partner"} & evaluates
    leads = engagement_page(here.lead, here.key, at=NOW).may
    assert {"sign", "name", "certify", "ask-grant"} <= leads
    assert not {"release", "evidence", "change"} & leads
    observes = engagement_page(here.another("observer"), here.key, at=NOW).may
    assert observes == {"recuse", "report", "acknowledge"}


def test_an_official_has_the_button_of_a_decision_and_a_token_that_reads_has_none():
    made = engagement(determined_by=True, terms=True)
    assert made.determining is not None
    official = actor_of(named(made.row, made.determining, "official").person)
    assert "determine" in engagement_page(official, made.key, at=NOW).may
    reading = replace(official, scopes=frozenset({Scope.READ}))
    assert "determine" not in engagement_page(reading, made.key, at=NOW).may
    reading = replace(made.developer.actor, scopes=frozenset({Scope.READ}))
    assert engagement_page(reading, made.key, at=NOW).may == frozenset()


def test_after_a_withdrawal_a_party_has_the_duty_to_certify_and_no_more():
    here = access(certificate_due_after=timedelta(days=40))
    withdrawing.withdraw(here.developer, here.key, at=day(1))
    page = engagement_page(here.lead, here.key, at=day(2))
    (duty,) = page.duties
    assert (duty.what, duty.due_at, duty.overdue) == ("certificate", day(41), False)
    assert page.may == {"certify"}
    assert engagement_page(here.lead, here.key, at=day(41)).duties[0].overdue
    assert engagement_page(here.holder, here.key, at=day(2)).duties == ()


def test_home_is_sorted_by_what_goes_on_and_what_came_last():
    own = developer()
    keys = [
        engagement(by=own, state=state, at=day(number)).key
        for number, state in enumerate((State.PROPOSED, State.WITHDRAWN, State.PROPOSED))
    ]
    home = my_engagements(own.actor, at=day(9))
    assert [row.key for row in home.as_developer] == [keys[2], keys[0], keys[1]]
    assert [row.ended for row in home.as_developer] == ["", "", "withdrawn"]
    assert home.as_reviewer == home.as_partner == ()


def test_home_says_of_an_engagement_that_one_may_not_read_only_that_it_is_there():
    here = access()
    (row,) = my_engagements(here.lead, at=NOW).as_reviewer
    assert (row.key, row.developer) == (here.key, here.made.developer.organisation.name)
    assert (row.model, row.state, row.window, row.planned_release_at) == ("", "", None, None)
    (row,) = my_engagements(here.holder, at=NOW).as_reviewer
    assert (row.model, row.state) == (here.made.row.model, State.WINDOW_OPEN)


def test_a_grant_waits_for_the_developer_then_for_its_person():
    here = access(read=False)
    asked = here.asked()
    assert waits(here.developer) == ["grant-to-issue"]
    assert waits(here.holder) == []
    asked.issued_at, asked.issued_by = NOW, here.made.developer.person
    asked.save()
    assert waits(here.developer) == []
    assert set(waits(here.holder)) == {"grant-to-take-up", "terms-to-acknowledge"}
    home = my_engagements(here.holder, at=NOW)
    assert [(one.key, one.state) for one in home.grants] == [(asked.key, "issued")]
    assert home.as_reviewer[0].open_grants == 1
    assert waits(here.holder, at=day(5)) == [], "its time is over"


def test_terms_wait_for_each_side_until_it_has_signed():
    made = engagement()
    named(made.row, made.government, "lead", person=made.government.person)
    agreement = agree(made)
    Agreement.objects.filter(pk=agreement.pk).update(agreed_at=None)
    assert "terms-to-sign" not in waits(made.developer.actor)
    agreement.signatures.filter(organisation=made.government.organisation).delete()
    expected = Waiting("terms-to-sign", made.key, agreement.sha256, None)
    assert expected in my_engagements(made.government.actor, at=NOW).waiting
    assert "terms-to-sign" not in waits(made.developer.actor)


def test_a_party_is_asked_to_name_its_people_and_to_attest_their_vetting():
    made = engagement()
    agree(made, terms_of(made, vetting=True))
    lead = made.government.actor
    assert waits(lead) == ["people-to-name"]
    named(made.row, made.government, vetted=False)
    assert waits(lead) == ["vetting-to-attest"]


def test_a_second_person_is_asked_and_the_first_one_is_not():
    here = access()
    TwoPersonRequest.objects.create(
        engagement=here.made.row,
        action="determine",
        subject=here.key,
        reason="it is due",
        asked_by=here.evaluator.person,
        asked_at=NOW,
        expires_at=day(1),
    )
    other = here.another()
    assert waits(other) == ["request-to-second"]
    assert waits(here.holder) == []
    assert waits(other, at=day(1)) == []


def test_a_certificate_waits_once_access_has_ended():
    here = access()
    assert "certificate-due" not in waits(here.lead, at=day(19))
    assert "certificate-due" in waits(here.lead, at=day(20))
    assert "certificate-due" not in waits(here.developer, at=day(20))


def test_grants_of_others_are_not_counted_for_a_reviewer():
    here = access()
    colleague = named(here.made.row, here.government)
    for who in (colleague, here.evaluator):
        grant(who, begins_at=NOW, ends_at=day(3), secret=who.person.key)
    assert my_engagements(here.developer, at=NOW).as_developer[0].open_grants == 2
    assert my_engagements(here.holder, at=NOW).as_reviewer[0].open_grants == 1


def test_a_suspended_place_has_no_home():
    here = access()
    Engagement.objects.filter(pk=here.made.row.pk).update(state=State.WINDOW_OPEN)
    side = Side(here.government.organisation, here.evaluator.person)
    side.person.memberships.update(suspended_at=NOW)
    assert my_engagements(side.actor, at=NOW) == NOTHING


def test_whoever_would_end_access_now_finds_the_button_whatever_is_broken():
    here = access()
    Agreement.objects.filter(pk=here.agreement.pk).update(document=b"{}")
    Engagement.objects.filter(pk=here.made.row.pk).update(framework="gone")
    for at in (NOW, day(30)):
        assert {"withdraw", "plug", "release"} <= engagement_page(
            here.developer, here.key, at=at
        ).may
        assert my_engagements(here.developer, at=at).as_developer
        assert my_engagements(here.lead, at=at).as_reviewer
