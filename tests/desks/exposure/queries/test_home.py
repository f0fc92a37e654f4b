"""What an operator looks at first, and what coordinators see of it: counts as lists have them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.desks.exposure.rooms import (
    NOW,
    day,
    delegated,
    install,
    make_asset,
    make_exposure,
    make_operator,
    make_other,
)
from tests.desks.exposure.sources import catalogue, decided, exposed
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Fulfilment, Unplaced
from tidegate.desks.exposure.queries.counts import counts
from tidegate.desks.exposure.queries.due import Due, due
from tidegate.desks.exposure.queries.exposures import list_exposures
from tidegate.desks.exposure.queries.home import home
from tidegate.desks.exposure.services.exceptions import except_exposure

pytestmark = pytest.mark.django_db


def some(operator, *days: float | None, **columns):
    asset = make_asset(operator)
    return [
        make_exposure(
            asset,
            f"CVE-2026-{number}",
            outcome="x",
            is_determined=True,
            policy_set="cisa",
            due_at=None if at is None else day(at),
            due_on=None if at is None else day(at).date(),
            **columns,
        )
        for number, at in enumerate(days)
    ]


def test_home_counts_what_the_lists_hold():
    operator = make_operator()
    rows = some(operator, -2, 1, 2, 10, 40, 90, None)
    make_asset(operator)
    make_exposure(rows[0].asset, "CVE-X", outcome="undetermined", certainty="unknown")
    inventory = install(rows[0].asset)
    Unplaced.objects.create(
        inventory=inventory, asset=rows[0].asset, component="x", reason="no-version", words="x"
    )
    seen = home(operator.actor, at=NOW)
    assert (seen.assets, seen.untold.without_inventory, seen.untold.unplaced) == (2, 1, 1)
    assert (seen.open, seen.late, seen.due_in_3_days, seen.due_in_14_days) == (8, 1, 2, 3)
    assert (seen.due_in_60_days, seen.due_later, seen.no_day, seen.undetermined) == (4, 1, 1, 1)
    assert (seen.affected, seen.unknown) == (7, 1)
    for state, count in (("late", seen.late), ("no-day", seen.no_day), ("open", seen.open)):
        assert len(list_exposures(operator.actor, state=state, at=NOW).rows) == count
    assert [one.vulnerability for one in seen.first][:2] == ["CVE-2026-0", "CVE-2026-1"]
    assert seen.today == NOW.date()
    assert [(one.day, one.due) for one in seen.days] == [
        (NOW.date() + timedelta(days=ahead), 1) for ahead in (-2, 1, 2, 10, 40)
    ]


def test_a_fresh_deadline_of_3_days_is_due_in_3_days_and_picture_counts_and_lists_agree():
    catalogue()
    zone = ZoneInfo("America/New_York")
    operator = make_operator(scope="fceb", zone=str(zone))
    morning = datetime(2026, 12, 14, 0, 30, tzinfo=zone)
    today = morning.date()
    asset = make_asset(operator)
    for days in (3, 4, 60, 61):
        last = today + timedelta(days=days)
        ends = datetime.combine(last + timedelta(days=1), time(), zone)
        make_exposure(asset, f"CVE-{days}", outcome="x", is_determined=True,
                      policy_set="cisa", due_on=last, due_at=ends)  # fmt: skip
    for at in (morning, morning.replace(hour=23, minute=59)):
        seen = home(operator.actor, at=at)
        assert (seen.due_in_3_days, seen.due_in_14_days) == (1, 2)
        assert (seen.due_in_60_days, seen.due_later) == (3, 1)
        assert sum(one.due for one in seen.days) == seen.due_in_60_days
        for days, count in ((3, 1), (14, 2), (60, 3), (61, 4)):
            rows = list_exposures(operator.actor, due_within=days, at=at).rows
            coming = due(operator.actor, within_days=days, at=at)
            assert len(rows) == count
            assert len([one for one in coming if one.what is Due.EXPOSURE]) == count


def test_home_is_of_one_s_own_and_of_those_that_have_delegated():
    operator, other, provider = make_operator(), make_operator(), make_other()
    some(operator, 1)
    some(other, 1)
    delegated(operator, provider)
    seen = home(provider.actor, at=NOW)
    assert ([one.key for one in seen.operators], seen.open) == ([operator.key], 1)
    with pytest.raises(NotFoundError):
        home(provider.actor, organisation=other.key, at=NOW)
    assert home(make_other(OrganisationKind.COORDINATOR).actor, at=NOW).open == 0


def test_what_is_due_comes_by_its_day_exposures_and_duties_together():
    catalogue()
    operator = make_operator(scope="fceb")
    exposure = exposed(operator, exposed="yes")
    decided("CVE-2026-1")
    items = due(operator.actor, within_days=400, at=NOW)
    assert [one.due_at for one in items] == sorted(one.due_at for one in items)
    (mine,) = [one for one in items if one.what is Due.EXPOSURE]
    assert (mine.key, mine.about, mine.words) == (exposure.key, exposure.asset.name, "3 days")
    duties = [one for one in items if one.what is Due.DUTY]
    assert duties
    done = next(one for one in duties if one.key.count("/") == 1)
    Fulfilment.objects.create(
        organisation=operator.organisation,
        directive=done.directive,
        requirement=done.requirement,
        done_at=NOW,
        words="done",
        by_name="Ada",
        at=NOW,
    )
    assert done.key not in {one.key for one in due(operator.actor, within_days=400, at=day(1))}
    except_exposure(operator.actor, exposure.key, "later", "Ada", day(9), at=NOW)
    later = due(operator.actor, within_days=400, at=day(1))
    assert not [one for one in later if one.what is Due.EXPOSURE]


def test_what_is_late_is_due_and_what_lies_beyond_is_not():
    operator = make_operator()
    some(operator, -2, 3, 50)
    items = [one for one in due(operator.actor, within_days=10, at=NOW) if one.what is Due.EXPOSURE]
    assert [(one.title, one.is_late) for one in items] == [
        ("CVE-2026-0", True),
        ("CVE-2026-1", False),
    ]
    assert due(make_other(OrganisationKind.COORDINATOR).actor, at=NOW) == ()


def test_coordinators_see_counts_and_nothing_of_what_is_installed():
    operator, other = make_operator("Alpha"), make_operator("Beta")
    some(operator, -2, 1, 30)
    some(other, 5)
    exposed(other, "CVE-2026-9", name="the till")
    make_other(OrganisationKind.VENDOR)
    seen = counts(make_other(OrganisationKind.COORDINATOR).colleague(Role.READER).actor, at=NOW)
    alpha, beta = seen.organisations
    assert (alpha.name, alpha.assets, alpha.open, alpha.late) == ("Alpha", 1, 3, 1)
    assert (alpha.due_in_3_days, alpha.due_in_60_days) == (1, 2)
    assert (seen.total.assets, seen.total.open) == (3, 5)
    told = json.dumps(asdict(seen))
    for secret in ("CVE", "the till", "web", "PyPI"):
        assert secret not in told
    assert beta.open == 2
    assert counts(OWNER, at=NOW) == seen


def test_counts_are_nobody_else_s():
    operator = make_operator()
    for who in (operator, make_other(OrganisationKind.VENDOR), make_other(OrganisationKind.FINDER)):
        with pytest.raises(NotFoundError):
            counts(who.actor, at=NOW)
