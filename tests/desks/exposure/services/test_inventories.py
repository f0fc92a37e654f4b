"""What an operator hands in is kept as it came, counts at once, and can be taken back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.exposure.rooms import (
    NOW,
    day,
    delegated,
    make_advisory,
    make_asset,
    make_operator,
    make_other,
    sbom,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role, Scope
from tidegate.desks.exposure.models import (
    Asset,
    Coordinate,
    Exposure,
    Installed,
    Inventory,
    Package,
    Unplaced,
)
from tidegate.desks.exposure.queries.inventories import inventory_page
from tidegate.desks.exposure.services.assets import change_assets, retire_assets
from tidegate.desks.exposure.services.inventories import (
    hand_in,
    hand_in_for,
    hand_out,
    take_back,
)
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import narrowed_to

pytestmark = pytest.mark.django_db

OLD = "pkg:pypi/requests@2.25.0"
NEW = "pkg:pypi/requests@2.32.0"
OTHER = "pkg:npm/minimist@1.2.5"


def installed(asset: Asset) -> set[str]:
    rows = Installed.objects.filter(asset=asset).select_related("coordinate__package")
    return {f"{one.coordinate.package.name} {one.coordinate.version}" for one in rows}


def affecting_requests() -> None:
    make_advisory("CVE-2026-0001", "PyPI", "requests", "0", "2.31.0")


def exposures(asset: Asset) -> dict[str, bool]:
    rows = Exposure.objects.filter(asset=asset).select_related("vulnerability")
    return {one.vulnerability.name: one.cleared_at is None for one in rows}


def test_what_is_handed_in_is_installed_and_what_it_exposes_to_opens_at_once() -> None:
    of = make_operator()
    asset = make_asset(of)
    affecting_requests()
    told = hand_in(of.actor, asset.key, sbom(OLD, OTHER), "sbom.json", at=NOW)
    assert (told.components, told.placed, told.added, told.opened) == (2, 2, 2, 1)
    assert (told.is_new, told.replaced, told.format) == (True, "", "cyclonedx-json")
    assert installed(asset) == {"requests 2.25.0", "minimist 1.2.5"}
    assert exposures(asset) == {"CVE-2026-0001": True}


def test_the_document_is_sealed_and_comes_out_byte_for_byte() -> None:
    of = make_operator()
    raw = sbom(OLD)
    told = hand_in(of.actor, make_asset(of).key, raw, "sbom.json", at=NOW)
    assert hand_out(of.actor, told.key, at=NOW) == ("sbom.json", raw)
    kept = Inventory.objects.get(key=told.key)
    assert b"requests" not in bytes(kept.document)
    assert "requests" not in str(list(Entry.objects.values_list("text", flat=True)))


def test_a_newer_one_takes_the_place_of_the_one_before_it_of_the_same_part_alone() -> None:
    of = make_operator()
    asset = make_asset(of)
    affecting_requests()
    first = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)
    hand_in(of.actor, asset.key, sbom(OTHER), "b.json", part="container", at=NOW)
    told = hand_in(of.actor, asset.key, sbom(NEW), "c.json", at=day(1))
    assert (told.replaced, told.added, told.removed, told.cleared) == (first.key, 1, 1, 1)
    assert installed(asset) == {"requests 2.32.0", "minimist 1.2.5"}
    assert exposures(asset) == {"CVE-2026-0001": False}


def test_the_same_document_again_changes_nothing_and_says_so() -> None:
    of = make_operator()
    asset = make_asset(of)
    first = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)
    entries = Entry.objects.count()
    again = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=day(1))
    assert (again.key, again.is_new, again.added, again.removed) == (first.key, False, 0, 0)
    assert again.components == 1
    assert (Inventory.objects.count(), Entry.objects.count()) == (1, entries)


def test_the_same_document_with_the_release_said_is_read_anew() -> None:
    of = make_operator()
    asset = make_asset(of)
    raw = sbom("pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64")
    told = hand_in(of.actor, asset.key, raw, "a.json", at=NOW)
    assert (told.placed, dict(told.unplaced)) == (0, {"no-release": 1})
    told = hand_in(of.actor, asset.key, raw, "a.json", distribution="debian-12", at=NOW)
    assert (told.is_new, told.placed) == (True, 1)
    assert not Unplaced.objects.exists()
    # It may as well be said of the asset, once for all inventories.
    change_assets(of.actor, [asset.key], distribution="debian-11", at=NOW)
    hand_in(of.actor, asset.key, raw, "a.json", at=NOW)
    assert {
        one.ecosystem for one in Package.objects.filter(coordinates__installed__asset=asset)
    } == {"Debian:11"}


def test_what_cannot_be_placed_or_understood_is_kept_with_its_reason() -> None:
    of = make_operator()
    asset = make_asset(of)
    raw = sbom(
        OLD,
        "pkg:pypi/flask@not a version",
        "pkg:pypi/jinja2",
        more=(
            {"type": "library", "name": "of-our-own", "version": "1"},
            {"type": "library"},
        ),
    )
    told = hand_in(of.actor, asset.key, raw, "a.json", at=NOW)
    assert told.placed == 1
    assert told.components == told.placed + sum(told.unplaced.values())
    assert {"no-version", "no-package-url"} <= told.unplaced.keys()
    assert told.not_understood >= 1
    assert [one.place for one in told.lines] == [
        one.place for one in inventory_page(of.actor, told.key, at=NOW).lines
    ]
    assert Unplaced.objects.filter(asset=asset).count() == sum(told.unplaced.values())


def test_binary_packages_of_one_source_are_one_coordinate_and_keep_their_purls() -> None:
    of = make_operator()
    asset = make_asset(of, distribution="debian-12")
    purls = [
        f"pkg:deb/debian/{name}@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl"
        for name in ("libssl3", "openssl-provider")
    ]
    told = hand_in(of.actor, asset.key, sbom(*purls), "a.json", at=NOW)
    (row,) = Installed.objects.all()
    assert (told.placed, told.added) == (2, 1)
    assert (sorted(row.purls), row.doubt) == (purls, "")


def test_a_package_whose_source_is_not_told_is_installed_in_doubt() -> None:
    of = make_operator()
    raw = sbom("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12")
    told = hand_in(of.actor, make_asset(of).key, raw, "a.json", at=NOW)
    assert (told.placed, dict(told.unplaced)) == (1, {"source-package-not-told": 1})
    assert Installed.objects.get().doubt == "source-package-not-told"


def test_one_after_another_leaves_what_the_last_one_alone_would() -> None:
    of = make_operator()
    asset = make_asset(of)
    debian = "pkg:deb/debian/{}@3.0.11-1?distro=debian-12{}"
    parts = (
        OLD,
        NEW,
        OTHER,
        debian.format("libssl3", "&upstream=openssl"),
        debian.format("openssl", "&upstream=openssl"),
        debian.format("openssl", ""),
        "pkg:pypi/jinja2",
    )

    def rows(of_asset: Asset) -> set[tuple[object, ...]]:
        found = Installed.objects.filter(asset=of_asset)
        told = {(one.coordinate_id, tuple(sorted(one.purls)), one.doubt) for one in found}
        left = Unplaced.objects.filter(asset=of_asset).values_list("component", "reason")
        return told | set(left)

    for number in (
        0b1,
        0b1010101,
        0b0100111,
        0b0111000,
        0b0110000,
        0b0100000,
        0b1111111,
        0b0010010,
    ):
        raw = sbom(*(part for place, part in enumerate(parts) if number >> place & 1))
        fresh = make_asset(of)
        hand_in(of.actor, fresh.key, raw, "a.json", at=NOW)
        told = hand_in(of.actor, asset.key, raw, "a.json", at=NOW)
        assert rows(asset) == rows(fresh), bin(number)
        assert set(Installed.objects.filter(asset=asset).values_list("inventory__key")) == {
            (told.key,)
        }


def test_what_cannot_be_read_is_refused_whole_and_makes_no_asset() -> None:
    of = make_operator()
    with pytest.raises(NotPossibleError, match=r"broken\.json"):
        hand_in_for(of.actor, of.key, "web", b'{"bomFormat": ', "broken.json", at=NOW)
    assert not Asset.objects.exists()
    assert not Inventory.objects.exists()


def test_an_asset_is_made_by_its_name_once() -> None:
    of = make_operator(scope="critical-infrastructure")
    first = hand_in_for(of.actor, of.key, " web  1 ", sbom(OLD), "a.json", at=NOW)
    again = hand_in_for(of.actor, of.key, "web 1", sbom(NEW), "b.json", at=day(1))
    assert (first.made_asset, again.made_asset, again.asset) == (True, False, first.asset)
    asset = Asset.objects.get()
    assert (asset.name, asset.scope, asset.exposed) == (
        "web 1",
        "critical-infrastructure",
        "unknown",
    )


def test_taken_back_the_one_before_counts_again_and_its_clock_with_it() -> None:
    of = make_operator()
    asset = make_asset(of)
    affecting_requests()
    first = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)
    second = hand_in(of.actor, asset.key, sbom(NEW), "b.json", at=day(1))
    told = take_back(of.actor, second.key, at=day(9))
    assert (told.key, told.opened, told.added, told.removed) == (first.key, 1, 1, 1)
    assert installed(asset) == {"requests 2.25.0"}
    found = Exposure.objects.get()
    assert (found.cleared_at, found.detected_at) == (None, NOW)
    # The first one, taken back as well, leaves nothing.
    told = take_back(of.actor, first.key, at=day(10))
    assert (told.key, told.components, told.cleared) == (first.key, 0, 1)
    assert installed(asset) == set()
    with pytest.raises(NotPossibleError, match="already"):
        take_back(of.actor, first.key, at=day(10))


def test_only_the_one_that_counts_is_taken_back() -> None:
    of = make_operator()
    asset = make_asset(of)
    first = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)
    hand_in(of.actor, asset.key, sbom(NEW), "b.json", at=day(1))
    with pytest.raises(NotPossibleError, match="take that one back first"):
        take_back(of.actor, first.key, at=day(2))


def test_a_retired_asset_takes_no_inventory() -> None:
    of = make_operator()
    asset = make_asset(of)
    retire_assets(of.actor, [asset.key], at=NOW)
    with pytest.raises(NotPossibleError, match="bring it back"):
        hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)


def test_nobody_else_hands_in_takes_back_or_reads() -> None:
    of = make_operator()
    asset = make_asset(of)
    told = hand_in(of.actor, asset.key, sbom(OLD), "a.json", at=NOW)
    others = [
        make_operator().actor,
        make_other(OrganisationKind.COORDINATOR).actor,
        make_other(OrganisationKind.VENDOR).actor,
        OWNER,
    ]
    for other in others:
        with pytest.raises(NotFoundError):
            hand_in(other, asset.key, sbom(NEW), "a.json", at=NOW)
        with pytest.raises(NotFoundError):
            hand_in_for(other, of.key, asset.name, sbom(NEW), "a.json", at=NOW)
        with pytest.raises(NotFoundError):
            take_back(other, told.key, at=NOW)
        with pytest.raises(NotFoundError):
            hand_out(other, told.key, at=NOW)
        with pytest.raises(NotFoundError):
            inventory_page(other, told.key, at=NOW)
    reader = of.colleague(Role.READER).actor
    assert hand_out(reader, told.key, at=NOW)
    with pytest.raises(NotFoundError):
        hand_in(reader, asset.key, sbom(NEW), "a.json", at=NOW)


def test_a_token_for_handing_in_hands_in_and_takes_back_and_reads_nothing() -> None:
    of = make_operator()
    pushing = narrowed_to(of.actor, scopes=[Scope.HAND_IN])
    told = hand_in_for(pushing, of.key, "web", sbom(OLD), "a.json", at=NOW)
    with pytest.raises(NotFoundError):
        hand_out(pushing, told.key, at=NOW)
    assert take_back(pushing, told.key, at=NOW).components == 0


def test_a_provider_hands_in_as_long_as_it_is_delegated_to() -> None:
    of, provider = make_operator(), make_other(OrganisationKind.VENDOR)
    delegated(of, provider, until=day(2))
    asset = make_asset(of)
    hand_in(provider.actor, asset.key, sbom(OLD), "a.json", at=day(1))
    with pytest.raises(NotFoundError):
        hand_in(provider.actor, asset.key, sbom(NEW), "a.json", at=day(3))


def test_what_another_runs_changes_neither_what_is_asked_nor_how_often() -> None:
    """What one operator's hand-in costs must not tell it what another has handed in."""
    first, second = make_operator(), make_operator()
    # What is made once and for all is made before.
    hand_in(first.actor, make_asset(first).key, sbom(OLD), "a.json", at=NOW)
    asked = []
    for known in (False, True):
        purls = [f"pkg:pypi/only-{known}-{number}@1.0" for number in range(3)]
        if known:
            hand_in(first.actor, make_asset(first).key, sbom(*purls), "a.json", at=NOW)
        asset = make_asset(second)
        with CaptureQueriesContext(connection) as queries:
            told = hand_in(second.actor, asset.key, sbom(*purls), "a.json", at=NOW)
        asked.append([query["sql"][:30] for query in queries if "SAVEPOINT" not in query["sql"]])
        assert (told.added, told.opened) == (3, 0)
    assert asked[0] == asked[1]
    assert Coordinate.objects.filter(package__name__startswith="only").count() == 6


def test_many_components_are_no_query_each() -> None:
    of = make_operator()
    counts = []
    for size in (200, 1_200):
        purls = [f"pkg:npm/package-{number}@1.{size}.0" for number in range(size)]
        asset = make_asset(of)
        raw = sbom(*purls)
        with CaptureQueriesContext(connection) as queries:
            hand_in(of.actor, asset.key, raw, "a.json", at=NOW)
        counts.append(len(queries))
    assert counts[1] - counts[0] < 50


def test_of_one_coordinate_so_many_package_urls_are_kept(monkeypatch) -> None:
    monkeypatch.setattr("tidegate.desks.exposure.services.installing.MOST_PURLS", 3)
    operator = make_operator()
    asset = make_asset(operator)
    purls = [f"{OLD}?part={number}" for number in range(10)]
    handed = hand_in(operator.actor, asset.key, sbom(*purls), "web.json", at=NOW)
    (row,) = Installed.objects.filter(asset=asset)
    assert (handed.placed, row.purls) == (10, purls[:3])
