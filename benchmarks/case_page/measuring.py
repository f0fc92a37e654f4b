"""The pages of a case with many parties and messages, beside an empty page of the same console.

Each is asked for as a browser asks, through every middleware, and answered whole; the network and
the drawing are left out. The floor is the inbox of somebody for whom nothing waits.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from benchmarks import machine
from benchmarks.figures import Aim, Figure, Report, median, p95, report_of
from benchmarks.timing import in_turns

if TYPE_CHECKING:
    from benchmarks.case_page.building import Made
    from tidegate.desks.parties.models import Person

ROUNDS: Final = 20
AIM_MILLISECONDS: Final = 1000.0
_FLOOR: Final = "an empty inbox"

Tell = Callable[[str], None]
Ask = Callable[[], object]


def measure(
    tell: Tell, *, parties: int = 150, messages: int = 1000, rounds: int = ROUNDS
) -> Report:
    """Make the case in a folder of its own, and measure its pages.

    Has to be the first thing in its process that uses Django, which is set up on one database.
    """
    with tempfile.TemporaryDirectory(prefix="tidegate-case-page-") as folder:
        os.environ["TIDEGATE_HOME"] = folder
        from tidegate.instance.opening import open_instance

        open_instance()
        from benchmarks.case_page.building import build

        now = datetime.now(UTC)
        made = build(tell, parties=parties, said=messages, newcomers=rounds + 1, now=now)
        tell("case_page: opening the pages")
        return _measured(made, f"{parties} parties × {messages:,} messages", rounds)


def _measured(made: Made, title: str, rounds: int) -> Report:
    pages = _pages(made)
    meanwhile = machine.Meanwhile()
    taken = in_turns(pages, rounds, warm_up=1)
    processor = in_turns(pages, max(3, rounds // 4), clock=time.process_time)
    fresh = _read_first(made, rounds)
    floor = 1000 * median(taken[_FLOOR])
    figures = [_figure(name, taken[name], floor) for name in pages if name != _FLOOR]
    figures.append(_figure("all messages on one page, for the first time", fresh, floor))
    figures += [
        Figure(
            f"{name}, processor time",
            1000 * median(processor[name]),
            "ms",
            floor=1000 * median(processor[_FLOOR]),
            floor_name=_FLOOR,
        )
        for name in ("parties and embargo", "all messages on one page")
    ]
    return report_of(
        f"The page of a case: {title}, {rounds} rounds",
        figures,
        notes=(
            "through every middleware, whole; without network and drawing",
            f"meanwhile others had {meanwhile.others_share():.0%} of the processors",
        ),
    )


def _figure(name: str, taken: list[float], floor: float) -> Figure:
    return Figure(
        name,
        1000 * median(taken),
        "ms",
        p95=1000 * p95(taken),
        floor=floor,
        floor_name=_FLOOR,
        aim=Aim(AIM_MILLISECONDS),
    )


def _pages(made: Made) -> dict[str, Ask]:
    case = f"/cases/{made.case}"
    return {
        _FLOOR: _asking(made.idle, "/inbox"),
        "evidence": _asking(made.coordinator, case),
        "parties and embargo": _asking(made.coordinator, f"{case}/coordination"),
        "parties and embargo, for a vendor": _asking(made.member, f"{case}/coordination"),
        "newest messages": _asking(made.coordinator, f"{case}/messages"),
        "all messages on one page": _asking(made.coordinator, f"{case}/messages?show=all"),
        "all messages, for a vendor": _asking(made.member, f"{case}/messages?show=all"),
        "inbox": _asking(made.coordinator, "/inbox"),
        "board": _asking(made.coordinator, "/board"),
    }


def _read_first(made: Made, rounds: int) -> list[float]:
    """Return how long it takes somebody who has read nothing: a receipt is kept for each message.

    One who comes first of all is not counted.
    """
    taken = []
    for ask in _newcomers(made):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return taken[1 : rounds + 1]


def _newcomers(made: Made) -> Iterator[Ask]:
    for person in made.newcomers:
        yield _asking(person, f"/cases/{made.case}/messages?show=all")


def _asking(person: Person, address: str) -> Ask:
    from django.conf import settings
    from django.test import Client

    client: Any = Client(SERVER_NAME="localhost")
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])

    def ask() -> object:
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} was answered with {answer.status_code}")
        return answer

    return ask
