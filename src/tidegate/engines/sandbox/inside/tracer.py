"""Looks at fatal signals from the outside: the init's part of a traced run (ptrace(2)).

The program is seized, not stopped at every step: it only halts when a signal is about to be
delivered or when it forks. At a signal that would kill it, the instruction and the return
addresses on its stack are read from its memory, before any handler of its own can run.

Whatever the program does meanwhile (dies in the middle of it, maps a hundred thousand files), an
examination ends soon and never harms the init: it finds less.
"""
# ruff: noqa: PTH123, UP031  as little as can be is imported, and CPython 3.6 reads this too

import ctypes
import os
import struct
import sys
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    Frame = tuple[str, int, int]
    Mapping = tuple[int, int, int, str]

_SEIZE, _CONT, _GETSIGINFO, _GETREGSET, _LISTEN = 0x4206, 7, 0x4202, 0x4204, 0x4208
_OPTIONS = 0x00100000 | 0x02 | 0x04 | 0x08  # EXITKILL, follow fork, vfork and clone
_NT_PRSTATUS = 1
_EVENT_STOP = 128
_STOPPING = (19, 20, 21, 22)  # SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_FATAL = (4, 5, 6, 7, 8, 11)  # SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
_STACK_BYTES = 256 << 10
_FRAMES = 400
_NAME_BYTES = 64 << 10
_FAULTS = 8
_PAGE = 4096
_WITHOUT_A_FILE = ("/dev/zero (deleted)", "/memfd:", "/SYSV")  # shared memory, as maps names it

# Where the program counter and the stack pointer stand in NT_PRSTATUS (arch/*/asm/ptrace.h).
_REGISTERS = {"x86_64": (16, 19), "aarch64": (32, 31)}


class Tracer:
    """Seizes the program and examines what would kill it."""

    def __init__(self, tracing_filter: bytes) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        word, address = ctypes.c_long, ctypes.c_void_p
        self._libc.ptrace.restype = word
        self._libc.ptrace.argtypes = [word, word, address, address]
        self._filter = tracing_filter
        self._gate_read, self._gate_write = os.pipe()
        self._taken = 0

    def wait_for_tracer(self) -> None:
        """In the child: wait until the parent has seized it."""
        os.close(self._gate_write)
        if os.read(self._gate_read, 1) != b"g":
            raise OSError("the tracer could not attach")

    def close_the_door(self) -> None:
        """In the child: give up ptrace for good."""

        class Program(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

        program = Program(len(self._filter) // 8, self._filter)
        self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if self._libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the tracing filter could not be installed")

    def attach(self, process: int) -> None:
        """Seize the program and let it go on."""
        if self._libc.ptrace(_SEIZE, process, None, _OPTIONS) != 0:
            os.close(self._gate_write)
            return
        # Keeps the program from opening /proc/1 and thus this process's descriptors and memory;
        # not before the fork, since the child would inherit it and could not be seized.
        self._libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        os.write(self._gate_write, b"g")

    def resume(self, process: int, status: int) -> "tuple[int, bool, list[Frame]] | None":
        """Answer one stop; return what was found if it was a fatal signal."""
        signal = os.WSTOPSIG(status)
        event = status >> 16
        if event == _EVENT_STOP and signal in _STOPPING:
            self._libc.ptrace(_LISTEN, process, None, None)
            return None
        fault = None
        if event == 0 and signal in _FATAL and self._taken < _FAULTS:
            self._taken += 1
            fault = (signal, self._is_sent(process), self._frames(process))
        self._libc.ptrace(_CONT, process, None, None if event else signal)
        return fault

    def _is_sent(self, process: int) -> bool:
        """Return whether a process sent the signal; what cannot be told is not the hardware's."""
        information = ctypes.create_string_buffer(128)
        if self._libc.ptrace(_GETSIGINFO, process, None, ctypes.addressof(information)) != 0:
            return True
        code: int = struct.unpack_from("i", information, 8)[0]
        return code <= 0

    def _frames(self, process: int) -> "list[Frame]":
        machine = os.uname().machine
        registers = self._registers(process, machine)
        if registers is None:
            return []
        counter, pointer = registers
        frames: list[Frame] = []
        named = 0
        try:
            mappings = _executable_mappings(process)
            frames.append((*(_locate(mappings, counter) or ("", 0)), 0))
            with open("/proc/%d/mem" % process, "rb", buffering=0) as memory:
                for slot, address in enumerate(_words(memory, pointer)):
                    found = _locate(mappings, address)
                    if found and _follows_a_call(memory, address, machine):
                        frames.append((*found, 8 * slot))
                        named += len(found[0])
                        if len(frames) >= _FRAMES or named >= _NAME_BYTES:
                            break
        except (OSError, ValueError, IndexError):
            pass  # killed by another of its own while it was looked at
        return frames

    def _registers(self, process: int, machine: str) -> "tuple[int, int] | None":
        """Return the program counter and the stack pointer."""

        class Vector(ctypes.Structure):
            _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

        places = _REGISTERS.get(machine)
        if places is None:
            return None
        registers = ctypes.create_string_buffer(1024)
        vector = Vector(ctypes.addressof(registers), len(registers))
        address = ctypes.addressof(vector)
        if self._libc.ptrace(_GETREGSET, process, _NT_PRSTATUS, address) != 0:
            return None
        counter, pointer = (struct.unpack_from("Q", registers, 8 * place)[0] for place in places)
        return counter, pointer


def _executable_mappings(process: int) -> "list[Mapping]":
    """Return what is mapped executable, in the order of addresses."""
    mappings = []
    with open("/proc/%d/maps" % process, encoding="utf-8", errors="replace") as file:
        for line in file:
            parts = line.split(None, 5)
            if "x" not in parts[1]:
                continue
            start, end = (int(part, 16) for part in parts[0].split("-"))
            name = parts[5].strip() if len(parts) > 5 else ""
            if not name.startswith("/") or name.startswith(_WITHOUT_A_FILE):
                name = ""
            mappings.append((start, end, int(parts[2], 16), name))
    return mappings


def _locate(mappings: "list[Mapping]", address: int) -> "tuple[str, int] | None":
    place = bisect_right(mappings, (address, sys.maxsize << 1)) - 1
    if place < 0:
        return None
    start, end, offset, name = mappings[place]
    if address >= end:
        return None
    return (name, address - start + offset if name else 0)


def _words(memory: "BinaryIO", address: int) -> "list[int]":
    """Return the stack from its top downwards, as far as it is mapped and aligned to words."""
    stack = _read(memory, address, _STACK_BYTES)
    return [word for (word,) in struct.iter_unpack("Q", stack[: len(stack) // 8 * 8])]


def _read(memory: "BinaryIO", address: int, size: int) -> bytes:
    """Read as much as is mapped, a page at a time: a stack that overflowed ends soon."""
    found = b""
    while len(found) < size:
        piece = _read_exactly(memory, address + len(found), _PAGE - (address + len(found)) % _PAGE)
        if not piece:
            break
        found += piece
    return found


def _follows_a_call(memory: "BinaryIO", address: int, machine: str) -> bool:
    before = _read_exactly(memory, address - 7, 7)
    if len(before) < 7:
        return False
    if machine == "aarch64":
        word: int = struct.unpack("<I", before[-4:])[0]
        return word >> 26 == 0b100101 or word & 0xFFFFFC1F == 0xD63F0000
    if before[2] == 0xE8:
        return True
    # call r/m64 is FF /2, from 2 to 7 bytes long.
    for length in (2, 3, 4, 6, 7):
        start = 7 - length
        if before[start] == 0xFF and before[start + 1] >> 3 & 7 == 2:
            return True
    return False


def _read_exactly(memory: "BinaryIO", address: int, size: int) -> bytes:
    try:
        memory.seek(address)
        return memory.read(size)
    except (OSError, OverflowError, ValueError):
        return b""


if sys.byteorder != "little":
    raise ImportError("the tracer reads little-endian machines only")
