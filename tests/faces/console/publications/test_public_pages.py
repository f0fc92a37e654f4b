"""Advisories for everybody: what is out under TLP:CLEAR, to the byte, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client

from tests.faces.console.exposure.browsing import browser_of, said_by
from tests.faces.console.publications import outside as outsides
from tests.faces.console.publications.desk import HOSTILE
from tests.faces.console.publications.outside import CVE, LATER, WITHDRAWN_BECAUSE, Outside
from tests.faces.console.test_pages import Markup
from tidegate.desks.publications.models import Adoption, Publication, Rendered
from tidegate.desks.publications.queries.public import PublicList
from tidegate.desks.publications.states.adoption import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def out(django_db_setup: None, django_db_blocker: Any) -> Iterator[Outside]:
    """Fill the desk once; each test takes back what it does."""
    public = {"TIDEGATE_PUBLIC_URL": "https://gate.example.org"}
    with patch.dict(os.environ, public), django_db_blocker.unblock(), transaction.atomic():
        yield outsides.fill()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def at_its_time() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=LATER):
        yield


def page(address: str, *, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, said_by(answer)[:600]
    assert Markup(answer.content.decode()).foreign == [], address
    return unescape(said_by(answer))


def of(publication: Publication) -> str:
    return f"/advisories/{publication.identifier}"


def test_whoever_has_no_account_reads_the_list_and_gets_no_cookie(out: Outside) -> None:
    answer = Client().get("/advisories/")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert not answer.cookies
    told = page("/advisories/")
    assert out.main.title in told
    assert "Published 2" in told
    for hidden in (out.green, out.named, out.draft):
        assert hidden.identifier not in told
        assert not hidden.title or hidden.title not in told
    etag = answer.headers["ETag"]
    assert Client().get("/advisories/", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("text", "found"), [("minimist", 2), (CVE.lower(), 1), ("keys NAMED", 1), ("quay-auth", 0)]
)
def test_it_is_searched_by_package_title_and_name(out: Outside, text: str, found: int) -> None:
    told = page(f"/advisories/?text={text}")
    assert f"Found {found}" in told
    assert ("Nothing published fits" in told) == (found == 0)


def test_pages_of_the_list_follow_each_other_and_hold_each_once(out: Outside) -> None:
    with patch("tidegate.faces.console.views.lists.LIMIT", 1):
        first = page("/advisories/")
        second = page(f"/advisories/?after={out.withdrawn.identifier}")
    assert out.withdrawn.identifier in first
    assert out.main.identifier not in first
    assert out.main.identifier in second
    assert Client().get("/advisories/?after=nonsense").status_code == 400


def test_an_empty_list_says_when_something_will_be_there() -> None:
    with patch(
        "tidegate.desks.publications.queries.public.list_public",
        return_value=PublicList((), "", 0),
    ):
        told = page("/advisories/")
    assert "Nothing is published yet" in told
    assert "tidegate-operator pull" in told


def test_an_advisory_says_who_is_affected_what_to_do_and_what_stands_behind_it(
    out: Outside,
) -> None:
    told = page(of(out.main))
    for said in (
        out.main.title,
        "all versions before 1.2.6",
        "the oldest release, 1.1.0, was run",
        "Update minimist to 1.2.6.",
        "High 7.9",
        "Variants silenced",
        "Could not be told",
        "Says: under investigation",
        "Attempts were seen by two sensors",
        "Ada Reef",
        "What changed",
        "Known attacks",
    ):
        assert said in told, said


def test_what_is_unknown_is_said_and_looks_like_nothing_else(out: Outside) -> None:
    body = Client().get(of(out.main)).content.decode()
    assert "What is unknown could not be told, and is not ‘not affected’." in body


def test_hostile_words_are_text_and_a_link_leads_nowhere_but_the_web(out: Outside) -> None:
    body = Client().get(of(out.main)).content.decode()
    assert Markup(body).foreign == []
    assert HOSTILE not in body
    assert "javascript:" not in body
    assert "&lt;script&gt;alert(1)" in body
    assert "U+202E" in body


def test_a_withdrawn_one_stays_at_its_address_and_says_why_first(out: Outside) -> None:
    told = page(of(out.withdrawn))
    assert WITHDRAWN_BECAUSE in told
    assert "says nothing any more" in told
    assert "What to do" not in told
    assert "Fixed in" not in told


def test_every_document_is_served_to_the_byte_with_its_type_and_its_tag(out: Outside) -> None:
    rows = Rendered.objects.filter(
        revision__publication=out.main, revision__number=2, content__isnull=False
    )
    formats = [row for row in rows if not row.format.startswith("fix/")]
    assert len(formats) >= 6
    for row in formats:
        answer = Client().get(f"{of(out.main)}.{row.format}.json")
        assert answer.status_code == 200, row.format
        assert hashlib.sha256(answer.content).hexdigest() == row.sha256
        kind = "application/vnd.cyclonedx+json" if row.format == "cdx" else "application/json"
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["ETag"] == f'"{row.sha256}"'
        again = Client().get(
            f"{of(out.main)}.{row.format}.json", headers={"If-None-Match": f'"{row.sha256}"'}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert row.sha256 in Client().get(of(out.main)).content.decode()
        json.loads(answer.content)


def test_a_fix_and_its_receipt_are_files_that_no_browser_runs(out: Outside) -> None:
    body = Client().get(of(out.main)).content.decode()
    address = f"{of(out.main)}/fixes/minimist-1.2.0.diff"
    assert f'href="{address}"' in body
    answer = Client().get(address)
    assert answer.content.startswith(b"--- a/index.js")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    receipt = Client().get(f"{address}.receipt.json")
    assert receipt.headers["Content-Type"] == "application/json"


def test_what_is_not_for_everybody_looks_like_what_never_was(out: Outside) -> None:
    absent = "TG-2026-aaaaaaaa"
    for hidden in (out.green, out.named, out.draft):
        for ending in ("", ".osv.json", ".bundle.json", ".csaf20.json", "/fixes/a.diff"):
            there = Client().get(f"{of(hidden)}{ending}")
            never = Client().get(f"/advisories/{absent}{ending}")
            assert there.status_code == never.status_code == 404
            told = there.content.decode().replace(hidden.identifier, absent)
            assert told == never.content.decode(), ending
            assert there.headers["Cache-Control"] == "public, max-age=60"
    assert Client().get(f"{of(out.main)}.secret.json").status_code == 404
    assert Client().get(f"{of(out.main)}.fix/minimist-1.2.0.diff.json").status_code == 404


def test_whoever_has_signed_in_sees_green_ones_and_those_for_their_organisation(
    out: Outside,
) -> None:
    bank, other = browser_of(out.bank.person), browser_of(out.other.person)
    for browser, sees in ((bank, (True, True)), (other, (True, False))):
        told = said_by(browser.get("/advisories/"))
        found = tuple(one.identifier in told for one in (out.green, out.named))
        assert found == sees
        codes = [browser.get(of(one)).status_code for one in (out.green, out.named, out.draft)]
        assert codes == [200, 200 if sees[1] else 404, 404]
    document = bank.get(f"{of(out.named)}.osv.json")
    assert document.json()["id"] == out.named.identifier
    assert "Access-Control-Allow-Origin" not in document.headers
    assert document.headers["Cache-Control"] == "no-store"
    assert other.get(f"{of(out.named)}.osv.json").status_code == 404
    coordinator = browser_of(out.room.one.person)
    assert coordinator.get(of(out.draft)).status_code == 404


def test_opening_an_advisory_is_kept_as_seen_for_operators_and_asking_for_its_head_is_not(
    out: Outside,
) -> None:
    seen = Adoption.objects.filter(stage=Stage.SEEN, asset=None, reference="")
    browser = browser_of(out.other.person)
    browser.head(of(out.green))
    Client().get(of(out.main))
    browser_of(out.room.one.person).get(of(out.main))
    browser.get("/advisories/")
    browser.get(of(out.named))
    assert seen.count() == 0
    browser.get(of(out.green))
    browser.get(of(out.green))
    row = seen.get()
    assert (row.publication, row.organisation) == (out.green, out.other.organisation)


def test_without_a_slash_it_leads_to_the_list() -> None:
    assert Client().get("/advisories").headers["Location"] == "/advisories/"
