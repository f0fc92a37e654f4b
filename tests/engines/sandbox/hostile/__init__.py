"""The hostile corpus: programs that try to get out, stay behind, or take everything."""

from tests.engines.sandbox.hostile.climbing import CLIMBING
from tests.engines.sandbox.hostile.program import Hostile
from tests.engines.sandbox.hostile.reaching import ABSTRACT_SOCKET, REACHING
from tests.engines.sandbox.hostile.staying import STAYING
from tests.engines.sandbox.hostile.taking import TAKING
from tests.engines.sandbox.hostile.traced import TRACED

PROGRAMS: dict[str, Hostile] = {**TAKING, **STAYING, **REACHING, **CLIMBING}

__all__ = ["ABSTRACT_SOCKET", "PROGRAMS", "TAKING", "TRACED", "Hostile"]
