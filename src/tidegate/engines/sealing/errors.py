"""What is said of something sealed that does not open: one class, for one thing follows from it."""

from __future__ import annotations


class SealError(Exception):
    """Something sealed cannot be opened, or a key is none; the message says what, and the mend.

    It never holds a key, nor a part of what is sealed.
    """
