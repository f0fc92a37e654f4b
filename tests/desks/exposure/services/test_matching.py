"""Exposures open, change and clear with inventories and advisories, as a full comparison would."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.exposure.rooms import (
    NOW,
    day,
    install,
    make_asset,
    make_coordinate,
    make_operator,
    sbom,
)
from tidegate.desks.exposure.models import Asset, Exposure, Ground, Installed, Vulnerability
from tidegate.desks.exposure.queries.grounds import grounds_of
from tidegate.desks.exposure.services import matching
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.inventories import hand_in_for
from tidegate.engines.matching.advisories import Advisory
from tidegate.engines.matching.osv_ranges import read_osv

pytestmark = pytest.mark.django_db


def advisory(identifier, *events, name="web", source="osv-pypi", aliases=(), **more) -> Advisory:
    return read_osv(
        {
            "id": identifier,
            "modified": "2026-12-01T00:00:00Z",
            "aliases": list(aliases),
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": name},
                    "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
                }
            ],
            **more,
        },
        source,
    )


BEFORE_2 = ({"introduced": "0"}, {"fixed": "2.0"})


def published(*advisories, at=NOW, cleared=None):
    return matching.match_advisories(put_advisories(advisories, None, cleared=cleared), at=at)


def exposed(asset: Asset) -> dict[str, str]:
    rows = Exposure.objects.filter(asset=asset).exclude(certainty="not-affected")
    return dict(rows.values_list("vulnerability__name", "certainty"))


def asset_with(*versions: str, name="web") -> Asset:
    asset = make_asset(make_operator())
    install(asset, *(make_coordinate("PyPI", name, one) for one in versions))
    matching.match_asset(asset, at=NOW)
    return asset


def test_an_advisory_finds_its_assets_and_an_inventory_its_advisories():
    asset = asset_with("1.5")
    assert exposed(asset) == {}
    touched = published(advisory("PYSEC-1", *BEFORE_2, aliases=["CVE-2026-1"]))
    assert len(touched.opened) == 1
    assert exposed(asset) == {"CVE-2026-1": "affected"}
    other = asset_with("1.9")
    assert exposed(other) == {"CVE-2026-1": "affected"}
    assert asset_with("2.0").exposures.count() == 0


def test_an_exposure_says_which_release_mends_it():
    asset = asset_with("1.5")
    published(advisory("PYSEC-1", *BEFORE_2))
    (ground,) = Ground.objects.filter(exposure__asset=asset)
    assert (ground.fixed, ground.certainty) == ("2.0", "affected")


def gone_and_back(away: float) -> Exposure:
    """Mitigate an exposure, let what is installed go after a day, and come back later."""
    asset = asset_with("1.5")
    published(advisory("PYSEC-1", *BEFORE_2))
    asset.exposures.update(remedy="mitigated", remedied_at=NOW)
    Installed.objects.filter(asset=asset).delete()
    matching.match_asset(asset, at=day(1))
    asset.inventories.update(replaced_at=day(1))
    install(asset, make_coordinate("PyPI", "web", "1.5"))
    matching.match_asset(asset, at=day(1 + away))
    return Exposure.objects.get(asset=asset)


def test_what_comes_back_soon_counts_from_its_first_day_and_later_anew():
    soon, later = gone_and_back(30), gone_and_back(31)
    assert (soon.detected_at, soon.remedy) == (NOW, "mitigated")
    assert (later.detected_at, later.remedy) == (day(32), "none")


@pytest.mark.parametrize("version", ["", "!!bad"])
def test_a_version_without_a_place_is_unknown_and_clears_nothing(version):
    operator = make_operator()
    published(advisory("PYSEC-1", *BEFORE_2, aliases=["CVE-2026-1"]))
    said = hand_in_for(
        operator.actor, operator.key, "a", sbom("pkg:pypi/web@1.5"), "a.json", at=NOW
    )
    asset = Asset.objects.get(key=said.asset)
    assert exposed(asset) == {"CVE-2026-1": "affected"}
    worse = sbom(f"pkg:pypi/web@{version}" if version else "pkg:pypi/web")
    hand_in_for(operator.actor, operator.key, "a", worse, "a.json", at=day(1))
    assert exposed(asset) == {"CVE-2026-1": "unknown"}
    assert not matching.match_all(at=day(1)).all
    published(advisory("PYSEC-2", *BEFORE_2), at=day(2))
    assert exposed(asset) == {"CVE-2026-1": "unknown", "PYSEC-2": "unknown"}
    (told, *_) = grounds_of(Exposure.objects.get(asset=asset, vulnerability__name="PYSEC-2"))
    assert "version" in told.words


def test_what_is_installed_no_more_clears_and_what_comes_back_is_open_again():
    asset = asset_with("1.5")
    published(advisory("PYSEC-1", *BEFORE_2))
    Installed.objects.filter(asset=asset).delete()
    touched = matching.match_asset(asset, at=day(1))
    assert len(touched.cleared) == 1
    row = Exposure.objects.get(asset=asset)
    assert (row.cleared_at, row.certainty) == (day(1), "not-affected")
    asset.inventories.update(replaced_at=day(1))
    install(asset, make_coordinate("PyPI", "web", "1.5"))
    matching.match_asset(asset, at=day(2))
    row.refresh_from_db()
    assert (row.cleared_at, row.certainty) == (None, "affected")
    assert Exposure.objects.filter(asset=asset).count() == 1


def test_a_withdrawn_advisory_clears_and_a_vanished_one_does_not():
    asset = asset_with("1.5")
    published(advisory("PYSEC-1", *BEFORE_2))
    published(advisory("PYSEC-1", *BEFORE_2, withdrawn="2026-12-02T00:00:00Z"), at=day(1))
    assert exposed(asset) == {}
    published(advisory("PYSEC-1", *BEFORE_2), at=day(2))
    assert exposed(asset) == {"PYSEC-1": "affected"}


def test_a_bound_that_cannot_be_read_is_unknown_and_never_clean():
    asset = asset_with("1.5", "3.0")
    published(advisory("PYSEC-1", {"introduced": "0"}, {"fixed": "!!"}))
    assert exposed(asset) == {"PYSEC-1": "unknown"}
    told = {one.words for one in grounds_of(Exposure.objects.get())}
    assert told == {"the advisory's !! cannot be read"}


def test_two_sources_of_one_vulnerability_are_two_grounds_of_one_exposure():
    asset = asset_with("1.5")
    published(
        advisory("PYSEC-1", *BEFORE_2, aliases=["CVE-2026-1"]),
        advisory("GHSA-1", *BEFORE_2, aliases=["CVE-2026-1"], source="ghsa"),
    )
    exposure = Exposure.objects.get(asset=asset)
    assert exposure.grounds.filter(ended_at=None).count() == 2


def test_our_own_runs_win_over_what_is_published_and_the_difference_stays():
    asset, other = asset_with("1.5"), asset_with("1.2")
    published(advisory("PYSEC-1", *BEFORE_2, aliases=["CVE-2026-1"]))
    own = advisory(
        "C-00000-00000",
        {"introduced": "1.0"},
        {"fixed": "1.5"},
        aliases=["CVE-2026-1"],
        source="tidegate",
    )
    published(own, at=day(1), cleared={"C-00000-00000": ["1.5"]})
    assert exposed(asset) == {}
    assert exposed(other) == {"CVE-2026-1": "affected"}
    ground = Ground.objects.get(exposure__asset=asset, ended_at=None)
    assert (ground.advisory.identifier, ground.is_overruled) == ("PYSEC-1", True)
    # What our runs say no more counts no more.
    published(own, at=day(2), cleared={})
    assert exposed(asset) == {"CVE-2026-1": "affected"}


def test_a_retired_asset_is_exposed_to_nothing():
    asset = asset_with("1.5")
    published(advisory("PYSEC-1", *BEFORE_2))
    asset.retired_at = day(1)
    asset.save()
    matching.match_asset(asset, at=day(1))
    assert exposed(asset) == {}


VERSIONS = ("0.9", "1.0", "1.5", "2.0", "2.5")
NAMES = ("web", "api")
events = st.builds(
    lambda low, high: [{"introduced": low}, *([{"fixed": high}] if high else [])],
    st.sampled_from(("0", *VERSIONS)),
    st.sampled_from(("", *VERSIONS, "!!")),
)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("advisory"),
            st.integers(0, 2),
            st.sampled_from(NAMES),
            events,
            st.booleans(),
            st.sampled_from(((), ("CVE-2026-1",), ("CVE-2026-1", "CVE-2026-2"))),
        ),
        st.tuples(
            st.just("inventory"),
            st.integers(0, 1),
            st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(VERSIONS)), max_size=4),
        ),
        st.tuples(st.just("own"), st.sets(st.sampled_from(VERSIONS)), st.booleans(), events),
    ),
    min_size=1,
    max_size=8,
)


class Incremental(TestCase):
    @given(steps)
    @settings(max_examples=25, deadline=None)
    def test_step_by_step_gives_what_a_full_comparison_gives(self, taken):
        operator = make_operator()
        assets = [make_asset(operator), make_asset(operator)]
        for number, (what, *how) in enumerate(taken):
            at = NOW + timedelta(hours=number)
            if what == "advisory":
                which, name, said, withdrawn, aliases = how
                more = {"withdrawn": "2026-12-02T00:00:00Z"} if withdrawn else {}
                published(
                    advisory(f"PYSEC-{which}", *said, name=name, aliases=aliases, **more), at=at
                )
            elif what == "inventory":
                asset = assets[how[0]]
                asset.inventories.filter(replaced_at=None).update(replaced_at=at)
                Installed.objects.filter(asset=asset).delete()
                install(asset, *(make_coordinate("PyPI", *one) for one in sorted(how[1])))
                matching.match_asset(asset, at=at)
            else:
                cleared, withdrawn, said = how
                more = {"withdrawn": "2026-12-02T00:00:00Z"} if withdrawn else {}
                own = advisory("C-1", *said, aliases=["CVE-2026-1"], source="tidegate", **more)
                published(own, at=at, cleared={"C-1": sorted(cleared)})
        stood = standing()
        assert not matching.match_all(at=NOW + timedelta(days=1)).all
        assert standing() == stood
        # From nothing, everything is found again.
        Ground.objects.all().delete()
        Exposure.objects.update(certainty="not-affected", cleared_at=NOW)
        matching.match_all(at=NOW + timedelta(days=2))
        assert standing() == stood


def standing():
    rows = Exposure.objects.exclude(certainty="not-affected")
    grounds = Ground.objects.filter(ended_at=None)
    return (
        set(rows.values_list("asset", "vulnerability__name", "certainty")),
        set(
            grounds.values_list(
                "exposure", "advisory", "coordinate", "certainty", "fixed", "is_overruled"
            )
        ),
        Vulnerability.objects.count(),
    )
