"""How long every list takes with a million findings, beside the same rows by primary key."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import machine
from benchmarks.figures import Report, median, p95, shown
from benchmarks.lists.made_up import World
from benchmarks.timing import in_turns

ROUNDS: Final = 20
AIM_MILLISECONDS: Final = 300.0
COLUMNS: Final = ("list", "p50", "p95", "worst", "processor", "HTTP, p95", "aim", "met")

_FOLDER: Final = Path(tempfile.gettempdir()) / "tidegate-lists"

Tell = Callable[[str], None]


def measure(
    tell: Tell, *, folder: Path | None = None, world: World | None = None, rounds: int = ROUNDS
) -> Report:
    """Measure all lists; the database is built in `folder` first, if it is not there yet.

    Has to be the first thing in its process that uses Django, which is set up on one database.
    """
    world = world or World()
    folder = folder or _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TIDEGATE_HOME"] = str(folder)
    from tidegate.instance.opening import open_instance

    open_instance()
    _ready(folder, world, tell)
    return _measured(world, rounds, tell)


def _ready(folder: Path, world: World, tell: Tell) -> None:
    from benchmarks.lists import building
    from tidegate.desks.findings.models import Finding

    if building.is_built(folder, world):
        return
    if Finding.objects.exists():
        raise SystemExit(
            f"{folder} holds findings of another benchmark; remove it, or name another"
        )
    building.build(folder, world, tell)


def _measured(world: World, rounds: int, tell: Tell) -> Report:
    from django.test import Client, override_settings

    from benchmarks.lists.asking import ROWS, everything

    chance = random.Random(world.seed)
    ids = [chance.randrange(1, world.findings + 1) for _ in range(ROWS)]
    floor = _Taken.of(lambda: _by_primary_key(ids), None, 5 * rounds)
    figures = {f"floor: {ROWS} findings by primary key": floor}
    meanwhile = machine.Meanwhile()
    with override_settings(ROOT_URLCONF="benchmarks.lists.urls"):
        client = Client(SERVER_NAME="localhost")
        for asked in everything(world, client):
            tell(f"lists: {asked.name}")
            figures[asked.name] = _Taken.of(asked.query, asked.http, rounds)
    rows = [_row(name, taken, aimed=taken is not floor) for name, taken in figures.items()]
    within = sum(row[-1] == "yes" for row in rows)
    return Report(
        f"Lists of {world.findings:,} findings and {world.cases:,} cases, {ROWS} rows a page,"
        f" {rounds} rounds",
        COLUMNS,
        tuple(rows),
        [{"list": name, **taken.data()} for name, taken in figures.items()],
        notes=(
            f"{within} of {len(rows) - 1} lists stay within the aim",
            f"meanwhile others had {meanwhile.others_share():.0%} of the processors",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds of each round."""

    query: Sequence[float]
    http: Sequence[float]
    processor: Sequence[float]
    """Of the query: what a busy machine hardly changes."""

    @classmethod
    def of(
        cls, query: Callable[[], object], http: Callable[[], object] | None, rounds: int
    ) -> _Taken:
        kinds = {"query": query, **({"http": http} if http else {})}
        taken = in_turns(kinds, rounds, warm_up=1)
        processor = in_turns({"query": query}, max(3, rounds // 3), clock=time.process_time)
        return cls(taken["query"], taken.get("http", ()), processor["query"])

    def data(self) -> dict[str, float | None]:
        """Return milliseconds."""
        return {
            "p50": 1000 * median(self.query),
            "p95": 1000 * p95(self.query),
            "worst": 1000 * max(self.query),
            "processor": 1000 * median(self.processor),
            "http_p95": 1000 * p95(self.http) if self.http else None,
        }


def _by_primary_key(ids: Sequence[int]) -> list[Any]:
    from django.db import connection

    places = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM findings_finding WHERE id IN ({places})", ids)
        return list(cursor.fetchall())


def _row(name: str, taken: _Taken, *, aimed: bool) -> tuple[str, ...]:
    told = taken.data()
    slowest = max(told["p95"] or 0, told["http_p95"] or 0)
    cells = ["" if value is None else shown(value, "ms") for value in told.values()]
    if not aimed:
        return (name, *cells, "", "")
    met = "yes" if slowest <= AIM_MILLISECONDS else "NO"
    return (name, *cells, f"at most {AIM_MILLISECONDS:g} ms", met)
