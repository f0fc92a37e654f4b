"""Slices say of every version what OSV's own evaluation says, and joining them loses nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.advisories import Affected, Slice
from tidegate.engines.matching.packages import HIGHEST, LOWEST, Package
from tidegate.engines.matching.ranges import (
    Event,
    EventKind,
    after,
    merged,
    overlap,
    read_events,
    read_versions,
    slice_holding,
    united,
    without,
)
from tidegate.engines.matching.versions import UnparsableVersionError

MOST = 8
VERSIONS = range(MOST * 2)
"""Those that events name are the even ones; the odd ones lie between them."""

NAMED = st.integers(1, MOST - 1).map(lambda number: str(number * 2))
KINDS = st.sampled_from(EventKind)
EVENT = st.builds(Event, KINDS, NAMED)
FIRST = st.builds(Event, st.just(EventKind.INTRODUCED), st.one_of(st.just("0"), NAMED))
EVENTS = st.builds(lambda first, more: [first, *more], FIRST, st.lists(EVENT, max_size=6)).flatmap(
    st.permutations
)
BOUND = st.one_of(
    st.just(LOWEST), st.just(HIGHEST), st.integers(0, MOST * 2).map(lambda n: bytes([n]))
)
SLICE = st.builds(
    lambda one, other, is_fixed: Slice(min(one, other), max(one, other), "a", "b", is_fixed),
    BOUND,
    BOUND,
    st.booleans(),
)
PACKAGE = Package("npm", "left-pad")


def key(version: str) -> bytes:
    if not version.isdecimal():
        raise UnparsableVersionError(version)
    return bytes([int(version) + 1])


def osv_says(version: int, events: list[Event]) -> bool:
    """The pseudocode of the OSV schema, "Evaluation", over numbers."""

    def place(event: Event) -> int:
        is_beginning = event.kind is EventKind.INTRODUCED and event.version == "0"
        return -1 if is_beginning else int(event.version)

    limits = [event for event in events if event.kind is EventKind.LIMIT]
    if limits and not any("*" in one.version or version < place(one) for one in limits):
        return False
    vulnerable = False
    for event in sorted((one for one in events if one.kind is not EventKind.LIMIT), key=place):
        if event.kind is EventKind.INTRODUCED and version >= place(event):
            vulnerable = True
        if event.kind is EventKind.FIXED and version >= place(event):
            vulnerable = False
        if event.kind is EventKind.LAST_AFFECTED and version > place(event):
            vulnerable = False
    return vulnerable


def held(slices) -> set[int]:
    return {version for version in VERSIONS if slice_holding(slices, key(str(version)))}


def are_sorted_and_apart(slices) -> bool:
    return all(one.lower < one.upper for one in slices) and all(
        one.upper < other.lower for one, other in pairwise(slices)
    )


@settings(max_examples=120, deadline=None)
@given(EVENTS)
def test_slices_answer_as_the_evaluation_of_osv_does(events):
    read = read_events(events, key)
    assert read.unreadable == ()
    assert are_sorted_and_apart(read.slices)
    assert held(read.slices) == {one for one in VERSIONS if osv_says(one, events)}


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.data())
def test_what_cannot_be_read_makes_no_version_affected_that_might_not_be(events, data):
    index = data.draw(st.integers(0, len(events) - 1))
    damaged = [*events]
    damaged[index] = events[index]._replace(version="soon")
    read = read_events(damaged, key)
    assert read.unreadable == ("soon",)
    for stands_for in range(1, MOST * 2):
        damaged[index] = events[index]._replace(version=str(stands_for))
        assert held(read.slices) <= {one for one in VERSIONS if osv_says(one, damaged)}


@settings(max_examples=80, deadline=None)
@given(st.lists(SLICE, max_size=6), st.lists(SLICE, max_size=4))
def test_a_union_holds_what_any_part_holds_and_nothing_else(some, others):
    every = merged([*some, *others])
    assert are_sorted_and_apart(every)
    assert {(one.lower, one.upper) for one in merged(every)} == {
        (one.lower, one.upper) for one in every
    }
    assert held(every) == held(merged(some)) | held(merged(others))
    assert held(without(merged(some), merged(others))) == held(merged(some)) - held(merged(others))
    parts = [Affected(PACKAGE, merged(some), ("x",)), Affected(PACKAGE, merged(others), ("y",))]
    (whole,) = united(parts)
    assert whole == Affected(PACKAGE, every, ("x", "y"))


def test_two_slices_overlap_only_where_they_share_a_key():
    low, high = (Slice(bytes([one]), bytes([one + 2]), "", "", True) for one in (1, 3))
    assert not overlap(low, high)
    assert overlap(low, high._replace(lower=b"\x02"))


def test_a_slice_keeps_the_words_of_its_range():
    events = [
        Event(EventKind.INTRODUCED, "0"),
        Event(EventKind.FIXED, "4"),
        Event(EventKind.INTRODUCED, "6"),
        Event(EventKind.LAST_AFFECTED, "8"),
    ]
    assert read_events(events, key).slices == (
        Slice(LOWEST, key("4"), "0", "4", is_fixed=True),
        Slice(key("6"), after(key("8")), "6", "8", is_fixed=False),
    )


@pytest.mark.parametrize("limit", ["6", "*"])
def test_a_limit_ends_a_range_and_is_no_fix(limit):
    (one,) = read_events(
        [Event(EventKind.INTRODUCED, "2"), Event(EventKind.LIMIT, limit)], key
    ).slices
    assert one.upper == (HIGHEST if limit == "*" else key(limit))
    assert (one.ended, one.is_fixed) == ("", False)


def test_fixed_before_the_beginning_means_never_affected():
    events = [Event(EventKind.INTRODUCED, "0"), Event(EventKind.FIXED, "0")]
    assert read_events(events, key).slices == ()


def test_a_version_that_is_listed_is_held_alone():
    read = read_versions(["4", "soon", "4"], key)
    assert held(read.slices) == {4}
    assert read.unreadable == ("soon",)
