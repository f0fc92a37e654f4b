"""A year of clocks in a few seconds: time is moved, and whatever lets them ring is killed.

It stands for the machine: it makes an instance full of clocks, forks a process that lets them ring
at one random instant of the year after the other, kills it with SIGKILL, and forks the next one a
while later. Some are killed in the middle of a ringing, some between two looks at the clock.

    python -m tests.desks.cases.jobs.year KILLS SEED LOG

writes into LOG each look at the clock that was begun and that was ended, and prints one JSON
document: how often it killed, and where.

    python -m tests.desks.cases.jobs.year together PROCESSES SEED

lets several processes ring the clocks of one whole year at the same moment.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections, transaction  # noqa: E402 - Django first

from tests.desks.cases.rooms import (  # noqa: E402
    NOW,
    make_coordination,
    make_member,
    make_organisation,
    make_party,
    make_person,
)
from tidegate.desks.access.words import OrganisationKind  # noqa: E402
from tidegate.desks.cases.jobs.clocks import tick  # noqa: E402
from tidegate.desks.cases.models import Clock, Coordination  # noqa: E402
from tidegate.desks.cases.services import clocks, teams  # noqa: E402
from tidegate.desks.cases.services.consenting import CONSENT  # noqa: E402
from tidegate.desks.cases.services.machines import EMBARGO, REMINDED_BEFORE  # noqa: E402
from tidegate.desks.cases.signals import clock_fired  # noqa: E402

CASES: Final = 28
CASES_TOGETHER: Final = 6
LOOKS: Final = 100
"""At the clock, in a year."""
YEAR: Final = timedelta(days=365)

_SECONDS: Final = 60
"""How long a process may take until it does what it is waited for."""


def fill(chance: random.Random, cases: int) -> None:
    """Make cases under embargo whose clocks of every kind are due some time in the year."""
    vendors = [make_organisation(OrganisationKind.VENDOR) for _ in range(6)]
    people = {vendor.pk: [make_person(vendor) for _ in range(2)] for vendor in vendors}
    for _ in range(cases):
        row = make_coordination(ends_at=_some_time(chance) + REMINDED_BEFORE)
        assert row.ends_at is not None
        _run(row, Clock.Kind.EMBARGO_END, EMBARGO, row.ends_at)
        _run(row, Clock.Kind.REMINDER, EMBARGO, row.ends_at - REMINDED_BEFORE)
        for number in range(2):
            _run(row, Clock.Kind.POLICY, f"rule-{number}", _some_time(chance))
        for vendor in chance.sample(vendors, 2):
            until = _some_time(chance)
            party = make_party(row, organisation=vendor, consent_until=until)
            _run(row, Clock.Kind.CONSENT_LAPSE, CONSENT, until, subject=vendor.key)
            for person in people[vendor.pk]:
                end = _some_time(chance)
                make_member(party, person, until=end)
                subject = f"{vendor.key} {person.key}"
                _run(row, Clock.Kind.GRANT_END, teams.GRANT, end, subject=subject)


def _some_time(chance: random.Random) -> datetime:
    # Full hours, so that some are due at the same instant.
    return NOW + timedelta(hours=chance.randrange(365 * 24))


def _run(
    row: Coordination, kind: Clock.Kind, name: str, due_at: datetime, *, subject: str = ""
) -> None:
    clocks.run(row, kind, name, due_at, trigger="test", triggered_at=NOW, subject=subject)


def in_a_process(work: Callable[[], None]) -> int:
    """Let something be done in a process of its own; return its number."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def year(kills: int, seed: int, log: str) -> None:
    """Let a year pass, with so many kills in it."""
    chance = random.Random(seed)
    with transaction.atomic():
        fill(chance, CASES)
    looks = sorted(
        NOW + timedelta(seconds=chance.uniform(0, YEAR.total_seconds())) for _ in range(LOOKS)
    )
    looks.append(NOW + YEAR + REMINDED_BEFORE)
    lives = chance.sample(range(5, LOOKS - 10), kills)
    begun, note = os.pipe()
    started, killed = 0, {"ringing": 0, "between": 0}
    for number, until in enumerate(sorted(lives)):
        if started > until:
            continue
        what = "ringing" if number % 2 else "between"
        child = in_a_process(partial(_look, looks[started:], log, note))
        for _ in range(until - started):
            _wait_for(begun, b"t")
        if what == "ringing":
            for _ in range(chance.randrange(1, 4)):
                _wait_for(begun, b"r")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed[what] += 1
        started = _looks_begun(log, looks) + chance.randrange(3)
        _drain(begun)
    last = os.waitpid(in_a_process(partial(_look, looks[started:], log, note)), 0)[1]
    print(json.dumps({"killed": killed, "last": last}))


def _look(looks: list[datetime], log: str, note: int) -> None:
    def ringing(clock: Clock, **_: Any) -> None:
        # What follows was done, and is not kept yet.
        os.write(note, b"r")

    clock_fired.connect(ringing, weak=False)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for at in looks:
        os.write(file, f"begun {at.isoformat()}\n".encode())
        tick(at)
        os.write(file, f"ended {at.isoformat()}\n".encode())
        os.write(note, b"t")


def _looks_begun(log: str, looks: list[datetime]) -> int:
    with open(log) as file:  # noqa: PTH123 - a path that was handed over
        begun = [line.split()[1] for line in file if line.startswith("begun")]
    return looks.index(datetime.fromisoformat(begun[-1])) + 1


def _wait_for(pipe: int, what: bytes) -> None:
    while select.select([pipe], [], [], _SECONDS)[0]:
        if os.read(pipe, 1) == what:
            return
    raise TimeoutError(f"no {what!r} came")


def _drain(pipe: int) -> None:
    while select.select([pipe], [], [], 0)[0]:
        os.read(pipe, 4096)


def together(processes: int, seed: int) -> None:
    """Let several processes ring what is due, all at once."""
    with transaction.atomic():
        fill(random.Random(seed), CASES_TOGETHER)
    go, wait = os.pipe()[::-1]

    def ring() -> None:
        os.read(wait, 1)
        tick(NOW + YEAR + REMINDED_BEFORE)

    children = [in_a_process(ring) for _ in range(processes)]
    os.write(go, b"." * processes)
    print(json.dumps({"ended": [os.waitpid(child, 0)[1] for child in children]}))


if __name__ == "__main__":
    if sys.argv[1] == "together":
        together(int(sys.argv[2]), int(sys.argv[3]))
    else:
        year(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
