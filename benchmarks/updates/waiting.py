"""Clients that wait for one advisory: those that verify everything, and those that only fetch.

    python -m benchmarks.updates.waiting verify ADDRESS HOME NUMBER PERIOD|burst
    python -m benchmarks.updates.waiting fetch ADDRESS NUMBER PERIOD

Either prints `ready`, then for each sequence that is published a line of JSON: the sequence, and
the instant (monotonic clock, which all processes of a machine share) at which each of the clients
had it. Each client polls once in PERIOD seconds, at a moment of its own; in a burst all poll once,
as soon as a line comes on standard input.

A client that verifies is python-tuf's Updater, begun anew for each poll from what it keeps on the
disk, as a timer would begin it. One that fetches asks for the same files in the same order, and
checks nothing: it stands for a machine whose own processor does that.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
from tuf.api.exceptions import DownloadError, RepositoryError

from benchmarks.updates.clients import pull
from tidegate.engines.updates.changes import LATEST_PATH, read_latest, segment_path
from tidegate.engines.updates.roles import BIN, BIN_BITS


def verify(address: str, home: Path, number: int, period: float | None) -> None:
    """Let some clients poll, one after the other, each at its own moments; all once without."""
    root = (home / "root.json").read_bytes()
    known = [int((home / "sequence").read_text())] * number
    arrived: dict[int, list[float]] = {}
    draw, began = random.Random(number), time.monotonic()
    turns = [(began + draw.random() * (period or 0), client) for client in range(number)]
    heapq.heapify(turns)
    _say("ready")
    if period is None:
        sys.stdin.readline()
    while turns:
        due, client = heapq.heappop(turns)
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            sequence = pull(address, home / f"client-{client}", root, known[client])
        except (DownloadError, RepositoryError):
            # The next state came between two files, or an answer too late; a timer comes again.
            sequence = known[client]
        if sequence > known[client]:
            known[client] = sequence
            arrived.setdefault(sequence, []).append(time.monotonic())
            if len(arrived[sequence]) == number:
                _say(json.dumps({"sequence": sequence, "at": arrived[sequence]}))
        if period is not None:
            heapq.heappush(turns, (max(due + period, time.monotonic()), client))


async def fetch(address: str, number: int, period: float) -> None:
    """Let many clients poll at once."""
    arrived: dict[int, list[float]] = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as session:
        version = json.loads(await _get(session, f"{address}metadata/timestamp.json"))
        first = version["signed"]["version"]
        _say("ready")

        async def one(delay: float) -> None:
            known = first
            await asyncio.sleep(delay)
            while True:
                raw = await _get(session, f"{address}metadata/timestamp.json")
                timestamp = json.loads(raw)["signed"]
                if timestamp["version"] > known:
                    known = timestamp["version"]
                    sequence = await _follow(session, address, timestamp)
                    arrived.setdefault(sequence, []).append(time.monotonic())
                    if len(arrived[sequence]) == number:
                        _say(json.dumps({"sequence": sequence, "at": arrived[sequence]}))
                await asyncio.sleep(period)

        draw = random.Random(1)
        await asyncio.gather(*(one(draw.random() * period) for _ in range(number)))


async def _follow(session: aiohttp.ClientSession, address: str, timestamp: Any) -> int:
    async def metadata(name: str, version: int) -> Any:
        return json.loads(await _get(session, f"{address}metadata/{version}.{name}.json"))["signed"]

    async def target(listed: Any, path: str) -> bytes:
        folder, _, name = path.rpartition("/")
        digest = listed["targets"][path]["hashes"]["sha256"]
        return await _get(session, f"{address}targets/{folder}/{digest}.{name}")

    version = timestamp["meta"]["snapshot.json"]["version"]
    meta = (await metadata("snapshot", version))["meta"]
    listed = await metadata("changes", meta["changes.json"]["version"])
    latest = read_latest(await target(listed, LATEST_PATH))
    raw = await target(listed, segment_path(latest.segment))
    change = json.loads(raw.splitlines()[-1])
    number = int.from_bytes(hashlib.sha256(change["path"].encode()).digest()[:4], "big")
    name = f"{BIN}-{number >> (32 - BIN_BITS):03x}"
    of_bin = await metadata(name, meta[f"{name}.json"]["version"])
    await target(of_bin, change["path"])
    return latest.sequence


async def _get(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as answer:
        answer.raise_for_status()
        return await answer.read()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "verify":
        every = None if sys.argv[5] == "burst" else float(sys.argv[5])
        verify(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), every)
    else:
        asyncio.run(fetch(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
