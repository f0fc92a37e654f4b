"""Crashes in native code: blamed on the library that was executing, and on nobody else."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from tests.engines.reproduction.bench import NAME
from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.trials import Purpose

SOURCE = r"""
#include <stdlib.h>
#include <string.h>
void crash(void) { *(volatile int *) 8 = 1; }
void give_to_libc(void) { memset((void *) 8, 1, 1 << 20); }
void give_up(void) { abort(); }
void overflow(int n) { volatile char deep[4096]; deep[0] = n; overflow(n + 1); deep[1] = n; }
int harmless(int n) { return n + 1; }
"""
TARGET = """
import ctypes
native = ctypes.CDLL("/target/native.so")
"""

pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None, reason="no C compiler is installed; install gcc to run this"
)


@pytest.fixture(scope="module")
def native_subject(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("native")
    (folder / "native.c").write_text(SOURCE)
    subprocess.run(
        ["cc", "-O0", "-shared", "-fPIC", "-o", "native.so", "native.c"], cwd=folder, check=True
    )
    subject = bench.subject("memory-safety", TARGET)
    target = subject.installation.binds[0].source
    shutil.copy(folder / "native.so", target / "native.so")
    (target / "native.so").chmod(0o755)
    return subject


def run(bench, subject, program):
    proof = Proof(
        language="python",
        entry="proof.py",
        variants=(),
        benign=None,
        files={"proof.py": f"import {NAME} as t\n{program}\n".encode()},
        needs=(),
    )
    return bench.laboratory.try_program(subject, proof, "proof.py", Purpose.PROOF)


@pytest.mark.parametrize("call", ["crash()", "give_to_libc()", "give_up()", "overflow(0)"])
def test_a_crash_in_the_targets_library_is_the_targets(bench, native_subject, call):
    outcome = run(bench, native_subject, f"t.native.{call}")

    assert outcome.sighting.attributed, outcome.sighting.reason
    assert outcome.sighting.signature[-1] == "native"


def test_a_crash_that_a_handler_would_hide_is_seen_before_it(bench, native_subject):
    program = "import signal, faulthandler\nfaulthandler.enable()\nt.native.crash()"
    outcome = run(bench, native_subject, program)

    assert outcome.sighting.attributed, outcome.sighting.reason


def test_calling_the_library_before_a_crash_of_ones_own_is_not_enough(bench, native_subject):
    program = "t.native.harmless(1)\nimport os\nos.kill(os.getpid(), 11)"
    outcome = run(bench, native_subject, program)

    assert outcome.sighting.fired
    assert not outcome.sighting.attributed


def test_a_library_that_works_is_no_crash(bench, native_subject):
    outcome = run(bench, native_subject, "assert t.native.harmless(1) == 2")

    assert outcome.worked
    assert not outcome.sighting.fired


def test_another_packages_library_is_not_the_targets(bench, native_subject):
    other = replace(
        native_subject,
        installation=replace(
            native_subject.installation, target_roots=("/elsewhere",), dependency_roots=("/target",)
        ),
    )
    outcome = run(bench, other, "t.native.crash()")

    assert outcome.sighting.fired
    assert not outcome.sighting.attributed
