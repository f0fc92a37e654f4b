"""Programs that reach for what is not theirs: networks, sockets, files, the environment."""

from __future__ import annotations

import os

from tests.engines.sandbox.hostile.program import SOCKET, SYSCALL, TRY, Hostile

ABSTRACT_SOCKET = f"tidegate-hostile-test-{os.getpid()}"
"""Name of an abstract socket that this process has to listen on, outside of the sandbox."""

REACHING: dict[str, Hostile] = {
    "tcp": Hostile(
        SOCKET + "for host in ('127.0.0.1', '10.0.0.1', '192.0.2.1'):\n"
        "    for port in (22, 80, 8808):\n        attempt((host, port), lambda: "
        "socket.create_connection((host, port), .2))\n"
    ),
    "udp": Hostile(
        SOCKET + "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "attempt('udp', lambda: s.sendto(b'x', ('192.0.2.1', 53)))\n"
    ),
    "ipv6": Hostile(
        SOCKET + "s = socket.socket(socket.AF_INET6)\ns.settimeout(.2)\n"
        "attempt('tcp6', lambda: s.connect(('2001:db8::1', 80)))\n"
    ),
    "unix-sockets-of-the-host": Hostile(
        SOCKET + "for path in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/"
        "system_bus_socket', '/run/systemd/private', '/tmp/.X11-unix/X0'):\n"
        "    attempt(path, lambda: socket.socket(socket.AF_UNIX).connect(path))\n"
    ),
    "abstract-socket-of-the-host": Hostile(
        SOCKET + "attempt('abstract', lambda: "
        f"socket.socket(socket.AF_UNIX).connect(chr(0) + {ABSTRACT_SOCKET!r}))\n"
    ),
    "netlink": Hostile(SOCKET + "attempt('netlink', lambda: socket.socket(16, 3, 0))\n"),
    "vsock": Hostile(SOCKET + "attempt('vsock', lambda: socket.socket(40, 1, 0))\n"),
    "packet": Hostile(SOCKET + "attempt('packet', lambda: socket.socket(17, 3, 3))\n"),
    "raw": Hostile(SOCKET + "attempt('raw', lambda: socket.socket(2, 3, 1))\n"),
    "kernel-crypto": Hostile(SOCKET + "attempt('alg', lambda: socket.socket(38, 5, 0))\n"),
    "other-families": Hostile(
        SOCKET + "for family in range(50):\n    if family not in (1, 2, 10):\n"
        "        for kind in (1, 2, 3): attempt(family, lambda: socket.socket(family, kind, 0))\n"
    ),
    "other-protocols": Hostile(
        # ICMP, DCCP, SCTP, UDP-Lite, L2TP, multipath TCP: for most the kernel loads a module.
        SOCKET + "for family in (2, 10):\n    for kind in (1, 2, 5, 6):\n"
        "        for protocol in (1, 33, 58, 115, 132, 136, 262):\n"
        "            attempt(protocol, lambda: socket.socket(family, kind, protocol))\n"
    ),
    "host-files": Hostile(
        TRY + "for path in ('/etc/shadow', '/etc/hostname', '/etc/machine-id', '/root/.bashrc', "
        "'/home/user', '/var/log', '/var/lib', '/run', '/sys', '/usr/bin/python3', '/usr/sbin', "
        "'/usr/share', '/usr/bin/docker', '/boot', '/opt', '/srv', '/work/../root/.ssh'):\n"
        "    attempt(path, lambda: (os.listdir if os.path.isdir(path) else open)(path))\n"
    ),
    "environment": Hostile(
        TRY + "attempt('environment', lambda: set(os.environ) - {'PATH', 'PWD', 'LC_CTYPE'} "
        "or 1 / 0)\n"
    ),
    "writes-outside": Hostile(
        TRY + "for place in ('/', '/etc', '/usr', '/usr/lib', '/init', '/dev', '/bin', '/root', "
        "'/var', '/work/..', '/tmp/../etc', sys.prefix, os.path.dirname(os.__file__)):\n"
        "    attempt(place, lambda: open(place + '/written', 'wb'))\n"
        "    attempt(place, lambda: os.mkdir(place + '/made'))\n"
        "for file in ('/etc/passwd', '/init/init.py', os.__file__, sys.executable):\n"
        "    attempt(file, lambda: open(file, 'ab'))\n    attempt(file, lambda: os.unlink(file))\n"
        "    attempt(file, lambda: os.rename(file, '/work/taken'))\n"
        "    attempt(file, lambda: os.chmod(file, 0o777))\n"
        "    attempt(file, lambda: os.truncate(file, 0))\n"
    ),
    "links": Hostile(
        TRY + "os.symlink('/etc/shadow', '/tmp/a')\nattempt('symlink', lambda: open('/tmp/a'))\n"
        "attempt('hard link', lambda: os.link('/etc/passwd', '/tmp/b'))\n"
        "attempt('hard link', lambda: os.link(os.__file__, '/work/b'))\n"
        "os.symlink('/../../../../root', '/work/up')\n"
        "attempt('up', lambda: open('/work/up/.bashrc'))\n"
    ),
    "proc": Hostile(
        TRY + "for path in ('/proc/1/environ', '/proc/1/mem', '/proc/self/mem', '/proc/self/fd',"
        " '/proc/1/root', '/proc/kcore', '/proc/sysrq-trigger', '/proc/self/exe', '/proc/stat'):\n"
        "    attempt(path, lambda: os.stat(path))\n"
    ),
    "proc-of-the-parent": Hostile(
        TRY + "for name in ('mem', 'environ', 'fd', 'maps', 'cwd', 'root', 'exe', 'cmdline'):\n"
        "    attempt(name, lambda: os.stat(f'/proc/{os.getppid()}/{name}'))\n"
    ),
    "block-devices": Hostile(
        TRY + "for path in ('/dev/vda', '/dev/sda', '/dev/mem', '/dev/kmsg', '/dev/kvm', "
        "'/dev/fuse', '/dev/loop-control', '/dev/net/tun'):\n"
        "    attempt(path, lambda: os.open(path, os.O_RDONLY))\n"
        "attempt('mknod', lambda: os.mknod('/tmp/disk', 0o60600, os.makedev(254, 0)))\n"
    ),
    "terminal-injection": Hostile(
        TRY + "import fcntl, struct\nfor fd in (0, 1, 2):\n"
        "    attempt(f'TIOCSTI {fd}', lambda: fcntl.ioctl(fd, 0x5412, b'x'))\n"
        "attempt('tty', lambda: os.open('/dev/tty', os.O_RDWR))\n"
        "attempt('console', lambda: os.open('/dev/console', os.O_RDWR))\n"
        "for request in (0x5412, 0x541C):\n"
        "    attempt('pty', lambda: [fcntl.ioctl(fd, request, b'x') for fd in os.openpty()])\n"
    ),
    "clocks": Hostile(
        SYSCALL
        + "import time\nattempt('clock', lambda: time.clock_settime(time.CLOCK_REALTIME, 0))\n"
        "attempt('settimeofday', lambda: call(164, 170, b'0' * 16, None))\n"
        "attempt('adjtimex', lambda: call(159, 171, b'0' * 208))\n"
        "attempt('clock_adjtime', lambda: call(305, 266, 0, b'0' * 208))\n"
    ),
    "hostname": Hostile(TRY + "import socket\nattempt('name', lambda: socket.sethostname('x'))\n"),
}
