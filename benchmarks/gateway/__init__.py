"""What the gateway costs: to the first word, for each word, at 500 streams, and when access ends.

Four processes on one machine: the scripted endpoint, the gateway on SQLite (behind uvicorn, as it
is shipped), the desk where grants are revoked, and the client that measures. Direct calls to the
same endpoint take turns with calls through the gateway, under the same load. Every call is checked,
put on record before its first byte, and recorded again at its end, with nothing left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Aim, Figure, Report, median, p95, report_of
from benchmarks.gateway.streams import Stream, Target, burst, new_session, steady, stream

ROOT: Final = Path(__file__).parents[2]
_CHAT: Final = "/v1/chat/completions"
_AT_ONCE: Final = 50
_MANY: Final = 500
_ROUNDS: Final = 3
_STREAMS: Final = 100
"""Measured in a round, each way."""
_EVERY: Final = 50
"""Milliseconds between words: 20 a second, as a large model speaks."""
_WORDS: Final = 80
_REVOCATIONS: Final = 20
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _House:
    direct: Target
    through: Target
    desk: subprocess.Popen[str]
    others: Mapping[str, str]
    """Grants that may be revoked: keys and secrets."""


def measure(tell: Callable[[str], None]) -> Report:
    """Measure on a new installation."""
    with tempfile.TemporaryDirectory() as name, _house(Path(name)) as house:
        return asyncio.run(_measure(tell, house))


async def _measure(tell: Callable[[str], None], house: _House) -> Report:
    figures: list[Figure] = []
    failures: list[str] = []
    async with new_session() as session:
        await burst(session, house.through, "!words 3", at_once=10)
        for first in (0, 100):
            tell(f"gateway: {_AT_ONCE} streams, the endpoint thinks for {first} ms")
            direct, through = await _in_turns(session, house, first)
            figures += _to_the_first_word(direct, through, first)
            figures += _word_by_word(direct, through) if first else []
            failures += _failures(through, f"{_AT_ONCE} at once")
        tell(f"gateway: {_MANY} streams at once")
        many = await burst(session, house.through, "!words 20 !every 500", at_once=_MANY)
        bare = await burst(session, house.direct, "!words 20 !every 500", at_once=_MANY)
        failures += _failures(many, f"{_MANY} at once")
        figures += _all_at_once(bare, many)
        tell("gateway: revoking")
        figures.append(await _revoked(session, house))
    commits = [float(one) for one in _ask(house.desk, "commits")["milliseconds"]]
    figures.append(
        Figure("one row committed to the same database, alone", median(commits), "ms", p95(commits))
    )
    report = report_of("The gateway, against direct calls to the same endpoint", figures, _NOTES)
    return Report(
        report.title,
        report.columns,
        report.rows,
        report.data,
        notes=report.notes,
        failures=tuple(failures),
    )


_NOTES: Final = (
    (
        f"{_AT_ONCE} streams at any time, asked for at even intervals whether or not earlier ones"
        f" have ended (open loop): {_WORDS} words at {_EVERY} ms each; {_ROUNDS} rounds of"
        f" {_STREAMS} each way, in turns."
    ),
    (
        "What is added is the difference of two percentiles of the same rounds, not a percentile"
        " of differences."
    ),
    (
        "While the endpoint thinks, the call is put on record. Where it does not think at all, the"
        " first word waits for that, and is later by more than a commit takes: no byte is let out"
        " before."
    ),
    "Endpoint, gateway, desk and client share the processors.",
)


async def _in_turns(session: Any, house: _House, first: int) -> tuple[list[Stream], list[Stream]]:
    orders = f"!words {_WORDS} !every {_EVERY} !first {first}"
    lasts = (_WORDS * _EVERY + first) / 1000
    found: tuple[list[Stream], list[Stream]] = ([], [])
    for _ in range(_ROUNDS):
        for streams, target in zip(found, (house.direct, house.through), strict=True):
            streams += await steady(
                session, target, orders, at_once=_AT_ONCE, lasts=lasts, n=_STREAMS
            )
    return found


def _to_the_first_word(
    direct: Sequence[Stream], through: Sequence[Stream], first: int
) -> list[Figure]:
    bare, ours = _firsts(direct), _firsts(through)
    thinks = f"the endpoint thinks for {first} ms" if first else "the endpoint answers at once"
    return [
        Figure(
            f"first word, {thinks}",
            median(ours),
            "ms",
            p95=p95(ours),
            floor=median(bare),
            floor_name="direct",
        ),
        Figure("  added, p50", median(ours) - median(bare), "ms", aim=Aim(5)),
        Figure("  added, p99", _p99(ours) - _p99(bare), "ms", aim=Aim(15)),
    ]


def _word_by_word(direct: Sequence[Stream], through: Sequence[Stream]) -> list[Figure]:
    bare, ours = _delays(direct), _delays(through)
    return [
        Figure(
            "each further word, endpoint to client",
            median(ours),
            "ms",
            p95=p95(ours),
            floor=median(bare),
            floor_name="direct",
        ),
        Figure("  added, p50", median(ours) - median(bare), "ms"),
        Figure("  added, p99", _p99(ours) - _p99(bare), "ms"),
    ]


def _all_at_once(direct: Sequence[Stream], through: Sequence[Stream]) -> list[Figure]:
    bare, ours = _firsts(direct), _firsts(through)
    return [
        Figure(
            f"{_MANY} streams asked for in the same instant: first word",
            median(ours),
            "ms",
            p95=p95(ours),
            floor=median(bare),
            floor_name="direct",
        ),
        Figure(
            f"  of {_MANY}, not whole",
            float(sum(not one.is_whole for one in through)),
            "streams",
            aim=Aim(0),
        ),
    ]


async def _revoked(session: Any, house: _House) -> Figure:
    """Revoke grants in another process while 50 streams run, and say how late the last byte was."""
    steadily = asyncio.create_task(
        steady(
            session,
            house.through,
            f"!words {_WORDS} !every {_EVERY}",
            at_once=_AT_ONCE,
            lasts=_WORDS * _EVERY / 1000,
            n=_STREAMS * 2,
        )
    )
    await asyncio.sleep(_WORDS * _EVERY / 1000)
    late: list[float] = []
    for key, secret in list(house.others.items())[:_REVOCATIONS]:
        target = Target(house.through.url, secret, house.through.model)
        running = asyncio.create_task(stream(session, target, "!endless !every 5"))
        await asyncio.sleep(0.3)
        committed = await asyncio.to_thread(_revoke, house.desk, key)
        cut = await asyncio.wait_for(running, 10)
        late.append(max(0.0, (cut.last_byte_at - committed) / _MILLION))
    await steadily
    return Figure(
        f"from a revocation to the last byte, {_REVOCATIONS} times; the latest",
        max(late),
        "ms",
        p95=p95(late),
        aim=Aim(100),
    )


def _revoke(desk: subprocess.Popen[str], key: str) -> int:
    return int(_ask(desk, key)["committed"])


def _ask(desk: subprocess.Popen[str], line: str) -> Any:
    assert desk.stdin is not None
    assert desk.stdout is not None
    desk.stdin.write(f"{line}\n")
    desk.stdin.flush()
    return json.loads(desk.stdout.readline())


def _failures(streams: Sequence[Stream], what: str) -> list[str]:
    failed = [one for one in streams if not one.is_whole]
    if not failed:
        return []
    statuses = sorted({one.status for one in failed})
    return [f"{what}: {len(failed)} of {len(streams)} streams were not whole (HTTP {statuses})"]


def _firsts(streams: Sequence[Stream]) -> list[float]:
    return [one.first for one in streams if one.words]


def _delays(streams: Sequence[Stream]) -> list[float]:
    return [delay for one in streams for delay in one.delays]


def _p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[-(-99 * len(ordered) // 100) - 1]


@contextmanager
def _house(home: Path) -> Iterator[_House]:
    started: list[subprocess.Popen[str]] = []

    def start(*command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, "TIDEGATE_HOME": str(home), "TIDEGATE_DATABASE": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    try:
        endpoint = start("tidegate.faces.demo.endpoint", "--first", "0", "--every", "0")
        address = _line(endpoint).strip()
        desk = start("benchmarks.gateway.house", "desk", address)
        secrets = dict(json.loads(_line(desk))["secrets"])
        gateway = json.loads(_line(start("benchmarks.gateway.house", "serve")))["address"]
        key = next(iter(secrets))
        yield _House(
            Target(f"{address}{_CHAT}", "sk-scripted-endpoint", "scripted-1"),
            Target(f"{gateway}/gateway{_CHAT}", secrets.pop(key), "measured"),
            desk,
            secrets,
        )
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()
