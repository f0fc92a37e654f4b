"""Filling a database with the made-up world, once for a folder.

Rows are written as columns, past Django's models: a million of them takes minutes, not an hour.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model

from benchmarks.lists.made_up import START, Made, MadeCase, World
from tidegate.desks.findings import search
from tidegate.desks.findings.models import (
    Case,
    Delivery,
    Event,
    Finder,
    Finding,
    Link,
    Nomination,
    Outbox,
    Package,
)
from tidegate.desks.findings.priority import Severity, priority_of
from tidegate.desks.findings.queries.statistics import refresh_statistics

_MARK: Final = "built.json"
_BATCH: Final = 10_000
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PROVEN: Final = ("reproduced", "flaky")

Row = Mapping[str, Any]
Tell = Callable[[str], None]


def is_built(folder: Path, world: World) -> bool:
    """Whether the folder holds this world, made by this code and these tables."""
    mark = folder / _MARK
    return mark.exists() and json.loads(mark.read_text()) == _mark(world)


def build(folder: Path, world: World, tell: Tell) -> None:
    """Fill the database that Django is set up on; its tables are there and empty."""
    tell("lists: deciding which findings are one bug")
    cases, case_of = world.cases_of()
    packages = [world.package(number) for number in range(world.packages)]
    _insert(Package, ({"type": kind, "name": name} for kind, name in dict.fromkeys(packages)))
    _insert(
        Finder,
        (
            {"id": number + 1, "name": finder_name(number), "created_at": _time(START)}
            for number in range(world.finders)
        ),
    )
    _insert(Delivery, _deliveries(world))
    _insert(Case, (_case(case, packages) for case in cases))
    for batch in _batches(world.made()):
        tell(f"lists: finding {batch[0].number:,} of {world.findings:,}")
        with transaction.atomic():
            _insert(Finding, (_finding(one, packages, case_of) for one in batch))
            search.index_findings((one.number + 1, _words(one, packages)) for one in batch)
            _insert(Outbox, (_promised(one) for one in batch if one.stage == "waiting"))
    tell("lists: links, nominations and events")
    _insert(Link, _links(cases, case_of))
    _insert(Nomination, (_nomination(number) for number in range(0, world.findings - 50, 100)))
    _insert(Event, (_event(case) for case in cases))
    refresh_statistics()
    (folder / _MARK).write_text(json.dumps(_mark(world)))


def finder_name(number: int) -> str:
    """Return the name of a finder."""
    return f"Finder {number}"


def key_of(letter: str, number: int) -> str:
    """Return the key of a row, which looks as random as a real one."""
    digest = int.from_bytes(hashlib.sha256(f"{letter}{number}".encode()).digest()[:8])
    signs = "".join(_SIGNS[digest >> 5 * place & 31] for place in range(10))
    return f"{letter}-{signs[:5]}-{signs[5:]}"


def _deliveries(world: World) -> Iterator[Row]:
    known = -1
    for one in world.made():
        if one.delivery == known:
            continue
        known = one.delivery
        at = _time(one.received_at)
        yield {
            "id": known + 1,
            "key": key_of("D", known),
            "finder_id": one.finder + 1,
            "channel": "api",
            "name": f"run-{known}.jsonl",
            "format": one.format,
            "target": "",
            "sha256": hashlib.sha256(b"%d" % known).hexdigest(),
            "size": 100_000,
            "state": "read",
            "received_at": at,
            "read_at": at,
            "alive_at": at,
            "accepted": 166,
            "repeated": 0,
            "refused": 0,
        }


def _case(case: MadeCase, packages: list[tuple[str, str]]) -> Row:
    kind, name = packages[case.first.package]
    at = _time(case.first.received_at)
    proven = case.first.verdict == "reproduced"
    weighed = priority_of(Severity(case.severity), len(case.finders), proven=proven)
    return {
        "id": case.number + 1,
        "key": key_of("C", case.number),
        "founder_id": None,
        "title": case.first.title,
        "package_type": kind,
        "package": name,
        "effect": case.first.effect,
        "opened_at": at,
        "merged_into_id": case.number if case.number % 50 == 49 else None,
        "found_at": at,
        "findings_count": case.members,
        "finders_count": len(case.finders),
        "severity": case.severity,
        "verdict": case.first.verdict,
        "vers": f"vers:{kind}/<1.{case.number % 40}.0",
        "priority": weighed.score,
    }


def _finding(one: Made, packages: list[tuple[str, str]], case_of: Mapping[int, int]) -> Row:
    kind, name = packages[one.package]
    digest = hashlib.sha256(b"%d" % one.number).hexdigest()
    at = _time(one.received_at)
    judged = one.stage == "judged"
    version = f"1.2.{one.number % 30}"
    return {
        "id": one.number + 1,
        "key": key_of("F", one.number),
        "finder_id": one.finder + 1,
        "delivery_id": one.delivery + 1,
        "line": one.number % 166 + 1,
        "place": "",
        "format": one.format,
        "reference": one.reference,
        "digest": digest,
        "received_at": at,
        "title": one.title,
        "purl": f"pkg:{kind}/{name}@{version}",
        "package_type": kind,
        "package": name,
        "version": version,
        "effect": one.effect,
        "severity": one.severity,
        "tlp": "AMBER",
        "embargo_until": None,
        "stage": one.stage,
        "verdict": one.verdict,
        "trust": "L2" if judged else "",
        "reason": "the effect came in 3 of 3 runs of proof.js" if judged else "",
        "judged_at": at if judged else None,
        "proof_digest": "" if one.stage == "unproven" else digest,
        "small_proof_digest": "",
        "signature": digest if one.verdict in _PROVEN else "",
        "case_id": case_of[one.number] + 1 if one.number in case_of else None,
    }


def _words(one: Made, packages: list[tuple[str, str]]) -> str:
    return " ".join((one.title, packages[one.package][1], one.reference, one.alias))


def _promised(one: Made) -> Row:
    return {
        "topic": "reproduce",
        "subject": key_of("F", one.number),
        "round": 1,
        "state": "waiting",
        "made_at": _time(one.received_at),
        "started_at": None,
        "done_at": None,
    }


def _links(cases: list[MadeCase], case_of: Mapping[int, int]) -> Iterator[Row]:
    for number, case in case_of.items():
        first = cases[case].first
        if number == first.number:
            continue
        yield {
            "kind": "duplicate-of",
            "source_id": number + 1,
            "target_id": first.number + 1,
            "basis": "behaviour",
            "reason": "the same frames of the target, and the same effect",
            "evidence": "{}",
            "made_by": "tidegate",
            "made_at": _time(first.received_at),
            "undone_by": "",
            "undone_at": None,
            "undone_reason": "",
        }


def _nomination(number: int) -> Row:
    return {
        "earlier_id": number + 1,
        "later_id": number + 51,
        "score": 0.7,
        "reasons": "[]",
        "suggestion": "duplicate-of",
        "state": "open",
        "made_at": _time(START),
        "decided_by": "",
        "decided_at": None,
        "decided_reason": "",
    }


def _event(case: MadeCase) -> Row:
    return {
        "at": _time(case.first.received_at),
        "actor": "tidegate",
        "verb": "opened",
        "case_id": case.number + 1,
        "finding_id": case.first.number + 1,
        "detail": "{}",
    }


def _insert(model: type[Model], rows: Iterable[Row]) -> None:
    """Write rows, all of the same columns."""
    for batch in _batches(iter(rows)):
        columns = ", ".join(connection.ops.quote_name(name) for name in batch[0])
        places = ", ".join(["%s"] * len(batch[0]))
        sql = f"INSERT INTO {_table(model)} ({columns}) VALUES ({places})"
        with connection.cursor() as cursor:
            cursor.executemany(sql, [tuple(row.values()) for row in batch])


def _table(model: type[Model]) -> str:
    return str(model._meta.db_table)  # noqa: SLF001 - documented, with an underscore all the same


def _time(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _batches(things: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(things, _BATCH)):
        yield batch


def _mark(world: World) -> dict[str, str]:
    """Return what must be the same for a built folder to be used again."""
    here = Path(__file__).parent
    tables = Path(search.__file__).parent / "migrations"
    sources = [here / "made_up.py", here / "building.py", *sorted(tables.glob("0*.py"))]
    told = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return {"world": repr(world), "made_by": told}
