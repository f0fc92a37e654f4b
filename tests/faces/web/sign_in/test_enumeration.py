"""Nobody learns here who has an account: the same bytes, after the same work.

Times are not measured. What takes time is counted: hashes of passwords, questions to the tables
before the answer, mails, and when they are sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from tests.desks.parties.makers import PASSWORD, START, make_organisation, make_person
from tests.faces.web.sign_in.conftest import LOGIN, add_totp, browser
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import Role
from tidegate.desks.parties import remembering
from tidegate.desks.parties.models import Invitation, Person
from tidegate.desks.parties.services import joining
from tidegate.desks.parties.services.persons import suspend_person
from tidegate.faces.web.sign_in.afterwards import AndThen

RESET = "/account/password/reset/"
UNKNOWN = "nobody@example.org"
# Of one length, so that an answer that repeats the address has one length, too.
EMAILS = [f"{letter * 6}@example.org" for letter in "abcde"]


@pytest.fixture
def hashed(monkeypatch: Any) -> list[str]:
    """Return the passwords that were hashed."""
    found: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, *more: Any) -> str:
        found.append(password)
        return str(encode(self, password, *more))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return found


@pytest.fixture
def everybody(db: None, monkeypatch: Any) -> dict[str, str]:
    """Return addresses of every sort of person that there is, and of nobody."""
    # Now and then a write clears away what has expired: that has to do with nobody, and is counted.
    monkeypatch.setattr(remembering, "_AFTER_WRITES", 1 << 30)
    addresses = iter(EMAILS)
    people = {"known": make_person(next(addresses))}
    people["with a second step"] = make_person(next(addresses))
    add_totp(people["with a second step"])
    people["suspended"] = make_person(next(addresses))
    suspend_person(OWNER, people["suspended"].key, reason="x", at=START)
    people["without a password"] = make_person(next(addresses))
    people["without a password"].set_unusable_password()
    people["without a password"].save()
    people["unverified"] = make_person(next(addresses), verified=False)
    return {**{sort: one.email for sort, one in people.items()}, "unknown": UNKNOWN}


def body_of(answer: Any, email: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return an answer without what differs anyway: tokens, the hour, and the address itself."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.content)
    varying = ("Set-Cookie", "Expires")
    headers = sorted((name, value) for name, value in answer.items() if name not in varying)
    return answer.status_code, body.replace(email.encode(), b"ADDRESS"), headers


@pytest.mark.parametrize("password", ["wrong", "x" * 3000])
def test_a_wrong_password_is_answered_the_same_after_one_hash_for_every_address(
    everybody: dict[str, str], hashed: list[str], password: str
) -> None:
    answers: dict[str, str] = {}
    for number, (sort, email) in enumerate(everybody.items()):
        hashed.clear()
        form = {"login": email, "password": password}
        with CaptureQueriesContext(connection) as asked:
            answer = browser().post(LOGIN, form, REMOTE_ADDR=f"192.0.2.{number + 1}")
        answers[sort] = repr((body_of(answer, email), len(asked)))
        assert len(hashed) == 1, sort
    assert len(set(answers.values())) == 1, answers


def test_too_many_attempts_are_answered_the_same(everybody: dict[str, str]) -> None:
    answers = set()
    for number, email in enumerate(everybody.values()):
        for _ in range(6):
            answer = browser().post(
                LOGIN,
                {"login": email, "password": "wrong"},
                REMOTE_ADDR=f"192.0.2.{number + 1}",
            )
        assert "Too many" in answer.content.decode()
        answers.add(repr(body_of(answer, email)))
    assert len(answers) == 1


@pytest.fixture
def unread(monkeypatch: Any) -> Iterator[list[AndThen]]:
    """Keep answers from being read to their end; return them."""
    kept: list[AndThen] = []
    close = AndThen.close
    monkeypatch.setattr(AndThen, "close", lambda self: kept.append(self))
    yield kept
    monkeypatch.setattr(AndThen, "close", close)


def test_a_link_to_a_new_password_is_asked_for_the_same_way_for_every_address(
    everybody: dict[str, str], unread: list[AndThen]
) -> None:
    answers: dict[str, str] = {}
    for number, (sort, email) in enumerate(everybody.items()):
        client = browser()
        client.get(RESET)
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(RESET, {"email": email}, REMOTE_ADDR=f"192.0.2.{number + 1}")
        tables = {word for one in asked for word in re.findall(r'"(\w+_[a-z]+)"', one["sql"])}
        answers[sort] = repr((body_of(answer, email), len(asked), sorted(tables)))
        assert "parties_person" not in tables
        assert answer.headers["Location"] == f"{RESET}done/"
    assert len(set(answers.values())) == 1, answers
    assert mail.outbox == []
    assert len(unread) == len(everybody)


def test_the_link_is_sent_afterwards_and_only_where_there_is_somebody(
    everybody: dict[str, str], unread: list[AndThen], monkeypatch: Any
) -> None:
    for email in everybody.values():
        browser().post(RESET, {"email": email.upper()})
    monkeypatch.undo()
    # The rest of closing ends connections to the database, which is the test's own.
    monkeypatch.setattr(HttpResponse, "close", lambda _: None)
    for answer in unread:
        answer.close()
        answer.close()
    reached = sorted(message.to[0] for message in mail.outbox)
    expected = {
        sort: email for sort, email in everybody.items() if sort not in ("suspended", "unknown")
    }
    assert reached == sorted(expected.values())


def test_what_fails_afterwards_tells_nobody(person: Person, monkeypatch: Any) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", broken)
    known = browser().post(RESET, {"email": person.email})
    unknown = browser().post(RESET, {"email": UNKNOWN})
    assert body_of(known, person.email) == body_of(unknown, UNKNOWN)


def test_a_link_to_nobodys_password_looks_like_one_that_was_used(person: Person) -> None:
    answers = [browser().get(f"{RESET}key/{uid}-abc-def/") for uid in ("1", "zzzz", "999")]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}


def test_an_invitations_page_is_the_same_for_every_address(
    everybody: dict[str, str], unread: list[AndThen]
) -> None:
    vendor = make_organisation()
    answers: dict[str, str] = {}
    for sort, email in everybody.items():
        secret = joining.invite(OWNER, vendor.key, email, Role.MEMBER, at=START).secret
        Invitation.objects.update(expires_at=START.replace(year=2126))
        client, told = browser(), []
        for asked in (
            lambda c, a: c.get(a),
            lambda c, a: c.post(a, {"what": "open", "name": "Ada", "password": "short"}),
            lambda c, a: c.post(a, {"what": "open", "name": "Ada", "password": PASSWORD}),
        ):
            answer = asked(client, f"/join/{secret}")
            status, body, headers = body_of(answer, email)
            told.append((status, body.replace(secret.encode(), b"SECRET"), len(headers)))
        assert answer.status_code == 302
        answers[sort] = repr(told)
    assert len(set(answers.values())) == 1
    assert not Person.objects.filter(email=UNKNOWN).exists()
    assert len(unread) == len(everybody)


def test_a_key_of_an_organisation_without_a_provider_looks_like_one_that_is_not_there(
    db: None,
) -> None:
    real = make_organisation()
    answers = []
    for key in (real.key, "O-AAAAA-AAAAA"):
        answer = browser().post("/account/organisation/", {"organisation": key})
        answers.append(body_of(answer, key))
    assert answers[0] == answers[1]
