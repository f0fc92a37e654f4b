"""`tidegate directives`: what orders and directives say, each a reviewed file; and the docket."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import duties, given, shown_directives
from tidegate.faces.cli.exposure.documents import print_data, tell
from tidegate.faces.cli.exposure.given import AsJson, Organisation
from tidegate.instance.opening import open_instance

Directive = Annotated[str, typer.Argument(metavar="DIRECTIVE", help="Such as bod-26-04.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON; - is stdin.")]

app = typer.Typer(
    help="What orders and directives ask of whom, by when, and whether it was done.",
    rich_markup_mode=None,
)
sets = typer.Typer(
    help="Policy sets, one for each authority: which table its deadlines come from.",
    rich_markup_mode=None,
)


def add_to(whole: typer.Typer, tables: typer.Typer) -> None:
    """Add the commands of directives to the command line, and to those of decision tables."""
    duties.add_to(app)
    app.add_typer(sets, name="policy-sets")
    whole.add_typer(app, name="directives")
    tables.command("load")(load_table)
    tables.command("loaded")(list_loaded)
    tables.command("set-aside")(set_table_aside)


@app.callback(invoke_without_command=True)
def index(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what orders and directives ask of whom, by when; alone it lists them, newest first."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.directives import directive_rows

    rows = directive_rows(timezone.now().date())
    if as_json:
        print_data({"rows": [shown_directives.directive_data(row) for row in rows]})
    else:
        shown_directives.show_directives(rows)


@app.command()
def show(directive: Directive, as_json: AsJson = False) -> None:
    """Show a directive: where it was read, what it asks of whom and by when, its public days."""
    open_instance()
    from tidegate.desks.exposure.queries.directives import directive_page

    page = directive_page(directive, timezone.now().date())
    if as_json:
        days = [shown_directives.entry_data(one) for one in page.docket]
        print_data({**shown_directives.directive_data(page.row), "docket": days})
    else:
        shown_directives.show_directive(page)


@app.command()
def load(file: File, as_json: AsJson = False) -> None:
    """Load a directive as one reviewed file; for whoever runs the instance."""
    raw = given.content(file)
    open_instance()
    from tidegate.desks.exposure.services.loading import load_directive

    row = load_directive(actor(), raw, given.file_name(file, "stdin"), at=timezone.now())
    _tell(row, "is loaded", as_json=as_json)


@app.command("set-aside")
def set_directive_aside(directive: Directive, as_json: AsJson = False) -> None:
    """Let a directive that was loaded here count no more; one that is shipped cannot be."""
    _set_aside("directive", directive, "", as_json=as_json)


@app.command()
def docket(as_json: AsJson = False) -> None:
    """List the public days of all directives: orders, milestones, filings, with their clocks."""
    open_instance()
    from tidegate.desks.exposure.queries.directives import public_docket

    rows = public_docket(timezone.now())
    if as_json:
        print_data({"rows": [shown_directives.entry_data(one) for one in rows]})
    else:
        shown_directives.show_docket(rows)


@sets.callback(invoke_without_command=True)
def list_sets(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell of policy sets, one for each authority; alone it lists them, the shipped ones first."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.policies import policy_sets

    rows = policy_sets()
    if as_json:
        print_data({"rows": [shown_directives.set_data(row) for row in rows]})
    else:
        shown_directives.show_sets(rows)


@sets.command("load")
def load_set(file: File, as_json: AsJson = False) -> None:
    """Load an authority's policy set; every deadline in its scopes is computed anew."""
    raw = given.content(file)
    open_instance()
    from tidegate.desks.exposure.services.loading import load_policy_set

    row = load_policy_set(actor(), raw, given.file_name(file, "stdin"), at=timezone.now())
    _tell(row, "is loaded; every deadline in its scopes was computed anew", as_json=as_json)


@sets.command("set-aside")
def set_set_aside(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the policy set.")],
    as_json: AsJson = False,
) -> None:
    """Let a policy set that was loaded here count no more; deadlines are computed anew."""
    _set_aside("policy-set", name, "", as_json=as_json)


def load_table(file: File, organisation: Organisation = "", as_json: AsJson = False) -> None:
    """Load a decision table, as SSVC JSON: an organisation's own, or one for policy sets.

    With --organisation it is that one's own, and `assets settings --table` shows it beside each
    day. Without, it is for policy sets that are loaded here, by whoever runs the instance.
    """
    raw = given.content(file)
    open_instance()
    from tidegate.desks.exposure.services.loading import load_table as load_one

    row = load_one(
        actor(),
        raw,
        given.file_name(file, "stdin"),
        organisation_key=organisation,
        at=timezone.now(),
    )
    _tell(row, "is loaded", as_json=as_json)


def list_loaded(organisation: Organisation = "", as_json: AsJson = False) -> None:
    """List what was loaded here beside what is shipped, also what was set aside.

    With --organisation that one's own decision tables; without, for whoever runs the instance,
    what holds for all: directives, policy sets and their tables.
    """
    open_instance()
    from tidegate.desks.exposure.queries import loaded

    who = actor()
    if organisation:
        rows = loaded.own_tables_of(who, organisation, at=timezone.now())
    else:
        rows = loaded.list_loaded(who)
    if as_json:
        print_data({"rows": rows})
    else:
        shown_directives.show_loaded(rows)


def set_table_aside(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="Its name.")],
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Let a decision table that was loaded here count no more."""
    _set_aside("table", name, organisation, as_json=as_json)


def _set_aside(kind: str, name: str, organisation: str, *, as_json: bool) -> None:
    open_instance()
    from tidegate.desks.exposure.services.loading import set_aside

    row = set_aside(actor(), kind, name, organisation_key=organisation, at=timezone.now())
    _tell(row, "counts no more", as_json=as_json)


def _tell(row: Any, sentence: str, *, as_json: bool) -> None:
    told = {name: getattr(row, name) for name in ("kind", "name", "version", "sha256")}
    tell(told, f"{row.name} {row.version} {sentence}, {row.sha256}", as_json=as_json)
