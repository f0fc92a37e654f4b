"""Where a frame was, told from the target's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.engines.reproduction.packages import Archive, Installation, Release, Runtime
from tidegate.engines.reproduction.target_code import InstalledCode
from tidegate.engines.sandbox.model import Bind

ROOT = "/store/setter@1.0.0/node_modules/setter"
NODE = Runtime("javascript", "20.0.0", "/node", (), "d" * 64)
TEXT = """\
class A {
  load(text) {
    return run(text);
  }
}

class B {
  load(text) {
    return run(text);
  }

  dump() { return eval(this.text); }
}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "setter"
    folder.mkdir()
    return folder


def code(package: Path, content: str | bytes = TEXT, **more: object) -> InstalledCode:
    raw = content.encode() if isinstance(content, str) else content
    (package / "index.js").write_bytes(raw)
    return InstalledCode(installation(package), NODE)


def installation(package: Path, archive: str = "a" * 64) -> Installation:
    return Installation(
        Release("setter", "1.0.0"),
        binds=(Bind(package, ROOT),),
        target_roots=(ROOT,),
        archives=(Archive("setter", "1.0.0", "setter.tgz", archive),),
    )


def place(made: InstalledCode, line: int, file: str = "index.js") -> str | None:
    return made.place(f"{ROOT}/{file}", line)


def test_a_file_is_named_by_its_path_in_the_package(package):
    made = code(package)

    assert made.path(f"{ROOT}/lib/a.js") == "lib/a.js"
    assert made.path(f"file://{ROOT}/lib/a%20b.mjs") == "lib/a b.mjs"
    assert made.path("/work/proof.js") is None
    assert made.path(f"{ROOT}-else/index.js") is None
    assert made.path("<compiled>") is None


def test_a_line_that_is_there_once_is_its_own_place(package):
    assert place(code(package), 12) == "dump() { return eval(this.text); }"


def test_lines_that_are_there_twice_are_told_apart_by_what_is_around_them(package):
    made = code(package)

    assert place(made, 3) != place(made, 9)
    assert "return run(text);" in str(place(made, 3))


def test_indentation_blank_lines_and_line_ends_make_no_difference(package):
    before = place(code(package), 9)
    spaced = TEXT.replace("\n\n", "\n\n\n\n").replace("  ", "\t").replace("\n", "\r\n")
    line = spaced.split("\r\n").index("class B {") + 3

    assert place(code(package, spaced), line) == before


def test_what_is_the_same_everywhere_is_no_place(package):
    assert place(code(package, "call(x);\n" * 20), 10) is None


@pytest.mark.parametrize("content", [f"a();{'b();' * 200}\n", f"a();\n{'b();' * 200}\na();\n"])
def test_in_what_a_tool_has_packed_nothing_is_a_place(package, content):
    assert place(code(package, content), 1) is None


@pytest.mark.parametrize("line", [-1, 0, 6, 14, 99])
def test_a_line_that_is_not_there_is_no_place(package, line):
    assert place(code(package), line) is None


def test_what_cannot_be_read_is_no_place(package, tmp_path):
    made = code(package)
    (tmp_path / "secret.js").write_text("secret();\n")
    (package / "out.js").symlink_to(tmp_path / "secret.js")
    (package / "folder.js").mkdir()
    (package / "large.js").write_bytes(b"first();\n" + b" " * (5 << 20))

    for file in ("out.js", "folder.js", "large.js", "gone.js", "../secret.js", "a\0b.js"):
        assert place(made, 1, file) is None


def test_a_file_that_is_no_text_does_not_raise(package):
    assert place(code(package, b"\xff\xfe();\nx();\n"), 2) == "x();"


def test_addresses_are_those_of_one_build(package):
    builds = {
        InstalledCode(installation(package), NODE).build,
        InstalledCode(installation(package, "b" * 64), NODE).build,
        InstalledCode(installation(package), Runtime("javascript", "20", "/node", (), "e")).build,
    }
    assert len(builds) == 3
