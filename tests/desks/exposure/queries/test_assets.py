"""Lists and pages of assets say what is known, how much is not, and nothing of anybody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.exposure.rooms import (
    NOW,
    day,
    delegated,
    install,
    make_advisory,
    make_asset,
    make_coordinate,
    make_exposure,
    make_operator,
    make_other,
    sbom,
)
from tests.desks.parties.makers import make_organisation
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.queries.assets import asset_page, list_assets
from tidegate.desks.exposure.services.assets import change_assets
from tidegate.desks.exposure.services.inventories import hand_in, take_back
from tidegate.desks.findings.queries.errors import CursorError, FilterError

pytestmark = pytest.mark.django_db


def test_nobody_sees_anothers_assets_and_no_count_of_them() -> None:
    of, other = make_operator(), make_operator()
    mine, theirs = make_asset(of), make_asset(other)
    make_exposure(theirs, "CVE-2026-0001")
    assert [row.key for row in list_assets(of.actor, at=NOW).rows] == [mine.key]
    assert list_assets(of.actor, organisation=other.key, at=NOW).rows == ()
    strangers = [
        of.actor,
        OWNER,
        *(
            make_other(kind).actor
            for kind in (OrganisationKind.COORDINATOR, OrganisationKind.VENDOR)
        ),
    ]
    for stranger in strangers:
        with pytest.raises(NotFoundError):
            asset_page(stranger, theirs.key, at=NOW)


def test_whoever_holds_the_machine_reads_those_of_an_operator_that_is_alone() -> None:
    asset = make_asset(make_organisation(OrganisationKind.OPERATOR))
    make_asset(make_operator())
    assert [row.key for row in list_assets(OWNER, at=NOW).rows] == [asset.key]


def test_a_list_is_narrowed_by_every_word() -> None:
    of = make_operator()
    web = make_asset(
        of,
        "web",
        tags=("blue",),
        system="shop",
        environment="production",
        exposed="yes",
        scope="nss",
    )
    make_asset(of, "mail", owner="Ann")
    make_asset(of, "old", retired_at=NOW)
    narrowings: tuple[dict[str, Any], ...] = (
        {"tag": "Blue"},
        {"system": "shop"},
        {"environment": "production"},
        {"exposed": "yes"},
        {"scope": "nss"},
        {"search": "WE"},
        {"search": web.key.lower()},
    )
    for narrow in narrowings:
        assert [row.name for row in list_assets(of.actor, **narrow, at=NOW).rows] == ["web"], narrow
    assert [row.name for row in list_assets(of.actor, search="ann", at=NOW).rows] == ["mail"]
    assert [row.name for row in list_assets(of.actor, retired=True, at=NOW).rows] == ["old"]


def test_pages_go_on_and_back_and_an_unknown_word_is_named() -> None:
    of = make_operator()
    for number in range(5):
        make_asset(of, f"asset {number}", system="same")
    first = list_assets(of.actor, limit=2, at=NOW)
    second = list_assets(of.actor, limit=2, cursor=first.next, at=NOW)
    assert [row.name for row in (*first.rows, *second.rows)] == [f"asset {n}" for n in range(4)]
    assert list_assets(of.actor, limit=2, cursor=second.previous, at=NOW).rows == first.rows
    by_system = list_assets(of.actor, sort="-system", limit=3, at=NOW)
    rest = list_assets(of.actor, sort="-system", limit=3, cursor=by_system.next, at=NOW)
    assert len({row.key for row in (*by_system.rows, *rest.rows)}) == 5
    with pytest.raises(CursorError):
        list_assets(of.actor, tag="x", cursor=first.next, at=NOW)
    wrongs: tuple[dict[str, Any], ...] = (
        {"exposed": "maybe"},
        {"scope": "nato"},
        {"sort": "colour"},
        {"search": "\0"},
    )
    for wrong in wrongs:
        with pytest.raises(FilterError):
            list_assets(of.actor, **wrong, at=NOW)


def test_a_row_counts_what_is_known_and_what_is_not() -> None:
    of = make_operator()
    asset = make_asset(of)
    make_asset(of)
    empty = make_asset(of, "aaa")
    both = make_coordinate("PyPI", "requests", "2.25.0")
    install(asset, both, make_coordinate("npm", "minimist", "1.2.5"), received_at=day(1))
    install(asset, both, part="container")
    make_exposure(asset, "CVE-2026-0001", due_at=day(2), due_on=day(1).date(), in_kev=True)
    make_exposure(asset, "CVE-2026-0002", due_at=day(30), due_on=day(29).date())
    make_exposure(asset, "CVE-2026-0003", due_at=day(1), due_on=NOW.date(), remedy="mitigated")
    make_exposure(asset, "CVE-2026-0004", due_at=day(1), cleared_at=NOW)
    row = next(one for one in list_assets(of.actor, at=day(3)).rows if one.key == asset.key)
    assert (row.installed, row.exposures, row.in_kev, row.late) == (2, 3, 1, 1)
    assert (row.next_due_at, row.next_due_on) == (day(2), day(1).date())
    assert row.received_at == day(1)
    nothing = list_assets(of.actor, at=day(3)).rows[0]
    assert (nothing.key, nothing.installed, nothing.received_at) == (empty.key, 0, None)


def test_a_list_costs_the_same_however_long_it_is() -> None:
    of = make_operator()
    actor = of.actor
    counts = []
    for _ in range(2):
        for _ in range(5):
            make_exposure(make_asset(of, tags=("blue",)), "CVE-2026-0001")
        with CaptureQueriesContext(connection) as queries:
            list_assets(actor, at=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_tells_what_is_installed_what_is_not_placed_and_what_has_changed() -> None:
    of = make_operator(scope="fceb")
    asset = make_asset(of)
    make_advisory("CVE-2026-0001", "PyPI", "requests", "0", "2.31.0")
    raw = sbom(
        "pkg:pypi/requests@2.25.0",
        "pkg:npm/minimist@1.2.5",
        "pkg:deb/debian/openssl@3.0.11",
        more=({"type": "library", "name": "of-our-own", "version": "1"},),
    )
    told = hand_in(of.actor, asset.key, raw, "sbom.json", at=day(1))
    change_assets(of.actor, [asset.key], exposed="no", owner="Ann", at=day(2))
    page = asset_page(of.actor, asset.key, at=day(3))
    assert [(one.ecosystem, one.coordinates, one.exposed) for one in page.ecosystems] == [
        ("PyPI", 1, 1),
        ("npm", 1, 0),
    ]
    assert {one.reason: one.count for one in page.unplaced} == {
        "no-release": 1,
        "no-package-url": 1,
    }
    assert all(one.words and one.examples for one in page.unplaced)
    assert (page.exposures.open, page.exposures.affected) == (1, 1)
    assert [one.key for one in page.inventories] == [told.key]
    assert page.inventories[0].counts
    assert [one.what for one in page.history] == [
        "assets-changed",
        "inventory-handed-in",
        "exposures-opened",
    ]
    changed = page.history[0]
    assert (changed.columns, changed.to) == (("exposed", "owner"), {"exposed": "no"})
    assert (page.may_operate, page.may_hand_in) == (True, True)
    reader = asset_page(of.colleague(Role.READER).actor, asset.key, at=day(3))
    assert (reader.may_operate, reader.may_hand_in) == (False, False)
    take_back(of.actor, told.key, at=day(4))
    page = asset_page(of.actor, asset.key, at=day(5))
    assert page.exposures.cleared == 1
    assert (page.ecosystems, page.unplaced) == ((), ())
    assert page.history[0].what in ("inventory-taken-back", "exposures-cleared")


def test_exposures_are_counted_by_what_is_due() -> None:
    of = make_operator()
    asset = make_asset(of)
    for number, due in enumerate((-1, 1, 3, 10, 40, 90)):
        make_exposure(asset, f"CVE-2026-000{number}", due_at=day(due), is_determined=True)
    make_exposure(asset, "CVE-2026-0010", certainty="unknown", outcome="undetermined")
    make_exposure(asset, "CVE-2026-0011", remedy="remediated", due_at=day(1))
    counts = asset_page(of.actor, asset.key, at=NOW).exposures
    assert (counts.open, counts.unknown, counts.late) == (8, 1, 1)
    assert (counts.due_in_3_days, counts.due_in_14_days, counts.due_in_60_days) == (2, 3, 4)
    assert (counts.undetermined, counts.remediated) == (1, 1)
    assert Exposure.objects.count() == 8


def test_a_provider_reads_what_was_delegated_and_says_so_of_none_other() -> None:
    of, provider = make_operator(), make_other()
    asset = make_asset(of)
    delegated(of, provider)
    assert asset_page(provider.actor, asset.key, at=NOW).may_operate
    assert list_assets(provider.actor, organisation=of.key, at=NOW).rows[0].key == asset.key
