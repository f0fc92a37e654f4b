"""Programs that climb: more rights, other namespaces, the kernel itself."""

from __future__ import annotations

from tests.engines.sandbox.hostile.program import SYSCALL, TRY, Hostile

CLIMBING: dict[str, Hostile] = {
    "setuid": Hostile(
        TRY + "attempt('setuid', lambda: os.setuid(0))\nattempt('setgroups', lambda: "
        "os.setgroups([0]))\nattempt('chown', lambda: (open('/tmp/f', 'w'), "
        "os.chown('/tmp/f', 0, 0)))\nattempt('uid 0', lambda: os.getuid() == 0 or 1 / 0)\n"
    ),
    "setuid-file": Hostile(
        TRY + "import shutil\nshutil.copy('/bin/sh', '/tmp/sh')\nos.chmod('/tmp/sh', 0o6755)\n"
        "attempt('root by a setuid file', lambda: "
        "os.popen('/tmp/sh -p -c \"test -w /etc/passwd && echo yes\"').read() or 1 / 0)\n"
    ),
    "capabilities": Hostile(
        SYSCALL + "header, sets = (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)()\n"
        "call(125, 90, header, sets)\nattempt('capabilities', lambda: any(sets) or 1 / 0)\n"
        "sets[0] = sets[1] = sets[2] = 1\nattempt('capset', lambda: call(126, 91, header, sets))\n"
        "attempt('new privileges', lambda: libc.prctl(39, 0, 0, 0, 0) == 1 and 1 / 0)\n"
        "attempt('ambient', lambda: libc.prctl(47, 2, 21, 0, 0) and 1 / 0)\n"
    ),
    "nested-namespaces": Hostile(
        SYSCALL + "for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x2000000, 0x80):\n"
        "    attempt(hex(flag), lambda: call(272, 97, flag))\n    if flag > 255:\n"
        "        attempt('clone', lambda: call(56, 220, flag | 17, 0, 0, 0, 0))\n"
        "attempt('clone3', lambda: call(435, 435, 0, 0))\n"
        "attempt('setns', lambda: call(308, 268, 3, 0))\n"
    ),
    "mounts": Hostile(
        SYSCALL + "attempt('mount', lambda: call(165, 40, b'none', b'/tmp', b'tmpfs', 0, 0))\n"
        "attempt('umount', lambda: call(166, 39, b'/tmp', 2))\n"
        "attempt('remount', lambda: call(165, 40, b'none', b'/', b'', 32, 0))\n"
        "attempt('chroot', lambda: os.chroot('/tmp'))\nattempt('pivot', lambda: "
        "call(155, 41, b'/tmp', b'/tmp'))\nattempt('fsopen', lambda: call(430, 430, b'tmpfs', 0))\n"
        "attempt('open_tree', lambda: call(428, 428, -100, b'/', 1))\n"
        "attempt('swapon', lambda: call(167, 224, b'/tmp/swap', 0))\n"
        "attempt('handle', lambda: call(304, 265, 3, b'0' * 16, 0))\n"
    ),
    "ptrace": Hostile(
        SYSCALL + "for process in (1, os.getppid()):\n"
        "    attempt('attach', lambda: call(101, 117, 16, process, 0, 0))\n"
        "    attempt('seize', lambda: call(101, 117, 0x4206, process, 0, 0))\n"
        "    attempt('read', lambda: call(310, 270, process, 0, 0, 0, 0, 0))\n"
        "    attempt('write', lambda: call(311, 271, process, 0, 0, 0, 0, 0))\n"
        "attempt('traceme', lambda: call(101, 117, 0, 0, 0, 0))\n"
        "handle = call(434, 434, 1, 0)\n"
        "for fd in range(8): attempt('getfd', lambda: call(438, 438, handle, fd, 0))\n"
        "attempt('kcmp', lambda: call(312, 272, 1, os.getpid(), 0, 0, 0))\n"
    ),
    "kernel-calls": Hostile(
        SYSCALL + "attempt('bpf', lambda: call(321, 280, 0, 0, 0))\n"
        "attempt('perf', lambda: call(298, 241, 0, 0, -1, -1, 0))\n"
        "attempt('userfaultfd', lambda: call(323, 282, 1))\n"
        "attempt('io_uring', lambda: call(425, 425, 8, 0))\n"
        "attempt('keyctl', lambda: call(250, 219, 0, -1, 1))\n"
        "attempt('add_key', lambda: call(248, 217, b'user', b'a', b'b', 1, -3))\n"
        "attempt('init_module', lambda: call(175, 105, 0, 0, b''))\n"
        "attempt('finit_module', lambda: call(313, 273, 0, b'', 0))\n"
        "attempt('kexec', lambda: call(246, 104, 0, 0, 0, 0))\n"
        "attempt('reboot', lambda: call(169, 142, 0xfee1dead, 672274793, 0x1234567, 0))\n"
        "attempt('syslog', lambda: call(103, 116, 3, 0, 0))\n"
        "attempt('acct', lambda: call(163, 89, b'/work/acct'))\n"
        "if ON_X86: attempt('iopl', lambda: call(172, 0, 3))\n"
    ),
}
