"""What the commands print for people of assets: lists, one of them, what holds for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.exposure.documents import facts, nothing, table
from tidegate.faces.cli.exposure.shown_inventories import NO_INVENTORY
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from datetime import date

    from tidegate.desks.exposure.models import Operator
    from tidegate.desks.exposure.queries.assets import (
        AssetPage,
        AssetRow,
        ExposureCounts,
        Happened,
    )

_EVENTS: Final = 12


def show_assets(rows: Sequence[AssetRow]) -> None:
    """Show a page of assets."""
    if not rows:
        nothing(f"No asset. {NO_INVENTORY}\nor: tidegate assets add NAME")
        return
    table(
        "",
        [
            "asset", "name", "of", "system", "exposed", "scope", "installed", "cannot be told",
            "exposures", "late", "next due", "newest inventory",
        ],
        [
            [
                row.key,
                safe(row.name),
                safe(row.organisation_name),
                safe(row.system),
                row.exposed,
                row.scope,
                f"{row.installed:,}",
                _cannot_be_told(row),
                f"{row.exposures:,}" + (f", {row.in_kev:,} in KEV" if row.in_kev else ""),
                f"[bold red]{row.late:,}[/]" if row.late else "",
                _day(row.next_due_on),
                moment(row.received_at) or "none: nothing can be said of it",
            ]
            for row in rows
        ],
        "",
    )  # fmt: skip


def show_asset(page: AssetPage) -> None:
    """Show one asset."""
    row, counts = page.row, page.exposures
    OUT.print(f"[bold]{row.key}[/]  {safe(row.name)}", highlight=False)
    facts(
        ("of", f"{row.organisation_name} {row.organisation}"),
        ("owner", row.owner),
        ("environment", row.environment),
        ("system", row.system),
        ("exposed", _exposed(row.exposed)),
        ("criticality", row.criticality),
        ("scope", f"{row.scope} {row.sector}".strip()),
        ("technology", "operational: mitigate first" if row.is_operational_technology else ""),
        ("distribution", row.distribution),
        ("tags", " ".join(row.tags)),
        ("retired", moment(row.retired_at)),
        ("inventory", moment(row.received_at) or "none: nothing can be said of it"),
        ("exposures", f"{counts.affected:,} affected, {counts.unknown:,} unknown whether affected"),
        ("", _due(counts)),
        ("", _others(counts)),
        width=14,
    )
    table(
        "Installed",
        ["ecosystem", "packages", "versions", "exposed", "what is not known"],
        [
            [
                safe(one.ecosystem),
                f"{one.packages:,}",
                f"{one.coordinates:,}",
                f"{one.exposed:,}",
                safe(one.untold),
            ]
            for one in page.ecosystems
        ],
        "",
    )
    table(
        "Of these nothing can be said; that is not 'not affected'",
        ["why", "components", "such as", "mend"],
        [
            [one.reason, f"{one.count:,}", safe(" ".join(one.examples[:3])), safe(one.words)]
            for one in page.unplaced
        ],
        "",
    )
    table(
        "Inventories",
        ["inventory", "part", "format", "components", "came in", ""],
        [
            [
                one.key,
                safe(one.part),
                safe(f"{one.format} {one.format_version}".strip()),
                f"{one.components:,}",
                moment(one.received_at),
                "counts" if one.counts else "",
            ]
            for one in page.inventories
        ],
        "",
    )
    table(
        "What has changed, the newest first",
        ["at", "what", "by", ""],
        [_happened(one) for one in page.history[:_EVENTS]],
        "",
    )
    if row.received_at is None and page.may_hand_in:
        nothing(f"nothing is known of it yet: tidegate inventory push FILE --asset {row.key}")
    else:
        nothing(f"what it is exposed to: tidegate exposure --asset {row.key}")


def show_settings(row: Operator) -> None:
    """Show what holds for all that an organisation runs."""
    of = row.organisation
    OUT.print(f"[bold]{of.key}[/]  {safe(of.name)}", highlight=False)
    facts(
        ("days end in", row.zone),
        ("scope", f"{row.scope}, of new assets"),
        ("sector", row.sector),
        ("roles", " ".join(row.roles)),
        ("own table", row.table or "none"),
    )


def _due(counts: ExposureCounts) -> str:
    soon = f"{counts.due_in_3_days:,} due in 3 days, {counts.due_in_14_days:,} in 14"
    return f"{counts.late:,} late, {soon}, {counts.due_in_60_days:,} in 60"


def _others(counts: ExposureCounts) -> str:
    triage = f"{counts.needs_triage:,} with forensic triage"
    return f"{counts.undetermined:,} undetermined, {triage}, {counts.in_kev:,} in KEV"


def _cannot_be_told(row: AssetRow) -> str:
    told = []
    if row.unplaced:
        told.append(f"{row.unplaced:,} not placed")
    if row.in_doubt:
        told.append(f"{row.in_doubt:,} in doubt")
    return ", ".join(told)


def _exposed(word: str) -> str:
    return "unknown: counts as exposed to the public" if word == "unknown" else word


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _happened(one: Happened) -> list[str]:
    to = ", ".join(f"{name}: {value}" for name, value in one.to.items())
    others = ", ".join(name for name in one.columns if name not in one.to)
    told = " ".join(part for part in (one.inventory, to, others) if part)
    count = f"{one.count:,}" if one.count else ""
    return [
        moment(one.at), one.what.replace("-", " "), safe(one.by), safe(f"{told} {count}".strip()),
    ]  # fmt: skip
