"""What the three formats of VEX share: bounds, names of vulnerabilities, a place for statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import field_path, shown
from tidegate.engines.formats.records import MAX_ALIAS, MAX_ALIASES, MisfitError, cut, one_line
from tidegate.engines.matching.vex import Statement, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.engines.formats.records import Members

MAX_STATEMENTS: Final = 100_000
"""Most statements of one document: each vulnerability, product and component is one."""

MAX_IDENTIFIER: Final = 2_048
"""Longest identifier of a product or a component, in characters."""

_MAX_WORDS: Final = 2_000
_MAX_LEFT_OUT: Final = 100
_MAX_PARTY: Final = 200


@dataclass(slots=True)
class Collected:
    """The statements of a document, while it is read."""

    source: str
    latest: datetime
    """What is said to have been said after this is refused."""
    statements: list[Statement] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(
        self,
        place: tuple[str | int, ...],
        names: Iterable[str],
        product: str,
        component: str,
        status: Status,
        *,
        justification: str = "",
        words: str = "",
        said_by: str = "",
        said_at: datetime | None = None,
    ) -> None:
        """Add a statement. Raises `MisfitError` for one that is out of bounds."""
        if len(self.statements) >= MAX_STATEMENTS:
            raise MisfitError(
                place, f"makes more than {MAX_STATEMENTS:,} statements; split the document"
            )
        for identifier in (product, component):
            if len(identifier) > MAX_IDENTIFIER:
                raise MisfitError(
                    place,
                    f"names a product with {len(identifier):,} characters; at most"
                    f" {MAX_IDENTIFIER:,}",
                )
        if said_at is not None and said_at > self.latest:
            raise MisfitError(
                place, f"was said at {said_at.isoformat()}, which is still to come; mend the time"
            )
        first, *others = _named(place, names)
        self.statements.append(
            Statement(
                vulnerability=first,
                product=product,
                component=component,
                status=status,
                justification=one_line(justification, _MAX_PARTY),
                words=cut(words.strip(), _MAX_WORDS),
                said_by=one_line(said_by, _MAX_PARTY),
                said_at=said_at,
                source=self.source,
                aliases=tuple(others),
            )
        )

    def leave_out(self, place: tuple[str | int, ...], words: str) -> None:
        """Remember a statement that could not be kept."""
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(f"{field_path(place)} {words}")


def chosen(holder: Members, key: str, words: dict[str, Status]) -> Status:
    """Return the status that a word stands for. Raises `MisfitError`."""
    said = holder.required_text(key)
    if said not in words:
        raise MisfitError(
            holder.at(key), f"{shown(said)} is no status; write one of {', '.join(words)}"
        )
    return words[said]


def _named(place: tuple[str | int, ...], names: Iterable[str]) -> list[str]:
    """Return the names of a vulnerability, CVE ids first."""
    kept = [name.strip() for name in names]
    kept = list(dict.fromkeys(name for name in kept if 0 < len(name) <= MAX_ALIAS))[:MAX_ALIASES]
    if not kept:
        raise MisfitError(place, "names no vulnerability; add its CVE id")
    return sorted(kept, key=lambda name: not name.startswith("CVE-"))
