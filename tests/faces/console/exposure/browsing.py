"""A browser of somebody, and what a page says, for the tests of these pages."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client

from tests.faces.console.test_pages import Markup, text
from tests.faces.signing_in import signed_in
from tidegate.desks.parties.models import Person


def browser_of(person: Person) -> Client:
    """Return a browser in which somebody has signed in."""
    found: Client = signed_in(Client(), person)
    return found


def page_at(person: Person, address: str, *, status: int = 200) -> str:
    """Return the whole of a page, which holds nothing of strangers' making as markup."""
    answer = browser_of(person).get(address)
    assert answer.status_code == status, (address, text(answer)[:600])
    body = answer.content.decode()
    assert Markup(body).foreign == [], address
    return body


def said_by(answer: Any) -> str:
    """Return what a page says, without its markup."""
    return text(answer)


def said_at(person: Person, address: str, *, status: int = 200) -> str:
    """Return what the page at an address says to somebody."""
    answer = browser_of(person).get(address)
    assert answer.status_code == status, (address, text(answer)[:600])
    return unescape(text(answer))


def local(moment: datetime) -> str:
    """Return an instant as a field for one holds it."""
    return f"{moment:%Y-%m-%dT%H:%M}"
