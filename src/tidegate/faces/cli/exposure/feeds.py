"""`tidegate feeds`: what others publish about vulnerabilities is taken in, followed, and aged."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import progress, shown_feeds
from tidegate.faces.cli.exposure.documents import print_data, tell
from tidegate.faces.cli.exposure.given import AsJson
from tidegate.faces.cli.screens import ERRORS, safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.models import FeedState
    from tidegate.desks.exposure.services.feeds import Taken

PROBLEMS = 1

Feed = Annotated[str, typer.Argument(metavar="FEED", help="Such as kev.")]

app = typer.Typer(
    help="Feeds of vulnerabilities: KEV, EPSS, Vulnrichment, CVE, OSV, GHSA.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that were never loaded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell of feeds of vulnerabilities; alone it lists them, with their age by their own dates."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.feeds import feeds
    from tidegate.desks.exposure.services.bringing import shown_place

    _acting()
    rows = feeds(timezone.now())
    if as_json:
        print_data({"rows": [replace(row, place=shown_place(row.place)) for row in rows]})
    else:
        shown_feeds.show_feeds(rows, every=every)


@app.command()
def take(
    feed: Annotated[list[str], typer.Argument(metavar="FEED...", help="Such as kev epss.")],
    place: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="A file, a folder, or a mirror's address, for this time.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take in the newest edition of feeds, if it is good and not here yet.

    One that shrinks by half, goes back in time or breaks its schema is refused, and the last good
    one stays. What was stopped goes on by doing it again.

    Exit code 1: one was refused, or could not be had.
    """
    open_instance()
    good = [_take(one, place, as_json=as_json, is_one_of_many=len(feed) > 1) for one in feed]
    raise typer.Exit(0 if all(good) else PROBLEMS)


@app.command()
def take_all(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="With files such as kev.json, osv-npm.zip.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take in each file of a folder that is called as a feed is, such as a mirror that was copied.

    Exit code 1: one was refused, or could not be read.
    """
    from tidegate.engines.feeds import FEEDS, file_of

    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder; give the folder of the feeds' files")
    found = {name: path for name, feed in FEEDS.items() if (path := file_of(feed, folder))}
    if not found:
        raise typer.BadParameter(
            f"{folder} holds nothing that is called as a feed is, such as kev.json or osv-npm.zip;"
            " tidegate feeds --all lists their names"
        )
    open_instance()
    good = [
        _take(name, str(path), as_json=as_json, is_one_of_many=True) for name, path in found.items()
    ]
    raise typer.Exit(0 if all(good) else PROBLEMS)


@app.command()
def follow(
    feed: Feed,
    place: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="Where it is always read from: a mirror's address, a path; '' for its own.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a feed fetched by itself, from its publisher or a mirror."""
    _follow(feed, place, is_followed=True, as_json=as_json)


@app.command()
def unfollow(feed: Feed, as_json: AsJson = False) -> None:
    """Have a feed fetched by itself no more; what is here of it stays, and grows old."""
    _follow(feed, None, is_followed=False, as_json=as_json)


@app.command()
def editions(feed: Feed, as_json: AsJson = False) -> None:
    """List the editions of a feed, the newest first: taken, refused and why."""
    open_instance()
    from tidegate.desks.exposure.queries.feeds import editions as editions_of
    from tidegate.engines.feeds import FEEDS

    if feed not in FEEDS:
        raise typer.BadParameter(f"no feed {feed[:60]!r}; there are {', '.join(FEEDS)}")
    _acting()
    rows = editions_of(feed)
    if as_json:
        print_data({"rows": rows})
    else:
        shown_feeds.show_editions(feed, rows)


@app.command()
def compare(as_json: AsJson = False) -> None:
    """Compare all that is installed with all advisories, after an upgrade.

    It changes nothing as long as versions are ordered as they were. Take the feeds in before.
    """
    open_instance()
    from tidegate.desks.exposure.services.comparing import compare_all

    with ERRORS.status("comparing everything"):
        done = compare_all(actor(), at=timezone.now())
    words = (
        f"{done.keys:,} versions stand elsewhere; {done.opened:,} exposures opened,"
        f" {done.cleared:,} cleared, {done.changed:,} changed"
    )
    tell(asdict(done), words, as_json=as_json)


def _acting() -> None:
    """Refuse somebody who may not act here: what mirrors are called is not everybody's to know."""
    actor()


def _take(name: str, place: str, *, as_json: bool, is_one_of_many: bool) -> bool:
    """Take in one feed, and say what became of it; of many, one that fails stops no other."""
    from tidegate.desks.exposure.services.feeds import take as take_in
    from tidegate.desks.findings.services.refusals import NotPossibleError

    try:
        with progress.taking(name, quiet=as_json) as told:
            done = take_in(actor(), name, place, at=timezone.now(), told=told)
    except NotPossibleError as error:
        if not is_one_of_many:
            raise
        if as_json:
            print_data({"feed": name, "outcome": "failed", "words": str(error)})
        else:
            ERRORS.print(f"{safe(name)}: {safe(str(error))}", highlight=False, soft_wrap=True)
        return False
    _tell(done, as_json=as_json)
    return done.outcome != "refused"


def _tell(done: Taken, *, as_json: bool) -> None:
    if as_json:
        print_data(done)
    else:
        shown_feeds.show_taken(done)


def _follow(feed: str, place: str | None, *, is_followed: bool, as_json: bool) -> None:
    open_instance()
    from tidegate.desks.exposure.services.bringing import shown_place
    from tidegate.desks.exposure.services.feeds import follow as settle

    row: FeedState = settle(actor(), feed, place=place, is_followed=is_followed, at=timezone.now())
    where = shown_place(row.place)
    told: dict[str, Any] = {"feed": row.name, "is_followed": row.is_followed, "place": where}
    followed = "is fetched by itself" if row.is_followed else "is fetched by itself no more"
    tell(told, f"{row.name} {followed}, from {where or 'its publisher'}", as_json=as_json)
