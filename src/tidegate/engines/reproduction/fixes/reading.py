"""How the bytes of a stranger become a `Fix`: strictly, and within bounds.

A diff is read twice: by a scanner here, which knows every line that a unified diff of plain texts
can have and refuses all others, and by `unidiff`. Both must agree on the files and the hunks, so
that what was tried is what `git apply` would make of it. Nothing is applied here, and no path of a
diff is ever used as a path of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import NoReturn

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as ParsedHunk
from unidiff.patch import PatchedFile, PatchSet

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.targets import TargetError, parse_target
from tidegate.engines.reproduction.ecosystems.archives import ArchiveError, member_path
from tidegate.engines.reproduction.fixes.patching import Change, Hunk
from tidegate.engines.reproduction.fixes.values import Files, Fix, FixKind

MAX_DIFF_BYTES = 1 << 20
MAX_CHANGED_FILES = 300
MAX_HUNKS = 3000
MAX_TESTS = 10
MAX_TEST_BYTES = 1 << 20

_DEV_NULL = "/dev/null"
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(?: .*)?")
_MODE = re.compile(r"(?:new|deleted) file mode (\d+)")
_HEADERS = ("diff --git ", "index ", "Index: ", "=====", "--- ", "+++ ")
_MOVES = ("rename ", "copy ", "similarity ", "dissimilarity ")
_PLAIN_MODES = ("100644", "100755")
_TEST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


class FixError(ValueError):
    """Bytes are not a fix that can be tried; one sentence with the place and the mend."""


def read_fix(
    raw: bytes,
    *,
    package: str,
    base: str,
    tests: Mapping[str, bytes] | None = None,
    name: str = "the diff",
) -> Fix:
    """Read a unified diff as a fix of a package.

    Args:
        raw: the diff, as `git diff` or `diff -u` writes it; UTF-8.
        package: package URL, such as `pkg:npm/minimist`; a version in it is refused.
        base: the version that the diff is against.
        tests: regression tests by file name.
        name: how messages call the diff.

    Raises:
        FixError: it is not a diff that can be tried.
    """
    fix = Fix(FixKind.PATCH, _package(package), _version(base), diff=raw, tests=_tests(tests))
    changes(fix, name)
    return fix


def released_fix(
    package: str, base: str, version: str, *, tests: Mapping[str, bytes] | None = None
) -> Fix:
    """Return a released version as a fix of `base`.

    Raises:
        FixError: a name or a version cannot be one.
    """
    if base == version:
        raise FixError(f"version {shown(version)} is the one that is to be mended; name another")
    return Fix(
        FixKind.RELEASE, _package(package), _version(base), _version(version), tests=_tests(tests)
    )


def changes(fix: Fix, name: str = "the diff") -> tuple[Change, ...]:
    """Return what a patch does, file by file; nothing for a release.

    Raises:
        FixError: it is not a diff that can be tried.
    """
    if fix.kind is FixKind.RELEASE:
        return ()
    raw = fix.diff
    if len(raw) > MAX_DIFF_BYTES:
        raise FixError(f"{name} has {len(raw):,} bytes; at most {MAX_DIFF_BYTES:,}; leave out more")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FixError(
            f"{name} byte {error.start}: it is not UTF-8; only texts can be patched"
        ) from error
    if "\0" in text:
        raise FixError(f"{name} holds a NUL byte; only texts can be patched")
    files, hunks = _scan(text, name)
    try:
        parsed = PatchSet(StringIO(text))
    except (UnidiffParseError, ValueError, IndexError) as error:
        raise FixError(f"{name}: {str(error).strip()[:200]}; make it with git diff") from error
    if len(parsed) != files or sum(len(file) for file in parsed) != hunks:
        raise FixError(f"{name} can be read in two ways; make it with git diff --no-renames")
    found = tuple(_change(file, name) for file in parsed)
    paths = [change.path for change in found]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise FixError(f"{name} changes {shown(twice)} twice; put it together")
    return found


def _scan(text: str, name: str) -> tuple[int, int]:
    """Return the number of files and hunks, or refuse the first line that is neither's."""
    files = hunks = old = new = 0
    begun = trailer = False
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        place = f"{name} line {number}"
        if old or new:
            sign = line[:1] or " "
            if sign == "\\":
                continue
            if sign not in " +-":
                raise FixError(f"{place}: the hunk ends too early; make the diff anew")
            old, new = old - (sign in " -"), new - (sign in " +")
            if min(old, new) < 0:
                raise FixError(f"{place}: the hunk holds more than it says; make the diff anew")
        elif trailer or not line or line.startswith("\\ "):
            continue  # `git format-patch` ends with its own version
        elif found := _HUNK.fullmatch(line.rstrip("\r")):
            hunks += 1
            old, new = int(found[2] or 1), int(found[4] or 1)
        elif begun and line.rstrip() == "--":
            trailer = True
        else:
            begun = begun or line.startswith(("diff --git ", "--- "))
            files += line.startswith("+++ ")
            _check_header(line, place, begun=begun)
    if old or new:
        raise FixError(f"{name} ends inside a hunk; make the diff anew")
    if not hunks:
        raise FixError(f"{name} holds no hunk of a unified diff; make it with git diff")
    if files > MAX_CHANGED_FILES or hunks > MAX_HUNKS:
        raise FixError(
            f"{name} changes {files:,} files in {hunks:,} places; at most {MAX_CHANGED_FILES} and"
            f" {MAX_HUNKS:,}; send what mends the bug alone"
        )
    return files, hunks


def _check_header(line: str, place: str, *, begun: bool) -> None:
    if line.startswith(("GIT binary patch", "Binary file")):
        raise FixError(f"{place}: a binary file cannot be patched; leave it out")
    if not begun:
        return  # the words of a commit before its diff
    if line.startswith(_MOVES):
        raise FixError(f"{place}: files cannot be moved; make the diff with git diff --no-renames")
    if line.startswith(("old mode ", "new mode ")):
        raise FixError(f"{place}: modes cannot be changed; leave that out")
    mode = _MODE.fullmatch(line.rstrip())
    if mode and mode[1] not in _PLAIN_MODES:
        raise FixError(f"{place}: a link or a submodule cannot be patched in; leave it out")
    if not mode and not line.startswith(_HEADERS):
        raise FixError(f"{place}: {shown(line)} is not a line of a unified diff; remove it")


def _change(file: PatchedFile, name: str) -> Change:
    adds, removes = file.source_file == _DEV_NULL, file.target_file == _DEV_NULL
    source, target = _path(file.source_file, "a/", name), _path(file.target_file, "b/", name)
    if adds and removes:
        raise FixError(f"{name} changes a file without a name; make it with git diff")
    if not adds and not removes and source != target:
        raise FixError(
            f"{name} calls one file {shown(source)} and {shown(target)}; write the same path twice"
        )
    return Change(
        path=source if removes else target,
        adds=adds,
        removes=removes,
        hunks=tuple(_hunk(hunk, name) for hunk in file),
    )


def _path(written: str, prefix: str, name: str) -> str:
    if written == _DEV_NULL:
        return ""
    path = written.strip().removeprefix(prefix)
    if written.startswith('"') or "\\" in path:
        raise FixError(f"{name}: the path {shown(written)} has signs that cannot be read here")
    try:
        clean = member_path(path)
    except ArchiveError as error:
        raise FixError(f"{name}: {error}; write paths below the package's root") from error
    if not clean or clean.split("/")[0] in (".git", "node_modules"):
        raise FixError(f"{name}: {shown(path)} is no file of the package; leave it out")
    return clean


def _hunk(hunk: ParsedHunk, name: str) -> Hunk:
    old: list[bytes] = []
    new: list[bytes] = []
    last = "?"
    for line in hunk:
        kind = line.line_type or " "
        if kind == "\\":
            for lines in (old if last in " -" else [], new if last in " +" else []):
                if lines:
                    lines[-1] = lines[-1].removesuffix(b"\n")
            continue
        value = line.value.encode()
        if kind in " -":
            old.append(value)
        if kind in " +":
            new.append(value)
        last = kind
    if not old and not new:
        raise FixError(f"{name} holds an empty hunk; make it with git diff")
    return Hunk(hunk.source_start, tuple(old), tuple(new))


def _package(purl: str) -> str:
    try:
        target = parse_target(purl)
    except TargetError as error:
        raise FixError(f"the package {shown(purl)} {error}") from error
    if target.version is not None or "?" in purl or "#" in purl:
        raise FixError(f"the package {shown(purl)} has more than a name; write pkg:npm/minimist")
    return purl


def _version(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+!_~-]{0,255}", text):
        raise FixError(f"{shown(text)} is not a version that a release can have; write 1.2.3")
    return text


def _tests(tests: Mapping[str, bytes] | None) -> Files:
    given = dict(tests or {})
    if len(given) > MAX_TESTS:
        _refuse_tests(f"{len(given)} tests are given; at most {MAX_TESTS}")
    for name, content in given.items():
        if not _TEST_NAME.fullmatch(name):
            _refuse_tests(f"the test {shown(name)} has no plain file name; write test.js")
        if len(content) > MAX_TEST_BYTES:
            _refuse_tests(f"the test {shown(name)} has more than {MAX_TEST_BYTES:,} bytes; cut it")
    return given


def _refuse_tests(reason: str) -> NoReturn:
    raise FixError(reason)
