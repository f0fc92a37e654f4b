"""Reading a diff of a stranger, and putting it on files: to the letter or not at all."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegate.engines.reproduction.fixes.patching import PatchError, applied
from tidegate.engines.reproduction.fixes.reading import (
    MAX_DIFF_BYTES,
    FixError,
    changes,
    read_fix,
    released_fix,
)
from tidegate.engines.reproduction.fixes.values import Fix

DIFFS = Path(__file__).parent / "diffs"
SMALL = b"""\
--- a/index.js
+++ b/index.js
@@ -1,3 +1,3 @@
 one
-two
+zwei
 three
"""


def read(raw: bytes) -> Fix:
    return read_fix(raw, package="pkg:npm/setter", base="1.0.0", name="x.diff")


def patch(raw: bytes, content: bytes | None) -> bytes | None:
    (change,) = changes(read(raw))
    return applied(change, content)[0]


@pytest.mark.parametrize("name", ["incomplete", "complete"])
def test_what_git_writes_is_read(name):
    fix = read((DIFFS / f"minimist-1.2.1-{name}.diff").read_bytes())
    paths = [(change.path, change.adds) for change in changes(fix)]
    assert paths == [("index.js", False), ("test/proto.js", True)][: len(paths)]
    assert Fix.from_data(fix.to_data()) == fix


def test_a_hunk_finds_its_lines_further_down_and_nowhere_else():
    assert patch(SMALL, b"one\ntwo\nthree\n") == b"one\nzwei\nthree\n"
    (change,) = changes(read(SMALL))
    assert applied(change, b"0\n0\none\ntwo\nthree\n") == (b"0\n0\none\nzwei\nthree\n", 2)
    for other in (b"one\ntwo\nthree", b"one\r\ntwo\r\nthree\r\n", b"one\nTWO\nthree\n", b""):
        with pytest.raises(PatchError, match=r"hunk 1 of index\.js"):
            applied(change, other)
    with pytest.raises(PatchError, match="is not there"):
        applied(change, None)


def test_a_file_comes_and_a_file_goes():
    new = b"--- /dev/null\n+++ b/new.js\n@@ -0,0 +1 @@\n+1\n\\ No newline at end of file\n"
    gone = b"--- a/old.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
    assert patch(new, None) == b"1"
    assert patch(gone, b"1\n") is None
    with pytest.raises(PatchError, match="is there already"):
        patch(new, b"")
    with pytest.raises(PatchError, match="holds more"):
        patch(gone, b"1\n2\n")


HOSTILE = {
    "climbs": (SMALL.replace(b"index.js", b"../../etc/passwd"), "climbs out"),
    "absolute": (SMALL.replace(b"a/index.js", b"/etc/x").replace(b"b/index.js", b"/etc/x"), "abs"),
    "of git": (SMALL.replace(b"index.js", b".git/hooks/x"), "no file of the package"),
    "of others": (SMALL.replace(b"index.js", b"node_modules/y/x.js"), "no file of the package"),
    "quoted": (SMALL.replace(b"a/index.js", b'"a/\\151.js"'), "cannot be read here"),
    "renames": (SMALL.replace(b"b/index.js", b"b/other.js"), "write the same path twice"),
    "moves": (
        b"diff --git a/a.js b/b.js\nsimilarity index 90%\nrename from a.js\nrename to b.js\n"
        + SMALL,
        "--no-renames",
    ),
    "binary": (b"diff --git a/x b/x\nGIT binary patch\nliteral 3\nzzz\n", "binary file"),
    "differs": (SMALL + b"Binary files a/x and b/x differ\n", "binary file"),
    "a link": (
        b"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
        "a link or a submodule",
    ),
    "modes": (b"diff --git a/x b/x\nold mode 100644\nnew mode 104755\n" + SMALL, "modes"),
    "words between": (SMALL + b"rm -rf /\n" + SMALL.replace(b"index", b"o"), "not a line of"),
    "twice": (SMALL + SMALL, "changes 'index.js' twice"),
    "too short": (SMALL[:-8], "inside a hunk"),
    "too long": (SMALL.replace(b"1,3 +1,3", b"1,3 +1,2"), "x.diff line"),
    "no diff": (b"hello\n", "no hunk"),
    "empty": (b"", "no hunk"),
    "NUL": (SMALL.replace(b"zwei", b"\0"), "NUL"),
    "Latin-1": (SMALL.replace(b"zwei", b"\xe9"), "not UTF-8"),
    "large": (b" " * (MAX_DIFF_BYTES + 1), "at most"),
    "many": (
        b"".join(SMALL.replace(b"index", b"i%d" % number) for number in range(301)),
        "at most 300",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_patch_of_texts_in_the_package_is_refused_in_one_sentence(name):
    raw, told = HOSTILE[name]
    with pytest.raises(FixError, match=told) as error:
        read(raw)
    assert str(error.value).isprintable()


pieces = st.sampled_from(
    [*SMALL.splitlines(keepends=True), b"\\ No newline at end of file\n", b"-- \n", b"\n", b"@@ @@"]
)


@settings(max_examples=150)
@given(st.lists(pieces, max_size=14).map(b"".join) | st.binary(max_size=60))
@example(b"--- a/x\n+++ b/x\n@@ -0,0 +0,0 @@\n")
def test_any_bytes_are_a_fix_or_one_clear_error(raw):
    try:
        fix = read(raw)
    except FixError as error:
        told = str(error)
    else:
        told = changes(fix)[0].path
    assert told
    assert "\n" not in told


lines = st.lists(st.sampled_from(["a", "b", "", "c\r", "-- ", "--- a/x", "+x", "@@ -1 +1 @@"]))


@settings(max_examples=150)
@given(lines, lines)
def test_the_difference_of_two_texts_makes_one_of_the_other(before, after):
    diff = list(difflib.unified_diff(before, after, "a/x.js", "b/x.js", lineterm=""))
    if diff:
        old = "".join(f"{line}\n" for line in before).encode()
        made = patch("".join(f"{line}\n" for line in diff).encode(), old)
        assert made == "".join(f"{line}\n" for line in after).encode()


@pytest.mark.parametrize(
    ("package", "base", "version", "told"),
    [
        ("npm/x", "1", "2", "is not a package URL"),
        ("pkg:npm/x@1", "1", "2", "more than a name"),
        ("pkg:npm/x", "1/..", "2", "not a version"),
        ("pkg:npm/x", "1", "-r evil", "not a version"),
        ("pkg:npm/x", "1", "1", "name another"),
    ],
)
def test_a_release_has_names_that_can_be(package, base, version, told):
    with pytest.raises(FixError, match=told):
        released_fix(package, base, version)


@pytest.mark.parametrize("name", ["../x.js", "", ".hidden", "a/b.js", "x" * 101])
def test_a_test_has_a_plain_name(name):
    with pytest.raises(FixError, match="plain file name"):
        released_fix("pkg:npm/x", "1", "2", tests={name: b""})
