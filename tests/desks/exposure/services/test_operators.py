"""What holds for all that an operator runs is its own to say; another zone moves every deadline."""

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
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Exposure, Loaded, Operator
from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.exposure.services.matching import match_asset
from tidegate.desks.exposure.services.operators import settle
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_what_is_not_said_stays_and_what_stands_is_not_written_again() -> None:
    of = make_operator()
    settle(of.actor, of.key, zone="America/New_York", scope="critical-infrastructure", at=NOW)
    settle(of.actor, of.key, sector="energy", at=day(1))
    settle(of.actor, of.key, sector="energy", at=day(2))
    kept = Operator.objects.get()
    assert (kept.zone, kept.scope, kept.sector) == (
        "America/New_York",
        "critical-infrastructure",
        "energy",
    )
    assert [one.said["changed"] for one in Entry.objects.order_by("index")] == [
        {"zone": "America/New_York", "scope": "critical-infrastructure"},
        {"sector": "energy"},
    ]


def test_an_operator_that_has_settled_nothing_has_defaults_and_no_row() -> None:
    of = make_operator()
    told = operator_of(of.organisation)
    assert (told.zone, told.scope) == ("UTC", "other")
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"zone": "Mars/Olympus"}, "America/New_York"),
        ({"scope": "nato"}, "fceb"),
        ({"table": "unheard-of"}, "cisa-bod-26-04"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(said: dict[str, str], words: str) -> None:
    of = make_operator()
    with pytest.raises(NotPossibleError, match=words):
        settle(of.actor, of.key, **said, at=NOW)
    assert not Operator.objects.exists()


def test_an_own_table_is_named_and_another_organisations_is_not() -> None:
    of, other = make_operator(), make_operator()
    Loaded.objects.create(
        kind="table", organisation=of.organisation, name="ours", version="1", sha256="0" * 64,
        document="{}", loaded_by="somebody", at=NOW,
    )  # fmt: skip
    assert settle(of.actor, of.key, table="ours", at=NOW).table == "ours"
    with pytest.raises(NotPossibleError, match="no decision table"):
        settle(other.actor, other.key, table="ours", at=NOW)


def test_another_zone_computes_the_deadlines_of_its_assets_anew() -> None:
    of = make_operator(scope="fceb")
    asset = make_asset(of, exposed="yes")
    install(asset, make_coordinate("PyPI", "requests", "2.25.0"))
    make_advisory("CVE-2026-0001", "PyPI", "requests", "0", "2.31.0")
    match_asset(asset, at=NOW)
    found = Exposure.objects.get()
    settle(of.actor, of.key, zone="Pacific/Auckland", at=day(1))
    assert found.deadlines.count() == 2


def test_nobody_else_settles_anything_for_an_operator_with_an_administrator() -> None:
    of = make_operator()
    strangers = [
        make_other(OrganisationKind.COORDINATOR).actor,
        make_operator().actor,
        of.colleague(Role.READER).actor,
        OWNER,
    ]
    for stranger in strangers:
        with pytest.raises(NotFoundError):
            settle(stranger, of.key, zone="Europe/Berlin", at=NOW)
