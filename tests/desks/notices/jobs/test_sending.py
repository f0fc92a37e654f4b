"""What is sent: at least once, to whom may know of it at that moment, and no content outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from tests.desks.notices.hooks import Hook, hook
from tests.desks.notices.made import (
    NOW,
    coordinated,
    happens,
    message,
    organisation,
    party,
    person,
)
from tests.desks.notices.mailboxes import Mailbox, mailbox, silent_port
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.notices.channels.retrying import FOR
from tidegate.desks.notices.jobs import sending
from tidegate.desks.notices.jobs.sending import Limits, Round, tick
from tidegate.desks.notices.models import Notice, Occasion, Sending, WebhookEndpoint
from tidegate.desks.notices.queries.webhooks import get_webhook
from tidegate.desks.notices.services import choosing, outbox, telling, webhooks
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

pytestmark = pytest.mark.django_db

TITLE = "Reads beyond the end of a header"
SECOND = timedelta(seconds=1)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def taking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("TIDEGATE_WEBHOOK_HOSTS", "127.0.0.1")
    with hook() as made:
        yield made


@pytest.fixture
def vendor() -> Organisation:
    return organisation(OrganisationKind.VENDOR)


@pytest.fixture
def reader(vendor: Organisation) -> Person:
    return person(vendor)


@pytest.fixture
def case(vendor: Organisation, reader: Person) -> Coordination:
    made = coordinated(Label.AMBER, title=TITLE)
    party(made, vendor, reader)
    return made


def listening(vendor: Organisation, taking: Hook, **more: object) -> webhooks.WebhookMade:
    """Add a webhook at the server."""
    administrator = actor_of(person(vendor, Role.ADMINISTRATOR))
    url = f"http://127.0.0.1:{taking.port}/in"
    made = webhooks.add_webhook(administrator, vendor.key, url, at=NOW, **more)  # type: ignore[arg-type]
    Occasion.objects.update(told_at=NOW)
    return made


def test_a_mail_under_amber_says_that_something_waits_and_no_more(
    box: Mailbox, case: Coordination, reader: Person
):
    happens("fact-recorded", case=case.case, fact="attacks", source="https://s3cret.example")
    assert tick(NOW) == Round(told=1, mails=1)
    (read,) = box.mails
    assert box.envelopes[0][1] == [reader.email]
    assert read["Subject"] == f"Something waits for you in {case.case.key}"
    whole = read.as_string()
    for word in ("s3cret", TITLE, "attacks", "known outside", reader.name):
        assert word not in whole
    assert tick(NOW + SECOND) == Round()


@pytest.mark.parametrize("label", [Label.GREEN, Label.CLEAR])
def test_a_mail_under_green_may_name_the_case(
    box: Mailbox, case: Coordination, reader: Person, label: Label
):
    Coordination.objects.update(tlp=label.value)
    happens("fact-recorded", case=case.case)
    tick(NOW)
    assert TITLE in box.mails[0].get_content()


def test_a_case_without_a_label_is_secret(box: Mailbox):
    of = organisation(OrganisationKind.COORDINATOR)
    person(of)
    case = coordinated(title=TITLE)
    Coordination.objects.all().delete()
    happens("case-opened", case=case.case)
    assert tick(NOW).mails == 1
    assert TITLE not in box.mails[0].as_string()


def test_the_label_of_the_message_counts_beside_that_of_the_case(
    box: Mailbox, case: Coordination, reader: Person
):
    Coordination.objects.update(tlp=Label.GREEN.value)
    red = message(case, reader, tlp=Label.RED.value)
    happens("message-sent", case=case.case, message=red.key)
    tick(NOW)
    assert TITLE not in box.mails[0].as_string()


@pytest.mark.parametrize("what", ["consent", "team", "place", "person", "party"])
def test_whoever_may_not_know_any_more_when_it_is_sent_is_sent_nothing(
    box: Mailbox, taking: Hook, case: Coordination, vendor: Organisation, reader: Person, what: str
):
    listening(vendor, taking)
    Coordination.objects.update(embargo="active", ends_at=NOW + timedelta(days=9))
    happens("fact-recorded", case=case.case)
    tick(NOW, limits=Limits(mails=0, webhooks=0))
    assert Sending.objects.filter(state="waiting").count() == 2
    part = Participant.objects.filter(coordination=case)
    if what == "consent":
        part.update(consent="lapsed")
    elif what == "team":
        part.get().team.update(left_at=NOW)
    elif what == "place":
        Membership.objects.filter(person=reader).update(suspended_at=NOW)
    elif what == "person":
        Person.objects.filter(pk=reader.pk).update(is_active=False)
    else:
        part.update(removed_at=NOW)
    tick(NOW + SECOND)
    assert box.mails == []
    assert taking.connections == 0
    assert set(Sending.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_flood_becomes_one_digest(box: Mailbox, case: Coordination):
    for _ in range(12):
        happens("fact-recorded", case=case.case)
    assert tick(NOW) == Round(told=12)
    assert tick(NOW + timedelta(minutes=9)) == Round()
    assert tick(NOW + timedelta(minutes=10) + SECOND).mails == 1
    (read,) = box.mails
    assert read["Subject"] == "12 things wait for you"
    assert TITLE not in read.as_string()
    assert tick(NOW + timedelta(minutes=30)) == Round()


def test_a_daily_digest_comes_after_a_day(box: Mailbox, case: Coordination, reader: Person):
    choosing.set_preference(actor_of(reader), "daily")
    for hours in (0, 5, 20):
        happens("fact-recorded", case=case.case)
        assert tick(NOW + timedelta(hours=hours)).mails == 0
    assert tick(NOW + timedelta(hours=24) + SECOND).mails == 1
    assert box.mails[0]["Subject"] == "3 things wait for you"


def test_who_chooses_none_meanwhile_gets_none(box: Mailbox, case: Coordination, reader: Person):
    choosing.set_preference(actor_of(reader), "hourly")
    happens("fact-recorded", case=case.case)
    tick(NOW)
    choosing.set_preference(actor_of(reader), "none")
    tick(NOW + timedelta(hours=2))
    assert box.mails == []
    assert not Notice.objects.filter(mail_due=True).exists()


def test_without_a_mail_server_nothing_waits_to_be_mailed(case: Coordination):
    happens("fact-recorded", case=case.case)
    assert tick(NOW) == Round(told=1)
    assert not Notice.objects.filter(mail_due=True).exists()


def test_a_mail_that_is_refused_for_now_comes_later_as_the_same_mail(
    box: Mailbox, case: Coordination, reader: Person
):
    box.recipients[reader.email] = "451 later"
    happens("fact-recorded", case=case.case)
    assert tick(NOW).mails == 0
    assert tick(NOW + SECOND).mails == 0
    row = Sending.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.reason.endswith("(451)")
    box.recipients.clear()
    assert tick(NOW + timedelta(seconds=25)).mails == 1
    assert box.mails[0]["Message-ID"] == f"<{row.key}@example.org>"


def test_a_mail_that_is_refused_for_good_is_set_aside_at_once(
    box: Mailbox, case: Coordination, reader: Person
):
    box.recipients[reader.email] = "550 no such mailbox"
    happens("fact-recorded", case=case.case)
    tick(NOW)
    row = Sending.objects.get()
    assert row.state == "set-aside"
    assert row.set_aside_at is not None
    box.recipients.clear()
    chief = person(organisation(OrganisationKind.COORDINATOR), Role.ADMINISTRATOR)
    assert webhooks.retry_mails(actor_of(chief), at=NOW + SECOND) == 1
    assert tick(NOW + SECOND).mails == 1


def test_a_server_that_hangs_is_asked_once_a_round(
    case: Coordination, vendor: Organisation, monkeypatch: pytest.MonkeyPatch
):
    party_of = Participant.objects.get()
    for _ in range(3):
        party_of.team.create(person=person(vendor), added_by="somebody", since=NOW)
    happens("fact-recorded", case=case.case)
    with silent_port() as port:
        monkeypatch.setenv("TIDEGATE_SMTP", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("TIDEGATE_SENDER", "gate@example.org")
        assert tick(NOW, limits=Limits(mail_seconds=1)) == Round(told=4)
    tried = Sending.objects.filter(tries=1)
    assert tried.count() == 1
    # The others are not claimed, and go as soon as there is a server.
    assert Sending.objects.filter(tries=0, claimed_until=None).count() == 3


def test_names_and_addresses_of_strangers_stay_text(
    box: Mailbox, case: Coordination, vendor: Organisation
):
    Coordination.objects.update(tlp=Label.CLEAR.value)
    case.case.title = "one\r\nBcc: b@example.org\r\n\r\n.\r\nMAIL FROM:<x@example.org>"
    case.case.save()
    hostile = person(
        vendor, name="Eve\r\nBcc: b@example.org", email="c@example.org\r\nRCPT TO:<b@example.org>"
    )
    Participant.objects.get().team.create(person=hostile, added_by="somebody", since=NOW)
    happens("fact-recorded", case=case.case)
    assert tick(NOW).mails == 1
    (read,) = box.mails
    assert read["Bcc"] is None
    assert [tos for _, tos in box.envelopes] == [[read["To"]]]
    assert Sending.objects.get(person=hostile).state == "set-aside"


def test_a_webhook_is_told_ids_and_a_kind_under_a_signature(
    taking: Hook, case: Coordination, vendor: Organisation
):
    made = listening(vendor, taking)
    happens("fact-recorded", case=case.case, fact="attacks", source="https://s3cret.example")
    assert tick(NOW) == Round(told=1, messages=1)
    said = json.loads(taking.body())
    assert said["type"] == "fact-recorded"
    assert said["data"] == {"case": case.case.key, "organisation": vendor.key}
    headers = taking.headers()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + taking.body()
    expected = Webhook(made.secret).sign(headers["webhook-id"], NOW, taking.body().decode())
    assert headers["webhook-signature"] == expected, signed
    assert get_webhook(actor_of(administrator_of(vendor)), made.webhook.key).last_result == "taken"


def administrator_of(vendor: Organisation) -> Person:
    return Person.objects.get(memberships__organisation=vendor, memberships__role="administrator")


def test_a_webhook_hears_what_its_own_people_do(
    taking: Hook, case: Coordination, vendor: Organisation, reader: Person
):
    listening(vendor, taking)
    happens("fact-recorded", case=case.case, actor=reader)
    assert tick(NOW) == Round(messages=1)


def test_a_webhook_hears_only_of_the_kinds_that_were_chosen(
    taking: Hook, case: Coordination, vendor: Organisation
):
    listening(vendor, taking, kinds=["merge"])
    happens("fact-recorded", case=case.case)
    happens("merge", case=case.case)
    assert tick(NOW).messages == 1
    assert json.loads(taking.body())["type"] == "merge"


def test_a_webhook_of_an_organisation_that_has_not_consented_hears_of_the_invitation_alone(
    taking: Hook, case: Coordination
):
    other = organisation(OrganisationKind.VENDOR)
    listening(other, taking)
    Coordination.objects.update(embargo="active", ends_at=NOW + timedelta(days=9))
    party(case, other, administrator_of(other), consent="invited", joined=False)
    happens("fact-recorded", case=case.case)
    happens("party-invited", case=case.case, of=other)
    assert tick(NOW).messages == 1
    assert json.loads(taking.body())["type"] == "party-invited"


def test_a_message_that_failed_is_sent_again_under_the_same_name(
    taking: Hook, case: Coordination, vendor: Organisation
):
    taking.answers = [b"HTTP/1.1 503 Busy\r\n\r\n", b""]
    listening(vendor, taking)
    happens("fact-recorded", case=case.case)
    ends = [tick(NOW + timedelta(seconds=at), chance=lambda: 0).messages for at in (0, 19, 21, 62)]
    assert ends == [0, 0, 0, 1]
    assert len({taking.headers(n)["webhook-id"] for n in range(3)}) == 1
    assert len({taking.body(n) for n in range(3)}) == 1
    stamps = [int(taking.headers(n)["webhook-timestamp"]) for n in range(3)]
    assert stamps == [int(NOW.timestamp()) + after for after in (0, 21, 62)]


def test_after_a_day_it_is_set_aside_its_people_are_told_once_and_can_have_it_tried_again(
    taking: Hook, case: Coordination, vendor: Organisation
):
    made = listening(vendor, taking)
    administrator = administrator_of(vendor)
    taking.answer = b"HTTP/1.1 500 s3cret\r\n\r\n"
    for _ in range(2):
        happens("fact-recorded", case=case.case)
    at, tries = NOW, 0
    tick(at)
    while Sending.objects.filter(state="waiting").exists():
        assert at <= NOW + FOR + timedelta(hours=1), "it is tried for ever"
        tick(at, chance=lambda: 0.5)
        tries += 1
        at += timedelta(seconds=10) if tries < 20 else timedelta(minutes=30)
    aside = Sending.objects.filter(state="set-aside")
    assert aside.count() == 2
    assert all(one.set_aside_at and one.reason.endswith("(500)") for one in aside)
    tick(at)
    told_of = Notice.objects.filter(kind="webhook-set-aside")
    assert [one.person for one in told_of] == [administrator]
    shown = get_webhook(actor_of(administrator), made.webhook.key)
    assert shown.set_aside == 2
    assert "s3cret" not in repr(shown)

    taking.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    assert webhooks.retry_webhook(actor_of(administrator), made.webhook.key, at=at) == 2
    assert tick(at).messages == 2
    assert get_webhook(actor_of(administrator), made.webhook.key).set_aside == 0


def test_one_that_says_that_it_is_gone_is_disabled(
    taking: Hook, case: Coordination, vendor: Organisation
):
    listening(vendor, taking)
    taking.answer = b"HTTP/1.1 410 Gone\r\n\r\n"
    happens("fact-recorded", case=case.case)
    tick(NOW)
    row = WebhookEndpoint.objects.get()
    assert row.disabled_at is not None
    happens("fact-recorded", case=case.case)
    tick(NOW + timedelta(hours=1))
    assert taking.connections == 1
    assert Notice.objects.filter(kind="webhook-disabled").exists()


def test_a_host_that_is_no_longer_allowed_is_sent_nothing(
    taking: Hook, case: Coordination, vendor: Organisation, monkeypatch: pytest.MonkeyPatch
):
    listening(vendor, taking)
    happens("fact-recorded", case=case.case)
    monkeypatch.setenv("TIDEGATE_WEBHOOK_HOSTS", "")
    assert tick(NOW).messages == 0
    assert taking.connections == 0


def test_a_webhook_that_is_down_keeps_no_other_waiting(
    taking: Hook, case: Coordination, vendor: Organisation
):
    with hook(answer=None) as hanging:
        listening(vendor, taking)
        listening(vendor, hanging)
        for _ in range(30):
            happens("fact-recorded", case=case.case)
        limits = Limits(webhooks=2, messages_each=3, webhook_seconds=1.5)
        assert tick(NOW, limits=limits).messages == 3
        assert tick(NOW + SECOND, limits=replace(limits, webhooks=1)).messages == 3


def test_what_one_worker_has_claimed_no_other_sends_until_the_claim_ends(
    taking: Hook, case: Coordination, vendor: Organisation
):
    listening(vendor, taking)
    happens("fact-recorded", case=case.case)
    tick(NOW, limits=Limits(webhooks=0))
    then = NOW + SECOND
    (claimed,) = outbox.claim_messages(10, 10, then)
    assert outbox.claim_messages(10, 10, then) == []
    assert tick(then + outbox.CLAIM - SECOND).messages == 0
    assert tick(then + outbox.CLAIM).messages == 1
    assert taking.headers()["webhook-id"] == claimed.key


def test_one_that_cannot_be_told_of_or_made_keeps_no_other_waiting(
    box: Mailbox, taking: Hook, case: Coordination, vendor: Organisation, monkeypatch
):
    listening(vendor, taking)
    WebhookEndpoint.objects.update(secret="broken")
    listening(organisation(OrganisationKind.VENDOR), taking)
    poison = happens("fact-recorded", case=case.case)
    happens("merge", case=case.case)

    def tell(occasion: int, **more: object) -> int:
        if Occasion.objects.get(pk=occasion).entry == poison:
            raise RuntimeError("poisoned")
        return telling.tell(occasion, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "tell", tell)
    assert tick(NOW) == Round(told=1, mails=1)
    assert "made here" in Sending.objects.get(channel="webhook").reason
    monkeypatch.undo()
    monkeypatch.setenv("TIDEGATE_SMTP", box.environment["TIDEGATE_SMTP"])
    monkeypatch.setenv("TIDEGATE_SENDER", box.environment["TIDEGATE_SENDER"])
    assert tick(NOW + SECOND).told == 0
    assert tick(NOW + timedelta(minutes=2)).told == 1
