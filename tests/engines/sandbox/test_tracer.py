"""A traced run tells a fault of the machine from a signal that somebody sent, and where it was."""

from __future__ import annotations

import signal

import pytest

from tests.engines.sandbox.programs import python_program
from tidegate.engines.sandbox import Ending, Limits, Watch

_FAULT = "import ctypes; ctypes.string_at(1)\n"
_SENT = "import os; os.kill(os.getpid(), 11)\n"


def traced(sandbox, source, *, limits: Limits | None = None):
    return sandbox.run(python_program(source, limits=limits, watch=Watch(trace=True)))


def test_a_fault_of_the_machine_is_reported_with_its_place(sandbox):
    outcome = traced(sandbox, _FAULT)

    assert (outcome.ending, outcome.signal) == (Ending.SIGNALED, signal.SIGSEGV)
    (fault,) = outcome.faults
    assert (fault.signal, fault.self_inflicted) == (signal.SIGSEGV, False)
    assert "libc" in fault.frames[0].object
    assert fault.frames[0].offset > 0
    assert any("_ctypes" in frame.object for frame in fault.frames)
    slots = [frame.slot for frame in fault.frames[1:]]
    assert fault.frames[0].slot == 0
    assert slots == sorted(set(slots))
    assert all(slot % 8 == 0 for slot in slots)


@pytest.mark.parametrize(
    ("source", "number"),
    [
        (_SENT, signal.SIGSEGV),
        ("import os; os.abort()", signal.SIGABRT),
        ("import signal; signal.raise_signal(signal.SIGBUS)", signal.SIGBUS),
        ("import os\nif not os.fork(): os.kill(os.getppid(), 7)\nos.wait()", signal.SIGBUS),
    ],
)
def test_a_signal_that_somebody_sent_is_self_inflicted(sandbox, source, number):
    outcome = traced(sandbox, source)

    assert outcome.signal == number
    assert [(fault.signal, fault.self_inflicted) for fault in outcome.faults] == [(number, True)]


def test_a_program_cannot_forge_a_fault_of_the_machine(sandbox):
    # A signal by a timer, by a descriptor's owner, and by the death of a parent.
    source = (
        "import ctypes, fcntl, os, signal, socket, time\nlibc = ctypes.CDLL(None)\n"
        "for n in (11,): signal.signal(n, lambda *_: None)\n"
        "a, b = socket.socketpair()\nfcntl.fcntl(a, fcntl.F_SETOWN, os.getpid())\n"
        "fcntl.fcntl(a, 10, 11)\n"  # F_SETSIG
        "fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC)\nb.send(b'x')\ntime.sleep(.1)\n"
        "event = (ctypes.c_int * 16)(0, 0, 11, 0)\ntimer = ctypes.c_void_p()\n"
        "libc.timer_create(1, event, ctypes.byref(timer))\n"
        "libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 0, 0, 10**7), None)\n"
        "time.sleep(.1)\nprint('still here')"
    )
    outcome = traced(sandbox, source)

    assert outcome.stdout == b"still here\n", outcome.stderr
    assert outcome.faults
    assert all(fault.self_inflicted for fault in outcome.faults)


def test_a_handler_of_the_program_comes_after_the_tracer(sandbox):
    outcome = traced(sandbox, "import faulthandler; faulthandler.enable()\n" + _FAULT)

    assert outcome.stderr.startswith(b"Fatal Python error: Segmentation fault")
    assert (outcome.faults[0].signal, outcome.faults[0].self_inflicted) == (signal.SIGSEGV, False)
    assert "libc" in outcome.faults[0].frames[0].object


def test_faults_of_children_and_threads_are_reported_too(sandbox):
    child = "import os\nif os.fork() == 0:\n    import ctypes; ctypes.string_at(1)\nos.wait()"
    thread = (
        "import ctypes, threading\nthreading.Thread(target=ctypes.string_at, args=(1,)).start()\n"
        "import time; time.sleep(5)"
    )
    of_child, of_thread = traced(sandbox, child), traced(sandbox, thread)

    assert (of_child.ending, of_child.exit_code) == (Ending.EXITED, 0)
    assert of_thread.signal == signal.SIGSEGV
    for outcome in (of_child, of_thread):
        assert [fault.self_inflicted for fault in outcome.faults] == [False]


def test_code_without_a_file_has_no_name(sandbox):
    source = (
        "import ctypes, mmap, platform\n"
        "code = {'x86_64': '0f0b', 'aarch64': '00000000'}[platform.machine()]\n"
        "area = mmap.mmap(-1, 4096, prot=7)\narea.write(bytes.fromhex(code))\n"
        "ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(area)))()"
    )
    (fault,) = traced(sandbox, source).faults

    assert (fault.signal, fault.self_inflicted) == (signal.SIGILL, False)
    assert fault.frames[0].object == ""


def test_a_stack_that_overflowed_is_a_fault(sandbox):
    source = (
        "import ctypes, sys\nsys.setrecursionlimit(1 << 30)\n"
        "Back = ctypes.CFUNCTYPE(ctypes.c_int)\nback = Back(lambda: back())\nback()"
    )
    outcome = traced(sandbox, source)

    assert outcome.signal == signal.SIGSEGV
    assert not outcome.faults[0].self_inflicted


def test_stops_and_signals_of_a_traced_program_go_their_way(sandbox):
    source = (
        "import os, signal, time\ncaught = []\n"
        "signal.signal(signal.SIGUSR1, lambda *_: caught.append(1))\n"
        "child = os.fork()\nif child == 0:\n"
        "    os.kill(os.getpid(), signal.SIGSTOP); os._exit(3)\n"
        "_, status = os.waitpid(child, os.WUNTRACED)\nassert os.WIFSTOPPED(status)\n"
        "os.kill(child, signal.SIGCONT)\n_, status = os.waitpid(child, 0)\n"
        "for _ in range(5): os.kill(os.getpid(), signal.SIGUSR1)\n"
        "print(os.WEXITSTATUS(status), len(caught))"
    )
    outcome = traced(sandbox, source)

    assert outcome.stdout == b"3 5\n", outcome.stderr
    assert outcome.faults == ()


def test_many_mappings_do_not_keep_the_tracer_busy(sandbox):
    source = (
        "import ctypes, mmap\nareas = [mmap.mmap(-1, 8192, prot=7) for _ in range(12_000)]\n"
        "libc = ctypes.CDLL(None)\nlibc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, "
        "ctypes.c_int]\nfor area in areas:\n"
        "    libc.mprotect(ctypes.addressof(ctypes.c_char.from_buffer(area)), 4096, 0)\n" + _FAULT
    )
    outcome = traced(sandbox, source, limits=Limits(wall_seconds=30))

    assert outcome.ending is Ending.SIGNALED, outcome.stderr
    assert "libc" in outcome.faults[0].frames[0].object


def test_mapped_files_of_any_name_do_not_break_the_report(sandbox):
    source = (
        "import ctypes, mmap, os, sys\nos.chdir('/work')\n"
        "for _ in range(15): os.mkdir('d' * 250); os.chdir('d' * 250)\n"
        "code = bytes.fromhex('e8') + bytes(4) + bytes(4091)\nhoard = []\n"
        "words = (ctypes.c_void_p * 4000)()\nfor n in range(120):\n"
        "    name = b'\\xff\\n%d' % n\n    open(name, 'wb').write(code)\n"
        "    area = mmap.mmap(os.open(name, os.O_RDWR), 4096, prot=7)\n"
        "    hoard.append(area)\n"
        "    words[n] = ctypes.addressof(ctypes.c_char.from_buffer(area)) + 5\n"
        "libc = ctypes.CDLL(None)\n"
        "On = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)\n" + _FAULT
    )
    outcome = traced(sandbox, source)

    assert outcome.signal == signal.SIGSEGV, outcome.stderr
    assert len(outcome.faults) == 1


def test_a_program_that_is_killed_while_it_is_examined_harms_nobody(sandbox):
    source = (
        "import ctypes, os\nfor _ in range(30):\n    child = os.fork()\n    if child == 0:\n"
        "        if os.fork() == 0: os.kill(os.getppid(), 9); os._exit(0)\n"
        "        ctypes.string_at(1)\n    os.waitpid(child, 0)\nprint('done')"
    )
    outcome = traced(sandbox, source)

    assert (outcome.ending, outcome.stdout) == (Ending.EXITED, b"done\n"), outcome.stderr


def test_a_run_that_is_not_traced_has_no_faults(sandbox):
    assert sandbox.run(python_program(_FAULT)).faults == ()
