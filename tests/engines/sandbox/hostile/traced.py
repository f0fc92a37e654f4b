"""Programs for a traced run: there a `/proc` is mounted, and the init may trace."""

from __future__ import annotations

from tests.engines.sandbox.hostile.program import SYSCALL, TRY, Hostile

TRACED: dict[str, Hostile] = {
    "proc-of-init": Hostile(
        TRY + "def look(path):\n    if os.path.islink(path): return os.readlink(path)\n"
        "    return os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(64)\n"
        "for name in ('mem', 'maps', 'smaps', 'pagemap', 'environ', 'auxv', 'io', 'root', 'cwd', "
        "'exe', 'fd', 'fdinfo', 'map_files', 'ns/mnt', 'ns/user', 'stack', 'personality'):\n"
        "    attempt(name, lambda: look(f'/proc/1/{name}') or 1 / 0)\n"
        "for fd in range(16):\n"
        "    attempt(fd, lambda: os.open(f'/proc/1/fd/{fd}', os.O_RDWR))\n"
        "    attempt(fd, lambda: os.open(f'/proc/1/fd/{fd}', os.O_WRONLY))\n"
        "for name in ('mem', 'oom_score_adj', 'comm', 'clear_refs', 'timerslack_ns', "
        "'uid_map', 'attr/current', 'loginuid', 'setgroups', 'coredump_filter'):\n"
        "    attempt(name, lambda: open(f'/proc/1/{name}', 'r+b', buffering=0).write(b'0'))\n"
    ),
    "proc-of-the-kernel": Hostile(
        TRY + "for path in ('sys/kernel/core_pattern', 'sys/kernel/hostname', 'sysrq-trigger', "
        "'sys/user/max_user_namespaces', 'sys/vm/drop_caches', 'sys/net/ipv4/ip_forward', "
        "'sys/kernel/ns_last_pid', 'sys/fs/binfmt_misc/register', 'irq/default_smp_affinity'):\n"
        "    attempt(path, lambda: "
        "open('/proc/' + path, 'r+b', buffering=0).write(b'1'))\n"
        "for path in ('kcore', 'kmsg', 'kpagecount', 'vmallocinfo', 'slabinfo'):\n"
        "    attempt(path, lambda: open('/proc/' + path, 'rb').read(16))\n"
    ),
    "proc-of-the-host": Hostile(
        TRY + "attempt('processes', lambda: [name for name in os.listdir('/proc') "
        "if name.isdigit() and int(name) > 9] or 1 / 0)\n"
        "attempt('environment', lambda: open(f'/proc/{os.getppid()}/environ').read() or 1 / 0)\n"
        "attempt('own root', lambda: os.listdir('/proc/self/root/root/.ssh'))\n"
        "attempt('own program', lambda: open('/proc/self/exe', 'ab'))\n"
        "attempt('map', lambda: "
        "open('/proc/self/uid_map', 'r+b', buffering=0).write(b'0 0 1'))\n"
    ),
    "trace-others": Hostile(
        SYSCALL + "import time\nchild = os.fork()\nif child == 0: time.sleep(9)\n"
        "for process in (1, child):\n"
        "    attempt('attach', lambda: call(101, 117, 16, process, 0, 0))\n"
        "    attempt('seize', lambda: call(101, 117, 0x4206, process, 0, 0))\n"
        "attempt('traceme', lambda: call(101, 117, 0, 0, 0, 0))\n"
        "attempt('detach', lambda: call(101, 117, 17, os.getpid(), 0, 0))\n"
    ),
}
