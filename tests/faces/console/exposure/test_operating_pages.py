"""What holds for all that an operator runs, and who acts for it: its own people decide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faces.console.exposure.browsing import browser_of, local, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import NOW, World
from tidegate.desks.exposure.models import Delegation, Operator

pytestmark = pytest.mark.django_db


def settings(world: World, who: str, rest: str = "") -> str:
    return f"/organisation/{world.key(who)}/operating{rest}"


def test_members_settle_the_zone_the_scope_and_the_table_beside(asked: World) -> None:
    browser = browser_of(asked.engineer)
    form = {
        "zone_of_days": "Europe/Paris",
        "scope": "other",
        "sector": "",
        "table": "cisa-coordinator",
    }
    answer = browser.post(settings(asked, "officer", "/settle"), form)
    assert answer.headers["Location"] == f"{settings(asked, 'officer')}?done=settled"
    kept = Operator.objects.get(organisation__key=asked.key("officer"))
    assert (kept.zone, kept.scope, kept.table) == ("Europe/Paris", "other", "cisa-coordinator")
    assert "counted whole in Europe/Paris" in said_at(
        asked.engineer, f"/compliance/{asked.key('officer')}"
    )


def test_a_zone_that_is_none_is_refused_beside_the_form(asked: World) -> None:
    answer = browser_of(asked.engineer).post(
        settings(asked, "officer", "/settle"), {"zone_of_days": "Moon/Base"}
    )
    assert answer.status_code == 409
    assert "there is no time zone" in said_by(answer)
    assert 'value="Moon/Base"' in answer.content.decode()


def test_a_role_makes_directives_speak_of_it(asked: World) -> None:
    form = {"role": ["role/fedramp-provider"]}
    browser_of(asked.operator).post(settings(asked, "operator", "/roles"), form)
    told = said_at(asked.operator, f"/compliance/{asked.key('operator')}")
    assert "Discover, track, evaluate, mitigate and remediate vulnerabilities" in told
    answer = browser_of(asked.operator).post(
        settings(asked, "operator", "/roles"), {"role": ["role/nothing"]}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize("who", ["auditor", "operator", "coordinator", "chief", "finder"])
def test_nobody_else_sees_or_changes_what_holds(asked: World, who: str) -> None:
    browser = browser_of(getattr(asked, who))
    assert browser.get(settings(asked, "officer")).status_code == 404
    form = {"zone_of_days": "Europe/Paris"}
    assert browser.post(settings(asked, "officer", "/settle"), form).status_code == 404
    kept = Operator.objects.get(organisation__key=asked.key("officer"))
    assert kept.zone == "America/New_York"


def test_both_sides_see_a_delegation_and_nobody_else_does(asked: World) -> None:
    key = asked.delegation.key
    for who in ("operator", "provider"):
        assert key in page_at(getattr(asked, who), "/delegations")
    for who in ("officer", "coordinator", "finder"):
        assert key not in page_at(getattr(asked, who), "/delegations")
    # Who of the operator gave it is the operator's own.
    assert "given by" in said_at(asked.operator, "/delegations")
    assert "given by" not in said_at(asked.provider, "/delegations")


def test_an_administrator_lets_a_provider_act_and_ends_that(asked: World) -> None:
    form = {
        "organisation": asked.key("officer"),
        "provider": asked.key("provider"),
        "until": local(NOW + timedelta(days=30)),
    }
    assert browser_of(asked.engineer).post("/delegations/give", form).status_code == 404
    answer = browser_of(asked.officer).post("/delegations/give", form)
    assert answer.headers["Location"] == "/delegations?done=delegated"
    made = Delegation.objects.get(organisation__key=asked.key("officer"))
    assert "Harbour Commission" in said_at(asked.provider, "/compliance")
    browser_of(asked.provider).post(f"/delegations/{made.key}/end")
    made.refresh_from_db()
    assert made.ended_at
    assert "Harbour Commission" not in said_at(asked.provider, "/compliance")


def test_a_delegation_to_nobody_is_refused_with_what_was_written(asked: World) -> None:
    form = {"organisation": asked.key("officer"), "provider": "O-00000-0000Z"}
    answer = browser_of(asked.officer).post("/delegations/give", form)
    assert answer.status_code == 409
    assert "ask the provider for its key" in said_by(answer)
    assert 'value="O-00000-0000Z"' in answer.content.decode()
    assert browser_of(asked.finder).post("/delegations/J-00000-0000Z/end").status_code == 404


def test_an_organisation_that_runs_nothing_has_roles_alone(asked: World) -> None:
    told = said_at(asked.provider, settings(asked, "provider"))
    assert "It runs nothing here" in told
    assert "manufacturers of products with digital elements" in told
