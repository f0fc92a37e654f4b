"""The commands of what directives ask of an organisation: where it stands, and what it records."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, remedies, shown_duties
from tidegate.faces.cli.exposure.documents import print_data, tell, write_out
from tidegate.faces.cli.exposure.given import AsJson, Because, Organisation
from tidegate.faces.cli.exposure.remedies import Approver, Until
from tidegate.faces.cli.given import written
from tidegate.instance.opening import open_instance

Directive = Annotated[str, typer.Argument(metavar="DIRECTIVE", help="Such as bod-26-02.")]
Requirement = Annotated[
    str, typer.Argument(metavar="REQUIREMENT", help="As `directives show` names it.")
]
Occurrence = Annotated[
    str, typer.Option("--occurrence", metavar="WORD", help="Which one, where there are several.")
]
Event = Annotated[
    str, typer.Argument(metavar="EVENT", help="The directive's word, such as exploitation-known.")
]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Your own for this one, such as a CVE.")
]
When = Annotated[str, typer.Option("--at", metavar="INSTANT", help="When it was; now if left out.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of directives."""
    app.command("except")(except_one)
    for command in (compliance, fulfil, take_back, happened, take_back_happened, roles):
        app.command()(command)


def compliance(
    organisation: Organisation = "",
    as_csv: Annotated[
        bool, typer.Option("--csv", help="A row for each duty, as a spreadsheet reads it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say where an organisation stands: what is due, done, late, excepted, of each directive."""
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json are two forms; ask for one")
    open_instance()
    from tidegate.desks.exposure.queries.compliance import as_report
    from tidegate.desks.exposure.queries.compliance import compliance as standing
    from tidegate.engines.directives import to_csv

    who = actor()
    found = standing(who, given.operator(who, organisation), at=timezone.now())
    if as_csv:
        write_out(to_csv(as_report(found)).encode())
    elif as_json:
        print_data(shown_duties.compliance_data(found))
    else:
        shown_duties.show_compliance(found)


def fulfil(
    directive: Directive,
    requirement: Requirement,
    because: Annotated[
        str,
        typer.Option("--because", metavar="TEXT", help="What was done, and where that is seen."),
    ],
    at: When = "",
    occurrence: Occurrence = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Record that an organisation has done what a directive asks; `take-back` undoes it."""
    open_instance()
    from tidegate.desks.exposure.services.fulfilling import fulfil as record

    who, now = actor(), timezone.now()
    row = record(
        who,
        given.operator(who, organisation),
        directive,
        requirement,
        occurrence=occurrence,
        done_at=given.past(at, "--at", at=now),
        words=because,
        at=now,
    )
    columns = ("directive", "requirement", "occurrence", "done_at", "words")
    tell(
        {name: getattr(row, name) for name in columns},
        f"{row.directive} {row.requirement} was done at {written(row.done_at)}",
        as_json=as_json,
    )


def take_back(
    directive: Directive,
    requirement: Requirement,
    occurrence: Occurrence = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Take back that something was done; that it was said stays on record."""
    open_instance()
    from tidegate.desks.exposure.services.fulfilling import take_back_fulfilment

    who = actor()
    take_back_fulfilment(
        who,
        given.operator(who, organisation),
        directive,
        requirement,
        occurrence=occurrence,
        at=timezone.now(),
    )
    told = {"directive": directive, "requirement": requirement, "occurrence": occurrence}
    tell(told, f"{directive} {requirement} is to be done", as_json=as_json)


def happened(
    directive: Directive,
    event: Event,
    name: Name,
    at: When = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Record that something has happened from which a directive's clocks count, such as 24 hours.

    `tidegate directives compliance` lists the events, and shows what is due because of one.
    """
    open_instance()
    from tidegate.desks.exposure.services.fulfilling import say_happened

    who, now = actor(), timezone.now()
    row = say_happened(
        who,
        given.operator(who, organisation),
        directive,
        event,
        name,
        given.past(at, "--at", at=now),
        at=now,
    )
    tell(
        {"directive": row.directive, "event": row.event, "name": row.name, "at": row.at},
        f"{row.event} of {row.name} at {written(row.at)}: its clocks run; tidegate due shows them",
        as_json=as_json,
    )


def take_back_happened(
    directive: Directive,
    event: Event,
    name: Name,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Take back that something has happened; its clocks run no more."""
    open_instance()
    from tidegate.desks.exposure.services import fulfilling

    who = actor()
    fulfilling.take_back_happened(
        who, given.operator(who, organisation), directive, event, name, at=timezone.now()
    )
    told = {"directive": directive, "event": event, "name": name}
    tell(told, f"{event} of {name} is taken back", as_json=as_json)


def roles(
    role: Annotated[
        list[str] | None,
        typer.Argument(metavar="ROLE...", help="Such as role/manufacturer; none of them empties."),
    ] = None,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Say by which words directives speak of an organisation; they replace those before."""
    open_instance()
    from tidegate.desks.exposure.services.fulfilling import set_roles

    who = actor()
    row = set_roles(who, given.operator(who, organisation), tuple(role or ()), at=timezone.now())
    tell({"roles": row.roles}, f"roles: {' '.join(row.roles) or 'none'}", as_json=as_json)


def except_one(
    directive: Directive,
    requirement: Requirement,
    until: Until,
    approver: Approver,
    because: Because,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Except a requirement for an organisation; `tidegate exposure end-exception` ends it early."""
    open_instance()
    from tidegate.desks.exposure.services.exceptions import except_requirement

    who = actor()
    row = except_requirement(
        who,
        given.operator(who, organisation),
        directive,
        requirement,
        because,
        approver,
        given.instant(until, "--until"),
        at=timezone.now(),
    )
    remedies.tell_exception(row, as_json=as_json)
