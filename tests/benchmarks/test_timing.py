"""What is compared takes turns, and the times are those of the clock that was handed in."""

from functools import partial

import pytest
from benchmarks.timing import Rate, in_turns, rate


class Clock:
    """A clock that only moves when somebody works."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        def once():
            self.now += seconds

        return once


def test_each_kind_gets_its_own_times():
    clock = Clock()
    taken = in_turns({"short": clock.work(1.0), "long": clock.work(3.0)}, 4, clock=clock)
    assert taken == {"short": [1.0] * 4, "long": [3.0] * 4}


def test_the_kinds_take_turns_and_none_always_follows_the_same_one():
    done: list[str] = []
    in_turns({name: partial(done.append, name) for name in "abc"}, 3)
    assert "".join(done) == "abcbcacab"


def test_warming_up_is_done_and_not_counted():
    done = []
    taken = in_turns({"a": lambda: done.append("a")}, 2, warm_up=3)
    assert (len(done), len(taken["a"])) == (5, 2)


def test_a_rate_is_how_often_the_work_was_done_over_the_time_it_really_took():
    clock = Clock()
    # 4 times 0.3 s: the last one begins before the second is over and ends after it.
    found = rate([clock.work(0.3)], 1.0, clock=clock)
    assert found.done == 4
    assert found.a_second == pytest.approx(4 / 1.2)


def test_work_that_takes_longer_than_the_round_is_done_once():
    clock = Clock()
    assert rate([clock.work(5.0)], 1.0, clock=clock) == Rate(1, 1 / 5.0)
