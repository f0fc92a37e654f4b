"""`tidegate publication`: what is published of cases, as lists, documents and differences."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import nothing, print_data, say, tell, write_out
from tidegate.faces.cli.publications import shown_publications as shown
from tidegate.faces.cli.publications import to_know
from tidegate.faces.cli.publications.given import AsJson, Identifier
from tidegate.faces.cli.screens import ERRORS, safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.differences import Difference

PROBLEMS = 1
RECORD = "record"
"""The word for the record itself, beside those of the formats that are made of it."""

Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="F",
        help="osv, csaf20, csaf20-vex, csaf21, csaf21-vex, cve, openvex, cdx, or record.",
    ),
]
Revision = Annotated[
    int | None,
    typer.Option("--revision", metavar="N", min=1, help="The newest if left out."),
]

app = typer.Typer(
    help="Publications: written from cases, approved by a second coordinator, signed, sent out.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="WORD",
            help="draft, submitted, approved, held, published or withdrawn.",
        ),
    ] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="Of this one alone.")] = "",
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="A title, a package, a CVE, a name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Work on what is published; alone it lists publications, those that are worked on first."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.publications.queries.lists import list_publications

    rows = list_publications(actor(), state=state, case=case, text=search, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        shown.show_list(rows, is_narrowed=bool(state or case or search))


@app.command()
def show(
    identifier: Identifier,
    revision: Revision = None,
    format_word: Format = "",
    as_json: AsJson = False,
) -> None:
    """Show a publication and its revisions; with --format one revision as a document, on stdout.

    `--format record` is what `edit --from` takes. Exit code 1: the document has faults, or the
    record that it is made of, which are told on stderr.
    """
    open_instance()
    from tidegate.desks.publications.queries import detail, previews
    from tidegate.engines.formats.advisories.record import record_data

    who, now = actor(), timezone.now()
    if format_word == RECORD:
        # First the page: it says how often the record that is read was edited.
        row = detail.revision_of(who, identifier, revision, at=now)
        record = detail.revision_record(who, identifier, revision, at=now)
        print_record(row.edits, record_data(record))
        return
    if format_word:
        made = previews.preview(who, identifier, format_word, number=revision, at=now)
        if as_json:
            print_data(made)
        else:
            write_out(made.text.encode())
            for line in (made.note, *made.faults, *made.record_faults):
                if line:
                    ERRORS.print(safe(line), highlight=False, soft_wrap=True)
        raise typer.Exit(PROBLEMS if made.faults or made.record_faults else 0)
    page = detail.publication_page(who, identifier, at=now)
    if as_json:
        print_data(page)
    else:
        shown.show_page(page, only=revision)


@app.command()
def check(identifier: Identifier, revision: Revision = None, as_json: AsJson = False) -> None:
    """Say what keeps a revision from going out, and what is wrong with it in each format.

    Exit code 1: there is something. What is to be known besides, such as that it would be published
    in nobody's name, is said, and keeps nothing.
    """
    open_instance()
    from tidegate.desks.publications.queries import previews

    who, now = actor(), timezone.now()
    faults = previews.checked(who, identifier, number=revision, at=now)
    made = previews.previews(who, identifier, number=revision, at=now)
    notes = to_know.notes(who, identifier, revision, at=now)
    if as_json:
        formats = {one.word: {"faults": one.faults, "note": one.note} for one in made}
        print_data({"faults": faults, "formats": formats, "notes": notes})
    else:
        shown.show_check(faults, made, notes)
    raise typer.Exit(PROBLEMS if faults or any(one.faults for one in made) else 0)


@app.command()
def diff(
    identifier: Identifier,
    one: Annotated[
        int | None, typer.Argument(metavar="[A]", min=1, help="A revision; the one before B.")
    ] = None,
    other: Annotated[
        int | None, typer.Argument(metavar="[B]", min=1, help="Another one; the newest.")
    ] = None,
    format_word: Format = "",
    known: Annotated[
        bool,
        typer.Option("--known", help="To what the desks know now: what `recompose` would change."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two revisions, or, with --known, what the desks know by now."""
    open_instance()
    from tidegate.desks.publications.queries import detail, differences

    who, now = actor(), timezone.now()
    if known:
        if one or other or format_word:
            raise typer.BadParameter("--known compares the draft; leave the rest out")
        found = differences.since_composed(who, identifier, at=now)
        _tell(found, "The draft says what the desks know.", as_json=as_json)
        return
    if other is None:
        other = detail.revision_of(who, identifier, at=now).number
    if one is None:
        one = other - 1
    if one < 1:
        nothing("There is one revision only; what the desks know by now: --known")
        return
    if format_word and format_word != RECORD:
        text = differences.texts(who, identifier, one, other, format_word, at=now)
        if as_json:
            print_data({"from": one, "to": other, "format": format_word, "diff": text})
        else:
            write_out(text.encode())
        return
    found = differences.between(who, identifier, one, other, at=now)
    _tell(found, f"Revisions {one} and {other} say the same.", as_json=as_json)


@app.command()
def distribution(as_json: AsJson = False) -> None:
    """Show what waits to reach the update repository and the site, and why, and what has arrived.

    Exit code 1: something waits, or is approved and due and not out yet.
    """
    open_instance()
    from tidegate.desks.publications.queries.distribution import distribution_state

    found = distribution_state(actor(), at=timezone.now())
    if as_json:
        print_data(found)
    else:
        shown.show_distribution(found)
    raise typer.Exit(PROBLEMS if found.waiting or found.due else 0)


@app.command("rebuild-site")
def rebuild_site(as_json: AsJson = False) -> None:
    """Write the public folder anew from all that is published, such as for another address."""
    open_instance()
    from tidegate.desks.publications.services.distributing import rebuild_site as rebuild

    number = rebuild(actor(), at=timezone.now())
    sentence = f"{number:,} advisories are on the site"
    tell({"advisories": number}, sentence, as_json=as_json)


def print_record(edits: int, record: object) -> None:
    """Print a record to be edited, with the count of edits by which two editors see each other."""
    import orjson

    document = {"edits": edits, RECORD: record}
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def _tell(found: tuple[Difference, ...], same: str, *, as_json: bool) -> None:
    if as_json:
        print_data({"differences": found})
    elif found:
        shown.show_differences(found)
    else:
        say(same)
