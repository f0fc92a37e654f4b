"""What a browser would send of a form of a page, and a page for somebody."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.faces.console.test_pages import text
from tests.faces.signing_in import signed_in
from tidegate.desks.parties.models import Person


class _Form(HTMLParser):
    """Collects the fields of the form that has an address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.is_done = False
        self.fields: dict[str, Any] = {}
        self.area = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form" and said.get("action") == self.action and not self.is_done:
            self.inside = True
        if not self.inside:
            return
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "input" and name and said.get("type") not in ("checkbox", "radio", "file"):
            self.fields[name] = value
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in said or self.select not in self.fields):
            self.fields[self.select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.inside:
            self.inside, self.is_done = False, True
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def form_at(person: Person, page: str, action: str) -> dict[str, Any]:
    """Return what a browser sends of the first form with an address, if nothing is changed."""
    answer = signed_in(Client(), person).get(page)
    assert answer.status_code == 200, text(answer)[:600]
    found = _Form(action)
    found.feed(answer.content.decode())
    assert found.is_done, f"{page} has no form to {action}"
    found.fields.pop("csrfmiddlewaretoken", None)
    return found.fields


def send(person: Person, address: str, form: dict[str, Any], *, status: int = 302) -> Any:
    """Send a form as somebody; returns the answer."""
    answer = signed_in(Client(), person).post(address, form)
    assert answer.status_code == status, (address, answer.status_code, text(answer)[:900])
    return answer
