"""A mail says where something waits; no text of a stranger becomes more than text in it."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.policy import default

from django.core.mail import EmailMessage
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.notices.channels.letters import MOST_LINES, Item, letter_of, one_line

SUBJECT = "Something waits for you in C-7K3M9-Q2X4D"
PATH = "/cases/C-7K3M9-Q2X4D"
ADDRESS = "https://gate.example.org"


def written(*items: Item, address: str = ADDRESS) -> email.message.EmailMessage:
    """Return a letter as a mailbox reads it."""
    letter = letter_of(items, key="S-1", sender="gate@example.org", address=address)
    made = EmailMessage(
        letter.subject, letter.text, "gate@example.org", ["a@example.org"], headers=letter.headers
    )
    read = email.message_from_bytes(made.message().as_bytes(), policy=default)
    assert isinstance(read, email.message.EmailMessage)
    return read


def test_without_content_there_is_a_sentence_and_a_link():
    read = written(Item(SUBJECT, PATH))
    assert read["Subject"] == SUBJECT
    text = read.get_content()
    assert text.splitlines()[:2] == [SUBJECT, f"{ADDRESS}{PATH}"]
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Message-ID"] == "<S-1@example.org>"
    assert read["List-Unsubscribe"] == f"<{ADDRESS}/notices#preferences>"
    assert read.get_content_type() == "text/plain"


def test_an_instance_that_only_this_machine_reaches_is_not_linked():
    read = written(Item(SUBJECT, PATH), address="")
    assert "http" not in read.get_content()
    assert read["List-Unsubscribe"] is None


def test_many_are_told_in_one_and_the_rest_is_counted():
    read = written(*[Item(f"{SUBJECT} {n}", PATH) for n in range(MOST_LINES + 7)])
    assert read["Subject"] == f"{MOST_LINES + 7} things wait for you"
    assert read.get_content().count(SUBJECT) == MOST_LINES
    assert "And 7 more." in read.get_content()


def test_a_title_stands_on_one_line_and_a_date_says_its_zone():
    by = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    read = written(Item(SUBJECT, PATH, "Reads\r\nBcc: all@example.org\n\nbeyond", "An answer", by))
    assert read["Bcc"] is None
    assert "Reads Bcc: all@example.org beyond (An answer, by 2026-12-01 09:30 UTC)" in " ".join(
        str(read["Subject"]).split()
    )


@given(st.text(max_size=300))
def test_no_title_becomes_a_header_or_a_second_subject(title: str):
    plain, hostile = written(Item(SUBJECT, PATH)), written(Item(SUBJECT, PATH, title))
    apart = {"Content-Transfer-Encoding", "Date"}
    assert set(plain.keys()) - apart == set(hostile.keys()) - apart
    assert len(hostile.keys()) == len(set(hostile.keys()))
    assert [str(hostile[name]) for name in ("From", "To", "Message-ID")] == [
        str(plain[name]) for name in ("From", "To", "Message-ID")
    ]


@given(st.text(max_size=500))
def test_one_line_is_one_line_in_which_every_sign_can_be_seen(text: str):
    line = one_line(text)
    assert len(line) <= 120
    assert line.isprintable()
