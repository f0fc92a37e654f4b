"""The commands of a case that is worked on with others: begun, shown, labelled, ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.desks.access.words import Label
from tidegate.faces.cli import coordination_shown as shown
from tidegate.faces.cli import embargoes, messaging, partaking, waiting
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.given import Case, moment
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of coordination to the command line."""
    for command in (coordinate, coordination, clocks, label, fact, close, open_again, open_case):
        app.command()(command)
    partaking.add_to(app)
    embargoes.add_to(app)
    messaging.add_to(app)
    waiting.add_to(app)


def coordinate(
    case: Case,
    policy: Annotated[
        str, typer.Option("--policy", metavar="NAME", help="The disclosure policy that it follows.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Begin to work on a case with others; its policy's clocks run from now on."""
    open_instance()
    from tidegate.desks.cases.services.opening import DEFAULT_POLICY, open_coordination

    row = open_coordination(actor(), case, policy=policy or DEFAULT_POLICY, at=timezone.now())
    shown.show_state(row, f"{row.case.key} is coordinated, after {row.policy}", as_json=as_json)


def coordination(case: Case, as_json: AsJson = False) -> None:
    """Show the coordination of a case: its terms, its parties, its clocks, what was seen."""
    open_instance()
    from tidegate.desks.cases.queries.case_page import get_case_page

    page = get_case_page(actor(), case, at=timezone.now())
    if as_json:
        print_json({**asdict(page), "score": shown.score_of(page)})
    else:
        shown.show_coordination(page)


def clocks(case: Case, as_json: AsJson = False) -> None:
    """List the clocks of a case: what is due when, and by whose word."""
    open_instance()
    from tidegate.desks.cases.queries.case_page import get_case_page

    rows = get_case_page(actor(), case, at=timezone.now()).clocks
    if as_json:
        print_json({"rows": [asdict(row) for row in rows]})
    else:
        shown.show_clocks(rows)


def label(
    case: Case,
    tlp: Annotated[Label, typer.Argument(metavar="LABEL", help="Such as TLP:AMBER+STRICT.")],
    as_json: AsJson = False,
) -> None:
    """Set a case's Traffic Light Protocol label."""
    open_instance()
    from tidegate.desks.cases.services import opening

    row = opening.label(actor(), case, tlp, at=timezone.now())
    shown.show_state(row, f"{row.case.key} is {row.tlp} now", as_json=as_json)


def fact(
    case: Case,
    what: Annotated[
        str, typer.Argument(metavar="FACT", help="public, exploit-public or attacks-seen.")
    ],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it came about; now if left out.")
    ] = "",
    source: Annotated[
        str, typer.Option("--source", metavar="TEXT", help="Where it can be seen.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Record that something is public, or that attacks were seen; it ends the embargo."""
    open_instance()
    from tidegate.desks.cases.services import facts

    row = facts.record_fact(
        actor(), case, what, happened_at=moment(at, "--at"), source=source, at=timezone.now()
    )
    shown.show_state(
        row, f"{what} is recorded; the embargo of {row.case.key} is {row.embargo}", as_json=as_json
    )


def close(
    case: Case,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What is said at the end.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """End the work on a case; what was said stays to be read."""
    open_instance()
    from tidegate.desks.cases.services import opening

    row = opening.close(actor(), case, words=words, at=timezone.now())
    shown.show_state(row, f"{row.case.key} is closed", as_json=as_json)


def open_again(case: Case, reason: Reason, as_json: AsJson = False) -> None:
    """Go on with the work on a case that was closed."""
    open_instance()
    from tidegate.desks.cases.services import opening

    row = opening.open_again(actor(), case, reason=reason, at=timezone.now())
    shown.show_state(row, f"{row.case.key} is open again", as_json=as_json)


def open_case(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Such as F-7K3M9-Q2X4D.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Open a case for a finding that no run has shown to be true; one answers for that."""
    open_instance()
    from tidegate.desks.cases.services import opening

    case = opening.open_for_unproven(actor(), finding, reason=reason, at=timezone.now())
    shown.tell({"case": case.key}, f"{case.key} is open", as_json=as_json)
