"""What went out reaches the repository and the site once, and nothing else does."""

from __future__ import annotations

import json

import pytest
from pyrage import x25519

from tests.desks.publications.repositories import everything_served, held, make_repository, target
from tests.desks.publications.rooms import (
    NOW,
    approve,
    approved,
    day,
    handed_in,
    make_operator,
    make_room,
    published,
    working,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.publications.models import Distribution
from tidegate.desks.publications.queries.distribution import distribution_state
from tidegate.desks.publications.services import approving, drafting, recipients
from tidegate.desks.publications.services.distributing import (
    NO_RECIPIENT,
    distribute,
    rebuild_site,
    refresh,
)
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.schema_checks import csaf_schema_faults
from tidegate.engines.provider.fetching import FolderFetch
from tidegate.engines.provider.metadata import METADATA
from tidegate.engines.provider.rules import report_on
from tidegate.engines.provider.visiting import visit
from tidegate.engines.updates.audiences import open_restricted
from tidegate.engines.updates.bundles import open_bundle
from tidegate.instance.updates import bundle_signer, public_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]


def test_without_a_repository_the_promise_waits_and_says_how_to_make_one():
    room = make_room()
    published(room)
    assert distribute(NOW) == 0
    state = distribution_state(room.one.actor, at=NOW)
    assert not state.has_repository
    assert "tidegate keys ceremony" in state.mend
    assert [one.reason for one in state.waiting] == [state.mend]
    make_repository(NOW)
    assert distribute(NOW) == 1
    state = distribution_state(room.one.actor, at=NOW)
    assert (state.has_repository, state.mend, state.waiting) == (True, "", ())
    assert [one.sequence for one in state.done] == [1]
    assert distribution_state(room.vendor.actor, at=NOW).done == ()


def test_an_advisory_is_a_target_and_lies_in_the_public_folder():
    make_repository(NOW)
    publication = published(make_room())
    assert distribute(NOW) == 1
    path = f"advisories/{publication.identifier}.json"
    assert list(held()) == [path]
    bundle = open_bundle(target(path), bundle_signer().public_key)
    assert (bundle.identifier, bundle.revision) == (publication.identifier, 1)
    names = [str(path.relative_to(public_folder())) for path in public_folder().rglob("*.json")]
    assert f"csaf/v2.0/white/2026/{publication.identifier.lower()}.json" in names
    assert f"osv/npm/{publication.identifier}.json" in names
    assert distribute(day(1)) == 0


def faults_of(raw):
    document = json.loads(raw)
    return csaf_schema_faults(document) or mandatory_faults(document)


def test_a_vex_lies_beside_each_advisory_and_the_provider_keeps_every_written_rule():
    make_repository(NOW)
    room = make_room()
    publication = published(room)
    other = published(make_room(package="other"))
    distribute(NOW)
    drafting.withdraw(room.one.actor, publication.identifier, reason="not ours", at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(day(1)) == 1
    assert distribute(day(1)) == 1
    refresh(day(1))
    of_each = {name for one in (publication, other) for name in _identifiers(one)}
    address = "https://gate.example.org/.well-known/csaf"
    for edition in ("2.0", "2.1"):
        fetch = FolderFetch(public_folder(), "https://gate.example.org")
        seen = visit(fetch, f"{address}/v{edition}/{METADATA}", validate=faults_of)
        report = report_on(seen, day(1))
        found = {one.tracking.identifier for one in seen.documents if one.tracking}
        assert found == of_each
        failed = {one.number: one.faults for one in report.results if one.verdict == "fails"}
        assert failed == {}
        assert report.role == report.claimed == "csaf_trusted_provider"
    feed = (public_folder() / "advisories/feed.atom").read_text()
    assert other.identifier in feed
    assert "-VEX" not in feed
    assert not [path for path in (public_folder() / "osv").rglob("*") if "VEX" in path.name]


def _identifiers(publication):
    return publication.identifier, f"{publication.identifier}-VEX"


def documents(publication):
    """Return what is served of a publication, and the updates whole."""
    name = publication.identifier.lower()
    found = everything_served()
    return {path: raw for path, raw in found if name in path.name.lower() or "updates" in str(path)}


def test_doing_it_again_after_a_crash_changes_nothing():
    make_repository(NOW)
    publication = published(make_room())
    distribute(NOW)
    before = documents(publication)
    Distribution.objects.update(state="waiting", done_at=None, tried_at=None)
    assert distribute(day(0.01)) == 1
    assert documents(publication) == before
    assert Distribution.objects.get().sequence == 1


def test_a_correction_and_a_withdrawal_follow_in_order():
    make_repository(NOW)
    room = make_room()
    publication = published(room)
    drafting.withdraw(room.one.actor, publication.identifier, reason="not ours", at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(day(1)) == 1
    assert distribute(day(1)) == 2
    (path,) = held()
    record = open_bundle(target(path)).record
    assert record["withdrawn_because"] == "not ours"
    publication.refresh_from_db()
    assert publication.withdrawn_at == day(1)


def to_one_operator(room, operator):
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    drafting.address(room.one.actor, name, "TLP:AMBER", [operator.key], edits=0, at=NOW)
    approving.submit(room.one.actor, name, at=NOW)
    approve(room, publication)
    assert publish_due(NOW) == 1, working(publication).held_because
    return publication


def test_a_restricted_release_opens_with_the_keys_of_those_it_is_for_and_shows_in_no_name():
    make_repository(NOW)
    room, operator = make_room(ends_at=day(30)), make_operator()
    publication = to_one_operator(room, operator)
    assert distribute(NOW) == 0
    assert Distribution.objects.get().reason == NO_RECIPIENT
    own, other = x25519.Identity.generate(), x25519.Identity.generate()
    recipients.register(operator.actor, operator.key, str(own.to_public()), at=NOW)
    recipients.register(room.stranger.actor, room.stranger.key, str(other.to_public()), at=NOW)
    assert distribute(day(1)) == 1
    (path,) = held()
    assert path.startswith("restricted/")
    raw = target(path)
    assert open_restricted(raw, str(other)) is None
    assert open_bundle(open_restricted(raw, str(own)) or b"").identifier == publication.identifier
    assert not public_folder().exists()
    told = publication.identifier.encode(), room.key.encode(), b"minimist"
    for name, content in everything_served():
        for secret in told:
            assert secret not in content, name
            assert secret.decode() not in str(name)
    Distribution.objects.update(state="waiting", done_at=None, tried_at=None)
    before = dict(everything_served())
    assert distribute(day(2)) == 1
    assert dict(everything_served()) == before


def test_a_database_that_was_set_back_lets_nothing_vanish():
    make_repository(NOW)
    gone = published(make_room())
    distribute(NOW)
    Distribution.objects.filter(revision__publication=gone).delete()
    gone.revisions.all().update(state="dropped")
    gone.published_at = None
    gone.save()
    published(make_room(package="other"))
    assert distribute(day(1)) == 0
    assert gone.identifier in Distribution.objects.get().reason


def test_the_site_can_be_made_anew_for_another_address(monkeypatch):
    make_repository(NOW)
    publication = published(make_room())
    distribute(NOW)
    refresh(NOW)
    assert (public_folder() / ".well-known/security.txt").is_file()
    monkeypatch.setenv("TIDEGATE_PUBLIC_URL", "https://other.example.org")
    assert rebuild_site(OWNER, at=day(1)) == 1
    found = (public_folder() / ".well-known/csaf/provider-metadata.json").read_text()
    assert "https://other.example.org" in found
    assert "gate.example.org" not in found
    assert json.loads(found)["publisher"]
    assert (public_folder() / f"osv/npm/{publication.identifier}.json").is_file()


def test_what_is_only_approved_is_served_nowhere():
    make_repository(NOW)
    room = make_room(ends_at=day(30))
    approved(room)
    handed_in(make_room(package="other"))
    assert publish_due(NOW) == 0
    assert distribute(NOW) == 0
    assert list(held()) == []
