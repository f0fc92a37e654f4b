"""What the commands print for people of inventories: what came in, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.exposure.documents import facts, nothing, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import ERRORS, OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.inventories import (
        InstalledRow,
        InventoryPage,
        InventoryRow,
        UnplacedRow,
    )
    from tidegate.desks.exposure.queries.inventory_list import AssetInventories
    from tidegate.desks.exposure.services.inventories import HandedIn
    from tidegate.desks.findings.queries.paging import Page

NO_INVENTORY: Final = "No inventory yet: tidegate inventory push sbom.json --asset web-1"
_LINES: Final = 20


def show_handed_in(file: str, done: HandedIn) -> None:
    """Say what became of a document, and what of it was not understood."""
    if not done.is_new:
        say(f"{file}: handed in before as {done.key}; nothing changed")
        return
    say(f"{file}: {_counts(done)}  {done.key}")
    say(f"  {done.asset_name} {done.asset}: {_difference(done)}")
    if done.made_asset:
        say(
            f"  {done.asset_name} is a new asset; until it is said whether it is exposed to the"
            f" public it counts as exposed: tidegate assets change {done.asset} --exposed no"
        )
    if done.unplaced:
        say(f"  nothing, or not all, can be said of: {_reasons(done.unplaced)}")
    for line in done.lines:
        ERRORS.print(
            f"  not understood: {safe(line.place)}: {safe(line.words)}",
            highlight=False,
            soft_wrap=True,
        )
    if done.not_understood > len(done.lines):
        more = done.not_understood - len(done.lines)
        ERRORS.print(
            f"  and {more:,} more: tidegate inventory show {done.key}",
            highlight=False,
            soft_wrap=True,
        )


def taken_back(done: HandedIn) -> Iterable[str]:
    """Return what is said of an inventory that was taken back."""
    if done.key == done.replaced:
        yield f"{done.key} is taken back; nothing of that part is known to be installed any more"
    else:
        yield f"{done.replaced} is taken back; {done.key}, the one before it, counts again"
    yield f"{done.asset_name} {done.asset}: {_difference(done)}"


def show_inventories(rows: Sequence[AssetInventories]) -> None:
    """Show inventories, asset by asset."""
    if not rows:
        nothing(NO_INVENTORY)
        return
    lines = []
    for row in rows:
        asset = f"{row.asset} {safe(row.asset_name)}"
        lines += [[asset, *_line(one)] for one in row.inventories] or [
            [asset, "none yet: nothing can be said of it", "", "", "", "", "", ""]
        ]
    table(
        "",
        ["asset", "inventory", "part", "format", "components", "placed", "came in", ""],
        lines,
        "",
    )


def show_inventory(page: InventoryPage, unplaced: Page[UnplacedRow]) -> None:
    """Show one inventory."""
    row = page.row
    OUT.print(f"[bold]{row.key}[/]  {safe(row.name)}", highlight=False)
    facts(
        ("asset", f"{page.asset} {page.asset_name}"),
        ("part", row.part),
        ("format", _format(row)),
        ("made", f"{moment(row.made_at)} {row.tool}".strip()),
        ("came in", f"{moment(row.received_at)} {_by(row)}".strip()),
        ("counts", _standing(row)),
        ("components", f"{row.components:,}, {row.repeated:,} named more than once"),
        ("placed", f"{row.placed:,}"),
        ("read as of", row.distribution),
        ("size", f"{row.size:,} bytes"),
        ("digest", row.sha256),
        ("before it", page.before),
    )
    table(
        f"Not understood ({row.not_understood:,})",
        ["place", "what is wrong, and how it is mended"],
        [[safe(one.place), safe(one.words)] for one in page.lines],
        "All of it was understood." if row.counts and not row.not_understood else "",
    )
    show_unplaced(unplaced.rows[:_LINES])
    if unplaced.next or len(unplaced.rows) > _LINES:
        nothing(f"all of them: tidegate inventory show {row.key} --unplaced")
    if page.may_take_back:
        nothing(f"to take it back: tidegate inventory take-back {row.key}")


def show_installed(rows: Sequence[InstalledRow]) -> None:
    """Show what is installed."""
    table(
        "",
        ["ecosystem", "package", "version", "exposed to", "in doubt"],
        [
            [
                safe(one.ecosystem),
                safe(one.package),
                safe(one.version),
                safe(" ".join(one.vulnerabilities)),
                one.doubt,
            ]
            for one in rows
        ],
        "Nothing is installed by it, as far as it was understood.",
    )


def show_unplaced(rows: Sequence[UnplacedRow]) -> None:
    """Show the components of which nothing can be said."""
    table(
        "Of these nothing can be said; that is not 'not affected'",
        ["component", "why", "mend"],
        [[safe(one.component), one.reason, safe(one.words)] for one in rows],
        "",
    )


def _counts(done: HandedIn) -> str:
    lacking = sum(done.unplaced.values())
    told = [f"{done.components:,} components, {done.placed:,} can be matched"]
    if lacking:
        told.append(f"{lacking:,} only in part or not at all")
    if done.not_understood:
        told.append(f"{done.not_understood:,} places not understood")
    return ", ".join(told)


def _difference(done: HandedIn) -> str:
    return (
        f"{done.added:,} packages came, {done.removed:,} went;"
        f" {done.opened:,} exposures opened, {done.cleared:,} cleared"
    )


def _reasons(unplaced: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(unplaced.items()))


def _line(row: InventoryRow) -> list[str]:
    return [
        row.key,
        safe(row.part),
        safe(_format(row)),
        f"{row.components:,}",
        f"{row.placed:,}",
        moment(row.received_at),
        _standing(row),
    ]


def _format(row: InventoryRow) -> str:
    return f"{row.format} {row.format_version}".strip()


def _by(row: InventoryRow) -> str:
    return f"by {row.handed_in_by}" if row.handed_in_by else ""


def _standing(row: InventoryRow) -> str:
    if row.taken_back_at is not None:
        return f"taken back {moment(row.taken_back_at)}"
    return f"replaced {moment(row.replaced_at)}" if row.replaced_at else "counts"
