"""What went wrong with one revision, in words that can be kept with it; the others go on.

An error that was foreseen says itself what to do. Of any other one only the kind is kept, for its
text may repeat what is sealed; the log of the instance has it whole.
"""

from __future__ import annotations

from typing import Final

from django.db import InterfaceError, OperationalError

from tidegate.desks.findings.services.texts import kept_text
from tidegate.engines.formats.records import cut

PASSING: Final = (InterfaceError, OperationalError)
"""The database's trouble, and no revision's: the next time it may be over."""

_LONGEST: Final = 2_000


def foreseen(error: Exception) -> str:
    """Return the words of an error that names the mend."""
    return kept_text(cut(str(error), _LONGEST))


def unforeseen(error: Exception) -> str:
    """Return what is said of any other error."""
    return (
        f"something is wrong with it that nobody foresaw ({type(error).__name__}), and the log of"
        " this instance says what; leave out what that names"
    )
