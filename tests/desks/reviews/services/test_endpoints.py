"""A developer says where its model answers; the credential is sealed, and nobody reads it again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.desks.reviews.accesses import access, kinds
from tests.desks.reviews.making import NOW, day, developer, engagement
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Call, Ending, Endpoint
from tidegate.desks.reviews.queries.endpoints import list_endpoints
from tidegate.desks.reviews.sealing import CREDENTIAL, opened_text
from tidegate.desks.reviews.services.endpoints import add_endpoint, end_endpoint, replace_credential
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

SECRET = "sk-nobody-reads-this"
GOOD: dict[str, Any] = {
    "name": "frontier-1",
    "protocol": "openai",
    "url": "https://models.example.org/v1/",
    "model": "frontier-1-2026",
    "credential": SECRET,
}


def added(made, actor=None, **other) -> Endpoint:
    return add_endpoint(actor or made.developer.actor, made.key, **{**GOOD, **other}, at=NOW)


def test_the_credential_is_sealed_and_in_no_entry_and_no_query():
    made = engagement()
    row = added(made)
    assert SECRET not in row.credential
    assert opened_text(row.credential, CREDENTIAL) == SECRET
    assert SECRET not in str(list(Entry.objects.values_list("text", flat=True)))
    (shown,) = list_endpoints(made.developer.actor, made.key, at=NOW)
    assert (shown.url, shown.model) == ("https://models.example.org/v1", "frontier-1-2026")
    assert SECRET not in str(shown)
    assert row.credential not in str(dataclasses.astuple(shown))


def test_a_reviewer_sees_names_and_no_address():
    here = access()
    (shown,) = list_endpoints(here.holder, here.key, at=NOW)
    assert (shown.name, shown.protocol) == ("the-model", "openai")
    assert (shown.url, shown.model, shown.made_by) == ("", "", "")


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example.org/v1",
        "ftp://models.example.org",
        "models.example.org/v1",
        "https:///v1",
        "https://user@models.example.org/v1",
        "https://models.example.org/v1?key=1",
        "https://models.example.org/v1?",
        "https://models.example.org/v1#",
        "https://models.example.org:0/v1",
        "https://models.example.org:99999/v1",
        "https://models.example.org/a\\b",
        "https://models.example.org/a b",
        "https://models.example.org/v1/../admin",
        "https://models.example.org/v1/%2e%2E/admin",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "https://127.1/v1",
        "https://[fe80::1%25eth0]/v1",
        "https://mödels.example/v1",
        "https://" + "a" * 500,
    ],
)
def test_an_address_of_another_form_is_refused(url: str):
    made = engagement()
    with pytest.raises(NotPossibleError):
        added(made, url=url)
    assert not Endpoint.objects.exists()


def test_without_tls_only_a_host_that_the_owner_allows_is_named(monkeypatch):
    monkeypatch.setenv("TIDEGATE_ENDPOINT_HOSTS", "127.0.0.1,models.corp.example")
    made = engagement()
    assert added(made, name="a", url="http://127.0.0.1:8080/v1").url == "http://127.0.0.1:8080/v1"
    assert added(made, name="b", url="http://MODELS.corp.example/")
    with pytest.raises(NotPossibleError, match="TIDEGATE_ENDPOINT_HOSTS"):
        added(made, name="c", url="http://127.0.0.2/v1")


@pytest.mark.parametrize("credential", ["", " ", "a\r\nX-Other: b", "a b", "ключ", "a" * 4097])
def test_a_credential_is_one_word_of_a_header_and_is_not_repeated_in_the_refusal(credential):
    with pytest.raises(NotPossibleError) as refused:
        added(engagement(), credential=credential)
    assert "X-Other" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "-a", "a\nb", "ä", "a" * 101, "a\0"])
def test_a_name_is_one_that_calls_can_use(name: str):
    with pytest.raises(NotPossibleError):
        added(engagement(), name=name)


def test_a_name_means_one_endpoint_at_a_time():
    made = engagement()
    first = added(made)
    with pytest.raises(NotPossibleError, match="frontier-1"):
        added(made)
    end_endpoint(made.developer.actor, first.key, at=day(1))
    assert added(made).pk != first.pk


def test_only_who_runs_the_engagement_changes_its_endpoints():
    here = access()
    for stranger in (here.holder, here.lead, developer().actor):
        with pytest.raises(NotFoundError):
            added(here.made, stranger)
        with pytest.raises(NotFoundError):
            replace_credential(stranger, here.endpoint.key, "another", at=NOW)
        with pytest.raises(NotFoundError):
            end_endpoint(stranger, here.endpoint.key, at=NOW)


def test_a_credential_is_replaced_on_record():
    here = access()
    row = replace_credential(here.developer, here.endpoint.key, "another", at=day(1))
    assert opened_text(row.credential, CREDENTIAL) == "another"
    assert kinds(here.key)[-1] == "endpoint-changed"


def test_ending_an_endpoint_destroys_its_credential_and_cuts_what_runs_there():
    here = access()
    grant = here.taken_up()
    Call.objects.create(
        engagement=here.made.row,
        grant=grant,
        endpoint=here.endpoint,
        operation="chat",
        address="192.0.2.1",
        began_at=NOW,
        request_sha256="",
        request_bytes=1,
    )
    row = end_endpoint(here.developer, here.endpoint.key, at=day(1))
    assert (row.credential, row.ended_at) == ("", day(1))
    assert Ending.objects.get().grant == grant
    with pytest.raises(NotPossibleError, match="has ended"):
        replace_credential(here.developer, here.endpoint.key, "another", at=day(2))


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.CLOSED])
def test_what_is_over_gets_no_endpoints(state: State):
    with pytest.raises(NotPossibleError, match=state.value):
        added(engagement(state=state))
