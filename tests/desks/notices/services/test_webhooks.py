"""A webhook belongs to its organisation's administrators, and shows nothing to anybody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desks.notices.made import NOW, organisation, person
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.models import Sending, WebhookEndpoint
from tidegate.desks.notices.queries.webhooks import get_webhook, list_webhooks
from tidegate.desks.notices.services import webhooks
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.engines.sealing import SealError
from tidegate.instance.holders import holders
from tidegate.instance.keyring import keyring

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.org/in?key=1"


@pytest.fixture
def of() -> Organisation:
    return organisation(OrganisationKind.VENDOR)


@pytest.fixture
def administrator(of: Organisation) -> Person:
    return person(of, Role.ADMINISTRATOR)


def test_it_is_added_and_its_secret_is_shown_once_and_kept_sealed(
    of: Organisation, administrator: Person
):
    made = webhooks.add_webhook(actor_of(administrator), of.key, URL, kinds=["merge"], at=NOW)
    assert made.secret.startswith("whsec_")
    row = WebhookEndpoint.objects.get()
    assert made.secret not in f"{row.secret} {made!r}"
    assert webhooks.secrets_of(row, NOW) == [made.secret]
    (shown,) = list_webhooks(actor_of(administrator))
    assert (shown.url, shown.kinds, shown.organisation) == (URL, ("merge",), of.key)
    assert made.secret not in repr(shown)
    entry = Entry.objects.order_by("index").last()
    assert entry is not None
    assert (entry.kind, entry.organisation) == ("webhook-added", of.key)
    assert URL not in entry.text


def test_a_sealed_secret_stands_for_no_other_webhook(of: Organisation, administrator: Person):
    actor = actor_of(administrator)
    one = webhooks.add_webhook(actor, of.key, URL, at=NOW).webhook
    other = webhooks.add_webhook(actor, of.key, URL, at=NOW).webhook
    other.secret = one.secret
    with pytest.raises(SealError):
        webhooks.secrets_of(other, NOW)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.READER])
def test_nobody_but_an_administrator_adds_sees_or_changes_one(
    of: Organisation, administrator: Person, role: Role
):
    made = webhooks.add_webhook(actor_of(administrator), of.key, URL, at=NOW).webhook
    elsewhere = person(organisation(OrganisationKind.VENDOR), Role.ADMINISTRATOR)
    reading = narrowed_to(actor_of(administrator), scopes=[Scope.READ, Scope.WRITE])
    for actor in (actor_of(person(of, role)), actor_of(elsewhere), reading, NOBODY):
        with pytest.raises(NotFoundError):
            webhooks.add_webhook(actor, of.key, URL, at=NOW)
        for change in (webhooks.disable_webhook, webhooks.rotate_secret, webhooks.retry_webhook):
            with pytest.raises(NotFoundError):
                change(actor, made.key, at=NOW)
        with pytest.raises(NotFoundError):
            get_webhook(actor, made.key)
        assert list_webhooks(actor) == []
    assert [row.key for row in list_webhooks(OWNER)] == [made.key]


@pytest.mark.parametrize(
    "url", ["http://hooks.example.org/", "https://127.0.0.1/", "https://[::1]/", "x"]
)
def test_a_webhook_that_leads_inside_is_not_added(
    of: Organisation, administrator: Person, url: str
):
    with pytest.raises(NotPossibleError):
        webhooks.add_webhook(actor_of(administrator), of.key, url, at=NOW)
    assert not WebhookEndpoint.objects.exists()


def test_a_host_that_the_owner_allows_is_added(
    of: Organisation, administrator: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TIDEGATE_WEBHOOK_HOSTS", "hooks.corp.example, 10.0.0.7")
    webhooks.add_webhook(actor_of(administrator), of.key, "http://10.0.0.7:80/", at=NOW)
    webhooks.add_webhook(actor_of(administrator), of.key, "http://hooks.corp.example/", at=NOW)


def test_a_kind_that_no_webhook_is_told_of_is_named(of: Organisation, administrator: Person):
    for kind in ("no-such-kind", "verdict", "webhook-added", "token-made"):
        with pytest.raises(NotPossibleError, match=kind):
            webhooks.add_webhook(actor_of(administrator), of.key, URL, kinds=[kind], at=NOW)


def test_an_organisation_has_no_more_than_the_most(
    of: Organisation, administrator: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MOST_WEBHOOKS", 2)
    actor = actor_of(administrator)
    first = webhooks.add_webhook(actor, of.key, URL, at=NOW).webhook
    webhooks.add_webhook(actor, of.key, URL, at=NOW)
    with pytest.raises(NotPossibleError, match="disable one"):
        webhooks.add_webhook(actor, of.key, URL, at=NOW)
    webhooks.disable_webhook(actor, first.key, at=NOW)
    webhooks.add_webhook(actor, of.key, URL, at=NOW)


def test_a_disabled_one_gets_nothing_more_and_is_not_disabled_twice(
    of: Organisation, administrator: Person
):
    actor = actor_of(administrator)
    made = webhooks.add_webhook(actor, of.key, URL, at=NOW).webhook
    entry = Entry.objects.order_by("index").last()
    Sending.objects.create(
        channel="webhook", endpoint=made, entry=entry, made_at=NOW, next_try_at=NOW
    )
    webhooks.disable_webhook(actor, made.key.lower(), at=NOW)
    assert Sending.objects.get().state == Sending.State.DROPPED
    for change in (webhooks.disable_webhook, webhooks.rotate_secret, webhooks.retry_webhook):
        with pytest.raises(NotPossibleError):
            change(actor, made.key, at=NOW)
    assert get_webhook(actor, made.key).disabled_at == NOW


def test_a_replaced_secret_signs_for_a_day_beside_the_new_one(
    of: Organisation, administrator: Person
):
    actor = actor_of(administrator)
    first = webhooks.add_webhook(actor, of.key, URL, at=NOW)
    second = webhooks.rotate_secret(actor, first.webhook.key, at=NOW)
    row = WebhookEndpoint.objects.get()
    assert webhooks.secrets_of(row, NOW) == [second.secret, first.secret]
    assert webhooks.secrets_of(row, NOW + timedelta(days=1)) == [second.secret]


def test_secrets_open_as_before_under_another_key_of_the_instance(
    of: Organisation, administrator: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    (holder,) = (one for one in holders() if one.name == "webhooks")
    actor = actor_of(administrator)
    first = webhooks.add_webhook(actor, of.key, URL, at=NOW)
    second = webhooks.rotate_secret(actor, first.webhook.key, at=NOW)
    before = keyring().newest().key_id
    assert holder.counts() == {before: 2}
    newest = keyring().rotate(NOW).key_id
    assert (holder.rewrap(), holder.rewrap()) == (1, 0)
    assert holder.counts() == {newest: 2}
    row = WebhookEndpoint.objects.get()
    assert webhooks.secrets_of(row, NOW) == [second.secret, first.secret]
