"""The commands of an engagement's course: opened, shown, proposed, released, withdrawn, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli import given as instants
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown
from tidegate.faces.cli.reviews.documents import tell_row
from tidegate.faces.cli.reviews.given import AsJson, Engagement
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import Engagement as EngagementRow

Planned = Annotated[
    str,
    typer.Option(
        "--planned",
        metavar="INSTANT",
        help="When it is planned to be released to other trusted partners.",
    ),
]
Version = Annotated[str | None, typer.Option("--version", metavar="V", help="Of the model.")]
Build = Annotated[
    str | None, typer.Option("--build", metavar="TEXT", help="Digest or name of the build.")
]
Reach = Annotated[
    str | None, typer.Option("--reach", metavar="TEXT", help="What will be reached, and how.")
]

_STATE: Final = (
    "asks", "state", "planned_release_at", "proposed_at", "agreed_at", "window_opens_at",
    "window_ends_at", "access_off_at", "closed_at", "withdrawn_at",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    app.command("open")(open_one)
    for command in (show, change, propose, begin, release, withdraw, close):
        app.command()(command)


def index(context: typer.Context, as_json: AsJson = False) -> None:
    """Engagements: a model is looked at before its release, voluntarily, under terms.

    Alone it lists those that the person named by --as has to do with, and what waits for them.
    """
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.reviews.queries.home import my_engagements

    home = my_engagements(given.person(), at=timezone.now())
    if as_json:
        print_json(as_data(home))
    else:
        shown.show_home(home)


def open_one(
    organisation: Annotated[
        str, typer.Argument(metavar="ORGANISATION", help="The developer's, such as O-7K3M9-Q2X4D.")
    ],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Its name, or a code name.")],
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Only ask whether it would be covered; no access."),
    ] = False,
    version: Version = None,
    build: Build = None,
    reach: Reach = None,
    planned: Planned = "",
    framework: Annotated[
        str, typer.Option("--framework", metavar="NAME", help="The shipped one if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Open an engagement as a draft; nobody outside of the developer is told."""
    open_instance()
    from tidegate.desks.reviews.models import Engagement as Row
    from tidegate.desks.reviews.services import opening

    row = opening.open_engagement(
        given.person(),
        organisation,
        asks=Row.Asks.COVERAGE if coverage else Row.Asks.ACCESS,
        model=model,
        version=version or "",
        build=build or "",
        reach=reach or "",
        planned_release_at=instants.moment(planned, "--planned"),
        framework=framework,
        at=timezone.now(),
    )
    tell_engagement(row, f"{row.key} is a draft; nobody else is told yet", as_json=as_json)


def show(engagement: Engagement, as_json: AsJson = False) -> None:
    """Show an engagement: how far it is, its window, its parties, its releases, what is left."""
    open_instance()
    from tidegate.desks.reviews.queries.engagements import engagement_page

    page = engagement_page(given.person(), engagement, at=timezone.now())
    if as_json:
        print_json(as_data(page))
    else:
        shown.show_engagement(page)


def change(
    engagement: Engagement,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Its name, or a code name.")
    ] = None,
    version: Version = None,
    build: Build = None,
    reach: Reach = None,
    planned: Planned = "",
    as_json: AsJson = False,
) -> None:
    """Say anew what the model is, or when its release is planned; the rest stays as it is."""
    open_instance()
    from tidegate.desks.reviews.services import opening

    row = opening.change(
        given.person(),
        engagement,
        model=model,
        version=version,
        build=build,
        reach=reach,
        planned_release_at=instants.moment(planned, "--planned"),
        at=timezone.now(),
    )
    tell_engagement(row, f"{row.key} is changed", as_json=as_json)


def propose(engagement: Engagement, as_json: AsJson = False) -> None:
    """Show an engagement to those whom the developer has asked; they are told now."""
    open_instance()
    from tidegate.desks.reviews.services import opening

    row = opening.propose(given.person(), engagement, at=timezone.now())
    tell_engagement(row, f"{row.key} is proposed", as_json=as_json)


def begin(engagement: Engagement, as_json: AsJson = False) -> None:
    """Say that the model is looked at now; the first call of it says so, too."""
    open_instance()
    from tidegate.desks.reviews.services import windows

    row = windows.begin_evaluation(given.person(), engagement, at=timezone.now())
    tell_engagement(row, f"{row.key} is {row.state.replace('-', ' ')}", as_json=as_json)


def release(
    engagement: Engagement,
    to: Annotated[str, typer.Option("--to", metavar="WHOM", help="partners or public.")],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it was; now if left out.")
    ] = "",
    words: Annotated[str, typer.Option("--words", metavar="TEXT", help="What else to say.")] = "",
    end_access: Annotated[
        bool, typer.Option("--end-access", help="All access ends with it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Record that the model was released; nothing here approves or refuses a release."""
    open_instance()
    from tidegate.desks.reviews.services import releasing

    who, now = given.person(), timezone.now()
    row = releasing.record_release(
        who,
        engagement,
        to,
        instants.moment(at, "--at") or now,
        words=words,
        end_access=end_access,
        at=now,
    )
    tell_row(
        row,
        ("to", "released_at", "recorded_at"),
        f"the release to {row.get_to_display().lower()} is on record",
        as_json=as_json,
    )


def withdraw(
    engagement: Engagement,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw an engagement: all access ends at once, for good; no reason is asked."""
    open_instance()
    from tidegate.desks.reviews.services import withdrawing

    who = given.person()
    given.agrees(f"Withdraw {engagement}? All access ends at once, for good.", yes=yes)
    row = withdrawing.withdraw(who, engagement, at=timezone.now())
    tell_engagement(row, f"{row.key} is withdrawn; nobody has access any more", as_json=as_json)


def close(engagement: Engagement, as_json: AsJson = False) -> None:
    """Close an engagement whose work is done; all access ends."""
    open_instance()
    from tidegate.desks.reviews.services import closing

    row = closing.close(given.person(), engagement, at=timezone.now())
    tell_engagement(row, f"{row.key} is closed", as_json=as_json)


def tell_engagement(row: EngagementRow, sentence: str, *, as_json: bool) -> None:
    """Print where an engagement is after something was done."""
    tell_row(row, _STATE, sentence, as_json=as_json, engagement=row.key)
