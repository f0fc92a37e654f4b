"""What could not be told is counted of what one asks about, and of nothing that others run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.exposure.feeds_here import fresh
from tests.desks.exposure.rooms import NOW, install, make_asset, make_coordinate, make_operator
from tests.desks.exposure.sources import running
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.queries.inventory_list import list_inventories
from tidegate.desks.exposure.queries.untold import could_not_be_told

pytestmark = pytest.mark.django_db


def told(room, **narrowed):
    return could_not_be_told(room.actor, at=NOW, **narrowed)


def test_nothing_is_left_untold_only_with_fresh_feeds_and_an_inventory_of_each_asset():
    operator = make_operator()
    assert told(operator).words == ("No asset is kept here, so nothing is told of any.",)
    running(make_asset(operator, "web", system="shop"), ("web", "1.0"))
    assert [one.feed for one in told(operator).feeds] == ["kev", "vulnrichment"]
    fresh("kev", "vulnrichment", "osv-pypi")
    assert told(operator).is_nothing
    silent = make_asset(operator, "silent")
    assert told(operator).without_inventory == 1
    assert told(operator, system="shop").is_nothing
    assert not told(operator, asset=silent.key).is_nothing
    fresh("kev", said_at=NOW - timedelta(days=30))
    assert "which is too old to answer by" in told(operator, system="shop").words[0]


def test_another_operators_gaps_are_nobody_elses_to_know():
    operator, other = make_operator(), make_operator()
    fresh("kev", "vulnrichment", "osv-pypi")
    mine, theirs = make_asset(operator), make_asset(other)
    for asset in (mine, theirs):
        running(asset, ("web", "1.0"))
    install(theirs, make_coordinate("npm", "web", "1.0"), part="more")
    assert told(operator).is_nothing
    assert [one.ecosystem for one in told(other).ecosystems] == ["npm"]
    for narrowed in ({"asset": theirs.key}, {"organisation": other.key}):
        with pytest.raises(NotFoundError):
            told(operator, **narrowed)


def test_inventories_are_listed_asset_by_asset():
    operator = make_operator()
    full, silent = make_asset(operator, "full"), make_asset(operator, "silent")
    made = install(full, make_coordinate("PyPI", "web", "1.0"))
    page = list_inventories(operator.actor, at=NOW)
    assert [(one.asset, [row.key for row in one.inventories]) for one in page.rows] == [
        (full.key, [made.key]),
        (silent.key, []),
    ]
    first = list_inventories(operator.actor, limit=1, at=NOW)
    assert first.next
    rest = list_inventories(operator.actor, cursor=first.next, at=NOW)
    assert [one.asset for one in rest.rows] == [silent.key]
    assert list_inventories(make_operator().actor, at=NOW).rows == ()
