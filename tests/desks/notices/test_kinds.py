"""Of whatever is appended to the ledger it is said who is told of it, or that nobody is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.notices.appended import Found, appended
from tidegate.desks.notices.audiences import NOBODY, Audience
from tidegate.desks.notices.kinds import ENVELOPES, HEADINGS, TABLE


@pytest.fixture(scope="module")
def found() -> Found:
    return appended()


def test_every_kind_that_is_appended_anywhere_is_in_the_table(found: Found):
    missing = {kind: place for kind, place in found.kinds.items() if kind not in TABLE}
    assert missing == {}, "say in notices/kinds.py who is told, or NOBODY"


def test_every_place_that_appends_can_be_read(found: Found):
    assert found.unread == [], "write the kind as a word where it is appended"


def test_nothing_is_in_the_table_that_is_never_appended(found: Found):
    assert set(TABLE) - set(found.kinds) == set()


def test_the_reader_of_the_source_finds_every_way_in(tmp_path: Path):
    """It reads words, choices, tables, and functions that hand a kind on, however deep."""
    ledger = tmp_path / "tidegate/desks/ledger/services"
    ledger.mkdir(parents=True)
    (ledger / "appending.py").write_text("def append(kind, *, at): ...\n")
    (tmp_path / "ways.py").write_text(
        "from tidegate.desks.ledger.services.appending import append\n"
        "TOLD = {'a': 'from-table'}\n"
        "def one(verb, kind):\n    append(kind, at=0)\n"
        "def two(verb):\n"
        "    if kind := TOLD.get(verb):\n        append(kind, at=0)\n"
        "def three(yes):\n    append('yes' if yes else 'no', at=0)\n"
        "def four(text):\n    append(f'{text}', at=0)\n"
    )
    (tmp_path / "using.py").write_text(
        "import ways\nfrom ways import one\n"
        "from tidegate.desks.ledger.services import appending\n"
        "def five(kind):\n    one('x', kind)\n"
        "def six():\n    five('deep')\n    one('x', kind='by-name')\n"
        "    appending.append(kind='direct', at=0)\n"
    )
    read = appended(tmp_path)
    assert set(read.kinds) == {"from-table", "yes", "no", "deep", "by-name", "direct"}
    assert read.unread == ["ways:11"]


def test_whoever_is_told_is_told_what_waits():
    for kind, telling in TABLE.items():
        assert bool(telling.audiences) == bool(telling.waits), kind
        assert len(telling.waits) <= 200


def test_what_may_be_known_before_consent_goes_to_nobody_who_may_know_less():
    """A kind for invited parties says nothing that only a reader of the case may know."""
    for kind in ENVELOPES:
        assert Audience.TEAM not in TABLE[kind].audiences
        assert Audience.ADDRESSED not in TABLE[kind].audiences
    assert TABLE["verdict"] is NOBODY


def test_how_far_an_engagement_has_come_goes_to_nobody_who_sees_its_heading_alone():
    """Those are told what is theirs to answer, what they hold, and that it is over."""
    reading = {kind for kind in TABLE if kind.startswith(("window-", "evidence-", "model-"))}
    reading |= {"evaluation-begun", "engagement-changed", "dissent-recorded", "findings-reported"}
    assert not reading & set(HEADINGS)
    assert {"engagement-proposed", "engagement-withdrawn", "grant-issued"} <= set(HEADINGS)
