"""What a client does with what it took in from a thief, once the coordinator has new keys."""

from __future__ import annotations

import copy
from dataclasses import replace

from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, record, revised
from tidegate.engines.updates.ceremony import EPOCH_FIELD

PLANTED = "TG-2026-pppp2222"
TITLE = "Nothing to see here"


def _met_a_thief(operator: Operator, coordinator: Coordinator) -> None:
    """Let the client follow a list that is longer than ours, with higher revisions and a lie."""
    coordinator.publish(record())
    assert operator.does("pull") == 0
    lying = copy.deepcopy(coordinator)
    lying.served = operator.folder / "thief"
    second = revised(record(), title=TITLE)
    lying.publish(second, revised(second), record(PLANTED))
    operator.configures(str(coordinator.served), str(lying.served))
    assert operator.does("pull") == 0
    operator.configures(str(lying.served), str(coordinator.served))
    assert operator.does("pull") == 2


def _exchanged(coordinator: Coordinator) -> None:
    """Exchange the online keys, as `tidegate keys online rotate --compromised` does."""
    repository = coordinator.repository
    for role in ("timestamp", "snapshot"):
        repository.rotate(role)
    repository.bump_root()
    repository.targets.unrecognized_fields[EPOCH_FIELD] = 2
    repository.publish(["targets"])
    repository.update_snapshot()
    repository.write(coordinator.served)


def test_what_a_thief_had_planted_is_forgotten_and_a_lower_revision_is_ours_again(
    operator: Operator, coordinator: Coordinator
) -> None:
    _met_a_thief(operator, coordinator)
    _exchanged(coordinator)
    assert operator.does("pull") == 0, operator.complained
    assert f"1 forgotten: {PLANTED}" in operator.said
    assert f"1 revised: {MINIMIST}" in operator.said
    assert "1 advisory is known" in operator.said
    assert TITLE not in str(operator.asks("plan"))
    said = operator.asks("pull")
    assert (said["epoch"], said["forgotten"], said["new"]) == (2, [], [])
    coordinator.publish(revised(record()))
    assert operator.asks("pull")["revised"] == [MINIMIST]


def test_in_one_epoch_a_lower_revision_stays_a_rollback(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(revised(record()))
    operator.does("pull")
    coordinator.publish(replace(record(), title="Older"))
    assert operator.does("pull") == 2
    assert "rolled-back" in operator.complained
