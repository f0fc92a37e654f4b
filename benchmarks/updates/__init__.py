"""The signed updates: what it takes to publish one more among 100,000, and to come to know of it.

Three figures. The time to sign and publish one advisory, with the gate over all that stand, flushed
to the disk. The bytes that a client fetches for it, with python-tuf over loopback HTTP. The time
from the beginning of its publication until 1,000 clients that poll have a copy of it.

The floor is one flat `targets.json` with every target, in the same run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tuf.ngclient import UpdaterConfig  # type: ignore[attr-defined]

from benchmarks.figures import Aim, Figure, Report, median, p95, report_of
from benchmarks.timing import in_turns
from benchmarks.updates.clients import pull, updater
from benchmarks.updates.scene import ADVISORIES, Flat, Scene
from tidegate.engines.updates.states import read_list

ROOT: Final = Path(__file__).parents[2]
_ROUNDS: Final = 15
_CLIENTS: Final = 1_000
_SAMPLED: Final = 20
"""Of the clients, how many verify, where the others stand for machines of their own."""
_AT_ONCE: Final = 200
"""Clients that all verify on this machine at the same time."""
_PERIOD: Final = 2.0
"""Seconds between two polls of a client."""
_PUBLICATIONS: Final = 5
_PATIENCE: Final = 120.0
_KIB: Final = 1024


def measure(tell: Callable[[str], None]) -> Report:
    """Measure on a new repository."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        scene = Scene.build(home / "updates", tell)
        tell("updates: publishing one more, in turns with a flat repository")
        flat = Flat(home / "flat", scene)
        figures = _publishing(scene, flat)
        tell("updates: counting bytes")
        figures += _bytes(scene, flat, home)
        tell(f"updates: {_CLIENTS:,} clients poll, {_SAMPLED} of them verify")
        figures += _sampled(scene, home)
        tell(f"updates: {_AT_ONCE} clients all verify on this machine")
        figures += _all(scene, home)
    return report_of(f"Signed updates with {ADVISORIES:,} advisories", figures, _NOTES)


_NOTES: Final = (
    (
        "Publishing is measured from the call to the timestamp in its place, with the gate over all"
        " that stand, and each file flushed to the disk; the flat repository flushes nothing."
    ),
    (
        "Bytes are bodies and 180 bytes of header for each answer, for a client that knew all up to"
        " then; without a fix, whose files a client fetches when it plans one."
    ),
    (
        f"Of {_CLIENTS:,} clients that poll every {_PERIOD:g} s, {_SAMPLED} verify with python-tuf"
        " and are measured; the others fetch the same files at the same time and check nothing, for"
        " their processors are not here. From the beginning of publish(); how soon the worker takes"
        " up an approval is not in it."
    ),
    (
        f"Where {_AT_ONCE} verify at once on the two cores that serve them, too, it measures these"
        " cores: what one client needs of a processor, that many times."
    ),
    "The server is a plain one for static files (aiohttp), in a process of its own.",
)


def _publishing(scene: Scene, flat: Flat) -> list[Figure]:
    scene.publish([scene.addition()])
    busy: list[float] = []

    def ours_once() -> None:
        one, began = scene.addition(), time.process_time()
        scene.publish([one])
        busy.append((time.process_time() - began) * 1000)

    taken = in_turns(
        {
            "ours": ours_once,
            "flat": lambda: flat.publish(scene.addition()),
        },
        _ROUNDS,
        warm_up=1,
    )
    ours = [one * 1000 for one in taken["ours"]]
    return [
        Figure(
            f"sign and publish one more among {ADVISORIES:,}",
            median(ours),
            "ms",
            p95=p95(ours),
            floor=median(taken["flat"]) * 1000,
            floor_name="flat",
            aim=Aim(100),
        ),
        Figure("  of the processor", median(busy), "ms", p95=p95(busy)),
    ]


def _bytes(scene: Scene, flat: Flat, home: Path) -> list[Figure]:
    """Count for a number of publications, so that segments are full and empty among them."""
    counts: list[float] = []
    with _serving(scene.folder) as address:
        client = home / "counting"
        known = pull(address, client, scene.root, _sequence(scene))
        for _ in range(40):
            scene.publish([scene.addition()])
            _sent(address)
            known = pull(address, client, scene.root, known)
            counts.append(_sent(address)["bytes"] / _KIB)
    with _serving(flat.folder) as address:
        flat.publish(scene.addition())
        # As python-tuf is shipped, it refuses a targets.json that is this large.
        config = UpdaterConfig(targets_max_length=1 << 30)
        updater(address, home / "flat-client", flat.root, config).refresh()
        one = scene.addition()
        flat.publish(one)
        _sent(address)
        peer = updater(address, home / "flat-client", flat.root, config)
        info = peer.get_targetinfo(one.path)
        assert info is not None
        peer.download_target(info)
        floor = _sent(address)["bytes"] / _KIB
    most = max(counts)
    return [
        Figure(
            "a client fetches for one new advisory",
            median(counts),
            "KiB",
            p95=p95(counts),
            floor=floor,
            floor_name="flat",
            aim=Aim(64),
        ),
        Figure("  the most of 40", most, "KiB", aim=Aim(64)),
    ]


def _sampled(scene: Scene, home: Path) -> list[Figure]:
    waits: list[float] = []
    with _serving(scene.folder) as address:
        folder = _client_homes(scene, home / "sampled", address, _SAMPLED)
        others = _CLIENTS - _SAMPLED
        with (
            _clients("fetch", address, str(others), str(_PERIOD)) as fetching,
            _clients("verify", address, str(folder), str(_SAMPLED), str(_PERIOD)) as verifying,
        ):
            for _ in range(_PUBLICATIONS):
                time.sleep(_PERIOD)
                began = time.monotonic()
                scene.publish([scene.addition()])
                waits += [at - began for at in _arrivals(verifying, _sequence(scene))]
                _arrivals(fetching, _sequence(scene))
    return [
        Figure(
            f"publishing to a verified copy, {_CLIENTS:,} clients, {_SAMPLED} verify; p95",
            p95(waits),
            "s",
            aim=Aim(5),
        ),
        Figure("  p50", median(waits), "s"),
    ]


def _all(scene: Scene, home: Path) -> list[Figure]:
    waits: list[float] = []
    many = str(_AT_ONCE // 2)
    with _serving(scene.folder) as address:
        halves = [
            _client_homes(scene, home / f"all-{half}", address, _AT_ONCE // 2) for half in (0, 1)
        ]
        with (
            _clients("verify", address, str(halves[0]), many, "burst") as one,
            _clients("verify", address, str(halves[1]), many, "burst") as other,
        ):
            began = time.monotonic()
            scene.publish([scene.addition()])
            for half in (one, other):
                assert half.stdin is not None
                half.stdin.write("go\n")
                half.stdin.flush()
            for half in (one, other):
                waits += [at - began for at in _arrivals(half, _sequence(scene))]
    return [
        Figure(
            f"the same, {_AT_ONCE} that all verify on these cores at once; p95", p95(waits), "s"
        ),
        Figure("  of the two cores, for each of them", max(waits) * 2 / _AT_ONCE * 1000, "ms"),
    ]


def _client_homes(scene: Scene, folder: Path, address: str, number: int) -> Path:
    """Make clients that know all up to now."""
    pull(address, folder / "client-0", scene.root, _sequence(scene))
    (folder / "root.json").write_bytes(scene.root)
    (folder / "sequence").write_text(str(_sequence(scene)))
    for client in range(1, number):
        shutil.copytree(folder / "client-0", folder / f"client-{client}", symlinks=True)
    return folder


def _sequence(scene: Scene) -> int:
    return read_list(scene.publisher._folder, scene.publisher.state())[0].sequence  # noqa: SLF001


def _arrivals(clients: subprocess.Popen[str], sequence: int) -> Sequence[float]:
    while True:
        said = json.loads(_line(clients))
        if said["sequence"] == sequence:
            return list(said["at"])


def _line(process: subprocess.Popen[str]) -> str:
    """Return the next line of a process, which is ended if it has none for too long."""
    assert process.stdout is not None
    patience = threading.Timer(_PATIENCE, process.kill)
    patience.start()
    try:
        line = process.stdout.readline()
    finally:
        patience.cancel()
    if not line:
        raise RuntimeError(f"{process.args!r} said nothing for {_PATIENCE:g} s, or ended")
    return line


def _sent(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}sent", timeout=10) as answer:
        return dict(json.load(answer))


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    with _process("benchmarks.updates.serving", str(folder)) as server:
        yield _line(server).strip()


@contextmanager
def _clients(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with _process("benchmarks.updates.waiting", *arguments) as clients:
        assert _line(clients).strip() == "ready"
        yield clients


@contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
