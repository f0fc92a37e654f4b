"""`tidegate vex`: what vendors say of vulnerabilities in what one runs; it annotates only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, progress
from tidegate.faces.cli.exposure.documents import (
    nothing,
    print_data,
    say,
    show_page,
    table,
    tell,
)
from tidegate.faces.cli.exposure.given import AsJson, Cursor, Limit, OfOrganisation, Organisation
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import ERRORS, safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.statements import StatementRow
    from tidegate.desks.exposure.services.statements import Loaded

app = typer.Typer(
    help="VEX: what is said of a vulnerability in a product. It stands beside, and clears nothing.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSON; - is stdin.")],
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Load VEX for an organisation: OpenVEX 0.2.0, CycloneDX 1.4 to 1.7, CSAF.

    Nobody else's assets are annotated by it.
    """
    documents = [(given.file_name(file, "stdin"), given.content(file)) for file in files]
    open_instance()
    from tidegate.desks.exposure.services.statements import load_vex

    who = actor()
    of = given.operator(who, organisation)
    for name, raw in documents:
        with progress.doing(f"{name}: reading", quiet=as_json):
            done = load_vex(who, of, raw, name, at=timezone.now())
        if as_json:
            print_data({"file": name, **_data(done)})
        else:
            _show_loaded(name, done)


@app.command("list")
def list_them(
    organisation: OfOrganisation = "",
    vulnerability: Annotated[
        str, typer.Option("--vulnerability", metavar="NAME", help="Of this one alone.")
    ] = "",
    status: Annotated[
        str,
        typer.Option(
            "--status",
            metavar="WORD",
            help="affected, not_affected, fixed or under_investigation.",
        ),
    ] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Those that count no more, too.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the statements that were loaded, the newest first."""
    open_instance()
    from tidegate.desks.exposure.queries.statements import list_statements

    page = list_statements(
        actor(),
        organisation=organisation,
        vulnerability=vulnerability,
        status=status,
        ended=ended,
        cursor=cursor,
        limit=limit,
        at=timezone.now(),
    )
    show_page(page, _show, as_json=as_json)


@app.command()
def end(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="Such as Y-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """Let a statement count no more, such as one that has proved wrong; it stays on record."""
    open_instance()
    from tidegate.desks.exposure.services.statements import end_statement

    row = end_statement(actor(), statement, at=timezone.now())
    told = {"statement": row.key, "ended_at": row.ended_at}
    tell(told, f"{row.key} counts no more", as_json=as_json)


def _data(done: Loaded) -> dict[str, object]:
    return {name: getattr(done, name) for name in done.__dataclass_fields__}


def _show_loaded(name: str, done: Loaded) -> None:
    if not done.is_new:
        say(f"{name}: loaded before; nothing changed")
    else:
        say(
            f"{name}: {done.statements:,} statements ({done.format}); something else stands beside"
            f" {done.annotated:,} exposures now, and none was cleared"
        )
    for one in done.left_out:
        ERRORS.print(f"  left out: {safe(one)}", highlight=False, soft_wrap=True)
    if done.left_out_count > len(done.left_out):
        ERRORS.print(f"  and {done.left_out_count - len(done.left_out):,} more", highlight=False)


def _show(rows: Sequence[StatementRow]) -> None:
    if not rows:
        nothing("No statements. Load some: tidegate vex load FILE")
        return
    table(
        "",
        [
            "statement", "of", "vulnerability", "product", "component", "status", "because",
            "said by", "said", "exposures", "",
        ],
        [
            [
                row.key,
                safe(row.organisation_name),
                safe(row.vulnerability),
                safe(row.product),
                safe(row.component),
                row.status,
                safe(row.justification or row.words[:80]),
                safe(row.said_by),
                moment(row.said_at),
                f"{row.exposures:,}",
                f"ended {moment(row.ended_at)}" if row.ended_at else "",
            ]
            for row in rows
        ],
        "",
    )  # fmt: skip
