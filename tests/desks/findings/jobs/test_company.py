"""Steps run together, and suspicious ones alone."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tidegate.desks.findings.jobs.company import Company


def test_what_is_suspicious_runs_alone_and_everything_else_together():
    company = Company()
    running: list[str] = []
    seen: list[tuple[str, ...]] = []
    lock = threading.Lock()

    def step(kind: str) -> None:
        with company.alone() if kind == "alone" else company.together():
            with lock:
                running.append(kind)
                seen.append(tuple(running))
            time.sleep(0.002)
            with lock:
                running.remove(kind)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(step, (["together"] * 7 + ["alone"]) * 12))
    beside_alone = [kinds for kinds in seen if "alone" in kinds]
    assert len(beside_alone) == 12 + 0
    assert set(beside_alone) == {("alone",)}
    assert max(len(kinds) for kinds in seen) > 1


def test_whoever_wants_to_be_alone_is_not_kept_waiting_by_newcomers():
    company = Company()
    order: list[str] = []
    first, wanting = threading.Event(), threading.Event()

    def hold() -> None:
        with company.together():
            first.set()
            wanting.wait(10)
            time.sleep(0.05)
            order.append("first")

    def alone() -> None:
        first.wait(10)
        wanting.set()
        with company.alone():
            order.append("alone")

    def newcomer() -> None:
        wanting.wait(10)
        time.sleep(0.02)
        with company.together():
            order.append("newcomer")

    threads = [threading.Thread(target=each) for each in (hold, alone, newcomer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert order == ["first", "alone", "newcomer"]


def test_a_step_that_fails_gives_the_room_back():
    company = Company()
    for way in (company.alone, company.together):
        try:
            with way():
                raise ValueError
        except ValueError:
            pass
    with company.alone():
        pass
