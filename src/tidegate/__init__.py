"""Tidegate: from a suspected vulnerability to a fix that has been seen to work."""

__version__ = "0.1.0"
