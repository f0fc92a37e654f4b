"""What is said of a file that is no directive, and of facts that no duty can be told from."""

from __future__ import annotations

from tidegate.engines.formats.documents import Fault


class DirectiveError(ValueError):
    """A file is no directive, or facts are none; names the place and the mend."""

    @classmethod
    def at(cls, source: str, fault: Fault) -> DirectiveError:
        """Return what is said of a fault in a file, by a name that a terminal can bear."""
        place = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in source)
        said = f"{fault.field} {fault.reason}" if fault.field else fault.reason
        return cls(f"{place}: {said}")
