"""The one answer to what is not there and to what may not be known."""

from __future__ import annotations


class NotFoundError(Exception):
    """There is no such thing, or not for who asks; the message is the same for both."""

    def __init__(self, thing: str, named: object = "") -> None:
        self.thing = thing
        """The kind of thing, in a word."""
        self.named = str(named)
        """How it was named; empty if it was not."""
        said = f"{thing} {named}" if named != "" else f"such {thing}"
        super().__init__(
            f"there is no {said} here, or not for you; check how it is written, or ask a"
            " coordinator to be let in"
        )
