"""How a measurement is taken: what is compared takes turns, so that noise hits all alike.

The clock is handed in, so that this can be tested without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

Clock = Callable[[], float]
"""Returns seconds; only differences mean anything."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was done."""

    done: int
    a_second: float


def in_turns(
    kinds: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    warm_up: int = 0,
    clock: Clock = time.perf_counter,
) -> dict[str, list[float]]:
    """Do each kind once a round, and return how many seconds each took in each round.

    `warm_up` rounds before are not counted. The order goes one further from round to round, so that
    none always comes after the same other one.
    """
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    names = list(kinds)
    for number in range(-warm_up, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            started = clock()
            kinds[name]()
            if number >= 0:
                taken[name].append(clock() - started)
    return taken


def rate(
    workers: Sequence[Callable[[], object]], seconds: float, *, clock: Clock = time.perf_counter
) -> Rate:
    """Let each worker do its work over and over, all at once, and return how often they did."""
    deadline = clock() + seconds

    def work(once: Callable[[], object]) -> Rate:
        started = clock()
        done = 0
        while clock() < deadline or not done:
            once()
            done += 1
        return Rate(done, done / (clock() - started))

    with ThreadPoolExecutor(len(workers)) as pool:
        each = list(pool.map(work, workers))
    return Rate(sum(one.done for one in each), sum(one.a_second for one in each))
