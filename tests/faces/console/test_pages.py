"""Every page opens, says what it should, and shows hostile contents as text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_finding,
    make_link,
    make_nomination,
    make_refusal,
    make_reproduction,
)
from tests.faces.console import seeding
from tests.faces.signing_in import coordinator, signed_in
from tidegate.desks.findings.models import Case, Delivery, Finding, Link, Nomination

pytestmark = pytest.mark.django_db

PLACES = ["/", "/findings", "/cases", "/duplicates", "/deliveries", "/intake", "/style", "/now"]


class Markup(HTMLParser):
    """Collects what a browser would make of a page that is not of our making."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.foreign: list[tuple[str, object]] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("img", "b", "iframe", "object", "style", "base"):
            self.foreign.append((tag, given))
        if tag == "script" and not (given.get("src") or "").startswith("/static/console/"):
            self.foreign.append((tag, given))
        if any(name.startswith("on") or name == "style" for name in given):
            self.foreign.append((tag, given))
        if "javascript:" in (given.get("href") or ""):
            self.foreign.append((tag, given))


def text(response: Any) -> str:
    body = response.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("address", PLACES)
def test_every_page_opens_on_an_empty_desk(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("/", "tidegate intake examples/true"),
        ("/findings", "tidegate intake findings.jsonl"),
        ("/cases", "tidegate work"),
        ("/deliveries", "tidegate intake findings.jsonl"),
    ],
)
def test_an_empty_page_says_what_to_do_next(client: Client, address: str, command: str) -> None:
    assert command in text(client.get(address))


@pytest.mark.parametrize("address", PLACES)
def test_every_page_opens_on_a_filled_desk(client: Client, filled: Case, address: str) -> None:
    assert client.get(address).status_code == 200


def test_hostile_contents_are_shown_as_text_everywhere(client: Client, filled: Case) -> None:
    hostile = Finding.objects.get(package__startswith="xxx")
    make_reproduction(
        hostile,
        runs=[
            {"program": seeding.HOSTILE, "purpose": seeding.HOSTILE, "fired": True,
             "frames": [seeding.HOSTILE], "stdout": seeding.HOSTILE * 30,
             "stderr": seeding.HOSTILE, "reason": seeding.HOSTILE, "ending": seeding.HOSTILE}
        ],
        range_runs=[
            {"version": seeding.HOSTILE, "verdict": seeding.HOSTILE, "line": seeding.HOSTILE,
             "reason": seeding.HOSTILE, "runtime": seeding.HOSTILE}
        ],
    )  # fmt: skip
    case = make_case(hostile, title=seeding.HOSTILE[:300], vers=seeding.HOSTILE)
    other = make_finding(seeding.HOSTILE[:200], title=seeding.HOSTILE[:300], case=case)
    make_link(other, hostile, reason=seeding.HOSTILE, made_by=seeding.HOSTILE[:200])
    make_nomination(hostile, make_finding(), score=0.99, reasons=[seeding.HOSTILE])
    delivery = make_delivery(name=seeding.HOSTILE[:300], refused=1)
    make_refusal(delivery, field=seeding.HOSTILE[:500], reason=seeding.HOSTILE)
    for address in (
        *PLACES,
        f"/findings/{hostile.key}",
        f"/cases/{case.key}",
        f"/deliveries/{delivery.key}",
        f"/findings/{hostile.key}/receipt/check",
    ):
        body = client.get(address).content.decode()
        assert Markup(body).foreign == [], address
        assert "\u202e" not in body, address


def test_only_web_addresses_of_a_finding_are_links(client: Client, filled: Case) -> None:
    hostile = Finding.objects.get(package__startswith="xxx")
    body = client.get(f"/findings/{hostile.key}").content.decode()
    assert "javascript:alert(1)" in body
    assert 'href="javascript' not in body
    assert 'href="https://example.org/' in body
    assert 'rel="noopener noreferrer"' in body


def test_a_case_shows_all_that_a_coordinator_needs(client: Client, filled: Case) -> None:
    shown = text(client.get(f"/cases/{filled.key}"))
    for said in (
        "vers:npm/<0.2.1|>=1.0.0|<1.2.3",
        "rediscovered independently once",
        "First fixed: 0.2.1, 1.2.3.",
        "setKey (/store/minimist@1.2.0/node_modules/minimist/index.js:78)",
        "Glasshouse Labs, model gh-4",
        "Northgate CERT scanner 2.1",
        "each fixed release disarms the other's proof",
        "alike by 81 of 100",
        "shows an incomplete fix of this one",
        "The case was opened",
    ):
        assert said in shown


def test_a_finding_without_a_range_is_never_shown_as_not_affected(client: Client) -> None:
    finding = make_finding()
    shown = text(client.get(f"/findings/{finding.key}"))
    assert "Not searched" in shown
    assert "which is not the same as not affected" in shown


@pytest.mark.parametrize(
    "address",
    ["/findings/F-AAAAA-AAAAA", "/cases/C-AAAAA-AAAAA", "/deliveries/D-AAAAA-AAAAA", "/x"],
)
def test_what_is_not_here_is_404_in_the_same_design(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "There is nothing here" in text(response)


@pytest.mark.parametrize(
    ("address", "mend"),
    [
        ("/findings?stage=nonsense", "known are unproven, waiting"),
        ("/findings?sort=nonsense", "known are received"),
        ("/findings?after=nonsense", "leave it out for the first page"),
        ("/cases?severity=nonsense", "known are critical, high"),
        ("/deliveries?state=nonsense", "known are receiving"),
    ],
)
def test_a_wrong_question_is_400_and_names_the_mend(
    client: Client, address: str, mend: str
) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert mend in text(response)


def test_a_filter_stays_in_the_address_and_each_chip_takes_one_word_off(
    client: Client, filled: Case
) -> None:
    body = client.get("/findings?verdict=reproduced&severity=high").content.decode()
    assert 'href="/findings?severity=high"' in body
    assert 'href="/findings?verdict=reproduced"' in body
    assert "Flaky" not in body


def test_empty_words_of_a_form_leave_the_address(client: Client) -> None:
    response = client.get("/findings?text=&verdict=flaky&stage=")
    assert response.status_code == 302
    assert response.headers["Location"] == "/findings?verdict=flaky"


def test_every_finding_is_reached_by_going_from_page_to_page(client: Client) -> None:
    keys = {make_finding(f"finder {n % 3}", document=False).key for n in range(120)}
    seen: list[str] = []
    address = "/findings"
    while address:
        body = client.get(address).content.decode()
        seen += re.findall(r'href="/findings/(F-[0-9A-Z-]+)" data-row', body)
        onward = re.search(r'href="([^"]+)" rel="next"', body)
        address = unescape(onward.group(1)) if onward else ""
    assert len(seen) == 120
    assert set(seen) == keys


def test_a_file_is_handed_in_and_its_refused_records_are_told(client: Client) -> None:
    content = b'{"id": "x"}\n'
    response = client.post(
        "/intake",
        {"file": SimpleUploadedFile("bad.jsonl", content), "finder": "M. Alvarez"},
        follow=True,
    )
    delivery = Delivery.objects.get()
    assert response.redirect_chain == [(f"/deliveries/{delivery.key}?new=1", 302)]
    assert (delivery.finder.name, delivery.channel) == ("M. Alvarez", "upload")
    assert "0 of 1 records were accepted" in text(response)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"finder": "x"}, "No file was chosen"),
        ({"finder": "x\u202ey", "file": b"{}"}, "printable"),
        ({"finder": "x", "file": b"{}", "format": "nonsense"}, "This format is not known"),
        ({"finder": "x", "file": b"{}", "target": "minimist"}, "write one such as pkg:npm"),
    ],
)
def test_a_form_with_a_mistake_hands_in_nothing(
    client: Client, form: dict[str, Any], said: str
) -> None:
    if "file" in form:
        form = {**form, "file": SimpleUploadedFile("x.json", form["file"])}
    response = client.post("/intake", form)
    assert response.status_code == 422
    assert said in text(response)
    assert not Delivery.objects.exists()


def test_a_nomination_is_accepted_for_a_reason(client: Client, filled: Case) -> None:
    nomination = Nomination.objects.get()
    response = client.post(
        f"/duplicates/{nomination.pk}",
        {"reason": "the same walk", "kind": "duplicate-of", "back": f"/cases/{filled.key}"},
    )
    assert response.headers["Location"] == f"/cases/{filled.key}?done=accepted"
    link = Link.objects.get(reason="the same walk")
    assert (link.made_by, link.basis) == (coordinator().name, "person")
    assert "The two findings are linked" in text(client.get(response.headers["Location"]))


def test_a_nomination_is_declined_for_a_reason(client: Client, filled: Case) -> None:
    nomination = Nomination.objects.get()
    before = Link.objects.count()
    client.post(f"/duplicates/{nomination.pk}", {"reason": "two bugs", "decision": "decline"})
    nomination.refresh_from_db()
    assert (nomination.state, nomination.decided_reason) == ("declined", "two bugs")
    assert Link.objects.count() == before


def test_without_a_reason_nothing_is_decided(client: Client, filled: Case) -> None:
    nomination = Nomination.objects.get()
    response = client.post(f"/duplicates/{nomination.pk}", {"reason": " "})
    assert response.status_code == 409
    assert "a reason is missing" in text(response)
    nomination.refresh_from_db()
    assert nomination.state == "open"


def test_every_open_nomination_is_reached_the_likeliest_side_by_side(client: Client) -> None:
    first = make_finding()
    for number in range(60):
        make_nomination(first, make_finding(), score=number / 100)
    body = client.get("/duplicates").content.decode()
    assert body.count('name="decision" value="accept"') == 5
    assert "alike by 59 of 100" in text(client.get("/duplicates"))
    onward = re.search(r'href="([^"]+)" rel="next"', body)
    assert onward
    rest = text(client.get(unescape(onward.group(1))))
    assert "alike by 9 of 100" in rest
    assert "0 of 100" in rest


def test_nobody_is_led_away_after_a_decision(client: Client, filled: Case) -> None:
    nomination = Nomination.objects.get()
    response = client.post(
        f"/duplicates/{nomination.pk}", {"reason": "r", "back": "//evil.example/x"}
    )
    assert response.headers["Location"] == "/duplicates?done=accepted"


def test_a_split_undoes_the_link_and_keeps_every_finding(client: Client, filled: Case) -> None:
    link = Link.objects.get(kind="duplicate-of")
    findings = Finding.objects.count()
    response = client.post(f"/cases/{filled.key}/links/{link.pk}/undo", {"reason": "two walks"})
    assert response.headers["Location"] == f"/cases/{filled.key}?done=undone"
    link.refresh_from_db()
    assert (link.undone_by, link.undone_reason) == (coordinator().name, "two walks")
    assert Finding.objects.count() == findings


def test_cases_of_two_packages_are_not_merged_and_the_reason_is_not_lost(
    client: Client, filled: Case
) -> None:
    other = Case.objects.get(package="tar-streams")
    response = client.post(
        f"/cases/{filled.key}/merge", {"other": other.key, "reason": "they look alike to me"}
    )
    assert response.status_code == 409
    assert "a bug is in one package" in text(response)
    assert "they look alike to me" in response.content.decode()


def test_two_cases_are_merged_for_a_reason(client: Client, filled: Case) -> None:
    other = Case.objects.exclude(pk=filled.pk).get(package="minimist")
    response = client.post(
        f"/cases/{other.key}/merge", {"other": filled.key.lower(), "reason": "one walk"}
    )
    assert response.headers["Location"] == f"/cases/{filled.key}?done=merged"
    other.refresh_from_db()
    assert other.merged_into == filled


def test_what_was_set_aside_is_let_run_once_more(client: Client, filled: Case) -> None:
    aside = Finding.objects.get(stage="set-aside")
    assert "Run it once more" in text(client.get(f"/findings/{aside.key}"))
    response = client.post(f"/findings/{aside.key}/again")
    assert response.headers["Location"] == f"/findings/{aside.key}?done=again"
    aside.refresh_from_db()
    assert aside.stage == "waiting"


def test_forms_without_their_token_change_nothing(filled: Case) -> None:
    strict: Client = signed_in(Client(enforce_csrf_checks=True))
    nomination = Nomination.objects.get()
    response = strict.post(f"/duplicates/{nomination.pk}", {"reason": "forged"})
    assert response.status_code == 403
    assert "This form has expired" in text(response)
    assert not Link.objects.filter(reason="forged").exists()


def test_a_receipt_is_checked_and_saved(client: Client, filled: Case) -> None:
    assert filled.founder is not None
    key = filled.founder.key
    assert "Valid." in text(client.get(f"/findings/{key}/receipt/check"))
    saved = client.get(f"/findings/{key}/receipt")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{key}.json"'
    assert b'"payloadType"' in saved.content


def test_a_record_is_saved_and_never_shown(client: Client, filled: Case) -> None:
    assert filled.founder is not None
    saved = client.get(f"/findings/{filled.founder.key}/record")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Content-Type"] == "application/octet-stream"


def test_a_theme_is_kept_and_leads_back(client: Client) -> None:
    response = client.post("/theme", {"theme": "dark", "next": "/cases?severity=high"})
    assert response.headers["Location"] == "/cases?severity=high"
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_a_theme_leads_nowhere_else(client: Client) -> None:
    response = client.post("/theme", {"theme": "dark", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


def test_a_forged_theme_is_not_written_into_the_page(client: Client) -> None:
    client.cookies["theme"] = '"><script>alert(1)</script>'
    assert "alert(1)" not in client.get("/").content.decode()
