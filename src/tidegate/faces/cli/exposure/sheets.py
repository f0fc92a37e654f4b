"""The commands that bring assets from a spreadsheet, and back into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, progress
from tidegate.faces.cli.exposure.documents import say, tell, write_out
from tidegate.faces.cli.exposure.given import AsJson, Organisation
from tidegate.faces.cli.screens import ERRORS, safe
from tidegate.instance.opening import open_instance

PROBLEMS = 1


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of assets."""
    app.command("import")(import_sheet)
    app.command("export")(export_sheet)


def import_sheet(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a heading; - is stdin.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Make and change assets as a sheet has them, all or nothing; `assets export` writes one.

    Columns: name; and asset, owner, environment, system, exposed, criticality, scope, sector,
    operational_technology, distribution, tags. What is not in the sheet stays as it is.

    Exit code 1: there are faults, each with its line, and nothing was done.
    """
    raw = given.content(file)
    open_instance()
    from tidegate.desks.exposure.services.importing import import_assets

    who = actor()
    of = given.operator(who, organisation)
    with progress.doing(f"{file.name}: reading", quiet=as_json):
        done = import_assets(who, of, raw, dry_run=dry_run, at=timezone.now())
    tell(
        {
            "made": done.made,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "is_done": done.is_done,
            "faults": done.faults,
            "fault_count": done.fault_count,
        },
        _sentence(done.made, done.changed, done.unchanged, is_done=done.is_done)
        if not done.faults
        else "",
        as_json=as_json,
    )
    if done.faults and not as_json:
        for fault in done.faults:
            ERRORS.print(safe(str(fault)), highlight=False, soft_wrap=True)
        say(f"{done.fault_count:,} faults; nothing was done")
    raise typer.Exit(PROBLEMS if done.fault_count else 0)


def export_sheet(organisation: Organisation = "") -> None:
    """Write the assets of an organisation to stdout, as a sheet to change and import again."""
    open_instance()
    from tidegate.desks.exposure.services.importing import export_assets

    who = actor()
    write_out(export_assets(who, given.operator(who, organisation), at=timezone.now()))


def _sentence(made: int, changed: int, unchanged: int, *, is_done: bool) -> str:
    counts = f"{made:,} made, {changed:,} changed, {unchanged:,} as before"
    return counts if is_done else f"would be: {counts}; nothing was done"
