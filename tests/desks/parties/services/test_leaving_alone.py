"""Those who run the instance let nobody into an organisation that keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from allauth.socialaccount.models import SocialApp

from tests.desks.parties.makers import (
    START,
    chief,
    kinds,
    make_actor,
    make_organisation,
    make_person,
    make_place,
)
from tidegate.desks.access.actors import OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import LEFT_TO_ITSELF, OrganisationKind, Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.queries.organisation_page import get_organisation
from tidegate.desks.parties.services import joining, memberships, organisations, persons, providers
from tidegate.desks.parties.services.refusals import NotPossibleError, NotUsableError

pytestmark = pytest.mark.django_db

PROVIDER: Final[dict[str, Any]] = {
    "issuer": "https://id.lab.example",
    "client_id": "tidegate",
    "secret": "shown once",
    "domains": ["lab.example"],
}


def lab(*words: OrganisationKind) -> tuple[Organisation, Person]:
    """Make an organisation that takes part in reviews, with an administrator."""
    made = make_organisation(*(words or (OrganisationKind.MODEL_DEVELOPER,)))
    return made, make_place(made, Role.ADMINISTRATOR).person


def suspended_person(person: Person) -> None:
    persons.suspend_person(OWNER, person.key, reason="x", at=START)


def suspended_place(person: Person) -> None:
    place = Membership.objects.select_related("organisation").get(person=person)
    memberships.suspend_member(OWNER, place.organisation.key, person.key, at=START)


def suspended_organisation(person: Person) -> None:
    place = Membership.objects.select_related("organisation").get(person=person)
    organisations.suspend_organisation(OWNER, place.organisation.key, reason="x", at=START)


@pytest.mark.parametrize("kind", LEFT_TO_ITSELF)
@pytest.mark.parametrize("who", [chief, lambda: OWNER], ids=["a coordinator", "the owner"])
@pytest.mark.parametrize(
    "before",
    [lambda _: None, suspended_person, suspended_place, suspended_organisation],
    ids=["who stands", "a suspended person", "a suspended place", "a suspended organisation"],
)
def test_with_an_administrator_of_its_own_nobody_else_lets_anybody_in(
    kind: OrganisationKind, who: Callable[[], Actor], before: Callable[[Person], None]
) -> None:
    made, own = lab(kind)
    member = make_place(made).person
    by = who()
    waits = joining.invite(actor_of(own), made.key, "late@lab.example", Role.MEMBER, at=START)
    before(own)
    tried: list[Callable[[], object]] = [
        lambda: joining.invite(by, made.key, "me@river.example", Role.ADMINISTRATOR, at=START),
        lambda: joining.revoke_invitation(by, waits.invitation.key, at=START),
        lambda: memberships.change_role(by, made.key, member.key, Role.ADMINISTRATOR, at=START),
        lambda: memberships.remove(by, made.key, member.key, at=START),
        lambda: memberships.remove(by, made.key, own.key, at=START),
        lambda: providers.set_provider(by, made.key, **PROVIDER, at=START),
        lambda: organisations.set_capacity(by, made.key, 0, at=START),
    ]
    for one in tried:
        with pytest.raises(NotFoundError):
            one()
    shown = get_organisation(by, made.key, at=START)
    assert (shown.may_administer, shown.may_suspend_people) == (False, True)
    assert not shown.invitations


def test_they_suspend_and_reinstate_it_and_its_people() -> None:
    made, own = lab()
    by = chief()
    memberships.suspend_member(by, made.key, own.key, at=START)
    memberships.reinstate_member(by, made.key, own.key, at=START)
    organisations.suspend_organisation(by, made.key, reason="x", at=START)
    assert get_organisation(by, made.key, at=START).suspended_reason == "x"
    organisations.reinstate_organisation(by, made.key, at=START)
    assert [entry.kind for entry in Entry.objects.order_by("index")] == [
        "member-suspended",
        "member-reinstated",
        "organisation-suspended",
        "organisation-reinstated",
    ]


def test_nobody_lets_themselves_in_again() -> None:
    made, _ = lab()
    by, person = make_actor(make_organisation(OrganisationKind.COORDINATOR), Role.ADMINISTRATOR)
    make_place(made, Role.ADMINISTRATOR, person=person, suspended=True)
    with pytest.raises(NotPossibleError, match="nobody reinstates themselves"):
        memberships.reinstate_member(by, made.key, person.key, at=START)


def test_its_first_administrator_is_invited_and_what_else_was_sent_ends_with_that() -> None:
    made = organisations.open_organisation(chief(), "Lab", kinds("model-developer"), at=START)
    by = chief()
    first, me = make_person("ada@lab.example"), make_person("me@river.example")
    invited = joining.invite(by, made.key, first.email, Role.ADMINISTRATOR, at=START)
    for_later = joining.invite(by, made.key, me.email, Role.ADMINISTRATOR, at=START)
    joining.accept(first, invited.secret, at=START)
    with pytest.raises(NotUsableError):
        joining.accept(me, for_later.secret, at=START + timedelta(days=1))
    # What the administrator sends from then on is good, also once another one joins.
    for role in (Role.MEMBER, Role.ADMINISTRATOR):
        person = make_person()
        sent = joining.invite(actor_of(first), made.key, person.email, role, at=START)
        other = joining.invite(actor_of(first), made.key, "x@lab.example", role, at=START)
        joining.accept(person, sent.secret, at=START)
        other.invitation.refresh_from_db()
        assert other.invitation.revoked_at is None


def test_a_member_who_is_made_its_first_administrator_leaves_no_invitation_either() -> None:
    made = make_organisation(OrganisationKind.REVIEWER)
    member = make_place(made).person
    sent = joining.invite(OWNER, made.key, "me@river.example", Role.MEMBER, at=START)
    memberships.change_role(OWNER, made.key, member.key, Role.ADMINISTRATOR, at=START)
    sent.invitation.refresh_from_db()
    assert sent.invitation.revoked_at == START


def test_its_kinds_can_be_added_to_but_open_no_way_in() -> None:
    made, _ = lab()
    by = chief()
    for words in (["finder"], ["vendor", "coordinator"]):
        with pytest.raises(NotPossibleError, match="takes part in reviews or runs systems"):
            organisations.change_kinds(by, made.key, kinds(*words), at=START)
    made.refresh_from_db()
    assert made.kinds == ["model-developer"]
    organisations.change_kinds(by, made.key, kinds("model-developer", "finder"), at=START)
    organisations.change_kinds(by, made.key, kinds("reviewer"), at=START)
    with pytest.raises(NotFoundError):
        joining.invite(by, made.key, "me@river.example", Role.MEMBER, at=START)


def test_what_was_prepared_while_it_was_something_else_ends_when_it_takes_part() -> None:
    made, _ = lab(OrganisationKind.FINDER)
    by, me = chief(), make_person("me@river.example")
    sent = joining.invite(by, made.key, me.email, Role.ADMINISTRATOR, at=START)
    providers.set_provider(by, made.key, **PROVIDER, at=START)
    organisations.change_kinds(by, made.key, kinds("finder", "model-developer"), at=START)
    with pytest.raises(NotUsableError):
        joining.accept(me, sent.secret, at=START)
    assert not SocialApp.objects.exists()
    assert [one.kind for one in Entry.objects.order_by("index")][-2:] == [
        "provider-removed",
        "organisation-changed",
    ]


def test_nobody_outside_vouches_for_its_people() -> None:
    """A provider that was set before its administrator came could sign in as them."""
    made = make_organisation(OrganisationKind.AGENCY)
    with pytest.raises(NotPossibleError, match="takes part in reviews or runs systems"):
        providers.set_provider(OWNER, made.key, **PROVIDER, at=START)
    assert not SocialApp.objects.exists()


def test_its_own_administrator_sets_a_provider_for_their_own_domain_alone() -> None:
    made, own = lab()
    domain = own.email.rpartition("@")[2]
    with pytest.raises(NotPossibleError, match="the only domain"):
        providers.set_provider(
            actor_of(own), made.key, **{**PROVIDER, "domains": [domain, "river.example"]}, at=START
        )
    named = {**PROVIDER, "domains": [domain]}
    other = make_place(make_organisation(OrganisationKind.VENDOR)).person
    other.email = f"somebody@{domain}"
    other.save()
    with pytest.raises(NotPossibleError, match="people of other organisations"):
        providers.set_provider(actor_of(own), made.key, **named, at=START)
    assert not SocialApp.objects.exists()
    other.email = "somebody@elsewhere.example"
    other.save()
    assert get_organisation(actor_of(own), made.key, at=START).may_set_provider
    providers.set_provider(actor_of(own), made.key, **named, at=START)
    assert SocialApp.objects.get().provider_id == made.key


def test_a_new_password_of_its_people_is_prepared_at_the_machine_alone() -> None:
    _, own = lab()
    with pytest.raises(NotPossibleError, match="whoever holds the machine"):
        persons.prepare_reset(chief(), own.key, at=START)
    assert persons.prepare_reset(OWNER, own.key, at=START)


def test_its_own_administrators_run_it_as_any_other() -> None:
    made, own = lab()
    actor, member = actor_of(own), make_place(made).person
    memberships.change_role(actor, made.key, member.key, Role.READER, at=START)
    memberships.suspend_member(actor, made.key, member.key, at=START)
    memberships.remove(actor, made.key, member.key, at=START)
    organisations.set_capacity(actor, made.key, 3, at=START)
    with pytest.raises(NotFoundError):
        organisations.suspend_organisation(actor, made.key, reason="x", at=START)


def test_other_organisations_are_administered_by_coordinators_as_before() -> None:
    made, own = lab(OrganisationKind.VENDOR)
    by = chief()
    joining.invite(by, made.key, "new@vendor.example", Role.ADMINISTRATOR, at=START)
    member = make_place(made).person
    memberships.change_role(by, made.key, member.key, Role.ADMINISTRATOR, at=START)
    memberships.remove(by, made.key, own.key, at=START)
    assert get_organisation(by, made.key, at=START).may_administer
