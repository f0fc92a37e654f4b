"""The release picture: every release is a mark, and says in shape and words what is known."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.faces.console.charts.lanes import WIDTH, gates_of, lanes_of, rows_in_order
from tidegate.faces.console.charts.marks import Known, Release
from tidegate.faces.console.charts.releases import ReleasePicture, draw_releases

VERDICTS = ("reproduced", "flaky", "not-reproduced", "inconclusive", "unattributed", "not-tested")
SHAPES = {"polygon": Known.AFFECTED, "circle": Known.UNAFFECTED}


def releases(*rows: tuple[str, str], line: str = "1") -> list[Release]:
    return [Release(version, line, verdict) for version, verdict in rows]


def marks(picture: ReleasePicture) -> list[ET.Element]:
    """Return the marks of a drawing, which has to be well-formed."""
    root = ET.fromstring(picture.picture)
    return [one for one in root.iter("g") if one.get("class", "").startswith("mark ")]


@given(
    st.lists(
        st.builds(
            Release,
            version=st.text(min_size=1, max_size=20),
            line=st.sampled_from(["0.1", "1", "2"]),
            verdict=st.sampled_from(VERDICTS),
            inferred=st.booleans(),
            prerelease=st.booleans(),
            yanked=st.booleans(),
            reason=st.text(max_size=30),
        ),
        max_size=40,
    )
)
def test_each_release_is_one_mark_whose_shape_says_what_is_known(rows: list[Release]) -> None:
    drawn = marks(draw_releases(rows, package="p", ident="x"))
    assert len(drawn) == len(rows)
    for release, drawing in zip(rows, drawn, strict=True):
        shape = next(
            SHAPES.get(part.tag, Known.UNKNOWN)
            for part in drawing
            if part.get("class") == "mark__body"
        )
        assert shape is release.known
        assert drawing.get("aria-label") == release.told == drawing.findtext("title")
        assert ("mark--run" in drawing.get("class", "")) is release.was_run
        assert any(p.get("class") == "mark__strike" for p in drawing) is release.yanked


def test_nothing_known_never_looks_like_not_affected() -> None:
    for verdict in ("inconclusive", "unattributed", "not-tested", "something-new", ""):
        assert Release("1.0.0", "1", verdict).known is Known.UNKNOWN
        assert "nothing is known" in Release("1.0.0", "1", verdict).told


def test_a_gate_stands_where_the_verdict_changes_in_each_line() -> None:
    old = releases(("0.2.0", "reproduced"), ("0.2.1", "not-reproduced"), line="0.2")
    new = releases(("1.0.0", "reproduced"), ("1.1.0", "flaky"), ("1.2.0", "not-reproduced"))
    picture = draw_releases(old + new, package="minimist", ident="x")
    root = ET.fromstring(picture.picture)
    words = Counter(text.text for text in root.iter("text") if text.text in ("fixed", "introduced"))
    assert words == {"fixed": 2}
    assert picture.summary == (
        "5 releases of minimist in 2 release lines: 3 affected, 2 not affected."
        " First fixed: 0.2.1, 1.2.0."
    )


def test_a_gate_beyond_unknown_releases_says_that_the_fix_may_be_older() -> None:
    rows = releases(("1", "reproduced"), ("2", "inconclusive"), ("3", "not-reproduced"))
    assert gates_of(rows) == ["", "", "fixed by"]


def test_a_prerelease_bounds_nothing() -> None:
    rows = [
        Release("1.0.0-rc.1", "1", "not-reproduced", prerelease=True),
        Release("1.0.0", "1", "reproduced"),
        Release("1.1.0-rc.1", "1", "not-reproduced", prerelease=True),
        Release("1.1.0", "1", "not-reproduced"),
    ]
    assert gates_of(rows) == ["", "", "", "fixed"]


@pytest.mark.parametrize("count", [1, 5, 60, 61, 300])
def test_a_row_is_never_wider_than_the_picture_and_no_release_is_lost(count: int) -> None:
    rows = list(
        rows_in_order(lanes_of(releases(*((f"1.{n}.0", "reproduced") for n in range(count)))))
    )
    assert sum(len(row.placed) for row in rows) == count
    assert max(placed.x for row in rows for placed in row.placed) <= WIDTH + 26
    for row in rows:
        steps = {round(b.x - a.x, 3) for a, b in pairwise(row.placed)}
        assert len(steps) <= 1
        assert all(step >= 16 for step in steps)


def test_labels_of_versions_never_overlap() -> None:
    rows = releases(
        *((f"10.{n}.{n * 7}", "reproduced" if n < 20 else "not-reproduced") for n in range(50))
    )
    root = ET.fromstring(draw_releases(rows, package="p", ident="x").picture)
    versions = {row.version for row in rows}
    placed = sorted(
        (float(text.get("x", 0)), len(text.text or ""))
        for text in root.iter("text")
        if text.text in versions
    )
    assert "10.20.140" in {text.text for text in root.iter("text")}, "the boundary has its label"
    for (x, signs), (next_x, next_signs) in pairwise(placed):
        assert next_x - x >= (signs + next_signs) / 2 * 6


def test_dates_put_a_ported_fix_where_it_came() -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)

    def dated(version: str, line: str, days: int) -> Release:
        return Release(version, line, "reproduced", published=day + timedelta(days=days))

    picture = draw_releases(
        [dated("1.0.0", "1", 0), dated("1.0.1", "1", 900), dated("2.0.0", "2", 300)],
        package="p",
        ident="x",
    )
    assert picture.by_time
    at = {
        mark.get("aria-label", "").split(":")[0]: float(body.get("points", "0,0").split(",")[0])
        for mark in marks(picture)
        for body in mark
        if body.get("class") == "mark__body"
    }
    assert at["1.0.0"] < at["2.0.0"] < at["1.0.1"]
    years = re.findall(r">(20\d\d)<", picture.picture)
    assert years == ["2021", "2022"]


def test_in_time_a_gate_stands_where_the_fix_came_out() -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    broken = Release("1.0.0", "1", "reproduced", published=day)
    mended = Release("1.0.1", "1", "not-reproduced", published=day + timedelta(days=900))
    root = ET.fromstring(draw_releases([broken, mended], package="p", ident="x").picture)
    [gate] = [one for one in root.iter("text") if one.text == "fixed"]
    [fix] = list(root.iter("circle"))
    assert 0 < float(fix.get("cx", 0)) - float(gate.get("x", 0)) <= 12


def test_dates_that_contradict_the_versions_are_not_believed() -> None:
    day = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [
        Release(f"1.{n}.0", "1", "reproduced", published=day - timedelta(days=n)) for n in range(9)
    ]
    assert not draw_releases(rows, package="p", ident="x").by_time
    assert draw_releases(rows[::-1], package="p", ident="x").by_time


@pytest.mark.parametrize("days", [0, 1, 30])
def test_three_hundred_releases_in_time_keep_apart(days: int) -> None:
    day = datetime(2018, 1, 1, tzinfo=UTC)
    rows = [
        Release(f"1.{n}.0", "1", "reproduced", published=day + timedelta(days=n * days))
        for n in range(300)
    ]
    picture = draw_releases(rows, package="p", ident="x")
    centres = [
        float((body.get("points") or "").split(",")[0])
        for mark in marks(picture)
        for body in mark
        if body.get("class") == "mark__body"
    ]
    assert picture.by_time
    assert all(other - one >= 6 for one, other in pairwise(centres))


def test_without_every_date_there_is_no_time_axis() -> None:
    rows = [
        Release("1", "1", "reproduced", published=datetime(2020, 1, 1, tzinfo=UTC)),
        Release("2", "1", "reproduced"),
    ]
    assert not draw_releases(rows, package="p", ident="x").by_time


def test_hostile_text_stays_text() -> None:
    hostile = '</title><script>alert(1)</script>" onload="alert(2)'
    row = Release(hostile, hostile, "reproduced", reason=hostile, runtime=hostile)
    picture = draw_releases([row], package=hostile, ident="x")
    for drawing in (picture.picture, picture.names):
        root = ET.fromstring(drawing)
        assert {one.tag for one in root.iter()} <= {
            "svg", "title", "desc", "g", "rect", "line", "polygon", "text",
        }  # fmt: skip
        assert not any(name.startswith("on") for one in root.iter() for name in one.attrib)


def test_what_hides_in_a_version_is_written_out() -> None:
    picture = draw_releases(
        [Release("1.0\u202e\x00", "1", "reproduced", reason="a\u200bb")], package="p", ident="x"
    )
    assert "1.0U+202EU+0000: affected" in picture.picture
    assert "aU+200Bb" in picture.picture


def test_no_release_at_all_is_an_empty_picture() -> None:
    picture = draw_releases([], package="p", ident="x")
    assert marks(picture) == []
    assert "nothing was looked at" in picture.summary
