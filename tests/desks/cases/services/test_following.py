"""A case follows one version of a policy; its clocks are where the policy has them."""

from __future__ import annotations

import json

import pytest

from tests.desks.cases.makers import (
    NOW,
    coordinated,
    coordinator,
    day,
    make_proven_case,
    party,
    take_in,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.cases.models import Clock, Coordination
from tidegate.desks.cases.services import consenting, facts, following, inviting, vendors
from tidegate.desks.cases.services.firing import due, fired
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


def standing(row: Coordination) -> dict[str, object]:
    """Return the policy's clocks that stand, by rule."""
    clocks = row.clocks.filter(kind="policy", state__in=("running", "paused"))
    return {clock.name: clock.due_at for clock in clocks}


def test_a_deadline_counts_from_when_the_first_vendor_was_offered_the_report() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    assert standing(row) == {}
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=day(2))
    assert standing(row) == {"disclosure": day(92)}
    inviting.invite(by.actor, row.case.key, party().key, "vendor", at=day(5))
    assert standing(row) == {"disclosure": day(92)}


def test_who_waits_in_a_line_was_offered_nothing_yet() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    row = coordinated(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    assert standing(row) == {}


def test_another_policy_sets_other_clocks_from_the_same_events() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by, make_proven_case(severity=4))
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    following.set_policy(by.actor, row.case.key, "anthropic-cvd", at=day(1))
    assert standing(row) == {
        "disclosure-after-90-days": day(90),
        "escalation-after-silence": day(30),
    }
    vendors.mark_seen(vendor.actor, row.case.key, vendor.key, at=day(2))
    assert "escalation-after-silence" in standing(row)
    consenting.accept(vendor.actor, row.case.key, vendor.key, at=day(3))
    assert standing(row) == {"disclosure-after-90-days": day(90)}
    facts.record_fact(by.actor, row.case.key, "attacks-seen", at=day(4))
    assert standing(row) == {"disclosure-when-exploited": day(11)}
    clock = row.clocks.get(name="disclosure-when-exploited")
    assert (clock.trigger, clock.triggered_at) == ("exploitation-known", day(4))
    assert (clock.policy_version, clock.inputs["length"]) == ("2026-03-06", "P7D")
    following.record_trigger(by.actor, row.case.key, "fix-available", at=day(5))
    assert standing(row) == {"disclosure-with-the-fix": day(5), "details-after-the-fix": day(50)}


def test_a_clock_that_stood_still_is_later_by_that_and_keeps_why() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    key = row.case.key
    take_in(row, by, vendor)
    following.pause(by.actor, key, "disclosure", reason="a holiday", at=day(10))
    with pytest.raises(NotPossibleError, match="is paused already"):
        following.pause(by.actor, key, "disclosure", reason="a holiday", at=day(11))
    assert Clock.objects.get(kind="policy").state == "paused"
    following.resume(by.actor, key, "disclosure", at=day(15))
    clock = Clock.objects.get(kind="policy")
    assert (clock.state, clock.due_at) == ("running", day(95))
    assert [pause["why"] for pause in clock.pauses] == ["a holiday"]
    assert [line["what"] for line in clock.history] == ["set", "paused", "resumed"]


def test_an_extension_is_had_on_the_policys_own_grounds() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    key, rule = row.case.key, "disclosure-after-90-days"
    take_in(row, by, vendor)
    with pytest.raises(NotPossibleError, match="rule nothing does not run"):
        following.extend(by.actor, key, "nothing", ["requested"], at=NOW)
    following.set_policy(by.actor, key, "anthropic-cvd", at=NOW)
    with pytest.raises(NotPossibleError, match="progressing is missing"):
        following.extend(by.actor, key, rule, ["requested"], at=NOW)
    following.extend(by.actor, key, rule, ["requested", "progressing"], at=day(80))
    assert standing(row)[rule] == day(104)
    with pytest.raises(NotPossibleError, match="was extended already"):
        following.extend(by.actor, key, rule, ["requested", "progressing"], at=day(81))
    following.set_policy(by.actor, key, "default-90", at=day(81))
    assert standing(row) == {"disclosure": day(90)}


def test_people_are_told_of_a_deadline_once() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    take_in(row, by, vendor)
    (clock,) = due(day(90))
    fired(clock, day(90))
    vendors.handle_report(vendor.actor, row.case.key, vendor.key, "validate", at=day(91))
    following.record_trigger(by.actor, row.case.key, "fix-available", at=day(91))
    assert standing(row) == {}


def own_policy(**columns: object) -> bytes:
    document = {
        "schema": "urn:tidegate:disclosure-policy:1",
        "name": "ours",
        "version": "1",
        "title": "Ours",
        "authority": "Us",
        "force": "guidance",
        "binds": "us",
        "source": {"url": "https://example.org", "read": "2026-11-01", "terms": "primary"},
        "rules": [
            {
                "name": "soon",
                "clock": "disclosure",
                "words": "Publish.",
                "trigger": ["reported"],
                "length": "P30D",
            }
        ],
        **columns,
    }
    return json.dumps(document).encode()


def test_a_policy_of_ones_own_is_loaded_and_a_version_says_what_it_said() -> None:
    chief = coordinator(Role.ADMINISTRATOR)
    following.load_policy(chief.actor, own_policy(), "ours.json", at=NOW)
    following.load_policy(chief.actor, own_policy(), "ours.json", at=NOW)
    with pytest.raises(NotPossibleError, match="says something else; give yours another version"):
        following.load_policy(chief.actor, own_policy(title="Others"), "ours.json", at=NOW)
    with pytest.raises(NotPossibleError, match="is shipped with this software"):
        following.load_policy(chief.actor, own_policy(name="default-90"), "ours.json", at=NOW)
    with pytest.raises(NotFoundError):
        following.load_policy(coordinator().actor, own_policy(), "ours.json", at=NOW)
    row = coordinated(chief)
    following.load_policy(chief.actor, own_policy(version="2"), "ours.json", at=NOW)
    following.set_policy(chief.actor, row.case.key, "ours", version="1", at=NOW)
    row.refresh_from_db()
    assert (row.policy, row.policy_version) == ("ours", "1")
