"""`tidegate policy`: who may know and do what, in the sentences of the policy."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance


def policy(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Print who may know and do what, a sentence for each rule."""
    open_instance()
    from tidegate.desks.access.table import TABLE

    if as_json:
        for rule in TABLE:
            print_json(
                {
                    "who": rule.who.__name__.replace("_", " "),
                    "may": [act.value for act in rule.acts],
                    "with": rule.kind.name.lower(),
                    "words": rule.words,
                }
            )
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("with", "may", "in words"):
        table.add_column(heading, no_wrap=heading == "with")
    for rule in TABLE:
        table.add_row(rule.kind.name.lower(), ", ".join(act.value for act in rule.acts), rule.words)
    screens.OUT.print(table)
    screens.OUT.print("What no rule allows, nobody may.", highlight=False)
