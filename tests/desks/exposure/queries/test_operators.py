"""Whose assets somebody may speak of: their own, those delegated to them, and those left alone."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import NOW, day, delegated, make_operator, make_other
from tests.desks.parties.makers import make_organisation
from tidegate.desks.access.actors import HOUSE, NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind, Role, Scope
from tidegate.desks.exposure.queries.operators import my_operators, one_operator
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.queries.actors import narrowed_to

pytestmark = pytest.mark.django_db


def test_ones_own_and_those_that_have_delegated() -> None:
    of, provider, other = make_operator("b"), make_operator("a"), make_operator("c")
    delegated(other, provider, until=day(1))
    assert [one.name for one in my_operators(provider.actor, at=NOW)] == ["a", "c"]
    assert [one.name for one in my_operators(provider.actor, at=day(1))] == ["a"]
    assert [one.name for one in my_operators(of.colleague(Role.READER).actor, at=NOW)] == ["b"]
    assert [one.name for one in my_operators(HOUSE, at=NOW)] == ["a", "b", "c"]
    for nobody in (NOBODY, OWNER, make_other(OrganisationKind.COORDINATOR).actor):
        assert my_operators(nobody, at=NOW) == ()


def test_whoever_holds_the_machine_has_those_without_an_administrator() -> None:
    make_operator("administered")
    make_organisation(OrganisationKind.OPERATOR, name="alone")
    make_organisation(OrganisationKind.VENDOR, name="a vendor alone")
    make_organisation(OrganisationKind.OPERATOR, name="suspended", suspended=True)
    assert [one.name for one in my_operators(OWNER, at=NOW)] == ["alone"]


def test_the_only_one_need_not_be_named_and_one_of_several_must_be() -> None:
    of, other = make_operator("ours"), make_operator("theirs")
    assert one_operator(of.actor, None, at=NOW) == of.organisation
    assert one_operator(of.actor, of.key.lower(), at=NOW) == of.organisation
    with pytest.raises(NotFoundError):
        one_operator(of.actor, other.key, at=NOW)
    delegated(other, of)
    with pytest.raises(NotPossibleError, match=f"{of.key} .ours., {other.key} .theirs."):
        one_operator(of.actor, None, at=NOW)
    with pytest.raises(NotPossibleError, match="ask its administrator"):
        one_operator(make_other().actor, None, at=NOW)


def test_a_token_finds_its_operator_for_what_it_is_good_for_and_for_nothing_else() -> None:
    of = make_operator()
    hands_in = narrowed_to(of.actor, scopes=[Scope.HAND_IN])
    assert one_operator(hands_in, None, act=Act.INVENTORY, at=NOW) == of.organisation
    assert not my_operators(hands_in, at=NOW)
    assert not my_operators(hands_in, act=Act.OPERATE, at=NOW)
    assert not my_operators(narrowed_to(of.actor, scopes=[Scope.WRITE]), at=NOW)
