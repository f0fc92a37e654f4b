"""Formats: what comes in and goes out, read and written strictly."""
