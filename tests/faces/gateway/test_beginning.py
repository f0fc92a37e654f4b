"""Where calls come at the same instant, the endpoint is asked only for those that will be let."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tidegate.faces.gateway.beginning import Beginnings
from tidegate.faces.gateway.budgets import Budgets

HERE, THERE = "198.51.100.7", "198.51.100.8"


def checked(lately: int = 0, *, rate: int = 3, tokens: int | None = None, grant: int = 1) -> Any:
    held = SimpleNamespace(pk=grant, calls_a_minute=rate, tokens=tokens)
    return SimpleNamespace(grant=held, lately=lately)


def begun(address: str = HERE, name: str | None = None, grant: int = 1) -> Any:
    return SimpleNamespace(grant=SimpleNamespace(pk=grant), address=address, idempotency=name)


def test_what_waits_to_be_written_counts_for_the_rate():
    begins = Beginnings()
    for _ in range(2):
        assert begins.is_sure(checked(), begun(), begins.mark())
        begins.put(begun())
    # On record is one, and two wait.
    assert not begins.is_sure(checked(1), begun(), begins.mark())
    assert begins.is_sure(checked(0), begun(), begins.mark())
    assert begins.is_sure(checked(1, grant=2), begun(grant=2), begins.mark())


def test_what_was_written_after_a_check_has_begun_counts_for_it_and_for_no_later_one():
    begins = Beginnings()
    mark = begins.mark()
    numbers = [begins.put(begun()) for _ in range(3)]
    for number in numbers:
        begins.written(number)
    assert not begins.is_sure(checked(), begun(), mark)
    assert begins.is_sure(checked(), begun(), begins.mark())


def test_one_that_is_written_late_holds_up_no_later_one_for_ever():
    begins = Beginnings()
    first, second = begins.put(begun()), begins.put(begun())
    begins.written(second)
    assert begins.mark() == first
    begins.written(first)
    assert begins.mark() == second + 1


def test_another_place_or_the_same_name_is_not_sure():
    begins = Beginnings()
    begins.put(begun(HERE, "run-7"))
    assert begins.is_sure(checked(), begun(HERE, "run-8"), begins.mark())
    assert not begins.is_sure(checked(), begun(HERE, "run-7"), begins.mark())
    assert not begins.is_sure(checked(), begun(THERE), begins.mark())


def test_of_a_budget_nothing_is_sure_beside_others():
    begins = Beginnings()
    assert begins.is_sure(checked(tokens=9), begun(), begins.mark())
    begins.put(begun())
    assert not begins.is_sure(checked(tokens=9), begun(), begins.mark())


def test_what_was_put_long_ago_is_forgotten():
    now = [0.0]
    begins = Beginnings(lambda: now[0])
    begins.put(begun())
    now[0] = 91.0
    begins.put(begun())
    assert len(begins._of_grant[1]) == 1


def test_calls_of_a_grant_use_its_budget_together():
    budgets = Budgets()
    one, two = budgets.enter(1, 100), budgets.enter(1, 100)
    other = budgets.enter(2, 100)
    one.tokens, two.tokens, other.tokens = 60, 40, 90
    assert not budgets.is_spent(1)
    two.tokens = 41
    assert budgets.is_spent(1)
    assert not budgets.is_spent(2)


def test_what_has_ended_a_moment_ago_is_still_used():
    budgets = Budgets()
    one, two = budgets.enter(1, 100), budgets.enter(1, 100)
    one.tokens = 60
    budgets.leave(1, one)
    # A check that did not see its end yet.
    third = budgets.enter(1, 100)
    third.tokens = 41
    assert budgets.is_spent(1)
    budgets.leave(1, third)
    budgets.leave(1, two)
    assert not budgets.runs(1)
