"""The peer that asks one by one: `pip-audit` with an OSV service of its own, on loopback.

The service speaks as much of OSV's API as pip-audit asks for, and has its answers ready: they are
worked out before with `packaging`, which knows nothing of our keys. So what is timed is pip-audit,
and what it finds is a second opinion. The service can also fail, to see what pip-audit says then.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from packaging.version import InvalidVersion, Version

from benchmarks.matching.scene import DATA, Scene, read_advisories, slices_of
from tidegate.engines.matching.columns import Coordinates, RangeIndex, Ranges
from tidegate.engines.matching.versions import Order, version_key

_NOTHING: Final = "No known vulnerabilities found"
_404: Final = """
import sys, requests
def refuse(self, request, **_):
    answer = requests.Response()
    answer.status_code, answer.request, answer.url = 404, request, request.url
    answer._content = b""
    return answer
requests.Session.send = refuse
from pip_audit._cli import audit
sys.argv[0] = "pip-audit"
audit()
"""
"""pip-audit's default service has its address built in: its own client answers 404 to all."""

Pinned = tuple[str, str]
"""A package and its version."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of auditing the same requirements both ways."""

    components: int
    theirs: float
    """Seconds, the start of the program taken off."""
    start: float
    ours: float
    """Seconds: what the ranges of the advisories hold of the components."""
    loading: float
    """Seconds: the advisories read, and their ranges indexed."""
    found: int
    only_ours: Sequence[str]
    only_theirs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Failing:
    """What pip-audit says where every look-up fails."""

    how: str
    code: int
    says_nothing_was_found: bool


def audit(made: Scene, count: int, data: Path = DATA) -> Audited:
    """Audit the first versions of some packages both ways; at most one version of each package."""
    pinned = _pinned(made, count)
    records = [*read_advisories(data, ("pypa",))]
    answers = _answers(records, pinned)
    with _service(answers) as address:
        _run(pinned[:1], address)
        start = min(_run(pinned[:1], address)[0] for _ in range(3))
        seconds, printed = _run(pinned, address)
    theirs = {
        (one["name"], one["version"], vulnerability["id"])
        for one in json.loads(printed)["dependencies"]
        for vulnerability in one.get("vulns", ())
    }
    mine, ours, loading = _ours(records, pinned)
    return Audited(
        len(pinned),
        max(0.0, seconds - start),
        start,
        ours,
        loading,
        len(mine),
        sorted(map(" ".join, mine - theirs)),
        sorted(map(" ".join, theirs - mine)),
    )


def failing() -> list[Failing]:
    """Let every look-up fail: of the default service, and of OSV's."""
    pinned = [("jinja2", "2.4.1"), ("flask", "0.12")]
    told = []
    with _requirements(pinned) as path:
        options = ["-r", str(path), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        for strict in ((), ("--strict",)):
            done = subprocess.run(
                [sys.executable, "-c", _404, *options, *strict], capture_output=True, text=True
            )
            how = " ".join(("the default service answers 404 to all", *strict))
            told.append(_failing(how, done))
        with _service({}, status=404) as address:
            done = subprocess.run(
                [*_COMMAND, *options, "-s", "osv", "--osv-url", address],
                capture_output=True,
                text=True,
            )
            told.append(_failing("OSV's service answers 404 to all", done))
        with _service({}) as address:
            done = subprocess.run(
                [*_COMMAND, *options, "-s", "osv", "--osv-url", address],
                capture_output=True,
                text=True,
            )
            told.append(_failing("OSV's service has no data at all", done))
    return told


_COMMAND: Final = (sys.executable, "-m", "pip_audit")


def _failing(how: str, done: subprocess.CompletedProcess[str]) -> Failing:
    return Failing(how, done.returncode, _NOTHING in done.stdout + done.stderr)


def _pinned(made: Scene, count: int) -> list[Pinned]:
    first: dict[str, str] = {}
    for one in made.components:
        if one.order is Order.PYPI and re.fullmatch(r"[0-9.]+", one.version):
            first.setdefault(one.package.partition("/")[2], str(Version(one.version)))
    return [*first.items()][:count]


def _answers(
    records: Sequence[Mapping[str, Any]], pinned: Sequence[Pinned]
) -> Mapping[Pinned, bytes]:
    """Work out the answers as OSV's evaluation has it, with `packaging` for the order."""
    by_package: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        for affected in record["affected"]:
            by_package.setdefault(_normal(affected["package"]["name"]), []).append(record)
    answers = {}
    for name, version in pinned:
        affecting = {
            record["id"]: record
            for record in by_package.get(name, ())
            if any(
                _normal(affected["package"]["name"]) == name and _affects(affected, version)
                for affected in record["affected"]
            )
        }
        if affecting:
            answers[name, version] = json.dumps({"vulns": [*affecting.values()]}).encode()
    return answers


def _affects(affected: Mapping[str, Any], text: str) -> bool:
    version = Version(text)
    if any(_read(one) == version for one in affected.get("versions", ())):
        return True
    for one in affected.get("ranges", ()):
        if one["type"] == "ECOSYSTEM":
            events = [(_read(v), kind) for event in one["events"] for kind, v in event.items()]
            state = False
            for place, kind in sorted((p, k) for p, k in events if p is not None):
                if kind == "introduced":
                    state = state or version >= place
                elif kind == "fixed":
                    state = state and version < place
                elif kind == "last_affected":
                    state = state and version <= place
            if state:
                return True
    return False


def _read(text: str) -> Version | None:
    try:
        return Version("0.dev0" if text == "0" else text)
    except InvalidVersion:
        return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _ours(
    records: Sequence[Mapping[str, Any]], pinned: Sequence[Pinned]
) -> tuple[set[tuple[str, str, str]], float, float]:
    started = time.perf_counter()
    numbers: dict[str, int] = {}
    rows = []
    for row, record in enumerate(records):
        for affected in record["affected"]:
            name = _normal(affected["package"]["name"])
            number = numbers.setdefault(name, len(numbers))
            rows += [(row, number, s.lower, s.upper) for s in slices_of(affected, Order.PYPI)[0]]
    index = RangeIndex.build(Ranges.from_rows(rows))
    loading = time.perf_counter() - started
    asking = time.perf_counter()
    hits = index.stab(
        Coordinates.of(
            [*range(len(pinned))],
            [numbers.get(name, len(numbers)) for name, _ in pinned],
            [version_key(Order.PYPI, version) for _, version in pinned],
        )
    )
    ours = time.perf_counter() - asking
    found = zip(hits.coordinates.tolist(), hits.ranges.tolist(), strict=True)
    return {(*pinned[one], str(records[row]["id"])) for one, row in found}, ours, loading


def _run(pinned: Sequence[Pinned], address: str) -> tuple[float, str]:
    with _requirements(pinned) as path:
        started = time.perf_counter()
        done = subprocess.run(
            [
                *_COMMAND, "-r", str(path), "--no-deps", "--disable-pip", "--format", "json",
                "--progress-spinner", "off", "-s", "osv", "--osv-url", address,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        return time.perf_counter() - started, done.stdout


@contextmanager
def _requirements(pinned: Sequence[Pinned]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text("".join(f"{name}=={version}\n" for name, version in pinned), "utf-8")
        yield path


@contextmanager
def _service(answers: Mapping[Pinned, bytes], status: int = 200) -> Iterator[str]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answers.get((asked["package"]["name"], asked["version"]), b"{}")
            # One packet: else the kernel waits for an acknowledgement between the two.
            head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(answer)}\r\n\r\n"
            self.wfile.write(head.encode() + answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
