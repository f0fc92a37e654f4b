"""What is told of adoption, byte by byte: only what the operator agreed to.

In the mode `counts`, how many assets have reached which stage of which advisory, what `verified`
rests on (`inventory`, which comes first by its name, if only some were run), and nothing else;
in `full`, each stage of each asset, under a random name that is another one for each advisory. The
form is `adoption-report-1.schema.json`. What `report --show` prints are the bytes that are sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from tidegate.faces.operator.home import Mode
from tidegate.faces.operator.knowledge import Knowledge, instant
from tidegate.faces.operator.stages import Stage

SCHEMA: Final = "urn:tidegate:adoption-report:1"
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Report:
    """One document to be sent, and what it tells."""

    content: bytes
    told: tuple[tuple[str, str, str], ...]
    """Advisory, asset and stage of what is told for the first time."""


def reports(knowledge: Knowledge, mode: Mode) -> tuple[Report, ...]:
    """Return what is to be sent, which may be nothing.

    Names of assets are made when they are first needed; the caller has a transaction.
    """
    if mode is Mode.NOTHING:
        return ()
    return tuple(_full(knowledge) if mode is Mode.FULL else _counts(knowledge))


def mark_told(knowledge: Knowledge, report: Report, at: datetime) -> None:
    """Keep that a report has arrived; the caller has a transaction."""
    knowledge.connection.executemany(
        "update stages set told_at = ? where advisory = ? and asset = ? and stage = ?",
        ((at.astimezone(UTC).isoformat(), *one) for one in report.told),
    )


def _full(knowledge: Knowledge) -> Iterator[Report]:
    rows = knowledge.connection.execute(
        "select advisory, asset, stage, at, basis, receipt_sha256 from stages"
        " where told_at is null order by at, advisory, asset, stage"
    ).fetchall()
    for part in _batched(rows):
        stages = [
            {
                "advisory": advisory,
                "stage": stage,
                "at": instant(at).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "basis": basis,
                "asset": _name(knowledge, advisory, asset),
            }
            | ({"receipt_sha256": receipt} if receipt else {})
            for advisory, asset, stage, at, basis, receipt in part
        ]
        content = _written({"mode": "full", "stages": stages})
        yield Report(content, tuple((row[0], row[1], row[2]) for row in part))


def _counts(knowledge: Knowledge) -> Iterator[Report]:
    untold = knowledge.connection.execute(
        "select advisory, asset, stage from stages where told_at is null"
    ).fetchall()
    if not untold:
        return
    rows = knowledge.connection.execute(
        "select advisory, stage, count(*), min(basis) from stages group by advisory, stage"
        " order by advisory, stage"
    ).fetchall()
    parts = _batched(rows)
    for number, part in enumerate(parts, 1):
        counts = [
            {"advisory": advisory, "stage": stage, "assets": assets}
            | ({"basis": basis} if stage == Stage.VERIFIED else {})
            for advisory, stage, assets, basis in part
        ]
        content = _written({"mode": "counts", "counts": counts})
        # All of them are told once the last part has arrived.
        yield Report(content, tuple(untold) if number == len(parts) else ())


def _name(knowledge: Knowledge, advisory: str, asset: str) -> str:
    row = knowledge.connection.execute(
        "select name from names where advisory = ? and asset = ?", (advisory, asset)
    ).fetchone()
    if row:
        return str(row[0])
    name = secrets.token_hex(16)
    knowledge.connection.execute("insert into names values (?, ?, ?)", (advisory, asset, name))
    return name


def _written(told: dict[str, Any]) -> bytes:
    return orjson.dumps({"schema": SCHEMA, **told}, option=orjson.OPT_APPEND_NEWLINE)


def _batched(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [tuple(rows[at : at + _MOST]) for at in range(0, len(rows), _MOST)]
