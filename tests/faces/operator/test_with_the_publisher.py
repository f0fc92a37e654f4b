"""What our own publisher writes, our own client follows: keys exchanged and records withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from tests.engines.updates.repositories import AT, House
from tests.faces.operator.conftest import MINIMIST
from tidegate.engines.updates.audiences import restrict
from tidegate.engines.updates.following.following import Followed, Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError
from tidegate.engines.updates.publisher import Addition, Publisher
from tidegate.engines.updates.roles import Online

ONE = f"advisories/{MINIMIST}.json"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.build(tmp_path / "updates")


@pytest.fixture
def publisher(house: House) -> Publisher:
    return house.create()


def _pull(house: House, known: int = 0, now: datetime = AT) -> Followed:
    room = house.folder.parent / "room"
    root = house.roots[0].to_bytes()
    return follow(Place(str(house.folder)), room, root, known=known, now=now)


def test_what_is_published_restricted_revised_and_withdrawn_arrives(
    house: House, publisher: Publisher
) -> None:
    key = str(Identity.generate().to_public())
    secret = "restricted/0123456789abcdef0123456789abcdef.age"
    first = [Addition(ONE, b"one"), Addition(secret, restrict(b"two", [key]))]
    publisher.publish(first, standing={ONE, secret}, at=AT)
    came = _pull(house)
    assert [one.change.path for one in came.arrived] == [ONE, secret]
    publisher.publish([Addition(ONE, b"three")], standing={ONE}, withdrawn={secret}, at=AT)
    news = _pull(house, came.sequence)
    assert {one.change.path: one.read() for one in news.arrived} == {ONE: b"three", secret: b""}


def test_a_client_that_was_away_while_keys_were_exchanged_comes_after(
    house: House, publisher: Publisher
) -> None:
    publisher.publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    came = _pull(house)
    root, targets = house.exchange(Online.TIMESTAMP, Online.RECORDS)
    later = Publisher.open(house.folder, house.signers)
    later.adopt(root=root, targets=targets, at=AT)
    later.publish([Addition(ONE, b"two")], standing={ONE}, at=AT)
    news = _pull(house, came.sequence)
    assert news.root_version == 2
    assert [one.read() for one in news.arrived] == [b"two"]


def test_updates_that_nobody_renews_are_refused_after_a_day(
    house: House, publisher: Publisher
) -> None:
    publisher.publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    _pull(house, now=AT + timedelta(hours=23))
    with pytest.raises(FollowError) as caught:
        _pull(house, now=AT + timedelta(hours=25))
    assert caught.value.cause is Cause.EXPIRED
    publisher.refresh(AT + timedelta(hours=25))
    assert _pull(house, now=AT + timedelta(hours=25)).sequence == 1
