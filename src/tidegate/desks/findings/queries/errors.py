"""What can be wrong with a question: a filter, a cursor, a key. Each says what to do."""

from __future__ import annotations


class QueryError(Exception):
    """A question cannot be answered as it was put; the message says how to put it."""

    def __init__(self, message: str, *, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        """Which part of the question is wrong, such as `stage` or `cursor`."""


class FilterError(QueryError):
    """A filter, a sort or a limit holds what is not known; the message names what is."""


class CursorError(QueryError):
    """A cursor is not one of ours, or belongs to another list."""

    def __init__(self, message: str) -> None:
        super().__init__(message, parameter="cursor")


class NotHereError(Exception):
    """What was asked for has no such part, or not yet; the whole may be read by who asks."""
