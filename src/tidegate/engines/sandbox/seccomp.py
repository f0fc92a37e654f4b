"""The system calls that a hostile program may not make.

A deny list, since one filter has to serve every CPython and Node release: what reaches for the
kernel's other worlds (mounts, namespaces, tracing, keys, modules) is answered with EPERM. Calls
that are newer than the list are not there at all (ENOSYS), as on an older kernel, so that a
kernel's update opens no door. Calls of a foreign architecture (i386 by `int 0x80`, x32) end the
thread that makes them: libseccomp's own answer.

The filter is exported as BPF and handed to bubblewrap, which installs it after it gave up its own
rights (seccomp(2); libseccomp's seccomp_export_bpf(3)).
"""

from __future__ import annotations

import errno
import functools
import resource
import struct
import tempfile
from types import ModuleType

from tidegate.engines.sandbox.model import SandboxError

_MOUNTS = (
    "mount", "umount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount",
    "fspick", "move_mount", "open_tree", "mount_setattr", "swapon", "swapoff", "quotactl",
    "quotactl_fd", "name_to_handle_at", "open_by_handle_at", "fanotify_init",
)  # fmt: skip
_NAMESPACES = ("setns", "unshare", "sethostname", "setdomainname")
_OTHER_PROCESSES = (
    "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise",
    "process_mrelease", "move_pages", "migrate_pages",
)  # fmt: skip
# With these a process can send itself a signal that says to come from the hardware.
_FORGED_SIGNALS = ("rt_sigqueueinfo", "rt_tgsigqueueinfo")
_TRACING = ("ptrace",)
_KERNEL = (
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "init_module", "finit_module",
    "delete_module", "create_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "iopl", "ioperm", "modify_ldt",
    "lookup_dcookie", "nfsservctl", "vhangup", "uselib", "ustat", "sysfs", "_sysctl", "mbind",
    "set_mempolicy", "memfd_secret",
    # System V's: memory that no process maps, and the favourite clay of kernel exploits.
    "shmget", "msgget", "semget",
    # Takes from a store that the whole host shares, and that no limit of one process bounds.
    "io_setup",
)  # fmt: skip

_NAMESPACE_FLAGS = (
    0x00020000,  # CLONE_NEWNS
    0x02000000,  # CLONE_NEWCGROUP
    0x04000000,  # CLONE_NEWUTS
    0x08000000,  # CLONE_NEWIPC
    0x10000000,  # CLONE_NEWUSER
    0x20000000,  # CLONE_NEWPID
    0x40000000,  # CLONE_NEWNET
)  # CLONE_NEWTIME lies in the byte of clone's exit signal and cannot be meant there
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_TCP, _UDP = 6, 17
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_LOW_WORD = 0xFFFFFFFF  # the kernel looks at the low 32 bits of these arguments only
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS = 0, 1
_MAP_HUGETLB, _MFD_HUGETLB = 0x40000, 4
_INIT = 1
_FIRST_UNKNOWN_CALL = 451
"""From here on numbers are the same on every architecture; set_mempolicy_home_node is 450."""


@functools.cache
def filter_program(*, may_trace: bool = False) -> bytes:
    """Return the filter as BPF instructions.

    `may_trace` leaves ptrace(2) open: for the trusted init of a traced run, which closes it with
    `tracing_filter` before it starts the program. Raises `SandboxError` without libseccomp.
    """
    rules = _Rules()
    names = _MOUNTS + _NAMESPACES + _OTHER_PROCESSES + _FORGED_SIGNALS + _KERNEL
    for name in names if may_trace else names + _TRACING:
        rules.deny(name)
    # glibc falls back to clone(2), whose flags a filter can read.
    rules.deny("clone3", answer=errno.ENOSYS)
    for flag in _NAMESPACE_FLAGS:
        rules.deny("clone", (0, flag, flag))
    _deny_sockets(rules)
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.deny("ioctl", (1, _LOW_WORD, request))
    _deny_what_reaches_init(rules)
    # Huge pages come from a store of the host's, and are not in the memory that is counted.
    rules.deny("mmap", (3, _MAP_HUGETLB, _MAP_HUGETLB), answer=errno.ENOMEM)
    rules.deny("memfd_create", (1, _MFD_HUGETLB, _MFD_HUGETLB), answer=errno.ENOMEM)
    # A program that could lower this limit from 1 to 0 would have the host's core handler, which
    # runs as root, look into it (core(5)). Answered as if it were done.
    rules.deny("setrlimit", (0, _LOW_WORD, resource.RLIMIT_CORE), answer=0)
    rules.deny("prlimit64", (1, _LOW_WORD, resource.RLIMIT_CORE), different=(2, 0), answer=0)
    return _without_unknown_calls(rules.export())


@functools.cache
def tracing_filter() -> bytes:
    """Return the second filter of a traced run: what the init may do and the program may not."""
    rules = _Rules()
    for name in _TRACING:
        rules.deny(name)
    return rules.export()


def _deny_sockets(rules: _Rules) -> None:
    """Leave TCP, UDP and Unix sockets; a protocol that is not loaded yet is not loaded for us."""
    for family in range(_AF_INET6):
        if family not in (_AF_UNIX, _AF_INET):
            rules.deny("socket", (0, _LOW_WORD, family))
    rules.deny("socket", above=(0, _AF_INET6))
    for family in (_AF_INET, _AF_INET6):
        for protocol in range(1, _UDP):
            if protocol != _TCP:
                rules.deny("socket", (0, _LOW_WORD, family), (2, _LOW_WORD, protocol))
        rules.deny("socket", (0, _LOW_WORD, family), above=(2, _UDP))


def _deny_what_reaches_init(rules: _Rules) -> None:
    """Nobody takes limits, processors or priority from process 1, which has the same uid."""
    rules.deny("prlimit64", different=(0, 0))
    for name in ("sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"):
        rules.deny(name, (0, _LOW_WORD, _INIT))
    for name, one_process in (("setpriority", _PRIO_PROCESS), ("ioprio_set", _IOPRIO_WHO_PROCESS)):
        rules.deny(name, different=(0, one_process))
        rules.deny(name, (1, _LOW_WORD, _INIT))
    rules.deny("pidfd_send_signal", different=(2, 0))  # see _FORGED_SIGNALS


class _Rules:
    """The rules of one filter; everything that no rule names is allowed."""

    def __init__(self) -> None:
        self._seccomp = _library()
        self._filter = self._seccomp.SyscallFilter(defaction=self._seccomp.ALLOW)

    def deny(
        self,
        name: str,
        *masked: tuple[int, int, int],
        above: tuple[int, int] | None = None,
        different: tuple[int, int] | None = None,
        answer: int = errno.EPERM,
    ) -> None:
        """Answer a call with an error where all of the conditions on its arguments hold."""
        library = self._seccomp
        conditions = [
            library.Arg(place, library.MASKED_EQ, mask, value) for place, mask, value in masked
        ]
        if above:
            conditions.append(library.Arg(above[0], library.GT, above[1]))
        if different:
            conditions.append(library.Arg(different[0], library.NE, different[1]))
        try:
            self._filter.add_rule(library.ERRNO(answer), name, *conditions)
        except (OSError, ValueError):
            # An older libseccomp, or this architecture, does not know the call by name.
            if library.resolve_syscall(library.system_arch(), name) >= 0:
                raise

    def export(self) -> bytes:
        """Return the filter as BPF instructions."""
        with tempfile.TemporaryFile() as file:
            self._filter.export_bpf(file)
            file.seek(0)
            return file.read()


def _without_unknown_calls(program: bytes) -> bytes:
    """Put in front of a filter: every call from `_FIRST_UNKNOWN_CALL` on gets ENOSYS."""
    load_number = struct.pack("HBBI", 0x20, 0, 0, 0)  # BPF_LD | BPF_W | BPF_ABS: seccomp_data.nr
    jump_if_below = struct.pack("HBBI", 0x35, 0, 1, _FIRST_UNKNOWN_CALL)  # BPF_JMP | BPF_JGE
    answer = struct.pack("HBBI", 0x06, 0, 0, 0x00050000 | errno.ENOSYS)  # BPF_RET: ERRNO
    return load_number + jump_if_below + answer + program


def _library() -> ModuleType:
    # pyseccomp loads libseccomp when it is imported; without it nothing may run at all.
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxError(
            f"the seccomp filter cannot be built ({error}); install libseccomp2"
        ) from error
    return pyseccomp  # type: ignore[no-any-return]
