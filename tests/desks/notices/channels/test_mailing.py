"""Mail goes through a real server: one that takes it, refuses it, hangs, or is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.desks.notices.mailboxes import SENDER, Mailbox, mailbox, silent_port
from tests.registry.certificates import certify
from tidegate.desks.notices.channels.letters import Letter
from tidegate.desks.notices.channels.mailing import MailAnswer, MailOutcome, postman
from tidegate.instance.mail import MailServer

LETTER = Letter("Something waits for you in C-1", "Something waits.\n", {"Message-ID": "<S-1@x>"})
TO = "a@example.org"


def send(server: MailServer, letter: Letter = LETTER, to: str = TO) -> MailAnswer:
    with postman(server, seconds=5) as carrier:
        return carrier.send(letter, to)


def test_a_mail_arrives_as_it_was_written():
    with mailbox() as box:
        assert send(box.server).outcome is MailOutcome.TAKEN
        (read,) = box.mails
        assert box.envelopes == [(SENDER, [TO])]
        assert read["Subject"] == LETTER.subject
        assert read["Message-ID"] == "<S-1@x>"
        assert read["To"] == TO
        assert read["From"] == SENDER
        assert read.get_content().strip() == "Something waits."


def test_many_mails_go_over_one_connection():
    with mailbox() as box, postman(box.server) as carrier:
        for _ in range(3):
            assert carrier.send(LETTER, TO).outcome is MailOutcome.TAKEN
        assert len(box.mails) == 3
        assert box.sessions == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("550 no such mailbox", MailOutcome.REFUSED), ("451 later", MailOutcome.LATER)],
)
def test_an_address_that_is_refused_is_refused_for_good_or_for_now(
    reply: str, outcome: MailOutcome
):
    with mailbox() as box, postman(box.server) as carrier:
        box.recipients[TO] = reply
        answer = carrier.send(LETTER, TO)
        assert answer == MailAnswer(outcome, int(reply[:3]))
        assert "mailbox" not in answer.words
        # It is that address' fault, and nobody else's.
        assert not carrier.is_cut_off
        assert carrier.send(LETTER, "b@example.org").outcome is MailOutcome.TAKEN


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("554 spam", MailOutcome.REFUSED), ("452 full", MailOutcome.LATER)],
)
def test_a_mail_that_is_refused_is_refused_for_good_or_for_now(reply: str, outcome: MailOutcome):
    with mailbox() as box:
        box.data = reply
        assert send(box.server) == MailAnswer(outcome, int(reply[:3]))


def test_a_server_that_is_down_is_no_mails_fault():
    with mailbox() as box:
        gone = box.server
    with postman(gone) as carrier:
        assert carrier.send(LETTER, TO) == MailAnswer(MailOutcome.NO_SERVER)
        assert carrier.is_cut_off


def test_a_server_that_hangs_is_left():
    with silent_port() as port, postman(MailServer("127.0.0.1", port, SENDER), seconds=1) as one:
        assert one.send(LETTER, TO).outcome is MailOutcome.NO_SERVER
        assert one.is_cut_off


def test_a_server_that_hangs_up_in_between_is_tried_anew(monkeypatch: pytest.MonkeyPatch):
    async def hang_up(self: Mailbox, server, session, envelope, *_) -> str:
        server.transport.abort()
        return "250 OK"

    with mailbox() as box:
        with monkeypatch.context() as patched:
            patched.setattr(Mailbox, "handle_DATA", hang_up)
            assert send(box.server).outcome is MailOutcome.NO_SERVER
        assert send(box.server).outcome is MailOutcome.TAKEN


def test_nothing_is_sent_in_the_clear_where_encryption_was_asked_for():
    with mailbox() as box:
        answer = send(replace(box.server, starttls=True))
        assert answer.outcome is MailOutcome.NO_SERVER
        assert box.mails == []


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path, context = certify("127.0.0.1", tmp_path)
    with mailbox(tls_context=context, require_starttls=True) as box:
        secure = replace(box.server, starttls=True)
        assert send(secure).outcome is MailOutcome.NO_SERVER
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert send(secure).outcome is MailOutcome.TAKEN


@pytest.mark.parametrize(
    "to",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nRCPT TO:<b@example.org>",
        "a@example.org, b@example.org",
        "<a@example.org> SIZE=1\r\nDATA",
        "not an address",
        "",
        "ä@example.org",
    ],
)
def test_an_address_that_is_more_than_one_reaches_nobody_else(to: str):
    with mailbox() as box:
        answer = send(box.server, to=to)
        assert answer.outcome in (MailOutcome.REFUSED, MailOutcome.TAKEN)
        assert all("b@example.org" not in tos for _, tos in box.envelopes)
        assert all(mail["Bcc"] is None for mail in box.mails)


@pytest.mark.parametrize("name", ["Subject", "Message-ID"])
def test_a_header_with_a_second_line_in_it_is_not_sent(name: str):
    hostile = "one\r\nBcc: b@example.org"
    letter = (
        Letter(hostile, "text") if name == "Subject" else Letter("one", "text", {name: hostile})
    )
    with mailbox() as box:
        assert send(box.server, letter).outcome is MailOutcome.REFUSED
        assert box.mails == []


def test_a_text_with_a_single_dot_in_it_stays_one_mail():
    with mailbox() as box:
        send(box.server, Letter("one", "before\r\n.\r\nMAIL FROM:<x@y>\r\nafter\n"))
        (read,) = box.mails
        assert "after" in read.get_content()
