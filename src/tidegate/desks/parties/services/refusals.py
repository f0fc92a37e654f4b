"""Why a service did nothing; the message is for whoever asked, and names the mend."""

from __future__ import annotations


class NotPossibleError(Exception):
    """What was asked for cannot be done with what is here now."""


class NotUsableError(NotPossibleError):
    """An invitation's link is made up, used, taken back, or too old; it is not said which."""

    def __init__(self) -> None:
        super().__init__(
            "this invitation cannot be used any more, or never could; ask whoever sent it for"
            " a new one"
        )
