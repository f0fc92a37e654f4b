"""The system calls that a hostile program may not make.

A deny list, since one filter has to serve every CPython and Node release: what reaches for the
kernel's other worlds (mounts, namespaces, tracing, keys, modules) is answered with EPERM. The
filter is exported as BPF and handed to bubblewrap, which installs it after it gave up its own
rights (seccomp(2); libseccomp's seccomp_export_bpf(3)).
"""

from __future__ import annotations

import errno
import functools
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
_TRACING = ("ptrace",)
_KERNEL = (
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "init_module", "finit_module",
    "delete_module", "create_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "iopl", "ioperm", "modify_ldt",
    "lookup_dcookie", "nfsservctl", "vhangup", "uselib", "ustat", "sysfs", "_sysctl", "mbind",
    "set_mempolicy", "memfd_secret",
)  # fmt: skip

_NAMESPACE_FLAGS = (
    0x00020000,  # CLONE_NEWNS
    0x02000000,  # CLONE_NEWCGROUP
    0x04000000,  # CLONE_NEWUTS
    0x08000000,  # CLONE_NEWIPC
    0x10000000,  # CLONE_NEWUSER
    0x20000000,  # CLONE_NEWPID
    0x40000000,  # CLONE_NEWNET
    0x00000080,  # CLONE_NEWTIME
)
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_LOW_WORD = 0xFFFFFFFF  # the kernel looks at the low 32 bits of these arguments only


@functools.cache
def filter_program(*, may_trace: bool = False) -> bytes:
    """Return the filter as BPF instructions.

    `may_trace` leaves ptrace(2) open: for the trusted init of a traced run, which closes it with
    `tracing_filter` before it starts the program.

    Raises:
        SandboxError: libseccomp is not installed.
    """
    seccomp = _library()
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    deny = seccomp.ERRNO(errno.EPERM)
    names = _MOUNTS + _NAMESPACES + _OTHER_PROCESSES + _KERNEL
    for name in names if may_trace else names + _TRACING:
        _add(seccomp, rules, deny, name)
    # glibc falls back to clone(2), whose flags a filter can read.
    _add(seccomp, rules, seccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in _NAMESPACE_FLAGS:
        # The low byte of clone's flags is the exit signal: CLONE_NEWTIME cannot be meant there.
        if flag > 0xFF:
            _add(seccomp, rules, deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    for family in range(_AF_INET6 + 1):
        if family not in (_AF_UNIX, _AF_INET, _AF_INET6):
            same = seccomp.Arg(0, seccomp.MASKED_EQ, _LOW_WORD, family)
            _add(seccomp, rules, deny, "socket", same)
    _add(seccomp, rules, deny, "socket", seccomp.Arg(0, seccomp.GT, _AF_INET6))
    for request in (_TIOCSTI, _TIOCLINUX):
        same = seccomp.Arg(1, seccomp.MASKED_EQ, _LOW_WORD, request)
        _add(seccomp, rules, deny, "ioctl", same)
    # Limits of one's own only: nobody lowers those of the init.
    _add(seccomp, rules, deny, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    return _export(rules)


@functools.cache
def tracing_filter() -> bytes:
    """Return the second filter of a traced run: what the init may do and the program may not."""
    seccomp = _library()
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    for name in _TRACING:
        _add(seccomp, rules, seccomp.ERRNO(errno.EPERM), name)
    return _export(rules)


def _library() -> ModuleType:
    # pyseccomp loads libseccomp when it is imported; without it nothing may run at all.
    try:
        import pyseccomp  # noqa: PLC0415
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxError(
            f"the seccomp filter cannot be built ({error}); install libseccomp2"
        ) from error
    return pyseccomp  # type: ignore[no-any-return]


def _add(seccomp: ModuleType, rules: object, action: int, name: str, *arguments: object) -> None:
    try:
        rules.add_rule(action, name, *arguments)  # type: ignore[attr-defined]
    except (OSError, ValueError):
        # An older libseccomp, or this architecture, does not know the call by name.
        if seccomp.resolve_syscall(seccomp.system_arch(), name) >= 0:
            raise


def _export(rules: object) -> bytes:
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)  # type: ignore[attr-defined]
        file.seek(0)
        return file.read()
