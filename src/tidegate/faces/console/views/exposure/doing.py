"""How what somebody does about assets and exposures is answered, and what their forms hold."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, QueryDict

from tidegate.faces.console.views import doing
from tidegate.faces.console.views.doing import Refusal, UnreadableError, text_of

DONE: Final = {
    "remedied": "It is on record what was done. An exposure clears once an inventory shows it.",
    "remedied-early": "It is on record as it happened. Forensic triage is due for some of them, and"
    " no evidence was collected before: the directive asks for it first. Collect what is left, and"
    " decide the triage.",
    "remedy-back": "It is taken back. What was said before it holds again.",
    "excepted": "The exception is on record. It ends by itself.",
    "exception-ended": "The exception has ended. What it excepted is to be done again.",
    "collected": "The evidence is logged.",
    "evidence-back": "The line is taken back. It stays where it stands, and does not count.",
    "decided": "The decision is on record.",
    "vex": "The statements are loaded. They annotate; nothing is hidden by them.",
    "vex-known": "This document was loaded before; nothing has changed.",
    "vex-ended": "The statement counts no more. It stays on record.",
    "added": "The asset is added. Hand in what is installed on it.",
    "changed": "It is changed. Deadlines follow where they rest on it.",
    "retired": "It is run no more. What it was exposed to has cleared; bring it back if that was"
    " wrong.",
    "retired-many": "They are run no more. What they were exposed to has cleared; you find them"
    " among the retired ones.",
    "back": "It is run again, with the inventories that it had.",
    "imported": "The sheet is taken in.",
    "handed-in": "The inventory is in, and compared with every advisory that is known here.",
    "handed-in-again": "This very document counts already; nothing has changed.",
    "inventory-back": "The inventory is taken back. The one before it counts again, if there was"
    " one.",
}
"""What is said after something was done; the address carries the word alone, never a text."""


def telling(request: HttpRequest, refusal: Refusal | None) -> dict[str, Any]:
    """Return what every one of these pages is given of what was done, or was refused."""
    return doing.telling(request, refusal, DONE)


def ticked(request: HttpRequest) -> list[str]:
    """Return the keys that a form over a list's rows is about: the ticked ones, or the page's.

    Raises:
        UnreadableError: nothing is ticked.
    """
    name = "shown" if text_of(request, "which") == "page" else "key"
    keys = [str(one) for one in request.POST.getlist(name)]
    if not keys:
        raise UnreadableError("nothing is ticked; tick the rows that are meant")
    return keys


def as_on(request: HttpRequest, path: str) -> None:
    """Let a request that came with a form of a list be read as that list's own, with its filter."""
    request.path = path
    request.GET = QueryDict(text_of(request, "query"))


def back_to(request: HttpRequest, path: str, word: str) -> str:
    """Return the address of the list that a form stood on, with its filter and what was done."""
    query = QueryDict(text_of(request, "query"), mutable=True)
    query["done"] = word
    return f"{path}?{query.urlencode()}"


def words_of(request: HttpRequest, name: str) -> list[str]:
    """Return the words that a field holds, with commas or semicolons between them."""
    written = text_of(request, name).replace(";", ",")
    return [one.strip() for one in written.split(",") if one.strip()]
