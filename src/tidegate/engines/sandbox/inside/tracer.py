"""Looks at fatal signals from the outside: the init's part of a traced run (ptrace(2)).

The program is seized, not stopped at every step: it only halts when a signal is about to be
delivered or when it forks. At a signal that would kill it, the instruction and the return
addresses on its stack are read from its memory, before any handler of its own can run.
"""

import ctypes
import os
import struct
import sys

_SEIZE, _CONT, _GETSIGINFO, _GETREGSET, _LISTEN = 0x4206, 7, 0x4202, 0x4204, 0x4208
_OPTIONS = 0x00100000 | 0x02 | 0x04 | 0x08  # EXITKILL, follow fork, vfork and clone
_NT_PRSTATUS = 1
_EVENT_STOP = 128
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_FATAL = {4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV"}
_STACK_BYTES = 256 << 10
_FRAMES = 400
_FAULTS = 8

# Where the program counter and the stack pointer stand in NT_PRSTATUS (arch/*/asm/ptrace.h).
_REGISTERS = {"x86_64": (16, 19), "aarch64": (32, 31)}


class Tracer:
    """Seizes the program and examines what would kill it."""

    WAIT_ALL = 0x40000000  # __WALL: threads of the program too

    def __init__(self, tracing_filter):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.ptrace.restype = ctypes.c_long
        self._libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self._filter = tracing_filter
        self._gate_read, self._gate_write = os.pipe()
        self._taken = 0

    def wait_for_tracer(self):
        """In the child: wait until the parent has seized it."""
        os.close(self._gate_write)
        if os.read(self._gate_read, 1) != b"g":
            raise OSError("the tracer could not attach")

    def close_the_door(self):
        """In the child: give up ptrace for good."""

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

        program = Program(len(self._filter) // 8, self._filter)
        self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if self._libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the tracing filter could not be installed")

    def attach(self, process):
        """Seize the program and let it go on."""
        if self._libc.ptrace(_SEIZE, process, None, _OPTIONS) != 0:
            os.close(self._gate_write)
            return
        # Keeps the program from opening /proc/1 and thus this process's descriptors and memory;
        # not before the fork, since the child would inherit it and could not be seized.
        self._libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        os.write(self._gate_write, b"g")

    def resume(self, process, status):
        """Answer one stop; return what was found if it was a fatal signal."""
        signal = os.WSTOPSIG(status)
        event = status >> 16
        if event == _EVENT_STOP and signal in (19, 20, 21, 22):
            self._libc.ptrace(_LISTEN, process, None, None)
            return None
        fault = None
        if event == 0 and signal in _FATAL and self._taken < _FAULTS:
            self._taken += 1
            fault = self._examine(process, signal)
        self._libc.ptrace(_CONT, process, None, None if event else signal)
        return fault

    def _examine(self, process, signal):
        information = ctypes.create_string_buffer(128)
        self._libc.ptrace(_GETSIGINFO, process, None, ctypes.addressof(information))
        code = struct.unpack_from("i", information, 8)[0]
        machine = os.uname().machine
        places = _REGISTERS.get(machine)
        if places is None:
            return (signal, code <= 0, [])
        registers = ctypes.create_string_buffer(1024)

        class Vector(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

        vector = Vector(ctypes.addressof(registers), len(registers))
        self._libc.ptrace(_GETREGSET, process, _NT_PRSTATUS, ctypes.addressof(vector))
        counter, pointer = (struct.unpack_from("Q", registers, 8 * place)[0] for place in places)
        mappings = _executable_mappings(process)
        frames = [_locate(mappings, counter) or ("", 0)]
        with open("/proc/%d/mem" % process, "rb", buffering=0) as memory:
            stack = _read(memory, pointer, _STACK_BYTES)
            for (address,) in struct.iter_unpack("Q", stack[: len(stack) // 8 * 8]):
                found = _locate(mappings, address)
                if found and _follows_a_call(memory, address, machine):
                    frames.append(found)
                    if len(frames) >= _FRAMES:
                        break
        return (signal, code <= 0, frames)


def _executable_mappings(process):
    mappings = []
    with open("/proc/%d/maps" % process) as file:
        for line in file:
            parts = line.split(None, 5)
            if "x" not in parts[1]:
                continue
            start, end = (int(part, 16) for part in parts[0].split("-"))
            name = parts[5].strip() if len(parts) > 5 else ""
            name = name if name.startswith("/") else ""
            mappings.append((start, end, int(parts[2], 16), name))
    return mappings


def _locate(mappings, address):
    for start, end, offset, name in mappings:
        if start <= address < end:
            return (name, address - start + offset if name else 0)
    return None


def _read(memory, address, size):
    """Read as much as is mapped, a page at a time: a stack that overflowed ends soon."""
    found = b""
    page = 4096
    while len(found) < size:
        try:
            memory.seek(address + len(found))
            piece = memory.read(page - (address + len(found)) % page)
        except (OSError, OverflowError, ValueError):
            break
        if not piece:
            break
        found += piece
    return found


def _follows_a_call(memory, address, machine):
    before = _read_exactly(memory, address - 7, 7)
    if len(before) < 7:
        return False
    if machine == "aarch64":
        word = struct.unpack("<I", before[-4:])[0]
        return word >> 26 == 0b100101 or word & 0xFFFFFC1F == 0xD63F0000
    if before[2] == 0xE8:
        return True
    # call r/m64 is FF /2, from 2 to 7 bytes long.
    for length in (2, 3, 4, 6, 7):
        start = 7 - length
        if before[start] == 0xFF and before[start + 1] >> 3 & 7 == 2:
            return True
    return False


def _read_exactly(memory, address, size):
    try:
        memory.seek(address)
        return memory.read(size)
    except (OSError, OverflowError, ValueError):
        return b""


if sys.byteorder != "little":
    raise ImportError("the tracer reads little-endian machines only")
