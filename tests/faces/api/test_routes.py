"""Each route answers what the desk's queries and services say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_event,
    make_finding,
    make_link,
    make_nomination,
    make_refusal,
    make_reproduction,
)
from tests.faces.api.conftest import PREFIX, Api
from tests.faces.signing_in import coordinator, signed_in
from tidegate.desks.findings.models import Finding, Link, Nomination

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.mark.parametrize(
    "path", ["/findings?severity=high&", "/cases?state=&", "/deliveries?", "/nominations?"]
)
def test_every_list_is_followed_by_its_links_to_the_end(api: Api, path: str) -> None:
    findings = [make_finding() for _ in range(6)]
    for one, other in zip(findings[::2], findings[1::2], strict=True):
        make_nomination(one, other)
        make_case(one, other)
    address = f"{PREFIX}{path}limit=2"
    seen: list[str] = []
    while True:
        answer = api.client.get(address)
        told = answer.json()
        seen += [str(row.get("key") or row["id"]) for row in told["rows"]]
        if told["next"] is None:
            assert 'rel="next"' not in answer.headers.get("Link", "")
            break
        assert f'<{told["next"]}>; rel="next"' in answer.headers["Link"]
        address = told["next"]
    assert len(seen) == len(set(seen)) == (3 if path[1] in "cn" else 6)
    assert len(api.client.get(told["previous"]).json()["rows"]) == 2


def test_a_finding_is_answered_whole(api: Api) -> None:
    first, second = make_finding("Lab A"), make_finding("Lab B", verdict="reproduced")
    case = make_case(first, second)
    make_reproduction(second)
    make_link(second, first)
    make_event("judged", finding=second)
    told = api.get(f"/findings/{second.key}").json()
    assert told["key"] == second.key
    assert told["case"] == case.key
    assert told["range"]["vers"] == "vers:npm/<1.2.6"
    assert told["links"][0]["target"] == first.key
    assert told["credit"] == {"finder": "Lab B", "number": 2, "of": 2}
    assert told["others"][0]["key"] == first.key


def test_records_receipts_and_documents_are_files_that_no_browser_runs(api: Api) -> None:
    hostile = b"<script>alert(1)</script>"
    delivery = make_delivery(content=[hostile, b"!"], name='../../<b>"\r\nX: y.html')
    finding = make_finding(delivery=delivery, record=hostile)
    make_reproduction(finding, receipt=b'{"payload":""}')
    expected = {
        f"/findings/{finding.key}/record": hostile,
        f"/findings/{finding.key}/receipt": b'{"payload":""}',
        f"/deliveries/{delivery.key}/document": hostile + b"!",
    }
    for path, content in expected.items():
        answer = api.get(path)
        got = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert got == content
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert re.fullmatch(r'[\w ;=".+@-]+', answer.headers["Content-Disposition"])
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "html" not in answer.headers["Content-Type"]


def test_a_document_is_streamed_by_an_asynchronous_server_too() -> None:
    delivery = make_delivery(content=[b"first ", b"second"])

    async def read() -> list[bytes]:
        address = f"{PREFIX}/deliveries/{delivery.key}/document"
        answer: Any = await (await sync_to_async(signed_in)(AsyncClient())).get(address)
        return [bytes(part) async for part in answer]

    assert async_to_sync(read)() == [b"first ", b"second"]


def test_a_delivery_is_answered_with_its_refusals(api: Api) -> None:
    delivery = make_delivery()
    for number in range(3):
        make_refusal(delivery, number=number)
    told = api.get(f"/deliveries/{delivery.key}?limit=2").json()
    assert [row["number"] for row in told["refusals"]["rows"]] == [0, 1]
    rest = api.client.get(told["refusals"]["next"]).json()
    assert [row["number"] for row in rest["refusals"]["rows"]] == [2]


def test_cases_are_merged_and_a_link_is_undone(api: Api) -> None:
    one, other = make_finding(verdict="reproduced"), make_finding(verdict="reproduced")
    first, second = make_case(one), make_case(other)
    told = api.post(f"/cases/{second.key}/merge", {"with": first.key, "reason": "same check"})
    assert told.json()["key"] == first.key
    assert api.get(f"/cases/{second.key}").json()["merged_into"] == first.key

    link = Link.objects.get()
    told = api.post(f"/links/{link.pk}/undo", {"reason": "two checks after all"})
    assert told.json()["undone_reason"] == "two checks after all"
    assert api.get(f"/cases/{second.key}").json()["merged_into"] is None
    assert api.post(f"/links/{link.pk}/undo", {"reason": "again"}).status_code == 409


def test_nominations_are_decided_once(api: Api) -> None:
    findings = [make_finding() for _ in range(3)]
    one, other = make_nomination(*findings[:2]), make_nomination(*findings[1:])
    told = api.post(f"/nominations/{one.pk}/accept", {"reason": "yes", "kind": "variant-of"})
    assert told.json()["state"] == "accepted"
    assert Link.objects.get().kind == "variant-of"
    told = api.post(f"/nominations/{other.pk}/decline", {"reason": "no"})
    assert told.json()["state"] == "declined"
    assert api.post(f"/nominations/{other.pk}/accept", {"reason": "x"}).status_code == 409
    assert set(Nomination.objects.values_list("decided_by", flat=True)) == {coordinator().name}


def test_a_proof_is_run_once_more(api: Api) -> None:
    finding = make_finding(stage="set-aside", proof_digest="ab" * 32)
    assert api.post(f"/findings/{finding.key}/try-again").json()["stage"] == "waiting"
    assert Finding.objects.get().stage == "waiting"


def test_the_overview_links_to_lists_of_the_same_length(api: Api) -> None:
    for stage in ("unproven", "waiting", "set-aside"):
        make_finding(stage=stage)
    make_finding(verdict="reproduced")
    told = api.get("/overview?days=7").json()
    assert len(told["series"]) == 7
    steps = [*told["funnel"].values(), told["stuck"]["set_aside"], told["stuck"]["inconclusive"]]
    for step in steps:
        assert len(api.client.get(step["list"]).json()["rows"]) == step["number"]


def test_a_receipt_that_is_none_is_invalid_and_says_why(api: Api) -> None:
    told = api.post("/receipts/verify", {"receipt": {"payload": "e30="}}).json()
    assert told["valid"] is False
    assert "DSSE" in told["reason"]
    told = api.post("/receipts/verify", {"receipt": {}, "public_key": "no key"}).json()
    assert told["valid"] is False


def test_names_in_lists_are_those_in_the_open_api_document(api: Api) -> None:
    make_finding()
    forms = json.loads(api.get("/openapi.json").content)["components"]["schemas"]
    row = api.get("/findings").json()["rows"][0]
    assert set(row) == set(forms["Finding"]["properties"])
