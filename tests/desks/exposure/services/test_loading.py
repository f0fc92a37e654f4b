"""Directives, policy sets and tables are loaded as files, count, and can be set aside."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.exposure.rooms import NOW, day, make_asset, make_exposure, make_operator
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.directives import directive_named
from tidegate.desks.exposure.queries.policies import policy_set_of
from tidegate.desks.exposure.services import deadlines
from tidegate.desks.exposure.services.loading import (
    load_directive,
    load_policy_set,
    load_table,
    set_aside,
)
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.rules import Scope

pytestmark = pytest.mark.django_db

RULES = resources.files("tidegate.engines.rules") / "shipped"
DIRECTIVES = resources.files("tidegate.engines.directives") / "shipped"


def directive(**changed) -> bytes:
    document = json.loads((DIRECTIVES / "bod-26-02.json").read_bytes())
    document |= {"id": "house-rule-1", "citation": "House rule 1"} | changed
    return json.dumps(document).encode()


def cnss() -> bytes:
    """A set for national security systems that reads the table as CISA does."""
    document = json.loads((RULES / "policies" / "cisa.json").read_bytes())
    document |= {"name": "cnss-loaded", "authority": "CNSS", "title": "A test"}
    document["scopes"] = {"nss": "binding"}
    return json.dumps(document).encode()


def test_a_directive_is_one_file_and_cannot_be_a_shipped_one():
    load_directive(OWNER, directive(), "rule.json", at=NOW)
    assert directive_named("House rule 1").issuer.startswith("Cybersecurity")
    with pytest.raises(NotPossibleError, match="other words"):
        load_directive(OWNER, directive(title="Another"), "rule.json", at=NOW)
    with pytest.raises(NotPossibleError, match="shipped"):
        load_directive(OWNER, directive(id="bod-26-04"), "rule.json", at=NOW)
    set_aside(OWNER, "directive", "house-rule-1", at=day(1))
    with pytest.raises(NotFoundError):
        directive_named("house-rule-1")
    assert Loaded.objects.count() == 1


def test_a_policy_set_gives_its_scope_days_and_setting_it_aside_takes_them():
    exposure = make_exposure(make_asset(make_operator(scope="nss")), "CVE-2026-1")
    deadlines.recompute([exposure.pk], at=NOW)
    load_policy_set(OWNER, cnss(), "cnss.json", at=day(1))
    assert policy_set_of(Scope.NSS).name == "cnss-loaded"
    exposure.refresh_from_db()
    assert (exposure.policy_set, exposure.outcome) == ("cnss-loaded", "undetermined")
    set_aside(OWNER, "policy-set", "cnss-loaded", at=day(2))
    exposure.refresh_from_db()
    assert (exposure.policy_set, exposure.outcome) == ("cnss", "")
    assert exposure.deadlines.count() == 3


def test_an_organisations_own_table_is_its_own():
    operator, other = make_operator(), make_operator()
    raw = json.loads((RULES / "tables" / "cisa_coordinator_2_0_3.json").read_bytes())
    raw |= {"namespace": "x_example.test#own", "key": "OWN", "name": "Own table"}
    document = json.dumps(raw).encode()
    table = load_table(operator.actor, document, "own.json", organisation_key=operator.key, at=NOW)
    assert table.organisation == operator.organisation
    with pytest.raises(NotFoundError):
        load_table(other.actor, document, "own.json", organisation_key=operator.key, at=NOW)


@pytest.mark.parametrize("version", ["2.0.3", "9.0.0"])
def test_a_table_has_no_shipped_one_s_name(version):
    operator = make_operator()
    raw = json.loads((RULES / "tables" / "cisa_coordinator_2_0_3.json").read_bytes())
    document = json.dumps(raw | {"version": version}).encode()
    for actor, key in ((operator.actor, operator.key), (OWNER, "")):
        with pytest.raises(NotPossibleError, match="is shipped with this software"):
            load_table(actor, document, "own.json", organisation_key=key, at=NOW)
    assert not Loaded.objects.exists()


def test_who_loads_takes_a_turn_before_looking_at_what_is_there():
    with CaptureQueriesContext(connection) as asked:
        load_directive(OWNER, directive(), "rule.json", at=NOW)
    order = [one["sql"] for one in asked.captured_queries]
    turn = next(place for place, sql in enumerate(order) if "exposure_turn" in sql)
    looked = next(place for place, sql in enumerate(order) if '"version" = ' in sql)
    assert turn < looked


@pytest.mark.parametrize("load", [load_directive, load_policy_set, load_table])
def test_only_who_runs_the_instance_loads_for_everybody(load):
    with pytest.raises(NotFoundError):
        load(make_operator().actor, b"{}", "x.json", at=NOW)
    with pytest.raises(NotPossibleError):
        load(OWNER, b"{}", "x.json", at=NOW)
    assert not Loaded.objects.exists()
