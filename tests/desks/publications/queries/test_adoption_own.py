"""An operator reads its own adoption in full, and nobody else does."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import day, delegated, make_other
from tests.desks.exposure.sources import running
from tests.desks.publications.adopting import (
    IDENTIFIER,
    an_operator,
    came,
    exposed_asset,
    make_publication,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.publications.queries.adoption_own import own_adoption
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.services.adoption_following import follow
from tidegate.desks.publications.states.adoption import Stage

pytestmark = pytest.mark.django_db


def test_it_lists_each_asset_with_its_stages_and_what_is_late_first():
    row = make_publication()
    operator = an_operator()
    mended, waiting = exposed_asset(operator), exposed_asset(operator)
    running(mended, ("web", "2.0"), at=day(2))
    Exposure.objects.filter(asset=waiting).update(due_at=day(1), due_on=day(0).date())
    came(row, operator, "applied", day(1))
    came(row, an_operator(), "applied", day(1))
    adoption.seen(operator.actor, IDENTIFIER, at=day(1))
    follow(day(3))
    shown = own_adoption(operator.actor, IDENTIFIER, at=day(3))
    assert (shown.assets, shown.seen_at, shown.deadlines) == (3, day(1), (day(0).date(),))
    first, *rest = shown.rows
    assert (first.key, first.is_late, first.stage) == (waiting.key, True, Stage.NOTIFIED)
    assert {one.stage for one in rest} == {Stage.VERIFIED, Stage.APPLIED}
    verified = [point.reached[Stage.VERIFIED] for point in shown.points]
    assert verified == [0, 0, 1, 1]
    assert shown.points[-1].reached[Stage.APPLIED] == 2


def test_only_its_people_and_those_who_act_for_it_read_it():
    make_publication()
    operator, provider = an_operator(), make_other(OrganisationKind.TRUSTED_PARTNER)
    exposed_asset(operator)
    follow(day(1))
    delegated(operator, provider)
    for one in (operator.colleague(Role.READER), provider):
        assert own_adoption(one.actor, IDENTIFIER, at=day(2)).assets == 1
    coordinator = make_other(OrganisationKind.COORDINATOR, OrganisationKind.OPERATOR)
    for one in (coordinator, an_operator()):
        with pytest.raises(NotFoundError):
            own_adoption(one.actor, IDENTIFIER, organisation=operator.key, at=day(2))
    assert own_adoption(an_operator().actor, IDENTIFIER, at=day(2)).assets == 0
    with pytest.raises(NotFoundError):
        own_adoption(operator.actor, "TG-2026-zzzzzzzz", at=day(2))
