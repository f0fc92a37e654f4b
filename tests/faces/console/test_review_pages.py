"""The pages of engagements: who sees what, what is done through them, what is never shown."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.desks.parties.makers import PASSWORD
from tests.faces.console import seeded_reviews
from tests.faces.console.seeded_reviews import MODEL, World, key_of
from tests.faces.console.test_pages import Markup, text
from tests.faces.signing_in import person_of, signed_in
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models import (
    Agreement,
    Call,
    Endpoint,
    Engagement,
    Evidence,
    Grant,
    NamedPerson,
    Release,
    Signature,
)
from tidegate.engines.transparency.proof_files import EntryProof

pytestmark = pytest.mark.django_db

VIEWS = ("", "/terms", "/people", "/access", "/calls", "/determination", "/partners", "/record")
NOT_FOR_THE_DEVELOPER = (
    "The repeated runs hold",
    "Range 3 is classified",
    "system-card.pdf",
    "Cyber range, run 7",
    "The range is not saturated",
    "On run 7 alone",
    "Dissents",
    "R. Castellane decided",
)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Fill the desk once for this file; each test takes back what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seeded_reviews.fill(timezone.now())
        transaction.set_rollback(True)


def browser_of(person: Person) -> Client:
    found: Client = signed_in(Client(), person)
    return found


def page_of(row: Engagement, rest: str = "") -> str:
    return f"/reviews/{row.key}{rest}"


def local(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


# --- who sees what ---


@pytest.mark.parametrize("who", ["developer", "reviewer", "evaluator", "official", "partner"])
def test_whoever_has_a_part_finds_the_reviews_in_the_navigation(world: World, who: str) -> None:
    assert 'href="/reviews"' in browser_of(getattr(world, who)).get("/inbox").content.decode()


def test_who_has_no_part_does_not_find_them_and_learns_nothing(world: World) -> None:
    vendor = person_of("Minimist maintainers", OrganisationKind.VENDOR)
    grant = world.grant_of(world.evaluator, taken_up=True)
    for person in (world.coordinator, vendor):
        browser = browser_of(person)
        home = browser.get("/reviews")
        assert home.status_code == 200
        assert 'href="/reviews"' not in home.content.decode().split("</nav>")[0]
        assert "No engagement has anything to do with you yet" in text(home)
        for address in (
            *(page_of(world.main, view) for view in VIEWS),
            page_of(world.main, "/access/now"),
            f"/reviews/grants/{grant.key}",
            page_of(world.withdrawn),
        ):
            answer = browser.get(address)
            assert answer.status_code == 404, address
            assert MODEL not in answer.content.decode()


def test_a_colleague_who_was_not_named_sees_nothing(world: World) -> None:
    office = "Office of Model Evaluation"
    mail = "other@ome.example.org"
    other = person_of(office, OrganisationKind.REVIEWER, Role.MEMBER, email=mail)
    for view in VIEWS:
        assert browser_of(other).get(page_of(world.main, view)).status_code == 404


@pytest.mark.parametrize(
    ("who", "views"),
    [
        ("developer", VIEWS),
        ("evaluator", VIEWS),
        ("official", VIEWS),
        ("partner", ("", "/terms", "/people", "/access", "/calls", "/partners", "/record")),
    ],
)
def test_every_page_opens_to_whom_it_is_offered_and_holds_what_it_may(
    world: World, who: str, views: tuple[str, ...]
) -> None:
    browser = browser_of(getattr(world, who))
    first = browser.get(page_of(world.main)).content.decode()
    for view in views:
        answer = browser.get(page_of(world.main, view))
        assert answer.status_code == 200, view
        body = answer.content.decode()
        assert Markup(body).foreign == []
        assert f'href="{page_of(world.main, view)}' in first
        for secret in ("sk-never-shown", "tg-grant-"):
            assert secret not in body
        # A release is the developer's to record, and nobody's to approve.
        buttons = re.findall(r"<button[^>]*>(.*?)</button>", body, re.DOTALL)
        assert not any("approve" in button.lower() for button in buttons)
        assert (who == "developer" and not view) == (page_of(world.main, "/releases") in body)
    offered = set(re.findall(rf'href="{page_of(world.main)}(/[a-z]+)?[?"]', first))
    assert offered - {""} <= {view for view in views if view}


def test_before_terms_hold_the_asked_see_a_heading_and_not_the_model(world: World) -> None:
    browser = browser_of(world.reviewer)
    told = text(browser.get(page_of(world.proposed)))
    assert "An engagement of Tidepool Models" in told
    assert "asks your organisation for a review" in told
    assert "Ochre" not in told
    for view in ("/calls", "/determination"):
        answer = browser.get(page_of(world.proposed, view))
        assert answer.status_code in (200, 404)
        assert "Ochre" not in answer.content.decode()


def test_a_partner_sees_itself_and_its_own_terms(world: World) -> None:
    browser = browser_of(world.partner)
    for view in ("", "/terms", "/people", "/access", "/calls", "/partners", "/record"):
        body = browser.get(page_of(world.main, view)).content.decode()
        for hidden in ("L. Santos", "National Signals", "First Tidal Bank", "cobalt-messages"):
            assert hidden not in body, (view, hidden)
    told = text(browser.get(page_of(world.main, "/terms")))
    assert "Harbour Grid Operations" in told
    assert "In force" in told


def test_a_developer_reads_a_decision_in_the_words_for_it_alone(world: World) -> None:
    told = text(browser_of(world.developer).get(page_of(world.main, "/determination")))
    assert "The model is held to be covered. This says nothing about its release." in told
    for hidden in NOT_FOR_THE_DEVELOPER:
        assert hidden not in told, hidden
    seen = text(browser_of(world.official).get(page_of(world.main, "/determination")))
    for shown in NOT_FOR_THE_DEVELOPER[:-1]:
        assert shown in seen, shown


# --- a release is never gated ---


@pytest.mark.parametrize("which", ["main", "draft", "proposed", "withdrawn"])
def test_a_release_is_recorded_from_the_page_in_every_state(world: World, which: str) -> None:
    row: Engagement = getattr(world, which)
    browser = browser_of(world.developer)
    told = text(browser.get(page_of(row)))
    assert "Nothing here gates a release." in told
    assert "Nobody approves it, and nobody can refuse it." in told
    answer = browser.post(page_of(row, "/releases"), {"to": "public", "words": "out"})
    assert answer.headers["Location"] == f"{page_of(row)}?done=released"
    assert Release.objects.filter(engagement=row, to="public").count() == 1
    assert "To the public" in text(browser.get(answer.headers["Location"]))


def test_a_suspended_developer_finds_the_engagement_releases_and_withdraws(world: World) -> None:
    row = world.main
    Organisation.objects.filter(pk=row.developer_id).update(suspended_at=timezone.now())
    browser = browser_of(world.developer)
    assert page_of(row) in browser.get("/reviews").content.decode()
    told = text(browser.get(page_of(row)))
    assert "To release and to withdraw stays the developer’s" in told
    assert MODEL not in told
    for view in VIEWS[1:]:
        answer = browser.get(page_of(row, view))
        assert answer.status_code in (200, 404), view
        assert MODEL not in answer.content.decode(), view
    for form, said in (("releases", {"to": "public"}), ("withdraw", {})):
        assert f'action="{page_of(row, f"/{form}")}"' in browser.get(page_of(row)).content.decode()
        assert browser.post(page_of(row, f"/{form}"), said).status_code == 302
    assert Release.objects.filter(engagement=row, to="public").exists()
    assert not Grant.objects.filter(engagement=row, ended_at=None).exists()
    assert browser.post(page_of(row, "/close")).status_code == 404


def test_a_withdrawal_asks_for_nothing_and_ends_all_access(world: World) -> None:
    browser = browser_of(world.developer)
    body = browser.get(page_of(world.main)).content.decode()
    form = body.split(f'action="{page_of(world.main, "/withdraw")}"')[1].split("</form>")[0]
    assert set(re.findall(r'name="(\w+)"', form)) == {"csrfmiddlewaretoken"}
    answer = browser.post(page_of(world.main, "/withdraw"))
    assert answer.headers["Location"] == f"{page_of(world.main)}?done=withdrawn"
    assert not Grant.objects.filter(engagement=world.main, ended_at=None).exists()
    told = text(browser_of(world.reviewer).get(page_of(world.main)))
    assert "has withdrawn it, as it may at any time and without a reason" in told
    assert MODEL not in told


# --- access ---


def test_one_press_pulls_the_plug_and_it_is_put_back(world: World) -> None:
    browser = browser_of(world.developer)
    for address in ("/reviews", page_of(world.main), page_of(world.main, "/access")):
        assert page_of(world.main, "/plug") in browser.get(address).content.decode(), address
    answer = browser.post(page_of(world.main, "/plug"))
    assert answer.headers["Location"] == f"{page_of(world.main)}/access?done=plugged"
    assert not Grant.objects.filter(engagement=world.main, ended_at=None).exists()
    assert "The plug is pulled" in text(browser.get(page_of(world.main, "/access")))
    assert "Access is off" in text(browser_of(world.evaluator).get(page_of(world.main)))
    browser.post(page_of(world.main, "/plug/back"))
    assert "Access is on." in text(browser.get(page_of(world.main, "/access")))


def test_others_find_no_plug_and_cannot_pull_it(world: World) -> None:
    for who in ("reviewer", "evaluator", "official", "partner"):
        browser = browser_of(getattr(world, who))
        assert "/plug" not in browser.get(page_of(world.main, "/access")).content.decode()
        assert browser.post(page_of(world.main, "/plug")).status_code == 404
    assert Engagement.objects.get(pk=world.main.pk).access_off_at is None


def test_the_live_part_says_who_uses_what(world: World) -> None:
    answer = browser_of(world.developer).get(page_of(world.main, "/access/now"))
    told = text(answer)
    assert "L. Santos" in told
    assert "3 from another address" in told
    assert "<html" not in answer.content.decode()


def test_an_endpoint_is_added_and_its_credential_is_not_shown_again(world: World) -> None:
    browser = browser_of(world.developer)
    form = {
        "name": "cobalt-next",
        "protocol": "openai",
        "url": "https://next.tidepool.example.org/v1",
        "model": "cobalt-5",
        "credential": "sk-very-secret",
    }
    refused = browser.post(page_of(world.main, "/endpoints"), {**form, "url": "ftp://nowhere"})
    assert refused.status_code == 409
    assert "Nothing was changed." in text(refused)
    assert 'value="cobalt-next"' in refused.content.decode()
    assert "sk-very-secret" not in refused.content.decode()
    browser.post(page_of(world.main, "/endpoints"), form)
    assert Endpoint.objects.filter(engagement=world.main, name="cobalt-next").exists()
    body = browser.get(page_of(world.main, "/access")).content.decode()
    assert "next.tidepool.example.org" in body
    assert "sk-very-secret" not in body


def test_a_grant_is_asked_for_and_what_was_written_stays_after_a_refusal(world: World) -> None:
    browser, now = browser_of(world.evaluator), timezone.now()
    form = {
        "purpose": "testing safeguards",
        "endpoints": ["cobalt"],
        "operations": ["chat"],
        "calls_a_minute": "many",
        "tokens": "77000",
        "from": "08:00",
        "until": "18:00",
        "hours_zone": "Europe/Berlin",
        "days": ["0", "1"],
        "ends_at": local(now + timedelta(days=2)),
    }
    refused = browser.post(page_of(world.main, "/grants"), form)
    assert refused.status_code == 422
    assert "the calls a minute, 'many', is no number that is possible" in text(refused)
    assert 'value="77000"' in refused.content.decode()
    browser.post(page_of(world.main, "/grants"), {**form, "calls_a_minute": "20"})
    made = Grant.objects.latest("pk")
    assert (made.calls_a_minute, made.tokens, made.issued_at) == (20, 77000, None)
    assert made.hours["zone"] == "Europe/Berlin"
    developer = browser_of(world.developer)
    developer.post(page_of(world.main, f"/grants/{made.key}/issue"))
    assert Grant.objects.get(pk=made.pk).issued_at is not None


def test_hours_without_a_zone_that_is_known_are_refused_with_the_mend(world: World) -> None:
    form = {"calls_a_minute": "5", "from": "08:00", "until": "18:00", "hours_zone": "Mars/Olympus"}
    refused = browser_of(world.evaluator).post(page_of(world.main, "/grants"), form)
    assert refused.status_code == 422
    assert "a zone such as Europe/Berlin" in text(refused)


# --- the reviewer's own grant ---


def test_a_grant_is_read_then_taken_up_and_its_secret_is_shown_once(world: World) -> None:
    browser = browser_of(world.newcomer)
    row = Grant.objects.filter(named__person=world.newcomer, issued_at__isnull=False).latest("pk")
    address = f"/reviews/grants/{row.key}"
    before = browser.get(address)
    assert "I have read this" in text(before)
    assert "/take-up" not in before.content.decode()
    digest = re.search(r'name="sha256" value="([0-9a-f]{64})"', before.content.decode())
    assert digest is not None
    browser.post(f"{address}/read", {"sha256": digest[1]})
    assert "You have read these terms." in text(browser.get(address))
    asked = browser.post(f"{address}/take-up")
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert Grant.objects.get(pk=row.pk).taken_up_at is None
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    shown = browser.post(f"{address}/take-up")
    secret = re.search(r"data-secret[^>]*>(tg-grant-[\w-]+)<", shown.content.decode())
    assert secret is not None
    kept = Grant.objects.get(pk=row.pk)
    assert kept.digest == hashlib.sha256(secret[1].encode()).hexdigest()
    told = text(shown)
    assert 'OpenAI(base_url="http://testserver/gateway/v1"' in told
    assert 'Anthropic(base_url="http://testserver/gateway"' in told
    assert "no-store" in shown.headers["Cache-Control"]
    assert "tg-grant-" not in browser.get(address).content.decode()
    assert browser.get(f"{address}/take-up").headers["Location"] == address


def test_nobody_else_takes_a_grant_up(world: World) -> None:
    row = world.grant_of(world.evaluator, taken_up=True)
    for who in ("developer", "reviewer", "newcomer", "coordinator"):
        browser = browser_of(getattr(world, who))
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
        answer = browser.post(f"/reviews/grants/{row.key}/take-up")
        assert answer.status_code == 404, who
        assert "tg-grant-" not in answer.content.decode()


def test_a_private_key_is_not_taken_for_a_public_one(world: World) -> None:
    browser = browser_of(world.evaluator)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    address = f"/reviews/grants/{world.grant_of(world.evaluator, taken_up=True).key}/take-up"
    answer = browser.post(address, {"public_key": json.dumps({"kty": "EC", "d": "x"})})
    assert answer.status_code == 409
    assert "this is a private key" in text(answer)
    assert browser.post(address, {"public_key": "[" * 20_000}).status_code == 422


# --- terms ---


def terms_form(body: str) -> dict[str, Any]:
    """Return what the form of terms holds, as a browser would send it."""
    form = body.split("/terms/propose")[1].split("</form>")[0]
    fields: dict[str, Any] = dict(
        re.findall(r'<input class="input" id="\S+" name="(\w+)"[^>]* value="([^"]*)"', form)
    )
    for name, written in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        fields[name] = re.sub("&[#\\w]+;", lambda found: _unescaped(found[0]), written)
    for name, value in re.findall(r'name="(\w+)" value="([^"]+)"(?: required)? checked', form):
        fields.setdefault(name, []).append(value)
    return fields


def _unescaped(entity: str) -> str:
    from html import unescape

    return unescape(entity)


def test_terms_are_edited_by_their_clauses_and_settings(world: World) -> None:
    browser = browser_of(world.developer)
    address = page_of(world.main, "/terms")
    form = terms_form(browser.get(f"{address}?edit=1&version=1").content.decode())
    assert form["longest_grant"] == "14"
    changed = {**form, "version": "1", "longest_grant": "5", "confidential_until": "2027-03-01"}
    answer = browser.post(f"{address}/propose", changed)
    assert answer.headers["Location"] == f"{address}?done=terms", text(answer)[:800]
    newest = Agreement.objects.filter(engagement=world.main, party=None).latest("number")
    said = json.loads(bytes(newest.document))
    assert said["settings"]["longest_grant"] == "P5D"
    assert said["settings"]["confidential_until"] == "2027-03-01"
    told = text(browser.get(address))
    assert "What would change" in told
    assert "Longest grant" in told


def test_terms_that_are_none_come_back_with_one_message_and_what_was_typed(world: World) -> None:
    browser = browser_of(world.developer)
    address = page_of(world.main, "/terms")
    form = terms_form(browser.get(f"{address}?edit=1&version=1").content.decode())
    first = next(name for name in form if name.startswith("text-"))
    empty = {**form, "version": "1", "purposes": "", first: "We have typed this."}
    answer = browser.post(f"{address}/propose", empty)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert body.count("Nothing was changed.") == 1
    assert "We have typed this." in body
    refused = browser.post(
        f"{address}/upload", {"document": SimpleUploadedFile("terms.json", b"{ no")}
    )
    assert refused.status_code == 422
    assert "Nothing was changed." in text(refused)


def test_what_is_saved_is_what_is_signed(world: World) -> None:
    row = Agreement.objects.get(engagement=world.main, party=None, number=1)
    answer = browser_of(world.reviewer).get(page_of(world.main, "/terms/1/document"))
    assert hashlib.sha256(answer.content).hexdigest() == row.sha256
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (
        browser_of(world.coordinator).get(page_of(world.main, "/terms/1/document")).status_code
        == 404
    )


def test_a_signature_made_elsewhere_is_uploaded(world: World) -> None:
    row = Agreement.objects.get(engagement=world.proposed, party=None)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    browser = browser_of(world.reviewer)
    address = page_of(world.proposed, f"/sign/{row.sha256}/detached")

    def files(signature: bytes) -> dict[str, Any]:
        return {
            "organisation": key_of(world.reviewer),
            "signature": SimpleUploadedFile("terms.sig", signature),
            "public_key": SimpleUploadedFile("key.pem", public),
        }

    refused = browser.post(address, files(b"x" * 64))
    assert refused.status_code == 409
    assert not Signature.objects.filter(agreement=row).exists()
    answer = browser.post(address, files(key.sign(bytes(row.document))))
    assert answer.headers["Location"] == page_of(world.proposed, "/terms?done=signed")
    assert Signature.objects.get(agreement=row).organisation.key == key_of(world.reviewer)


def test_a_passkey_answer_that_was_not_asked_for_signs_nothing(world: World) -> None:
    row = Agreement.objects.get(engagement=world.proposed, party=None)
    address = page_of(world.proposed, f"/sign/{row.sha256}/passkey")
    answer = browser_of(world.reviewer).post(address, {"credential": "{}"})
    assert answer.status_code == 409
    assert "no passkey was asked to sign this document" in text(answer)
    assert (
        browser_of(world.coordinator)
        .get(page_of(world.proposed, f"/sign/{row.sha256}/options"))
        .status_code
        == 404
    )
    without = browser_of(world.reviewer).get(page_of(world.proposed, f"/sign/{row.sha256}/options"))
    assert without.status_code == 409
    assert "you have no passkey" in without.json()["reason"]


# --- opening, people ---


def test_an_engagement_is_opened_and_a_refusal_keeps_what_was_typed(world: World) -> None:
    browser = browser_of(world.developer)
    form = {
        "organisation": key_of(world.developer),
        "asks": "access",
        "model": "Cerulean 1",
        "reach": "by the gateway",
        "planned": "tomorrow",
    }
    refused = browser.post("/reviews/new", form)
    assert refused.status_code == 422
    assert "the planned release, 'tomorrow', is no date and time" in text(refused)
    assert 'value="Cerulean 1"' in refused.content.decode()
    answer = browser.post("/reviews/new", {**form, "planned": "2027-02-01T12:00"})
    made = Engagement.objects.get(model="Cerulean 1")
    assert answer.headers["Location"] == f"/reviews/{made.key}?done=opened"
    assert made.state == "draft"
    assert browser_of(world.reviewer).get(page_of(made)).status_code == 404


def test_only_administrators_of_a_developer_find_the_form(world: World) -> None:
    told = text(browser_of(world.reviewer).get("/reviews/new"))
    assert "Engagements are opened by developers of models" in told
    refused = browser_of(world.reviewer).post(
        "/reviews/new", {"organisation": key_of(world.developer), "asks": "access", "model": "x"}
    )
    assert refused.status_code == 404


def test_people_are_named_vetted_and_step_back(world: World) -> None:
    browser, office = browser_of(world.reviewer), key_of(world.reviewer)
    mail = "other@ome.example.org"
    other = person_of(
        "Office of Model Evaluation", OrganisationKind.REVIEWER, Role.MEMBER, email=mail
    )
    people = page_of(world.main, f"/parties/{office}/people")
    browser.post(people, {"person": other.key, "duty": "evaluator", "part": "reviewer"})
    assert browser_of(other).get(page_of(world.main)).status_code == 200
    browser.post(f"{people}/{other.key}/vetting", {"words": "cleared in 2026"})
    assert NamedPerson.objects.get(person=other).vetting == "cleared in 2026"
    left = browser_of(other).post(f"{people}/{other.key}/recuse", {"why": "a former employer"})
    assert left.headers["Location"] == "/reviews?done=recused"
    assert browser_of(other).get(page_of(world.main)).status_code == 404


def test_an_organisation_is_asked_and_its_part_ended(world: World) -> None:
    browser = browser_of(world.developer)
    refused = browser.post(
        page_of(world.draft, "/parties"), {"organisation": "O-00000-00000", "part": "reviewer"}
    )
    assert refused.status_code == 409
    assert 'value="O-00000-00000"' in refused.content.decode()
    browser.post(
        page_of(world.draft, "/parties"), {"organisation": key_of(world.agent), "part": "reviewer"}
    )
    assert "National Signals Agency" in text(browser.get(page_of(world.draft, "/people")))
    browser.post(
        page_of(world.main, f"/parties/{key_of(world.reviewer)}/end"), {"part": "reviewer"}
    )
    assert browser_of(world.evaluator).get(page_of(world.main)).status_code == 404


# --- what is handed out ---


def test_a_transcript_is_saved_by_those_whom_the_terms_name(world: World) -> None:
    call = Call.objects.filter(engagement=world.main, outcome="complete").latest("pk")
    address = page_of(world.main, f"/calls/{call.key}/transcript")
    answer = browser_of(world.developer).post(address)
    assert answer.content.startswith(b"age-encryption.org/v1")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert f'filename="{call.key}.age"' in answer.headers["Content-Disposition"]
    assert Entry.objects.filter(kind="transcript-read", engagement=world.main.key).exists()
    for who in ("evaluator", "official", "partner", "coordinator"):
        assert browser_of(getattr(world, who)).post(address).status_code == 404, who


def test_evidence_is_saved_by_the_government_alone(world: World) -> None:
    row = Evidence.objects.get(name="system-card.pdf")
    address = page_of(world.main, f"/evidence/{row.key}/file")
    answer = browser_of(world.official).post(address)
    assert answer.content == b"%PDF-1.7 a card"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert browser_of(world.developer).post(address).status_code == 404


def test_an_official_decides_in_words_and_a_refusal_keeps_them(world: World) -> None:
    browser = browser_of(world.official)
    address = page_of(world.main, "/determination/decide")
    refused = browser.post(address, {"decision": "cleared", "words": "We say so."})
    assert refused.status_code == 409
    assert "We say so." in refused.content.decode()
    browser.post(address, {"decision": "not-covered", "words": "Below.", "reasons": "Run 9."})
    told = text(browser_of(world.developer).get(page_of(world.main, "/determination")))
    assert "Not covered" in told
    assert "Run 9." not in told
    assert (
        browser_of(world.developer).post(address, {"decision": "covered", "words": "x"}).status_code
        == 404
    )


def test_the_record_holds_proofs_of_this_engagement_alone(world: World) -> None:
    browser = browser_of(world.developer)
    address = page_of(world.main, "/record")
    body = browser.get(address).content.decode()
    index = int(re.findall(rf"{address}/(\d+)/proof", body)[0])
    proof = EntryProof.parse(browser.get(f"{address}/{index}/proof").content)
    assert proof.index == index
    foreign = Entry.objects.filter(engagement=world.draft.key).latest("index").index
    for number in (foreign, 10**18, 2**63 - 1, 10**30):
        assert browser.get(f"{address}/{number}/proof").status_code == 404
    assert browser_of(world.coordinator).get(f"{address}/{index}/proof").status_code == 404


def test_a_foreign_place_in_a_list_is_said_to_be_none(world: World) -> None:
    browser = browser_of(world.developer)
    assert browser.get(page_of(world.main, "/terms?version=first")).status_code == 400
    assert browser.get(page_of(world.main, "/record?after=x")).status_code == 400
    assert browser.get(page_of(world.main, "/calls?grant=G-00000-00000")).status_code == 404
    assert browser.get(page_of(world.main, "/terms?version=99")).status_code == 404
