"""Follows a repository of updates: what came is what was signed, is new, and is whole."""
