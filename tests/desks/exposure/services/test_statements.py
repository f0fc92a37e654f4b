"""VEX statements annotate what they are about, for those who loaded them, and clear nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.desks.exposure.rooms import NOW, day, make_asset, make_operator, make_other
from tests.desks.exposure.sources import exposed, published, running
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.queries.exposures import exposure_page, list_exposures
from tidegate.desks.exposure.queries.statements import list_statements
from tidegate.desks.exposure.services.statements import end_statement, load_vex
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.matching.vex import applies

pytestmark = pytest.mark.django_db


def vex(*statements, author="a vendor", at="2026-12-01T00:00:00Z") -> bytes:
    """Return an OpenVEX document; each statement is vulnerability, product, status."""
    return json.dumps(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": "https://example.org/vex-1",
            "author": author,
            "timestamp": at,
            "version": 1,
            "statements": [
                {
                    "vulnerability": {"name": name},
                    "products": [
                        {"@id": product, "subcomponents": [{"@id": part}]}
                        if part
                        else {"@id": product}
                    ],
                    "status": status,
                    **(
                        {"justification": "vulnerable_code_not_present"}
                        if status == "not_affected"
                        else {}
                    ),
                    **({"action_statement": "update"} if status == "affected" else {}),
                }
                for name, product, part, status in statements
            ],
        }
    ).encode()


def load(room, raw, at=NOW):
    return load_vex(room.actor, room.key, raw, "vendor.json", at=at)


NOT = ("CVE-2026-1", "pkg:pypi/web", "", "not_affected")
AFFECTED = ("CVE-2026-1", "pkg:pypi/web", "", "affected")


def word_of(exposure: Exposure) -> str:
    return Exposure.objects.get(pk=exposure.pk).vex


def test_not_affected_is_written_beside_and_nothing_clears():
    operator = make_operator()
    exposure = exposed(operator)
    loaded = load(operator, vex(NOT))
    assert (loaded.statements, loaded.annotated, loaded.is_new) == (1, 1, True)
    (row,) = list_exposures(operator.actor, at=NOW).rows
    assert (row.key, row.vex, row.cleared_at) == (exposure.key, "not_affected", None)
    (ground,) = exposure_page(operator.actor, exposure.key, at=NOW).grounds
    assert ground.vex is not None
    assert (ground.vex.said_by, ground.vex.justification) == (
        "a vendor",
        "vulnerable_code_not_present",
    )


def test_affected_wins_over_a_newer_word_of_somebody_else():
    operator = make_operator()
    exposure = exposed(operator)
    load(operator, vex(AFFECTED))
    load(operator, vex(NOT, author="another", at="2026-12-05T00:00:00Z"))
    assert word_of(exposure) == "affected"
    said = exposure_page(operator.actor, exposure.key, at=NOW).grounds[0].vex
    assert said is not None
    assert said.is_disputed
    load(operator, vex(NOT, at="2026-12-06T00:00:00Z"))
    assert word_of(exposure) == "not_affected"


def test_what_is_found_later_is_annotated_at_once():
    operator = make_operator()
    load(operator, vex(NOT))
    assert word_of(exposed(operator)) == "not_affected"


def test_one_product_is_not_another_and_a_silent_part_is_not_unaffected():
    operator = make_operator()
    asset, other = make_asset(operator, "first"), make_asset(operator, "second")
    for one in (asset, other):
        running(one, ("web", "1.5"), ("api", "1.0"))
    published("CVE-2026-1")
    load(operator, vex(("CVE-2026-1", asset.key, "pkg:pypi/web@1.5", "not_affected")))
    words = {one.asset.name: one.vex for one in Exposure.objects.select_related("asset")}
    assert words == {"first": "not_affected", "second": ""}
    published("CVE-2026-1", "api", identifier="PYSEC-OTHER", at=day(1))
    load(
        operator, vex(("CVE-2026-1", asset.key, "pkg:pypi/web@1.5", "fixed"), at=day(1).isoformat())
    )
    assert Exposure.objects.get(asset=asset).vex == ""


def test_a_document_is_said_to_be_about_an_asset_whatever_it_calls_its_product():
    operator = make_operator()
    first, second = exposed(operator), exposed(operator)
    raw = vex(("CVE-2026-1", "urn:uuid:the-shop", "pkg:pypi/web@1.5", "not_affected"))
    assert load(operator, raw).annotated == 0
    key = first.asset.key
    load_vex(operator.actor, operator.key, raw, "shop.json", asset_key=key, at=NOW)
    assert (word_of(first), word_of(second)) == ("not_affected", "")
    theirs = exposed(make_operator()).asset.key
    with pytest.raises(NotFoundError):
        load_vex(operator.actor, operator.key, raw, "shop.json", asset_key=theirs, at=NOW)


def test_an_advisory_s_own_name_is_a_name_of_the_vulnerability():
    operator = make_operator()
    exposure = exposed(operator)
    load(operator, vex(("PYSEC-CVE-2026-1", "pkg:pypi/web", "", "under_investigation")))
    assert word_of(exposure) == "under_investigation"


def test_nobody_else_s_assets_are_annotated():
    operator, other = make_operator(), make_operator()
    load(operator, vex(NOT))
    assert word_of(exposed(other)) == ""
    assert list_statements(other.actor, at=NOW).rows == ()
    with pytest.raises(NotFoundError):
        load_vex(other.actor, operator.key, vex(NOT), "x", at=NOW)
    with pytest.raises(NotFoundError):
        load_vex(
            make_other(OrganisationKind.COORDINATOR).actor, operator.key, vex(NOT), "x", at=NOW
        )


def test_the_same_document_again_changes_nothing():
    operator = make_operator()
    load(operator, vex(NOT))
    again = load(operator, vex(NOT), at=day(1))
    assert (again.is_new, again.statements) == (False, 1)
    assert len(list_statements(operator.actor, at=NOW).rows) == 1


def test_a_statement_that_is_ended_counts_no_more_and_stays():
    operator = make_operator()
    exposure = exposed(operator)
    load(operator, vex(NOT))
    (row,) = list_statements(operator.actor, at=NOW).rows
    assert (row.exposures, row.may_end) == (1, True)
    end_statement(operator.actor, row.key, at=day(1))
    assert word_of(exposure) == ""
    assert list_statements(operator.actor, at=NOW).rows == ()
    assert len(list_statements(operator.actor, ended=True, at=NOW).rows) == 1
    with pytest.raises(NotPossibleError, match="counts no more"):
        end_statement(operator.actor, row.key, at=day(2))


def test_what_is_no_vex_is_refused_whole_with_its_name():
    operator = make_operator()
    with pytest.raises(NotPossibleError, match=r"vendor\.json: .*holds no VEX"):
        load(operator, b'{"hello": 1}')
    raw = vex(NOT, ("CVE-2026-2", "pkg:pypi/" + "x" * 700, "", "fixed"))
    loaded = load(operator, raw)
    assert (loaded.statements, loaded.left_out_count) == (1, 1)


def named(name: str, alias: str) -> bytes:
    """Return a document that calls one vulnerability by two names."""
    document = json.loads(vex((name, "pkg:pypi/web", "", "affected")))
    document["statements"][0]["vulnerability"]["aliases"] = [alias]
    return json.dumps(document).encode()


def test_a_name_that_only_another_operator_has_written_is_told_to_nobody():
    one, other = make_operator(), make_operator()
    load(one, vex(("VENDOR-SECRET-1", "pkg:pypi/web", "", "affected")))
    load(other, named("GUESS-1", "VENDOR-SECRET-1"))
    load(other, named("GUESS-2", "VENDOR-SECRET-2"))
    rows = list_statements(other.actor, at=NOW).rows
    assert {row.vulnerability for row in rows} == {"GUESS-1", "GUESS-2"}


def test_a_name_that_a_source_or_they_themselves_have_said_is_taken():
    operator = make_operator()
    published("CVE-2026-1")
    load(operator, named("VENDOR-1", "CVE-2026-1"))
    load(operator, vex(("OWN-1", "pkg:pypi/web", "", "affected")))
    load(operator, named("VENDOR-2", "OWN-1"))
    rows = list_statements(operator.actor, at=NOW).rows
    assert [row.vulnerability for row in rows] == ["OWN-1", "OWN-1", "CVE-2026-1"]


def test_of_one_vulnerability_so_many_stand_at_most(monkeypatch):
    monkeypatch.setattr("tidegate.desks.exposure.services.statements.MOST", 2)
    operator = make_operator()
    load(operator, vex(NOT, AFFECTED))
    with pytest.raises(NotPossibleError, match="2 statements about CVE-2026-1 stand already"):
        load(operator, vex(("CVE-2026-1", "pkg:pypi/other", "", "affected")))
    load(operator, vex(("CVE-2026-2", "pkg:pypi/web", "", "affected")))


def test_statements_about_other_packages_are_not_looked_through_for_each_exposure(monkeypatch):
    from tidegate.desks.exposure.queries import vex as queries

    asked = []

    def counted(*args: Any) -> bool:
        asked.append(args)
        return applies(*args)

    monkeypatch.setattr(queries, "applies", counted)
    operator = make_operator()
    exposure = exposed(operator)
    others = [("CVE-2026-1", f"pkg:pypi/other-{n}", "", "affected") for n in range(200)]
    load(operator, vex(NOT, *others))
    assert word_of(exposure) == "not_affected"
    assert len(asked) == 1
