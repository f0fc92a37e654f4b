"""What the commands print of directives and policy sets, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tidegate.faces.cli.exposure.documents import as_data, facts, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.directives import DirectivePage, DirectiveRow
    from tidegate.desks.exposure.queries.loaded import LoadedRow
    from tidegate.engines.directives import Directive, DocketEntry, Requirement
    from tidegate.engines.rules import PolicySet


def show_directives(rows: Sequence[DirectiveRow]) -> None:
    """Show which directives there are."""
    table(
        "",
        ["directive", "cited as", "title", "issuer", "issued", "effective", "", "asks", ""],
        [
            [
                safe(row.directive.id),
                safe(row.directive.citation),
                safe(row.directive.title),
                safe(row.directive.issuer),
                row.directive.issued_on.isoformat(),
                row.directive.effective_on.isoformat(),
                _standing(row),
                str(len(row.directive.demands)),
                "shipped" if row.is_shipped else "loaded here",
            ]
            for row in rows
        ],
        "No directives.",
    )


def show_directive(page: DirectivePage) -> None:
    """Show one directive."""
    row, one = page.row, page.row.directive
    OUT.print(f"[bold]{safe(one.citation)}[/]  {safe(one.title)}", highlight=False, soft_wrap=True)
    facts(
        ("named", one.id),
        ("issuer", f"{one.issuer} ({one.kind})"),
        ("issued", f"{one.issued_on.isoformat()}, effective {one.effective_on.isoformat()}"),
        ("state", _standing(row)),
        ("concerns", ", ".join(f"{whom}: {force}" for whom, force in one.scope.items())),
        ("revokes", ", ".join(one.revokes)),
        ("read at", "\n".join(source.url for source in one.sources)),
        ("digest", one.sha256),
    )
    for title, demands in (("Requirements", one.requirements), ("Reports", one.reports)):
        table(
            title,
            ["requirement", "what", "of whom", "by when", "to", "note"],
            [_demand(one, demand) for demand in demands],
            "",
        )
    table(
        "Events that start a clock",
        ["event", "once"],
        [[safe(event.name), safe(event.words)] for event in one.events],
        "",
    )
    show_docket(page.docket)


def show_docket(rows: Sequence[DocketEntry]) -> None:
    """Show public days."""
    table(
        "Docket",
        ["day", "", "", "cited as", "what", "note"],
        [
            [
                row.on.isoformat(),
                _ahead(row.days),
                row.kind.value,
                safe(row.citation),
                safe(row.words),
                safe(row.note),
            ]
            for row in rows
        ],
        "No public days.",
    )


def show_sets(rows: Sequence[PolicySet]) -> None:
    """Show policy sets; one that reads no table says so."""
    table(
        "",
        ["name", "version", "authority", "scopes", "reads", "binding from"],
        [
            [
                safe(row.name),
                safe(row.version),
                safe(row.authority),
                ", ".join(f"{scope}: {force}" for scope, force in row.scopes.items()),
                safe(str(row.reading.table)) if row.reading else "no table is loaded",
                row.reading.binding_from.isoformat() if row.reading else "",
            ]
            for row in rows
        ],
        "",
    )
    say("an asset whose authority reads no table has no day here; none is borrowed")


def show_loaded(rows: Sequence[LoadedRow]) -> None:
    """Show what was loaded beside what is shipped."""
    table(
        "",
        ["what", "name", "version", "by", "at", "", "digest"],
        [
            [
                row.kind.replace("-", " "),
                safe(row.name),
                safe(row.version),
                safe(row.loaded_by),
                moment(row.loaded_at),
                f"set aside {moment(row.set_aside_at)}" if row.set_aside_at else "counts",
                row.sha256[:16],
            ]
            for row in rows
        ],
        "Nothing was loaded: tidegate tables load FILE --organisation ID",
    )


def directive_data(row: DirectiveRow) -> dict[str, Any]:
    """Return a directive, for programs; its clocks in words and in fields."""
    one = row.directive
    told: dict[str, Any] = as_data(one)
    for name, demands in (("requirements", one.requirements), ("reports", one.reports)):
        told[name] = [{**as_data(demand), "clock": clock_data(one, demand)} for demand in demands]
    return {**told, "is_shipped": row.is_shipped, "holds": row.holds}


def clock_data(directive: Directive, demand: Requirement) -> dict[str, Any]:
    """Return a clock, for programs: its kind, its fields, and the words."""
    from tidegate.engines.directives import clock_in_words

    kind = "".join(
        f"-{sign.lower()}" if sign.isupper() else sign for sign in type(demand.clock).__name__
    )
    words = clock_in_words(directive, demand.clock)
    return {"kind": kind.removeprefix("-"), **as_data(demand.clock), "words": words}


def entry_data(one: DocketEntry) -> dict[str, Any]:
    """Return a public day, for programs."""
    return {**as_data(one), "key": one.key, "state": one.state.value}


def set_data(row: PolicySet) -> dict[str, Any]:
    """Return a policy set, for programs."""
    reading = row.reading
    return {
        "name": row.name,
        "version": row.version,
        "sha256": row.sha256,
        "authority": row.authority,
        "scopes": {str(scope): str(force) for scope, force in row.scopes.items()},
        "table": str(reading.table) if reading else None,
        "binding_from": reading.binding_from if reading else None,
    }


def _standing(row: DirectiveRow) -> str:
    one = row.directive
    if one.revoked_on is not None:
        return f"revoked {one.revoked_on.isoformat()} by {safe(one.revoked_by)}"
    if one.status == "awaited":
        return "awaited: no text is public"
    return "in force" if row.holds else "not issued yet"


def _demand(directive: Directive, demand: Requirement) -> list[str]:
    from tidegate.engines.directives import clock_in_words

    whom = ", ".join(
        f"{one.whom}: {one.force} from {one.since.isoformat()}" for one in demand.bindings
    )
    return [
        safe(demand.id),
        safe(demand.words),
        safe(whom),
        safe(clock_in_words(directive, demand.clock)),
        safe(demand.to),
        safe(demand.note),
    ]


def _ahead(days: int) -> str:
    if days == 0:
        return "today"
    number = abs(days)
    word = "day" if number == 1 else "days"
    return f"in {number:,} {word}" if days > 0 else f"{number:,} {word} ago"
