"""Killed at any moment, the updates are what they were, or what they should be; never between."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tuf.api.exceptions import UnsignedMetadataError

from tests.engines.updates.repositories import AT, Client, House, new_signer
from tidegate.engines.updates.changes import LATEST_PATH
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.roles import Online

ONE, TWO = "advisories/TG-2026-22222222.json", "advisories/TG-2026-33333333.json"


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do it in a child that SIGKILL ends at a write to the disk; False if it came to its end.

    An even step is before a file comes to its place, an odd one after it.
    """
    child = os.fork()
    if not child:
        code = 3
        try:
            _kill_at(step)
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work itself failed"
    return False


def _kill_at(step: int) -> None:
    writes = iter(range(1 << 20))
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        number = next(writes)
        if number * 2 == step:
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(self, target)
        if number * 2 + 1 == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    Path.replace = replace  # type: ignore[assignment, method-assign]


def kills(pristine: Path, work: Callable[[], object]) -> Iterator[int]:
    """Yield once for each place where the work can be killed, after it was, on a fresh copy."""
    copy = pristine.with_name("updates")
    for step in range(1000):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(pristine, copy)
        died = killed_at(step, work)
        yield step
        if not died:
            return
    raise AssertionError("it never comes to its end")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL ends a process, not the machine: what is in the page cache is there."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.build(tmp_path / "pristine")
    found.bits = 1
    found.create().publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    found.folder = tmp_path / "updates"
    return found


def test_a_publication_that_is_killed_is_as_if_it_had_not_been(
    house: House, tmp_path: Path
) -> None:
    seen = []

    def publish() -> None:
        house.open().publish([Addition(TWO, b"two")], standing={ONE, TWO}, at=AT)

    for step in kills(tmp_path / "pristine", publish):
        client = Client.of(house, tmp_path / f"client-{step}")
        assert client.fetch(house.folder, AT, ONE) == b"one"
        seen.append(client.fetch(house.folder, AT, TWO))
        latest = client.fetch(house.folder, AT, LATEST_PATH) or b""
        assert (b'"sequence":2' in latest) is (seen[-1] is not None)
        publish()
        assert client.fetch(house.folder, AT, TWO) == b"two"
    # Killed after the timestamp came to its place it is published, and before it never.
    assert seen == [None] * (len(seen) - 2) + [b"two"] * 2
    assert len(seen) > 12


def test_an_exchange_of_keys_that_is_killed_is_finished_by_doing_it_again(
    house: House, tmp_path: Path
) -> None:
    root, targets = house.exchange(*Online, targets_keys=[new_signer("targets-3")])
    told = []

    def adopt() -> None:
        house.open().adopt(AT, root=root, targets=targets)

    for step in kills(tmp_path / "pristine", adopt):
        client = Client.of(house, tmp_path / f"client-{step}")
        try:
            told.append(client.fetch(house.folder, AT, ONE))
        except UnsignedMetadataError:
            # Between the root and its timestamp nothing is served; and nothing wrong, either.
            told.append(None)
            with pytest.raises(CeremonyError, match="adopt both at once"):
                house.open().refresh(AT)
        adopt()
        assert client.fetch(house.folder, AT, ONE) == b"one"
    assert told == [b"one"] * (len(told) - 4) + [None] * 2 + [b"one"] * 2
