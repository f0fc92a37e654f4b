"""Whatever is said in whichever order: what stands is what each source said last, and all stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.exposure.rooms import NOW
from tidegate.desks.exposure.models import Assertion as Row
from tidegate.desks.exposure.models import Edition, Vulnerability
from tidegate.desks.exposure.services.assertions import end_listings, put_assertions
from tidegate.engines.feeds import Assertion, Kind

pytestmark = pytest.mark.django_db

NAMES = ("CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003")
_SOURCES = {
    Kind.KEV: ("kev",),
    Kind.EPSS: ("epss",),
    Kind.SSVC: ("vulnrichment:CISA-ADP", "cve:CISA-ADP"),
    Kind.CVSS: ("cve:example:3.1",),
}

sayings = st.builds(
    lambda kind, source, *told: (kind, _SOURCES[kind][source % len(_SOURCES[kind])], *told),
    st.sampled_from(list(Kind)),
    st.integers(0, 1),
    st.sampled_from(NAMES),
    st.integers(0, 2),
    st.sampled_from(("1", "2")),
)
steps = st.lists(st.lists(sayings, max_size=6), min_size=1, max_size=6)


def edition(number: int) -> Edition:
    return Edition.objects.create(
        feed="any",
        fetched_at=NOW,
        came_from="a file",
        sha256=f"{number:064}",
        size=1,
        records=1,
        outcome="taking",
    )


def saying(hour: int, kind: Kind, source: str, name: str, value: int, version: str) -> Assertion:
    at = NOW + timedelta(hours=hour)
    return Assertion(source, name, kind, {"value": value}, at, version)


def standing() -> dict[tuple[str, str, str], int]:
    rows = Row.objects.filter(ended_at=None)
    return {
        (row.vulnerability.name, row.source, row.kind): row.value["value"]
        for row in rows.select_related("vulnerability")
    }


class WhateverIsSaid(TestCase):
    @given(steps)
    @settings(max_examples=25, deadline=None)
    def test_what_stands_is_what_each_source_said_last(self, taken):
        expected: dict[tuple[str, str, str], int] = {}
        for hour, said in enumerate(taken):
            before = dict(expected)
            expected |= {(name, source, kind.value): value for kind, source, name, value, _ in said}
            history = set(Row.objects.exclude(kind="epss").values_list("pk", flat=True))
            changed = put_assertions(
                [saying(hour, *one) for one in said],
                edition(hour),
                at=NOW + timedelta(hours=hour),
            )
            assert standing() == expected
            # Nothing that was said is lost, and whoever is told to look is told of every change.
            assert history <= set(Row.objects.values_list("pk", flat=True))
            different = {place[0] for place in expected if before.get(place) != expected[place]}
            named = Vulnerability.objects.filter(pk__in=changed)
            assert different <= set(named.values_list("name", flat=True))
        assert not Row.objects.filter(ended_at__lt=F("since")).exists()
        self.assert_saying_it_again_changes_nothing(taken[-1], len(taken))

    def assert_saying_it_again_changes_nothing(self, said, hour):
        before = sorted(Row.objects.values_list("pk", "value", "since", "ended_at"), key=str)
        again = [saying(hour - 1, *one) for one in said]
        assert put_assertions(again, edition(hour), at=NOW + timedelta(hours=hour)) == ()
        after = sorted(Row.objects.values_list("pk", "value", "since", "ended_at"), key=str)
        assert after == before

    @given(st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=6))
    @settings(max_examples=15, deadline=None)
    def test_a_catalogue_lists_what_it_lists_and_nothing_else(self, catalogues):
        for hour, names in enumerate(catalogues):
            this, at = edition(hour), NOW + timedelta(hours=hour)
            said = [saying(hour, Kind.KEV, "kev", name, 0, str(hour)) for name in sorted(names)]
            put_assertions(said, this, at=at)
            gone = end_listings("kev", this, at=at)
            assert {place[0] for place in standing()} == names
            assert not set(gone) & names


def test_a_listing_of_another_source_is_not_the_catalogues():
    first, second = edition(1), edition(2)
    put_assertions([saying(0, Kind.KEV, "vulnrichment:CISA-ADP", NAMES[0], 0, "")], first, at=NOW)
    assert end_listings("kev", second, at=NOW) == {}
    assert set(standing()) == {(NAMES[0], "vulnrichment:CISA-ADP", "kev")}
