"""Programs that take everything: processes, memory, disk, output, processors."""

from __future__ import annotations

from tests.engines.sandbox.hostile.program import (
    BY_ITSELF,
    BY_MEMORY,
    BY_OUTPUT,
    BY_THE_CLOCK,
    SHORT,
    SMALL,
    SYSCALL,
    TRY,
    Hostile,
)
from tidegate.engines.sandbox import Ending, Limits

TAKING: dict[str, Hostile] = {
    "fork-bomb": Hostile(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n", BY_THE_CLOCK
    ),
    "fork-bomb-of-the-shell": Hostile(
        "import os\nif os.fork() == 0:\n    os.execv('/bin/sh', "
        "['sh', '-c', 'exec 2>/dev/null; b() { b | b & b; }; b; wait'])\nos.wait()\n",
        BY_THE_CLOCK | BY_ITSELF,
    ),
    "thread-bomb": Hostile(
        "import threading, time\nwhile True:\n    try: threading.Thread(target=time.sleep,"
        " args=(99,)).start()\n    except RuntimeError: time.sleep(.01)\n",
        BY_THE_CLOCK,
    ),
    "memory-one-process": Hostile(
        "hoard = []\nwhile True: hoard.append(bytearray(b'x') * (8 << 20))\n", BY_MEMORY, SMALL
    ),
    "memory-many-processes": Hostile(
        "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * (64 << 20)\n        time.sleep(99)\ntime.sleep(99)\n",
        BY_MEMORY,
        SMALL,
    ),
    "memory-mapped-shared": Hostile(
        "import mmap\nhoard = []\nwhile True:\n    area = mmap.mmap(-1, 32 << 20)\n"
        "    area.write(b'x' * (32 << 20))\n    hoard.append(area)\n",
        BY_MEMORY,
        SMALL,
    ),
    "memory-that-nobody-maps": Hostile(
        "import os, time\nhoard = []\nwhile len(hoard) < 64:\n"
        "    hoard.append(os.memfd_create('x'))\n    os.write(hoard[-1], b'x' * (16 << 20))\n"
        "time.sleep(99)\n",
        BY_MEMORY,
        SMALL,
    ),
    "memory-given-back-but-kept": Hostile(
        "import ctypes, mmap, time\nlibc = ctypes.CDLL(None)\narea = mmap.mmap(-1, 1 << 30)\n"
        "start = ctypes.addressof(ctypes.c_char.from_buffer(area))\n"
        "libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]\n"
        "for at in range(0, 1 << 30, 8 << 20):\n    area[at:at + (8 << 20)] = b'x' * (8 << 20)\n"
        "    libc.madvise(start + at, 8 << 20, 4)\ntime.sleep(99)\n",
        BY_MEMORY,
        SMALL,
    ),
    "memory-of-system-v": Hostile(
        SYSCALL + "attempt('shmget', lambda: call(29, 194, 0, 64 << 20, 0o1600))\n"
        "attempt('msgget', lambda: call(68, 186, 0, 0o1600))\n"
        "attempt('semget', lambda: call(64, 190, 0, 999, 0o1600))\n"
    ),
    "memory-of-the-hosts-stores": Hostile(
        SYSCALL + "import mmap\ncontext = ctypes.c_ulong()\n"
        "attempt('aio', lambda: call(206, 0, 60000, ctypes.byref(context)))\n"
        "attempt('huge', lambda: mmap.mmap(-1, 2 << 20, flags=0x40022))\n"
        "attempt('huge file', lambda: os.memfd_create('x', 4))\n"
    ),
    "memory-locked": Hostile(
        SYSCALL + "area = ctypes.create_string_buffer(1 << 20)\n"
        "attempt('mlock', lambda: call(149, 228, area, 1 << 20))\n"
        "attempt('mlockall', lambda: call(151, 230, 1))\n"
    ),
    "socket-buffers": Hostile(
        "import socket\nhoard = []\ntry:\n    while True:\n        pair = socket.socketpair()\n"
        "        hoard.append(pair)\n        for end in pair:\n            end.setblocking(False)\n"
        "            try:\n                while True: end.send(b'x' * 65536)\n"
        "            except BlockingIOError: pass\nexcept OSError: print(len(hoard) < 300)\n",
        BY_ITSELF,
        Limits(wall_seconds=10),
    ),
    "disk-work": Hostile(
        TRY + "def fill():\n    with open('/work/fill', 'wb') as f:\n"
        "        for _ in range(64): f.write(b'x' * (1 << 20))\nattempt('64 MiB in /work', fill)\n",
        limits=SMALL,
    ),
    "disk-tmp-many-files": Hostile(
        TRY + "def fill():\n    for n in range(64):\n"
        "        open(f'/tmp/{n}', 'wb').write(b'x' * (1 << 20))\nattempt('64 MiB tmp', fill)\n",
        limits=SMALL,
    ),
    "disk-shm": Hostile(
        TRY + "def fill():\n    for n in range(64):\n"
        "        open(f'/dev/shm/{n}', 'wb').write(b'x' * (1 << 20))\nattempt('64 MiB', fill)\n",
        limits=SMALL,
    ),
    "disk-one-huge-file": Hostile(
        TRY + "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def grow():\n    with open('/work/huge', 'wb') as f: f.seek(1 << 40); f.write(b'x')\n"
        "attempt('a sparse terabyte', grow)\n"
    ),
    "inodes": Hostile(
        "import os, time\nfor n in range(10_000):\n"
        "    os.close(os.open(f'/tmp/{n}', os.O_CREAT))\n    os.mkdir(f'/dev/shm/{n}')\n"
        "    os.symlink('x', f'/home/{n}')\ntime.sleep(99)\n",
        BY_MEMORY,
        Limits(wall_seconds=20, scratch_files=20_000),
    ),
    "deep-directories": Hostile(
        "import os\nos.chdir('/tmp')\nfor n in range(20000):\n"
        "    try: os.mkdir('d' * 200); os.chdir('d' * 200)\n    except OSError: break\n",
        BY_ITSELF | BY_THE_CLOCK,
    ),
    "odd-file-names": Hostile(
        "open(b'/work/\\xff\\n\\x1b[2J', 'w')\nopen('/work/-rf', 'w')\n"
        "open('/tmp/' + 'n' * 255, 'w')\n"
    ),
    "output-stdout": Hostile(
        "while True: print('x' * 65536)\n", BY_OUTPUT, Limits(wall_seconds=10)
    ),
    "output-stderr": Hostile(
        "import sys\nwhile True: sys.stderr.write('x' * 65536)\n",
        BY_OUTPUT,
        Limits(wall_seconds=10),
    ),
    "output-channel": Hostile(
        "import os\nwhile True:\n    try: os.write(3, b'x' * 1000)\n    except OSError: pass\n",
        BY_THE_CLOCK,
    ),
    "output-samples": Hostile("import os\nwhile True: os.write(4, b'x' * 65536)\n", BY_THE_CLOCK),
    "descriptors": Hostile(
        TRY + "import os\ndef take():\n    while len(os.pipe()) and True: taken.append(1)\n"
        "taken = []\ntry: take()\nexcept OSError: pass\n"
        "attempt('2000 pipes', lambda: len(taken) > 2000 or 1 / 0)\n"
    ),
    "cpu-burn": Hostile("while True: pass\n", BY_THE_CLOCK),
    "cpu-burn-many": Hostile(
        # 64 processes: more than the limit would only fail to fork, and end by that.
        "import os\nfor _ in range(6): os.fork()\nwhile True: pass\n",
        frozenset({Ending.CPU_TIME}),
        Limits(wall_seconds=20, cpu_seconds=2),
    ),
    "raise-own-limits": Hostile(
        TRY + "import resource\nfor name in ('NPROC', 'NOFILE', 'FSIZE', 'CPU', 'MEMLOCK'):\n"
        "    limit = getattr(resource, 'RLIMIT_' + name)\n"
        "    attempt(name, lambda: resource.setrlimit(limit, (1 << 40, 1 << 40)))\n"
    ),
    "core-handler-of-the-host": Hostile(
        TRY + "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "attempt('cores', lambda: resource.getrlimit(resource.RLIMIT_CORE) != (1, 1) or 1 / 0)\n"
        "os.abort()\n",
        frozenset({Ending.SIGNALED}),
    ),
    "priority": Hostile(
        TRY + "attempt('nice', lambda: os.nice(-5))\n"
        "attempt('fifo', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))\n"
    ),
    "stack-without-end": Hostile(
        "import ctypes\n"
        "def sink(*_): return back(None, None)\n"
        "back = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(sink)\n"
        "import sys\nsys.setrecursionlimit(1 << 30)\nback(None, None)\n",
        frozenset({Ending.SIGNALED, Ending.MEMORY, Ending.EXITED}),
        SHORT,
    ),
}
