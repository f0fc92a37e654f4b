"""An ecosystem of which no fresh feed tells is never taken for one without vulnerabilities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.exposure.rooms import (
    NOW,
    install,
    make_asset,
    make_coordinate,
    make_operator,
)
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.queries.assets import asset_page
from tidegate.desks.exposure.queries.coverage import untold

pytestmark = pytest.mark.django_db


def loaded(feed: str, days: int) -> None:
    said = NOW - timedelta(days=days)
    edition = Edition.objects.create(
        feed=feed, said_at=said, fetched_at=NOW, came_from="a file", sha256="0" * 64, size=1,
        records=1, outcome="taken",
    )  # fmt: skip
    FeedState.objects.create(name=feed, edition=edition)


def test_what_was_never_loaded_what_is_too_old_and_what_nobody_covers_is_said() -> None:
    loaded("osv-debian", 400)
    loaded("osv-npm", 1)
    FeedState.objects.create(name="osv-pypi")
    told = untold(["Debian:12", "npm", "PyPI", "Gentoo"], at=NOW)
    assert told.keys() == {"Debian:12", "PyPI", "Gentoo"}
    assert "too old" in told["Debian:12"]
    assert "osv-pypi or ghsa" in told["PyPI"]
    assert "no feed that is read here" in told["Gentoo"]


def test_one_fresh_feed_of_several_is_enough() -> None:
    loaded("osv-pypi", 400)
    loaded("ghsa", 1)
    assert untold(["PyPI"], at=NOW) == {}
    assert untold(["Alpine:v3.19"], at=NOW).keys() == {"Alpine:v3.19"}


def test_an_asset_says_of_which_of_its_packages_nothing_is_told() -> None:
    of = make_operator()
    asset = make_asset(of)
    install(asset, make_coordinate("npm", "minimist", "1.2.5"), make_coordinate("PyPI", "a", "1"))
    loaded("osv-npm", 1)
    told = {
        one.ecosystem: bool(one.untold)
        for one in asset_page(of.actor, asset.key, at=NOW).ecosystems
    }
    assert told == {"npm": False, "PyPI": True}
