"""Every error is a problem that says what to do, and shows nothing of the inside."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_finding
from tests.faces.api.conftest import Api, problem
from tidegate.desks.findings.queries import findings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/", "/findings/F-1/x/y", "/cases//", "/%00", "/findings/%00", "/cases/C-%00"],
)
def test_an_unknown_address_is_a_problem(api: Api, path: str) -> None:
    problem(api.get(path), 404, "no-route")


@pytest.mark.parametrize(
    "path",
    [
        "/findings/F-AAAAA-AAAAA",
        "/findings/%F0%9F%8C%8A",
        "/findings/F-AAAAA-AAAAA/record",
        "/findings/F-AAAAA-AAAAA/receipt",
        "/cases/C-AAAAA-AAAAA",
        "/deliveries/D-AAAAA-AAAAA",
        "/deliveries/D-AAAAA-AAAAA/document",
        "/deliveries/D-AAAAA-AAAAA/told",
    ],
)
def test_what_is_not_here_is_a_problem(api: Api, path: str) -> None:
    problem(api.get(path), 404, "not-here")


@pytest.mark.parametrize(
    ("path", "word", "parameter"),
    [
        ("/findings?stage=lost", "bad-question", "stage"),
        ("/findings?sort=colour", "bad-question", "sort"),
        ("/findings?case=17", "bad-question", "case"),
        ("/cases?state=closed", "bad-question", "state"),
        ("/deliveries?state=lost", "bad-question", "state"),
        ("/nominations?state=lost", "bad-question", "state"),
        ("/findings?cursor=%00", "bad-cursor", "cursor"),
        ("/deliveries?finder=%00", "bad-question", "finder"),
        ("/ledger/entries?case=C-%00", "bad-question", "case"),
        ("/cases?cursor=e30", "bad-cursor", "cursor"),
    ],
)
def test_a_bad_question_names_the_parameter_and_what_is_known(
    api: Api, path: str, word: str, parameter: str
) -> None:
    told = problem(api.get(path), 400, word)
    assert told["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("limit", ["0", "201", "many", "1e9"])
def test_a_limit_out_of_bounds_is_a_problem(api: Api, limit: str) -> None:
    told = problem(api.get(f"/findings?limit={limit}"), 422, "not-valid")
    assert told["errors"][0]["parameter"] == "limit"


def test_a_wrong_body_is_named_by_pointer(api: Api) -> None:
    told = problem(api.post("/links/1/undo", {"reason": ""}), 422, "not-valid")
    assert told["errors"] == [{"pointer": "#/reason", "detail": told["errors"][0]["detail"]}]
    told = problem(api.post("/cases/C-1/merge", {"reason": "x"}), 422, "not-valid")
    assert told["errors"][0]["pointer"] == "#/with"


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_a_problem(api: Api, raw: bytes) -> None:
    problem(api.send("/links/1/undo", raw), 400, "not-json")


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"x"'])
def test_json_that_is_no_object_is_a_problem(api: Api, raw: bytes) -> None:
    problem(api.send("/links/1/undo", raw), 422, "not-valid")


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"public"', b"false"])
def test_a_body_without_duties_is_an_object_all_the_same(api: Api, raw: bytes) -> None:
    problem(api.send("/cases/C-AAAAA-AAAAA/embargo/refuse", raw), 422, "not-valid")


def test_a_word_of_a_body_that_is_not_known_is_not_overlooked(api: Api) -> None:
    body = {"text": "for one alone", "person": ["P-7K3M9-Q2X4D"]}
    told = problem(api.post("/cases/C-AAAAA-AAAAA/messages", body), 422, "not-valid")
    assert told["errors"][0]["pointer"] == "#/person"


def test_a_wrong_method_names_the_right_ones(api: Api) -> None:
    response = api.client.delete("/api/v1/findings", content_type="application/json")
    told = problem(response, 405, "no-method")
    assert response.headers["Allow"] == "GET"
    assert "GET" in told["detail"]


def test_a_wrong_content_type_names_the_right_ones(api: Api) -> None:
    told = problem(api.send("/links/1/undo", b"{}", "text/plain"), 415, "bad-type")
    assert "application/json" in told["detail"]


def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    told = problem(api.send("/receipts/verify", b" " * (3 << 20)), 413, "too-large")
    assert "POST /deliveries" in told["detail"]


def test_a_body_of_unsaid_length_is_refused(api: Api) -> None:
    response = api.client.post(
        "/api/v1/receipts/verify",
        b"{}",
        content_type="application/json",
        headers={"content-length": "", "transfer-encoding": "chunked"},
    )
    problem(response, 411, "no-length")


def test_a_failure_here_shows_nothing_of_the_inside(api: Api, monkeypatch, caplog) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError("/secret/path of the server")

    monkeypatch.setattr(findings, "list_findings", fails)
    response = api.get("/findings")
    problem(response, 500, "failed")
    assert b"secret" not in response.content
    assert "/secret/path" in caplog.text


def test_what_cannot_be_done_now_is_a_conflict(api: Api) -> None:
    finding = make_finding(verdict="reproduced")
    problem(api.post(f"/findings/{finding.key}/try-again"), 409, "not-possible")
