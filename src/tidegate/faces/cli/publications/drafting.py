"""The commands that write what is published: begun, edited, taken over, revised, withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import print_data, tell
from tidegate.faces.cli.publications import editing, given
from tidegate.faces.cli.publications.given import AsJson, Because, Case, Identifier, Words
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.publications.models import Revision

MaybeWords = Annotated[
    str | None,
    typer.Option("--words", metavar="TEXT", help="What changes, for its history; else as before."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of publications."""
    for command in (begin, edit, recompose, audience, revise, withdraw):
        app.command()(command)


def begin(case: Case, as_json: AsJson = False) -> None:
    """Begin the publication of a case: its first revision is made of what the desks know."""
    open_instance()
    from tidegate.desks.publications.services import drafting

    row = drafting.begin(actor(), case, at=timezone.now())
    tell(
        {"publication": row.identifier, "case": row.case.key},
        f"{row.identifier} is begun",
        f"look at it:  tidegate publication check {row.identifier}",
        f"go on with it:  tidegate publication edit {row.identifier}",
        f"hand it in:  tidegate publication submit {row.identifier}",
        as_json=as_json,
    )


def edit(
    identifier: Identifier,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="As `show --format record` writes it; - is stdin."
        ),
    ] = None,
    words: MaybeWords = None,
    as_json: AsJson = False,
) -> None:
    """Edit the record of the revision that is worked on, in your editor or from a file.

    The editor is $VISUAL or $EDITOR. What was handed in or approved is a draft again, and every
    approval falls. If somebody else has edited it meanwhile, nothing is lost, and it says so.
    """
    if source is not None:
        edits, record = editing.read(given.content(source), given.file_name(source, "stdin"))
        open_instance()
        from tidegate.desks.publications.services import drafting

        row = drafting.edit(
            actor(), identifier, record, edits=edits, words=words, at=timezone.now()
        )
    else:
        open_instance()
        made = editing.in_editor(actor(), identifier, words=words)
        if made is None:
            tell({"edited": False}, "nothing was changed", as_json=as_json)
            return
        row = made
    _tell(row.publication.identifier, row, "is edited", as_json=as_json)


def recompose(
    identifier: Identifier,
    parts: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="PART", help="Such as products, fixes; all if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take over what the desks know now; `diff --known` shows before what that changes.

    Texts stay as they are.
    """
    open_instance()
    from tidegate.desks.publications.queries.composing import FROM_DESKS
    from tidegate.desks.publications.queries.detail import revision_of
    from tidegate.desks.publications.services import drafting

    who, now = actor(), timezone.now()
    edits = revision_of(who, identifier, at=now).edits
    row = drafting.recompose(who, identifier, edits=edits, parts=parts or FROM_DESKS, at=now)
    _tell(row.publication.identifier, row, "says what the desks know", as_json=as_json)


def audience(
    identifier: Identifier,
    label: Annotated[
        str, typer.Option("--label", metavar="LABEL", help="Such as TLP:AMBER; else as it is.")
    ] = "",
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="ORGANISATION", help="That has it, too.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="ORGANISATION", help="That has not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whom the revision that is worked on goes to; without options, show whom.

    TLP:CLEAR and TLP:GREEN are for everybody; the others for the organisations that are named.
    """
    open_instance()
    from tidegate.desks.access.keys import as_written
    from tidegate.desks.publications.queries.detail import revision_of, revision_record
    from tidegate.desks.publications.services import drafting

    who, now = actor(), timezone.now()
    row = revision_of(who, identifier, at=now)
    tlp, names = revision_record(who, identifier, at=now).label, set(row.audience)
    if label or add or remove:
        names |= {as_written(one) for one in add or ()}
        names -= {as_written(one) for one in remove or ()}
        row = drafting.address(
            who, identifier, label or tlp, sorted(names), edits=row.edits, at=now
        )
        tlp, names = label or tlp, set(row.audience)
    whom = ", ".join(sorted(names)) or "everybody"
    told = {"revision": row.number, "label": tlp, "audience": sorted(names), "state": row.state}
    tell(told, f"revision {row.number} goes to {whom} under {tlp}", as_json=as_json)


def revise(identifier: Identifier, words: Words, as_json: AsJson = False) -> None:
    """Begin the next revision of what is published; what is out stays until that goes out."""
    open_instance()
    from tidegate.desks.publications.services import drafting

    row = drafting.revise(actor(), identifier, words=words, at=timezone.now())
    _tell(row.publication.identifier, row, "is begun", as_json=as_json)


def withdraw(identifier: Identifier, because: Because, as_json: AsJson = False) -> None:
    """Begin the revision that withdraws a publication; it is approved as every other one is."""
    open_instance()
    from tidegate.desks.publications.services import drafting

    row = drafting.withdraw(actor(), identifier, reason=because, at=timezone.now())
    said = f"withdraws it once it is out: tidegate publication submit {row.publication.identifier}"
    _tell(row.publication.identifier, row, said, as_json=as_json)


def _tell(identifier: str, row: Revision, said: str, *, as_json: bool) -> None:
    if as_json:
        print_data(editing.as_told(identifier, row))
    else:
        tell({}, f"revision {row.number} of {identifier} {said}", as_json=False)
