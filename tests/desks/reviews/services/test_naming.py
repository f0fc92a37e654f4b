"""A party's people: named, vetted, recused, taken back; and to whom its transcripts are sealed."""

from __future__ import annotations

from dataclasses import replace

import pyrage
import pytest

from tests.desks.parties.makers import make_place
from tests.desks.reviews.accesses import access, kinds, may_use, said
from tests.desks.reviews.making import NOW, Side, day, determining, engagement, join, party_of
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Role, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Grant, NamedPerson
from tidegate.desks.reviews.services import naming
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())


def name(by: Side, key: str, who: Side, duty: str = "evaluator", **more: str) -> NamedPerson:
    return naming.name_person(by.actor, key, by.key, who.person.key, duty, **more, at=NOW)


def test_only_who_is_named_reads():
    made = engagement(terms=True)
    side, colleague = made.government, made.government.colleague()
    assert not may(colleague.actor, Act.READ, made.row, at=NOW)
    row = name(side, made.key, colleague, title="Test lead")
    assert may(colleague.actor, Act.READ, made.row, at=NOW)
    assert (row.duty, row.title, row.named_by) == ("evaluator", "Test lead", side.actor.name)
    assert said(made.key, "person-named")["named"] == colleague.person.key


def test_only_who_leads_for_a_party_names_its_people():
    made = engagement(terms=True)
    side = made.government
    new = side.colleague()
    for other in (made.developer.actor, side.colleague().actor):
        with pytest.raises(NotFoundError):
            naming.name_person(other, made.key, side.key, new.person.key, "observer", at=NOW)
    lead = side.colleague()
    name(side, made.key, lead, "lead")
    assert name(lead, made.key, new, "observer").named_by == lead.actor.name


def test_whoever_is_named_has_a_place_in_the_organisation():
    made = engagement()
    with pytest.raises(NotPossibleError, match="has no place in"):
        name(made.government, made.key, made.developer)
    with pytest.raises(NotPossibleError, match="has no place in"):
        naming.name_person(
            made.government.actor, made.key, made.government.key, "", "observer", at=NOW
        )


@pytest.mark.parametrize(
    ("duty", "told"),
    [("approver", "choose lead"), ("official", "reviewer party names no official")],
)
def test_a_duty_is_one_of_the_partys(duty: str, told: str):
    made = engagement()
    with pytest.raises(NotPossibleError, match=told):
        name(made.government, made.key, made.government.colleague(), duty)


def test_an_official_is_named_in_the_part_that_determines():
    made = engagement()
    side = made.government
    join(made.row, side, "determining")
    assert name(side, made.key, side.colleague(), "official").party.part == "determining"
    assert name(side, made.key, side.colleague(), "evaluator").party.part == "reviewer"
    chosen = name(side, made.key, side.colleague(), "evaluator", part="determining")
    assert chosen.party.part == "determining"


def test_nobody_sits_on_both_sides_of_the_table():
    made = engagement()
    both = made.government.colleague()
    make_place(made.developer.organisation, person=both.person)
    name(made.government, made.key, both)
    with pytest.raises(NotPossibleError, match="name somebody else"):
        name(made.developer, made.key, Side(made.developer.organisation, both.person), "observer")


def test_who_observes_from_now_on_holds_no_grant_any_more():
    here = access()
    grant = here.taken_up()
    holder = Side(here.government.organisation, here.evaluator.person)
    name(here.government, here.key, holder, "observer")
    assert not may_use(grant, NOW)
    assert Grant.objects.get(pk=grant.pk).ended_why == "they are observer now"
    assert NamedPerson.objects.filter(person=holder.person).count() == 1


def test_who_is_taken_back_reads_nothing_and_loses_their_grants():
    here = access()
    grant = here.taken_up()
    naming.unname(here.lead, here.key, here.government.key, here.evaluator.person.key, at=day(1))
    assert not may_use(grant, day(1))
    assert not may(here.holder, Act.READ, here.made.row, at=day(1))
    assert kinds(here.key)[-2:] == ["grant-ended", "person-unnamed"]
    with pytest.raises(NotPossibleError, match="is not named"):
        naming.unname(
            here.lead, here.key, here.government.key, here.evaluator.person.key, at=day(1)
        )


def test_a_vetting_is_attested_by_somebody_else():
    made = engagement()
    side, person = made.government, made.government.colleague()
    row = name(side, made.key, person)
    attested = naming.attest_vetting(
        side.actor, made.key, side.key, person.person.key, "cleared in May", at=NOW
    )
    assert (attested.pk, attested.vetting, attested.vetted_at) == (row.pk, "cleared in May", NOW)
    assert "cleared" not in str(said(made.key, "vetting-attested"))
    name(side, made.key, side)
    with pytest.raises(NotPossibleError, match="nobody attests their own vetting"):
        naming.attest_vetting(side.actor, made.key, side.key, side.person.key, "fine", at=NOW)
    with pytest.raises(NotPossibleError, match="how the person was vetted"):
        naming.attest_vetting(side.actor, made.key, side.key, person.person.key, " ", at=NOW)


def test_who_steps_back_loses_everything_at_once_and_for_good():
    here = access()
    grant = here.taken_up()
    who, side = here.evaluator.person.key, here.government
    naming.recuse(here.holder, here.key, side.key, who, "a former employer", at=day(1))
    assert not may_use(grant, day(1))
    assert not may(here.holder, Act.SEE, here.made.row, at=day(1))
    assert "former employer" not in str(said(here.key, "person-recused"))
    with pytest.raises(NotPossibleError, match="has stepped back"):
        name(side, here.key, Side(side.organisation, here.evaluator.person))
    with pytest.raises(NotPossibleError, match="stays on record"):
        naming.unname(here.lead, here.key, side.key, who, at=day(1))
    with pytest.raises(NotPossibleError, match="has stepped back before"):
        naming.recuse(here.lead, here.key, side.key, who, "", at=day(1))


def test_who_leads_says_of_others_that_they_step_back_and_nobody_else_does():
    here = access()
    who, side = here.evaluator.person.key, here.government
    with pytest.raises(NotFoundError):
        naming.recuse(here.another(), here.key, side.key, who, "", at=NOW)
    reading = replace(here.holder, scopes=frozenset({Scope.READ}))
    with pytest.raises(NotFoundError):
        naming.recuse(reading, here.key, side.key, who, "", at=NOW)
    assert naming.recuse(here.lead, here.key, side.key, who, "", at=NOW).recused_at == NOW


def test_an_administrator_who_was_never_named_steps_back_from_every_part():
    made = engagement()
    side = made.government
    join(made.row, side, "determining")
    other = Side(side.organisation, side.colleague(Role.ADMINISTRATOR).person)
    naming.recuse(side.actor, made.key, side.key, side.person.key, "", at=NOW)
    assert not may(side.actor, Act.SEE, made.row, at=NOW)
    rows = NamedPerson.objects.filter(person=side.person, recused_at=NOW)
    assert {row.party.part for row in rows} == {"reviewer", "determining"}
    assert may(other.actor, Act.SEE, made.row, at=NOW)
    with pytest.raises(NotFoundError):
        name(side, made.key, side.colleague())


def test_a_member_who_has_nothing_to_do_with_it_has_nothing_to_step_back_from():
    made = engagement()
    side = made.government
    member = side.colleague()
    with pytest.raises(NotPossibleError, match="is not named"):
        naming.recuse(side.actor, made.key, side.key, member.person.key, "", at=NOW)


def test_a_recipient_holds_for_every_part_of_its_organisation():
    made = engagement()
    side = made.government
    join(made.row, side, "determining")
    naming.set_recipient(side.actor, made.key, side.key, f" {RECIPIENT}\n", at=NOW)
    parts = made.row.parties.filter(organisation=side.organisation)
    assert list(parts.values_list("recipient", flat=True)) == [RECIPIENT, RECIPIENT]
    assert party_of(made.row, made.developer).recipient == ""


@pytest.mark.parametrize("key", ["", "age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1", "age1 x"])
def test_what_is_no_key_of_age_is_told_and_not_quoted(key: str):
    made = engagement()
    with pytest.raises(NotPossibleError, match="no public key of age"):
        naming.set_recipient(made.developer.actor, made.key, made.developer.key, key, at=NOW)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nobody_is_named_where_all_has_ended(state: State):
    made = engagement(state=state)
    with pytest.raises(NotPossibleError, match=f"is {state}"):
        name(made.government, made.key, made.government.colleague())


def test_whom_a_developer_names_in_a_draft_nobody_else_reads_in_the_ledger():
    made = engagement(state=State.DRAFT, asked=determining())
    name(made.developer, made.key, made.developer.colleague(), "observer")
    assert Entry.objects.get(engagement=made.key).only_for == made.developer.key


def test_nobody_steps_back_from_a_part_that_has_ended():
    made = engagement(state=State.PROPOSED)
    party = party_of(made.row, made.government)
    party.ended_at = NOW
    party.save()
    lead, person = made.government.actor, made.government.person
    with pytest.raises(NotPossibleError, match="no part"):
        naming.recuse(lead, made.key, made.government.key, person.key, "", at=day(1))
