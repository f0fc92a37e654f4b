"""Programs that stay behind, and programs that hurt or deceive the trusted init."""

from __future__ import annotations

from tests.engines.sandbox.hostile.program import (
    BY_A_SIGNAL,
    BY_ITSELF,
    BY_THE_CLOCK,
    SYSCALL,
    TRY,
    Hostile,
)
from tidegate.engines.sandbox import Limits

STAYING: dict[str, Hostile] = {
    "ignores-sigterm": Hostile(
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: signal.pause()\n",
        BY_THE_CLOCK,
    ),
    "daemon": Hostile(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        for fd in (0, 1, 2, 3, 4): os.close(fd)\n        time.sleep(99)\n    os._exit(0)\n"
    ),
    "daemon-holding-the-pipes": Hostile(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)\n"
    ),
    "main-thread-gone": Hostile(
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(99,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n",
        BY_THE_CLOCK,
    ),
    "stopped": Hostile("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n", BY_THE_CLOCK),
    "zombies": Hostile(
        "import os\nfor _ in range(3000):\n    try: pid = os.fork()\n"
        "    except OSError: continue\n    if pid == 0: os._exit(0)\n",
        BY_ITSELF | BY_THE_CLOCK,
        Limits(wall_seconds=10),
    ),
    "orphaned-zombies": Hostile(
        "import os\nfor _ in range(1000):\n    pid = os.fork()\n    if pid == 0:\n"
        "        if os.fork() == 0: os._exit(0)\n        os._exit(0)\n    os.waitpid(pid, 0)\n",
        BY_ITSELF | BY_THE_CLOCK,
        Limits(wall_seconds=10),
    ),
    "orphans-without-end": Hostile(
        "import os\nfor _ in range(4): os.fork()\nwhile True:\n    try:\n"
        "        if os.fork() == 0:\n            os.fork()\n            os._exit(0)\n"
        "        os.wait()\n    except OSError: pass\n",
        BY_THE_CLOCK,
    ),
    "vfork-and-exec-forever": Hostile(
        "import os, sys\nos.execv('/bin/sh', ['sh', '-c', 'while :; do (:); done'])\n",
        BY_THE_CLOCK,
    ),
    "pipes-sent-away": Hostile(
        "import os, socket\nchannel = socket.socket(fileno=3)\n"
        "ends = [fd for _ in range(20) for fd in os.pipe()]\n"
        "for _ in range(8): socket.send_fds(channel, [b'x'], [1, 2, 4, *ends])\n"
    ),
    "channel-shut-down": Hostile(
        "import socket, time\nchannel = socket.socket(fileno=3)\nchannel.send(b'said')\n"
        "channel.shutdown(socket.SHUT_RDWR)\ntime.sleep(.3)\n"
    ),
    "kill-everything": Hostile(
        TRY + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for number in (signal.SIGTERM, signal.SIGKILL):\n"
        "    child = os.fork()\n    while child == 0: signal.pause()\n"
        "    os.killpg(0, signal.SIGTERM)\n    os.kill(-1, number)\n    os.kill(child, 9)\n"
        "attempt('process 1 gone', lambda: os.getppid() != 1 or 1 / 0)\n",
        BY_ITSELF,
    ),
    "signals-to-init": Hostile(
        SYSCALL + "import signal, time\nfor n in range(1, 65):\n    os.kill(1, n)\n"
        "    call(234, 131, 1, 1, n)\n"
        "handle = call(434, 434, 1, 0)\nfor n in range(1, 65): call(424, 424, handle, n, None, 0)\n"
        "time.sleep(.2)\nattempt('process 1 gone', lambda: os.getppid() != 1 or 1 / 0)\n"
    ),
    "starves-init": Hostile(
        SYSCALL + "attempt('processors', lambda: os.sched_setaffinity(1, {0}))\n"
        "attempt('idle', lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)))\n"
        "attempt('batch', lambda: os.sched_setparam(1, os.sched_param(0)))\n"
        "attempt('attributes', lambda: call(314, 274, 1, b'0' * 64, 0))\n"
        "for which in (os.PRIO_PROCESS, os.PRIO_PGRP):\n"
        "    attempt('nice', lambda: os.setpriority(which, 1, 19))\n"
        "attempt('everybody', lambda: os.setpriority(os.PRIO_USER, 0, 19))\n"
        "for which in (1, 2, 3):\n"
        "    attempt('input', lambda: call(251, 30, which, 1 if which < 3 else 1000, 3 << 13))\n"
    ),
    "limits-of-init": Hostile(
        TRY + "import resource\n"
        "attempt('prlimit 1', lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)))\n"
        "attempt('prlimit self', lambda: resource.prlimit(os.getpid(), resource.RLIMIT_CPU))\n"
    ),
    "forged-status": Hostile(
        TRY + "import marshal\nfor fd in range(5, 64):\n"
        "    attempt(f'descriptor {fd}', lambda: os.write(fd, marshal.dumps({'status': 0})))\n"
    ),
    "forged-hardware-signal": Hostile(
        SYSCALL + "import struct\n"
        "info = struct.pack('iiiiQ', 11, 0, 1, 0, 0x41).ljust(128, b'0')\n"
        "attempt('queue', lambda: call(129, 138, os.getpid(), 11, info))\n"
        "attempt('thread', lambda: call(297, 240, os.getpid(), os.getpid(), 11, info))\n"
        "handle = call(434, 434, os.getpid(), 0)\n"
        "attempt('handle', lambda: call(424, 424, handle, 11, info, 0))\n"
    ),
    "leftover-descriptors": Hostile(
        TRY + "def look():\n    found = []\n    for fd in range(5, 1024):\n"
        "        try: found.append((fd, os.fstat(fd)))\n        except OSError: pass\n"
        "    return found or 1 / 0\nattempt('descriptors', look)\n"
    ),
    "foreign-system-calls": Hostile(
        SYSCALL + "attempt('x32 getpid', lambda: call(0x40000000 + 39, 9999))\n",
        BY_ITSELF | BY_A_SIGNAL,
    ),
    "system-calls-of-i386": Hostile(
        # mov eax, 20 (getpid); int 0x80; ret. On other machines the bytes are no code at all.
        TRY + "import ctypes, mmap\ncode = bytes.fromhex('b814000000cd80c3')\n"
        "area = mmap.mmap(-1, 4096, prot=7)\narea.write(code)\n"
        "start = ctypes.addressof(ctypes.c_char.from_buffer(area))\n"
        "attempt('getpid', ctypes.CFUNCTYPE(ctypes.c_int)(start))\n",
        BY_A_SIGNAL,
    ),
    "system-calls-of-tomorrow": Hostile(
        SYSCALL + "import errno\ndef is_there(number):\n    try: call(number, number, 0, 0, 0)\n"
        "    except OSError as error:\n        if error.errno == errno.ENOSYS: raise\n"
        "for number in [*range(451, 500), 1000, 1 << 20, -1]:\n"
        "    attempt(number, lambda: is_there(number))\n"
    ),
}
