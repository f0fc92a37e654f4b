"""The command `tidegate keys`: which keys the instance has, and how they are rotated.

Those of the updates have commands of their own (`ceremony.py`, `update_keys.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli import screens, update_keys
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.instance.keyring import key_folder
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.desks.cases.queries.keys import GenerationRow
    from tidegate.desks.cases.services.rotating import Rewrapped, RotatedCase

PROBLEMS = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

_KEEP: Final = (
    "Back the folder up apart from the database: without it, nothing that is sealed can be read.\n"
    "A generation that wraps nothing is needed for older backups of the database alone."
)

app = typer.Typer(help="The instance's keys, and those of its updates.", rich_markup_mode=None)
update_keys.add_to(app)


@app.callback(invoke_without_command=True)
def keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the instance's keys, and what each of them wraps; exit code 1 if one is missing."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.cases.queries.keys import list_generations

    found = list_generations(actor())
    if as_json:
        for row in found:
            print_json({**asdict(row), "missing": row.missing})
    else:
        _show(found)
    raise typer.Exit(PROBLEMS if any(row.missing for row in found) else 0)


@app.command()
def rotate(
    case: Annotated[
        str,
        typer.Option("--case", metavar="ID", help="The keys of this case; else the instance's."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a new key, and seal or wrap with it what the older ones hold."""
    open_instance()
    from tidegate.desks.cases.services import rotating

    if case:
        _tell_case(rotating.rotate_case_key(actor(), case, at=timezone.now()), as_json=as_json)
    else:
        _tell(rotating.rotate_instance_key(actor(), at=timezone.now()), as_json=as_json)


@app.command()
def rewrap(as_json: AsJson = False) -> None:
    """Go on with a rotation that was interrupted: the newest key wraps what older ones wrap."""
    open_instance()
    from tidegate.desks.cases.services import rotating

    _tell(rotating.rewrap_all(actor()), as_json=as_json)


def _tell(done: Rewrapped, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    again = ", ".join(f"{many} of {name}" for name, many in done.wrapped.items())
    screens.OUT.print(
        f"generation {done.generation.number} ({done.generation.key_id}) wraps every key now;"
        f" wrapped again: {again}",
        highlight=False,
    )
    screens.OUT.print(_KEEP, highlight=False)


def _tell_case(done: RotatedCase, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    screens.OUT.print(
        f"{done.case}: {done.sealed} messages and attachments, and {done.deliveries} deliveries"
        " with its findings, are sealed with new keys",
        highlight=False,
    )


def _show(rows: Sequence[GenerationRow]) -> None:
    names = list(rows[0].wraps)
    screens.show_table(
        "",
        ["generation", "key", "made", "newest", *names],
        [
            [
                "[bold red]missing[/]" if row.number is None else str(row.number),
                row.key_id,
                f"{row.made_at:%Y-%m-%d %H:%M} UTC" if row.made_at else "",
                "yes" if row.newest else "",
                *(str(row.wraps[name]) for name in names),
            ]
            for row in rows
        ],
    )
    screens.OUT.print(f"in {key_folder()}", highlight=False, markup=False)
    screens.OUT.print(_KEEP, highlight=False)
    if any(row.missing for row in rows):
        screens.ERRORS.print(
            "a key that is needed is missing; put wrapping-N-KEY.json back from a backup",
            highlight=False,
        )
