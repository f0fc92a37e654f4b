"""A worker that has not the installation's keys stops, and no finding is to blame for it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import NoReturn

import pytest

from tests.desks.findings.makers import make_finding
from tidegate.desks.findings.jobs import steps
from tidegate.desks.findings.models import Attempt, Finding
from tidegate.instance.keyring import KeyringError


class StoppedError(Exception):
    pass


@pytest.mark.django_db
def test_a_missing_key_stops_the_worker_and_counts_against_no_finding(monkeypatch) -> None:
    def stop(reason: str) -> NoReturn:
        raise StoppedError(reason)

    def work(_: Finding) -> NoReturn:
        raise KeyringError("the key is not there")

    monkeypatch.setattr(steps, "stop_working", stop)
    monkeypatch.setattr(steps, "bench", lambda: SimpleNamespace(stop=threading.Event(), tries=3))
    finding = make_finding()
    for _ in range(5):
        with pytest.raises(StoppedError, match="the key is not there"):
            steps._tried(finding.key, "judge-named", work)
    assert not Attempt.objects.exists()
    finding.refresh_from_db()
    assert finding.stage == "waiting"
