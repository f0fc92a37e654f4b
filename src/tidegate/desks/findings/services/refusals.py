"""Why a service did nothing; the message is for whoever asked, and names the mend."""

from __future__ import annotations


class NotPossibleError(Exception):
    """What was asked for cannot be done with what is here now."""
