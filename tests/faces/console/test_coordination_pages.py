"""The coordination of a case: who sees what of it, what may be done, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.desks.cases import rooms
from tests.desks.cases.makers import (
    coordinated,
    coordinator,
    make_proven_case,
    part_of,
    party,
    take_in,
    under_embargo,
)
from tests.faces.console.coordinating import (
    HOSTILE,
    SECRET,
    browser_of,
    end_of,
    page_of,
    say,
    secret_case,
    shown,
)
from tests.faces.console.test_pages import Markup, text
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import (
    Coordination,
    EmbargoTerms,
    Participant,
    TeamMember,
)
from tidegate.desks.cases.services import embargoes, inviting, messages, vendors
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.parties.models import Organisation, Person
from tidegate.faces.console.templatetags import coordination as tags

pytestmark = pytest.mark.django_db


# --- the envelope ---


def test_an_invited_party_sees_the_terms_and_nothing_of_the_content() -> None:
    by, mate, rival = coordinator(), party(), party()
    end = end_of()
    row = under_embargo(by, mate, ends_at=end, case=secret_case())
    messages.send(by.actor, row.case.key, "the stack smashes at offset 77")
    inviting.invite(by.actor, row.case.key, rival.key, "vendor", at=timezone.now())
    browser = browser_of(rival)
    for address in (page_of(row, ""), page_of(row)):
        answer = browser.get(address)
        assert answer.status_code == 200
        told = text(answer)
        assert row.case.key in told
        assert by.organisation.name in told
        assert "TLP:AMBER+STRICT" in told
        assert shown(end) in told
        assert "What accepting means" in told
        assert "Accept: agree and join" in told
        for hidden in (SECRET, "libxylo", "offset 77", mate.organisation.name, "reproduced"):
            assert hidden not in answer.content.decode(), hidden


def test_an_invited_party_gets_no_page_of_the_case_but_its_envelope() -> None:
    by, mate, rival = coordinator(), party(), party()
    row = under_embargo(by, mate, ends_at=end_of(), case=secret_case())
    inviting.invite(by.actor, row.case.key, rival.key, "vendor", at=timezone.now())
    browser = browser_of(rival)
    for rest in ("/messages", "/ledger", f"/parties/{mate.key}", f"/parties/{rival.key}"):
        answer = browser.get(page_of(row, rest))
        assert answer.status_code == 404, rest
        assert SECRET not in answer.content.decode(), rest


def test_looking_at_the_envelope_is_kept_as_seen() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=timezone.now())
    browser_of(by).get(page_of(row))
    assert part_of(row, vendor).contact == "notified"
    browser_of(vendor).get(page_of(row, ""))
    assert part_of(row, vendor).contact == "seen"


def test_a_stranger_is_told_the_same_of_a_case_and_of_none() -> None:
    by, stranger, waiting = coordinator(), party(), party(cases_a_week=0)
    row = under_embargo(by, ends_at=end_of(), case=secret_case())
    inviting.invite(by.actor, row.case.key, waiting.key, "vendor", at=timezone.now())
    assert part_of(row, waiting).invited_at is None
    for who in (stranger, waiting):
        browser = browser_of(who)
        for rest in ("", "/coordination", "/messages", f"/parties/{by.key}"):
            answer = browser.get(page_of(row, rest))
            none = browser.get(f"/cases/C-00000-00000{rest}")
            assert (answer.status_code, none.status_code) == (404, 404)
            told = text(answer).replace(row.case.key, "C-00000-00000")
            assert told == text(none), rest


def test_accepting_the_terms_opens_the_case_to_whoever_accepts() -> None:
    by, vendor = coordinator(), party()
    colleague = vendor.colleague()
    end = end_of()
    row = under_embargo(by, ends_at=end, case=secret_case())
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=timezone.now())
    browser = browser_of(vendor)
    form = browser.get(page_of(row, "")).content.decode()
    terms = unescape(re.findall(r'name="terms" value="([^"]+)"', form)[0])
    answer = browser.post(page_of(row, f"/parties/{vendor.key}/accept"), {"terms": terms})
    assert answer.headers["Location"] == page_of(row) + "?done=joined"
    assert SECRET in text(browser.get(page_of(row, "")))
    assert part_of(row, vendor).consent == "signatory"
    other = text(browser_of(colleague).get(page_of(row, "")))
    assert "you are not on its team" in other
    assert SECRET not in other


def test_terms_that_changed_meanwhile_are_not_agreed_to() -> None:
    by, vendor = coordinator(), party()
    seen, now = end_of(), end_of(50)
    row = under_embargo(by, ends_at=seen, case=secret_case())
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=timezone.now())
    embargoes.propose(by.actor, row.case.key, now, at=timezone.now())
    answer = browser_of(vendor).post(
        page_of(row, f"/parties/{vendor.key}/accept"), {"terms": seen.isoformat()}
    )
    assert answer.status_code == 409
    assert "read the terms again" in text(answer)
    assert shown(now) in text(answer)
    assert SECRET not in answer.content.decode()
    assert part_of(row, vendor).consent == "invited"


def test_a_revision_closes_the_case_until_the_party_has_agreed_again() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of(), case=secret_case())
    browser = browser_of(vendor)
    assert SECRET in text(browser.get(page_of(row)))
    embargoes.propose(by.actor, row.case.key, end_of(40), at=timezone.now())
    told = text(browser.get(page_of(row)))
    assert SECRET not in told
    assert "The terms have changed since your organisation agreed" in told
    assert "Has to agree again" in text(browser_of(by).get(page_of(row)))


# --- who sees and does what ---


def test_a_party_sees_the_others_and_no_button_that_is_not_for_it() -> None:
    by, vendor, mate = coordinator(), party(), party()
    row = under_embargo(by, vendor, mate, ends_at=end_of(), case=secret_case())
    body = browser_of(vendor).get(page_of(row)).content.decode()
    assert mate.organisation.name in body
    forms = set(re.findall(r'action="(/cases/[^"]+)"', body))
    assert forms == {
        page_of(row, f"/parties/{vendor.key}/decline"),
        page_of(row, "/coordination/terms"),
        page_of(row, "/coordination/facts"),
    }
    evidence = browser_of(vendor).get(page_of(row, "")).content.decode()
    assert "/merge" not in evidence
    assert "/undo" not in evidence


def test_what_only_coordinators_do_is_not_found_by_a_party_and_changes_nothing() -> None:
    by, vendor, other = coordinator(), party(), party()
    row = under_embargo(by, vendor, ends_at=end_of(), case=secret_case())
    browser = browser_of(vendor)
    before = Participant.objects.count()
    for rest, form in (
        ("invite", {"organisation": other.key, "role": "vendor"}),
        ("terms/accept", {}),
        ("terms/refuse", {}),
        ("release", {"reason": "now"}),
        ("label", {"tlp": "TLP:RED"}),
        ("close", {}),
        ("policy", {"policy": "project-zero"}),
    ):
        answer = browser.post(page_of(row, f"/coordination/{rest}"), form)
        assert answer.status_code == 404, rest
    answer = browser.post(page_of(row, f"/parties/{by.key}/remove"), {"reason": "x"})
    assert answer.status_code == 404
    row.refresh_from_db()
    assert (row.tlp, row.embargo, row.closed_at) == (Label.AMBER_STRICT, "active", None)
    assert Participant.objects.count() == before


def test_a_reader_of_a_party_reads_and_finds_no_form() -> None:
    by, vendor = coordinator(), party()
    reader = vendor.colleague(Role.READER)
    row = under_embargo(by, vendor, ends_at=end_of(), case=secret_case())
    TeamMember.objects.create(
        participant=part_of(row, vendor),
        person=reader.person,
        added_by="somebody",
        since=timezone.now(),
    )
    browser = browser_of(reader)
    for rest in ("", "/coordination", "/messages", f"/parties/{vendor.key}"):
        body = browser.get(page_of(row, rest)).content.decode()
        assert SECRET in body
        assert not re.findall(r'<form[^>]+method="post"[^>]+action="/cases', body), rest


def test_every_form_of_the_page_comes_with_its_token() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of())
    browser = browser_of(by)
    for rest in ("/coordination", "/messages", f"/parties/{vendor.key}"):
        body = browser.get(page_of(row, rest)).content.decode()
        posting = re.findall(r'<form[^>]+method="post".*?</form>', body, re.DOTALL)
        assert posting
        assert all("csrfmiddlewaretoken" in one for one in posting), rest


# --- parties, their contact, their statuses ---


def test_who_has_said_nothing_never_looks_like_not_affected() -> None:
    by, silent, safe = coordinator(), party(), party()
    row = under_embargo(by, silent, safe, ends_at=end_of())
    vendors.say_status(
        safe.actor,
        row.case.key,
        safe.key,
        "pkg:npm/safe",
        "not_affected",
        justification="vulnerable_code_not_present",
        at=timezone.now(),
    )
    body = browser_of(by).get(page_of(row)).content.decode()
    rows = {key: one for one in body.split("<tr>") for key in (silent.key, safe.key) if key in one}
    assert "Has said nothing" in rows[silent.key]
    assert "Not affected" not in rows[silent.key]
    assert "badge--unaffected" not in rows[silent.key]
    assert "Not affected" in rows[safe.key]
    assert "Has said nothing" not in rows[safe.key]
    own = text(browser_of(by).get(page_of(row, f"/parties/{silent.key}")))
    assert "That is not the same as not affected" in own


def test_each_value_of_a_contact_is_told_apart_by_its_word_and_its_steps() -> None:
    told = [tags.contact(word) for word in Participant.Contact]
    words = ["Not contacted", "Notified", "Seen", "Investigating", "Answered"]
    assert [re.sub(r"<[^>]+>", "", one) for one in told] == words
    assert [one.count("contact__done") for one in told] == [0, 1, 2, 3, 4]


def test_a_vendor_says_how_its_product_stands_and_a_refusal_keeps_its_words() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of())
    browser, address = browser_of(vendor), page_of(row, f"/parties/{vendor.key}/status")
    form = {"product": "pkg:npm/mine", "status": "not_affected", "statement": "<we think>"}
    refused = browser.post(address, form)
    assert refused.status_code == 409
    assert "not affected for a reason" in text(refused)
    assert 'value="pkg:npm/mine"' in refused.content.decode()
    assert "&lt;we think&gt;" in refused.content.decode()
    kept = browser.post(address, {**form, "justification": "component_not_present"})
    assert kept.status_code == 302
    told = text(browser.get(kept.headers["Location"]))
    assert "because the component is not in it" in told
    assert "The status is kept" in told


def test_a_coordinator_invites_and_sees_the_place_in_the_line() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    row = coordinated(by)
    browser = browser_of(by)
    found = text(browser.get(page_of(row) + f"?find={vendor.organisation.name.upper()}"))
    assert vendor.key in found
    answer = browser.post(
        page_of(row, "/coordination/invite"), {"organisation": vendor.key, "role": "vendor"}
    )
    assert answer.headers["Location"] == page_of(row) + "?done=invited"
    told = text(browser.get(page_of(row)))
    assert "Waits in line 1 of 1" in told


def test_an_administrator_puts_people_on_the_team_and_takes_them_off() -> None:
    by, vendor = coordinator(), party(role=Role.ADMINISTRATOR)
    colleague = vendor.colleague()
    row = under_embargo(by, vendor, ends_at=end_of(), case=secret_case())
    team = page_of(row, f"/parties/{vendor.key}/team")
    browser = browser_of(vendor)
    assert colleague.person.name in text(browser.get(page_of(row, f"/parties/{vendor.key}")))
    browser.post(team, {"person": colleague.person.key})
    assert SECRET in text(browser_of(colleague).get(page_of(row, "")))
    assert browser_of(colleague).post(team, {"person": colleague.person.key}).status_code == 404
    browser.post(f"{team}/{colleague.person.key}/remove")
    assert SECRET not in text(browser_of(colleague).get(page_of(row, "")))


# --- the embargo, its clock, and what ends it ---


def test_an_end_is_shown_in_utc_in_the_readers_zone_and_how_far_it_is() -> None:
    by = coordinator()
    end = datetime(2099, 1, 15, 23, 30, tzinfo=UTC)
    row = under_embargo(by, ends_at=end)
    Person.objects.filter(pk=by.person.pk).update(time_zone="Asia/Tokyo")
    told = text(browser_of(by).get(page_of(row)))
    assert "15 Jan 2099, 23:30 UTC 16 Jan 08:30 Asia/Tokyo" in told
    assert re.search(r"ends in \d+ days", told)


def test_an_end_is_proposed_in_the_own_zone_and_kept_in_utc() -> None:
    by = coordinator()
    row = coordinated(by)
    Person.objects.filter(pk=by.person.pk).update(time_zone="Europe/Berlin")
    browser_of(by).post(
        page_of(row, "/coordination/terms"),
        {"ends_at": "2099-07-01T12:00", "ends_at_zone": "Europe/Berlin", "words": "as agreed"},
    )
    terms = EmbargoTerms.objects.get()
    assert (terms.ends_at, terms.words) == (datetime(2099, 7, 1, 10, tzinfo=UTC), "as agreed")


@pytest.mark.parametrize(
    ("ends_at", "zone", "status", "mend"),
    [
        ("2001-01-01T00:00", "UTC", 409, "is not ahead"),
        ("tomorrow", "UTC", 422, "write it as 2026-12-24T12:00"),
        ("", "UTC", 422, "is missing"),
        ("2099-01-01T00:00", "Asia/Tokyo", 422, "in UTC or in your own zone"),
        ("9999-12-31T23:59", "America/New_York", 422, "beyond every calendar"),
    ],
)
def test_a_proposal_that_is_refused_comes_back_with_its_words(
    ends_at: str, zone: str, status: int, mend: str
) -> None:
    by = coordinator()
    row = coordinated(by)
    if zone == "America/New_York":
        Person.objects.filter(pk=by.person.pk).update(time_zone=zone)
    answer = browser_of(by).post(
        page_of(row, "/coordination/terms"),
        {"ends_at": ends_at, "ends_at_zone": zone, "words": "not before the holidays"},
    )
    assert answer.status_code == status
    assert mend in text(answer)
    assert "not before the holidays</textarea>" in answer.content.decode()
    assert not EmbargoTerms.objects.exists()


def test_a_clock_tells_where_it_comes_from_and_what_happened_to_it() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    take_in(row, by, vendor, at=timezone.now())
    browser = browser_of(by)
    browser.post(page_of(row, "/coordination/policy"), {"policy": "project-zero"})
    told = text(browser.get(page_of(row)))
    clock = row.clocks.filter(policy="project-zero", state="running").earliest("due_at")
    for said in (clock.policy, clock.policy_version, clock.authority, "set by: reported"):
        assert said in told
    assert clock.inputs["words"] in told
    assert shown(clock.due_at) in told


def test_a_fact_is_recorded_by_a_party_and_ends_the_embargo() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of())
    browser = browser_of(vendor)
    assert "Recording it ends the embargo at once" in text(browser.get(page_of(row)))
    browser.post(
        page_of(row, "/coordination/facts"),
        {"fact": "exploit-public", "source": "https://example.org/poc"},
    )
    told = text(browser.get(page_of(row)))
    assert "Embargo ended" in told
    assert "An exploit is public" in told
    assert "https://example.org/poc" in told


def test_an_early_release_takes_two_coordinators() -> None:
    by, second = coordinator(), coordinator()
    row = under_embargo(by, ends_at=end_of())
    address = page_of(row, "/coordination/release")
    first = browser_of(by).post(address, {"reason": "three finders have it"})
    assert first.headers["Location"].endswith("?done=approved")
    again = browser_of(by).post(address, {"reason": "I insist"})
    assert again.status_code == 409
    assert "it takes another coordinator" in text(again)
    told = text(browser_of(second).get(page_of(row)))
    assert f"{by.person.name}" in told
    assert "three finders have it" in told
    other = browser_of(second).post(address, {"reason": "I agree"})
    assert other.headers["Location"].endswith("?done=released")
    row.refresh_from_db()
    assert row.embargo == "exited"


def test_an_approval_is_withdrawn() -> None:
    by = coordinator()
    row = under_embargo(by, ends_at=end_of())
    browser = browser_of(by)
    browser.post(page_of(row, "/coordination/release"), {"reason": "now"})
    assert "Withdraw my approval" in text(browser.get(page_of(row)))
    browser.post(page_of(row, "/coordination/approvals/withdraw"), {"purpose": "release"})
    assert "Withdraw my approval" not in text(browser.get(page_of(row)))


def test_an_earlier_end_is_put_in_force_only_with_two_approvals() -> None:
    by, second = coordinator(), coordinator()
    row = under_embargo(by, ends_at=end_of())
    embargoes.propose(by.actor, row.case.key, end_of(5), at=timezone.now())
    assert "Put it in force" not in text(browser_of(by).get(page_of(row)))
    for who in (by, second):
        browser_of(who).post(page_of(row, "/coordination/terms/approve"), {"reason": "fixed"})
    assert "Put it in force" in text(browser_of(by).get(page_of(row)))
    browser_of(by).post(page_of(row, "/coordination/terms/accept"))
    row.refresh_from_db()
    assert row.ends_at is not None
    assert row.ends_at < end_of(6)


def test_a_case_is_opened_closed_and_opened_again() -> None:
    by, case = coordinator(), secret_case()
    browser, base = browser_of(by), f"/cases/{case.key}/coordination"
    assert "Nobody works on this case with others yet" in text(browser.get(base))
    browser.post(f"{base}/open", {"policy": "project-zero"})
    row = Coordination.objects.get()
    assert row.policy == "project-zero"
    browser.post(f"{base}/close", {"words": "thank you all"})
    assert "thank you all" in text(browser.get(base))
    assert browser.post(f"{base}/open-again", {"reason": ""}).status_code == 409
    browser.post(f"{base}/open-again", {"reason": "a bypass was found"})
    row.refresh_from_db()
    assert row.closed_at is None


# --- strangers' text ---


def test_text_of_strangers_stays_text_on_every_page() -> None:
    by, vendor = coordinator(), party(role=Role.ADMINISTRATOR)
    name = HOSTILE.replace("\u202e", "")
    Organisation.objects.filter(pk=vendor.organisation.pk).update(name=name)
    Person.objects.filter(pk=vendor.person.pk).update(name=name)
    end = end_of()
    row = under_embargo(by, vendor, ends_at=end, case=make_proven_case(title=HOSTILE))
    now, key = timezone.now(), row.case.key
    messages.send(vendor.actor, key, HOSTILE, files=[File(f"{HOSTILE[:8]}.txt", b"x")], at=now)
    vendors.say_status(
        vendor.actor, key, vendor.key, name, "affected", statement=HOSTILE, versions=HOSTILE, at=now
    )
    embargoes.propose(vendor.actor, key, end_of(60), words=HOSTILE, at=now)
    embargoes.refuse(by.actor, key, reason=HOSTILE, at=now)
    guest = party()
    inviting.invite(by.actor, key, guest.key, "vendor", at=now)
    for who, address in (
        (by, page_of(row, "")),
        (by, page_of(row)),
        (by, page_of(row) + "?find=" + "script"),
        (by, page_of(row, "/messages")),
        (by, page_of(row, f"/parties/{vendor.key}")),
        (guest, page_of(row)),
        (by, "/inbox"),
        (vendor, "/inbox"),
        (by, "/board"),
        (by, f"/board?text={HOSTILE[:20]}"),
        (by, "/organisations"),
        (by, f"/organisation/{vendor.key}"),
    ):
        answer = browser_of(who).get(address)
        body = answer.content.decode()
        assert answer.status_code == 200, address
        assert Markup(body).foreign == [], address
        assert "\u202e" not in body, address


# --- how many questions a page asks ---


def queue(part: Participant) -> None:
    """Let a party wait in its line."""
    part.invited_at, part.joined_at, part.queued_at = None, None, timezone.now()
    part.save()


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as questions:
        yield questions


def test_a_page_asks_no_more_for_more_parties_and_messages() -> None:
    house = rooms.make_organisation(OrganisationKind.COORDINATOR)
    by = rooms.make_person(house)
    row = rooms.make_coordination(ends_at=end_of())
    rooms.make_party(row, "coordinator", organisation=house)
    vendor = rooms.make_party(row)
    member = rooms.make_member(vendor)
    guest = rooms.make_person(rooms.make_party(row, consent="invited", joined_at=None).organisation)
    places = (
        (by, page_of(row, "")),
        (by, page_of(row)),
        (by, page_of(row, "/messages")),
        (by, page_of(row, f"/parties/{vendor.organisation.key}")),
        (by, "/inbox"),
        (by, "/board"),
        (by, "/organisations"),
        (member, page_of(row)),
        (member, page_of(row, "/messages")),
        (member, "/inbox"),
        (guest, page_of(row)),
    )

    def ask() -> dict[tuple[str, str], int]:
        asked = {}
        for person, address in places:
            browser: Client = signed_in(Client(), person)
            browser.get(address)
            with counted() as questions:
                assert browser.get(address).status_code == 200, address
            asked[person.name, address] = len(questions)
        return asked

    say(row, 3)
    queue(rooms.make_party(row, consent="no-embargo"))
    few = ask()
    for _ in range(5):
        queue(rooms.make_party(row, consent="no-embargo"))
    for number in range(25):
        one = rooms.make_party(row, consent=("signatory", "lapsed", "invited")[number % 3])
        rooms.make_member(one)
        one.statuses.create(
            product=f"product {number}", status="affected", said_by="it", said_at=timezone.now()
        )
    say(row, 60)
    assert ask() == few
