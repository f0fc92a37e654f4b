"""What goes wrong when an advisory or a statement is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidegate.engines.formats.documents import Fault


class AdvisoryError(ValueError):
    """A record is no advisory that can be read. `fault` names the place and the mend."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.field}: {fault.reason}" if fault.field else fault.reason)
        self.fault = fault


class VexError(ValueError):
    """A document holds no VEX statements that can be read. `fault` names the place and the mend."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.field}: {fault.reason}" if fault.field else fault.reason)
        self.fault = fault
