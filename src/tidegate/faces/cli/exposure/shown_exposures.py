"""What the commands print for people of many exposures: lists, what could not be told, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tidegate.faces.cli.exposure.documents import age, as_data, nothing, table
from tidegate.faces.cli.exposure.shown_inventories import NO_INVENTORY
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from datetime import date

    from tidegate.desks.exposure.queries.counts import Counts, OrganisationCounts
    from tidegate.desks.exposure.queries.exposure_rows import ExposureRow
    from tidegate.desks.exposure.queries.feeds import FeedRow
    from tidegate.desks.exposure.queries.untold import Untold

_COLOURS: Final = {
    "late": "bold red",
    "due": "yellow",
    "undetermined": "magenta",
    "no-table": "magenta",
    "cleared": "green",
    "mitigated": "green",
    "remediated": "green",
}
_NO_DAY: Final = {
    "undetermined": "undetermined",
    "no-table": "none: its authority has no table here",
    "no-day": "next system upgrade",
}
_PACKAGES: Final = 3


def show_exposures(rows: Sequence[ExposureRow], untold: Untold, *, is_narrowed: bool) -> None:
    """Show a page of exposures; where there is none, what that means."""
    if not rows:
        nothing(_none(untold, is_narrowed=is_narrowed))
        return
    table(
        "",
        [
            "exposure", "vulnerability", "asset", "installed", "fixed in", "state", "last day", "",
            "because", "KEV", "CVSS",
        ],
        [
            [
                row.key,
                safe(row.vulnerability),
                safe(row.asset_name),
                _packages(row),
                safe(" or ".join(row.fixed)) or "none known",
                state_of(row),
                last_day(row),
                str(row.force) if row.due_on else "",
                safe(row.outcome),
                "yes" if row.in_kev else "",
                f"{row.severity:.1f}" if row.severity is not None else "",
            ]
            for row in rows
        ],
        "",
    )  # fmt: skip
    nothing("why a date: tidegate exposure show EXPOSURE")


def state_of(row: ExposureRow) -> str:
    """Return where an exposure stands; what is not known is never left out."""
    word = row.stand.value
    told = [f"[{_COLOURS.get(word, 'white')}]{word.replace('-', ' ')}[/]"]
    if row.certainty == "unknown":
        told.append("[magenta]unknown whether affected[/]")
    if row.needs_triage and row.cleared_at is None:
        told.append("forensic triage")
    if row.remedy == "remediated" and not row.is_shown:
        told.append("said, not shown")
    if row.vex:
        told.append(f"VEX: {safe(row.vex)}")
    return ", ".join(told)


def last_day(row: ExposureRow) -> str:
    """Return the last day with the zone in which it ends; or why there is none."""
    if row.due_on:
        return day_in(row.due_on, row.zone)
    if row.cleared_at or row.remedy != "none":
        return ""
    return _NO_DAY.get(row.stand.value, "")


def day_in(day: date, zone: str) -> str:
    """Return a day with the zone in which it ends."""
    return f"{day.isoformat()} ({zone})"


def show_ages(feeds: Sequence[FeedRow]) -> None:
    """Show how old what counts is, by its publishers' dates."""
    if not feeds:
        nothing("feeds: none is loaded; tidegate feeds take kev, or tidegate feeds take-all FOLDER")
        return
    ages = ", ".join(
        f"{row.name} {age(row.age)}" + (" (too old)" if row.is_too_old else "") for row in feeds
    )
    OUT.print(f"feeds, by their dates: {safe(ages)}", style="dim", highlight=False, soft_wrap=True)


def show_untold(untold: Untold) -> None:
    """Show what could not be told."""
    if untold.is_nothing:
        return
    OUT.print("[bold magenta]Could not be told[/]", highlight=False)
    for words in untold.words:
        OUT.print(f"  {safe(words)}", highlight=False, soft_wrap=True)
    if untold.ecosystems or untold.feeds:
        nothing("  tidegate feeds shows them; tidegate feeds take NAME loads one")
    if untold.unplaced or untold.not_understood or untold.in_doubt:
        nothing("  tidegate inventory list, and then inventory show INVENTORY, names each")


def untold_data(untold: Untold) -> dict[str, Any]:
    """Return what could not be told, for programs: the numbers, and the sentences."""
    told: dict[str, Any] = as_data(untold)
    return {**told, "words": list(untold.words)}


def feed_data(row: FeedRow) -> dict[str, Any]:
    """Return how old a feed is, for programs."""
    assert row.edition is not None
    return {
        "name": row.name,
        "version": row.edition.version,
        "said_at": row.edition.said_at,
        "age": row.age,
        "is_too_old": row.is_too_old,
    }


def show_counts(found: Counts) -> None:
    """Show all operators in numbers."""
    if not found.organisations:
        nothing("No operator yet: tidegate organisations open NAME --kind operator")
        return
    table(
        "Counts alone: nothing here says what anybody runs",
        [
            "organisation", "name", "scope", "assets", "open", "KEV", "to do", "late", "3 days",
            "14 days", "60 days", "undetermined", "excepted", "mitigated", "remediated",
        ],
        [_counts(one) for one in (*found.organisations, found.total)],
        "",
    )  # fmt: skip


def _counts(one: OrganisationCounts) -> list[str]:
    late = f"[bold red]{one.late:,}[/]" if one.late else "0"
    numbers = (
        one.due_in_3_days, one.due_in_14_days, one.due_in_60_days, one.undetermined, one.excepted,
        one.mitigated, one.remediated,
    )  # fmt: skip
    return [
        one.organisation or "all",
        safe(one.name),
        one.scope,
        *(f"{number:,}" for number in (one.assets, one.open, one.in_kev, one.to_do)),
        late,
        *(f"{number:,}" for number in numbers),
    ]


def _none(untold: Untold, *, is_narrowed: bool) -> str:
    if not untold.assets:
        return NO_INVENTORY
    if is_narrowed:
        return "No exposure fits. Without filters: tidegate exposure --state all"
    if untold.is_nothing:
        return "Nothing that is installed is known to be affected, and all of it could be told."
    return "Nothing is found, and not all could be told: that is not 'not affected'."


def _packages(row: ExposureRow) -> str:
    named = [safe(f"{one.word} {one.version}") for one in row.packages[:_PACKAGES]]
    more = len(row.packages) - _PACKAGES
    return ", ".join([*named, *([f"and {more} more"] if more > 0 else [])])
