"""What exposures show is kept as adoption, and what they do not show is not."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desks.exposure.rooms import NOW, day, install, make_asset, make_operator
from tests.desks.exposure.sources import exposed, published, running
from tests.desks.publications.adopting import (
    CVE,
    exposed_asset,
    line,
    make_publication,
    report,
)
from tidegate.desks.exposure.models import Exposure, Unplaced
from tidegate.desks.exposure.services.remedies import say_remedy
from tidegate.desks.exposure.services.triage import collect
from tidegate.desks.publications.models import Adoption
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.services.adoption_following import (
    EVERY,
    OVERLAP,
    WHOLE_EVERY,
    follow,
)

pytestmark = pytest.mark.django_db


def stages() -> dict[str, tuple[str, datetime]]:
    """Return what is kept of the only asset, by stage: its basis, and when."""
    rows = Adoption.objects.values_list("stage", "basis", "happened_at")
    return {stage: (basis, when) for stage, basis, when in rows}


def say(of, remedy, *, done_at, at):
    keys = [*Exposure.objects.filter(organisation=of.organisation).values_list("key", flat=True)]
    say_remedy(of.actor, keys, remedy, done_at=done_at, words="done", at=at)


def test_an_exposure_has_notified_its_operator_from_the_publication_on():
    operator = make_operator()
    exposed_asset(operator, at=NOW)
    make_publication(at=day(1))
    assert follow(day(2)) == 1
    assert stages() == {"notified": ("sent", day(1))}
    assert follow(day(3)) == 0


def test_what_came_later_is_notified_when_it_was_found():
    make_publication(at=NOW)
    exposed_asset(make_operator(), at=day(4))
    follow(day(5))
    assert stages() == {"notified": ("sent", day(4))}


def test_a_remedy_that_is_said_is_applied_and_an_inventory_verifies_it():
    make_publication()
    operator = make_operator()
    asset = exposed_asset(operator)
    say(operator, "remediated", done_at=day(1), at=day(2))
    follow(day(3))
    assert stages()["applied"] == ("said", day(1))
    assert "verified" not in stages()
    running(asset, ("web", "2.0"), at=day(4))
    follow(day(5))
    assert stages()["applied"] == ("inventory", day(1)), "when it was said first stays"
    assert stages()["verified"] == ("inventory", day(4))


def test_a_mitigation_is_a_plan_for_the_fix_is_still_to_come():
    make_publication()
    operator = make_operator()
    exposed_asset(operator)
    say(operator, "mitigated", done_at=day(2), at=day(2))
    follow(day(3))
    assert set(stages()) == {"notified", "planned"}


def test_evidence_that_is_collected_is_a_plan():
    make_publication()
    operator = make_operator()
    exposed_asset(operator)
    key = Exposure.objects.get().key
    collect(operator.actor, key, "memory", "web", day(1), "she", at=day(2))
    follow(day(3))
    assert stages()["planned"] == ("said", day(2))


def test_what_an_advisory_no_longer_says_was_not_done_by_anybody():
    make_publication()
    exposed_asset(make_operator())
    published(CVE, fixed="1.0", at=day(1))
    assert Exposure.objects.get().cleared_at == day(1)
    follow(day(2))
    assert stages() == {"notified": ("sent", NOW)}


def test_an_inventory_in_which_the_package_is_not_understood_verifies_nothing():
    make_publication()
    asset = exposed_asset(make_operator())
    running(asset, at=day(1))
    Unplaced.objects.create(
        inventory=install(asset, part="rest", received_at=day(1)),
        asset=asset,
        component="pkg:generic/web",
        reason="no-version",
        words="it has no version",
    )
    follow(day(2))
    assert set(stages()) == {"notified"}


def test_what_was_retired_or_mended_before_it_was_published_is_no_adoption():
    operator = make_operator()
    early, retired = exposed_asset(operator), exposed_asset(operator)
    running(early, ("web", "2.0"), at=day(1))
    make_publication(at=day(2))
    retired.retired_at = day(3)
    retired.save()
    running(retired, at=day(3))
    follow(day(4))
    assert set(stages()) == {"notified"}
    assert Adoption.objects.get().asset == retired


def test_an_asset_is_verified_when_all_that_exposes_it_is_gone():
    row = make_publication()
    asset = exposed_asset(make_operator())
    published("TG-alias", "lib", fixed="2.0", identifier=row.identifier)
    running(asset, ("web", "1.5"), ("lib", "1.0"), at=day(1))
    running(asset, ("web", "2.0"), ("lib", "1.0"), at=day(2))
    follow(day(3))
    assert set(stages()) == {"notified"}
    running(asset, ("web", "2.0"), ("lib", "2.0"), at=day(4))
    follow(day(5))
    assert stages()["verified"] == ("inventory", day(4))


def test_who_may_not_have_a_restricted_release_is_not_told_by_its_figures():
    friend, other = make_operator(), make_operator()
    make_publication(tlp="TLP:AMBER", audience=(friend,))
    for one in (friend, other):
        exposed_asset(one)
    follow(day(1))
    assert [row.organisation for row in Adoption.objects.all()] == [friend.organisation]


def test_what_is_withdrawn_or_not_out_is_not_followed():
    make_publication(at=None)
    gone = make_publication("TG-2026-bbbbbbbb")
    gone.withdrawn_at = day(1)
    gone.save()
    exposed_asset(make_operator())
    assert follow(day(2)) == 0


def test_what_a_client_said_and_what_is_known_here_stand_side_by_side():
    make_publication()
    operator = make_operator()
    exposed_asset(operator)
    adoption.take(operator.actor, report(line("verified", day(1))), at=day(2))
    follow(day(3))
    assert Adoption.objects.filter(asset=None).count() == 1
    assert Adoption.objects.exclude(asset=None).count() == 1


def test_it_looks_now_and_then_and_misses_nothing_that_was_committed_late():
    make_publication(at=day(-2))
    operator = make_operator()
    asset = make_asset(operator)
    assert follow(NOW) == 0
    running(asset, ("web", "1.5"), at=NOW)
    published(CVE, at=NOW)
    assert follow(NOW + EVERY / 2) == 0, "it is not due yet"
    assert follow(NOW + EVERY) == 1
    # This one names an instant that was looked at long ago.
    exposed(operator, CVE)
    Exposure.objects.update(detected_at=NOW - OVERLAP - EVERY * 3)
    assert follow(NOW + 2 * EVERY) == 0
    assert follow(NOW + EVERY + WHOLE_EVERY) == 1
