"""CVE ids are reserved, published and rejected, and a crash between two steps loses none."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.engines.cve_services.service import (
    KEY,
    ORGANISATION_ID,
    PERSON,
    USER,
    Service,
    running,
)
from tests.engines.formats.advisories.records import example_record
from tidegate.engines.cve_services import client as client_module
from tidegate.engines.cve_services import exchange
from tidegate.engines.cve_services.account import Account
from tidegate.engines.cve_services.client import Client, Quota, State
from tidegate.engines.cve_services.errors import CveServicesError
from tidegate.engines.formats.advisories.cve import Cna, cna_container, rejected_container

CNA = Cna(ORGANISATION_ID, "win_5")
RECORD = example_record()
PUBLISHED = cna_container(RECORD, CNA)
REJECTED = rejected_container(
    replace(RECORD, withdrawn_at=RECORD.modified_at, withdrawn_because="A duplicate."), CNA
)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def account(service: Service) -> Iterator[Account]:
    with running(service) as account:
        yield account


@pytest.fixture
def client(account: Account) -> Iterator[Client]:
    with Client(account) as client:
        yield client


def test_an_id_goes_from_reserved_to_published_to_revised_to_rejected(
    client: Client, service: Service
) -> None:
    found = client.reserve(2026, used=())
    assert (found.state, found.requested_by, found.owner) == (State.RESERVED, USER, "win_5")

    client.publish(found.identifier, PUBLISHED)
    assert client.state_of(found.identifier).state is State.PUBLISHED
    client.publish(found.identifier, {**PUBLISHED, "title": "Another title"})
    assert service.records[found.identifier]["title"] == "Another title"
    client.reject(found.identifier, REJECTED)

    assert client.state_of(found.identifier).state is State.REJECTED
    assert service.records[found.identifier] == REJECTED
    assert [each for each in service.requests if not each.startswith("GET")] == [
        "POST cve-id",
        f"POST cve/{found.identifier}/cna",
        f"PUT cve/{found.identifier}/cna",
        f"PUT cve/{found.identifier}/reject",
    ]


def test_an_id_whose_reservation_was_not_answered_is_taken_the_next_time(
    client: Client, service: Service
) -> None:
    service.lose_next_answer = True
    with pytest.raises(CveServicesError) as caught:
        client.reserve(2026, used=())
    assert caught.value.is_passing

    found = client.reserve(2026, used=())

    assert list(service.ids) == [found.identifier]
    assert client.reserve(2026, used={found.identifier}).identifier != found.identifier


def test_ids_of_others_of_other_years_and_from_before_are_left_alone(
    client: Client, service: Service
) -> None:
    service.reserve("CVE-2026-0001", user=PERSON)
    service.reserve("CVE-2025-0002")
    service.reserve("CVE-2026-0003", at="2026-01-01T00:00:00.000Z")
    service.reserve("CVE-2026-0004")
    service.ids["CVE-2026-0004"]["state"] = "PUBLISHED"

    found = client.reserve(2026, used=(), since=datetime(2026, 2, 1, tzinfo=UTC))

    assert found.identifier == "CVE-2026-1004"
    assert client.reserve(2026, used=()).identifier == "CVE-2026-0003"


def test_all_pages_of_a_list_are_read(client: Client, service: Service) -> None:
    for number in range(8):
        service.reserve(f"CVE-2026-{2000 + number}", user=PERSON)

    assert len(client.reserved(2026)) == 8
    assert client.reserve(2026, used=()).identifier == "CVE-2026-1008"


def test_a_list_without_an_end_is_refused(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_PAGES", 5)
    service.reserve("CVE-2026-0001")
    service.forced = (200, {"cve_ids": [], "nextPage": 1})
    assert client.reserved(2026) == ()

    pages = iter(range(2, 10_000))
    service.answer = lambda *_: (200, {"cve_ids": [], "nextPage": next(pages)})  # type: ignore[method-assign]
    service.forced = None
    with pytest.raises(CveServicesError, match="an end within 5 pages"):
        client.reserved(2026)


@pytest.mark.parametrize("verb", ["publish", "reject"])
def test_what_was_done_and_not_answered_can_be_done_again(
    client: Client, service: Service, verb: str
) -> None:
    service.reserve("CVE-2026-0001")
    container = PUBLISHED if verb == "publish" else REJECTED
    service.lose_next_answer = True
    with pytest.raises(CveServicesError):
        getattr(client, verb)("CVE-2026-0001", container)

    getattr(client, verb)("CVE-2026-0001", container)

    assert service.records["CVE-2026-0001"] == container


def test_a_record_that_came_in_between_is_updated(client: Client, service: Service) -> None:
    service.reserve("CVE-2026-0001")
    service.records["CVE-2026-0001"] = {}

    client.publish("CVE-2026-0001", PUBLISHED)

    assert service.requests[-2:] == ["POST cve/CVE-2026-0001/cna", "PUT cve/CVE-2026-0001/cna"]


def test_an_id_that_is_rejected_without_a_record_gets_one(client: Client, service: Service) -> None:
    service.reserve("CVE-2026-0001")
    service.ids["CVE-2026-0001"]["state"] = "REJECTED"

    client.reject("CVE-2026-0001", REJECTED)

    assert service.records["CVE-2026-0001"] == REJECTED


def test_a_rejected_id_is_never_published(client: Client, service: Service) -> None:
    service.reserve("CVE-2026-0001")
    client.reject("CVE-2026-0001", REJECTED)

    with pytest.raises(CveServicesError, match=r"is rejected, .*reserve another one"):
        client.publish("CVE-2026-0001", PUBLISHED)


def test_the_quota_and_the_id_of_the_cna_are_told(client: Client, service: Service) -> None:
    service.reserve("CVE-2026-0001")

    assert client.quota() == Quota(allowed=10, reserved=1, available=9)
    assert client.organisation_id() == ORGANISATION_ID


def test_a_full_quota_is_said_with_its_mend(client: Client, service: Service) -> None:
    service.quota = 0

    with pytest.raises(
        CveServicesError, match=r"EXCEEDED_ID_QUOTA.*publish or reject ids"
    ) as caught:
        client.reserve(2026, used=())
    assert not caught.value.is_passing


def test_a_record_that_is_refused_is_said_with_its_place(client: Client, service: Service) -> None:
    service.reserve("CVE-2026-0001")

    with pytest.raises(CveServicesError, match="/cnaContainer must have required property"):
        client.publish("CVE-2026-0001", {"title": "only a title"})


@pytest.mark.parametrize("identifier", ["CVE-26-1", "../org", "CVE-2026-0001/../x", "CVE-2026-1?a"])
def test_what_is_no_cve_id_is_never_asked_for(
    client: Client, service: Service, identifier: str
) -> None:
    with pytest.raises(CveServicesError, match="write it as CVE-2026-1234"):
        client.publish(identifier, PUBLISHED)
    assert service.requests == []


@pytest.mark.parametrize(
    ("status", "answer", "is_passing"),
    [
        (429, {"error": "TOO_MANY_REQUESTS", "message": "Too many requests."}, True),
        (503, b"<html>maintenance</html>", True),
        (500, {"error": "INTERNAL_SERVER_ERROR", "message": "Internal Server Error"}, True),
        (403, {"error": "RESERVATION_IN_PROGRESS", "message": "in progress"}, True),
        (404, {"error": "NOT_FOUND", "message": "404: resource not found"}, False),
        (200, b"<html>a captive portal</html>", False),
        (200, ["a", "list"], False),
        (200, {"cve_ids": "none"}, False),
        (200, {"cve_ids": [{"cve_id": "CVE-2026-1", "state": "RESERVED"}]}, False),
        (200, b'{"cve_ids": [', False),
        (400, {"error": {"a": 1}, "message": 7, "details": [1, {"msg": []}]}, False),
    ],
)
def test_every_other_answer_is_one_clear_error(
    client: Client, service: Service, status: int, answer: object, *, is_passing: bool
) -> None:
    service.forced = (status, answer)

    with pytest.raises(CveServicesError, match=r"^CVE Services: ") as caught:
        client.reserve(2026, used=())
    assert caught.value.is_passing is is_passing


def test_an_answer_beyond_the_bound_is_not_read(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MAX_ANSWER", 1 << 16)
    service.forced = (200, b'{"a": "' + b"x" * (1 << 18) + b'"}')

    with pytest.raises(CveServicesError, match="no JSON object within"):
        client.quota()


def test_the_key_goes_nowhere_but_to_the_service(
    account: Account, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = Service()
    texts = [repr(account), str(account)]
    with running(other) as elsewhere, Client(account) as client:
        for forced in (
            (302, b""),
            (400, {"error": "BAD_INPUT", "message": f"the key {KEY} is wrong"}),
            (401, {"error": KEY.replace("-", "_"), "message": KEY * 20}),
        ):
            service.forced, service.location = forced, f"{elsewhere.address}/org"
            with pytest.raises(CveServicesError) as caught:
                client.quota()
            texts += traceback.format_exception(caught.value)

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/api"
    with (
        Client(replace(account, address=nowhere)) as client,
        pytest.raises(CveServicesError) as caught,
    ):
        client.quota()
    texts += traceback.format_exception(caught.value)
    texts.append(caplog.text)

    assert other.requests == []
    assert caught.value.is_passing
    assert not [text for text in texts if KEY in text]
    assert service.headers[0]["CVE-API-KEY"] == KEY


@pytest.mark.parametrize(
    "change",
    [
        {"key": "with a space"},
        {"key": "line\r\nCVE-API-ORG: mitre"},
        {"key": ""},
        {"user": "Žofie"},
        {"organisation": ""},
        {"address": "http://cveawg.mitre.org/api"},
        {"address": "https://user:secret@cveawg.mitre.org/api"},
        {"address": "ftp://127.0.0.1/api"},
        {"address": "https://[half"},
        {"address": "cveawg.mitre.org"},
    ],
)
def test_an_account_that_cannot_be_right_is_refused_without_showing_it(
    change: dict[str, str],
) -> None:
    whole = {"organisation": "win_5", "user": USER, "key": KEY} | change

    with pytest.raises(CveServicesError) as caught:
        Account(**whole)
    assert KEY not in str(caught.value)
    assert not whole["key"] or whole["key"] not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("year", [0, 1998, 20266])
def test_a_year_that_has_no_ids_is_refused(client: Client, service: Service, year: int) -> None:
    with pytest.raises(CveServicesError, match="is no year"):
        client.reserve(year, used=())
    assert service.requests == []
