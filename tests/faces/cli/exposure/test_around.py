"""VEX, notices to plan a change, and delegations, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.cases.makers import coordinator, party, under_embargo
from tests.desks.exposure.rooms import NOW, make_asset, make_operator, make_other
from tests.desks.exposure.services.test_change_notices import secret_case, with_minimist
from tests.desks.exposure.services.test_statements import NOT, vex
from tests.desks.exposure.sources import exposed
from tests.faces.cli.exposure.running import run
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import ChangeNotice, Statement

pytestmark = pytest.mark.django_db

RELEASED = (
    "--product", "the shop", "--before", "2026-12-20T12:00:00Z", "--severity", "high",
)  # fmt: skip


def test_vex_stands_beside_and_clears_nothing(tmp_path: Path):
    operator = make_operator()
    exposed(operator)
    (tmp_path / "vendor.json").write_bytes(vex(NOT))
    done = run(operator, "vex", "load", "vendor.json")
    assert "1 exposures now, and none was cleared" in done.words
    assert "nothing changed" in run(operator, "vex", "load", "vendor.json").words
    assert "VEX: not_affected" in run(operator, "exposure").words
    (row,) = run(operator, "vex", "list", "--json").document()["rows"]
    assert row["exposures"] == 1
    assert run(operator, "vex", "end", row["key"]).code == 0
    assert run(operator, "vex", "end", row["key"]).refusal()
    assert "No statements" in run(operator, "vex", "list").words
    assert "ended" in run(operator, "vex", "list", "--ended").words
    assert run(operator, "vex", "load", "-", stdin=b"{}").refusal()
    stranger = make_operator()
    assert run(stranger, "vex", "end", row["key"]).refusal()
    assert row["key"] not in run(stranger, "vex", "list", "--ended").out
    assert Statement.objects.count() == 1


@pytest.fixture
def coordinated():
    """Return who coordinates a case under embargo, and the case."""
    by, case = coordinator(), secret_case()
    under_embargo(by, party(), case=case)
    return by, case


def test_an_operator_reads_when_and_on_what_and_not_why(coordinated):
    (by, case), operator = coordinated, make_operator("Waterworks")
    asset = with_minimist(operator)
    assert "No notices" in run(operator, "changes").words
    (row,) = run(by, "changes", "preview", case.key, "--json").document()["rows"]
    assert (row["organisation"], row["assets"]) == (operator.key, 1)
    assert asset.key not in run(by, "changes", "preview", case.key).out
    (key,) = run(by, "changes", "release", case.key, *RELEASED, "--json").document()["notices"]
    shown = run(operator, "changes", "show", key)
    assert "Plan a change of the shop on 1 asset before 2026-12-20 12:00Z" in shown.words
    assert asset.key in shown.out
    for said in (shown.out, run(operator, "changes").out, run(operator, "changes", "--json").out):
        assert case.key not in said
        assert "minimist" not in said
    assert ChangeNotice.objects.get().read_at == NOW
    listed = run(by, "changes", "--case", case.key)
    assert case.key in listed.out
    assert asset.key not in run(by, "changes", "show", key).out
    assert run(operator, "changes", "withdraw", key).refusal()
    assert run(by, "changes", "withdraw", key).code == 0
    assert "over" in run(operator, "changes").words


def test_nobody_else_releases_or_is_told_that_there_is_a_case(coordinated):
    (_, case), operator = coordinated, make_operator()
    with_minimist(operator)
    for line in (("preview", "{case}"), ("release", "{case}", *RELEASED)):
        hidden, absent = (
            run(operator, "changes", *(one.format(case=key) for one in line)).refusal()
            for key in (case.key, "C-AAAAA-AAAAA")
        )
        assert hidden.replace(case.key, "C-AAAAA-AAAAA") == absent
    assert run(operator, "changes", "--case", case.key, "--json").document() == {"rows": []}
    assert not ChangeNotice.objects.exists()


def test_a_provider_acts_until_either_side_ends_it():
    operator, provider = make_operator("Waterworks"), make_other(OrganisationKind.VENDOR)
    make_asset(operator, "pump")
    assert "No delegations" in run(operator, "delegations").words
    give = ("delegations", "give", provider.key)
    made = run(operator, *give, "--until", "2026-12-31T00:00:00Z", "--json").document()
    assert "pump" in run(provider, "assets").words
    assert made["delegation"] in run(operator, *give).refusal()
    assert "in force" in run(provider, "delegations").words
    assert run(provider, "delegations", "end", made["delegation"]).code == 0
    assert "pump" not in run(provider, "assets").words
    assert "over" in run(operator, "delegations").words
    assert run(operator, "delegations", "end", made["delegation"]).refusal()
    assert run(provider, *give).refusal()
