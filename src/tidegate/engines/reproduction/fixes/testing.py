"""The package's own tests, run on both versions: which there are, and what became of each.

What a test says is the package's own word, and a patch could change what tests say. So this rung
shows that a fix breaks nothing that its author did not mean to break; it shows nothing of the bug.

Tests are run with the runner that the package names, fetched like any package, and without any
script of the package's life cycle. Whatever cannot be run like that is said, not guessed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.fixes.node_tests import NodePlan, node_plan, parse_node
from tidegate.engines.reproduction.fixes.patched_trees import copy_with, patched
from tidegate.engines.reproduction.fixes.patching import PatchError, applied
from tidegate.engines.reproduction.fixes.places import is_test
from tidegate.engines.reproduction.fixes.reading import changes
from tidegate.engines.reproduction.fixes.trying import Ground, Side
from tidegate.engines.reproduction.fixes.values import Fix, FixKind
from tidegate.engines.reproduction.packages import (
    Ecosystem,
    Installation,
    PackageError,
    Release,
)
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.sandbox.model import Bind, Ending, File, Limits, Link, Outcome, Program

_INSIDE = Path(__file__).parent / "inside"
_LIMITS = Limits(
    wall_seconds=240.0,
    cpu_seconds=240,
    memory_bytes=2 << 30,
    processes=256,
    output_kept=8 << 20,
    output_flood=8 << 20,
)
_MOST_FILES = 400
_MOST_TEST_BYTES = 64 << 20
_PYTEST = "pytest"
_WAYS = 8
_TOLD = 300


class NoTestsError(Exception):
    """There are no tests, or they cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Results:
    """What became of each test in one run."""

    tests: Mapping[str, str]
    """`passed`, `failed` or `skipped`, by the file's and the test's name."""
    ended: Mapping[str, bool] = field(default_factory=dict)
    """Whether each file came to a good end, where each was run by itself."""
    problem: str = ""
    """Why there are none."""

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(word == "passed" for word in self.tests.values())


@dataclass(frozen=True, slots=True)
class OwnTests:
    """Runs the tests of one package on both versions of a ground."""

    laboratory: Laboratory
    ecosystem: Ecosystem
    cache: Cache
    fix: Fix
    ground: Ground

    def of_base(self) -> dict[str, bytes]:
        """Return the test files of the base version, with all that belongs to them, by path.

        Raises:
            NoTestsError: there are none.
        """
        found = self._tests(self.fix.base)
        if not found:
            raise NoTestsError(f"what was released of {self.fix.base} holds no tests")
        return found

    def that_came(self) -> tuple[dict[str, bytes], list[str]]:
        """Return the test files as the fix has them, and the paths of those that it changes.

        Raises:
            NoTestsError: it changes none.
        """
        base = self._tests(self.fix.base)
        if self.fix.kind is FixKind.RELEASE:
            after = self._tests(self.fix.version)
        else:
            after = dict(base)
            for change in changes(self.fix):
                if is_test(change.path):
                    try:
                        content, _ = applied(change, base.get(change.path))
                    except PatchError as error:
                        raise NoTestsError(f"its test does not apply: {error}") from error
                    after[change.path] = content or b""
        changed = [path for path in after if after[path] and after[path] != base.get(path)]
        if not changed:
            raise NoTestsError("no test came with it")
        return after, changed

    def run(self, side: Side, tests: Mapping[str, bytes], only: Sequence[str] = ()) -> Results:
        """Run tests on a version, all or only some of the files.

        Raises:
            NoTestsError: they cannot be run here.
            SandboxError: nothing can be run here at all.
        """
        if self.ecosystem.language == "javascript":
            return self._in_node(side, tests, only)
        return self._in_python(side, tests, only)

    def _tests(self, version: str) -> dict[str, bytes]:
        release = Release(self.ground.finding.target.package, version)
        try:
            root = self.ecosystem.sources(release)
        except PackageError as error:
            raise NoTestsError(str(error)) from error
        found: dict[str, bytes] = {}
        total = 0
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if not is_test(name) or path.is_symlink() or not path.is_file():
                continue
            total += path.stat().st_size
            if total > _MOST_TEST_BYTES or len(found) >= _MOST_FILES * 10:
                raise NoTestsError(f"the tests of {version} are too many to be run here")
            found[name] = path.read_bytes()
        return found

    def _in_node(self, side: Side, tests: Mapping[str, bytes], only: Sequence[str]) -> Results:
        plan = self._node_plan(tests)
        files = [path for path in plan.files if not only or path in only][:_MOST_FILES]
        if not files:
            raise NoTestsError("the package's test script does not run these files")
        subject = self.ground.on(side)
        installation = self._installation(side, plan.needs)
        (root,) = installation.target_roots
        target = next(bind for bind in installation.binds if bind.target == root)
        tree = self._with_tests(target.source, tests)
        binds = [replace(b, source=tree) if b is target else b for b in installation.binds]
        runner = f"/work/node_modules/{plan.runner}" if plan.runner else ""
        outcome = self.laboratory.run(
            Program(
                argv=(
                    subject.runtime.executable,
                    "/tests/run_tests.cjs",
                    root,
                    runner,
                    json.dumps(plan.words),
                    *files,
                ),
                environment=_environment(),
                binds=(*subject.runtime.binds, *binds),
                links=(*installation.links, *_beside(installation, [n for n, _ in plan.needs])),
                files=(File("/tests/run_tests.cjs", (_INSIDE / "run_tests.cjs").read_bytes()),),
                limits=_LIMITS,
            )
        )
        found = parse_node(_document(outcome))
        return Results(found.tests, found.ended, found.problem)

    def _node_plan(self, tests: Mapping[str, bytes]) -> NodePlan:
        manifest = self.ground.on(Side.BASE).installation
        root = next(b.source for b in manifest.binds if b.target in manifest.target_roots)
        plan = node_plan(root, tests, self._newest)
        if plan.problem:
            raise NoTestsError(plan.problem)
        return plan

    def _newest(self, package: str, wanted: str) -> str:
        """Return the newest release in a range; `PackageError` if there is none."""
        releases = self.ecosystem.releases(package)
        fitting = [r for r in releases if self.ecosystem.accepts(wanted, r.version)]
        stable = [r for r in fitting if not r.prerelease] or fitting
        if not stable:
            raise PackageError(f"{package} has no release in {wanted!r}")
        return stable[-1].version

    def _in_python(self, side: Side, tests: Mapping[str, bytes], only: Sequence[str]) -> Results:
        files = [
            p for p in tests if p.endswith(".py") and not p.endswith(("__init__.py", "conftest.py"))
        ]
        files = [path for path in files if not only or path in only][:_MOST_FILES]
        if not files:
            raise NoTestsError("none of its tests is a program of Python")
        subject = self.ground.on(side)
        installation = self._with_pytest(side)
        folder = self._with_tests(None, tests)
        outcome = self.laboratory.run(
            Program(
                argv=(
                    subject.runtime.executable,
                    "-I",
                    "-S",
                    "-B",
                    "/run/run_tests.py",
                    json.dumps(installation.search_path),
                    *files,
                ),
                environment=_environment(),
                binds=(*subject.runtime.binds, *installation.binds, Bind(folder, "/tests")),
                links=installation.links,
                files=(File("/run/run_tests.py", (_INSIDE / "run_tests.py").read_bytes()),),
                limits=_LIMITS,
            )
        )
        document = _document(outcome)
        if not isinstance(document, dict) or not isinstance(document.get("results"), dict):
            return Results({}, problem=_said(outcome))
        words = ("passed", "failed", "skipped")
        results = document["results"].items()
        return Results({str(n)[:_TOLD]: w for n, w in results if isinstance(w, str) and w in words})

    def _with_pytest(self, side: Side) -> Installation:
        """Return an installation with the newest pytest that can be had for the runtime."""
        newest: dict[str, str] = {}
        try:
            for release in self.ecosystem.releases(_PYTEST):
                if not release.prerelease and not release.yanked:
                    newest[self.ecosystem.line(release.version)] = release.version
        except PackageError as error:
            raise NoTestsError(f"there is no pytest: {error}") from error
        problem = ""
        for version in islice(reversed(newest.values()), _WAYS):
            try:
                return self._installation(side, [(_PYTEST, version)])
            except NoTestsError as error:
                problem = problem or str(error)
        raise NoTestsError(f"there is no pytest for its Python: {problem}")

    def _installation(self, side: Side, needs: Iterable[tuple[str, str]]) -> Installation:
        """Lay a version out as its ground has it, with the tests' needs beside it."""
        subject = self.ground.on(side)
        of_release = side is Side.FIXED and self.fix.kind is FixKind.RELEASE
        release = Release(
            self.ground.finding.target.package, self.fix.version if of_release else self.fix.base
        )
        wanted = {(a.name, a.sha256) for a in subject.installation.archives[:1]}
        try:
            tried = list(
                islice(self.ecosystem.installations(release, subject.runtime, [*needs]), _WAYS)
            )
        except PackageError as error:
            raise NoTestsError(f"what its tests need cannot be had: {error}") from error
        same = [one for one in tried if {(a.name, a.sha256) for a in one.archives[:1]} == wanted]
        found = (same or tried)[0]
        if side is Side.FIXED and self.fix.kind is FixKind.PATCH:
            try:
                found, _ = patched(self.cache, self.fix, found)
            except PatchError as error:
                raise NoTestsError(f"the patch does not apply to it: {error}") from error
        return found

    def _with_tests(self, source: Path | None, tests: Mapping[str, bytes]) -> Path:
        """Return a tree with the tests laid over it, so that both versions run the same ones."""
        identity = [*(source.parts[-3:] if source else ("nothing",))]
        for path, content in sorted(tests.items()):
            identity += [path, hashlib.sha256(content).hexdigest()]
        key = hashlib.sha256("\n".join(identity).encode()).hexdigest()

        try:
            return self.cache.tree("tested-1", key, lambda folder: copy_with(source, folder, tests))
        except PatchError as error:
            raise NoTestsError(str(error)) from error


def _beside(installation: Installation, names: Sequence[str]) -> list[Link]:
    """Show the target what its tests need, as its development dependencies would be."""
    release = installation.release
    (root,) = installation.target_roots
    beside = root.removesuffix(release.package)
    known = {link.path for link in installation.links}
    places = {link.path: link.to for link in installation.links}
    links = []
    for name in names:
        path = beside + name
        if path not in known and (to := places.get(f"/work/node_modules/{name}")):
            links.append(Link(path, to))
    return links


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/home", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108


def _document(outcome: Outcome) -> Any:
    """Return the JSON document at the end of what was printed, or None."""
    last = outcome.stdout.strip().rpartition(b"\n")[2]
    try:
        return json.loads(last)
    except (ValueError, RecursionError):
        return None


def _said(outcome: Outcome) -> str:
    ending = outcome.ending.value
    code = "" if outcome.ending is not Ending.EXITED else f" {outcome.exit_code}"
    said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"the runner ended with {ending}{code}: {said[-1][:_TOLD] if said else 'nothing said'}"
