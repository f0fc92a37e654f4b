"""How a package of npm says that it is tested, and what its tests said."""

from __future__ import annotations

import json

import pytest

from tidegate.engines.reproduction.fixes.node_tests import node_plan, parse_node

TESTS = {
    "test/a.js": b"const test = require('tape'); require('../'); require('fs');",
    "test/deep/b.js": b"import x from 'tape/promise';",
    "test.js": b"",
    "test/data.json": b"{}",
}


def plan(script: str, tmp_path, **scripts: str):
    manifest = {"scripts": {"test": script, **scripts}, "devDependencies": {"tape": "^4", "x": "1"}}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    return node_plan(tmp_path, TESTS, lambda name, wanted: f"{wanted[1:]}.9.0")


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("tap test/*.js", ["test/a.js", "test/deep/b.js"]),
        ("nyc tape 'test/**/*.js' | tap-spec", ["test/a.js", "test/deep/b.js"]),
        ("standard && node test.js", ["test.js"]),
        ("npm run lint && npm run tests-only", ["test/a.js"]),
        ("NODE_ENV=test mocha", ["test.js", "test/a.js"]),
        ("c8 node --test test/a.js", ["test/a.js"]),
    ],
)
def test_runner_and_files_are_read_from_the_script(script, files, tmp_path):
    found = plan(script, tmp_path, **{"tests-only": "tape ./test/a.js", "lint": "eslint ."})
    assert (list(found.files), found.problem) == (files, "")
    assert ("tape", "4.9.0") in found.needs
    assert "x" not in dict(found.needs)  # no test asks for it


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("jest", "'jest', is not one that is known"),
        ("rm -rf /", "'rm', is not one"),
        ("tape none/*.js", "names no file"),
        ("", "no test script"),
        ("npm run test", "no test script"),
    ],
)
def test_what_is_not_known_is_said_and_not_run(script, told, tmp_path):
    assert told in plan(script, tmp_path).problem


def test_the_outcome_of_each_test_is_read_whatever_was_printed():
    said = (
        "TAP version 13\n# one\nok 1 a\nnot ok 2 a\n    ok 3 - b # time=2ms\nok 4 c # SKIP\nokay\n"
    )
    found = parse_node([{"file": "t.js", "code": 1, "said": said}])
    assert found.tests == {
        "t.js: a (1)": "passed",
        "t.js: a (2)": "failed",
        "t.js: b (1)": "passed",
        "t.js: c (1)": "skipped",
    }
    assert found.ended == {"t.js": False}


@pytest.mark.parametrize("document", [None, {}, [1], [{"file": 1}]])
def test_what_is_no_result_is_none(document):
    assert parse_node(document).problem
