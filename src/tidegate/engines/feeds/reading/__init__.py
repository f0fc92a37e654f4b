"""Reads one edition of a feed, record by record, strictly and within bounds."""

from tidegate.engines.feeds.reading.limits import Limits
from tidegate.engines.feeds.reading.reading import Reading, Record, read_edition

__all__ = ["Limits", "Reading", "Record", "read_edition"]
