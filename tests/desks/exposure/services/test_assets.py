"""Assets change all or none; a retired one exposes to nothing, and brought back it does again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks.exposure.rooms import (
    NOW,
    day,
    delegated,
    install,
    make_advisory,
    make_asset,
    make_coordinate,
    make_operator,
    make_other,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Asset, Exposure, Operator, Tag
from tidegate.desks.exposure.services.assets import (
    add_asset,
    bring_back,
    change_assets,
    retire_assets,
)
from tidegate.desks.exposure.services.matching import match_asset
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Organisation

pytestmark = pytest.mark.django_db

CVE = "CVE-2026-0001"


def exposed_asset(of: Any, **columns: Any) -> Asset:
    asset = make_asset(of, **columns)
    install(asset, make_coordinate("PyPI", "requests", "2.25.0"))
    make_advisory(CVE, "PyPI", "requests", "0", "2.31.0")
    match_asset(asset, at=NOW)
    return asset


def last_entry() -> Entry:
    entry = Entry.objects.order_by("-index").first()
    assert entry is not None
    return entry


def tags(asset: Asset) -> set[str]:
    return set(Tag.objects.filter(asset=asset).values_list("word", flat=True))


def test_an_asset_is_of_what_its_operator_has_settled_unless_it_says_otherwise() -> None:
    of = make_operator(scope="nss")
    Operator.objects.update(sector="energy")
    asset = add_asset(of.actor, of.key, " web   1", tags=["Blue", "blue", " "], at=NOW)
    assert (asset.name, asset.scope, asset.sector, asset.exposed) == (
        "web 1",
        "nss",
        "energy",
        "unknown",
    )
    assert tags(asset) == {"blue"}
    other = add_asset(of.actor, of.key, "web 2", scope="other", at=NOW)
    assert (other.scope, other.sector) == ("other", "")


@pytest.mark.parametrize(
    ("agency", "scope"), [("FCEB", "fceb"), ("NSS", "nss"), ("DoW", "dow"), ("", "other")]
)
def test_an_agency_that_has_settled_nothing_is_of_its_own_scope(agency: str, scope: str) -> None:
    of = make_operator()
    Organisation.objects.filter(pk=of.organisation.pk).update(scope=agency)
    assert add_asset(of.actor, of.key, "web", at=NOW).scope == scope


def test_a_name_stands_for_one_asset_that_is_run() -> None:
    of = make_operator()
    first = add_asset(of.actor, of.key, "web", at=NOW)
    with pytest.raises(NotPossibleError, match="already"):
        add_asset(of.actor, of.key, "web", at=NOW)
    retire_assets(of.actor, [first.key], at=NOW)
    second = add_asset(of.actor, of.key, "web", at=NOW)
    with pytest.raises(NotPossibleError, match="rename that one first"):
        bring_back(of.actor, first.key, at=NOW)
    change_assets(of.actor, [second.key], name="web 2", at=NOW)
    assert bring_back(of.actor, first.key, at=NOW).retired_at is None
    with pytest.raises(NotPossibleError, match="already"):
        change_assets(of.actor, [second.key], name="web", at=NOW)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "a\u202eb"}, "printable"),
        ({"exposed": "maybe"}, "yes, no or unknown"),
        ({"criticality": "vital"}, "low, medium, high or essential"),
        ({"scope": "nato"}, "fceb, nss, dow"),
        ({"distribution": "debian; rm"}, "debian-12"),
        ({"owner": "x" * 201}, "at most 200"),
        ({"tags": ["a;b"]}, "semicolon"),
        ({"tags": [f"t{number}" for number in range(51)]}, "at most 50"),
    ],
)
def test_what_is_no_value_is_refused_with_what_may_be_written(
    columns: dict[str, Any], said: str
) -> None:
    of = make_operator()
    with pytest.raises(NotPossibleError, match=said):
        add_asset(of.actor, of.key, **{"name": "web", **columns, "at": NOW})
    assert not Asset.objects.exists()
    assert not Entry.objects.exists()


def test_an_organisation_that_runs_nothing_has_no_assets() -> None:
    alone = Organisation.objects.create(name="a vendor", kinds=["vendor"], made_at=NOW)
    with pytest.raises(NotPossibleError, match="neither an operator nor an agency"):
        add_asset(OWNER, alone.key, "web", at=NOW)


def test_many_are_changed_at_once_and_only_those_that_differ_count() -> None:
    of = make_operator()
    assets = [make_asset(of, exposed=word, tags=("old",)) for word in ("yes", "no", "unknown")]
    keys = [asset.key.lower() for asset in assets]
    assert change_assets(of.actor, keys, exposed="no", system="mail", at=day(1)) == 3
    assert set(Asset.objects.values_list("exposed", "system")) == {("no", "mail")}
    assert change_assets(of.actor, keys, exposed="no", system="mail", at=day(2)) == 0
    assert change_assets(of.actor, keys, add_tags=["new"], remove_tags=["old"], at=day(3)) == 3
    assert all(tags(asset) == {"new"} for asset in assets)
    assert change_assets(of.actor, keys, add_tags=["new"], at=day(3)) == 0


def test_one_that_is_not_theirs_leaves_all_as_they_were() -> None:
    of, other = make_operator(), make_operator()
    mine, theirs = make_asset(of), make_asset(other)
    for call in (change_assets, retire_assets):
        with pytest.raises(NotFoundError, match=theirs.key):
            call(
                of.actor,
                [mine.key, theirs.key],
                at=NOW,
                **({"exposed": "no"} if call is change_assets else {}),
            )
    mine.refresh_from_db()
    assert (mine.exposed, mine.retired_at) == ("unknown", None)
    assert not Entry.objects.exists()


def test_who_only_reads_and_who_coordinates_changes_nothing() -> None:
    of = make_operator()
    asset = make_asset(of)
    coordinator = make_other(OrganisationKind.COORDINATOR).actor
    for actor in (of.colleague(Role.READER).actor, coordinator, OWNER):
        with pytest.raises(NotFoundError):
            change_assets(actor, [asset.key], exposed="no", at=NOW)
        with pytest.raises(NotFoundError):
            add_asset(actor, of.key, "web", at=NOW)


def test_what_was_written_freely_is_in_no_entry() -> None:
    of = make_operator()
    asset = add_asset(of.actor, of.key, "a-secret-name", owner="a-secret-owner", at=NOW)
    change_assets(of.actor, [asset.key], system="a-secret-system", exposed="no", at=NOW)
    entry = last_entry()
    assert entry.only_for == of.key
    assert entry.said["columns"] == ["exposed", "system"]
    assert entry.said["to"] == {"exposed": "no"}
    assert "secret" not in str(list(Entry.objects.values_list("text", flat=True)))


def test_a_change_by_a_provider_is_on_record_with_each_operator() -> None:
    first, second, provider = make_operator(), make_operator(), make_other()
    delegated(first, provider)
    delegated(second, provider)
    keys = [make_asset(first).key, make_asset(second).key]
    assert change_assets(provider.actor, keys, exposed="no", at=day(1)) == 2
    told = {(one.organisation, tuple(one.said["assets"])) for one in Entry.objects.all()}
    assert told == {(first.key, (keys[0],)), (second.key, (keys[1],))}


def test_what_decides_a_deadline_has_it_computed_anew() -> None:
    of = make_operator(scope="fceb")
    asset = exposed_asset(of, exposed="no")
    found = Exposure.objects.get()
    assert found.deadlines.count() == 1
    change_assets(of.actor, [asset.key], owner="somebody else", at=day(1))
    assert found.deadlines.count() == 1
    change_assets(of.actor, [asset.key], exposed="yes", at=day(1))
    assert found.deadlines.count() == 2
    change_assets(of.actor, [asset.key], scope="nss", at=day(2))
    assert found.deadlines.count() == 3


def test_what_a_retired_asset_exposes_to_clears_and_counts_from_its_first_day_again() -> None:
    of = make_operator(scope="fceb")
    asset = exposed_asset(of)
    Exposure.objects.update(remedy="mitigated", remedied_at=day(1))
    assert retire_assets(of.actor, [asset.key], at=day(2)) == 1
    assert Exposure.objects.get().cleared_at == day(2)
    assert retire_assets(of.actor, [asset.key], at=day(3)) == 0
    with pytest.raises(NotPossibleError, match="bring it back"):
        change_assets(of.actor, [asset.key], exposed="no", at=day(3))
    bring_back(of.actor, asset.key, at=day(4))
    found = Exposure.objects.get()
    assert (found.cleared_at, found.detected_at) == (None, NOW)
    assert (found.remedy, found.remedied_at) == ("mitigated", day(1))
    with pytest.raises(NotPossibleError, match="not retired"):
        bring_back(of.actor, asset.key, at=day(4))
