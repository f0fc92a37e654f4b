"""The commands from a draft to what goes out: handed in, approved by a second one, scheduled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import print_data, say
from tidegate.faces.cli.publications import editing
from tidegate.faces.cli.publications import shown_publications as shown
from tidegate.faces.cli.publications.given import AsJson, Because, Identifier, moment
from tidegate.faces.cli.saying import is_terminal
from tidegate.faces.cli.saying import moment as written
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from datetime import datetime

    from tidegate.desks.access.actors import Actor
    from tidegate.desks.publications.models import Publication, Revision


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of publications."""
    app.command("give-back")(give_back)
    app.command("call-back")(call_back)
    for command in (submit, approve, drop, schedule, share, unshare):
        app.command()(command)


def submit(identifier: Identifier, as_json: AsJson = False) -> None:
    """Hand in what is worked on for another coordinator's approval; `check` tells its faults."""
    open_instance()
    from tidegate.desks.publications.services import approving

    row = approving.submit(actor(), identifier, at=timezone.now())
    name = row.publication.identifier
    said = f"waits for another coordinator: tidegate publication approve {name}"
    _tell(row, said, as_json=as_json)


def give_back(identifier: Identifier, because: Because, as_json: AsJson = False) -> None:
    """Give what was handed in back to be written on, and say what is missing."""
    open_instance()
    from tidegate.desks.publications.services import approving

    row = approving.give_back(actor(), identifier, reason=because, at=timezone.now())
    _tell(row, "is given back", as_json=as_json)


def approve(
    identifier: Identifier,
    digest: Annotated[
        str,
        typer.Option(
            "--digest", metavar="SHA256", help="Of what you have read, as `show` tells it."
        ),
    ] = "",
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What you have to say to it.")
    ] = "",
    knowing: Annotated[
        bool,
        typer.Option(
            "--knowing-what-it-reveals",
            help="It points at a case that is kept secret longer, and you know that.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Approve what another coordinator has handed in: exactly that, to whom it goes, at its time.

    Without --digest it shows what is new in it, and asks; where nobody can be asked, name the
    digest of what you have read.
    """
    open_instance()
    from tidegate.desks.publications.services import approving

    who, now = actor(), timezone.now()
    row = approving.approve(
        who,
        identifier,
        digest=digest or _read(who, identifier, now),
        words=words,
        knowing_what_it_reveals=knowing,
        at=now,
    )
    when = f"at {written(row.publish_at)}" if row.publish_at else "at once"
    _tell(
        row,
        f"is approved, and goes out {when}, while tidegate serve or tidegate work runs",
        as_json=as_json,
    )


def call_back(identifier: Identifier, because: Because, as_json: AsJson = False) -> None:
    """Withdraw the approval of what is not out yet; it waits for another one then."""
    open_instance()
    from tidegate.desks.publications.services import approving

    row = approving.call_back(actor(), identifier, reason=because, at=timezone.now())
    _tell(row, "is called back", as_json=as_json)


def drop(identifier: Identifier, because: Because, as_json: AsJson = False) -> None:
    """Leave the revision that is worked on; what is out stays as it is."""
    open_instance()
    from tidegate.desks.publications.services import approving

    row = approving.drop(actor(), identifier, reason=because, at=timezone.now())
    _tell(row, "is dropped", as_json=as_json)


def schedule(
    identifier: Identifier,
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="Such as 2026-12-31T12:00:00Z.")
    ] = "",
    at_once: Annotated[bool, typer.Option("--at-once", help="As soon as it is approved.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set when a revision goes out; what is approved already has to be approved anew."""
    if bool(at) == at_once:
        raise typer.BadParameter("say one of the two: --at INSTANT or --at-once")
    when = moment(at, "--at")
    open_instance()
    from tidegate.desks.publications.services import approving

    row = approving.schedule(actor(), identifier, when, at=timezone.now())
    told = f"at {written(row.publish_at)}" if row.publish_at else "as soon as it is approved"
    _tell(row, f"goes out {told}; it is {row.state}", as_json=as_json)


def share(identifier: Identifier, as_json: AsJson = False) -> None:
    """Show the drafts to the parties of the case, and what is edited later; `unshare` ends it."""
    open_instance()
    from tidegate.desks.publications.services import sharing

    row = sharing.share(actor(), identifier, at=timezone.now())
    _tell_shared(row, "the parties of the case read its drafts", as_json=as_json)


def unshare(identifier: Identifier, as_json: AsJson = False) -> None:
    """Show the drafts to nobody but coordinators any more."""
    open_instance()
    from tidegate.desks.publications.services import sharing

    row = sharing.unshare(actor(), identifier, at=timezone.now())
    _tell_shared(row, "nobody but coordinators reads its drafts", as_json=as_json)


def _read(who: Actor, identifier: str, at: datetime) -> str:
    """Show what is to be approved, and ask; returns the digest of what was shown.

    Raises:
        BadParameter: nobody can be asked.
        Abort: they do not approve it.
    """
    from tidegate.desks.publications.queries import detail, differences

    page = detail.publication_page(who, identifier, at=at)
    newest = page.revisions[0] if page.revisions else None
    if newest is None or not is_terminal():
        raise typer.BadParameter(
            "nobody can be asked; read it with `tidegate publication show`, and name its digest:"
            " --digest SHA256"
        )
    shown.show_page(page, only=newest.number)
    approved = detail.revision_record(who, identifier, newest.number, at=at)
    shown.show_approval(approved, newest)
    if newest.number > 1:
        found = differences.between(who, identifier, newest.number - 1, newest.number, at=at)
        shown.show_differences(found)
    else:
        from tidegate.engines.formats.advisories.record import record_data

        shown.show_record(record_data(approved))
    typer.confirm("Approve exactly this?", abort=True, err=True)
    return newest.digest


def _tell(row: Revision, said: str, *, as_json: bool) -> None:
    name = row.publication.identifier
    if as_json:
        print_data(editing.as_told(name, row))
    else:
        say(f"revision {row.number} of {name} {said}")


def _tell_shared(row: Publication, said: str, *, as_json: bool) -> None:
    if as_json:
        print_data({"publication": row.identifier, "shared_at": row.shared_at})
    else:
        say(f"{row.identifier}: {said}")
