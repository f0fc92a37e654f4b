"""Around an engagement everybody is told what is theirs, and no notice tells anybody of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.desks.notices.made import told
from tests.desks.parties.makers import make_place
from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    day,
    engagement,
    named,
    partnered,
    person_in,
    side,
)
from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.engagements import FOR_GOVERNMENT
from tidegate.desks.access.words import Act, OrganisationKind, Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.channels.letters import letter_of
from tidegate.desks.notices.kinds import HEADINGS, TABLE
from tidegate.desks.notices.kinds_of_reviews import REVIEWS
from tidegate.desks.notices.models import Notice, Sending, WebhookEndpoint
from tidegate.desks.notices.queries.items import items_of, path_of
from tidegate.desks.notices.queries.notices import list_notices
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.desks.notices.services.reading import mark_all_read
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Engagement, NamedPerson, Party
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Engaged:
    """Return an engagement with everybody in it, and a coordinator beside it."""
    side(OrganisationKind.COORDINATOR)
    return engagement(
        state=State.WINDOW_OPEN, determined_by=True, terms=True, window=(NOW, day(20))
    )


def happens(
    made: Engaged,
    kind: str,
    *,
    actor: Actor = HOUSE,
    about: Organisation | None = None,
    only_for: Organisation | str | None = None,
    **text: Any,
) -> Entry:
    with transaction.atomic():
        return record(kind, made.row, at=NOW, actor=actor, about=about, only_for=only_for, **text)


def of(made: Engaged, duty: str, who: Side | None = None) -> Person:
    return named(made.row, who or made.government, duty).person


def test_the_developer_is_told_through_those_who_run_it_at_once_when_glass_is_broken(made):
    lead, observer = (of(made, duty, made.developer) for duty in ("lead", "observer"))
    person_in(made.developer.organisation)
    evaluator = of(made, NamedPerson.Duty.EVALUATOR)
    happens(
        made,
        "break-glass-used",
        about=made.government.organisation,
        holder=evaluator.key,
        grant="G-0",
    )
    got = told()
    assert got == {made.developer.person, lead, evaluator}
    assert observer not in got


def test_the_governments_people_are_told_where_they_were_named_and_no_administrator(made):
    reads = {of(made, NamedPerson.Duty.OBSERVER), of(made, "official", made.determining)}
    person_in(made.government.organisation)
    happens(made, "model-determined", actor=made.developer.actor, number=1)
    assert told() == reads


def test_an_engagement_is_put_to_those_who_lead_and_a_partner_hears_of_itself_alone(made):
    partner, _ = partnered(made, dates=(NOW, day(9)))
    untold, _ = partnered(made, dates=(NOW, day(9)), told=False)
    lead = of(made, NamedPerson.Duty.LEAD)
    of(made, NamedPerson.Duty.EVALUATOR)
    own = made.developer.actor
    happens(made, "engagement-proposed", actor=own)
    assert told() == {made.government.person, made.determining.person, lead}
    happens(made, "partner-early", actor=own, about=partner.organisation)
    assert told() == {partner.person}
    # One that was not told yet hears nothing; who signs for the government does.
    happens(made, "terms-signed", actor=own, about=untold.organisation)
    assert told() == {made.government.person, made.determining.person, lead}


def test_a_signature_of_the_developer_waits_for_the_other_side(made):
    happens(made, "terms-signed", actor=made.developer.actor, about=made.developer.organisation)
    assert told() == {made.government.person, made.determining.person}


def test_what_is_kept_for_one_organisation_is_told_in_it_alone(made):
    official = of(made, "official", made.determining)
    other = of(made, "official")
    happens(made, "evidence-added", only_for=made.determining.organisation)
    assert told() == {official}
    happens(made, "findings-reported", only_for=made.government.organisation)
    assert told() == set()
    happens(made, "findings-reported", only_for=made.developer.organisation)
    assert told() == {made.developer.person}
    assert not Notice.objects.filter(person=other).exists()


def test_what_is_kept_for_the_government_is_told_to_none_of_the_developer(made):
    official = of(made, "official", made.determining)
    happens(made, "evidence-added", only_for=FOR_GOVERNMENT)
    assert told() == {official}
    happens(made, "engagement-changed", only_for=FOR_GOVERNMENT)
    assert made.developer.person not in told()


def test_who_has_stepped_back_is_shown_no_notice_of_it_any_more(made):
    for kind in ("plug-pulled", *(kind for kind in HEADINGS if kind in REVIEWS)):
        happens(made, kind, about=made.developer.organisation)
    who = made.developer
    assert who.person in told()
    assert list_notices(who.actor, at=NOW).rows
    row = named(made.row, who, "observer", person=who.person)
    NamedPerson.objects.filter(pk=row.pk).update(recused_at=NOW)
    assert may(who.actor, Act.SEE, made.row, at=NOW)
    assert not list_notices(who.actor, at=NOW).rows


def test_of_a_draft_nobody_outside_is_told():
    draft = engagement(state=State.DRAFT)
    happens(draft, "party-asked", about=draft.government.organisation)
    happens(draft, "engagement-withdrawn")
    assert told() == {draft.developer.person}


def test_a_withdrawal_is_told_to_everybody_who_was_told_of_it(made):
    partner, _ = partnered(made, dates=(NOW, day(9)))
    evaluator = of(made, NamedPerson.Duty.EVALUATOR)
    Engagement.objects.update(state=State.WITHDRAWN, withdrawn_at=NOW)
    happens(made, "engagement-withdrawn", actor=made.developer.actor)
    assert told() == {
        evaluator,
        made.government.person,
        made.determining.person,
        partner.person,
    }


def test_coordinators_the_unnamed_and_the_recused_are_told_of_nothing(made):
    unnamed = person_in(made.government.organisation)
    recused = of(made, NamedPerson.Duty.EVALUATOR)
    NamedPerson.objects.filter(person=recused).update(recused_at=NOW)
    parties = Party.objects.filter(engagement=made.row).values_list("organisation", flat=True)
    about = made.government.organisation
    for kind in sorted(kind for kind, one in REVIEWS.items() if one.audiences):
        entry = happens(made, kind, about=about, holder=recused.key, named=recused.key)
        everybody = who_is_told(entry, NOW)
        assert {one.organisation for one in everybody} <= set(parties), kind
        assert not {unnamed.pk, recused.pk} & {one.person for one in everybody}, kind


def test_nothing_leaves_but_the_key(made):
    lead = of(made, NamedPerson.Duty.LEAD)
    happens(made, "terms-agreed")
    told()
    notice = Notice.objects.get(person=lead)
    items = items_of(actor_of(lead), [notice], NOW)
    letter = letter_of(items, key="S-1", sender="desk@example.org", address="https://example.org")
    sent = f"{letter.subject} {letter.text} {letter.headers}"
    assert made.key in sent
    for secret in (
        made.row.model,
        made.developer.organisation.name,
        made.government.organisation.name,
        TABLE["terms-agreed"].waits,
        "erms",
    ):
        assert secret not in sent
    assert path_of(notice) == f"/reviews/{made.key}"


def test_no_program_is_told_of_an_engagement(made):
    WebhookEndpoint.objects.create(
        organisation=made.developer.organisation,
        url="https://example.org/hook",
        secret="sealed",
        made_by="somebody",
        made_at=day(-1),
    )
    happens(made, "grant-asked")
    assert told() == {made.developer.person}
    assert not Sending.objects.filter(channel=Sending.Channel.WEBHOOK).exists()
    assert not [kind for kind, one in REVIEWS.items() if one.reaches_programs]


def test_a_notice_is_gone_once_its_engagement_is_not_theirs_to_know(made):
    evaluator = of(made, NamedPerson.Duty.EVALUATOR)
    happens(made, "window-moved")
    happens(made, "break-glass-used", holder=evaluator.key, about=made.government.organisation)
    told()
    actor = actor_of(evaluator)
    kinds = {row.kind for row in list_notices(actor, at=NOW).rows}
    assert kinds == {"window-moved", "break-glass-used"}
    assert {row.engagement for row in list_notices(actor, at=NOW).rows} == {made.key}
    Engagement.objects.update(state=State.WITHDRAWN, withdrawn_at=NOW)
    # They still see that there was one, and read nothing of it any more.
    assert {row.kind for row in list_notices(actor, at=NOW).rows} == {"break-glass-used"}
    NamedPerson.objects.filter(person=evaluator).update(ended_at=NOW)
    assert list_notices(actor, at=NOW).rows == ()


def test_notices_of_one_engagement_are_read_together(made):
    other = engagement(by=made.developer)
    for one in (made, other):
        happens(one, "grant-asked")
    told()
    actor = made.developer.actor
    assert mark_all_read(actor, engagement=made.key.lower(), at=NOW) == 1
    assert {one.engagement for one in Notice.objects.filter(read_at=None)} == {other.key}


def test_a_place_with_a_coordinator_tells_nobody_more(made):
    """Whoever is named and coordinates elsewhere is told through the party that named them."""
    both = of(made, NamedPerson.Duty.EVALUATOR)
    coordinating = side(OrganisationKind.COORDINATOR)
    make_place(coordinating.organisation, Role.ADMINISTRATOR, person=both)
    entry = happens(made, "window-moved")
    through = {one.organisation for one in who_is_told(entry, NOW) if one.person == both.pk}
    assert through == {made.government.organisation.pk}
