"""What the commands print for people of a vulnerability: what each source says, and said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tidegate.faces.cli.exposure.documents import age, facts, nothing, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.said import SourceSaid
    from tidegate.desks.exposure.queries.vulnerabilities import (
        AdvisoryShown,
        AffectedShown,
        VulnerabilityPage,
    )

_LONGEST: Final = 160
_PACKAGES: Final = 12


def show_vulnerability(page: VulnerabilityPage) -> None:
    """Show what is known of a vulnerability."""
    OUT.print(f"[bold]{safe(page.name)}[/]", highlight=False)
    facts(("exposures", f"{page.exposures:,} open ones that you may see"))
    table(
        "What is said of it; sources are never blended",
        ["source", "of", "says", "version", "said", "age"],
        [said_line(one) for one in page.said],
        "No source says anything of it.",
    )
    table(
        "What was said before",
        ["source", "of", "said", "version", "from", "until"],
        [
            [
                safe(one.source),
                one.kind,
                values(one.value),
                safe(one.version),
                moment(one.since),
                moment(one.ended_at),
            ]
            for one in page.said_before
        ],
        "",
    )
    table(
        "Advisories",
        ["source", "advisory", "summary", "affected", "modified", ""],
        [_advisory(one) for one in page.advisories],
        "No advisory names it: what is affected is not known.",
    )
    if page.exposures:
        nothing(f"yours: tidegate exposure --vulnerability {page.name}")


def said_line(one: SourceSaid) -> list[str]:
    """Return what one source says, as a row of a table."""
    disagrees = " [magenta](its vector has another score)[/]" if one.disagrees else ""
    return [
        safe(one.source),
        one.kind,
        values(one.value) + disagrees,
        safe(one.version),
        moment(one.said_at),
        age(one.age),
    ]


def values(said: Mapping[str, Any]) -> str:
    """Return the values that a source says, cut where they are long."""
    told = ", ".join(f"{name} {value}" for name, value in said.items() if value not in (None, ""))
    return safe(told if len(told) <= _LONGEST else f"{told[:_LONGEST]}...")


def _advisory(one: AdvisoryShown) -> list[str]:
    told = []
    if one.withdrawn_at is not None:
        told.append(f"withdrawn {moment(one.withdrawn_at)}")
    if one.vanished_at is not None:
        told.append("not in its feed any more, which is no withdrawal")
    if one.not_covered:
        told.append(f"cannot be compared: {', '.join(one.not_covered[:_PACKAGES])}")
    affected = [_affected(package) for package in one.affected[:_PACKAGES]]
    more = len(one.affected) - _PACKAGES + one.more_affected
    if more > 0:
        affected.append(f"and {more} more packages")
    return [
        safe(one.source),
        safe(one.identifier),
        safe(one.summary[:_LONGEST]),
        safe("; ".join(affected)),
        moment(one.modified_at),
        safe("; ".join(told)),
    ]


def _affected(one: AffectedShown) -> str:
    ranges = []
    for run in one.ranges:
        ends = ("up to " if run.is_fixed else "up to and with ") + run.ended if run.ended else ""
        since = "all" if run.introduced == "0" and not ends else f"from {run.introduced}"
        ranges.append(f"{since} {ends}".strip())
    unreadable = f" (cannot be read: {', '.join(one.unreadable)})" if one.unreadable else ""
    return f"{one.ecosystem}/{one.package} {', '.join(ranges)}{unreadable}"
