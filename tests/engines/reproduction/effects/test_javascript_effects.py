"""Each effect in JavaScript: seen, and blamed on whoever's code caused it."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.bench import NAME
from tidegate.engines.reproduction.runtimes import node_runtimes

TARGET = """
const fs = require("fs"), net = require("net"), http = require("http");
const { exec, execSync, spawnSync } = require("child_process");
module.exports = {
  exec: (command) => exec(command),
  execSync: (command) => execSync(command),
  spawnSync: (command) => spawnSync(command),
  execute: (text) => eval(text),
  compile: (text) => new Function(text),
  vm: (text) => require("vm").runInThisContext(text),
  read: (path) => fs.readFileSync(path, "utf8"),
  readLater: (path) => setTimeout(() => fs.readFile(path, () => undefined), 5),
  readPromise: async (path) => (await fs.promises.readFile(path)).length,
  stream: (path) => fs.createReadStream(path).resume(),
  write: (path) => fs.writeFileSync(path, "x"),
  writeStream: (path) => fs.createWriteStream(path).end("x"),
  rename: (path) => { fs.writeFileSync("/work/s", "x"); fs.copyFileSync("/work/s", path); },
  connect: (url) => {
    net.connect(new URL(url).port, "127.0.0.1").on("connect", function () { this.end(); });
  },
  get: (url) => http.get(url, (answer) => answer.resume()),
  assign: (object, key, name, value) => { object[key][name] = value; },
  define: (object, key, name, value) => {
    Object.defineProperty(object[key], name, { value, enumerable: true });
  },
  merge: function merge(into, from) {
    for (const key in from) {
      if (typeof from[key] === "object") merge(into[key] || (into[key] = {}), from[key]);
      else into[key] = from[key];
    }
  },
  call: (f, ...rest) => f(...rest),
  slow: (n) => { let x = 0; for (let i = 0; i < n * n; i += 1) x += i % 7; return x; },
  pattern: (n) => /\\n+$/.test("\\n".repeat(n) + "x"),
};
"""

PRELUDE = f"const t = require('{NAME}'), E = process.env, fs = require('fs');\n"
NONCE = "E.TIDEGATE_NONCE"

BY_THE_TARGET = {
    "code-execution": [
        "t.exec(E.TIDEGATE_CANARY)",
        "t.execSync(E.TIDEGATE_CANARY)",
        "t.spawnSync(E.TIDEGATE_CANARY)",
        "t.execute('tidegate_canary()')",
        "t.compile('tidegate_canary()')()",
        "t.compile('tidegate_canary()\\n//# sourceURL=template')()",
        "setTimeout(t.compile('tidegate_canary()'), 5)",
        "t.vm('(function () { tidegate_canary(); })')()",
    ],
    "file-read": [
        "t.read(E.TIDEGATE_SECRET)",
        "t.readLater(E.TIDEGATE_SECRET)",
        "t.readPromise(E.TIDEGATE_SECRET)",
        "t.stream(E.TIDEGATE_SECRET)",
        "fs.symlinkSync(E.TIDEGATE_SECRET, 'link'); t.read('link')",
        "t.read(Buffer.from(E.TIDEGATE_SECRET))",
    ],
    "file-write": [
        "t.write(E.TIDEGATE_DROP)",
        "t.writeStream(E.TIDEGATE_DROP)",
        "t.rename(E.TIDEGATE_DROP)",
    ],
    "network-request": ["t.connect(E.TIDEGATE_URL)", "t.get(E.TIDEGATE_URL)"],
    "prototype-pollution": [
        f"t.assign({{}}, '__proto__', {NONCE}, 1)",
        f"t.define({{}}, '__proto__', {NONCE}, 1)",
        f't.merge({{}}, JSON.parse(`{{"__proto__": {{"${{{NONCE}}}": 1}}}}`))',
    ],
}

BY_THE_PROOF = {
    "code-execution": [
        "require('child_process').execSync(E.TIDEGATE_CANARY)",
        "tidegate_canary()",
        "t.call(() => tidegate_canary())",
        "t.call(new Function('tidegate_canary()'))",
    ],
    "file-read": [
        "fs.readFileSync(E.TIDEGATE_SECRET)",
        "t.call(() => fs.readFileSync(E.TIDEGATE_SECRET))",
    ],
    "file-write": ["fs.writeFileSync(E.TIDEGATE_DROP, 'x')"],
    "network-request": ["require('http').get(E.TIDEGATE_URL, (answer) => answer.resume())"],
    "prototype-pollution": [
        f"Object.prototype[{NONCE}] = 1",
        f"t.call(() => {{ Object.prototype[{NONCE}] = 1; }})",
    ],
}

CASES = [(effect, line) for effect, lines in BY_THE_TARGET.items() for line in lines]
OWN = [(effect, line) for effect, lines in BY_THE_PROOF.items() for line in lines]


@pytest.mark.parametrize(("effect", "line"), CASES)
def test_what_the_target_does_is_blamed_on_the_target(bench, effect, line):
    run = bench.run(effect, PRELUDE + line, TARGET, language="javascript")

    assert run.sighting.fired, run.stderr
    assert run.sighting.attributed, run.sighting.reason
    assert run.sighting.signature
    assert run.tampered is None
    assert run.target_used


@pytest.mark.parametrize(("effect", "line"), OWN)
def test_what_the_proof_does_is_not_blamed_on_the_target(bench, effect, line):
    run = bench.run(effect, PRELUDE + line, TARGET, language="javascript")

    assert run.sighting.fired, run.stderr
    assert not run.sighting.attributed


@pytest.mark.parametrize("effect", [*BY_THE_TARGET, "assertion", "memory-safety"])
def test_a_program_that_only_uses_the_target_shows_nothing(bench, effect):
    program = PRELUDE + "t.call(console.log, 'SUCCESS: polluted'); t.merge({}, { a: { b: 1 } })"
    run = bench.run(effect, program, TARGET, language="javascript")

    assert not run.sighting.fired
    assert run.worked, run.stderr
    assert run.target_used


@pytest.mark.slow
@pytest.mark.parametrize("runtime", node_runtimes(), ids=lambda runtime: runtime.version)
@pytest.mark.parametrize("effect", BY_THE_TARGET)
def test_every_node_at_hand_sees_the_same(bench, runtime, effect):
    theirs = bench.run(
        effect, PRELUDE + BY_THE_TARGET[effect][0], TARGET, language="javascript", runtime=runtime
    )
    own = bench.run(
        effect, PRELUDE + BY_THE_PROOF[effect][0], TARGET, language="javascript", runtime=runtime
    )

    assert theirs.sighting.attributed, (theirs.sighting.reason, theirs.stderr)
    assert own.sighting.fired
    assert not own.sighting.attributed


def test_another_package_without_the_target_is_not_the_target(bench):
    other = "module.exports = (c) => require('child_process').execSync(c);"
    program = "require('other_package')(process.env.TIDEGATE_CANARY)"
    run = bench.run("code-execution", program, "", language="javascript", other=other)

    assert run.sighting.fired
    assert not run.sighting.attributed
    assert "another package" in run.sighting.reason


@pytest.mark.parametrize("call", ["slow(1500 * {})", "pattern(4000 * {})"])
def test_a_slow_target_is_caught_while_it_works(bench, call):
    program = PRELUDE + "t." + call.format("Number(E.TIDEGATE_SCALE)")
    run = bench.run("denial-of-service", program, TARGET, language="javascript", harmless={1: 0.05})

    assert run.sighting.fired, run.scales
    assert run.sighting.attributed, run.sighting.reason


def test_a_target_that_never_ends_is_caught_while_it_works(bench):
    target = "module.exports = () => { for (;;) ; };"
    program = f"require('{NAME}')()"
    run = bench.run(
        "denial-of-service", program, target, language="javascript", timeout=2, harmless={1: 0.05}
    )

    assert run.sighting.attributed, run.sighting.reason


def test_a_trap_that_nobody_touched_is_not_to_be_found(bench):
    program = (
        "const n = process.env.TIDEGATE_NONCE, P = Object.prototype;\n"
        "const found = [P.hasOwnProperty(n), Object.getOwnPropertyDescriptor(P, n), ({})[n],\n"
        "  Object.keys({ a: 1 }).length, JSON.stringify({})];\n"
        "const o = {}; o[n] = 5; found.push(Object.keys(o)[0] === n, o.hasOwnProperty(n));\n"
        "let c = 0; for (const k in {}) c += 1; found.push(c);\n"
        "console.log(JSON.stringify(found));\n"
    )
    run = bench.run("prototype-pollution", program, "", language="javascript")

    assert run.stdout.strip() == '[false,null,null,1,"{}",true,true,0]'
    assert not run.sighting.fired
