"""The commands of what the terms let two persons do together alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_access
from tidegate.faces.cli.reviews.documents import tell_row
from tidegate.faces.cli.reviews.given import AsJson, Engagement
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import TwoPersonRequest

_REQUEST: Final = ("action", "subject", "asked_at", "expires_at", "seconded_at", "used_at")

app = typer.Typer(
    help="What the terms let two persons do together alone.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_them(engagement: Engagement, as_json: AsJson = False) -> None:
    """List what was asked for, the newest first."""
    open_instance()
    from tidegate.desks.reviews.queries.requests import list_requests

    rows = list_requests(given.person(), engagement=engagement, at=timezone.now())
    if as_json:
        print_json({"rows": as_data(rows)})
    else:
        shown_access.show_requests(rows)


@app.command("ask")
def ask_for_two(
    engagement: Engagement,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="read-transcripts or determine.")],
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="Key of a call, or of the engagement."),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")],
    as_json: AsJson = False,
) -> None:
    """Ask for somebody else's word before doing something."""
    open_instance()
    from tidegate.desks.reviews.services import two_persons

    row = two_persons.ask(given.person(), engagement, action, subject, reason, at=timezone.now())
    _tell_request(row, f"{row.key} waits for a second person", as_json=as_json)


@app.command("second")
def second_request(
    key: Annotated[str, typer.Argument(metavar="REQUEST", help="Such as Q-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """Second what somebody else has asked for; they may do it then, once."""
    open_instance()
    from tidegate.desks.reviews.services import two_persons

    row = two_persons.second(given.person(), key, at=timezone.now())
    _tell_request(row, f"{row.key} is seconded", as_json=as_json)


def _tell_request(row: TwoPersonRequest, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _REQUEST, sentence, as_json=as_json, request=row.key)
