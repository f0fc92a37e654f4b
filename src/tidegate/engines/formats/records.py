"""Reading a document of a foreign format: its members by type, its place by name.

A foreign format is read for what a report needs and no further; a member that is not looked at
may hold anything. One that is looked at and has another type is a `MisfitError`, which becomes the
refusal of the record. A member that is null counts as left out.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rfc3986_validator import validate_rfc3986  # type: ignore[import-untyped]

from tidegate.engines.formats.documents import Fault, field_path, shown
from tidegate.engines.formats.finding import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The bounds of `finding-1.schema.json`, which hold for a report of any format.
MAX_ID: Final = 200
MAX_TITLE: Final = 300
MAX_DESCRIPTION: Final = 65_536
MAX_WEAKNESSES: Final = 20
MAX_ALIASES: Final = 50
MAX_ALIAS: Final = 100
MAX_SEVERITY: Final = 10
MAX_PLACES: Final = 100
MAX_PATH: Final = 1024
MAX_SYMBOL: Final = 300
MAX_REFERENCES: Final = 100

MAX_SHARED: Final = 100
"""Members that are looked at of a list that many reports share, such as the tags of a rule. A long
list would otherwise be gone through once for each of them."""

_LONGEST_URL: Final = 2048
_LONGEST_NUMBER: Final = 100
_LONGEST_LOOK: Final = 20_000
"""Characters of a text that are looked at to make one line of it."""

# CWE-79, cwe-079, external/cwe/cwe-079, "CWE-79: Improper Neutralization ..."
_WEAKNESS = re.compile(r"(?:^|/)cwe[-_ ]?0*([1-9][0-9]{0,5})(?![0-9A-Za-z])", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"CVE-[0-9]{4}-[0-9]{4,19}|GHSA(?:-[0-9a-z]{4}){3}|PYSEC-[0-9]{4}-[0-9]+"
    r"|RUSTSEC-[0-9]{4}-[0-9]{4}|GO-[0-9]{4}-[0-9]{4,}"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record came from."""

    source: str
    line: int | None
    place: str
    """As in `Report.place`."""

    def within(self, part: str) -> Origin:
        """Return the origin of a part of the record, such as `affected[1]`."""
        if self.place.startswith("line "):
            return Origin(self.source, self.line, f"{self.place} {part}")
        return Origin(self.source, self.line, _joined(self.place, part))

    def refusal(self, field: str, reason: str) -> Refusal:
        """Refuse the record, or a part of it, naming the field from the top of the file."""
        # A line is named by itself; a place in a document is the beginning of the field's.
        inside = "" if self.place.startswith("line ") else self.place
        return Refusal(self.source, self.line, _joined(inside, field), reason)


def _joined(place: str, field: str) -> str:
    return f"{place}.{field}" if place and field and field[0] != "[" else place + field


class MisfitError(Exception):
    """A member of a foreign document is not what it has to be."""

    def __init__(self, path: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(field_path(path), reason)


@dataclass(frozen=True, slots=True)
class Members:
    """An object of a foreign document, and its place in the record.

    Every method raises `MisfitError` for a member of another type, and gives None or nothing for
    one that is left out.
    """

    value: Mapping[str, Any]
    path: tuple[str | int, ...] = ()

    @classmethod
    def of(cls, value: Any, path: tuple[str | int, ...] = ()) -> Members:
        """Take a value that has to be an object."""
        if not isinstance(value, dict):
            raise MisfitError(path, f"{shown(value)} is not an object; write {{...}}")
        return cls(value, path)

    def at(self, *parts: str | int) -> tuple[str | int, ...]:
        """Return the place of something inside."""
        return (*self.path, *parts)

    def text(self, key: str) -> str | None:
        """Return a text."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, str):
            raise MisfitError(self.at(key), f'{shown(value)} is not text; write "..."')
        return value

    def required_text(self, key: str) -> str:
        """Return a text that may not be missing or blank."""
        value = self.text(key)
        if value is None:
            raise MisfitError(self.at(key), "is missing; add it")
        if not value.strip():
            raise MisfitError(self.at(key), "is empty; fill it")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        values = self._list(key)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise MisfitError(self.at(key, index), f'{shown(value)} is not text; write "..."')
        return values

    def integer(self, key: str) -> int | None:
        """Return a whole number."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise MisfitError(self.at(key), f"{shown(value)} is not a whole number; write 1")
        return value

    def number(self, key: str) -> float | None:
        """Return a number, also one that is written as text; None for a text that is none."""
        value = self.value.get(key)
        if value is None or isinstance(value, bool | dict | list):
            return None
        if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
            return None
        try:
            number = float(value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def members(self, key: str) -> Members | None:
        """Return an object."""
        value = self.value.get(key)
        return None if value is None else Members.of(value, self.at(key))

    def each(self, key: str, most: int | None = None) -> list[Members]:
        """Return a list of objects, or the first `most` of it."""
        values = self._list(key)[:most]
        return [Members.of(value, self.at(key, index)) for index, value in enumerate(values)]

    def _list(self, key: str) -> list[Any]:
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise MisfitError(self.at(key), f"{shown(value)} is not a list; write [...]")
        return value


def identifier(record: Members, key: str) -> str:
    """Return a record's own name for itself, within the bound for names."""
    value = record.required_text(key)
    if len(value) > MAX_ID:
        raise MisfitError(record.at(key), f"has {len(value):,} characters; at most {MAX_ID}")
    return value


def one_line(text: str, most: int) -> str:
    """Return a text as one line of at most `most` characters."""
    line = " ".join(text[:_LONGEST_LOOK].split())
    return cut(line, most)


def cut(text: str, most: int) -> str:
    """Return the beginning of a text, with a sign if there was more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def weaknesses(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the CWE identifiers that some texts name, each once, as `CWE-79`."""
    found = (_WEAKNESS.search(text[:200]) for text in texts)
    return _some((f"CWE-{match[1]}" for match in found if match), MAX_WEAKNESSES)


def aliases(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the identifiers that can be kept, each once."""
    kept = (text for text in texts if text.strip() and len(text) <= MAX_ALIAS)
    return _some(kept, MAX_ALIASES)


def is_public_identifier(text: str) -> bool:
    """Say whether a text is a CVE, GHSA, PYSEC, RUSTSEC or GO identifier and nothing else."""
    return _IDENTIFIER.fullmatch(text) is not None


def references(urls: Iterable[str]) -> tuple[str, ...]:
    """Return the web addresses among some texts, each once; another scheme is no reference."""
    return _some((url for url in urls if _is_web_address(url)), MAX_REFERENCES)


def _is_web_address(url: str) -> bool:
    return (
        url.startswith(("https://", "http://"))
        and len(url) <= _LONGEST_URL
        and url.isascii()
        and url.isprintable()
        and validate_rfc3986(url, rule="URI") is not None
    )


def _some(texts: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:most]
