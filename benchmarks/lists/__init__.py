"""How long lists take when a desk is full: a million findings, every sort, common filters."""
