"""A provider acts for an operator as long as both want it; nobody else delegates for either."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import NOW, day, make_asset, make_operator, make_other
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Delegation
from tidegate.desks.exposure.queries.assets import list_assets
from tidegate.desks.exposure.queries.delegations import list_delegations
from tidegate.desks.exposure.services.delegating import delegate, end_delegation
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_a_provider_reads_from_when_it_is_delegated_to_until_that_ends() -> None:
    of, provider = make_operator(), make_other()
    asset = make_asset(of)
    made = delegate(of.actor, of.key, provider.key, until=day(3), at=NOW)
    reader = provider.colleague(Role.READER).actor
    assert [row.key for row in list_assets(reader, at=day(1)).rows] == [asset.key]
    assert list_assets(reader, at=day(3)).rows == ()
    end_delegation(of.actor, made.key, at=day(2))
    assert list_assets(reader, at=day(2)).rows == ()
    assert [one.kind for one in Entry.objects.order_by("index")] == [
        "delegated",
        "delegation-ended",
    ]


@pytest.mark.parametrize("ends", ["operator", "provider"])
def test_administrators_of_either_side_end_it_once(ends: str) -> None:
    of, provider = make_operator(), make_other()
    made = delegate(of.actor, of.key, provider.key, at=NOW)
    side = of if ends == "operator" else provider
    with pytest.raises(NotFoundError):
        end_delegation(side.colleague().actor, made.key, at=day(1))
    end_delegation(side.actor, made.key, at=day(1))
    with pytest.raises(NotPossibleError, match="over since"):
        end_delegation(of.actor, made.key, at=day(2))


def test_nobody_delegates_for_an_operator_that_they_do_not_lead() -> None:
    of, provider, beyond = make_operator(), make_other(), make_other()
    coordinator = make_other(OrganisationKind.COORDINATOR)
    delegate(of.actor, of.key, provider.key, at=NOW)
    for other in (provider, coordinator, beyond, of.colleague(Role.MEMBER)):
        with pytest.raises(NotFoundError):
            delegate(other.actor, of.key, beyond.key, at=NOW)
    with pytest.raises(NotFoundError):
        delegate(OWNER, of.key, beyond.key, at=NOW)
    assert Delegation.objects.count() == 1


def test_a_provider_acts_for_an_operator_once_and_again_after_it_ran_out() -> None:
    of, provider = make_operator(), make_other()
    first = delegate(of.actor, of.key, provider.key, until=day(2), at=NOW)
    with pytest.raises(NotPossibleError, match="end that one first"):
        delegate(of.actor, of.key, provider.key, at=day(1))
    second = delegate(of.actor, of.key, provider.key, at=day(2))
    first.refresh_from_db()
    assert (first.ended_at, second.until) == (day(2), None)


def test_an_end_that_is_over_a_stranger_and_itself_are_refused() -> None:
    of = make_operator()
    with pytest.raises(NotPossibleError, match="is over"):
        delegate(of.actor, of.key, make_other().key, until=NOW, at=NOW)
    with pytest.raises(NotPossibleError, match="no zone"):
        delegate(of.actor, of.key, make_other().key, until=day(1).replace(tzinfo=None), at=NOW)
    with pytest.raises(NotPossibleError, match="ask the provider"):
        delegate(of.actor, of.key, "O-00000-00000", at=NOW)
    with pytest.raises(NotPossibleError, match="name a provider"):
        delegate(of.actor, of.key, of.key, at=NOW)


def test_both_sides_see_it_and_nobody_else_does() -> None:
    of, provider = make_operator(), make_other()
    old = delegate(of.actor, of.key, make_other().key, at=NOW)
    end_delegation(of.actor, old.key, at=day(1))
    made = delegate(of.actor, of.key, provider.key, at=NOW)
    assert [one.key for one in list_delegations(of.actor, at=day(2))] == [made.key, old.key]
    (told,) = list_delegations(provider.actor, at=day(2))
    assert (told.organisation, told.provider, told.ended_at) == (of.key, provider.key, None)
    assert (told.given_by, told.may_end) == ("", True)
    assert list_delegations(of.colleague().actor, at=day(2))[0].may_end is False
    for other in (make_operator(), make_other(OrganisationKind.COORDINATOR)):
        assert list_delegations(other.actor, at=day(2)) == ()
