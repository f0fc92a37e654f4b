"""How a package of npm says that it is tested, and what its tests said.

`scripts.test` is read, never run by a shell: a runner that is known, and the files that it is
given. A file of `tape`, `tap` or Node's own `assert` is run by itself and says what it found in
the Test Anything Protocol; `mocha` and `node --test` are asked to say it so.

Source: https://testanything.org/tap-version-13-specification.html
"""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tidegate.engines.reproduction.ecosystems.documents import mapping
from tidegate.engines.reproduction.packages import PackageError

_MANIFEST_BYTES = 1 << 20
_SCRIPTS_DEEP = 4
_AROUND = frozenset({"nyc", "c8", "istanbul", "cover", "covert", "npx", "cross-env", "--"})
"""What stands before a runner and only measures."""
_BY_ITSELF = frozenset({"tape", "tap", "node", "faucet", "tap-spec"})
_REQUIRED = re.compile(r"""(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s+)['"]([^'"\n]{1,200})['"]""")
_LINE = re.compile(r"^ *(not )?ok\b(?: (\d+))?(?: -)? ?(.*)$")
_DIRECTIVE = re.compile(r"\s# *(?:time=\S+|(skip|todo)\b.*)", re.IGNORECASE)
_MOST_LINES = 100_000
_NAME = 300


@dataclass(frozen=True, slots=True)
class NodePlan:
    """How to run the tests of a package of npm, or why they cannot be run."""

    files: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    """Name and version of each package that the tests import."""
    runner: str = ""
    """Path below `node_modules`; empty where each file is a program."""
    words: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What test files said."""

    tests: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[str, bool] = field(default_factory=dict)
    problem: str = ""


def node_plan(
    root: Path, tests: Mapping[str, bytes], newest: Callable[[str, str], str]
) -> NodePlan:
    """Plan the tests of an unpacked package.

    `tests` are its test files by path; `newest` gives the newest version of a package in a range,
    or `PackageError`.
    """
    manifest = _manifest(root)
    scripts = mapping(manifest.get("scripts"))
    words = _command(scripts, "test")
    if not words:
        return NodePlan(problem="its package.json has no test script")
    runner, rest = words[0].rpartition("/")[2], words[1:]
    if runner not in _BY_ITSELF | {"mocha", "_mocha"}:
        return NodePlan(problem=f"its test runner, {runner[:60]!r}, is not one that is known here")
    files = _files(rest, tests)
    if not files:
        return NodePlan(problem="its test script names no file that was released")
    wanted = {**mapping(manifest.get("dependencies")), **mapping(manifest.get("devDependencies"))}
    names = {_package(name) for path in tests for name in _required(tests[path])}
    mocha = runner.endswith("mocha")
    words_for: tuple[str, ...] = ("--reporter", "tap") if mocha else ()
    if runner == "node" and "--test" in rest:
        words_for = ("--test-reporter=tap", "--test")
    names |= {"mocha"} if mocha else set()
    needs: list[tuple[str, str]] = []
    for name in sorted(names & set(mapping(manifest.get("devDependencies")))):
        try:
            needs.append((name, newest(name, str(wanted[name]))))
        except PackageError as error:
            return NodePlan(problem=f"its tests need {name}, which cannot be had: {error}")
    return NodePlan(
        files=files,
        needs=tuple(needs),
        runner="mocha/bin/_mocha" if mocha else "",
        words=words_for,
    )


def parse_node(document: Any) -> Said:
    """Read what `inside/run_tests.cjs` wrote."""
    if not isinstance(document, list):
        return Said(problem="the runner did not come to its end")
    tests: dict[str, str] = {}
    ended: dict[str, bool] = {}
    for one in document:
        if not isinstance(one, dict) or not isinstance(one.get("file"), str):
            return Said(problem="the runner wrote what is no result")
        file = one["file"]
        ended[file] = one.get("code") == 0
        tests.update(_protocol(file, str(one.get("said"))))
    return Said(tests, ended)


def _manifest(root: Path) -> Mapping[str, Any]:
    path = root / "package.json"
    try:
        if path.is_symlink() or path.stat().st_size > _MANIFEST_BYTES:
            return {}
        return mapping(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def _command(scripts: Mapping[str, Any], name: str, depth: int = 0) -> list[str]:
    """Return the words of the command that runs the tests, its coverage taken off."""
    script = scripts.get(name)
    if not isinstance(script, str) or depth > _SCRIPTS_DEEP:
        return []
    best: list[str] = []
    for part in re.split(r"&&|\|\||[;|]", script):
        try:
            words = shlex.split(part)
        except ValueError:
            continue
        while words and (words[0] in _AROUND or "=" in words[0] or words[0].startswith("-")):
            words = words[1:]
        if words[:2] in (["npm", "run"], ["npm", "run-script"], ["yarn", "run"]):
            inner = next((word for word in words[2:] if not word.startswith("-")), "")
            words = _command(scripts, inner, depth + 1)
        elif words[:1] == ["npm"]:
            continue
        known = bool(words) and words[0].rpartition("/")[2] in _BY_ITSELF | {"mocha", "_mocha"}
        if words and (not best or known):
            best = words
            if known:
                break
    return best


def _files(words: Sequence[str], tests: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the test files that a command names: by path, folder or pattern."""
    given = [word.removeprefix("./").rstrip("/") for word in words if not word.startswith("-")]
    programs = [path for path in tests if path.endswith((".js", ".cjs", ".mjs"))]
    if not given:
        given = ["test", "test.js"]
    found = [
        path
        for path in programs
        if any(
            path == word
            or fnmatch.fnmatchcase(path, word.replace("**/", "*"))
            or _right_below(path, word)
            for word in given
        )
    ]
    return tuple(sorted(found))


def _right_below(path: str, folder: str) -> bool:
    return str(PurePosixPath(path).parent) == folder


def _required(content: bytes) -> list[str]:
    return _REQUIRED.findall(content.decode("utf-8", "replace"))


def _package(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[:2]) if name.startswith("@") else parts[0]


def _protocol(file: str, said: str) -> dict[str, str]:
    """Return the outcome of each test in a text of the Test Anything Protocol."""
    seen: Counter[str] = Counter()
    found: dict[str, str] = {}
    for line in said.splitlines()[:_MOST_LINES]:
        match = _LINE.match(line)
        if match is None:
            continue
        directive = _DIRECTIVE.search(match[3])
        name = (match[3][: directive.start()] if directive else match[3]).strip()[:_NAME]
        seen[name] += 1
        word = "failed" if match[1] else "passed"
        if directive and directive[1]:
            word = "skipped"
        found[f"{file}: {name} ({seen[name]})"] = word
    return found
