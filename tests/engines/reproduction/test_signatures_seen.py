"""Signatures of what was really seen in the sandbox, in both languages."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.bench import NAME, Bench
from tidegate.engines.reproduction.signatures import BehaviourSignature, behaviour
from tidegate.engines.reproduction.target_code import InstalledCode

JS_TARGET = """\
function assign(target, key, value) {
  target[key] = value;
}
function walk(target, keys, value) {
  if (keys.length > 1) return walk(target[keys[0]], keys.slice(1), value);
  assign(target, keys[0], value);
}
exports.set = function set(target, path, value) {
  walk(target, path.split("."), value);
};
exports.merge = (target, from) => Object.keys(from).forEach((key) => {
  Object.keys(from[key]).forEach((inner) => { target[key][inner] = from[key][inner]; });
});
exports.copy = (target, from) => Object.keys(from).forEach((key) => {
  Object.keys(from[key]).forEach((inner) => { const to = target[key]; to[inner] = 1; });
});
exports.evaluate = (text) => eval(text);
exports.compiled = (text) => new Function(text)();
class One { load(text) { return eval(text); } }
class Two { load(text) { return eval(`(${text})`); } }
exports.One = One;
exports.Two = Two;
exports.later = (text) => setTimeout(() => exports.evaluate(text), 1);
"""
PY_TARGET = """\
import os
def launch(command): return os.system(command)
def run(command): return launch(command)
def start(command): return launch(command + " now")
def each(commands): return [launch(command) for command in commands]
class One:
    def load(self, path): return open(path).read()
class Two:
    def load(self, path):
        with open(path) as file: return file.read()
def calculate(text): return eval(text)
"""
JS = f"const t = require('{NAME}'); const n = process.env.TIDEGATE_NONCE;\n"
PY = f"import os, {NAME} as t\ncanary, secret = os.environ['TIDEGATE_CANARY'], '/witness/secret'\n"


def seen(bench: Bench, effect: str, program: str, language: str = "python") -> BehaviourSignature:
    """Run a program once and return what its behaviour is known by."""
    target, start = (PY_TARGET, PY) if language == "python" else (JS_TARGET, JS)
    run = bench.run(effect, start + program, target, language=language)
    assert run.sighting.attributed, run.stderr or run.stdout
    subject = bench.subject(effect, target, language=language)
    code = InstalledCode(subject.installation, subject.runtime)
    return behaviour(f"pkg:test/{NAME}", effect, run.sighting.detail, run.sighting.frames, code)


def pollution(bench: Bench, program: str) -> BehaviourSignature:
    return seen(bench, "prototype-pollution", program, "javascript")


def test_two_proofs_of_one_bug_have_one_key(bench):
    direct = pollution(bench, "t.set({}, `__proto__.${n}`, 1);")
    deeper = pollution(bench, "\n\nt.set({}, `constructor.prototype.${n}`, 'other');")

    assert [place.function for place in direct.places] == ["assign", "walk"]
    assert direct.matches(deeper)


def test_functions_without_a_name_are_told_apart(bench):
    merge = pollution(bench, 't.merge({}, JSON.parse(`{"__proto__": {"${n}": 1}}`));')
    copy = pollution(bench, 't.copy({}, JSON.parse(`{"__proto__": {"${n}": 1}}`));')

    assert merge.key() is not None
    assert copy.key() is not None
    assert not merge.matches(copy)


def evaluated(bench: Bench, program: str) -> BehaviourSignature:
    return seen(bench, "code-execution", program, "javascript")


def test_what_a_text_does_while_it_is_evaluated_is_known_by_who_evaluates(bench):
    plain = evaluated(bench, "t.evaluate('tidegate_canary()');")
    nested = evaluated(bench, "t.evaluate('(function f() { tidegate_canary() })()');")
    launching = evaluated(
        bench,
        "t.evaluate(\"require('child_process').execFileSync(process.env.TIDEGATE_CANARY)\");",
    )

    assert plain.places[0].function == "evaluate"
    assert plain.matches(nested)
    assert plain.matches(launching)


def test_methods_of_one_name_in_two_classes_are_told_apart(bench):
    one = evaluated(bench, "new t.One().load('tidegate_canary()');")
    two = evaluated(bench, "new t.Two().load('tidegate_canary()');")

    assert one.places[0].function == two.places[0].function == "load"
    assert one.key() is not None
    assert not one.matches(two)


def test_who_compiled_a_function_is_not_on_its_stack(bench):
    assert evaluated(bench, "t.compiled('tidegate_canary()');").empty


def test_a_callback_is_told_from_a_call(bench):
    later = evaluated(bench, "t.later('tidegate_canary()');")

    assert [place.function for place in later.places] == ["evaluate", ""]
    assert not later.matches(evaluated(bench, "t.evaluate('tidegate_canary()');"))


def test_in_python_caller_and_way_in_count_and_the_version_of_python_does_not(bench):
    run = seen(bench, "code-execution", "t.run(canary)")
    start = seen(bench, "code-execution", "t.start(canary + ';')")
    each = seen(bench, "code-execution", "t.each([canary])")

    assert [place.function for place in run.places] == ["launch", "run"]
    assert run.places[0] == start.places[0]
    assert not run.matches(start)
    # CPython 3.12 has no frame for the list any more (PEP 709).
    assert [place.function for place in each.places] == ["launch", "each"]


@pytest.mark.parametrize("how", ["t.{}().load(secret)", "t.{}().load(path=secret)"])
def test_in_python_methods_of_one_name_are_told_apart(bench, how):
    one = seen(bench, "file-read", how.format("One"))
    two = seen(bench, "file-read", how.format("Two"))

    assert one.places[0].function == two.places[0].function == "load"
    assert one.key() is not None
    assert not one.matches(two)


def test_in_python_a_text_says_nothing_of_its_maker(bench):
    assert seen(bench, "code-execution", "t.calculate('tidegate_canary()')").empty
