"""What later desks are told of, in the same transaction: they tell people, and refuse nothing."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

recorded: Final = Signal()
"""Something that mattered happened in a case: `kind` (as the ledger has it), `coordination`, `at`,
`actor`, `party` (whose part it is about, or None), `text`."""

clock_fired: Final = Signal()
"""A date has come: `clock`, `at`. What follows from it by itself has been done."""
