"""The command `tidegate`, run as a process of its own against a registry on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engines.reproduction.findings import document
from tests.registry import Registry

BROKEN = (
    "module.exports = (o, p, v) => { const k = p.split('.'); let a = o;\n"
    "for (const x of k.slice(0, -1)) a = a[x] || (a[x] = {}); a[k[k.length - 1]] = v; };\n"
)
MENDED = BROKEN.replace("for (", "if (k.includes('__proto__')) return; for (")
FILES = {
    "proof.js": "require('setter')({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n",
    "benign.js": "require('setter')({}, 'a.b', 1);\n",
}


@dataclass(frozen=True)
class Command:
    """Runs `tidegate` in a world of its own."""

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.line(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it without waiting for its end; it is the first of a process group."""
        return subprocess.Popen(
            self.line(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Whoever runs the tests in the background has them, and their children, ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    @staticmethod
    def line(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "tidegate", *arguments]

    def finding(self, name: str, purl: str = "pkg:npm/setter@1.0.0", **more: Any) -> Path:
        """Write a finding into a file."""
        files = more.pop("files", FILES)
        effect = more.pop("effect", "prototype-pollution")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document(purl, effect, files, **more)))
        return path


@pytest.fixture
def tidegate(tmp_path: Path) -> Iterator[Command]:
    """Return the command, with a registry that has the package `setter`."""
    with Registry() as registry:
        for version, text in {
            "1.0.0": BROKEN, "1.0.1": BROKEN, "1.1.0": MENDED, "2.0.0": BROKEN, "2.0.1": MENDED,
        }.items():  # fmt: skip
            registry.add_npm("setter", version, {"index.js": text})
        tmp_path.chmod(0o755)
        yield Command(
            tmp_path,
            {
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "TIDEGATE_HOME": str(tmp_path / "home"),
                "TIDEGATE_KEYS": str(tmp_path / "keys"),
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
                **registry.environment,
            },
        )
