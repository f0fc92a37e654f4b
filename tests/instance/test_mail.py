"""Which server takes the mail is said whole, and what goes over a network is encrypted."""

from __future__ import annotations

import pytest

from tidegate.instance.mail import MailError, MailServer, mail_server

SENDER = {"TIDEGATE_SENDER": "Tidegate <gate@example.org>"}


def test_without_a_word_there_is_no_mail() -> None:
    assert mail_server({}) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", False, True)),
        ("smtps://u%40x:p%2Fw@m.example:2465/", ("m.example", 2465, "u@x", "p/w", True, False)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "", "", False, False)),
    ],
)
def test_a_server_is_spoken_to_through_tls_unless_it_is_on_this_machine(
    address: str, expected: tuple[object, ...]
) -> None:
    found = mail_server({"TIDEGATE_SMTP": address, **SENDER})
    assert found is not None
    told = (found.host, found.port, found.user, found.password, found.tls, found.starttls)
    assert told == expected
    assert "p/w" not in repr(found)


@pytest.mark.parametrize(
    "said",
    [
        SENDER,
        {"TIDEGATE_SMTP": "smtp://mail.example.org"},
        {"TIDEGATE_SMTP": "smtp://m.example", "TIDEGATE_SENDER": "nobody"},
        {"TIDEGATE_SMTP": "smtp://m.example", "TIDEGATE_SENDER": "a@b\r\nBcc: c@d"},
        {"TIDEGATE_SMTP": "http://user:pa55@m.example", **SENDER},
        {"TIDEGATE_SMTP": "smtp://user:pa55@m.example:x", **SENDER},
        {"TIDEGATE_SMTP": "smtp://", **SENDER},
    ],
)
def test_what_cannot_be_used_is_refused_without_repeating_a_password(said: dict[str, str]) -> None:
    with pytest.raises(MailError) as refused:
        mail_server(said)
    assert "pa55" not in str(refused.value)


def test_a_server_is_a_value() -> None:
    assert MailServer("h", 1, "s") == MailServer("h", 1, "s")
