"""What is shown of few organisations: whoever has up to four and looks every day learns of none.

A world is told by days: on each one an organisation is outside, knows that it is affected, or has
come to the stage. The first ones are the observer's own, and it knows everything about them. The
last one stays outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegate.desks.publications.states.adoption import SMALLEST_GROUP
from tidegate.desks.publications.states.small_groups import (
    MOST_OF_ONE,
    STEP,
    bounded,
    moved,
    placed,
    shown,
)

OUT, IN, DONE = range(3)
Day = tuple[int, ...]
"""How far each organisation is."""
World = tuple[Day, ...]
Shown = list[tuple[int, int]]


def look(world: World) -> Shown:
    """Return what is shown each day: how many there are, and how many have come."""
    size = done = 0
    seen = []
    for day in world:
        there = sum(one != OUT for one in day)
        size = moved(size, there)
        done = moved(done, sum(one == DONE for one in day), there)
        seen.append((shown(size), shown(done)))
    return seen


@st.composite
def worlds(draw: st.DrawFn) -> tuple[int, World]:
    """Return how many are the observer's, and a world; many often do the same on one day."""
    own, others = draw(st.integers(0, MOST_OF_ONE)), draw(st.integers(1, 22))
    day = [OUT] * (own + others + 1)
    world = []
    place = st.integers(0, own + others - 1)
    for steps in draw(
        st.lists(st.lists(st.tuples(place, place, st.sampled_from([OUT, IN, DONE, DONE]))),
                 min_size=1, max_size=7)
    ):  # fmt: skip
        for first, last, state in steps:
            for one in range(first, last + 1):
                day[one] = state
        world.append(tuple(day))
    return own, tuple(world)


def others_like(
    own: int, world: World, known: Callable[[int], bool], told: Callable[[int], bool]
) -> Iterator[World]:
    """Yield worlds in which somebody that is `known` to be so is not as is `told` of it."""
    change = {DONE: IN, IN: DONE if known(DONE) and not known(OUT) else OUT, OUT: IN}
    for place in range(own, len(world[0])):
        if not known(world[-1][place]):
            continue
        if not told(world[-1][place]):
            yield world
        for since in range(len(world)):
            yield tuple(
                day
                if number < since or not told(day[place])
                else (*day[:place], change[day[place]], *day[place + 1 :])
                for number, day in enumerate(world)
            )


def is_open(
    own: int, world: World, known: Callable[[int], bool], told: Callable[[int], bool]
) -> bool:
    """Say whether it could be otherwise for what is shown; then it could be of anybody.

    Organisations are alike to the figures, so that two may always change their places.
    """
    seen = look(world)
    return any(
        look(other) == seen and any(known(one) and not told(one) for one in other[-1][own:])
        for other in others_like(own, world, known, told)
    )


def is_there(state: int) -> bool:
    return state != OUT


def anything(state: int) -> bool:
    return state in (OUT, IN, DONE)


NINE = tuple([DONE] * 9)


@settings(max_examples=100, deadline=None)
@given(worlds())
@example((0, ((*NINE, OUT),)))
@example((4, ((*NINE, OUT),)))
@example((4, ((*NINE, *[IN] * 9, OUT), (*[IN] * 18, OUT))))
@example((0, ((*NINE, OUT), (*[OUT] * 9, OUT))))
def test_of_nobody_elses_organisation_does_it_follow_how_far_it_is(given_world):
    """Not that it has come to the stage, nor that it has not, nor whether it is there at all."""
    own, world = given_world
    states = set(world[-1][own:])
    if states & {IN, DONE}:
        assert is_open(own, world, is_there, lambda state: state == DONE)
        assert is_open(own, world, is_there, lambda state: state == IN)
    assert is_open(own, world, anything, is_there)
    assert is_open(own, world, anything, lambda state: state == OUT)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_between_two_steps_five_have_changed_that_are_not_the_observers(given_world):
    own, world = given_world
    seen = look(world)
    start = tuple(OUT for _ in world[0])
    for figure, counts in ((0, is_there), (1, lambda state: state == DONE)):
        before, day_before = 0, start
        for day, numbers in zip(world, seen, strict=True):
            if numbers[figure] == before:
                continue
            changed = [
                place
                for place in range(own, len(day))
                if counts(day[place]) != counts(day_before[place])
                or is_there(day[place]) != is_there(day_before[place])
            ]
            assert len(changed) >= SMALLEST_GROUP
            before, day_before = numbers[figure], day


def test_the_sixth_who_joins_and_the_sixth_who_applies_move_nothing():
    five = (*[DONE] * 5, OUT)
    seen = look((five, (*five[:5], IN), (*five[:5], DONE)))
    assert len(set(seen)) == 1


@pytest.mark.parametrize("state", [IN, DONE])
@pytest.mark.parametrize("others", [0, 4, 9, 30])
def test_four_of_one_owner_see_nothing_of_a_victim_by_doing_and_undoing(others, state):
    """Where the others all do the same, and the owner's try everything that they can."""
    moves = [[does] * own + [OUT] * (4 - own) for own in range(5) for does in (IN, DONE)]
    seen = [
        look(tuple((*own, victim, *[state] * others) for own in (*moves, *moves[::-1])))
        for victim in (IN, DONE)
    ]
    assert seen[0] == seen[1]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_figure_makes_whole_steps_stays_too_low_and_never_says_all(measured, count, more):
    size = count + more
    after = moved(measured, count, size)
    assert after == measured or abs(after - measured) >= STEP
    assert shown(after) % SMALLEST_GROUP == 0
    if after != measured:
        assert shown(after) <= max(count, SMALLEST_GROUP)
        assert after <= max(0, size - SMALLEST_GROUP)


@given(st.integers(0, 60), st.integers(0, 60))
def test_one_more_counts_for_one_at_most_and_the_last_five_alike(count, more):
    size = count + more
    for after in (bounded(count + 1, size + 1), bounded(count, size + 1)):
        assert 0 <= after - bounded(count, size) <= 1
    assert len({bounded(size - missing, size) for missing in range(min(size, 5) + 1)}) == 1
    assert len({bounded(few) for few in range(SMALLEST_GROUP + 1)}) == 1


SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 14))


@given(st.lists(SIZES, max_size=4))
def test_a_cell_is_placed_once_and_with_enough(days):
    before: dict[str, bool] = {}
    for sizes in days:
        after = placed(sizes, before)
        assert {key: after[key] for key in before} == before
        new = {key: alone for key, alone in after.items() if key not in before}
        assert all(sizes[key] >= STEP for key, alone in new.items() if alone)
        together = [key for key, alone in new.items() if not alone]
        if together and all(before.values()):
            assert sum(sizes[key] for key in together) >= STEP
        waiting = sum(size for key, size in sizes.items() if key not in after)
        assert waiting < STEP, "nobody waits where there are enough"
        before = after
