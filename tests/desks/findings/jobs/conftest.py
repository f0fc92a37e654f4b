"""A machine of its own for each test: a folder, a registry with one package, a command line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engines.reproduction.findings import document
from tests.registry import Registry

ROOT = Path(__file__).parents[4]

BROKEN = (
    "module.exports = (o, p, v) => { const k = p.split('.'); let a = o;\n"
    "for (const x of k.slice(0, -1)) a = a[x] || (a[x] = {}); a[k[k.length - 1]] = v; };\n"
)
MENDED = BROKEN.replace("for (", "if (k.includes('__proto__')) return; for (")
RELEASES = {
    "1.0.0": BROKEN,
    "1.0.1": BROKEN,
    "1.1.0": MENDED,
    "2.0.0": BROKEN,
    "2.0.1": MENDED,
}
VERS = "vers:npm/<1.1.0|>=2.0.0|<2.0.1"


@dataclass(frozen=True)
class Machine:
    """Runs programs of the project with a home, a cache and a registry of their own."""

    folder: Path
    environment: dict[str, str]

    def run(
        self, module: str, *arguments: str, seconds: float = 280, fails: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a module as a program; it must end well, unless it `fails`."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert fails or done.returncode == 0, done.stderr
        return done

    def rows(self, what: str) -> list[dict[str, Any]]:
        """Return what `tidegate findings` or `tidegate cases` lists."""
        found: list[dict[str, Any]] = []
        cursor: list[str] = []
        while True:
            page = json.loads(
                self.run("tidegate", what, "--limit", "200", *cursor, "--json").stdout
            )
            found += page["rows"]
            if not page["next"]:
                return found
            cursor = ["--cursor", page["next"]]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, for looks in quick succession."""
        with closing(sqlite3.connect(self.folder / "home" / "tidegate.sqlite3")) as database:
            return database.execute(query).fetchall()

    def hand_in(self, *findings: dict[str, Any], finder: str = "Lab A") -> None:
        """Hand findings in."""
        path = self.folder / "findings.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in findings))
        self.run("tidegate", "intake", str(path), "--finder", finder)


def setter(number: int, text: str = "", **more: Any) -> dict[str, Any]:
    """Return a true finding in the package; each number is another proof."""
    proof = text or "require('setter')({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n"
    files = {
        "proof.js": f"{proof}// {number}\n",
        "benign.js": "require('setter')({}, 'a.b', 1);\n",
    }
    return document(
        "pkg:npm/setter@1.0.0", "prototype-pollution", files, id=f"lab-{number}", **more
    )


@pytest.fixture
def machine(tmp_path: Path, make_home: Callable[[Path], Path]) -> Iterator[Machine]:
    """Return a machine with the package `setter` in its registry."""
    tmp_path.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    home = make_home(tmp_path / "home")
    with Registry() as registry:
        for version, text in RELEASES.items():
            registry.add_npm("setter", version, {"index.js": text})
        yield Machine(
            tmp_path,
            {
                **os.environ,
                "TIDEGATE_HOME": str(home),
                "TIDEGATE_KEYS": str(tmp_path / "keys"),
                "TIDEGATE_DATABASE": "",
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
                "TMPDIR": str(tmp_path / "tmp"),
                **registry.environment,
            },
        )
