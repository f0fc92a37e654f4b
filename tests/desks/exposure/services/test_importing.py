"""A sheet of assets is taken whole or not at all, and every fault of it is named."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.exposure.rooms import (
    NOW,
    day,
    install,
    make_advisory,
    make_asset,
    make_coordinate,
    make_operator,
    make_other,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Asset, Exposure, Tag
from tidegate.desks.exposure.services.importing import export_assets, import_assets
from tidegate.desks.exposure.services.matching import match_asset
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db

SHEET = (
    b"name,owner,exposed,criticality,scope,operational_technology,tags\n"
    b"web,Ann,yes,high,,no,blue;green\n"
    b"mail,,,,nss,yes,\n"
)


def test_assets_are_made_and_the_same_sheet_again_changes_nothing() -> None:
    of = make_operator(scope="fceb")
    told = import_assets(of.actor, of.key, SHEET, at=NOW)
    assert (told.made, told.changed, told.unchanged, told.is_done) == (2, 0, 0, True)
    web, mail = Asset.objects.order_by("-name")
    assert (web.owner, web.exposed, web.criticality, web.scope) == ("Ann", "yes", "high", "fceb")
    assert (mail.exposed, mail.scope, mail.is_operational_technology) == ("unknown", "nss", True)
    assert set(web.tags.values_list("word", flat=True)) == {"blue", "green"}
    entries = Entry.objects.count()
    told = import_assets(of.actor, of.key, SHEET, at=day(1))
    assert (told.made, told.changed, told.unchanged) == (0, 0, 2)
    assert Entry.objects.count() == entries


def test_what_is_exported_is_imported_again_as_it_was() -> None:
    of = make_operator()
    make_asset(of, "=cmd|' /C calc'!A0", owner="-1", tags=("a", "b"), sector="energy")
    make_asset(of, "'quoted", system="+49 30", is_operational_technology=True, exposed="no")
    make_asset(of, "gone", retired_at=NOW)
    sheet = export_assets(of.actor, of.key, at=NOW)
    assert b"\n=" not in sheet
    assert b",=" not in sheet
    told = import_assets(of.actor, of.key, sheet, at=day(1))
    assert (told.made, told.changed, told.unchanged, told.faults) == (0, 0, 2, ())


def test_only_what_a_sheet_says_is_changed() -> None:
    of = make_operator()
    asset = make_asset(of, "web", owner="Ann", system="mail", tags=("blue",), exposed="no")
    other = make_asset(of, "old")
    raw = f"asset,name,owner,tags\n{asset.key.lower()},web 2,,red\n,new,,\n".encode()
    told = import_assets(of.actor, of.key, raw, at=day(1))
    assert (told.made, told.changed) == (1, 1)
    asset.refresh_from_db()
    assert (asset.name, asset.owner, asset.system, asset.exposed) == ("web 2", "", "mail", "no")
    assert set(Tag.objects.values_list("word", flat=True)) == {"red"}
    assert asset.changed_at == day(1)
    other.refresh_from_db()
    assert (other.retired_at, other.changed_at) == (None, NOW)


def test_tried_only_it_says_the_same_and_does_nothing() -> None:
    of = make_operator()
    told = import_assets(of.actor, of.key, SHEET, at=NOW, dry_run=True)
    assert (told.made, told.is_done) == (2, False)
    assert not Asset.objects.exists()


def test_every_fault_is_named_and_nothing_is_done() -> None:
    of = make_operator()
    make_asset(of, "taken")
    held = make_asset(of, "held")
    theirs = make_asset(make_operator(), "theirs")
    raw = (
        "asset,name,exposed,scope,operational_technology,tags\n"
        ",good,yes,,,\n"
        ",,yes,,,\n"
        ",bad,maybe,nato,perhaps,x\n"
        f"{theirs.key},mine,,,,\n"
        f"{held.key},taken,,,,\n"
        ",good,no,,,\n"
    ).encode()
    told = import_assets(of.actor, of.key, raw, at=NOW)
    assert [(one.line, one.column) for one in told.faults] == [
        (3, "name"),
        (4, "exposed"),
        (4, "scope"),
        (4, "operational_technology"),
        (5, "asset"),
        (6, "name"),
        (7, "name"),
    ]
    assert told.fault_count == 7
    assert "write yes, no or unknown" in str(told.faults[1])
    assert not told.is_done
    assert set(Asset.objects.values_list("name", flat=True)) == {"taken", "held", "theirs"}
    # What another operator has is refused in the words for what nobody has.
    raw = b"asset,name\nH-00000-00000,mine\n"
    unheard = import_assets(of.actor, of.key, raw, at=NOW).faults[0]
    assert unheard.words == told.faults[4].words.replace(theirs.key, "H-00000-00000")


def test_what_is_no_sheet_is_one_fault() -> None:
    of = make_operator()
    told = import_assets(of.actor, of.key, b"PK\x03\x04\xff", at=NOW)
    assert (told.fault_count, told.is_done) == (1, False)


def test_deadlines_follow_and_the_ledger_names_whose() -> None:
    of = make_operator(scope="fceb")
    asset = make_asset(of, "web", exposed="no")
    install(asset, make_coordinate("PyPI", "requests", "2.25.0"))
    make_advisory("CVE-2026-0001", "PyPI", "requests", "0", "2.31.0")
    match_asset(asset, at=NOW)
    import_assets(of.actor, of.key, b"name,exposed\nweb,yes\n", at=day(1))
    assert Exposure.objects.get().deadlines.count() == 2
    entry = Entry.objects.get(kind="assets-changed")
    assert (entry.said["assets"], entry.said["to"]) == ([asset.key], {"exposed": "yes"})
    assert entry.only_for == of.key


def test_many_rows_are_no_query_each() -> None:
    of = make_operator()
    rows = "".join(f"asset {number},blue\n" for number in range(900))
    with CaptureQueriesContext(connection) as queries:
        told = import_assets(of.actor, of.key, f"name,tags\n{rows}".encode(), at=NOW)
    assert told.made == 900
    assert len(queries) < 60


def test_nobody_else_imports_or_exports() -> None:
    of = make_operator()
    for other in (make_operator(), make_other(OrganisationKind.COORDINATOR)):
        with pytest.raises(NotFoundError):
            import_assets(other.actor, of.key, SHEET, at=NOW)
        with pytest.raises(NotFoundError):
            export_assets(other.actor, of.key, at=NOW)
    reader = of.colleague(Role.READER).actor
    assert export_assets(reader, of.key, at=NOW).startswith(b"asset,name,owner")
    with pytest.raises(NotFoundError):
        import_assets(reader, of.key, SHEET, at=NOW)
