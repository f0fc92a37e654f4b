"""How old each feed is, by its publisher's date; what is known of a vulnerability, and by whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desks.exposure.published import VECTOR, about, catalogue, decided, records, taken
from tests.desks.exposure.rooms import (
    NOW,
    day,
    install,
    make_asset,
    make_coordinate,
    make_exposure,
    make_operator,
    make_other,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Vulnerability
from tidegate.desks.exposure.queries.feeds import (
    editions,
    feed_row,
    feeds,
    too_old,
    vulnerability_page,
)
from tidegate.desks.exposure.queries.said import said_by_sources
from tidegate.desks.exposure.services import feeds as services
from tidegate.desks.exposure.services import matching
from tidegate.engines.feeds import FEEDS

pytestmark = pytest.mark.django_db

ONE, TWO = "CVE-2026-1001", "CVE-2026-1002"
EXAMPLES = Path(__file__).parents[4] / "examples" / "feeds"


def test_all_known_feeds_are_listed_with_their_licences_the_loaded_ones_first(tmp_path: Path):
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc")))
    rows = feeds(NOW)
    assert [row.name for row in rows] == ["osv-npm", *(name for name in FEEDS if name != "osv-npm")]
    assert all(row.licence and row.publisher for row in rows)
    assert [row.is_followed for row in rows] == [False] * len(FEEDS)
    assert rows[1].edition is None
    assert feed_row("kve", at=NOW) is None


def test_a_feed_is_as_old_as_its_publisher_says_however_often_it_is_asked(tmp_path: Path):
    path = catalogue(tmp_path, ONE)
    taken("kev", path)
    row = feed_row("kev", at=NOW)
    assert row is not None
    assert (row.age, row.is_too_old) == (timedelta(days=2, hours=2), False)
    later = NOW + row.max_age
    taken("kev", path, at=later)
    row = feed_row("kev", at=later)
    assert row is not None
    assert (row.is_too_old, row.confirmed_at) == (True, later)
    assert too_old(later) == {
        "kev": "Known Exploited Vulnerabilities Catalog is of 2026-12-08, 16 days old;"
        " at most 14 days count"
    }


def test_what_is_followed_and_never_came_is_no_ground_either():
    assert too_old(NOW) == {}
    services.follow(OWNER, "epss", is_followed=True, at=NOW)
    assert too_old(NOW) == {"epss": "Exploit Prediction Scoring System was never loaded"}


def test_a_refusal_is_shown_until_a_good_one_comes(tmp_path: Path):
    taken("kev", catalogue(tmp_path, ONE, TWO))
    taken("kev", catalogue(tmp_path, ONE, TWO, day=7), at=day(1))
    row = feed_row("kev", at=day(1))
    assert row is not None
    assert row.last_refusal is not None
    assert "2026-12-07" in row.last_refusal.words
    assert row.edition is not None
    assert (row.edition.version, row.edition.counts) == ("2026.12.08", True)
    assert [(one.outcome, one.counts) for one in editions("kev")] == [
        ("refused", False),
        ("taken", True),
    ]
    taken("kev", catalogue(tmp_path, ONE, TWO, day=9), at=day(2))
    row = feed_row("kev", at=day(2))
    assert row is not None
    assert row.last_refusal is None


def test_the_shipped_examples_are_read_and_are_too_old():
    for name in ("kev", "osv-npm"):
        assert taken(name, EXAMPLES).is_too_old
    assert set(too_old(NOW)) == {"kev", "osv-npm"}


def test_a_vulnerability_is_shown_with_what_each_source_says_and_said(tmp_path: Path):
    taken("kev", catalogue(tmp_path, ONE, TWO))
    taken("vulnrichment", records(tmp_path, decided(ONE, vector=VECTOR, score=7.0)))
    taken("vulnrichment", records(tmp_path, decided(ONE, exploitation="active")), at=day(1))
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    page = vulnerability_page(make_operator().actor, ONE, at=day(2))
    assert [(one.kind, one.source) for one in page.said] == [
        ("kev", "kev"),
        ("ssvc", "vulnrichment:CISA-ADP"),
        ("cvss", "vulnrichment:CISA-ADP:3.1"),
    ]
    assert [one.disagrees for one in page.said] == [False, False, True]
    assert [(one.kind, one.value["exploitation"]) for one in page.said_before] == [("ssvc", "none")]
    npm, vulnrichment = page.advisories
    assert (npm.source, npm.affected[0].ranges[0].ended) == ("osv-npm", "2.0.0")
    assert vulnrichment.identifier == ONE
    assert page.exposures == 0
    assert said_by_sources(Vulnerability.objects.get(name=ONE), at=day(2)) == page.said
    # An advisory's own name leads there, too.
    assert vulnerability_page(OWNER, "GHSA-aaaa-bbbb-cccc", at=NOW).name == ONE
    assert vulnerability_page(OWNER, ONE.lower(), at=NOW).name == ONE


def test_how_much_is_exposed_is_counted_for_who_may_read_it(tmp_path: Path):
    operator, other = make_operator(), make_operator()
    asset = make_asset(operator)
    install(asset, make_coordinate("npm", "web", "1.5.0"))
    matching.match_asset(asset, at=NOW)
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    coordinator = make_other(OrganisationKind.COORDINATOR)
    counts = [
        vulnerability_page(one.actor, ONE, at=NOW).exposures
        for one in (operator, other, coordinator)
    ]
    assert counts == [1, 0, 0]


def test_a_name_that_another_operator_alone_has_written_is_not_known():
    """A VEX statement makes a name; that it is there says what somebody runs."""
    operator, other = make_operator(), make_operator()
    Vulnerability.objects.create(name="INTERNAL-7")
    for who in (operator, other):
        with pytest.raises(NotFoundError) as refused:
            vulnerability_page(who.actor, "INTERNAL-7", at=NOW)
        with pytest.raises(NotFoundError) as unknown:
            vulnerability_page(who.actor, "INTERNAL-8", at=NOW)
        assert str(refused.value).replace("7", "8") == str(unknown.value)
    make_exposure(make_asset(operator), "INTERNAL-7")
    assert vulnerability_page(operator.actor, "INTERNAL-7", at=NOW).exposures == 1
    with pytest.raises(NotFoundError):
        vulnerability_page(other.actor, "INTERNAL-7", at=NOW)
