"""Tables of the ledger. Entries and hashes are added by `services.appending`, and never changed."""

from tidegate.desks.ledger.models.entries import Checkpoint, Entry, Hash, Head, Witness

__all__ = ["Checkpoint", "Entry", "Hash", "Head", "Witness"]
