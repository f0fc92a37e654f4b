"""What may be read of the ledger: entries with their proofs, and what is public of all of them."""
