"""Real editions, where they are at hand: nearly all of their records are understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.feeds.samples import read
from tidegate.engines.feeds import judge

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")


@pytest.mark.parametrize(
    ("feed", "file", "count", "refused"),
    [
        ("epss", "epss/epss-format-sample.csv", 27, 0),
        # One says that it was changed in the year 1, in a form that is none.
        pytest.param("osv-pypi", "pypa/advisories.osv.jsonl.zst", 2660, 1, marks=pytest.mark.slow),
        ("osv-crates", "rustsec/advisories.osv.jsonl.zst", 1206, 0),
    ],
)
def test_a_real_edition_is_accepted(feed: str, file: str, count: int, refused: int):
    reading, _ = read(feed, DATA / file)
    assert (reading.edition.count, reading.edition.refused) == (count, refused)
    assert judge(None, reading.edition)
