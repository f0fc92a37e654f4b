"""`tidegate assets`: what an organisation runs is listed, added, changed by the many, retired."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, sheets, shown_assets
from tidegate.faces.cli.exposure.documents import print_data, show_page, tell
from tidegate.faces.cli.exposure.given import AsJson, Cursor, Limit, OfOrganisation, Organisation
from tidegate.instance.opening import open_instance

Asset = Annotated[str, typer.Argument(metavar="ASSET", help="Its key, or its name.")]
Assets = Annotated[list[str], typer.Argument(metavar="ASSET...", help="Their keys, or names.")]
Owner = Annotated[str | None, typer.Option("--owner", metavar="NAME", help="Who answers for it.")]
Environment = Annotated[
    str | None, typer.Option("--environment", metavar="WORD", help="Such as production.")
]
System = Annotated[
    str | None, typer.Option("--system", metavar="NAME", help="The system that it belongs to.")
]
Exposed = Annotated[
    str | None,
    typer.Option(
        "--exposed",
        metavar="yes|no|unknown",
        help="Reached over a public network by who is not trusted; unknown counts as yes.",
    ),
]
Criticality = Annotated[
    str | None,
    typer.Option("--criticality", metavar="WORD", help="low, medium, high or essential."),
]
Scope = Annotated[
    str | None,
    typer.Option(
        "--scope",
        metavar="WORD",
        help="Whose directives bind it: fceb, nss, dow, state-or-local, critical-infrastructure or"
        " other.",
    ),
]
Sector = Annotated[
    str | None,
    typer.Option("--sector", metavar="WORD", help="Of critical infrastructure, such as energy."),
]
Operational = Annotated[
    bool | None,
    typer.Option(
        "--operational-technology/--no-operational-technology",
        help="A patch may wait for years; mitigation comes first.",
    ),
]
Distribution = Annotated[
    str | None,
    typer.Option(
        "--distribution", metavar="D", help="Such as debian-12, for inventories that do not tell."
    ),
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="WORD", help="May be given again.")
]

app = typer.Typer(help="What an organisation runs.", rich_markup_mode=None)


def add_to(whole: typer.Typer) -> None:
    """Add the commands of assets to the command line."""
    sheets.add_to(app)
    whole.add_typer(app, name="assets")


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    organisation: OfOrganisation = "",
    tag: Annotated[str, typer.Option("--tag", metavar="WORD", help="That bear it.")] = "",
    system: Annotated[str, typer.Option("--system", metavar="NAME", help="Of this one.")] = "",
    environment: Annotated[str, typer.Option("--environment", metavar="WORD")] = "",
    exposed: Annotated[str, typer.Option("--exposed", metavar="yes|no|unknown")] = "",
    scope: Annotated[str, typer.Option("--scope", metavar="WORD", help="Such as fceb.")] = "",
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="In names, owners, systems; or a key.")
    ] = "",
    retired: Annotated[
        bool, typer.Option("--retired", help="Those that are run no more, instead.")
    ] = False,
    sort: Annotated[
        str, typer.Option("--sort", metavar="S", help="name, system, changed or made; - turns it.")
    ] = "name",
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Tell what an organisation runs; alone it lists that, with what is due next of each."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.assets import list_assets

    page = list_assets(
        actor(),
        organisation=organisation,
        tag=tag,
        system=system,
        environment=environment,
        exposed=exposed,
        scope=scope,
        search=search,
        retired=retired,
        sort=sort,
        cursor=cursor,
        limit=limit,
        at=timezone.now(),
    )
    show_page(page, shown_assets.show_assets, as_json=as_json)


@app.command()
def show(asset: Asset, as_json: AsJson = False) -> None:
    """Show an asset: what is installed, what cannot be told, what it is exposed to."""
    open_instance()
    from tidegate.desks.exposure.queries.assets import asset_page

    who = actor()
    page = asset_page(who, given.asset_key(who, asset), at=timezone.now())
    if as_json:
        print_data(page)
    else:
        shown_assets.show_asset(page)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One asset at a time has it.")],
    owner: Owner = None,
    environment: Environment = None,
    system: System = None,
    exposed: Exposed = None,
    criticality: Criticality = None,
    scope: Scope = None,
    sector: Sector = None,
    operational_technology: Operational = None,
    distribution: Distribution = None,
    tag: Tags = None,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Add something that an organisation runs; what is left out is as the organisation settled."""
    open_instance()
    from tidegate.desks.exposure.services import assets

    who = actor()
    row = assets.add_asset(
        who,
        given.operator(who, organisation),
        name,
        owner=owner or "",
        environment=environment or "",
        system=system or "",
        exposed=exposed or "",
        criticality=criticality or "",
        scope=scope or "",
        sector=sector or "",
        is_operational_technology=bool(operational_technology),
        distribution=distribution or "",
        tags=tag or (),
        at=timezone.now(),
    )
    told = {"asset": row.key, "name": row.name, "exposed": row.exposed, "scope": row.scope}
    nothing_yet = f"nothing is known of it yet: tidegate inventory push FILE --asset {row.key}"
    tell(told, f"{row.key} is {row.name}", nothing_yet, as_json=as_json)


@app.command()
def change(
    asset: Assets,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Another one, of a single asset.")
    ] = None,
    owner: Owner = None,
    environment: Environment = None,
    system: System = None,
    exposed: Exposed = None,
    criticality: Criticality = None,
    scope: Scope = None,
    sector: Sector = None,
    operational_technology: Operational = None,
    distribution: Distribution = None,
    tag: Tags = None,
    remove_tag: Annotated[
        list[str] | None, typer.Option("--remove-tag", metavar="WORD", help="May be given again.")
    ] = None,
    organisation: OfOrganisation = "",
    as_json: AsJson = False,
) -> None:
    """Change assets, all of them or none; days that rest on what is changed are computed anew."""
    said = {
        "name": name,
        "owner": owner,
        "environment": environment,
        "system": system,
        "exposed": exposed,
        "criticality": criticality,
        "scope": scope,
        "sector": sector,
        "distribution": distribution,
    }
    if not any((tag, remove_tag, operational_technology is not None)) and all(
        one is None for one in said.values()
    ):
        raise typer.BadParameter("nothing is to be changed; say what, such as --exposed no")
    open_instance()
    from tidegate.desks.exposure.services import assets

    who = actor()
    many = assets.change_assets(
        who,
        given.asset_keys(who, asset, organisation),
        is_operational_technology=operational_technology,
        add_tags=tag or (),
        remove_tags=remove_tag or (),
        **said,
        at=timezone.now(),
    )
    tell({"changed": many}, f"{many:,} changed, {len(asset) - many:,} as before", as_json=as_json)


@app.command()
def retire(asset: Assets, organisation: OfOrganisation = "", as_json: AsJson = False) -> None:
    """Say that assets are run no more; what they are exposed to clears. `bring-back` undoes it."""
    open_instance()
    from tidegate.desks.exposure.services import assets

    who = actor()
    keys = given.asset_keys(who, asset, organisation)
    many = assets.retire_assets(who, keys, at=timezone.now())
    told = f"{many:,} retired; tidegate assets bring-back KEY undoes it: {' '.join(keys)}"
    tell({"retired": many, "assets": keys}, told, as_json=as_json)


@app.command()
def bring_back(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="Its key, H-...")],
    as_json: AsJson = False,
) -> None:
    """Say that a retired asset is run after all; it is matched again."""
    open_instance()
    from tidegate.desks.exposure.services import assets

    row = assets.bring_back(actor(), asset, at=timezone.now())
    tell({"asset": row.key, "name": row.name}, f"{row.key} {row.name} is run", as_json=as_json)


@app.command()
def settings(
    organisation: Organisation = "",
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="ZONE", help="Where its days end: America/New_York."),
    ] = None,
    scope: Scope = None,
    sector: Sector = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table", metavar="NAME", help="A decision table that is shown beside each day."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what holds for all that an organisation runs; with options, settle it.

    The scope and the sector are those of new assets. Another zone ends every day at another
    instant, so each day is computed anew.
    """
    open_instance()
    from tidegate.desks.exposure.queries.operators import one_operator, operator_of
    from tidegate.desks.exposure.services.operators import settle

    who, now = actor(), timezone.now()
    if all(one is None for one in (zone, scope, sector, table)):
        row = operator_of(one_operator(who, organisation or None, at=now))
    else:
        row = settle(
            who,
            given.operator(who, organisation),
            zone=zone,
            scope=scope,
            sector=sector,
            table=table,
            at=now,
        )
    if as_json:
        columns = ("zone", "scope", "sector", "roles", "table")
        told = {name: getattr(row, name) for name in columns}
        print_data({"organisation": row.organisation.key, **told})
    else:
        shown_assets.show_settings(row)
