"""A thief of the online keys has shown a longer list; once keys are exchanged, ours is followed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from tests.engines.updates.following.pulls import Client as Follower
from tests.engines.updates.following.repositories import Repository
from tests.engines.updates.repositories import AT, House, signed
from tidegate.engines.updates.ceremony import EPOCH_FIELD, next_targets
from tidegate.engines.updates.following.following import Followed, Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError
from tidegate.engines.updates.publisher import Addition, Publisher
from tidegate.engines.updates.roles import Online

ONE = "advisories/TG-2026-aaaaaaaa.json"
TWO = "advisories/TG-2026-bbbbbbbb.json"
PLANTED = tuple(f"advisories/TG-2026-pppppp{number:02}.json" for number in range(10, 50))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be flushed: no machine is switched off here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House.build(tmp_path / "updates")
    made.create().publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    return made


class Operator:
    """One client, who keeps what it knows as ours does."""

    def __init__(self, house: House, room: Path) -> None:
        self.root, self.room = house.roots[0].to_bytes(), room
        self.known = self.epoch = 0

    def pull(self, folder: Path, now: datetime = AT) -> Followed:
        place = Place(str(folder))
        came = follow(place, self.room, self.root, known=self.known, epoch=self.epoch, now=now)
        self.known, self.epoch = came.sequence, came.epoch
        return came

    def is_refused(self, folder: Path) -> Cause:
        with pytest.raises(FollowError) as caught:
            self.pull(folder)
        return caught.value.cause


def stolen(house: House, elsewhere: Path, paths: Sequence[str] = PLANTED) -> Path:
    """Return what somebody publishes who has all online keys, and a copy of the folder."""
    shutil.copytree(house.folder, elsewhere)
    thief = Publisher.open(elsewhere, house.signers)
    planted = [Addition(path, f"a lie: {path}".encode()) for path in paths]
    thief.publish(planted, standing={ONE, *paths}, at=AT)
    return elsewhere


@pytest.mark.parametrize("met", [True, False])
def test_whoever_met_a_thief_with_a_longer_list_reads_ours_from_its_beginning(
    house: House, tmp_path: Path, met: bool
) -> None:
    elsewhere = stolen(house, tmp_path / "thief")
    operator = Operator(house, tmp_path / "room")
    operator.pull(house.folder)
    if met:
        assert len(operator.pull(elsewhere).arrived) == len(PLANTED)
        assert operator.is_refused(house.folder) is Cause.ROLLED_BACK
    root, targets = house.exchange(*Online, new_epoch=True)
    Publisher.open(house.folder, house.signers).adopt(AT, root=root, targets=targets)
    came = operator.pull(house.folder)
    assert (came.epoch, came.is_anew, came.sequence) == (2, True, 1)
    assert [(one.change.path, one.read()) for one in came.arrived] == [(ONE, b"one")]
    house.open().publish([Addition(TWO, b"two")], standing={ONE, TWO}, at=AT)
    came = operator.pull(house.folder)
    assert not came.is_anew
    assert [one.change.path for one in came.arrived] == [TWO]
    assert operator.is_refused(elsewhere) in (Cause.NOT_SIGNED, Cause.ROLLED_BACK)


def test_without_a_higher_epoch_a_shorter_list_stays_refused_though_keys_were_exchanged(
    house: House, tmp_path: Path
) -> None:
    operator = Operator(house, tmp_path / "room")
    operator.pull(stolen(house, tmp_path / "thief"))
    root, targets = house.exchange(*Online)
    Publisher.open(house.folder, house.signers).adopt(AT, root=root, targets=targets)
    assert operator.is_refused(house.folder) is Cause.ROLLED_BACK


def test_a_lower_epoch_is_refused_whoever_has_signed_it(house: House, tmp_path: Path) -> None:
    operator = Operator(house, tmp_path / "room")
    root, targets = house.exchange(*Online, new_epoch=True)
    Publisher.open(house.folder, house.signers).adopt(AT, root=root, targets=targets)
    operator.pull(house.folder)
    lower = next_targets(house.targets, at=AT)
    lower.signed.unrecognized_fields[EPOCH_FIELD] = 1
    raw = signed(lower, house.roots[-1], house.targets_keys[0]).to_bytes()
    house.open().adopt(AT, targets=raw)
    assert operator.is_refused(house.folder) is Cause.ROLLED_BACK
    assert operator.epoch == 2


def test_a_pull_that_is_killed_in_a_new_epoch_begins_anew_again(
    house: House, tmp_path: Path
) -> None:
    operator = Operator(house, tmp_path / "room")
    operator.pull(house.folder)
    root, targets = house.exchange(*Online, new_epoch=True)
    Publisher.open(house.folder, house.signers).adopt(AT, root=root, targets=targets)
    before = operator.known, operator.epoch
    assert operator.pull(house.folder).is_anew
    # What came was never taken in.
    operator.known, operator.epoch = before
    assert operator.pull(house.folder).is_anew


@pytest.mark.parametrize("said", ["2", True, None, [2], -1])
def test_an_epoch_that_is_no_number_raises_nothing(
    client: Follower, repository: Repository, said: object
) -> None:
    repository.add(ONE, b"one")
    assert client.pull().epoch == 1
    repository.targets.unrecognized_fields[EPOCH_FIELD] = said
    repository.publish(["targets"])
    repository.update_snapshot()
    if said == -1:
        client.is_refused(Cause.ROLLED_BACK)
    else:
        assert not client.pull().is_anew
