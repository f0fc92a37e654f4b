"""What later desks are told of: that something mattered, in the transaction of it."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

appended: Final = Signal()
"""An entry was appended: `entry`, `actor`. Whoever listens adds rows, and does nothing that takes
time: the ledger is locked meanwhile."""
