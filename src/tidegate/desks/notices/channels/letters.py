"""What a mail says: that something waits, and where; content only where everybody may have it.

A mail passes through servers that nobody here knows. So under TLP:AMBER and above it names the
case and nothing else. Texts of strangers stand in a mail on one line, and cannot become a header.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

MOST_LINES: Final = 50
"""Of a digest; the rest is counted."""
_LONGEST_TITLE: Final = 120
_HIDDEN: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Item:
    """One notice, as far as a mail or a feed may show it."""

    subject: str
    """A sentence without content, such as `Something waits for you in C-7K3M9-Q2X4D`."""
    path: str
    """Of the page where it waits."""
    title: str = ""
    """Of the case; only under TLP:GREEN and TLP:CLEAR."""
    waits: str = ""
    """What waits; the same."""
    by: datetime | None = None
    """By when; the same."""

    @property
    def sentence(self) -> str:
        """What may be said of it, on one line."""
        said = f"{self.subject}: {one_line(self.title)}" if self.title else self.subject
        if self.waits:
            said += f" ({self.waits}"
            said += f", by {_instant(self.by)})" if self.by else ")"
        return said


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject, text and headers."""

    subject: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def letter_of(items: Sequence[Item], *, key: str, sender: str, address: str) -> Letter:
    """Return the mail for some notices.

    Args:
        items: what it tells of; at least one.
        key: names the mail; the same over all tries, so that a mailbox shows it once.
        sender: the address that it comes from.
        address: where people reach this instance, without a path; empty if only this machine does.
    """
    counted = f"{len(items)} things wait for you"
    subject = items[0].sentence if len(items) == 1 else counted
    lines = [_paragraph(item, address) for item in items[:MOST_LINES]]
    if len(items) > MOST_LINES:
        lines.append(f"And {len(items) - MOST_LINES} more.")
    return Letter(
        one_line(subject, 2 * _LONGEST_TITLE),
        "\n\n".join([*lines, _foot(address)]) + "\n",
        _headers(key, sender, address),
    )


def one_line(text: str, most: int = _LONGEST_TITLE) -> str:
    """Return a stranger's text on one line, without signs that hide or turn text around."""
    shown = "".join(_HIDDEN if _hides(sign) else sign for sign in text)
    line = " ".join(shown.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _hides(sign: str) -> bool:
    return unicodedata.category(sign).startswith("C") and not sign.isspace()


def _paragraph(item: Item, address: str) -> str:
    return f"{item.sentence}\n{address}{item.path}" if address else item.sentence


def _foot(address: str) -> str:
    if not address:
        return "-- \nTidegate. Choose in the console under Notices how often you get mail."
    return f"-- \nTidegate at {address}\nHow often you get mail: {address}/notices#preferences"


def _headers(key: str, sender: str, address: str) -> dict[str, str]:
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    headers = {
        "Message-ID": f"<{key}@{domain}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834, section 5
    }
    if address:
        headers["List-Unsubscribe"] = f"<{address}/notices#preferences>"  # RFC 2369, section 3.2
    return headers


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
