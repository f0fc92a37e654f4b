"""The durable workflows: the order of steps, and nothing else.

Whatever a workflow decides on comes out of a step, so that a worker which takes it up again after a
crash walks the same way to where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dbos import DBOS

from tidegate.desks.findings.jobs import steps
from tidegate.desks.findings.models import Outbox
from tidegate.desks.findings.services import matching


class _SetAside(Exception):  # noqa: N818 - it ends a workflow early, and nothing is wrong
    """A step gave its finding up; the reason."""


def _value(said: steps.Said) -> Any:
    if "set_aside" in said:
        raise _SetAside(said["set_aside"])
    return said["value"]


@DBOS.workflow(name="reproduce", max_recovery_attempts=None)
def reproduce(key: str, row: int) -> str:
    """Take one finding from its proof to its verdict, its range, its receipt and its case."""
    started = steps.now()
    steps.begin(key)
    try:
        named = _value(steps.judge_named(key))
        releases = _value(steps.releases(key)) if named["affected"] else None
        if releases is not None:
            _search_range(key, releases)
        word = str(_value(steps.conclude(key, releases, started)))
    except _SetAside as reason:
        steps.set_aside(key, str(reason))
        word = "set-aside"
        releases = None
    if releases is not None:
        # The verdict stands, whatever becomes of the rest, and each part of that stands for itself.
        for following in (_minimise, _meet):
            try:
                following(key)
            except _SetAside as reason:
                steps.set_aside(key, str(reason))
    steps.finish(row)
    return word


def _minimise(key: str) -> None:
    _value(steps.minimise(key))


def _search_range(key: str, releases: steps.Releases) -> None:
    """Run what the search wants, then what its boundaries want; that may want more."""
    while True:
        if wanted := _value(steps.plan(key, releases)):
            for version in wanted:
                _value(steps.probe(key, version))
        elif again := _value(steps.to_confirm(key, releases)):
            for version in again:
                _value(steps.probe_again(key, version))
        else:
            return


def _meet(key: str) -> None:
    """Look for findings of the same bug, and confirm each by crossing."""
    for other in _value(steps.candidates(key)):
        for whose, version in _value(steps.to_cross(key, other)):
            _value(steps.cross(key, whose, version))
        _value(steps.settle(key, other))


@DBOS.workflow(name="match", max_recovery_attempts=None)
def match(delivery: str, row: int) -> None:
    """Look for findings that say what those of a delivery say; a batch a step."""
    batch = steps.match_batch(delivery, matching.FIRST)
    while batch["more"]:
        batch = steps.match_batch(delivery, batch["after"])
    steps.finish(row)


WORKFLOWS: Mapping[str, Callable[[str, int], Any]] = {
    Outbox.Topic.REPRODUCE.value: reproduce,
    Outbox.Topic.MATCH.value: match,
}
