"""What was handed in can be read to its last line, by those whose it is."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import (
    NOW,
    day,
    install,
    make_advisory,
    make_asset,
    make_coordinate,
    make_operator,
    make_other,
    sbom,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Installed
from tidegate.desks.exposure.queries.inventories import (
    InstalledRow,
    installed_rows,
    inventories_of,
    inventory_page,
    unplaced_rows,
)
from tidegate.desks.exposure.services.inventories import hand_in
from tidegate.desks.exposure.services.matching import match_asset
from tidegate.desks.findings.queries.errors import CursorError, FilterError

pytestmark = pytest.mark.django_db


def test_an_inventory_names_the_one_before_it_and_whether_it_counts() -> None:
    of = make_operator()
    asset = make_asset(of)
    first = hand_in(of.actor, asset.key, sbom("pkg:pypi/a@1"), "a.json", at=NOW)
    other = hand_in(of.actor, asset.key, sbom("pkg:pypi/c@1"), "c.json", part="x", at=day(1))
    second = hand_in(of.actor, asset.key, sbom("pkg:pypi/b@1"), "b.json", at=day(2))
    page = inventory_page(of.actor, second.key, at=day(3))
    assert (page.before, page.row.counts, page.may_take_back) == (first.key, True, True)
    assert page.row.handed_in_by == of.person.name
    old = inventory_page(of.actor, first.key, at=day(3))
    assert (old.before, old.row.counts, old.may_take_back) == ("", False, False)
    assert old.row.replaced_at == day(2)
    assert [one.key for one in inventories_of(asset)] == [second.key, other.key, first.key]


def test_what_is_installed_is_paged_by_name_and_holds_no_number_of_a_row() -> None:
    of = make_operator()
    asset = make_asset(of)
    make_advisory("CVE-2026-0001", "PyPI", "requests", "0", "2.31.0")
    both = make_coordinate("PyPI", "requests", "2.25.0")
    install(asset, both, *(make_coordinate("npm", f"p-{n}", "1.0.0") for n in range(4)))
    install(asset, both, part="container")
    match_asset(asset, at=NOW)
    rows: list[InstalledRow] = []
    cursor = None
    while True:
        page = installed_rows(of.actor, asset.key, limit=2, cursor=cursor, at=NOW)
        rows += page.rows
        cursor = page.next
        if cursor is None:
            break
    assert [one.package for one in rows] == ["requests", "requests", "p-0", "p-1", "p-2", "p-3"]
    assert rows[0].vulnerabilities == ("CVE-2026-0001",)
    assert rows[2].vulnerabilities == ()
    assert {one.inventory for one in rows[:2]} == {one.key for one in inventories_of(asset)}
    assert len(rows) == Installed.objects.count()
    found = installed_rows(of.actor, asset.key, ecosystem="npm", search="P-2", at=NOW).rows
    assert [one.package for one in found] == ["p-2"]
    with pytest.raises(CursorError):
        installed_rows(of.actor, asset.key, ecosystem="npm", cursor=page.previous, at=NOW)


def test_what_could_not_be_placed_is_listed_to_its_end() -> None:
    of = make_operator()
    asset = make_asset(of)
    more = tuple({"type": "library", "name": "same", "version": str(n)} for n in range(5))
    hand_in(of.actor, asset.key, sbom("pkg:deb/debian/a@1", more=more), "a.json", at=NOW)
    first = unplaced_rows(of.actor, asset.key, limit=4, at=NOW)
    rest = unplaced_rows(of.actor, asset.key, limit=4, cursor=first.next, at=NOW)
    assert len({one.component for one in (*first.rows, *rest.rows)}) == 6
    (found,) = unplaced_rows(of.actor, asset.key, reason="no-release", at=NOW).rows
    assert (found.component, bool(found.words)) == ("pkg:deb/debian/a@1", True)
    with pytest.raises(FilterError, match="no-release"):
        unplaced_rows(of.actor, asset.key, reason="bad-luck", at=NOW)


def test_nobody_else_reads_any_of_it() -> None:
    of = make_operator()
    asset = make_asset(of)
    told = hand_in(of.actor, asset.key, sbom("pkg:pypi/a@1"), "a.json", at=NOW)
    for other in (make_operator(), make_other(OrganisationKind.COORDINATOR)):
        for ask in (installed_rows, unplaced_rows):
            with pytest.raises(NotFoundError):
                ask(other.actor, asset.key, at=NOW)
        with pytest.raises(NotFoundError):
            inventory_page(other.actor, told.key, at=NOW)
