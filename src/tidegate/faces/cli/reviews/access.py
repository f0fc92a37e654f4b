"""The commands of access to a model: its window, endpoints, the plug, calls and transcripts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli import given as instants
from tidegate.faces.cli import screens
from tidegate.faces.cli.given import written
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_access
from tidegate.faces.cli.reviews.documents import tell, tell_row
from tidegate.faces.cli.reviews.engagements import tell_engagement
from tidegate.faces.cli.reviews.given import AsJson, Endpoint, Engagement, Out
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import Endpoint as EndpointRow

CredentialFile = Annotated[
    Path | None,
    typer.Option(
        "--credential-file",
        metavar="FILE",
        help="Asked for, or the first line of stdin, if left out.",
    ),
]
Until = Annotated[
    str, typer.Option("--until", metavar="INSTANT", help="Such as 2026-11-30T12:00:00Z.")
]

_ENDPOINT: Final = ("name", "protocol", "url", "model", "made_at", "ended_at")

window = typer.Typer(
    help="From when until when access may be used.", no_args_is_help=True, rich_markup_mode=None
)
endpoint = typer.Typer(
    help="Where the model answers; only the gateway speaks to it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    app.add_typer(window, name="window")
    app.add_typer(endpoint, name="endpoint")
    for command in (plug, calls, live, transcript, marked):
        app.command()(command)


@window.command("open")
def open_window(
    engagement: Engagement,
    until: Until,
    since: Annotated[str, typer.Option("--from", metavar="INSTANT", help="Now if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let access begin, once: within the framework's ceiling, under terms that both signed."""
    open_instance()
    from tidegate.desks.reviews.services import windows

    row = windows.open_window(
        given.person(),
        engagement,
        opens_at=instants.moment(since, "--from"),
        ends_at=given.instant(until, "--until"),
        at=timezone.now(),
    )
    end = written(row.window_ends_at) if row.window_ends_at else ""
    tell_engagement(row, f"access may be used until {end}", as_json=as_json)


@window.command()
def move(engagement: Engagement, until: Until, as_json: AsJson = False) -> None:
    """Move the window's end: sooner whenever you like, later up to the ceiling."""
    open_instance()
    from tidegate.desks.reviews.services import windows

    ends_at = given.instant(until, "--until")
    row = windows.move_end(given.person(), engagement, ends_at, at=timezone.now())
    end = written(row.window_ends_at) if row.window_ends_at else ""
    tell_engagement(row, f"access may be used until {end}", as_json=as_json)


@endpoint.command("list")
def list_endpoints(engagement: Engagement, as_json: AsJson = False) -> None:
    """List where the model answers; reviewers see the names, and nobody a credential."""
    open_instance()
    from tidegate.desks.reviews.queries.endpoints import list_endpoints as listed

    rows = listed(given.person(), engagement, at=timezone.now())
    if as_json:
        print_json({"rows": as_data(rows)})
    else:
        shown_access.show_endpoints(rows)


@endpoint.command()
def add(
    engagement: Engagement,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What reviewers call the model.")],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Such as https://models.lab.example/v1.")
    ],
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="What the endpoint calls the model.")
    ],
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="WORD", help="openai or anthropic.")
    ] = "openai",
    credential_file: CredentialFile = None,
    as_json: AsJson = False,
) -> None:
    """Say where the model answers. Its credential is never an argument, and never shown again."""
    open_instance()
    from tidegate.desks.reviews.services import endpoints

    row = endpoints.add_endpoint(
        given.person(),
        engagement,
        name,
        protocol,
        url,
        model,
        _credential(credential_file),
        at=timezone.now(),
    )
    _tell_endpoint(row, f"{row.key} is {row.name}", as_json=as_json)


@endpoint.command()
def credential(
    key: Endpoint, credential_file: CredentialFile = None, as_json: AsJson = False
) -> None:
    """Give an endpoint another credential; the next call uses it."""
    open_instance()
    from tidegate.desks.reviews.services import endpoints

    row = endpoints.replace_credential(
        given.person(), key, _credential(credential_file), at=timezone.now()
    )
    _tell_endpoint(row, f"{row.name} has another credential", as_json=as_json)


@endpoint.command()
def end(key: Endpoint, as_json: AsJson = False) -> None:
    """End an endpoint: no call goes there any more, and its credential is destroyed."""
    open_instance()
    from tidegate.desks.reviews.services import endpoints

    row = endpoints.end_endpoint(given.person(), key, at=timezone.now())
    _tell_endpoint(row, f"no call goes to {row.name} any more", as_json=as_json)


def plug(
    engagement: Engagement,
    put_back: Annotated[
        bool, typer.Option("--put-back", help="Let access be given again instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Pull the plug: every grant ends, and every stream that runs is cut."""
    open_instance()
    from tidegate.desks.reviews.services import grants

    who, now = given.person(), timezone.now()
    if put_back:
        row = grants.put_back(who, engagement, at=now)
        told = "access may be given again; grants that have ended stay ended"
    else:
        row = grants.pull_the_plug(who, engagement, at=now)
        told = "every grant has ended, and nobody has access"
    tell({"engagement": row.key, "access_off_at": row.access_off_at}, told, as_json=as_json)


def calls(
    engagement: Engagement,
    grant: Annotated[str, typer.Option("--grant", metavar="ID", help="With this one alone.")] = "",
    before: Annotated[
        str, typer.Option("--before", metavar="CALL", help="Those before this one.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=200, help="Rows to show.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """List the calls of the model, the newest first: who, when, how much, how each has ended."""
    open_instance()
    from tidegate.desks.reviews.queries.calls import list_calls

    rows = list_calls(given.person(), engagement, grant=grant, before=before, limit=limit)
    if as_json:
        print_json({"rows": as_data(rows)})
        return
    shown_access.show_calls(rows)
    if len(rows) == limit:
        screens.ERRORS.print(f"earlier ones: --before {rows[-1].key}", highlight=False)


def live(
    engagement: Engagement,
    once: Annotated[bool, typer.Option("--once", help="Show it once, and end.")] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="S", min=0.2, help="Seconds from look to look.")
    ] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Watch who uses the model right now, and how much each has used it; Ctrl-C ends it."""
    open_instance()
    from tidegate.desks.reviews.queries.calls import live_use

    while True:
        # Anew each time: whoever loses their standing sees nothing more.
        found = live_use(given.person(), engagement, at=timezone.now())
        if as_json:
            print_json(as_data(found))
        else:
            if not once and screens.OUT.is_terminal:
                screens.OUT.clear()
            shown_access.show_live(found)
        if once:
            return
        time.sleep(every)


def transcript(
    call: Annotated[str, typer.Argument(metavar="CALL", help="Such as L-7K3M9-Q2X4D.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Save what is kept of a call, encrypted with age; that one has it is kept on record."""
    given.absent(out)
    open_instance()
    from tidegate.desks.reviews.services.transcripts import hand_out

    content = hand_out(given.person(), call, at=timezone.now())
    given.save(out, content)
    told = f"{len(content)} bytes in {out}; open them with age and your key"
    tell({"call": call, "size": len(content), "file": str(out)}, told, as_json=as_json)


def marked(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text; - is stdin.")],
    as_json: AsJson = False,
) -> None:
    """Say whose grant a text is marked with, of the grants that you may read."""
    open_instance()
    from tidegate.desks.reviews.queries.grants import list_grants
    from tidegate.faces.gateway.marking import marked_in

    text = given.text(file)
    known = list_grants(given.person(), at=timezone.now())
    found = marked_in(text, [one.key for one in known])
    rows = [one for one in known if one.key in found]
    if as_json:
        print_json(as_data(rows))
    elif rows:
        shown_access.show_grants(rows)
    else:
        screens.OUT.print("It has no whole mark of a grant of yours. A mark can be removed.")


def _credential(file: Path | None) -> str:
    if file is not None:
        return given.text(file).strip()
    return given.secret("The endpoint's credential")


def _tell_endpoint(row: EndpointRow, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _ENDPOINT, sentence, as_json=as_json, endpoint=row.key)
