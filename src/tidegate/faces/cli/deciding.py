"""`tidegate decide` and `tidegate tables`: what decision tables say, and which ones there are.

No instance is opened for that: tables and policy sets are files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.tree import Tree

from tidegate.engines.formats.documents import shown
from tidegate.engines.rules import (
    UNDETERMINED,
    Answer,
    Basis,
    Branch,
    Circumstances,
    Decision,
    DecisionTable,
    Input,
    PolicySet,
    RuleError,
    RuleInputError,
    Scope,
    answer,
    decide,
    read_table,
    shipped_policy_sets,
    shipped_reading,
    shipped_table,
    shipped_tables,
    tree,
)
from tidegate.engines.rules.loading import MAX_BYTES
from tidegate.engines.rules.policies import Force
from tidegate.engines.rules.tables import Row
from tidegate.faces.cli import deadlines, screens
from tidegate.faces.cli.printing import print_json

PROBLEMS: Final = 1

EXPECTED: Final = (RuleError, RuleInputError)
"""What can go wrong without Tidegate being wrong; each has its sentence."""

_GIVEN: Final = "given on the command line"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help="Its name, or the path of its JSON file.")
]

tables = typer.Typer(
    help="Decision tables: which there are, and what they say.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("decide")(say)
    app.add_typer(tables, name="tables")


def say(
    table: Annotated[
        str,
        typer.Option("--table", metavar="TABLE", help="Its name, or the path of its JSON file."),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A decision point and its value, such as in_kev=yes; once for each.",
        ),
    ] = None,
    listed_on: Annotated[
        str, typer.Option(metavar="DAY", help="When the catalogue listed it: KEV's dateAdded.")
    ] = "",
    detected_at: Annotated[
        str,
        typer.Option(metavar="INSTANT", help="When it was found on the asset; with its zone."),
    ] = "",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Where the agency's days end.", show_default=True)
    ] = "UTC",
    scope: Annotated[Scope, typer.Option(help="Whose the asset is.")] = Scope.FCEB,
    due_date: Annotated[
        str, typer.Option(metavar="DAY", help="The catalogue's own: KEV's dueDate.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a decision table says to given values, and by which row.

    With --listed-on or --detected-at also by which day, and why.

    Exit code 1: it is undetermined, and the answer says what is missing.
    """
    asked = _table(table)
    inputs = _inputs(settings or [])
    read = shipped_reading(asked)
    if listed_on or detected_at or due_date:
        where = deadlines.zone_of(zone, "--zone")
        known = Circumstances(
            scope,
            inputs,
            detected_at=deadlines.instant(detected_at, "--detected-at"),
            listed_on=deadlines.day(listed_on, "--listed-on"),
            authority_due_on=deadlines.day(due_date, "--due-date"),
        )
        found = deadlines.computed(asked, known, where)
        deadlines.say(found, datetime.now(where).date(), _binding(found.answer.policy), as_json)
        raise typer.Exit(0 if found.is_determined else PROBLEMS)
    if read is None:
        decision = decide(asked, inputs)
        if as_json:
            print_json(decision.record())
        else:
            _show_decision(decision)
        return
    said = answer(read[0], inputs)
    if as_json:
        print_json(said.record() | {"binding": _binding(said.policy)})
    else:
        _show_answer(said)
    raise typer.Exit(PROBLEMS if said.basis is Basis.UNDETERMINED else 0)


@tables.callback()
def list_tables(context: typer.Context, as_json: AsJson = False) -> None:
    """Print which decision tables are shipped, and which authorities have one."""
    if context.invoked_subcommand is not None:
        return
    if as_json:
        for table in shipped_tables():
            print_json(_described(table))
        return
    screens.show_table(
        "Decision tables",
        ("name", "version", "asks for", "says", "rows", "sha256"),
        [
            (
                table.name,
                table.version,
                ", ".join(point.word for point in table.points),
                ", ".join(screens.safe(value.name) for value in table.outcome.values),
                str(len(table.rows)),
                table.sha256[:16],
            )
            for table in shipped_tables()
        ],
    )
    screens.show_table(
        "Policy sets",
        ("name", "authority", "scopes", "reads"),
        [
            (
                policy.name,
                screens.safe(policy.authority),
                ", ".join(policy.scopes),
                str(policy.reading.table) if policy.reading else "no table is loaded",
            )
            for policy in shipped_policy_sets()
        ],
    )


@tables.command("show")
def show(name: TableName, as_json: AsJson = False) -> None:
    """Print a decision table as a tree, with the row at each end."""
    table = _table(name)
    read = shipped_reading(table)
    rows_are = read[1].numbering.of if read else "the table's mapping"
    number = read[1].numbering.number if read else _place
    if as_json:
        branches = [branch.record(number) for branch in tree(table)]
        print_json(_described(table) | {"rows_are": rows_are, "tree": branches})
        return
    _tell(f"{table.title} {table.version} ({table.id}), sha256 {table.sha256}")
    drawn = Tree(table.points[0].word)
    for branch in tree(table):
        _draw(drawn, branch, number)
    screens.OUT.print(drawn, highlight=False)
    _tell(f"rows: {rows_are}")


def _table(name: str) -> DecisionTable:
    if "/" in name or name.endswith(".json"):
        try:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise RuleInputError(f"{shown(name)} cannot be read: {error.strerror}") from error
        return read_table(raw, name)
    return shipped_table(name)


def _inputs(settings: list[str]) -> dict[str, Input]:
    inputs: dict[str, Input] = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name or not value:
            raise RuleInputError(
                f"--set {shown(setting)} is not a name and a value; write one like --set in_kev=yes"
            )
        if name in inputs:
            raise RuleInputError(f"--set gives {shown(name)} twice; keep one")
        inputs[name] = Input(value, _GIVEN)
    return inputs


def _binding(policy: PolicySet) -> str:
    """Say whom a policy set binds, and from when."""
    bound = ", ".join(
        scope.upper() for scope, force in policy.scopes.items() if force is Force.BINDING
    )
    since = policy.reading.binding_from.isoformat() if policy.reading else ""
    return f"binding for {bound} from {since}, guidance before and for others"


def _show_decision(decision: Decision) -> None:
    table = decision.table
    _tell(f"{decision.outcome.name}: {decision.outcome.definition}")
    _tell(f"row {decision.row.number} of the table's mapping")
    for word, one in decision.inputs.items():
        _tell(f"  {word} = {one.value} ({one.source})")
    _tell(f"table {table.name} {table.version}, sha256 {table.sha256}")


def _show_answer(said: Answer) -> None:
    reading = said.policy.reading
    assert reading is not None
    if said.timeline:
        _tell(f"{said.timeline.outcome.name}: {said.timeline.outcome.definition}")
    else:
        _tell(UNDETERMINED)
    _tell(said.words)
    for word, taken in said.inputs.items():
        why = f"; {taken.because}" if taken.because else ""
        source = taken.given.source or "not given"
        _tell(f"  {word} = {taken.given.value} ({source}{why})")
    if len(said.rows) > 1:
        _tell("possible rows:")
        for row in said.rows:
            _tell(f"  {reading.numbering.number(row)}: {row.outcome.name}")
    if said.strictest and said.strictest.forensic_triage:
        may = "Forensic triage" if said.timeline else "It may turn out to be forensic triage, too"
        _tell(f"{may}: collect evidence before anything is patched.")
    _tell(f"{reading.directive}: {_binding(said.policy)}")
    table, policy = reading.table, said.policy
    _tell(f"table {table.name} {table.version}, sha256 {table.sha256}")
    _tell(f"policy set {policy.name} {policy.version}, sha256 {policy.sha256}")


def _place(row: Row) -> int:
    return row.number


def _described(table: DecisionTable) -> dict[str, Any]:
    return table.record() | {
        "definition": table.definition,
        "inputs": {point.word: list(point.words) for point in table.points},
        "outcomes": [value.name for value in table.outcome.values],
        "rows": len(table.rows),
    }


def _draw(drawn: Tree, branch: Branch, number: Callable[[Row], int]) -> None:
    if branch.row is not None:
        end = f"{branch.value.word}: {screens.safe(branch.row.outcome.name)}"
        drawn.add(f"{end} (row {number(branch.row)})")
        return
    below = drawn.add(f"{branch.value.word} > {branch.branches[0].point.word}")
    for one in branch.branches:
        _draw(below, one, number)


def _tell(text: str) -> None:
    screens.OUT.print(screens.safe(text), highlight=False, soft_wrap=True)
