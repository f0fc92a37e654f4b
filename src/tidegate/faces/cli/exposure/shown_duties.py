"""What the commands print of an organisation's duties, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tidegate.faces.cli.exposure.documents import facts, nothing, table
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.compliance import Compliance, TableRow
    from tidegate.engines.directives import Row

_COLOURS: Final = {"late": "bold red", "due": "yellow", "done": "green"}


def show_compliance(found: Compliance) -> None:
    """Show where an organisation stands."""
    of = found.organisation
    OUT.print(f"[bold]{of.key}[/]  {safe(of.name)}", highlight=False)
    facts(("days end in", found.zone), ("spoken of as", " ".join(found.whom)), width=14)
    table(
        "Duties, what is late first",
        ["", "", "cited as", "requirement", "what", "about", "last day", "done", "excepted", "to"],
        [_duty(row) for row in found.rows],
        "No directive asks anything of it but what stands below.",
    )
    table(
        "For each vulnerability on each asset, in numbers",
        ["cited as", "requirement", "", "late", "due", "excepted", "done", "cleared"],
        [_table_row(row) for row in found.tables if row.force is not None],
        "",
    )
    table(
        "Events that start a clock: tidegate directives happened DIRECTIVE EVENT --name NAME",
        ["directive", "event", "once"],
        [[safe(one.id), safe(event), safe(words)] for one, event, words in found.events],
        "",
    )
    if found.not_applicable:
        number = len(found.not_applicable)
        nothing(f"{number:,} more are of nobody that it is spoken of as; --json lists them")
    if found.may_record and found.rows:
        nothing("to record: tidegate directives fulfil DIRECTIVE REQUIREMENT --because TEXT")


def compliance_data(found: Compliance) -> dict[str, Any]:
    """Return where an organisation stands, for programs."""
    return {
        "organisation": found.organisation.key,
        "name": found.organisation.name,
        "zone": found.zone,
        "whom": list(found.whom),
        "rows": [row.record() for row in found.rows],
        "not_applicable": [row.record() for row in found.not_applicable],
        "tables": [
            {
                "directive": row.directive.id,
                "requirement": row.requirement.id,
                "words": row.requirement.words,
                "force": row.force,
                "late": row.late,
                "due": row.due,
                "excepted": row.excepted,
                "done": row.done,
                "cleared": row.cleared,
            }
            for row in found.tables
        ],
        "events": [
            {"directive": one.id, "event": event, "words": words}
            for one, event, words in found.events
        ],
        "may_record": found.may_record,
    }


def _duty(row: Row) -> list[str]:
    word = row.state.value
    excepted = f"until {row.excepted_until}, {row.approver}" if row.excepted_until else ""
    return [
        f"[{_COLOURS.get(word, 'white')}]{word.replace('-', ' ')}[/]",
        str(row.force),
        safe(row.directive),
        safe(row.requirement),
        safe(row.words),
        safe(row.about),
        f"{row.due_on} ({row.zone})" if row.due_on else "",
        safe(f"{row.done_at} {row.done_by}".strip()),
        safe(excepted),
        safe(row.to),
    ]


def _table_row(row: TableRow) -> list[str]:
    late = f"[bold red]{row.late:,}[/]" if row.late else "0"
    return [
        safe(row.directive.citation),
        safe(row.requirement.id),
        str(row.force),
        late,
        *(f"{number:,}" for number in (row.due, row.excepted, row.done, row.cleared)),
    ]
