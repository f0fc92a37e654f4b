"""The named columns of the rows are written anew, and nothing else of them."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import day, make_asset, make_exposure, make_operator
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.services.rewriting import rewrite

pytestmark = pytest.mark.django_db


def test_what_is_named_is_written_and_what_somebody_else_wrote_meanwhile_stays():
    asset = make_asset(make_operator())
    rows = [make_exposure(asset, f"CVE-2026-{number}") for number in range(1000, 1100)]
    other = make_exposure(asset, "CVE-2026-1")
    Exposure.objects.update(vex="fixed")
    for row in rows:
        row.due_at, row.outcome = day(3), "fix it"
    rewrite(rows, ("due_at",))
    rewrite([], ("due_at",))
    assert Exposure.objects.count() == 101
    assert set(Exposure.objects.exclude(pk=other.pk).values_list("due_at", "outcome", "vex")) == {
        (day(3), "", "fixed")
    }
    other.refresh_from_db()
    assert other.due_at is None
    assert {row.key for row in rows} | {other.key} == set(
        Exposure.objects.values_list("key", flat=True)
    )
