"""What is said of a document that is no inventory, or cannot be read at all."""

from __future__ import annotations

from tidegate.engines.formats.documents import Fault


class InventoryError(ValueError):
    """A document is refused whole; names the document, the place and the mend."""

    def __init__(self, source: str, fault: Fault) -> None:
        # The name of a file may hold what a terminal obeys.
        place = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in source)
        said = f"{fault.field} {fault.reason}" if fault.field else fault.reason
        super().__init__(f"{place or 'inventory'}: {said}")
        self.fault = fault
