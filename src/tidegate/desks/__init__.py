"""Desks: one duty each. Empty until the first desk is built."""
