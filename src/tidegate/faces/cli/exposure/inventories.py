"""`tidegate inventory`: what is installed on assets is handed in, shown, taken back, handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, progress, shown_inventories
from tidegate.faces.cli.exposure.documents import print_data, show_page, tell, write_out
from tidegate.faces.cli.exposure.given import AsJson, Cursor, Limit, OfOrganisation, Organisation
from tidegate.faces.cli.reviews.given import absent, save
from tidegate.instance.opening import open_instance

Inventory = Annotated[str, typer.Argument(metavar="INVENTORY", help="Such as B-7K3M9-Q2X4D.")]
Asset = Annotated[str, typer.Option("--asset", metavar="NAME", help="Its name, or its key.")]

app = typer.Typer(
    help="What is installed on assets: SBOMs, lock files, package managers' status.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def push(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Of one asset; - is stdin.")
    ],
    asset: Asset,
    organisation: Organisation = "",
    part: Annotated[
        str,
        typer.Option(
            "--part",
            metavar="PART",
            help="Which part of the asset, such as host; it replaces what came of that part.",
        ),
    ] = "",
    distribution: Annotated[
        str,
        typer.Option(
            "--distribution", metavar="D", help="Such as debian-12, if no document tells it."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Hand in what is installed on an asset; one that is not known yet is made.

    CycloneDX 1.4 to 1.7, SPDX 2.3 and 3.0, requirements.txt, package-lock.json, uv.lock,
    poetry.lock, a dpkg status file; also compressed. Several files are several parts, each of
    the name of its file, unless --part says another one. What is not understood is listed, and
    comes in no further; that is no failure.
    """
    if part and len(files) > 1:
        raise typer.BadParameter("--part is one part, and these are several files; push each")
    documents = [(given.file_name(file, "stdin"), given.content(file)) for file in files]
    names = [name for name, _ in documents]
    if len(set(names)) < len(names):
        raise typer.BadParameter("two of these files have one name; push them one by one")
    open_instance()
    from tidegate.desks.exposure.services import inventories

    who = actor()
    of = "" if given.is_asset_key(asset) else given.operator(who, organisation)
    for number, (name, raw) in enumerate(documents, 1):
        words = f"{name}: handing in ({number} of {len(documents)})"
        more = {"part": part or (name if len(documents) > 1 else ""), "distribution": distribution}
        with progress.doing(words, quiet=as_json):
            if of:
                done = inventories.hand_in_for(who, of, asset, raw, name, **more, at=timezone.now())
            else:
                done = inventories.hand_in(who, asset, raw, name, **more, at=timezone.now())
        if as_json:
            print_data({"file": name, **_data(done)})
        else:
            shown_inventories.show_handed_in(name, done)


@app.command("list")
def list_them(
    asset: Annotated[
        str, typer.Option("--asset", metavar="NAME", help="Of this one alone: name or key.")
    ] = "",
    organisation: OfOrganisation = "",
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what was handed in, asset by asset; what counts now comes first."""
    open_instance()
    from tidegate.desks.exposure.queries.assets import asset_page
    from tidegate.desks.exposure.queries.inventory_list import AssetInventories, list_inventories

    who, now = actor(), timezone.now()
    if asset:
        page = asset_page(who, given.asset_key(who, asset, organisation), at=now)
        of = page.row
        row = AssetInventories(of.key, of.name, of.organisation, page.inventories)
        if as_json:
            print_data({"rows": [row], "next": None})
        else:
            shown_inventories.show_inventories([row])
        return
    every = list_inventories(who, organisation=organisation, cursor=cursor, limit=limit, at=now)
    show_page(every, shown_inventories.show_inventories, as_json=as_json)


@app.command()
def show(
    inventory: Inventory,
    installed: Annotated[
        bool, typer.Option("--installed", help="What it says is installed, page by page.")
    ] = False,
    unplaced: Annotated[
        bool, typer.Option("--unplaced", help="Of what nothing can be said, page by page.")
    ] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Show an inventory: how much of it was placed, and all that was not understood."""
    if installed and unplaced:
        raise typer.BadParameter("--installed and --unplaced are two lists; ask for one")
    open_instance()
    from tidegate.desks.exposure.queries import inventories

    who, now = actor(), timezone.now()
    page = inventories.inventory_page(who, inventory, at=now)
    narrowed: dict[str, Any] = {
        "inventory": page.row.key, "cursor": cursor, "limit": limit, "at": now,
    }  # fmt: skip
    if installed:
        rows = inventories.installed_rows(who, page.asset, **narrowed)
        show_page(rows, shown_inventories.show_installed, as_json=as_json)
        return
    lacking = inventories.unplaced_rows(who, page.asset, **narrowed)
    if unplaced:
        show_page(lacking, shown_inventories.show_unplaced, as_json=as_json)
    elif as_json:
        print_data(page)
    else:
        shown_inventories.show_inventory(page, lacking)


@app.command()
def take_back(inventory: Inventory, as_json: AsJson = False) -> None:
    """Take back an inventory that counts; the one before it, of the same part, counts again."""
    open_instance()
    from tidegate.desks.exposure.services import inventories

    done = inventories.take_back(actor(), inventory, at=timezone.now())
    tell(_data(done), *shown_inventories.taken_back(done), as_json=as_json)


@app.command()
def get(
    inventory: Inventory,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; else to stdout.")
    ] = None,
) -> None:
    """Hand out an inventory, byte for byte as it came."""
    if out is not None:
        absent(out)
    open_instance()
    from tidegate.desks.exposure.services import inventories

    _, raw = inventories.hand_out(actor(), inventory, at=timezone.now())
    if out is None:
        write_out(raw)
    else:
        save(out, raw)


def _data(done: Any) -> dict[str, Any]:
    """Return what became of an inventory, by the names that programs know."""
    return {
        "inventory": done.key,
        **{name: getattr(done, name) for name in done.__dataclass_fields__ if name != "key"},
    }
