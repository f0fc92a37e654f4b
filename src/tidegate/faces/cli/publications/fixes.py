"""`tidegate fix`: fixes that are offered for a case, tried on the ladder, and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import print_data, say, tell, write_out
from tidegate.faces.cli.publications import climbing, given, shown_fixes
from tidegate.faces.cli.publications.given import AsJson, Because, Case, Fix
from tidegate.instance.opening import open_instance

PROBLEMS = 1

Wait = Annotated[
    bool, typer.Option("--wait", help="Until the trial has ended; something has to work.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of fixes."""
    app.command("list")(list_them)
    for command in (offer, show, trial, look, withdraw, diff, receipt):
        app.command()(command)


def offer(
    case: Case,
    patch: Annotated[
        Path | None, typer.Option("--patch", metavar="FILE", help="A unified diff; - is stdin.")
    ] = None,
    release: Annotated[
        str | None, typer.Option("--release", metavar="VERSION", help="A released version.")
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            metavar="VERSION",
            help="Of the diff; the one that the case's proof was run on, if left out.",
        ),
    ] = "",
    tests: Annotated[
        list[Path] | None,
        typer.Option("--test", metavar="FILE", help="A program that fails before, passes after."),
    ] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What it does, in words.")
    ] = "",
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Offer a fix for a case, and have it tried. Give a diff, or a released version.

    With --wait exit code 1: it may not be published as fixed.
    """
    if (patch is None) == (release is None):
        raise typer.BadParameter("give either --patch FILE or --release VERSION")
    diff = given.content(patch) if patch else None
    programs = {test.name: given.content(test) for test in tests or ()}
    open_instance()
    from tidegate.desks.publications.services import fixes

    who = actor()
    row = fixes.offer(
        who,
        case,
        patch=diff,
        release=release,
        against=against,
        tests=programs or None,
        words=words,
        at=timezone.now(),
    )
    if wait:
        _shown_at_the_end(row.key, as_json=as_json)
    told = {"fix": row.key, "kind": row.kind, "version": row.version, "sha256": row.sha256}
    tell(told, f"{row.key} is offered, and waits to be tried", _working(), as_json=as_json)


def list_them(case: Case, as_json: AsJson = False) -> None:
    """List the fixes that were offered for a case, with each rung's word of the last trial."""
    open_instance()
    from tidegate.desks.publications.queries import fixes

    rows = fixes.fixes_of(actor(), case, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        shown_fixes.show_list(case, rows)


def show(fix: Fix, as_json: AsJson = False) -> None:
    """Show a fix: its rungs, its labels, and why it may not be published as fixed."""
    open_instance()
    from tidegate.desks.publications.queries import fixes

    found = fixes.fix(actor(), fix, at=timezone.now())
    if as_json:
        print_data(found)
    else:
        shown_fixes.show_fix(found)


def trial(fix: Fix, wait: Wait = False, as_json: AsJson = False) -> None:
    """Have a fix tried once more; what earlier trials showed stays.

    With --wait exit code 1: it may not be published as fixed.
    """
    open_instance()
    from tidegate.desks.publications.services import fixes

    asked = fixes.ask_for_trial(actor(), fix, at=timezone.now())
    key = asked.fix.key
    if wait:
        _shown_at_the_end(key, as_json=as_json)
    told = {"fix": key, "trial": asked.number, "state": asked.state}
    tell(told, f"trial {asked.number} of {key} waits", _working(), as_json=as_json)


def look(
    fix: Fix,
    because: Because,
    accept: Annotated[bool, typer.Option("--accept", help="It is good.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what you think of a fix that you have looked at; your newest word counts.

    It is the maintainer's word where you are on the team of a vendor of the case.
    """
    if accept == reject:
        raise typer.BadParameter("say which of the two: --accept or --reject")
    open_instance()
    from tidegate.desks.publications.services import fixes

    made = fixes.look(actor(), fix, accepts=accept, words=because, at=timezone.now())
    word = "accepts" if made.accepts else "rejects"
    whose = "as its maintainer" if made.is_maintainer else "as somebody who has looked"
    tell(
        {"fix": made.fix.key, "accepts": made.accepts, "is_maintainer": made.is_maintainer},
        f"{made.person.name} {word} {made.fix.key}, {whose}",
        as_json=as_json,
    )


def withdraw(fix: Fix, because: Because, as_json: AsJson = False) -> None:
    """Withdraw a fix: nothing of it is tried or published from now on."""
    open_instance()
    from tidegate.desks.publications.services import fixes

    row = fixes.withdraw(actor(), fix, why=because, at=timezone.now())
    told = {"fix": row.key, "withdrawn_at": row.withdrawn_at}
    tell(told, f"{row.key} is withdrawn; offer it anew to undo that", as_json=as_json)


def diff(fix: Fix) -> None:
    """Write a fix's diff to stdout, byte for byte. It shows where the bug is."""
    open_instance()
    from tidegate.desks.publications.queries import fixes

    write_out(fixes.diff_of(actor(), fix, at=timezone.now()))


def receipt(
    fix: Fix,
    number: Annotated[
        int | None, typer.Option("--trial", metavar="N", min=1, help="The last one if left out.")
    ] = None,
) -> None:
    """Write the signed receipt of a trial to stdout; it is checked without this instance."""
    open_instance()
    from tidegate.desks.access.refusals import NotFoundError
    from tidegate.desks.publications.queries import fixes

    who, now = actor(), timezone.now()
    if number is None:
        trials = fixes.fix(who, fix, at=now).trials
        number = next((one.number for one in trials if one.receipt_sha256), None)
    if number is None:
        raise NotFoundError("receipt", f"{fix}, which was not tried to the end")
    write_out(fixes.receipt_of(who, fix, number, at=now))


def _shown_at_the_end(key: str, *, as_json: bool) -> None:
    """Show a fix once its trial has ended, and end with whether it may be published as fixed."""
    found = climbing.wait_for(actor(), key, quiet=as_json)
    if as_json:
        print_data(found)
    else:
        say("")
        shown_fixes.show_fix(found)
    raise typer.Exit(0 if found.trials[0].may_publish else PROBLEMS)


def _working() -> str:
    return "tidegate work tries it, and so does tidegate serve; --wait shows how far it is"
