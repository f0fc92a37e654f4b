"""Each effect in Python: seen, and blamed on whoever's code caused it."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.bench import NAME
from tidegate.engines.reproduction.runtimes import python_runtimes

HOOKED = [runtime for runtime in python_runtimes() if runtime.release[:2] >= (3, 8)]

TARGET = f"""
import os, socket, subprocess, threading
def run(command): return subprocess.call(command)
def shell(command): return os.system(command)
def execute(text): exec(text)
def compile_and_keep(text):
    space = dict()
    exec(text, space)
    return space["f"]
def compile_only(text): return compile(text, "<restricted>", "exec")
def read(path):
    with open(path) as file: return file.read()
def read_low(path):
    fd = os.open(path, os.O_RDONLY)
    try: return os.read(fd, 100)
    finally: os.close(fd)
def write(path):
    with open(path, "w") as file: file.write("x")
def rename(path):
    with open("/work/source", "w"): pass
    os.rename("/work/source", path)
def connect(url):
    host, port = url.split("/")[2].split(":")
    socket.create_connection((host, int(port)), 2).close()
def fetch(url):
    import urllib.request
    return urllib.request.urlopen(url, timeout=2).read()
def call(function, *arguments): return function(*arguments)
def slow(n):
    total = 0
    for i in range(n * n): total += i
    return total
{NAME} = 1
"""

PRELUDE = f"import os, {NAME} as t\nE = os.environ\n"

BY_THE_TARGET = {
    "code-execution": [
        "t.run([E['TIDEGATE_CANARY']])",
        "t.shell(E['TIDEGATE_CANARY'])",
        "t.execute('tidegate_canary()')",
        "t.compile_and_keep('def f(): tidegate_canary()')()",
        "exec(t.compile_only('tidegate_canary()'), {})",
        "t.execute('import os; os.system(os.environ[\"TIDEGATE_CANARY\"])')",
    ],
    "file-read": [
        "t.read(E['TIDEGATE_SECRET'])",
        "t.read_low(E['TIDEGATE_SECRET'])",
        "os.symlink(E['TIDEGATE_SECRET'], '/work/link'); t.read('link')",
        "t.read('../witness/./secret')",
    ],
    "file-write": [
        "t.write(E['TIDEGATE_DROP'])",
        "os.symlink(E['TIDEGATE_DROP'], '/work/link'); t.write('/work/link')",
        "t.write(E['TIDEGATE_DROP'].encode())",
    ],
    "network-request": ["t.connect(E['TIDEGATE_URL'])", "t.fetch(E['TIDEGATE_URL'])"],
}

BY_THE_PROOF = {
    "code-execution": [
        "os.system(E['TIDEGATE_CANARY'])",
        "tidegate_canary()",
        "t.call(lambda: tidegate_canary())",
        "t.call(eval('lambda: tidegate_canary()'))",
    ],
    "file-read": ["open(E['TIDEGATE_SECRET']).read()", "t.call(lambda: t_read())"],
    "file-write": ["open(E['TIDEGATE_DROP'], 'w').write('x')"],
    "network-request": [
        "import urllib.request; urllib.request.urlopen(E['TIDEGATE_URL'], timeout=2).read()"
    ],
}

CASES = [(effect, line) for effect, lines in BY_THE_TARGET.items() for line in lines]
OWN = [(effect, line) for effect, lines in BY_THE_PROOF.items() for line in lines]


@pytest.mark.parametrize(("effect", "line"), CASES)
def test_what_the_target_does_is_blamed_on_the_target(bench, effect, line):
    run = bench.run(effect, PRELUDE + line, TARGET)

    assert run.sighting.fired, run.stderr
    assert run.sighting.attributed, run.sighting.reason
    assert run.sighting.signature
    assert run.tampered is None
    assert run.target_used


@pytest.mark.parametrize(("effect", "line"), OWN)
def test_what_the_proof_does_is_not_blamed_on_the_target(bench, effect, line):
    helper = "def t_read(): return open(E['TIDEGATE_SECRET']).read()\n"
    run = bench.run(effect, PRELUDE + helper + line, TARGET)

    assert run.sighting.fired, run.stderr
    assert not run.sighting.attributed


@pytest.mark.parametrize("effect", [*BY_THE_TARGET, "assertion", "memory-safety"])
def test_a_program_that_only_uses_the_target_shows_nothing(bench, effect):
    run = bench.run(effect, PRELUDE + "t.call(print, 'SUCCESS: canary ran, secret read')", TARGET)

    assert not run.sighting.fired
    assert run.worked
    assert run.target_used


@pytest.mark.slow
@pytest.mark.parametrize("runtime", HOOKED, ids=lambda runtime: runtime.version)
@pytest.mark.parametrize("effect", BY_THE_TARGET)
def test_every_python_with_hooks_sees_the_same(bench, runtime, effect):
    theirs = bench.run(effect, PRELUDE + BY_THE_TARGET[effect][0], TARGET, runtime=runtime)
    own = bench.run(effect, PRELUDE + BY_THE_PROOF[effect][0], TARGET, runtime=runtime)

    assert theirs.sighting.attributed, (theirs.sighting.reason, theirs.stderr)
    assert own.sighting.fired
    assert not own.sighting.attributed


def test_another_package_under_the_target_is_the_targets_doing(bench):
    other = "import os\ndef run(command): os.system(command)\n"
    target = "import other_package\ndef run(command): other_package.run(command)\n"
    run = bench.run("code-execution", PRELUDE + "t.run(E['TIDEGATE_CANARY'])", target, other=other)

    assert run.sighting.attributed


def test_another_package_without_the_target_is_not(bench):
    other = "import os\ndef run(command): os.system(command)\n"
    program = PRELUDE + "import other_package\nother_package.run(E['TIDEGATE_CANARY'])"
    run = bench.run("code-execution", program, "", other=other)

    assert run.sighting.fired
    assert not run.sighting.attributed
    assert "another package" in run.sighting.reason


def test_a_slow_target_is_caught_while_it_works(bench):
    program = PRELUDE + "t.slow(400 * int(E['TIDEGATE_SCALE']))"
    run = bench.run("denial-of-service", program, TARGET, harmless={1: 0.03})

    assert run.sighting.fired, run.scales
    assert run.sighting.attributed, run.sighting.reason


def test_a_loop_of_the_proofs_own_is_not_the_targets(bench):
    program = (
        PRELUDE + "n = 400 * int(E['TIDEGATE_SCALE'])\nfor i in range(n * n): pass\nt.call(len, '')"
    )
    run = bench.run("denial-of-service", program, TARGET, harmless={1: 0.03})

    assert not run.sighting.attributed


def test_a_linear_program_is_fair(bench):
    program = PRELUDE + "sum(i for i in range(1000000 * int(E['TIDEGATE_SCALE'])))"
    run = bench.run("denial-of-service", program, TARGET, harmless={1: 0.03})

    assert not run.sighting.fired, run.scales


def test_an_assertion_is_the_exit_code_and_nothing_else(bench):
    asserted = bench.run("assertion", PRELUDE + "t.call(os._exit, 42)", TARGET)
    printed = bench.run("assertion", PRELUDE + "print(42)", TARGET)

    assert asserted.sighting.fired
    assert asserted.target_used
    assert not printed.sighting.fired


@pytest.mark.parametrize("leave", ["exit(42)", "quit(42)", "raise SystemExit(42)"])
def test_a_program_may_leave_as_people_do(bench, leave):
    run = bench.run("assertion", PRELUDE + leave, TARGET)

    assert run.sighting.fired, run.stderr


def test_a_proof_that_never_touches_the_target_is_told_from_one_that_does(bench):
    run = bench.run("assertion", "import os; os._exit(42)", TARGET)

    assert run.sighting.fired
    assert not run.target_used
