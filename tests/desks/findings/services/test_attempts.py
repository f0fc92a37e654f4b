"""What was begun and never ended is counted, and given up after three tries."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_finding
from tidegate.desks.findings.models import Attempt, Event
from tidegate.desks.findings.services.attempts import (
    TRIES,
    KillsItsWorkerError,
    attempt,
    forget,
    tries_of,
)

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it is done."""


def die(finding, step="judge-named"):
    with pytest.raises(Killed), attempt(finding, step):
        raise Killed


def test_a_step_that_ends_leaves_no_trace():
    finding = make_finding()
    with attempt(finding, "probe 1.0.0"):
        assert tries_of(finding, "probe 1.0.0") == 1
    assert not Attempt.objects.exists()


def test_the_fourth_try_is_not_made_and_says_why():
    finding = make_finding()
    for _ in range(TRIES):
        die(finding)
    told = "judge-named was tried 3 times and never came"
    with pytest.raises(KillsItsWorkerError, match=told), attempt(finding, "judge-named"):
        pytest.fail("it ran")


def test_one_step_does_not_count_for_another():
    finding, other = make_finding(), make_finding()
    for _ in range(TRIES):
        die(finding)
    with attempt(finding, "releases"), attempt(other, "judge-named"):
        pass


def test_a_retry_is_written_into_the_history():
    finding = make_finding()
    die(finding)
    with attempt(finding, "judge-named"):
        pass
    assert Event.objects.get(verb="retried").detail == {"step": "judge-named", "tries": 1}


def test_what_says_nothing_of_the_finding_is_forgotten():
    finding = make_finding()
    for _ in range(TRIES):
        die(finding)
        forget(finding, "judge-named")
    assert tries_of(finding, "judge-named") == 0
