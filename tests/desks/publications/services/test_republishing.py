"""What the desk says is published comes back into a repository that does not hold it any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyrage import x25519

from tests.desks.publications.repositories import held, make_repository, target
from tests.desks.publications.rooms import (
    NOW,
    Room,
    approve,
    day,
    make_operator,
    make_room,
    published,
    working,
)
from tests.desks.publications.services.test_distributing import to_one_operator
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.jobs import publishing as job
from tidegate.desks.publications.models import Distribution, Publication
from tidegate.desks.publications.queries.distribution import distribution_state
from tidegate.desks.publications.services import approving, drafting, recipients, republishing
from tidegate.desks.publications.services.distributing import distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.desks.publications.services.republishing import reopen
from tidegate.engines.updates.audiences import open_restricted
from tidegate.engines.updates.bundles import open_bundle
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher
from tidegate.instance.updates import online_signers, update_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]


@contextmanager
def kept_as_it_was(place: Path) -> Iterator[None]:
    """Let the folder of the updates come back, at the end, from a copy of now."""
    shutil.copytree(update_folder(), place, dirs_exist_ok=True)
    yield
    shutil.rmtree(update_folder())
    shutil.copytree(place, update_folder())


def path_of(publication: Publication) -> str:
    return f"advisories/{publication.identifier}.json"


def withdraw(room: Room, publication: Publication) -> None:
    drafting.withdraw(room.one.actor, publication.identifier, reason="not ours", at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(day(1)) == 1, working(publication).held_because


def plant(path: str, content: bytes = b"a lie") -> None:
    """Publish something past the desk, as who has the keys can."""
    thief = Publisher.open(update_folder(), online_signers())
    thief.publish([Addition(path, content)], standing=set(held()), at=day(2))


def test_what_an_older_copy_of_the_folder_does_not_hold_is_published_again(tmp_path: Path) -> None:
    make_repository(NOW)
    room = make_room()
    stays, corrected = published(room), published(second := make_room(package="second"))
    distribute(NOW)
    with kept_as_it_was(tmp_path / "copy"):
        withdraw(second, corrected)
        comes = published(make_room(package="third"))
        assert distribute(day(1)) == 2
        there = held()
    assert held().keys() == {path_of(stays), path_of(corrected)}
    assert reopen(day(2)) == 2
    state = distribution_state(room.one.actor, at=day(2))
    assert {one.identifier: one.reason for one in state.waiting} == {
        comes.identifier: republishing.GONE,
        corrected.identifier: republishing.OTHERWISE,
    }
    assert distribute(day(2)) == 2
    assert held() == there
    assert open_bundle(target(path_of(corrected))).record["withdrawn_because"] == "not ours"
    assert reopen(day(2)) == distribute(day(2)) == 0
    assert Entry.objects.filter(kind="publication-not-held").count() == 2


def test_nothing_waits_again_where_everything_is_held() -> None:
    make_repository(NOW)
    publication = published(room := make_room())
    distribute(NOW)
    withdraw(room, publication)
    distribute(day(1))
    assert reopen(day(1)) == 0


def test_a_killed_worker_has_published_nothing_twice(tmp_path: Path) -> None:
    make_repository(NOW)
    with kept_as_it_was(tmp_path / "copy"):
        published(make_room())
        distribute(NOW)
        there = held()
    assert reopen(day(1)) == 1
    # Killed here: another look finds nothing that does not wait already.
    assert reopen(day(1)) == 0
    assert distribute(day(1)) == 1
    # Killed before it was taken down that it is done.
    Distribution.objects.update(state="waiting", done_at=None, tried_at=None)
    assert distribute(day(1)) == 1
    assert held() == there
    assert Publisher.open(update_folder(), online_signers()).refresh(day(1)).sequence == 1


def test_what_was_put_in_the_place_of_ours_is_ours_again() -> None:
    make_repository(NOW)
    publication = published(make_room())
    distribute(NOW)
    there = held()
    plant(path_of(publication))
    plant(f"fixes/{publication.identifier}/planted.diff")
    assert held() != there
    assert reopen(day(2)) == 1
    assert "who had the online keys" in Distribution.objects.get().reason
    assert distribute(day(2)) == 1
    assert held() == there


def test_what_nobody_knows_of_keeps_it_waiting_until_it_is_gone(tmp_path: Path) -> None:
    make_repository(NOW)
    publication = published(make_room())
    distribute(NOW)
    with kept_as_it_was(tmp_path / "copy"):
        pass
    plant(path_of(publication))
    plant("advisories/TG-2026-pppp2222.json")
    assert reopen(day(2)) == 1
    assert distribute(day(2)) == 0
    assert "TG-2026-pppp2222" in Distribution.objects.get().reason
    shutil.rmtree(update_folder())
    shutil.copytree(tmp_path / "copy", update_folder())
    assert distribute(day(3)) == 1
    assert held().keys() == {path_of(publication)}


def test_a_restricted_release_comes_back_under_its_name_for_those_it_is_for(
    tmp_path: Path,
) -> None:
    make_repository(NOW)
    room, operator = make_room(ends_at=day(30)), make_operator()
    own = x25519.Identity.generate()
    recipients.register(operator.actor, operator.key, str(own.to_public()), at=NOW)
    with kept_as_it_was(tmp_path / "copy"):
        to_one_operator(room, operator)
        assert distribute(NOW) == 1
        (path,) = held()
    for harm in (lambda: None, lambda: plant(path)):
        harm()
        assert reopen(day(2)) == 1
        assert distribute(day(2)) == 1
        assert held().keys() == {path}
        assert open_restricted(target(path), str(own))
        assert reopen(day(2)) == 0


def test_an_older_revision_never_comes_after_a_newer_one() -> None:
    """Clients refuse a revision that is lower than what they know, and all that comes with it."""
    make_repository(NOW)
    publication = published(room := make_room())
    drafting.revise(room.one.actor, publication.identifier, words="More.", at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(day(1)) == 1, working(publication).held_because
    first = Distribution.objects.order_by("pk")[0]
    Distribution.objects.filter(pk=first.pk).update(tries=9, tried_at=day(1), reason="a full disk")
    assert distribute(day(1)) == 1
    there = held()
    assert distribute(day(2)) == 1
    assert held() == there
    assert reopen(day(2)) == 0


def test_it_is_looked_in_bounds_and_on_in_the_next_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(republishing, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(job, "_refreshed", None)
    make_repository(NOW)
    with kept_as_it_was(tmp_path / "copy"):
        for package in ("one", "two"):
            published(make_room(package=package))
        job.distribute(NOW)
    monkeypatch.setattr(job, "_refreshed", None)
    rounds = [job.distribute(day(1)) for _ in range(4)]
    assert (sum(rounds), max(rounds)) == (2, 1)
    assert len(held()) == 2
    assert job._refreshed == day(1)


def test_without_a_repository_nothing_is_looked_at() -> None:
    published(make_room())
    assert reopen(NOW) == 0
