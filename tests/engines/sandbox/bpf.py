"""A machine for classic BPF as seccomp(2) runs it: a filter can be asked without a kernel."""

from __future__ import annotations

import platform
import struct

ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[platform.machine()]
I386 = 0x40000003

_JUMPS = {
    0x10: lambda a, k: a == k,
    0x20: lambda a, k: a > k,
    0x30: lambda a, k: a >= k,
    0x40: lambda a, k: bool(a & k),
}


def answer(program: bytes, number: int, *arguments: int, architecture: int = ARCHITECTURE) -> int:
    """Return what a filter says to a call: one of the `SECCOMP_RET_*`, with its data."""
    words = [argument & (1 << 64) - 1 for argument in arguments] + [0] * (6 - len(arguments))
    call = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *words)
    code = list(struct.iter_unpack("<HBBI", program))
    accumulator = place = 0
    while True:
        operation, if_true, if_false, operand = code[place]
        place += 1
        kind = operation & 0x07
        if operation == 0x20:  # load a word of the call
            accumulator = int(struct.unpack_from("<I", call, operand)[0])
        elif operation == 0x54:  # and with a constant
            accumulator &= operand
        elif kind == 0x05:  # jump
            if operation & 0xF0 == 0:
                place += operand
            else:
                held = _JUMPS[operation & 0xF0](accumulator, operand)
                place += if_true if held else if_false
        elif kind == 0x06:  # return
            return int(operand)
        else:
            raise NotImplementedError(hex(operation))
