"""Assets are listed, added, changed by the many, retired, brought back, imported and exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.exposure.rooms import make_asset, make_operator
from tests.desks.exposure.sources import exposed
from tests.faces.cli.exposure.running import run
from tidegate.desks.access.words import Role
from tidegate.desks.exposure.models import Asset, Exposure, Operator

pytestmark = pytest.mark.django_db


def test_an_asset_is_added_changed_retired_and_brought_back():
    operator = make_operator()
    made = run(
        operator, "assets", "add", "gate", "--owner", "Ada", "--tag", "Edge", "--json"
    ).document()
    assert made["exposed"] == "unknown"
    change = ("assets", "change", "gate", "--exposed", "no", "--operational-technology")
    assert run(operator, *change, "--remove-tag", "edge", "--json").document() == {"changed": 1}
    asset = Asset.objects.get()
    assert (asset.exposed, asset.is_operational_technology, asset.owner) == ("no", True, "Ada")
    assert not asset.tags.exists()
    gone = run(operator, "assets", "retire", "gate")
    assert f"tidegate assets bring-back KEY undoes it: {asset.key}" in gone.words
    assert run(operator, "assets", "--json").document()["rows"] == []
    assert run(operator, "assets", "--retired", "--json").document()["rows"]
    assert run(operator, "assets", "bring-back", asset.key).code == 0
    assert run(operator, "assets", "--json").document()["rows"][0]["key"] == asset.key


def test_many_are_changed_at_once_or_none():
    operator = make_operator()
    keys = [make_asset(operator, f"asset-{number}").key for number in range(3)]
    change = ("assets", "change", "--exposed", "yes")
    assert "H-AAAAA-AAAAA" in run(operator, *change, *keys, "H-AAAAA-AAAAA").refusal()
    assert not Asset.objects.filter(exposed="yes").exists()
    assert run(operator, *change, *keys, "--json").document() == {"changed": 3}
    assert "nothing is to be changed" in run(operator, "assets", "change", keys[0]).refusal()
    assert (
        "write yes, no or unknown"
        in run(operator, "assets", "change", keys[0], "--exposed", "maybe").refusal()
    )


def test_a_list_says_what_cannot_be_told_and_what_is_due():
    operator = make_operator()
    asset = exposed(operator, name="web-1", system="shop").asset
    make_asset(operator, "silent")
    shown = run(operator, "assets").words
    assert "none: nothing can be said of it" in shown
    assert run(operator, "assets", "--system", "shop", "--json").document()["rows"][0]["key"] == (
        asset.key
    )
    page = run(operator, "assets", "show", "web-1").words
    for told in ("unknown: counts as exposed to the public", "1 affected", "PyPI"):
        assert told in page
    assert "no feed that tells of PyPI was loaded" in page
    assert "nothing is known of it yet" in run(operator, "assets", "show", "silent").words
    assert run(operator, "assets", "show", "web-1", "--json").document()["exposures"]["affected"]


def test_a_sheet_is_tried_first_and_every_fault_has_its_line(tmp_path: Path):
    operator = make_operator()
    sheet = tmp_path / "assets.csv"
    sheet.write_text("name,exposed,tags\nweb,yes,a;b\ndb,maybe,\n")
    done = run(operator, "assets", "import", "assets.csv")
    assert done.code == 1
    assert "line 3, exposed: " in done.error
    assert "nothing was done" in done.words
    sheet.write_text("name,exposed,tags\nweb,yes,a;b\n")
    tried = run(operator, "assets", "import", "assets.csv", "--dry-run")
    assert "would be: 1 made" in tried.words
    assert not Asset.objects.exists()
    made = run(operator, "assets", "import", "assets.csv", "--json").document()
    assert (made["made"], made["is_done"]) == (1, True)
    out = run(operator, "assets", "export")
    again = run(operator, "assets", "import", "-", "--json", stdin=out.raw).document()
    assert (again["made"], again["changed"], again["unchanged"]) == (0, 0, 1)


def test_another_zone_is_settled_and_moves_the_end_of_days():
    operator = make_operator()
    shown = run(operator, "assets", "settings", "--json").document()
    assert (shown["zone"], shown["organisation"]) == ("UTC", operator.key)
    zone = ("assets", "settings", "--zone", "America/New_York")
    assert "America/New_York" in run(operator, *zone).words
    assert Operator.objects.get().zone == "America/New_York"
    assert "there is no time zone" in run(operator, *zone[:-1], "Mars/Base").refusal()


def test_a_reader_changes_nothing():
    operator = make_operator()
    asset = make_asset(operator, "web")
    reader = operator.colleague(Role.READER)
    for line in (
        ("assets", "add", "other"),
        ("assets", "change", asset.key, "--exposed", "no"),
        ("assets", "retire", asset.key),
        ("assets", "settings", "--zone", "Europe/Paris"),
    ):
        assert run(reader, *line).refusal()
    assert run(reader, "assets", "show", "web").code == 0
    assert Asset.objects.get().exposed == "unknown"
    assert not Exposure.objects.exists()
