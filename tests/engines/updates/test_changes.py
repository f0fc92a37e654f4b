"""The list of changes: whoever reads on from where they were misses nothing and is told no lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.updates.repositories import AT
from tidegate.engines.updates.changes import (
    EMPTY,
    Latest,
    News,
    What,
    after,
    append,
    is_path,
    read_latest,
    read_segment,
    segment_path,
    wanted,
    write_latest,
)
from tidegate.engines.updates.errors import ChangeListError

NEWS = st.builds(
    News,
    st.integers(0, 5).map("advisories/TG-2026-2222222{}.json".format),
    st.integers(0, 5).map(lambda number: f"{number:064x}"),
    st.sampled_from(What),
)
ONE = News("advisories/TG-2026-k3m9q2x4.json", "a" * 64, What.PUBLISHED)
SMALL = replace(EMPTY, lines=3)


def written(batches: list[list[News]], start: Latest = SMALL) -> tuple[Latest, dict[int, bytes]]:
    latest, segments = start, dict[int, bytes]()
    for batch in batches:
        appended = append(latest, segments.get(latest.segment, b""), batch, AT)
        for number, content in appended.segments.items():
            assert content.startswith(segments.get(number, b"")), "what was written was changed"
        segments |= appended.segments
        latest = read_latest(write_latest(appended.latest))
    return latest, segments


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(NEWS, max_size=5), max_size=5), st.data())
def test_whoever_reads_on_gets_what_came_since_and_nothing_else(
    batches: list[list[News]], data: st.DataObject
) -> None:
    latest, segments = written(batches)
    all_news = [news for batch in batches for news in batch]
    held = data.draw(st.integers(0, len(all_news)))
    read = [
        change
        for number in wanted(held, latest)
        for change in after(read_segment(segments[number], number, latest), held)
    ]
    assert [News(one.path, one.sha256, one.what) for one in read] == all_news[held:]
    assert [one.sequence for one in read] == list(range(held + 1, len(all_news) + 1))
    assert all(one.at == AT for one in read)


def test_no_more_segments_are_read_than_hold_what_is_new() -> None:
    latest, _ = written([[ONE] * 7])
    assert (latest.sequence, latest.segment) == (7, 3)
    assert [list(wanted(held, latest)) for held in (7, 6, 5, 3, 2)] == [
        [],
        [3],
        [2, 3],
        [2, 3],
        [1, 2, 3],
    ]


def test_a_list_that_ends_before_what_is_held_is_an_old_one() -> None:
    latest, _ = written([[ONE] * 2])
    with pytest.raises(ChangeListError, match="somebody shows an old state"):
        wanted(3, latest)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), st.integers(0, 300))
def test_bytes_that_are_no_list_are_refused_and_nothing_worse(raw: bytes, place: int) -> None:
    latest, segments = written([[ONE] * 2])
    good = segments[1]
    with pytest.raises(ChangeListError):
        read_latest(raw)
    changed = good[:place] + raw + good[place + len(raw) :]
    try:
        read = read_segment(changed, 1, latest)
    except ChangeListError:
        return
    assert [one.sequence for one in read] == [1, 2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"sequence":2', b'"sequence":3'),
        (b'"sequence":2', b'"sequence":true'),
        (b"published", b"unpublished"),
        (b"advisories/", b"../advisories/"),
        (b"advisories/TG", b"advisories/..TG"),
        (b"a" * 64, b"A" * 64),
        (b"12:00:00Z", b"12:00:00+01:00"),
        (b'"what"', b'"path":"advisories/b","what"'),
        (b"}\n", b"}"),
    ],
)
def test_a_line_is_read_strictly(old: bytes, new: bytes) -> None:
    latest, segments = written([[ONE] * 2])
    with pytest.raises(ChangeListError, match=r"changes/000001\.json"):
        read_segment(segments[1].replace(old, new), 1, latest)


def test_a_list_that_contradicts_itself_is_refused() -> None:
    for raw in (
        b'{"lines":32,"segment":2,"sequence":3}',
        b'{"lines":0,"segment":1,"sequence":3}',
        b'{"lines":64,"segment":1,"sequence":-1}',
        b'{"lines":64,"segment":1,"sequence":1.0}',
        b'{"lines":64,"segment":1}',
    ):
        with pytest.raises(ChangeListError):
            read_latest(raw)


def test_nothing_is_appended_to_another_list() -> None:
    latest, segments = written([[ONE] * 2])
    for last in (b"", segments[1][:-1], segments[1] * 2):
        with pytest.raises(ChangeListError):
            append(latest, last, [ONE], AT)
    with pytest.raises(ChangeListError):
        append(EMPTY, segments[1], [ONE], AT)
    with pytest.raises(ChangeListError, match="cannot stand in the list"):
        append(EMPTY, b"", [replace(ONE, path="advisories/a b.json")], AT)


def test_a_time_is_kept_to_the_second_in_utc() -> None:
    appended = append(EMPTY, b"", [ONE], AT + timedelta(microseconds=7))
    assert appended.changes[0].at == AT
    assert read_segment(appended.segments[1], 1, appended.latest) == appended.changes
    assert segment_path(1) == "changes/000001.json"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("fixes/TG-2026-k3m9q2x4/a@1.2+3.diff", True),
        ("advisories", False),
        ("/advisories/a", False),
        ("advisories/../a", False),
        ("advisories/.a", False),
        ("advisories//a", False),
        ("advisories/a%2e", False),
        ("advisories/ä", False),
        ("advisories/" + "a" * 300, False),
    ],
)
def test_a_path_needs_no_quoting_and_leads_nowhere_else(path: str, is_one: bool) -> None:
    assert is_path(path) is is_one
