"""What the ledger does by itself: it is published."""
