"""How long every list takes with a million findings, beside the same rows by primary key."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Report, median, p95, shown
from benchmarks.lists.made_up import World
from benchmarks.timing import in_turns

ROUNDS: Final = 20
AIM_MILLISECONDS: Final = 300.0
COLUMNS: Final = ("list", "p50", "p95", "worst", "through HTTP, p95", "aim", "met")

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
    rows, data = [], []
    floor = in_turns({"floor": lambda: _by_primary_key(ids)}, 10 * rounds, warm_up=5)["floor"]
    rows.append(_row(f"floor: {ROWS} findings by primary key", floor, [], aimed=False))
    data.append({"list": "floor", **_data(floor, [])})
    with override_settings(ROOT_URLCONF="benchmarks.lists.urls"):
        client = Client(SERVER_NAME="localhost")
        for asked in everything(world, client):
            tell(f"lists: {asked.name}")
            kinds = {"query": asked.query, **({"http": asked.http} if asked.http else {})}
            taken = in_turns(kinds, rounds, warm_up=1)
            rows.append(_row(asked.name, taken["query"], taken.get("http", [])))
            data.append({"list": asked.name, **_data(taken["query"], taken.get("http", []))})
    missed = [row[0] for row in rows if row[-1] == "NO"]
    return Report(
        f"Lists of {world.findings:,} findings and {world.cases:,} cases, {ROWS} rows a page,"
        f" {rounds} rounds",
        COLUMNS,
        tuple(rows),
        data,
        notes=(f"{len(rows) - 1 - len(missed)} of {len(rows) - 1} lists stay within the aim",),
    )


def _by_primary_key(ids: Sequence[int]) -> list[Any]:
    from django.db import connection

    places = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM findings_finding WHERE id IN ({places})", ids)
        return cursor.fetchall()


def _row(
    name: str, query: Sequence[float], http: Sequence[float], *, aimed: bool = True
) -> tuple[str, ...]:
    told = _data(query, http)
    within = told["p95"] <= AIM_MILLISECONDS and (told["http_p95"] or 0) <= AIM_MILLISECONDS
    return (
        name,
        *(shown(told[column], "ms") for column in ("p50", "p95", "worst")),
        shown(told["http_p95"], "ms") if http else "",
        f"at most {AIM_MILLISECONDS:g} ms" if aimed else "",
        ("yes" if within else "NO") if aimed else "",
    )


def _data(query: Sequence[float], http: Sequence[float]) -> dict[str, Any]:
    return {
        "p50": 1000 * median(query),
        "p95": 1000 * p95(query),
        "worst": 1000 * max(query),
        "http_p95": 1000 * p95(http) if http else None,
    }
