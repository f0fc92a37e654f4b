"""The commands of frameworks, and the figures that everybody may know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_terms
from tidegate.faces.cli.reviews.documents import facts, tell_row
from tidegate.faces.cli.reviews.given import AsJson
from tidegate.faces.cli.saying import moment
from tidegate.instance.opening import open_instance

frameworks = typer.Typer(
    help="What engagements are held to: a ceiling, roles, bodies, terms.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    app.command()(figures)
    app.add_typer(frameworks, name="frameworks")


def figures(as_json: AsJson = False) -> None:
    """Show counts of engagements up to the end of yesterday; nothing in them has a name."""
    open_instance()
    from tidegate.desks.reviews.queries import figures as counting

    found = counting.figures(timezone.now())
    if as_json:
        print_json(as_data(found))
        return
    median = "too few to say" if found.median_days is None else f"{found.median_days:g} days"
    facts(
        ("until", moment(found.until)),
        ("opened", str(found.opened)),
        ("withdrawn", str(found.withdrawn)),
        ("median", median),
    )


@frameworks.command("list")
def list_them(as_json: AsJson = False) -> None:
    """List the frameworks that are shipped, and those that were loaded."""
    open_instance()
    from tidegate.desks.reviews.queries.frameworks import readable_frameworks

    rows = readable_frameworks(actor())
    if as_json:
        columns = ("name", "version", "sha256", "title", "authority", "source", "note")
        print_json({"rows": [{name: getattr(row, name) for name in columns} for row in rows]})
    else:
        shown_terms.show_frameworks(rows)


@frameworks.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as eo-14409.")],
    version: Annotated[
        str, typer.Option("--version", metavar="V", help="The newest one if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show a framework: its ceiling, its roles and bodies, its own terms."""
    open_instance()
    from tidegate.desks.access.refusals import NotFoundError
    from tidegate.desks.reviews.queries.frameworks import readable_frameworks

    named = [one for one in readable_frameworks(actor()) if one.name == name]
    fitting = [one for one in named if version in ("", one.version)]
    if not fitting:
        raise NotFoundError("framework", f"{name} {version}".strip())
    found = fitting[-1]
    if as_json:
        print_json(as_data(found))
    else:
        shown_terms.show_framework(found)


@frameworks.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A framework; - is stdin.")],
    as_json: AsJson = False,
) -> None:
    """Load a framework beside those that are here; for whoever runs the instance."""
    raw = given.content(file)
    open_instance()
    from tidegate.desks.reviews.services.frameworks import load_framework

    row = load_framework(actor(), raw, given.file_name(file, "stdin"), at=timezone.now())
    tell_row(
        row,
        ("name", "version", "sha256", "loaded_at"),
        f"{row.name} {row.version} is loaded, {row.sha256}",
        as_json=as_json,
    )
