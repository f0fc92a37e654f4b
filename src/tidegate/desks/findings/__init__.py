"""The desk where findings come in, are proven, and meet: one bug, one case."""
