"""No revision is ever put over a newer one, whatever was tried when, and in which order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pyrage import x25519

from tests.desks.publications.repositories import held, make_repository, target
from tests.desks.publications.rooms import (
    NOW,
    approve,
    day,
    make_operator,
    make_room,
    published,
    working,
)
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import Distribution, Revision
from tidegate.desks.publications.queries.detail import publication_page
from tidegate.desks.publications.services import approving, distributing, drafting, recipients
from tidegate.desks.publications.services.distributing import NO_RECIPIENT, distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.updates.bundles import open_bundle
from tidegate.instance.updates import public_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]

SOON = NOW + timedelta(seconds=2)
LATER = NOW + timedelta(minutes=1)


def full(*_):
    raise OSError(28, "No space left on device")


def stuck(monkeypatch, room):
    """Publish a first revision, which cannot be distributed for once."""
    publication = published(room)
    with monkeypatch.context() as patched:
        patched.setattr(distributing, "_document", full)
        assert distribute(NOW) == 0
    return publication


def go_on(room, publication, *, at):
    approving.submit(room.one.actor, publication.identifier, at=at)
    approve(room, publication, at=at)
    assert publish_due(at) == 1, working(publication).held_because


def served(publication):
    return open_bundle(target(f"advisories/{publication.identifier}.json")).revision


def test_a_retried_one_is_not_put_over_its_correction(monkeypatch):
    make_repository(NOW)
    room = make_room()
    publication = stuck(monkeypatch, room)
    drafting.revise(room.one.actor, publication.identifier, words="not fixed", at=SOON)
    go_on(room, publication, at=SOON)
    assert distribute(SOON) == 1
    assert served(publication) == 2
    assert distribute(LATER) == 1
    assert served(publication) == 2
    first, second = Distribution.objects.order_by("pk")
    assert (first.state, first.sequence) == ("done", None)
    assert (second.state, second.sequence) == ("done", 1)
    shown = publication_page(room.one.actor, publication.identifier, at=LATER).revisions
    assert [one.distributed_at for one in shown] == [SOON, None]
    assert Entry.objects.filter(kind="publication-overtaken").count() == 1


def test_nor_where_the_correction_has_reached_the_repository_and_not_the_site(monkeypatch):
    make_repository(NOW)
    room = make_room()
    publication = stuck(monkeypatch, room)
    drafting.revise(room.one.actor, publication.identifier, words="not fixed", at=SOON)
    go_on(room, publication, at=SOON)
    with monkeypatch.context() as patched:
        patched.setattr(distributing, "_site", full)
        assert distribute(SOON) == 0
        assert served(publication) == 2
        assert distribute(NOW + timedelta(seconds=6)) == 1
    assert served(publication) == 2
    assert distribute(LATER) == 1
    assert served(publication) == 2


def test_a_withdrawal_reaches_the_site_though_what_it_withdraws_never_did(monkeypatch):
    make_repository(NOW)
    room = make_room()
    publication = stuck(monkeypatch, room)
    drafting.withdraw(room.one.actor, publication.identifier, reason="not ours", at=SOON)
    go_on(room, publication, at=SOON)
    assert distribute(SOON) == 1
    assert distribute(LATER) == 1
    assert open_bundle(target(f"advisories/{publication.identifier}.json")).revision == 2
    record = json.loads((public_folder() / f"osv/npm/{publication.identifier}.json").read_bytes())
    assert record["withdrawn"]


def test_a_restricted_one_is_not_sent_for_a_key_that_comes_after_it_was_made_public():
    make_repository(NOW)
    room, operator = make_room(), make_operator()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    drafting.address(room.one.actor, name, "TLP:AMBER", [operator.key], edits=0, at=NOW)
    go_on(room, publication, at=NOW)
    assert distribute(NOW) == 0
    assert Distribution.objects.get().reason == NO_RECIPIENT
    drafting.revise(room.one.actor, name, words="now public", at=NOW)
    edits = working(publication).edits
    drafting.address(room.one.actor, name, "TLP:CLEAR", edits=edits, at=NOW)
    go_on(room, publication, at=NOW)
    own = str(x25519.Identity.generate().to_public())
    recipients.register(operator.actor, operator.key, own, at=NOW)
    assert distribute(day(1)) == 2
    assert list(held()) == [f"advisories/{name}.json"]


def test_a_database_that_was_set_back_puts_nothing_over_what_is_held():
    make_repository(NOW)
    room = make_room()
    publication = published(room)
    drafting.revise(room.one.actor, publication.identifier, words="more", at=SOON)
    go_on(room, publication, at=SOON)
    assert distribute(SOON) == 2
    second = Revision.objects.get(publication=publication, number=2)
    Distribution.objects.filter(revision=second).delete()
    Revision.objects.filter(pk=second.pk).update(state="dropped")
    Distribution.objects.update(state="waiting", done_at=None, tried_at=None)
    assert distribute(LATER) == 0
    assert "holds revision 2" in Distribution.objects.get().reason
    assert served(publication) == 2
