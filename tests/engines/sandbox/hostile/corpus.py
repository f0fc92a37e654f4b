"""Each program prints `ESCAPED <what>` if it got what it wanted; none may.

`ends` names the endings that are right for it. A program that is merely refused everything ends
by itself (`exited`); one that never stops must be stopped by the bound that is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tidegate.engines.sandbox import Ending, Limits

SHORT = Limits(wall_seconds=1.5)
SMALL = Limits(wall_seconds=4, memory_bytes=256 << 20, scratch_bytes=8 << 20, file_bytes=1 << 30)

BY_ITSELF = frozenset({Ending.EXITED})
KILLED = frozenset({Ending.WALL_TIME, Ending.MEMORY, Ending.SIGNALED, Ending.CPU_TIME})


@dataclass(frozen=True)
class Hostile:
    """One program and how it may end."""

    source: str
    ends: frozenset[Ending] = BY_ITSELF
    limits: Limits = field(default=SHORT)


_TRY = """
import os, sys
def attempt(what, deed):
    try:
        result = deed()
    except BaseException as error:
        print("refused", what, type(error).__name__, error)
    else:
        print("ESCAPED", what, repr(result)[:200])
"""

_SYSCALL = (
    _TRY
    + """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ON_X86 = platform.machine() == "x86_64"
def call(x86, arm, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(x86 if ON_X86 else arm, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""
)

_SOCKET = _TRY + "import socket\n"

PROGRAMS: dict[str, Hostile] = {
    # Taking everything.
    "fork-bomb": Hostile(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n", KILLED
    ),
    "thread-bomb": Hostile(
        "import threading, time\nwhile True:\n    try: threading.Thread(target=time.sleep,"
        " args=(99,)).start()\n    except RuntimeError: time.sleep(.01)\n",
        KILLED,
    ),
    "memory-one-process": Hostile(
        "hoard = []\nwhile True: hoard.append(bytearray(b'x') * (8 << 20))\n",
        KILLED | BY_ITSELF,
        SMALL,
    ),
    "memory-many-processes": Hostile(
        "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * (64 << 20)\n        time.sleep(99)\ntime.sleep(99)\n",
        KILLED,
        SMALL,
    ),
    "memory-mapped-shared": Hostile(
        "import mmap\nhoard = []\nwhile True:\n    area = mmap.mmap(-1, 32 << 20)\n"
        "    area.write(b'x' * (32 << 20))\n    hoard.append(area)\n",
        KILLED | BY_ITSELF,
        SMALL,
    ),
    "disk-work": Hostile(
        _TRY + "def fill():\n    with open('/work/fill', 'wb') as f:\n"
        "        for _ in range(64): f.write(b'x' * (1 << 20))\nattempt('64 MiB in /work', fill)\n",
        limits=SMALL,
    ),
    "disk-tmp-many-files": Hostile(
        _TRY + "def fill():\n    for n in range(64):\n"
        "        open(f'/tmp/{n}', 'wb').write(b'x' * (1 << 20))\nattempt('64 MiB in /tmp', fill)\n",
        limits=SMALL,
    ),
    "disk-shm": Hostile(
        _TRY + "def fill():\n    for n in range(64):\n"
        "        open(f'/dev/shm/{n}', 'wb').write(b'x' * (1 << 20))\nattempt('64 MiB shm', fill)\n",
        limits=SMALL,
    ),
    "disk-root": Hostile(
        _TRY + "for place in ('/', '/etc', '/usr/lib', '/init', '/dev', '/bin'):\n"
        "    attempt(place, lambda: open(place + '/written', 'wb'))\n"
    ),
    "disk-one-huge-file": Hostile(
        _TRY + "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def grow():\n    with open('/work/huge', 'wb') as f: f.seek(1 << 40); f.write(b'x')\n"
        "attempt('a sparse terabyte', grow)\n"
    ),
    "inodes": Hostile(
        "import os\nn = 0\nwhile True:\n    try: os.close(os.open(f'/tmp/{n}', os.O_CREAT))\n"
        "    except OSError: break\n    n += 1\n",
        KILLED | BY_ITSELF,
    ),
    "output-stdout": Hostile(
        "while True: print('x' * 65536)\n", frozenset({Ending.OUTPUT}), Limits(wall_seconds=10)
    ),
    "output-stderr": Hostile(
        "import sys\nwhile True: sys.stderr.write('x' * 65536)\n",
        frozenset({Ending.OUTPUT}),
        Limits(wall_seconds=10),
    ),
    "output-channel": Hostile(
        "import os\nwhile True:\n    try: os.write(3, b'x' * 1000)\n    except OSError: pass\n",
        KILLED,
    ),
    "output-samples": Hostile("import os\nwhile True: os.write(4, b'x' * 65536)\n", KILLED),
    "descriptors": Hostile(
        _TRY + "import os\ndef take():\n    while len(os.pipe()) and True: taken.append(1)\n"
        "taken = []\ntry: take()\nexcept OSError: pass\n"
        "attempt('2000 pipes', lambda: len(taken) > 2000 or 1 / 0)\n"
    ),
    "cpu-burn": Hostile("while True: pass\n", KILLED),
    "cpu-burn-many": Hostile(
        "import os\nfor _ in range(8): os.fork()\nwhile True: pass\n",
        KILLED,
        Limits(wall_seconds=3, cpu_seconds=2),
    ),
    # Staying behind.
    "ignores-sigterm": Hostile(
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: signal.pause()\n",
        KILLED,
    ),
    "daemon": Hostile(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        for fd in (0, 1, 2, 3, 4): os.close(fd)\n        time.sleep(99)\n    os._exit(0)\n"
    ),
    "daemon-holding-the-pipes": Hostile(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)\n"
    ),
    "stopped": Hostile("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n", KILLED),
    "zombies": Hostile(
        "import os\nfor _ in range(3000):\n    try: pid = os.fork()\n"
        "    except OSError: continue\n    if pid == 0: os._exit(0)\n",
        KILLED | BY_ITSELF,
    ),
    "orphaned-zombies": Hostile(
        "import os\nfor _ in range(300):\n    pid = os.fork()\n    if pid == 0:\n"
        "        if os.fork() == 0: os._exit(0)\n        os._exit(0)\n    os.waitpid(pid, 0)\n",
        KILLED | BY_ITSELF,
    ),
    "vfork-and-exec-forever": Hostile(
        "import os, sys\nos.execv('/bin/sh', ['sh', '-c', 'while :; do (:); done'])\n", KILLED
    ),
    # Hurting the init.
    "kill-everything": Hostile(
        _TRY + "import signal\nattempt('kill 1', lambda: (os.kill(1, 9), os.kill(1, 15), 1 / 0))\n"
        "os.kill(-1, signal.SIGTERM)\n",
        KILLED | BY_ITSELF,
    ),
    "forged-status": Hostile(
        _TRY + "import marshal\nfor fd in range(5, 64):\n"
        "    attempt(f'descriptor {fd}', lambda: os.write(fd, marshal.dumps({'status': 0})))\n"
    ),
    "limits-of-init": Hostile(
        _TRY + "import resource\n"
        "attempt('prlimit 1', lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)))\n"
    ),
    "raise-own-limits": Hostile(
        _TRY + "import resource\n"
        "attempt('nproc', lambda: resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)))\n"
    ),
    # Getting out by the network.
    "tcp": Hostile(
        _SOCKET + "for host in ('127.0.0.1', '10.0.0.1', '192.0.2.1'):\n"
        "    for port in (22, 80, 8808):\n        attempt((host, port), lambda: "
        "socket.create_connection((host, port), .2))\n"
    ),
    "udp": Hostile(
        _SOCKET + "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "attempt('udp', lambda: s.sendto(b'x', ('192.0.2.1', 53)))\n"
    ),
    "ipv6": Hostile(
        _SOCKET + "s = socket.socket(socket.AF_INET6)\ns.settimeout(.2)\n"
        "attempt('tcp6', lambda: s.connect(('2001:db8::1', 80)))\n"
    ),
    "unix-sockets-of-the-host": Hostile(
        _SOCKET + "for path in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/"
        "system_bus_socket', '/run/systemd/private', '/tmp/.X11-unix/X0'):\n"
        "    attempt(path, lambda: socket.socket(socket.AF_UNIX).connect(path))\n"
    ),
    "abstract-socket-of-the-host": Hostile(
        _SOCKET + "attempt('abstract', lambda: "
        "socket.socket(socket.AF_UNIX).connect(chr(0) + 'tidegate-hostile-test'))\n"
    ),
    "netlink": Hostile(_SOCKET + "attempt('netlink', lambda: socket.socket(16, 3, 0))\n"),
    "vsock": Hostile(_SOCKET + "attempt('vsock', lambda: socket.socket(40, 1, 0))\n"),
    "packet": Hostile(_SOCKET + "attempt('packet', lambda: socket.socket(17, 3, 3))\n"),
    "raw": Hostile(_SOCKET + "attempt('raw', lambda: socket.socket(2, 3, 1))\n"),
    "kernel-crypto": Hostile(_SOCKET + "attempt('alg', lambda: socket.socket(38, 5, 0))\n"),
    # Reading what is not theirs.
    "host-files": Hostile(
        _TRY + "for path in ('/etc/shadow', '/etc/hostname', '/etc/machine-id', '/root/.bashrc', "
        "'/home/user', '/var/log', '/var/lib', '/run', '/sys', '/usr/bin/python3', '/usr/sbin', "
        "'/usr/share', '/usr/bin/docker', '/boot', '/opt', '/srv', '/work/../root/.ssh'):\n"
        "    attempt(path, lambda: (os.listdir if os.path.isdir(path) else open)(path))\n"
    ),
    "environment": Hostile(
        _TRY + "attempt('environment', lambda: set(os.environ) - {'PATH', 'PWD', 'LC_CTYPE'} "
        "or 1 / 0)\n"
    ),
    "proc": Hostile(
        _TRY + "for path in ('/proc/1/environ', '/proc/1/mem', '/proc/self/mem', '/proc/self/fd',"
        " '/proc/1/root', '/proc/kcore', '/proc/sysrq-trigger', '/proc/self/exe'):\n"
        "    attempt(path, lambda: os.stat(path))\n"
    ),
    "leftover-descriptors": Hostile(
        _TRY + "def look():\n    found = []\n    for fd in range(5, 1024):\n"
        "        try: found.append((fd, os.fstat(fd)))\n        except OSError: pass\n"
        "    return found or 1 / 0\nattempt('descriptors', look)\n"
    ),
    "block-devices": Hostile(
        _TRY + "for path in ('/dev/vda', '/dev/sda', '/dev/mem', '/dev/kmsg', '/dev/kvm', "
        "'/dev/fuse', '/dev/loop-control', '/dev/net/tun'):\n"
        "    attempt(path, lambda: os.open(path, os.O_RDONLY))\n"
        "attempt('mknod', lambda: os.mknod('/tmp/disk', 0o60600, os.makedev(254, 0)))\n"
    ),
    # Climbing out of the namespaces.
    "setuid": Hostile(
        _TRY + "attempt('setuid', lambda: os.setuid(0))\nattempt('setgroups', lambda: "
        "os.setgroups([0]))\nattempt('chown', lambda: (open('/tmp/f', 'w'), "
        "os.chown('/tmp/f', 0, 0)))\nattempt('uid 0', lambda: os.getuid() == 0 or 1 / 0)\n"
    ),
    "setuid-file": Hostile(
        _TRY + "import shutil\nshutil.copy('/bin/sh', '/tmp/sh')\nos.chmod('/tmp/sh', 0o6755)\n"
        "attempt('root by a setuid file', lambda: "
        "os.popen('/tmp/sh -p -c \"test -w /etc/passwd && echo yes\"').read() or 1 / 0)\n"
    ),
    "nested-namespaces": Hostile(
        _SYSCALL + "for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x80):\n"
        "    attempt(hex(flag), lambda: call(272, 97, flag))\n"
        "    if flag > 255: attempt('clone ' + hex(flag), lambda: call(56, 220, flag | 17, 0, 0, 0, 0))\n"
        "attempt('clone3', lambda: call(435, 435, 0, 0))\nattempt('setns', lambda: "
        "call(308, 268, 3, 0))\n"
    ),
    "mounts": Hostile(
        _SYSCALL + "attempt('mount', lambda: call(165, 40, b'none', b'/tmp', b'tmpfs', 0, 0))\n"
        "attempt('umount', lambda: call(166, 39, b'/tmp', 2))\n"
        "attempt('remount', lambda: call(165, 40, b'none', b'/', b'', 32, 0))\n"
        "attempt('chroot', lambda: os.chroot('/tmp'))\nattempt('pivot', lambda: "
        "call(155, 41, b'/tmp', b'/tmp'))\nattempt('fsopen', lambda: call(430, 430, b'tmpfs', 0))\n"
        "attempt('open_tree', lambda: call(428, 428, -100, b'/', 1))\n"
    ),
    "ptrace": Hostile(
        _SYSCALL + "attempt('attach 1', lambda: call(101, 117, 16, 1, 0, 0))\n"
        "attempt('seize 1', lambda: call(101, 117, 0x4206, 1, 0, 0))\n"
        "attempt('traceme', lambda: call(101, 117, 0, 0, 0, 0))\n"
        "attempt('read 1', lambda: call(310, 270, 1, 0, 0, 0, 0, 0))\n"
        "attempt('write 1', lambda: call(311, 271, 1, 0, 0, 0, 0, 0))\n"
        "attempt('pidfd_getfd', lambda: call(438, 438, 3, 0, 0))\n"
    ),
    "kernel-calls": Hostile(
        _SYSCALL + "attempt('bpf', lambda: call(321, 280, 0, 0, 0))\n"
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
    ),
    "foreign-system-calls": Hostile(
        _SYSCALL + "attempt('x32 getpid', lambda: call(0x40000000 + 39, 9999))\n",
        KILLED | BY_ITSELF,
    ),
    "clocks": Hostile(
        _TRY + "import time\nattempt('clock', lambda: time.clock_settime(time.CLOCK_REALTIME, 0))\n"
    ),
    "hostname": Hostile(_TRY + "import socket\nattempt('name', lambda: socket.sethostname('x'))\n"),
    "terminal-injection": Hostile(
        _TRY + "import fcntl\nfor fd in (0, 1, 2):\n"
        "    attempt(f'TIOCSTI {fd}', lambda: fcntl.ioctl(fd, 0x5412, b'x'))\n"
        "attempt('tty', lambda: os.open('/dev/tty', os.O_RDWR))\n"
        "attempt('pty', lambda: [fcntl.ioctl(fd, 0x5412, b'x') for fd in os.openpty()])\n"
    ),
    "links": Hostile(
        _TRY + "os.symlink('/etc/shadow', '/tmp/a')\nattempt('symlink', lambda: open('/tmp/a'))\n"
        "attempt('hard link', lambda: os.link('/usr/lib/os-release', '/tmp/b'))\n"
        "os.symlink('/../../../../root', '/work/up')\nattempt('up', lambda: open('/work/up/.bashrc'))\n"
    ),
    "deep-directories": Hostile(
        "import os\nos.chdir('/tmp')\nfor n in range(20000):\n"
        "    try: os.mkdir('d' * 200); os.chdir('d' * 200)\n    except OSError: break\n",
        KILLED | BY_ITSELF,
    ),
    "odd-file-names": Hostile(
        "open(b'/work/\\xff\\n\\x1b[2J', 'w')\nopen('/work/-rf', 'w')\nopen('/tmp/' + 'n' * 255, 'w')\n"
    ),
}
