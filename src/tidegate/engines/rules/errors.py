"""What is said of a document that sets no rules, and of inputs that no rule can be asked with."""

from __future__ import annotations

from tidegate.engines.formats.documents import Fault


class RuleError(ValueError):
    """A document is no decision table, or no policy set; names the file, the field and the mend."""

    def __init__(self, source: str, fault: Fault) -> None:
        place = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in source)
        said = f"{fault.field} {fault.reason}" if fault.field else fault.reason
        super().__init__(f"{place}: {said}")


class RuleInputError(ValueError):
    """Rules were asked with a name or a value that they do not have; names those that they have."""
