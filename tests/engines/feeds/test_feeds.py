"""The known feeds, and the editions that are shipped as examples."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.engines.feeds.samples import NOW, read
from tidegate.engines.feeds import FEEDS, Assertion, Kind, feed_of, file_of, judge
from tidegate.engines.feeds.reading.schemas import validator_of

EXAMPLES = Path(__file__).parents[3] / "examples" / "feeds"


def test_every_feed_has_an_encrypted_address_of_its_own_and_a_licence():
    assert len({feed.address for feed in FEEDS.values()}) == len(FEEDS)
    for name, feed in FEEDS.items():
        assert feed.name == name
        assert urlsplit(feed.address).scheme == "https"
        assert feed.licence
        assert feed.publisher
        assert timedelta(days=1) <= feed.max_age <= timedelta(days=92)
        assert not feed.schema or validator_of(feed.schema)


def test_a_feed_is_too_old_by_its_publishers_date():
    kev = feed_of("kev")
    assert not kev.is_too_old(NOW - kev.max_age, NOW)
    assert kev.is_too_old(NOW - kev.max_age - timedelta(seconds=1), NOW)
    assert kev.is_too_old(None, NOW)


def test_an_unknown_feed_is_told_with_those_that_there_are():
    with pytest.raises(KeyError, match="epss"):
        feed_of("nvd")


@pytest.mark.parametrize(
    ("name", "count"), [("kev", 1404), ("vulnrichment", 296), ("osv-npm", 76), ("osv-maven", 265)]
)
def test_the_examples_are_editions_without_a_broken_record(name: str, count: int):
    path = file_of(FEEDS[name], EXAMPLES)
    assert path is not None
    reading, records = read(name, path)
    assert (reading.edition.count, reading.refused) == (count, ())
    assert judge(None, reading.edition)
    assert FEEDS[name].is_too_old(reading.edition.said_at, NOW)
    kinds = {record.kind for record in records if isinstance(record, Assertion)}
    expected = {"kev": {Kind.KEV}, "vulnrichment": {Kind.KEV, Kind.SSVC, Kind.CVSS}}
    assert kinds == expected.get(name, set())


def test_a_folder_without_a_feed_has_no_file_of_it():
    assert file_of(FEEDS["epss"], EXAMPLES) is None
