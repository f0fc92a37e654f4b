"""The client reports to a real instance, which listens on loopback, with a real token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.faces.gateway.house import House, open_house
from tests.faces.operator.at_the_instance import adopted, counted, open_operator, publish
from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, record
from tidegate.faces.operator.refused import RefusedError
from tidegate.faces.operator.sending import send

pytestmark = pytest.mark.slow

_ROOT: Final = str(Path(__file__).resolve().parents[3])
OTHER: Final = "TG-2026-oooo2222"
"""One that the client has, and the instance does not know."""


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, make_home: Callable[[Path], Path]
) -> Iterator[House]:
    home = make_home(tmp_path_factory.mktemp("instance") / "home")
    # The client is somewhere else by the time that it starts.
    with open_house(home, environment={"PYTHONPATH": _ROOT}) as opened:
        opened.do(publish, MINIMIST)
        yield opened


def _agrees(operator: Operator, mode: str, instance: House, *scopes: str) -> str:
    """Let an operator that has planned agree to report; return its key at the instance."""
    key, secret = instance.do(open_operator, *scopes)
    operator.configures('mode = "nothing"', f'mode = "{mode}"')
    operator.configures('instance = ""', f'instance = "{instance.address}"')
    operator.has("home/token", f"{secret}\n").chmod(0o600)
    return str(key)


@pytest.fixture
def planned(operator: Operator, coordinator: Coordinator) -> Operator:
    """Return an operator who has planned for two advisories."""
    coordinator.publish(record(), record(OTHER))
    operator.does("pull")
    operator.does("plan")
    return operator


def test_what_is_reported_counts_at_the_instance_once(planned: Operator, instance: House) -> None:
    key = _agrees(planned, "full", instance, "read", "write")
    assert planned.does("report", "--applied", MINIMIST) == 0, planned.complained
    said = {("notified", "inventory"), ("applied", "said")}
    assert instance.do(adopted, key) == said
    planned.does("report")
    assert instance.do(adopted, key) == said


def test_counts_are_kept_as_counts_and_the_newest_stand(planned: Operator, instance: House) -> None:
    key = _agrees(planned, "counts", instance, "read", "write")
    assert planned.does("report") == 0, planned.complained
    assert instance.do(counted, key) == {("notified", 1)}
    assert planned.does("report", "--planned", MINIMIST) == 0
    assert instance.do(counted, key) == {("notified", 1), ("planned", 1)}
    assert instance.do(adopted, key) == set()


def test_a_report_that_is_larger_than_a_form_comes_in_and_one_beyond_the_bound_does_not(
    instance: House,
) -> None:
    key, secret = instance.do(open_operator, "read", "write")
    line = {"advisory": MINIMIST, "stage": "seen", "assets": 1}
    said = {"schema": "urn:tidegate:adoption-report:1", "mode": "counts", "counts": [line]}
    content = json.dumps(said).encode()
    assert send(content.ljust(7 << 20), instance.address, secret) == {}
    assert instance.do(counted, key) == {("seen", 1)}
    with pytest.raises(RefusedError, match="answers 413: The report has more than 8,388,608"):
        send(content.ljust(9 << 20), instance.address, secret)


def test_what_was_not_taken_is_said_with_its_mend_and_told_again(
    planned: Operator, instance: House
) -> None:
    _agrees(planned, "full", instance, "read", "write")
    assert planned.does("report") == 0
    assert f"Not taken of {OTHER}" in planned.complained
    assert "pull what is published" in planned.complained.replace("\n", " ")
    planned.does("report", "--show")
    assert OTHER in planned.said
    assert MINIMIST not in planned.said


def test_a_token_that_only_reads_tells_nothing_and_it_is_said_again_later(
    planned: Operator, instance: House
) -> None:
    key = _agrees(planned, "full", instance, "read")
    assert planned.does("report") == 2
    assert "answers 4" in planned.complained
    assert "ask its administrator" in planned.complained.replace("\n", " ")
    assert instance.do(adopted, key) == set()
    planned.does("report", "--show")
    assert MINIMIST in planned.said
