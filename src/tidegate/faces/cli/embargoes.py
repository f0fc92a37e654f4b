"""The commands of an embargo: shown, proposed, accepted, refused, and ended early by two."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli import coordination_shown as shown
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.given import Case, moment, written
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
MaybeReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, if it is said.")]
Knowing = Annotated[
    bool,
    typer.Option(
        "--knowing-what-it-reveals",
        help="It gives away a case that is kept secret longer, and one knows that.",
    ),
]

embargo = typer.Typer(
    help="Until when a case is kept secret.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of embargoes to the command line."""
    app.add_typer(embargo, name="embargo")
    app.command()(release)


@embargo.command()
def show(case: Case, as_json: AsJson = False) -> None:
    """Show the terms of a case, also to whoever is invited to it."""
    open_instance()
    from tidegate.desks.cases.queries.case_page import get_terms

    terms = get_terms(actor(), case, at=timezone.now())
    if as_json:
        print_json(asdict(terms))
    else:
        shown.show_terms(terms)


@embargo.command()
def propose(
    case: Case,
    end: Annotated[str, typer.Argument(metavar="INSTANT", help="Such as 2026-11-30T12:00:00Z.")],
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="Further terms, kept verbatim.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Propose until when a case is kept secret; every consent lapses until it is given again."""
    open_instance()
    from tidegate.desks.cases.services import embargoes

    ends_at = moment(end, "the end")
    if ends_at is None:
        raise typer.BadParameter("say until when, as 2026-11-30T12:00:00Z")
    terms = embargoes.propose(actor(), case, ends_at, words=words, at=timezone.now())
    told = {"number": terms.pk, "ends_at": terms.ends_at, "outcome": terms.outcome}
    shown.tell(told, f"proposed: secret until {written(terms.ends_at)}", as_json=as_json)


@embargo.command()
def accept(case: Case, knowing: Knowing = False, as_json: AsJson = False) -> None:
    """Put the proposed terms in force; for coordinators."""
    open_instance()
    from tidegate.desks.cases.services import embargoes

    row = embargoes.accept(actor(), case, knowing_what_it_reveals=knowing, at=timezone.now())
    end = written(row.ends_at) if row.ends_at else "no date"
    shown.show_state(row, f"{row.case.key} is kept secret until {end}", as_json=as_json)


@embargo.command()
def refuse(case: Case, reason: MaybeReason = "", as_json: AsJson = False) -> None:
    """Refuse the proposed terms; those in force stand. For coordinators."""
    open_instance()
    from tidegate.desks.cases.services import embargoes

    row = embargoes.refuse(actor(), case, reason=reason, at=timezone.now())
    told = f"refused; the embargo of {row.case.key} is {row.embargo}"
    shown.show_state(row, told, as_json=as_json)


@embargo.command()
def approve(case: Case, reason: Reason, as_json: AsJson = False) -> None:
    """Approve proposed terms that end earlier than those in force; it takes two coordinators."""
    open_instance()
    from tidegate.desks.cases.services import releasing

    given = releasing.approve_terms(actor(), case, reason=reason, at=timezone.now())
    told = {"purpose": given.purpose, "at": given.at}
    shown.tell(
        told, "approved; with another coordinator's word they can be accepted", as_json=as_json
    )


def release(
    case: Case,
    reason: MaybeReason = "",
    knowing: Knowing = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw the own approval instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Approve that the embargo ends now; the second of two different coordinators ends it."""
    open_instance()
    from tidegate.desks.cases.services import releasing

    if withdraw:
        given = releasing.withdraw(actor(), case, at=timezone.now())
        told = {"purpose": given.purpose, "withdrawn_at": given.withdrawn_at}
        shown.tell(told, "the approval is withdrawn", as_json=as_json)
        return
    ended = releasing.approve_release(
        actor(), case, reason=reason, knowing_what_it_reveals=knowing, at=timezone.now()
    )
    sentence = "the embargo has ended" if ended else "approved; it takes another coordinator"
    shown.tell({"ended": ended}, sentence, as_json=as_json)
