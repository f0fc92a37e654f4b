"""The filter refuses what it names, whatever the arguments, and leaves everyday calls alone."""

from __future__ import annotations

import errno
import resource

import pyseccomp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.sandbox import bpf
from tidegate.engines.sandbox import seccomp

ALLOW = pyseccomp.ALLOW
EPERM = pyseccomp.ERRNO(errno.EPERM)
ENOSYS = pyseccomp.ERRNO(errno.ENOSYS)
ENOMEM = pyseccomp.ERRNO(errno.ENOMEM)
DONE = pyseccomp.ERRNO(0)
KILL = pyseccomp.KILL_THREAD

FILTERS = {
    "plain": seccomp.filter_program(),
    "tracing init": seccomp.filter_program(may_trace=True),
}
either_filter = pytest.mark.parametrize("program", FILTERS.values(), ids=FILTERS)

words = st.integers(0, (1 << 64) - 1)
any_arguments = st.lists(words, min_size=6, max_size=6)
EVERYDAY = (
    "read", "write", "openat", "close", "mprotect", "munmap", "brk", "futex",
    "execve", "exit_group", "kill", "tgkill", "wait4", "rt_sigaction", "rt_sigreturn", "getrandom",
    "epoll_wait", "eventfd2", "pipe2", "sendmsg", "recvmsg", "connect", "listen", "accept4",
    "statx", "getdents64", "unlinkat", "renameat2", "madvise", "prctl", "seccomp",
    "clock_gettime", "sched_yield", "membarrier", "rseq", "sigaltstack", "timer_create",
)  # fmt: skip
NAMES = sorted(
    {
        name
        for names in vars(seccomp).values()
        if isinstance(names, tuple) and names and isinstance(names[0], str)
        for name in names
    }
)


def number(name: str) -> int:
    return int(pyseccomp.resolve_syscall(pyseccomp.system_arch(), name))


def known(names) -> list[str]:
    return [name for name in names if number(name) >= 0]


@either_filter
@settings(deadline=None)
@given(name=st.sampled_from(known(EVERYDAY)), arguments=any_arguments)
def test_everyday_calls_are_allowed_whatever_their_arguments(program, name, arguments):
    assert bpf.answer(program, number(name), *arguments) == ALLOW


@settings(deadline=None)
@given(name=st.sampled_from(known(NAMES)), arguments=any_arguments)
def test_what_the_list_names_is_refused_whatever_its_arguments(name, arguments):
    assert bpf.answer(FILTERS["plain"], number(name), *arguments) == EPERM


@settings(deadline=None)
@given(arguments=any_arguments)
def test_only_the_tracing_init_may_trace_and_its_second_filter_ends_that(arguments):
    trace = number("ptrace")

    assert bpf.answer(FILTERS["plain"], trace, *arguments) == EPERM
    assert bpf.answer(FILTERS["tracing init"], trace, *arguments) == ALLOW
    assert bpf.answer(seccomp.tracing_filter(), trace, *arguments) == EPERM
    assert bpf.answer(seccomp.tracing_filter(), number("read"), *arguments) == ALLOW


def test_the_filter_of_a_tracing_init_differs_in_ptrace_alone():
    for call in range(600):
        if call != number("ptrace"):
            plain, tracing = (bpf.answer(program, call) for program in FILTERS.values())
            assert plain == tracing, call


@either_filter
@settings(deadline=None)
@given(call=st.integers(451, (1 << 32) - 1), arguments=any_arguments)
def test_calls_that_the_list_does_not_know_are_not_there(program, call, arguments):
    assert bpf.answer(program, call, *arguments) == ENOSYS


@either_filter
@settings(deadline=None)
@given(call=st.integers(0, 450), arguments=any_arguments)
def test_calls_of_a_foreign_architecture_are_killed(program, call, arguments):
    assert bpf.answer(program, call, *arguments, architecture=bpf.I386) == KILL


@either_filter
@settings(deadline=None)
@given(family=words, kind=words, protocol=words)
def test_sockets_are_unix_tcp_and_udp_only(program, family, kind, protocol):
    _check_socket(program, family, kind, protocol)


@either_filter
@settings(deadline=None)
@given(
    family=st.integers(0, 50),
    protocol=st.integers(0, 300),
    high=st.sampled_from([0, 1 << 32, 0xFFFFFFFF << 32]),
)
def test_sockets_of_small_numbers_too(program, family, protocol, high):
    _check_socket(program, family | high, 1, protocol)


def _check_socket(program: bytes, family: int, kind: int, protocol: int) -> None:
    said = bpf.answer(program, number("socket"), family, kind, protocol)
    low_family, low_protocol = family & 0xFFFFFFFF, protocol & 0xFFFFFFFF
    if low_family not in (1, 2, 10) or (low_family != 1 and low_protocol not in (0, 6, 17)):
        assert said == EPERM
    elif family < 1 << 32 and protocol < 1 << 32:
        assert said == ALLOW


@either_filter
@settings(deadline=None)
@given(flags=words)
def test_clone_makes_processes_and_threads_but_no_namespaces(program, flags):
    namespaces = 0x7E020000
    said = bpf.answer(program, number("clone"), flags)

    assert said == (EPERM if flags & namespaces else ALLOW)


@either_filter
@settings(deadline=None)
@given(arguments=any_arguments)
def test_clone3_is_not_there_because_its_flags_cannot_be_read(program, arguments):
    assert bpf.answer(program, number("clone3"), *arguments) == ENOSYS


@either_filter
@settings(deadline=None)
@given(high=st.integers(0, (1 << 32) - 1))
def test_no_terminal_can_be_typed_into_whatever_the_high_half_says(program, high):
    for request in (0x5412, 0x541C):
        assert bpf.answer(program, number("ioctl"), 0, high << 32 | request) == EPERM
    assert bpf.answer(program, number("ioctl"), 0, 0x5413) == ALLOW


@either_filter
def test_limits_are_ones_own(program):
    limit = number("prlimit64")

    assert bpf.answer(program, limit, 0, resource.RLIMIT_NOFILE, 1) == ALLOW
    assert bpf.answer(program, limit, 1, resource.RLIMIT_NOFILE, 1) == EPERM
    assert bpf.answer(program, limit, 0, resource.RLIMIT_CORE, 0) == ALLOW
    assert bpf.answer(program, limit, 0, resource.RLIMIT_CORE, 1) == DONE
    assert bpf.answer(program, limit, 1, resource.RLIMIT_CORE, 1) in (DONE, EPERM)


@either_filter
def test_processors_and_priority_are_ones_own(program):
    for name in ("sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"):
        assert bpf.answer(program, number(name), 1) == EPERM
        assert bpf.answer(program, number(name), 0) == ALLOW
        assert bpf.answer(program, number(name), 77) == ALLOW
    assert bpf.answer(program, number("setpriority"), 0, 0, 5) == ALLOW
    assert bpf.answer(program, number("setpriority"), 0, 1, 5) == EPERM
    assert bpf.answer(program, number("setpriority"), 2, 1000, 5) == EPERM
    assert bpf.answer(program, number("ioprio_set"), 1, 0, 5) == ALLOW
    assert bpf.answer(program, number("ioprio_set"), 1, 1, 5) == EPERM
    assert bpf.answer(program, number("ioprio_set"), 3, 1000, 5) == EPERM


@either_filter
@settings(deadline=None)
@given(arguments=any_arguments)
def test_memory_is_mapped_but_no_huge_pages(program, arguments):
    for name, place, huge in (("mmap", 3, 0x40000), ("memfd_create", 1, 4)):
        said = bpf.answer(program, number(name), *arguments)
        assert said == (ENOMEM if arguments[place] & huge else ALLOW)


@either_filter
def test_a_signal_cannot_be_dressed_up(program):
    send = number("pidfd_send_signal")

    assert bpf.answer(program, send, 5, 9, 0, 0) == ALLOW
    assert bpf.answer(program, send, 5, 9, 0x1000, 0) == EPERM
