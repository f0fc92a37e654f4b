"""How what somebody does on a page of an engagement is answered, and what a form's fields hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from tidegate.desks.cases.services.attaching import LARGEST_FILE
from tidegate.faces.console.views import doing
from tidegate.faces.console.views.doing import Again, Page, Refusal, UnreadableError, Work, text_of

DONE: Final = {
    "opened": "The engagement is opened. It is a draft: nobody but you knows of it.",
    "changed": "It is changed.",
    "asked": "The organisation is asked. Of a draft it is told when you propose it.",
    "ended-part": "The organisation takes no part any more, and its access has ended.",
    "proposed": "The engagement is proposed. Those whom it asks see that it is there.",
    "window": "The window is open from the time that you gave.",
    "moved": "The end of the window is moved. No grant outlives it.",
    "evaluating": "It is on record that the model is looked at.",
    "withdrawn": "The engagement is withdrawn. All access has ended.",
    "released": "The release is on record.",
    "closed": "The engagement is closed.",
    "plugged": "The plug is pulled. Every grant has ended, and every running answer is cut.",
    "put-back": "The plug is put back. Grants that had ended stay ended; issue new ones.",
    "certified": "The certificate is on record.",
    "reported": "The findings are handed in, under the developer’s embargo.",
    "terms": "The terms are proposed. Nothing is signed by that.",
    "terms-back": "The version is taken back.",
    "signed": "Your organisation’s signature is on record.",
    "read": "It is on record that you have read the terms.",
    "named": "The person is named.",
    "vetted": "The vetting is attested.",
    "recused": "The recusal is on record, and their access has ended.",
    "unnamed": "The person is no longer named, and their access has ended.",
    "recipient": "The key is set.",
    "endpoint": "The endpoint is set. Its credential is kept sealed, and never shown.",
    "endpoint-ended": "The endpoint has ended.",
    "grant-asked": "The grant is asked for. The developer issues it, or declines it.",
    "issued": "The grant is issued. Its person takes it up.",
    "declined": "It is declined.",
    "revoked": "The grant has ended.",
    "glass": "Break-glass access is asked for. A second person of your side has to agree.",
    "broken": "Break-glass access is given. The developer has been told.",
    "two-asked": "It is asked for. A second person has to agree.",
    "seconded": "You have agreed. It can be done within the time that is shown.",
    "evidence": "The evidence is kept.",
    "aside": "The evidence is set aside.",
    "consulted": "The consultation is on record.",
    "body-answered": "The answer is on record.",
    "determined": "The determination is on record. It decides nothing about a release.",
    "dissent": "The dissent is kept with the determination.",
    "partner": "The partner is proposed. Nothing is shown to it before both sides have signed.",
    "partner-ended": "The partner’s access has ended.",
    "early": "The partner may begin while the window is open.",
}
"""What is said after something was done; the address carries the word alone, never a text."""

LARGEST_UPLOAD: Final = LARGEST_FILE
"""Bytes of a document that a form takes."""
LARGEST_NUMBER: Final = (1 << 31) - 1
"""Of a version or a determination; no column holds a larger one."""


def done_on(
    tab: str, page: Page, request: HttpRequest, key: str, form: str, work: Work, word: str
) -> HttpResponse:
    """Do some work from a form of one of an engagement's pages, and lead back there.

    Args:
        tab: the page's address behind the engagement's own.
        page: shows it again, with what was refused.
        request: what came with the form.
        key: of the engagement.
        form: its name.
        work: what is done.
        word: what is said after it; one of `DONE`.
    """
    return doing.done_at(f"/reviews/{key}/{tab}", page, request, key, form, work, word)


def telling(request: HttpRequest, refusal: Refusal | None) -> dict[str, Any]:
    """Return what every page of an engagement is given of what was done, or was refused."""
    return doing.telling(request, refusal, DONE)


def number_of(request: HttpRequest, name: str, what: str, *, most: int) -> int | None:
    """Return the whole number that a field holds; None if it was left empty.

    Raises:
        UnreadableError: it is none, or is out of bounds.
    """
    written = text_of(request, name).replace(" ", "").replace("\N{NARROW NO-BREAK SPACE}", "")
    if not written:
        return None
    if not (written.isascii() and written.isdecimal()) or not 0 < int(written[:20]) <= most:
        raise UnreadableError(
            f"{what}, {written[:40]!r}, is no number that is possible; write a whole number from 1"
            f" to {most}"
        )
    return int(written[:20])


def needed_number_of(request: HttpRequest, name: str, what: str, *, most: int) -> int:
    """Return the whole number that a field holds.

    Raises:
        UnreadableError: it is none, is out of bounds, or was left empty.
    """
    number = number_of(request, name, what, most=most)
    if number is None:
        raise UnreadableError(f"{what} is missing; write a whole number")
    return number


def days_of(request: HttpRequest, name: str, what: str) -> timedelta:
    """Return the span that a field holds in days.

    Raises:
        UnreadableError: it is no number of days.
    """
    return timedelta(days=needed_number_of(request, name, what, most=3660))


def listed(request: HttpRequest, name: str) -> tuple[str, ...]:
    """Return what a field holds, one thing on each line or between commas."""
    return tuple(
        one.strip() for one in text_of(request, name).replace(",", "\n").splitlines() if one.strip()
    )


def lines_of(request: HttpRequest, name: str) -> tuple[str, ...]:
    """Return what a field holds, one thing on each line."""
    return tuple(one.strip() for one in text_of(request, name).splitlines() if one.strip())


def handed(
    request: HttpRequest,
    form: str,
    content: Callable[[], bytes],
    *,
    headers: dict[str, str],
    again: Again,
) -> HttpResponse:
    """Hand out a file that no browser opens; where it is refused, show the page again."""
    found: list[bytes] = []
    answer = doing.answered(
        request, form, lambda: found.append(content()), then=lambda: "", again=again
    )
    if not found:
        return answer
    return HttpResponse(found[0], content_type="application/octet-stream", headers=headers)
