"""Verdicts that somebody tries to forge; `docs/threat-model.md` names each of these.

A forgery is stopped when its run is not attributed to the target, or is marked as tampered with:
either is enough for the verdict never to be `reproduced`.
"""

from __future__ import annotations

import pytest

from tests.engines.reproduction.bench import NAME, STORE
from tidegate.engines.reproduction.run_records import result_of, run_record
from tidegate.engines.reproduction.verdicts import Control, Word, judge
from tidegate.engines.sandbox import Ending

TARGET_PY = """
import os, subprocess
__version__ = "1.0.0"
def call(function, *arguments): return function(*arguments)
def compile_only(text, name="<restricted>"): return compile(text, name, "exec")
def harmless(): return subprocess.call(["/bin/sh", "-c", ":"])
"""
PY = f"import os, sys, types, {NAME} as t\n"

PYTHON = {
    "reads the version and behaves by it": (
        "if t.__version__ < '1.2': os.system(os.environ['TIDEGATE_CANARY'])"
    ),
    "compiles under the target's name": "exec(compile('tidegate_canary()', t.__file__, 'exec'))",
    "compiles a function under the target's name": (
        "space = {}\n"
        "exec(compile('def call(): tidegate_canary()', t.__file__, 'exec'), space)\nspace['call']()"
    ),
    "compiles under the runtime's name": (
        "t.call(eval(compile('lambda: tidegate_canary()', os.__file__, 'eval')))"
    ),
    "compiles under a frozen module's name": (
        "t.call(eval(compile('lambda: tidegate_canary()', '<frozen os>', 'eval')))"
    ),
    "compiles under another package's name": (
        "import other_package\n"
        "t.call(eval(compile('lambda: tidegate_canary()', other_package.__file__, 'eval')))"
    ),
    "renames code": (
        "def f(): tidegate_canary()\n"
        "types.FunctionType(f.__code__.replace(co_filename=t.__file__), {})()"
    ),
    "loads code from marshal": (
        "import marshal\ncode = compile('tidegate_canary()', t.__file__, 'exec')\n"
        "exec(marshal.loads(marshal.dumps(code)))"
    ),
    "imports compiled code with another name in it": (
        "import marshal, importlib.util, importlib.machinery as m\n"
        "code = compile('tidegate_canary()', t.__file__, 'exec')\n"
        "with open('/work/forged.pyc', 'wb') as f:\n"
        "    f.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))\n"
        "loader = m.SourcelessFileLoader('forged', '/work/forged.pyc')\n"
        "spec = importlib.util.spec_from_loader('forged', loader)\n"
        "loader.exec_module(importlib.util.module_from_spec(spec))"
    ),
    "gives its code the name that the target gives": (
        "t.compile_only('1')\nexec(compile('tidegate_canary()', '<restricted>', 'exec'))"
    ),
    "loads code under the name that the target gives": (
        "import marshal\nt.compile_only('1', '<short>')\n"
        "text = marshal.dumps(compile('tidegate_canary()', '<other>', 'exec'))\n"
        "exec(marshal.loads(text.replace(b'<other>', b'<short>')))"
    ),
    "imports code under the name that the target gives": (
        "import marshal, importlib.util, importlib.machinery as m\n"
        "t.compile_only('1', '<short>')\n"
        "text = marshal.dumps(compile('tidegate_canary()', '<other>', 'exec'))\n"
        "with open('/work/forged.pyc', 'wb') as f:\n"
        "    f.write(importlib.util.MAGIC_NUMBER + bytes(12)\n"
        "            + text.replace(b'<other>', b'<short>'))\n"
        "loader = m.SourcelessFileLoader('forged', '/work/forged.pyc')\n"
        "spec = importlib.util.spec_from_loader('forged', loader)\n"
        "loader.exec_module(importlib.util.module_from_spec(spec))"
    ),
    "replaces the code of the target's function": (
        "def call(): tidegate_canary()\nt.harmless.__code__ = call.__code__\nt.harmless()"
    ),
    "hands the target a callback": "t.call(lambda: tidegate_canary())",
    "lets the target start something else meanwhile": (
        "os.system(os.environ['TIDEGATE_CANARY'])\nt.harmless()"
    ),
    "starts it in the background": (
        "import subprocess\nsubprocess.Popen(['/bin/sh', '-c', '/witness/can*'])\n"
        "t.harmless()\nimport time; time.sleep(.3)"
    ),
    "writes the witness itself": "open('/witness/ran', 'w').close()\nt.harmless()",
    "exchanges the canary": (
        "with open(os.environ['TIDEGATE_CANARY'], 'w') as f: f.write('#!/bin/sh')\nt.harmless()"
    ),
    "searches the memory": (
        "import gc\nfor o in gc.get_objects():\n    pass\nos.system(os.environ['TIDEGATE_CANARY'])"
    ),
    "looks at all stacks": "sys._current_frames()\nt.harmless()",
    "adds a hook": "sys.addaudithook(lambda *_: None)\nt.call(os.system, '/witness/canary')",
    "uses ctypes": "import ctypes\nt.call(os.system, '/witness/canary')",
    "writes on the channel": "os.write(3, b'x' * 100)\nt.call(os.system, '/witness/canary')",
    "closes the channel": "os.close(3)\nt.call(os.system, '/witness/canary')",
    "listens to the channel": (
        "import socket\na, b = socket.socketpair()\nos.dup2(a.fileno(), 3)\n"
        "t.call(os.system, '/witness/canary')"
    ),
    "walks down the stack": (
        "frame, found = sys._getframe(), []\n"
        "while frame:\n"
        "    for space in (frame.f_locals, frame.f_globals):\n"
        "        found += [k for k, v in space.items() if type(v) is bytes and len(v) == 32]\n"
        "        found += [k for k in space if k in ('send', 'hook', 'told', 'key')]\n"
        "    frame = frame.f_back\n"
        "if found: print('FOUND', found); tidegate_canary()"
    ),
    "looks behind the canary": (
        "found = [n for n in dir(tidegate_canary) if 'closure' in n or 'globals' in n]\n"
        "print('FOUND' if found else '', found)"
    ),
    "looks for the watcher among the modules": (
        "found = [m for m in sys.modules if 'watch' in m or 'harness' in m]\n"
        "print('FOUND' if found else '', found)"
    ),
    "exchanges what the watcher might use": (
        "import builtins, json, posix\n"
        "builtins.type = lambda *a: (tidegate_canary(), str)[1]\n"
        "builtins.len = builtins.str = builtins.set = lambda *a: 0\n"
        "json.dumps = os.write = posix.write = lambda *a: 0\n"
        "tidegate_canary()"
    ),
}

TARGET_JS = """
module.exports = {
  version: "1.0.0",
  call: (f, ...rest) => f(...rest),
  harmless: () => require("child_process").execSync(":"),
};
"""
JS = f"const t = require('{NAME}'), E = process.env, fs = require('fs'), vm = require('vm');\n"
FILE = f"{STORE}/index.js"

JAVASCRIPT = {
    "reads the version and behaves by it": (
        "if (t.version < '1.2') require('child_process').execSync(E.TIDEGATE_CANARY)"
    ),
    "compiles under the target's name": (
        f"vm.runInThisContext('tidegate_canary()', {{ filename: '{FILE}' }})"
    ),
    "compiles a script under the target's name": (
        f"new vm.Script('tidegate_canary()', '{FILE}').runInThisContext()"
    ),
    "finds the real class of scripts": (
        f"new (Object.getPrototypeOf(new vm.Script('1')).constructor)"
        f"('tidegate_canary()', {{ filename: '{FILE}' }}).runInThisContext()"
    ),
    "changes its mind about the name": (
        "let n = 0; vm.runInThisContext('tidegate_canary()', "
        f"{{ get filename() {{ n += 1; return n < 2 ? 'a.js' : '{FILE}'; }} }})"
    ),
    "compiles a function under the target's name": (
        f"vm.compileFunction('tidegate_canary()', [], {{ filename: '{FILE}' }})()"
    ),
    "compiles a module under the target's name": (
        f"const M = require('module'); new M('{FILE}')._compile('tidegate_canary()', '{FILE}')"
    ),
    "compiles under the runtime's name": (
        "t.call(vm.runInThisContext('() => tidegate_canary()', { filename: 'node:fs' }))"
    ),
    "says where its text comes from": (f"eval('tidegate_canary()\\n//# sourceURL={FILE}')"),
    "says it of a function": (f"new Function('tidegate_canary()\\n//# sourceURL={FILE}')()"),
    "finds another constructor of functions": (
        "const F = Object.getPrototypeOf(async function () {}).constructor; "
        f"F('tidegate_canary()\\n//# sourceURL={FILE}')()"
    ),
    "says it in a nested text": (
        f"eval('eval(\"tidegate_canary()\")\\n//# sourceURL=eval at x ({FILE}:1:1)')"
    ),
    "names a function like a place": (
        f"const o = {{ 'x ({FILE}:1:1)': () => eval('tidegate_canary()') }}; o['x ({FILE}:1:1)']()"
    ),
    "exchanges what the loader reads": (
        f"delete require.cache['{FILE}']; const r = fs.readFileSync, f = '{FILE}'; "
        "fs.readFileSync = (p, ...o) => (String(p) === f ? 'tidegate_canary()' : r(p, ...o)); "
        f"require('{NAME}')"
    ),
    "hands the target a callback": "t.call(() => tidegate_canary())",
    "lets the target start something else meanwhile": (
        "require('child_process').execSync(E.TIDEGATE_CANARY); t.harmless()"
    ),
    "starts it in the background": (
        "require('child_process').spawn('/bin/sh', ['-c', '/witness/can*']); t.harmless()"
    ),
    "writes the witness itself": "fs.writeFileSync('/witness/ran', ''); t.harmless()",
    "formats stacks itself": ("Error.prepareStackTrace = () => []; tidegate_canary()"),
    "formats stacks for good": (
        "Object.defineProperty(Error, 'prepareStackTrace', { value: () => [], writable: false }); "
        "tidegate_canary()"
    ),
    "hides the stack": (
        "Object.defineProperty(Error, 'stackTraceLimit', { value: 0 }); tidegate_canary()"
    ),
    "exchanges the class of errors": "globalThis.Error = class {}; tidegate_canary()",
    "changes how messages are written": (
        "for (const P of [Object, Array, String, Set, Map, Buffer, RegExp]) "
        "P.prototype.toJSON = () => ({ owner: 'target' }); "
        "Set.prototype.has = () => false; Map.prototype.get = () => 'target'; "
        "String.prototype.startsWith = () => true; RegExp.prototype.exec = () => ['', '/x']; "
        "Array.prototype[Symbol.iterator] = function* () {}; JSON.stringify = () => '\"target\"'; "
        "Function.prototype.call = Function.prototype.apply = () => 'target'; "
        "tidegate_canary()"
    ),
    "catches elements of arrays": (
        "for (let i = 0; i < 99; i += 1) Object.defineProperty(Array.prototype, i, "
        "{ set(v) { Object.defineProperty(this, i, { value: 'target' }); } }); tidegate_canary()"
    ),
    "uses the inspector": (
        "const s = new (require('inspector').Session)(); s.connect(); t.call(tidegate_canary)"
    ),
    "opens the inspector": "require('inspector').open(0); t.call(tidegate_canary)",
    "opens it by a signal": "process.kill(process.pid, 'SIGUSR1'); setTimeout(() => { "
    "console.log(require('inspector').url() ? 'FOUND' : ''); }, 200)",
    "uses inner bindings": "process.binding('fs'); t.call(tidegate_canary)",
    "starts a thread": (
        "new (require('worker_threads').Worker)('1', { eval: true }); t.call(tidegate_canary)"
    ),
    "takes a picture of the memory": ("require('v8').getHeapSnapshot(); t.call(tidegate_canary)"),
    "changes flags": (
        "require('v8').setFlagsFromString('--allow-natives-syntax'); t.call(tidegate_canary)"
    ),
    "writes on the channel": "fs.writeSync(3, 'x'.repeat(99)); t.call(tidegate_canary)",
    "closes the channel": "fs.closeSync(3); t.call(tidegate_canary)",
    "finds the watcher's modules": (
        "const found = Object.keys(require.cache).filter((k) => k.includes('harness')); "
        "console.log(found.length > 1 ? 'FOUND' : '', found)"
    ),
    "loads the watcher again": (
        "try { console.log(require('/harness/javascript/channel.cjs')().key); } catch (e) {} "
        "t.call(tidegate_canary)"
    ),
}


def stopped(run) -> bool:
    blamed = run.sighting.attributed and run.tampered is None
    return not blamed and "FOUND" not in run.stdout


@pytest.mark.parametrize("name", PYTHON)
def test_a_forgery_in_python_is_stopped(bench, name):
    run = bench.run("code-execution", PY + PYTHON[name], TARGET_PY, timeout=5)

    assert stopped(run), (run.sighting, run.tampered, run.stdout, run.frames)
    assert "SyntaxError" not in run.stderr


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_a_forgery_in_javascript_is_stopped(bench, name):
    run = bench.run(
        "code-execution", JS + JAVASCRIPT[name], TARGET_JS, language="javascript", timeout=5
    )

    assert stopped(run), (run.sighting, run.tampered, run.stdout, run.frames)
    assert "SyntaxError" not in run.stderr


def test_a_slow_loop_under_the_targets_name_is_not_the_targets(bench):
    program = PY + (
        "space = {}\n"
        "exec(compile('def call(n):\\n for i in range(n * n): pass', t.__file__, 'exec'), space)\n"
        "space['call'](400 * int(os.environ['TIDEGATE_SCALE']))"
    )
    run = bench.run("denial-of-service", program, TARGET_PY, harmless={1: 0.03})

    assert stopped(run), run.sighting


def test_a_slow_text_that_claims_a_place_is_not_the_targets(bench):
    program = JS + (
        "eval('(function slow(n) { for (let i = 0; i < n * n; i += 1) ; })\\n"
        f"//# sourceURL={FILE}')(4000 * Number(E.TIDEGATE_SCALE))"
    )
    run = bench.run(
        "denial-of-service", program, TARGET_JS, language="javascript", harmless={1: 0.05}
    )

    assert stopped(run), run.sighting


def test_a_slow_script_under_the_targets_name_is_not_the_targets(bench):
    program = JS + (
        f"vm.runInThisContext('(function slow(n) {{ for (let i = 0; i < n * n; i += 1) ; }})',"
        f" '{FILE}')(4000 * Number(E.TIDEGATE_SCALE))"
    )
    run = bench.run(
        "denial-of-service", program, TARGET_JS, language="javascript", harmless={1: 0.05}
    )

    assert run.sighting.fired
    assert stopped(run), run.sighting


def test_samples_that_the_program_writes_are_not_believed(bench):
    program = PY + (
        "text = 'Current thread 0x1 (most recent call first):\\n"
        f'  File "/target/{NAME}/__init__.py", line 1 in call\\n\'\n'
        "os.write(4, text.encode() * 50)\n"
        "n = 400 * int(os.environ['TIDEGATE_SCALE'])\nfor i in range(n * n): pass"
    )
    run = bench.run("denial-of-service", program, TARGET_PY, harmless={1: 0.03})

    assert run.tampered is not None


@pytest.mark.parametrize("exit_code", [139, 134, 1])
def test_a_banner_and_an_exit_code_are_no_crash(bench, exit_code):
    program = PY + (
        "sys.stderr.write('==1==ERROR: AddressSanitizer: heap-buffer-overflow')\n"
        f"sys.stderr.flush(); os._exit({exit_code})"
    )
    run = bench.run("memory-safety", program, TARGET_PY)

    assert run.ending is Ending.EXITED
    assert not run.sighting.fired


@pytest.mark.parametrize(
    "deed",
    [
        "os.kill(os.getpid(), 11)",
        "os.abort()",
        "t.call(os.abort)",
        "import faulthandler; faulthandler._sigsegv()",
        "import ctypes; ctypes.string_at(0)",
    ],
)
def test_a_crash_outside_of_the_targets_native_code_is_not_its_own(bench, deed):
    run = bench.run("memory-safety", PY + deed, TARGET_PY)

    assert run.sighting.fired, run.stderr
    assert not run.sighting.attributed


def test_a_proof_that_tampered_is_never_called_reproduced(bench):
    run = bench.run(
        "code-execution", PY + "import ctypes\nt.call(os.system, '/witness/canary')", TARGET_PY
    )
    controls = [Control("benign", ok=True), Control("empty", ok=True)]
    verdict = judge(
        effect="code-execution",
        programs={"proof.py": [result_of(run_record(run))] * 3},
        controls=controls,
    )

    assert verdict.word is Word.UNATTRIBUTED
