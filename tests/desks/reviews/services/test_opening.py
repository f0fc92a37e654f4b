"""A developer opens an engagement, describes it, asks whom it likes, and shows it when it likes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desks.parties.makers import chief
from tests.desks.reviews.accesses import access, kinds, may_use, said
from tests.desks.reviews.making import (
    NOW,
    Side,
    day,
    determining,
    developer,
    engagement,
    named,
    partner,
    partnered,
    party_of,
    reviewer,
    side,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind, Role, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Engagement, Grant, Party
from tidegate.desks.reviews.services import opening, partners
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def opened(by: Side, **columns: object) -> Engagement:
    given = {"asks": "access", "model": "Heron", "planned_release_at": day(40), **columns}
    return opening.open_engagement(by.actor, by.key, **given, at=NOW)  # type: ignore[arg-type]


def test_an_engagement_begins_as_a_draft_that_only_its_developer_knows():
    own, other = developer(), reviewer()
    row = opened(own, version="3", build="sha256:ab", reach="chat alone")
    opening.ask(own.actor, row.key, other.key, "reviewer", at=NOW)
    assert (row.state, row.model, row.framework) == (State.DRAFT, "Heron", "eo-14409")
    assert may(own.actor, Act.READ, row, at=NOW)
    for stranger in (other.actor, own.colleague().actor, chief(), OWNER):
        assert not may(stranger, Act.SEE, row, at=NOW)
    entries = Entry.objects.filter(engagement=row.key)
    assert set(entries.values_list("only_for", flat=True)) == {own.key}
    assert "Heron" not in "".join(entries.values_list("text", flat=True))


def test_whoever_asks_only_whether_a_model_is_covered_plans_no_release():
    row = opened(developer(), asks="coverage", planned_release_at=None)
    assert row.asks == Engagement.Asks.COVERAGE
    assert row.planned_release_at is None


def test_only_administrators_of_the_developer_itself_open_one():
    own = developer()
    reads = replace(own.actor, scopes=frozenset({Scope.READ, Scope.WRITE}))
    for other in (own.colleague().actor, chief(), OWNER, developer().actor, reads):
        with pytest.raises(NotFoundError):
            opening.open_engagement(other, own.key, asks="access", model="Heron", at=NOW)
    assert not Engagement.objects.exists()


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"asks": "approval"}, "choose access or coverage"),
        ({"model": "  "}, "the model has 1 to 200 characters"),
        ({"version": "v" * 101}, "the version has 0 to 100 characters"),
        ({"reach": "r" * 10_001}, "what will be reached has at most"),
        ({"planned_release_at": NOW}, "has passed; a plan lies ahead"),
        ({"planned_release_at": day(1).replace(tzinfo=None)}, "has no zone"),
        ({"framework": "mine"}, "mine"),
    ],
)
def test_what_cannot_be_opened_is_told_and_nothing_is_written(columns, told):
    own = developer()
    with pytest.raises(NotPossibleError, match=told):
        opened(own, **columns)
    assert not Engagement.objects.exists()
    assert not Entry.objects.exists()


def test_an_organisation_that_develops_no_models_opens_none():
    own = reviewer()
    with pytest.raises(NotPossibleError, match="develops no models"):
        opened(own)


def test_whom_it_asks_is_told_when_it_is_proposed_and_then_at_once():
    own, first, second = developer(), reviewer(), determining()
    row = opened(own)
    opening.ask(own.actor, row.key, first.key, "reviewer", at=day(1))
    opening.propose(own.actor, row.key, at=day(2))
    opening.ask(own.actor, row.key, second.key, "determining", at=day(3))
    assert party_of(row, first).invited_at == day(2)
    assert party_of(row, second).invited_at == day(3)
    row.refresh_from_db()
    assert (row.state, row.proposed_at) == (State.PROPOSED, day(2))
    assert may(first.actor, Act.SEE, row, at=day(2))
    assert not may(first.actor, Act.READ, row, at=day(2)), "not before terms hold"
    assert said(row.key, "engagement-proposed")["parties"] == [first.key]


def test_nothing_is_proposed_to_nobody_or_twice():
    own = developer()
    row = opened(own)
    with pytest.raises(NotPossibleError, match="nobody is asked"):
        opening.propose(own.actor, row.key, at=NOW)
    opening.ask(own.actor, row.key, reviewer().key, "reviewer", at=NOW)
    opening.propose(own.actor, row.key, at=NOW)
    with pytest.raises(NotPossibleError, match="was proposed before"):
        opening.propose(own.actor, row.key, at=NOW)


def test_only_who_can_review_or_determine_is_asked_and_once():
    made = engagement()
    by, key = made.developer.actor, made.key
    for who in (partner().key, "O-00000-00000", "", made.developer.key):
        with pytest.raises(NotPossibleError, match="no organisation that can be asked"):
            opening.ask(by, key, who, "determining", at=NOW)
    with pytest.raises(NotPossibleError, match="already"):
        opening.ask(by, key, made.government.key, "reviewer", at=NOW)
    with pytest.raises(NotPossibleError, match="choose reviewer or determining"):
        opening.ask(by, key, partner().key, "partner", at=NOW)
    assert opening.ask(by, key, made.government.key, "determining", at=NOW)


@pytest.mark.parametrize("part", ["reviewer", "determining"])
@pytest.mark.parametrize("ended", [False, True])
def test_who_is_or_was_a_trusted_partner_is_not_asked_for_the_government(part: str, ended: bool):
    made = engagement(terms=True)
    both = side(OrganisationKind.TRUSTED_PARTNER, OrganisationKind.REVIEWER)
    partnered(made, both, dates=(NOW, day(20)))
    if ended:
        opening.end_part(made.developer.actor, made.key, both.key, "partner", at=NOW)
    with pytest.raises(NotPossibleError, match="is or was a trusted partner"):
        opening.ask(made.developer.actor, made.key, both.key, part, at=day(1))


def test_whose_record_was_declined_was_never_a_partner_and_is_asked():
    made = engagement(terms=True)
    both = side(OrganisationKind.TRUSTED_PARTNER, OrganisationKind.REVIEWER)
    partnered(made, both, dates=(NOW, day(20)), told=False)
    partners.decline_partner(made.developer.actor, made.key, both.key, at=NOW)
    assert opening.ask(made.developer.actor, made.key, both.key, "reviewer", at=day(1))


def test_a_planned_release_moves_whenever_the_developer_likes():
    made = engagement(window=(NOW, day(20)), state=State.WINDOW_OPEN)
    by = made.developer.actor
    opening.change(by, made.key, planned_release_at=day(300), at=NOW)
    assert made.now().window_ends_at == day(20), "a later one gives no longer window"
    opening.change(by, made.key, planned_release_at=day(10), at=day(1))
    assert made.now().window_ends_at == day(10), "an earlier one takes the end with it"
    assert kinds(made.key) == ["engagement-changed", "window-moved", "engagement-changed"]


def test_an_earlier_release_takes_grants_with_it():
    here = access()
    grant = here.taken_up(ends_at=day(6))
    opening.change(here.developer, here.key, planned_release_at=day(3), at=day(1))
    assert may_use(grant, day(2.9))
    assert not may_use(grant, day(3))
    assert Grant.objects.get(pk=grant.pk).ends_at == day(3)


def test_what_is_described_is_changed_and_the_ledger_says_only_what():
    made = engagement(reach="chat")
    opening.change(made.developer.actor, made.key, version="4", reach="chat", at=NOW)
    assert made.now().version == "4"
    told = said(made.key, "engagement-changed")
    assert told["changed"] == ["version"]
    opening.change(made.developer.actor, made.key, version="4", at=NOW)
    assert kinds(made.key) == ["engagement-changed"], "what changes nothing is not written down"


def test_the_model_that_terms_name_is_not_exchanged():
    made = engagement(terms=True)
    with pytest.raises(NotPossibleError, match="terms name the model"):
        opening.change(made.developer.actor, made.key, model="another", at=NOW)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_what_has_ended_is_not_changed_and_nobody_is_asked(state: State):
    made = engagement(state=state)
    with pytest.raises(NotPossibleError, match=f"is {state}"):
        opening.change(made.developer.actor, made.key, version="2", at=NOW)
    with pytest.raises(NotPossibleError, match=f"is {state}"):
        opening.ask(made.developer.actor, made.key, reviewer().key, "reviewer", at=NOW)


def test_only_who_runs_it_changes_it():
    made = engagement(terms=True)
    observing = named(made.row, made.developer, "observer")
    lead = named(made.row, made.developer, "lead")
    for other in (
        made.government.actor,
        made.developer.colleague(Role.READER).actor,
        Side(made.developer.organisation, observing.person).actor,
        OWNER,
    ):
        with pytest.raises(NotFoundError):
            opening.change(other, made.key, version="2", at=NOW)
    opening.change(
        Side(made.developer.organisation, lead.person).actor, made.key, version="2", at=NOW
    )


def test_a_part_that_is_ended_takes_its_grants_with_it():
    here = access()
    grant = here.taken_up()
    opening.end_part(here.developer, here.key, here.government.key, "reviewer", at=day(1))
    assert not may_use(grant, day(1))
    assert Grant.objects.get(pk=grant.pk).ended_at == day(1)
    assert not may(here.holder, Act.READ, here.made.row, at=day(1))
    assert kinds(here.key)[-2:] == ["grant-ended", "party-ended"]
    with pytest.raises(NotPossibleError, match="is no reviewer party"):
        opening.end_part(here.developer, here.key, here.government.key, "reviewer", at=day(1))


def test_a_developer_does_not_end_its_own_part():
    made = engagement()
    with pytest.raises(NotPossibleError, match="is no developer party"):
        opening.end_part(
            made.developer.actor, made.key, made.developer.key, Party.Part.DEVELOPER, at=NOW
        )
