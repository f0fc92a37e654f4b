"""`tidegate due`: exposures and the duties of directives by the day on which they are due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import nothing, print_data, table, write_out
from tidegate.faces.cli.exposure.given import AsJson, OfOrganisation
from tidegate.faces.cli.exposure.shown_exposures import day_in, show_untold, untold_data
from tidegate.faces.cli.saying import instance_address, moment
from tidegate.faces.cli.screens import safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.due import DueItem


def due(
    within: Annotated[
        int, typer.Option("--within", metavar="DAYS", min=0, max=3650, help="How far ahead.")
    ] = 60,
    organisation: OfOrganisation = "",
    ics: Annotated[
        bool, typer.Option("--ics", help="All of it as an iCalendar file on stdout.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what is late and what comes due, the earliest first: exposures, duties of directives.

    Beside each day stands the zone in which it ends, and whether it is binding or guidance.
    """
    if ics and as_json:
        raise typer.BadParameter("--ics and --json are two forms; ask for one")
    open_instance()
    from tidegate.desks.exposure.queries.due import due as coming
    from tidegate.desks.exposure.queries.untold import could_not_be_told

    who, now = actor(), timezone.now()
    if ics:
        write_out(_calendar(organisation))
        return
    rows = coming(who, organisation=organisation, within_days=within, at=now)
    untold = could_not_be_told(who, organisation=organisation, at=now)
    if as_json:
        print_data({"rows": rows, "untold": untold_data(untold)})
        return
    _show(rows, within)
    show_untold(untold)


def _calendar(organisation: str) -> bytes:
    from tidegate.desks.exposure.queries.compliance import calendar_of
    from tidegate.desks.exposure.queries.operators import one_operator
    from tidegate.engines.directives import to_icalendar

    who, now = actor(), timezone.now()
    of = one_operator(who, organisation or None, at=now)
    entries = calendar_of(who, of.key, address=instance_address().rstrip("/"), at=now)
    return to_icalendar(entries, name=f"What comes due for {of.name}", now=now)


def _show(rows: Sequence[DueItem], within: int) -> None:
    if not rows:
        nothing(
            f"Nothing that has a day is late, or due within {within} days. What could not be told,"
            " and what has no day, is in: tidegate exposure"
        )
        return
    table(
        "",
        ["last day", "", "", "what", "about", "of", "asks", "by", ""],
        [
            [
                day_in(one.due_on, one.zone) if one.due_on else f"{moment(one.due_at)} (UTC)",
                "[bold red]late[/]" if one.is_late else "",
                str(one.force),
                safe(one.title),
                safe(one.about),
                safe(one.organisation_name),
                safe(one.words),
                safe(one.directive),
                one.key if one.what == "exposure" else safe(one.key),
            ]
            for one in rows
        ],
        "",
    )
