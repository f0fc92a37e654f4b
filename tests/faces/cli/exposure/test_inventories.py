"""What is installed is handed in, listed with what was not understood, taken back, handed out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.exposure.rooms import delegated, make_asset, make_operator, make_other, sbom
from tests.faces.cli.exposure.running import run
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Asset, Inventory

pytestmark = pytest.mark.django_db

WEB = "pkg:pypi/web@1.5"


def push(who, *more, raw=None, asset="web-1"):
    return run(who, "inventory", "push", "-", "--asset", asset, *more, stdin=raw or sbom(WEB))


def test_a_document_is_handed_in_for_an_asset_that_is_made_for_it():
    operator = make_operator()
    told = push(operator, "--json").document()
    asset = Asset.objects.get()
    assert (asset.name, asset.organisation.key, asset.exposed) == ("web-1", operator.key, "unknown")
    assert (told["asset"], told["made_asset"], told["placed"]) == (asset.key, True, 1)
    assert told["inventory"] == Inventory.objects.get().key
    assert "counts as exposed" in push(operator, asset="web-2").words
    assert "nothing changed" in push(operator).words


def test_a_key_names_an_asset_and_an_absent_one_is_not_made():
    operator = make_operator()
    asset = make_asset(operator, "web")
    assert push(operator, "--json", asset=asset.key).document()["asset"] == asset.key
    assert "H-AAAAA-AAAAA" in push(operator, asset="H-AAAAA-AAAAA").refusal()
    assert Asset.objects.count() == 1


def test_what_is_not_understood_is_said_and_is_no_failure():
    operator = make_operator()
    broken = {"type": "library", "name": "half", "version": "1", "purl": "no purl"}
    done = push(operator, raw=sbom(WEB, more=(broken,)))
    assert done.code == 0
    assert "not understood" in done.error
    key = Inventory.objects.get().key
    assert "no purl" in run(operator, "inventory", "show", key).words
    assert run(operator, "inventory", "show", key, "--json").document()["lines"]


def test_several_files_are_several_parts(tmp_path: Path):
    operator = make_operator()
    (tmp_path / "a.json").write_bytes(sbom(WEB))
    (tmp_path / "requirements.txt").write_text("other==1.0\n")
    done = run(operator, "inventory", "push", "a.json", "requirements.txt", "--asset", "web-1")
    assert done.code == 0, done.error
    assert {one.part for one in Inventory.objects.filter(replaced_at=None)} == {
        "a.json",
        "requirements.txt",
    }
    both = ("inventory", "push", "a.json", "requirements.txt", "--asset", "web-1", "--part", "host")
    assert "push each" in run(operator, *both).refusal()
    assert "No such file" in run(operator, "inventory", "push", "b", "--asset", "a").refusal()


def test_what_cannot_be_read_at_all_is_refused_with_its_mend():
    operator = make_operator()
    assert push(operator, raw=b"\x00\x01").refusal()
    assert not Asset.objects.exists()


def test_taking_back_lets_the_one_before_count_again():
    operator = make_operator()
    push(operator)
    first = Inventory.objects.get()
    second = push(operator, "--json", raw=sbom(WEB, "pkg:pypi/more@1")).document()["inventory"]
    told = run(operator, "inventory", "take-back", second)
    assert f"{second} is taken back; {first.key}, the one before it, counts again" in told.words
    told = run(operator, "inventory", "take-back", first.key)
    assert "nothing of that part is known to be installed any more" in told.words
    listed = run(operator, "inventory", "list", "--asset", "web-1", "--json").document()
    assert {one["counts"] for one in listed["rows"][0]["inventories"]} == {False}


def test_a_document_comes_out_byte_for_byte(tmp_path: Path):
    operator, raw = make_operator(), sbom(WEB)
    key = push(operator, "--json", raw=raw).document()["inventory"]
    assert run(operator, "inventory", "get", key).raw == raw
    assert run(operator, "inventory", "get", key, "--out", "out.json").code == 0
    assert (tmp_path / "out.json").read_bytes() == raw
    assert (tmp_path / "out.json").stat().st_mode & 0o077 == 0
    assert "is there already" in run(operator, "inventory", "get", key, "--out", "out.json").error


def test_lists_teach_where_there_is_nothing():
    operator = make_operator()
    none = "No inventory yet: tidegate inventory push sbom.json --asset web-1"
    assert none in run(operator, "inventory", "list").words
    make_asset(operator, "silent")
    assert "none yet: nothing can be said of it" in run(operator, "inventory", "list").words
    key = push(operator, "--json").document()["inventory"]
    installed = run(operator, "inventory", "show", key, "--installed", "--json").document()
    assert [one["package"] for one in installed["rows"]] == ["web"]
    unplaced = run(operator, "inventory", "show", key, "--unplaced", "--json").document()
    assert unplaced == {"rows": [], "next": None}
    assert run(operator, "inventory", "show", key).code == 0


def test_a_provider_hands_in_for_its_operator_and_nobody_else_sees_it():
    operator, provider = make_operator(), make_other(OrganisationKind.VENDOR)
    delegated(operator, provider)
    key = push(provider, "--json").document()["inventory"]
    assert Asset.objects.get().organisation == operator.organisation
    for stranger in (make_operator(), make_other(OrganisationKind.COORDINATOR), None):
        absent = run(stranger, "inventory", "show", "B-AAAAA-AAAAA").refusal()
        for line in (("show", key), ("get", key), ("take-back", key)):
            hidden = run(stranger, "inventory", *line).refusal()
            assert hidden.replace(key, "B-AAAAA-AAAAA") == absent
        assert key not in run(stranger, "inventory", "list").out


def test_of_several_operators_one_is_named():
    operator, other = make_operator("First Ltd"), make_operator("Second Ltd")
    provider = make_other(OrganisationKind.VENDOR)
    delegated(operator, provider)
    delegated(other, provider)
    assert "say for which organisation" in push(provider).refusal()
    assert push(provider, "--organisation", other.key).code == 0
    assert Asset.objects.get().organisation == other.organisation
    assert push(provider, "--organisation", operator.key).code == 0
    shown = run(provider, "inventory", "list", "--asset", "web-1").refusal()
    assert "name one by its key" in shown
