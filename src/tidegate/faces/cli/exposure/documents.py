"""What the commands about exposure print: JSON for programs, tables and sentences for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews.documents import facts, table
from tidegate.faces.cli.screens import ERRORS, OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.findings.queries.paging import Page

__all__ = [
    "age",
    "as_data",
    "facts",
    "nothing",
    "print_data",
    "say",
    "show_page",
    "table",
    "tell",
    "write_out",
]

_DAY: Final = timedelta(days=1)


def print_data(document: Any) -> None:
    """Print a document on one line, as JSON."""
    print_json(as_data(document))


def tell(document: Mapping[str, Any], *sentences: str, as_json: bool) -> None:
    """Print what was done, as JSON or in sentences; those that are empty are left out."""
    if as_json:
        print_data(document)
        return
    for sentence in filter(None, sentences):
        say(sentence)


def say(sentence: str) -> None:
    """Print a sentence that a stranger may have worded."""
    OUT.print(safe(sentence), highlight=False, soft_wrap=True)


def nothing(sentence: str) -> None:
    """Print what is said where there is nothing yet, with the command that changes that."""
    OUT.print(sentence, highlight=False, markup=False, soft_wrap=True)


def show_page(page: Page[Any], show: Callable[[Any], None], *, as_json: bool) -> None:
    """Print a page of a list, and where it goes on."""
    if as_json:
        print_data({"rows": page.rows, "next": page.next})
        return
    show(page.rows)
    if page.note:
        ERRORS.print(screens.safe(page.note))
    if page.next:
        ERRORS.print(f"more: --cursor {page.next}", highlight=False, soft_wrap=True)


def write_out(content: bytes) -> None:
    """Write a document to stdout, byte for byte."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def age(span: timedelta | None) -> str:
    """Return how old something is: `2 days`, `5 hours`; a dash where nobody knows."""
    if span is None:
        return "-"
    if span >= _DAY:
        days = span // _DAY
        return "1 day" if days == 1 else f"{days:,} days"
    hours = span // timedelta(hours=1)
    return "1 hour" if hours == 1 else f"{hours} hours"
