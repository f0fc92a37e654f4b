"""Which labels of the Traffic Light Protocol let everybody here read what is published; pure."""

from __future__ import annotations

from typing import Final

from tidegate.desks.access.words import Label

FREE: Final = (Label.GREEN, Label.CLEAR)
"""Labels of what is for everybody; under the others it goes to named organisations."""
