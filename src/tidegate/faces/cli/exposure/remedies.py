"""The commands of what was done about exposures: remedies, and exceptions while nothing is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, shown_exposure
from tidegate.faces.cli.exposure.documents import print_data, tell
from tidegate.faces.cli.exposure.given import AsJson, Because, Exposure, OfOrganisation
from tidegate.faces.cli.given import written
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.models import Excepted

Approver = Annotated[
    str, typer.Option("--approver", metavar="NAME", help="Who answers for it, by name.")
]
Until = Annotated[
    str, typer.Option("--until", metavar="INSTANT", help="Such as 2026-12-31T12:00:00Z.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of exposures."""
    app.command("except")(except_one)
    for command in (remedy, take_back, end_exception, exceptions):
        app.command()(command)


def remedy(
    exposure: Annotated[
        list[str], typer.Argument(metavar="EXPOSURE...", help="All of them, or none.")
    ],
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help="What was done.")],
    mitigated: Annotated[
        bool, typer.Option("--mitigated", help="It cannot be exploited there any more.")
    ] = False,
    remediated: Annotated[
        bool, typer.Option("--remediated", help="It is fixed; a new inventory will show it.")
    ] = False,
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it was done; now if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say that exposures were mitigated or remediated; `take-back` undoes it.

    Nothing clears by being said: it does when a new inventory shows it.
    """
    if mitigated == remediated:
        raise typer.BadParameter("say which of the two it was: --mitigated or --remediated")
    open_instance()
    from tidegate.desks.exposure.services.remedies import say_remedy

    now, word = timezone.now(), "mitigated" if mitigated else "remediated"
    done_at = given.past(at, "--at", at=now)
    done = say_remedy(actor(), exposure, word, done_at=done_at, words=because, at=now)
    late = f"late, after its day was over: {', '.join(done.late)}" if done.late else ""
    tell(
        {
            "exposures": done.exposures,
            "remedy": word,
            "done_at": done_at,
            "out_of_order": done.out_of_order,
            "late": done.late,
            "warning": done.warning,
        },
        f"{done.exposures:,} said to be {word} at {written(done_at)}",
        late,
        done.warning and f"warning: {done.warning}",
        as_json=as_json,
    )


def take_back(exposure: Exposure, as_json: AsJson = False) -> None:
    """Take back what was last said to have been done; what was said before holds again."""
    open_instance()
    from tidegate.desks.exposure.services.remedies import take_back_remedy

    row = take_back_remedy(actor(), exposure, at=timezone.now())
    holds = "nothing is said to have been done" if row.remedy == "none" else f"{row.remedy} holds"
    tell({"exposure": row.key, "remedy": row.remedy}, f"{row.key}: {holds}", as_json=as_json)


def except_one(
    exposure: Exposure,
    until: Until,
    approver: Approver,
    because: Because,
    as_json: AsJson = False,
) -> None:
    """Except an exposure until an instant; somebody answers for it by name."""
    open_instance()
    from tidegate.desks.exposure.services.exceptions import except_exposure

    row = except_exposure(
        actor(),
        exposure,
        because,
        approver,
        given.instant(until, "--until"),
        at=timezone.now(),
    )
    tell_exception(row, as_json=as_json)


def end_exception(
    exception: Annotated[str, typer.Argument(metavar="EXCEPTION", help="Such as Z-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """End an exception before its end; what it excepted is to be done again."""
    open_instance()
    from tidegate.desks.exposure.services.exceptions import end_exception as end

    row = end(actor(), exception, at=timezone.now())
    told = {"exception": row.key, "ended_at": row.ended_at}
    tell(told, f"{row.key} is over; what it excepted is to be done", as_json=as_json)


def exceptions(organisation: OfOrganisation = "", as_json: AsJson = False) -> None:
    """List exceptions, of exposures and of directives; those that hold come first."""
    open_instance()
    from tidegate.desks.exposure.queries.exceptions import list_exceptions

    rows = list_exceptions(actor(), organisation=organisation, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        none = (
            "No exceptions. An operator's administrator makes one:\n"
            "tidegate exposure except EXPOSURE --until INSTANT --approver NAME --because TEXT"
        )
        shown_exposure.show_exceptions(rows, "", none)


def tell_exception(row: Excepted, *, as_json: bool) -> None:
    """Say that an exception was made."""
    told: dict[str, Any] = {
        "exception": row.key,
        "exposure": row.exposure.key if row.exposure else "",
        "directive": row.directive,
        "requirement": row.requirement,
        "approver": row.approver,
        "until": row.until,
    }
    sentence = f"{row.key} holds until {written(row.until)}; {row.approver} answers for it"
    tell(told, sentence, as_json=as_json)
