"""What running calls use of a grant's budget, as it is counted while they run, in one loop.

The record counts a call when it has ended. Streams that run by then are cut once all of a grant's
together have used what was left.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Spending:
    """What one call uses."""

    tokens: int = 0
    """As far as it was counted."""


@dataclass(slots=True)
class _Account:
    left: int
    calls: set[Spending] = field(default_factory=set)


class Budgets:
    """The budgets of the grants whose calls run."""

    def __init__(self) -> None:
        self._accounts: dict[int, _Account] = {}

    def runs(self, grant: int) -> bool:
        """Say whether calls of a grant run."""
        return grant in self._accounts

    def enter(self, grant: int, left: int) -> Spending:
        """Take in a call that begins.

        Args:
            grant: its grant's id.
            left: of the budget, by the record.
        """
        account = self._accounts.setdefault(grant, _Account(left))
        # What has ended here a moment ago may not be on record yet.
        account.left = min(account.left, left)
        spending = Spending()
        account.calls.add(spending)
        return spending

    def is_spent(self, grant: int) -> bool:
        """Say whether the calls of a grant that run have used up what was left."""
        account = self._accounts[grant]
        return sum(one.tokens for one in account.calls) > account.left

    def leave(self, grant: int, spending: Spending) -> None:
        """Let a call go that has ended."""
        account = self._accounts[grant]
        account.calls.discard(spending)
        account.left -= spending.tokens
        if not account.calls:
            del self._accounts[grant]
