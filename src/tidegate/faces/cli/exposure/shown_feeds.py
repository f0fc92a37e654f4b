"""What the commands print for people of feeds: their age, their editions, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tidegate.faces.cli.exposure.documents import age, nothing, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import ERRORS, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.feeds import EditionRow, FeedRow
    from tidegate.desks.exposure.services.feeds import Taken


def show_feeds(rows: Sequence[FeedRow], *, every: bool) -> None:
    """Show feeds, those that were loaded or are followed first."""
    shown = [row for row in rows if every or row.edition or row.is_followed]
    table(
        "",
        ["feed", "what", "licence", "of", "age", "counts for", "records", "", "trouble"],
        [_line(row) for row in shown],
        "No feed is loaded: nothing can be told of any vulnerability.\n"
        "tidegate feeds take kev, or tidegate feeds take-all FOLDER",
    )
    left = len(rows) - len(shown)
    if left:
        nothing(f"{left} more were never loaded: tidegate feeds --all")


def show_editions(feed: str, rows: Sequence[EditionRow]) -> None:
    """Show the editions of a feed."""
    table(
        "",
        ["version", "of", "came", "from", "records", "refused", "gone", "", "words"],
        [
            [
                safe(row.version),
                moment(row.said_at),
                moment(row.fetched_at),
                safe(row.came_from),
                f"{row.records:,}",
                f"{row.refused_records:,}",
                f"{row.vanished:,}",
                "counts" if row.counts else row.outcome,
                safe(row.words),
            ]
            for row in rows
        ],
        f"No edition of {feed} yet: tidegate feeds take {feed}",
    )


def show_taken(done: Taken) -> None:
    """Say what became of an edition."""
    new = (
        (done.advisories, "advisories"),
        (done.vulnerabilities, "vulnerabilities of which something is said"),
    )
    told = " and ".join(f"{count:,} {what}" for count, what in new if count)
    counts = f"{told or 'nothing'} new or changed" if done.outcome == "taken" else ""
    of = f"of {moment(done.said_at)}" if done.said_at else ""
    edition = " ".join(part for part in (done.feed, done.version, of) if part)
    said = "; ".join(part for part in (counts, done.words) if part)
    say(f"{edition}: {done.outcome.replace('-', ' ')}; {said}")
    if done.is_too_old:
        say(f"  what counts of {done.feed} is too old to be a ground for an answer")
    if done.vanished:
        say(f"  {done.vanished:,} records are gone; that is no withdrawal, and they still count")
    for one in done.refused:
        ERRORS.print(f"  refused: {safe(str(one))}", highlight=False, soft_wrap=True)
    if done.refused_records > len(done.refused):
        more = done.refused_records - len(done.refused)
        ERRORS.print(f"  and {more:,} more records", highlight=False)


def _line(row: FeedRow) -> list[str]:
    edition = row.edition
    state = "followed" if row.is_followed else ""
    if row.is_taking:
        state = f"{state} not taken in to its end".strip()
    aged = age(row.age)
    trouble = row.trouble or (row.last_refusal.words if row.last_refusal else "")
    return [
        row.name,
        safe(row.title),
        safe(row.licence),
        moment(edition.said_at) if edition else "never loaded",
        f"[bold red]{aged}, too old[/]" if row.is_too_old else aged,
        age(row.max_age),
        f"{edition.records:,}" if edition else "",
        state,
        safe(trouble),
    ]
