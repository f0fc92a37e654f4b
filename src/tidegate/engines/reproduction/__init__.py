"""Runs a finding's proof, judges what was seen, and searches the affected range; see README.md."""
