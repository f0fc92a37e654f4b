"""`tidegate exposure`: who is exposed to what, by when it must be fixed, and why; in numbers."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import (
    given,
    remedies,
    shown_exposure,
    shown_exposures,
    shown_vulnerabilities,
    triage,
)
from tidegate.faces.cli.exposure.documents import print_data
from tidegate.faces.cli.exposure.given import AsJson, Cursor, Exposure, Limit, OfOrganisation
from tidegate.faces.cli.screens import ERRORS
from tidegate.instance.opening import open_instance

PROBLEMS = 1

app = typer.Typer(help="Who is exposed to what, and by when it must be fixed.",
                  rich_markup_mode=None)  # fmt: skip


def add_to(whole: typer.Typer) -> None:
    """Add the commands of exposures to the command line."""
    remedies.add_to(app)
    triage.add_to(app)
    whole.add_typer(app, name="exposure")


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    asset: Annotated[
        str, typer.Option("--asset", metavar="NAME", help="Of this one alone: name or key.")
    ] = "",
    vulnerability: Annotated[
        str, typer.Option("--vulnerability", metavar="NAME", help="Such as CVE-2026-1001.")
    ] = "",
    system: Annotated[str, typer.Option("--system", metavar="NAME", help="Of this one.")] = "",
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="WORD",
            help="open, to-do, late, undetermined, no-table, no-day, excepted, mitigated,"
            " remediated, unknown, triage, cleared or all.",
        ),
    ] = "open",
    due_within: Annotated[
        int | None, typer.Option("--due-within", metavar="DAYS", min=0, help="And not late yet.")
    ] = None,
    kev: Annotated[
        bool | None, typer.Option("--kev/--no-kev", help="Known to be exploited, or not.")
    ] = None,
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="A vulnerability, asset or package.")
    ] = "",
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="S",
            help="due, severity, epss, detected, vulnerability or asset; - turns it.",
        ),
    ] = "due",
    organisation: OfOrganisation = "",
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Tell who is exposed to what, and by when it must be fixed; alone it lists exposures.

    Exit code 1: something could not be told, and it says what: an asset without an inventory, a
    component that could not be placed, a feed that is missing or too old, a range that could not
    be read, a day that is undetermined. 0 only where all was answered.
    """
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries import untold as untelling
    from tidegate.desks.exposure.queries.exposures import list_exposures
    from tidegate.desks.exposure.queries.feeds import feeds

    who, now = actor(), timezone.now()
    of = given.asset_key(who, asset, organisation)
    # First of all: of an asset or an operator that is not theirs, nothing is told.
    untold = untelling.could_not_be_told(
        who, organisation=organisation, asset=of, system=system, at=now
    )
    page = list_exposures(
        who,
        organisation=organisation,
        asset=of,
        vulnerability=vulnerability,
        system=system,
        state=state,
        due_within=due_within,
        in_kev=kev,
        search=search,
        sort=sort,
        cursor=cursor,
        limit=limit,
        at=now,
    )
    here = [row for row in feeds(now) if row.edition]
    if as_json:
        print_data(
            {
                "rows": page.rows,
                "next": page.next,
                "untold": shown_exposures.untold_data(untold),
                "feeds": [shown_exposures.feed_data(row) for row in here],
            }
        )
    else:
        narrowed = any((vulnerability, due_within is not None, kev is not None, search))
        shown_exposures.show_exposures(
            page.rows, untold, is_narrowed=narrowed or state != "open" or cursor is not None
        )
        if page.next:
            ERRORS.print(f"more: --cursor {page.next}", highlight=False, soft_wrap=True)
        shown_exposures.show_ages(here)
        shown_exposures.show_untold(untold)
    raise typer.Exit(0 if untold.is_nothing else PROBLEMS)


@app.command()
def show(exposure: Exposure, as_json: AsJson = False) -> None:
    """Show an exposure: what is installed, by when it must be fixed, why this date, what to do."""
    open_instance()
    from tidegate.desks.exposure.queries.exposures import exposure_page

    page = exposure_page(actor(), exposure, at=timezone.now())
    if as_json:
        print_data(page)
    else:
        shown_exposure.show_exposure(page)


@app.command()
def vulnerability(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as CVE-2026-1001.")],
    as_json: AsJson = False,
) -> None:
    """Show what each source says of a vulnerability, with its time; sources are never blended."""
    open_instance()
    from tidegate.desks.exposure.queries.vulnerabilities import vulnerability_page

    page = vulnerability_page(actor(), name, at=timezone.now())
    if as_json:
        print_data(page)
    else:
        shown_vulnerabilities.show_vulnerability(page)


@app.command()
def counts(as_json: AsJson = False) -> None:
    """Show all operators in numbers, for coordinators; nothing says what anybody runs."""
    open_instance()
    from tidegate.desks.exposure.queries.counts import counts as counting

    found = counting(actor(), at=timezone.now())
    if as_json:
        print_data(found)
    else:
        shown_exposures.show_counts(found)
