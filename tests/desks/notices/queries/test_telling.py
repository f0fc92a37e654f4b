"""Nobody is told of what they may not know, and nobody is left out who has to know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.desks.notices.made import (
    BEFORE,
    NOW,
    coordinated,
    happens,
    message,
    organisation,
    party,
    person,
    place,
    told,
)
from tidegate.desks.access.actors import HOUSE
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import Message, TeamMember
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.notices.models import Notice, Occasion
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.desks.notices.services.telling import tell, untold

pytestmark = pytest.mark.django_db

VENDOR, COORDINATOR = OrganisationKind.VENDOR, OrganisationKind.COORDINATOR


def test_what_is_appended_to_the_ledger_is_to_be_told_of_in_the_same_transaction():
    case = coordinated().case
    with transaction.atomic():
        entry = append("fact-recorded", at=NOW, actor=HOUSE, case=case.key)
        append("confidential-read", at=NOW, actor=HOUSE, case=case.key)
        assert Occasion.objects.get().entry == entry


def test_a_kind_that_nobody_knows_tells_nobody():
    case = coordinated()
    of = organisation(COORDINATOR)
    person(of)
    assert who_is_told(happens("something-new", case=case.case, of=of), NOW) == ()
    assert told() == set()


def test_the_teams_of_consenting_parties_are_told_and_their_colleagues_are_not():
    case, of = coordinated(embargo="active", ends_at=NOW + timedelta(days=9)), organisation(VENDOR)
    on_team, colleague = person(of), person(of)
    party(case, of, on_team)
    happens("fact-recorded", case=case.case)
    assert told() == {on_team}
    assert colleague not in told()


@pytest.mark.parametrize("consent", ["invited", "declined", "lapsed"])
def test_a_party_whose_consent_does_not_stand_is_told_of_no_content(consent: str):
    case, of = coordinated(embargo="active", ends_at=NOW + timedelta(days=9)), organisation(VENDOR)
    administrator = person(of, Role.ADMINISTRATOR)
    party(case, of, administrator, consent=consent)
    happens("fact-recorded", case=case.case)
    assert told() == set()
    happens("embargo-proposed", case=case.case)
    assert told() == {administrator}


def test_an_invitation_is_for_the_administrators_of_the_invited_party_alone():
    case, of, other = coordinated(), organisation(VENDOR), organisation(VENDOR)
    administrator, _ = person(of, Role.ADMINISTRATOR), person(of)
    party(case, of, consent="invited", joined=False)
    party(case, other, person(other, Role.ADMINISTRATOR))
    happens("party-invited", case=case.case, of=of)
    assert told() == {administrator}


def test_a_party_that_waits_in_the_line_is_told_nothing():
    case, of = coordinated(), organisation(VENDOR)
    person(of, Role.ADMINISTRATOR)
    waiting = party(case, of, consent="no-embargo", joined=False)
    waiting.invited_at, waiting.queued_at = None, BEFORE
    waiting.save()
    happens("party-waits", case=case.case, of=of)
    happens("embargo-proposed", case=case.case)
    assert told() == set()


def test_a_message_is_told_of_to_those_who_may_read_it():
    case, of, other = coordinated(), organisation(VENDOR), organisation(VENDOR)
    named, colleague, stranger = person(of), person(of), person(other)
    coordinator = person(organisation(COORDINATOR))
    party(case, of, named, colleague)
    party(case, other, stranger)
    red = message(case, named, tlp=Label.RED.value, audience=Message.Audience.SOME)
    happens("message-sent", case=case.case, message=red.key)
    assert told() == {named}
    to_all = message(case)
    happens("message-sent", case=case.case, message=to_all.key)
    assert told() == {named, colleague, stranger, coordinator}
    alone = message(case, audience=Message.Audience.COORDINATORS)
    happens("message-sent", case=case.case, message=alone.key)
    assert told() == {coordinator}


def test_whoever_did_it_is_not_told():
    case, of = coordinated(), organisation(VENDOR)
    doing, other = person(of), person(of)
    party(case, of, doing, other)
    happens("fact-recorded", case=case.case, actor=doing)
    assert told() == {other}


def test_what_is_done_with_the_own_account_is_told_for_it_may_have_been_somebody_else():
    owner = person(organisation(VENDOR))
    happens("token-made", actor=owner, token="T-1")
    assert told() == {owner}
    assert Notice.objects.get().own_account


def test_a_suspended_person_is_told_of_the_suspension_and_of_nothing_else():
    case, of = coordinated(), organisation(VENDOR)
    out = person(of, is_active=False, suspended_at=NOW)
    party(case, of, out)
    happens("fact-recorded", case=case.case)
    happens("person-suspended", member=out.key)
    assert told() == {out}
    assert [one.kind for one in Notice.objects.all()] == ["person-suspended"]


def test_who_left_a_team_or_whose_grant_is_over_is_told_nothing_more():
    case, of = coordinated(), organisation(VENDOR)
    left, over, stays = person(of), person(of), person(of)
    made = party(case, of, left, over, stays)
    TeamMember.objects.filter(participant=made, person=left).update(left_at=BEFORE)
    TeamMember.objects.filter(participant=made, person=over).update(until=NOW)
    happens("fact-recorded", case=case.case)
    assert told() == {stays}


def test_an_organisation_hears_through_its_own_standing_alone():
    """Somebody in two parties reads the case for one; the other's webhook hears nothing of it."""
    case = coordinated(embargo="active", ends_at=NOW + timedelta(days=9))
    consenting, lapsed = organisation(VENDOR), organisation(VENDOR)
    both = person(consenting)
    place(both, lapsed)
    party(case, consenting, both)
    party(case, lapsed, both, consent="lapsed")
    entry = happens("fact-recorded", case=case.case)
    through = {one.organisation for one in who_is_told(entry, NOW)}
    assert through == {consenting.pk}


def test_matters_of_an_organisation_are_told_to_its_administrators():
    of = organisation(VENDOR)
    administrator, member = person(of, Role.ADMINISTRATOR), person(of)
    happens("member-joined", of=of, actor=person(of))
    happens("role-changed", of=of, member=member.key)
    assert told() == {administrator, member}
    assert {(one.kind, one.person) for one in Notice.objects.select_related("person")} == {
        ("member-joined", administrator),
        ("role-changed", administrator),
        ("role-changed", member),
    }


def test_a_notice_holds_nothing_of_what_was_said():
    case, of = coordinated(), organisation(VENDOR)
    on_team = person(of)
    party(case, of, on_team)
    happens("fact-recorded", case=case.case, fact="attacks", source="https://secret.example")
    told()
    notice = Notice.objects.get()
    assert notice.subject == f"Something waits for you in {case.case.key}"
    kept = f"{notice.subject} {notice.waits} {notice.kind}"
    assert "secret" not in kept
    assert case.case.title not in kept


def test_it_is_told_once_whoever_tells():
    case, of = coordinated(), organisation(VENDOR)
    party(case, of, person(of))
    happens("fact-recorded", case=case.case)
    (occasion,) = untold(10, NOW)
    assert tell(occasion, by_mail=True, at=NOW) == 1
    assert tell(occasion, by_mail=True, at=NOW) == 0
    assert untold(10, NOW) == []
    assert Notice.objects.count() == 1


def test_of_a_clock_that_rang_it_is_told_where_nothing_else_tells():
    case, of = coordinated(), organisation(VENDOR)
    on_team = person(of)
    party(case, of, on_team)
    happens("clock-fired", case=case.case, kind_of_clock="embargo-end")
    assert told() == set()
    happens("clock-fired", case=case.case, kind_of_clock="reminder")
    assert told() == {on_team}
