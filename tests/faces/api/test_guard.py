"""A page of a stranger that is open in a browser on this machine can use nothing of the API."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_finding
from tests.faces.api.conftest import Api, problem
from tidegate.desks.findings.models import Delivery, Finding

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

SIMPLE = ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""]
"""What a page may send to another site without asking first (Fetch, section 2.2.2)."""

FOLLOWED = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://stranger.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "anything"},
    ],
)
def test_another_site_changes_nothing(api: Api, headers: dict[str, str]) -> None:
    finding = make_finding(stage="set-aside")
    answer = api.post(f"/findings/{finding.key}/try-again", **headers)
    problem(answer, 403, "foreign-page")
    assert Finding.objects.get().stage == "set-aside"
    answer = api.send("/deliveries?finder=Lab", b"{}", "application/octet-stream", **headers)
    problem(answer, 403, "foreign-page")
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_programs_and_our_own_pages_are_served(api: Api, headers: dict[str, str]) -> None:
    finding = make_finding(stage="set-aside")
    assert api.post(f"/findings/{finding.key}/try-again", **headers).status_code == 200


@pytest.mark.parametrize("media_type", SIMPLE)
@pytest.mark.parametrize("path", ["/deliveries?finder=Lab", "/links/1/undo"])
def test_a_body_that_needs_no_leave_is_not_taken(api: Api, path: str, media_type: str) -> None:
    problem(api.send(path, b"{}", media_type), 415, "bad-type")


def test_another_site_reads_nothing_and_opens_no_stream(api: Api) -> None:
    for path in ("/findings", "/events", "/overview"):
        problem(api.get(path, **{"Sec-Fetch-Site": "cross-site"}), 403, "foreign-page")


def test_a_link_from_another_site_may_be_followed(api: Api) -> None:
    assert api.get("/docs", **FOLLOWED).status_code == 200


def test_a_link_from_another_site_asks_nothing(api: Api) -> None:
    problem(api.get("/findings?text=minimist", **FOLLOWED), 403, "foreign-page")


@pytest.mark.parametrize("host", ["stranger.example", "127.0.0.1.stranger.example", "0.0.0.0"])
def test_a_name_that_is_made_to_point_here_is_refused(api: Api, host: str, settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    make_finding(title="not to be seen")
    answer = api.get("/findings", Host=host)
    assert answer.status_code == 400
    assert b"not to be seen" not in answer.content


def test_no_answer_opens_the_api_to_other_sites(api: Api) -> None:
    make_finding()
    for path in ("/findings", "/openapi.json", "/nothing"):
        answer = api.get(path, Origin="http://localhost")
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
