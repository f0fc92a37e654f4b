"""`memory-safety`: the process died of a signal while the target's native code was executing.

The trusted init traced the program and read the machine's stack before any handler of the program
could run (`Fault`). The walk goes from the fault outwards and stops at the first thing that
decides: the target's own library (blame it), another package's library or just-in-time code (do
not), or the interpreter's evaluation loop (nobody between the fault and the program: the
interpreter itself crashed, or was made to). The C library and the interpreter's other functions
are passed through: that is where bad pointers come to light.

An exit code is never a crash, and neither is a report that the program prints: a sanitizer's word
counts only as the signal that it dies of (`abort_on_error=1`) with its frames on the real stack.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import PurePosixPath

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tidegate.engines.reproduction.effects.model import NOTHING, Evidence, Sighting, Watching
from tidegate.engines.reproduction.effects.unwinding import real_frames
from tidegate.engines.reproduction.frames import Frame, Owner
from tidegate.engines.reproduction.texts import storable
from tidegate.engines.sandbox.model import CodeAddress, Ending, Fault

_EVALUATION_LOOP = "_PyEval_EvalFrameDefault"
_RUNTIME_LIBRARIES = (
    "libc.so", "libc-", "ld-linux", "libm.so", "libpthread", "libstdc++", "libgcc_s", "libpython",
    "libasan", "libubsan", "libclang_rt",
)  # fmt: skip


class MemorySafety:
    """Watches for fatal signals, with the machine's stack at that moment."""

    name = "memory-safety"
    languages = frozenset({"python", "javascript"})
    needs_audit = False
    watching = Watching(trace=True)

    def judge(self, evidence: Sequence[Evidence]) -> Sighting:
        """Return whether the process died of a signal, and whose code was executing."""
        seen = evidence[-1]
        outcome = seen.outcome
        if outcome.ending is not Ending.SIGNALED:
            return NOTHING
        # A handler, such as Python's own, may have raised the same signal once more after it.
        faults = [fault for fault in outcome.faults if fault.signal == outcome.signal]
        for fault in faults:
            own = _culprits(fault, seen)
            if own:
                library = PurePosixPath(own[0].object).name
                return Sighting(
                    fired=True,
                    attributed=True,
                    reason=f"died of signal {fault.signal} in {library}",
                    signature=(f"signal {fault.signal}", library.split(".")[0]),
                    frames=tuple(
                        Frame(Owner.TARGET, storable(code.object), 0, f"+{code.offset:#x}")
                        for code in own
                    ),
                    detail=f"signal {fault.signal}",
                )
        if not faults:
            return NOTHING
        sent = faults[0].self_inflicted
        how = "sent by a program" if sent else "not in the target's native code"
        return Sighting(fired=True, reason=f"died of signal {outcome.signal}, {how}")


def _culprits(fault: Fault, seen: Evidence) -> list[CodeAddress]:
    """Return the code of the target's that was executing; none if something else decides first."""
    own: list[CodeAddress] = []
    for frame in real_frames(fault):
        if frame.object.startswith(tuple(f"{root}/" for root in seen.target_roots)):
            own.append(frame)
        elif not _is_passed_through(frame, seen.interpreter):
            break
    return own


def _is_passed_through(frame: CodeAddress, interpreter: str) -> bool:
    name = PurePosixPath(frame.object).name
    if name == PurePosixPath(interpreter).name or name.startswith("libpython"):
        start, end = _evaluation_loop(frame.object)
        return not start <= frame.offset < end
    return name.startswith(_RUNTIME_LIBRARIES)


@functools.cache
def _evaluation_loop(path: str) -> tuple[int, int]:
    """Return the file offsets between which the evaluation loop lies; empty if it isn't told."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            elf = ELFFile(file)
            for section in elf.iter_sections():
                if not isinstance(section, SymbolTableSection):
                    continue
                for symbol in section.get_symbol_by_name(_EVALUATION_LOOP) or ():
                    start = symbol["st_value"]
                    offset = next(elf.address_offsets(start), start)
                    return offset, offset + symbol["st_size"]
    except OSError:
        pass
    return 0, 0
