"""What an edition says comes into the tables, batch by batch, and what is exposed follows.

Each batch is one transaction, with its comparison and its deadlines: so at every instant the
exposures are those that follow from what is kept. The caller opens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from django.db import transaction

from tidegate.desks.exposure.models import Edition, Exposure
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.services import deadlines, matching
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.assertions import put_assertions
from tidegate.desks.exposure.services.placing import vulnerability_ids
from tidegate.engines.feeds import Assertion, Record
from tidegate.engines.matching.advisories import Advisory

EXPOSURES_AT_ONCE: Final = 1_000
"""Those that one transaction should touch: a second's work, for which others wait."""


@dataclass(slots=True)
class Changed:
    """How much of what came was not known yet."""

    advisories: int = 0
    """New, or said otherwise."""
    vulnerabilities: set[int] = field(default_factory=set)
    """Ids of those of which a source asserts something else."""


def write(batch: Sequence[Record], edition: Edition, changed: Changed, *, at: datetime) -> int:
    """Keep some records, and let exposures and deadlines follow, inside the caller's transaction.

    Args:
        batch: the records, in any order.
        edition: in which they are said.
        changed: is counted on.
        at: now.

    Returns:
        how many exposures it has touched.
    """
    advisories = [one for one in batch if isinstance(one, Advisory)]
    said = [one for one in batch if isinstance(one, Assertion)]
    # All names in one order: two feeds that come in at once would else wait for each other.
    vulnerability_ids(
        chain(
            (name for one in advisories for name in one.vulnerabilities),
            (one.vulnerability for one in said),
        )
    )
    put = put_advisories(advisories, edition)
    told = put_assertions(said, edition, at=at)
    changed.advisories += len(put)
    changed.vulnerabilities.update(told)
    return follow(put, told, at=at)


def follow(advisories: Sequence[int], vulnerabilities: Sequence[int], *, at: datetime) -> int:
    """Compare anew and compute anew what some changes touch, inside the caller's transaction.

    Args:
        advisories: ids of those that are said otherwise; there may be none.
        vulnerabilities: ids of those of which something else is asserted.
        at: now.

    Returns:
        how many exposures were touched.
    """
    touched = matching.match_advisories(advisories, at=at)
    return len(touched.all) + deadlines.recompute_vulnerabilities(vulnerabilities, at=at)


def next_step(step: int, touched: int, most: int) -> int:
    """Return how many records to keep in the next transaction, by what the last one touched.

    Args:
        step: how many those were.
        touched: how many exposures.
        most: records at once.
    """
    if touched > EXPOSURES_AT_ONCE:
        return max(1, step * EXPOSURES_AT_ONCE // touched)
    return min(most, step * 2) if touched * 2 <= EXPOSURES_AT_ONCE else min(most, step)


def weigh_all(*, at: datetime) -> Iterator[int]:
    """Compute every deadline anew, some at a time, each time in a transaction of its own.

    Yields:
        how many exposures have been looked at.
    """
    done = 0
    open_ones = Exposure.objects.filter(cleared_at=None).order_by("pk")
    for chunk in in_chunks(list(open_ones.values_list("pk", flat=True)), EXPOSURES_AT_ONCE):
        with transaction.atomic():
            deadlines.recompute(chunk, at=at)
        done += len(chunk)
        yield done
