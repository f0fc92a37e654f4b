"""Feeds of vulnerabilities: fetched, read record by record, and let in only if they hold up."""

from tidegate.engines.feeds.assertions import Assertion, Json, Kind
from tidegate.engines.feeds.editions import Edition, EditionError, Refused, UnfinishedError
from tidegate.engines.feeds.feeds import FEEDS, Feed, FeedKind, feed_of, file_of
from tidegate.engines.feeds.gates import Outcome, Verdict, judge
from tidegate.engines.feeds.reading import Limits, Reading, Record, read_edition

__all__ = [
    "FEEDS",
    "Assertion",
    "Edition",
    "EditionError",
    "Feed",
    "FeedKind",
    "Json",
    "Kind",
    "Limits",
    "Outcome",
    "Reading",
    "Record",
    "Refused",
    "UnfinishedError",
    "Verdict",
    "feed_of",
    "file_of",
    "judge",
    "read_edition",
]
