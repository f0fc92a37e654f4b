"""A restricted release stays in the list when its advisory is out: nobody is stopped by it."""

from __future__ import annotations

import shutil

from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, record, revised

NEWER = "What everybody reads"
OTHER = "TG-2026-oooo2222"


def _published(operator: Operator, coordinator: Coordinator) -> None:
    """Publish revision 2 for everybody, and let it be pulled."""
    coordinator.publish(revised(record(), title=NEWER))
    assert operator.does("pull") == 0


def _knows_the_newer(operator: Operator) -> None:
    assert NEWER in str(operator.asks("plan"))
    (item,) = operator.asks("plan")["items"]
    assert (item["advisory"], item["revision"]) == (MINIMIST, 2)


def test_an_older_restricted_revision_is_passed_over_and_what_is_beside_it_arrives(
    operator: Operator, coordinator: Coordinator
) -> None:
    _published(operator, coordinator)
    coordinator.restrict(record(), operator.asks("status")["recipient"])
    coordinator.publish(record(OTHER, purl="pkg:npm/other"))
    said = operator.asks("pull")
    assert (said["new"], said["revised"], said["sequence"]) == ([OTHER], [], 3)
    _knows_the_newer(operator)
    assert operator.asks("status")["known"] == {"advisories": 2, "restricted": 0, "withdrawn": 0}
    assert operator.does("pull") == 0


def test_who_begins_when_it_was_superseded_long_ago_begins(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(revised(record(), title=NEWER))
    coordinator.restrict(record(), operator.asks("status")["recipient"])
    assert operator.asks("pull")["new"] == [MINIMIST]
    _knows_the_newer(operator)
    (operator.home / "knowledge.db").unlink()
    shutil.rmtree(operator.home / "updates")
    assert operator.does("pull") == 0
    _knows_the_newer(operator)


def test_the_same_revision_for_some_does_not_replace_the_one_for_everybody(
    operator: Operator, coordinator: Coordinator
) -> None:
    _published(operator, coordinator)
    coordinator.restrict(revised(record()), operator.asks("status")["recipient"])
    assert operator.asks("pull")["revised"] == []
    _knows_the_newer(operator)
    assert operator.asks("status")["known"]["restricted"] == 0


def test_a_newer_revision_for_some_is_taken_in(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    mine = operator.asks("status")["recipient"]
    coordinator.restrict(revised(record(), title=NEWER), mine)
    assert operator.asks("pull")["revised"] == [MINIMIST]
    _knows_the_newer(operator)
