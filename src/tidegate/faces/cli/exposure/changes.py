"""`tidegate changes`: notices to plan a change, which do not say why; coordinators release them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given
from tidegate.faces.cli.exposure.documents import facts, nothing, print_data, table, tell
from tidegate.faces.cli.exposure.given import AsJson, OfOrganisation
from tidegate.faces.cli.given import Case
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.change_notices import ChangeNoticePage, ChangeNoticeRow
    from tidegate.desks.exposure.services.change_notices import Preview

Notice = Annotated[str, typer.Argument(metavar="NOTICE", help="Such as K-7K3M9-Q2X4D.")]

app = typer.Typer(
    help="Notices to plan a change window; they say when and on what, and not why.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    organisation: OfOrganisation = "",
    case: Annotated[
        str, typer.Option("--case", metavar="CASE", help="Of this one; for coordinators.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Tell of notices to plan a change; alone it lists them, those that stand first."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.change_notices import list_change_notices

    rows = list_change_notices(actor(), organisation=organisation, case=case, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        _show(rows)


@app.command()
def show(notice: Notice, as_json: AsJson = False) -> None:
    """Show a notice, and for its operator on which assets; it counts as read then."""
    open_instance()
    from tidegate.desks.exposure.queries.change_notices import change_notice_page
    from tidegate.desks.exposure.services.change_notices import note_read

    who, now = actor(), timezone.now()
    page = change_notice_page(who, notice, at=now)
    if page.row.may_read and page.row.read_at is None:
        note_read(who, notice, at=now)
    if as_json:
        print_data(page)
    else:
        _show_one(page)


@app.command()
def preview(case: Case, as_json: AsJson = False) -> None:
    """Count the assets of each operator that would be told of a case; for its coordinators."""
    open_instance()
    from tidegate.desks.exposure.services.change_notices import preview as look_ahead

    rows = look_ahead(actor(), case, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        _show_preview(rows, case)


@app.command()
def release(
    case: Case,
    product: Annotated[
        str,
        typer.Option(
            "--product", metavar="TEXT", help="What is to be changed; the cause stays unsaid."
        ),
    ],
    before: Annotated[
        str, typer.Option("--before", metavar="INSTANT", help="By when to plan the change.")
    ],
    severity: Annotated[
        str, typer.Option("--severity", metavar="WORD", help="At most low, medium, high, critical.")
    ],
    organisation: Annotated[
        list[str] | None,
        typer.Option("--organisation", metavar="ID", help="This one alone; may be given again."),
    ] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What else operators should know.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Release notices to operators that run what was proven to be affected; each is on record.

    What is handed in later counts no more: nobody learns of a case by inventing inventories.
    """
    open_instance()
    from tidegate.desks.exposure.services.change_notices import release as tell_operators

    rows = tell_operators(
        actor(),
        case,
        product,
        given.instant(before, "--before"),
        severity,
        organisations=organisation or None,
        words=words,
        at=timezone.now(),
    )
    keys = [row.key for row in rows]
    operators = "operator is" if len(keys) == 1 else "operators are"
    tell({"notices": keys}, f"{len(keys)} {operators} told: {' '.join(keys)}", as_json=as_json)


@app.command()
def withdraw(notice: Notice, as_json: AsJson = False) -> None:
    """Withdraw a notice; its operator keeps it as one that was withdrawn."""
    open_instance()
    from tidegate.desks.exposure.services.change_notices import withdraw as take_away

    row = take_away(actor(), notice, at=timezone.now())
    told = {"notice": row.key, "ended_at": row.ended_at}
    tell(told, f"{row.key} is withdrawn", as_json=as_json)


def _show(rows: Sequence[ChangeNoticeRow]) -> None:
    if not rows:
        nothing("No notices to plan a change.")
        return
    coordinates = any(row.case for row in rows)
    columns = ["notice", "of", "product", "before", "at most", "assets", "released", ""]
    table(
        "",
        [*columns, "case"] if coordinates else columns,
        [[*_line(row), row.case] if coordinates else _line(row) for row in rows],
        "",
    )


def _line(row: ChangeNoticeRow) -> list[str]:
    if row.ended_at is not None:
        state = f"over {moment(row.ended_at)}"
    else:
        state = f"read {moment(row.read_at)}" if row.read_at else "not read"
    return [
        row.key,
        safe(row.organisation_name),
        safe(row.product),
        moment(row.before),
        row.severity,
        f"{row.assets:,}",
        moment(row.released_at),
        state,
    ]


def _show_one(page: ChangeNoticePage) -> None:
    row = page.row
    count = "1 asset" if row.assets == 1 else f"{row.assets:,} assets"
    OUT.print(f"[bold]{row.key}[/]  {safe(row.organisation_name)}", highlight=False)
    OUT.print(
        safe(
            f"Plan a change of {row.product} on {count} before {moment(row.before)}, at most"
            f" severity {row.severity}."
        ),
        highlight=False,
        soft_wrap=True,
    )
    facts(
        ("words", row.words),
        ("case", row.case),
        ("released", moment(row.released_at)),
        ("over", moment(row.ended_at)),
    )
    table(
        "Assets",
        ["asset", "name", "owner", "system", "environment", ""],
        [
            [
                one.key,
                safe(one.name),
                safe(one.owner),
                safe(one.system),
                safe(one.environment),
                "operational technology" if one.is_operational_technology else "",
            ]
            for one in page.assets
        ],
        "",
    )


def _show_preview(rows: Sequence[Preview], case: str) -> None:
    table(
        "Counts alone: which assets these are is their operators' to know",
        ["organisation", "name", "assets", "known before the case", "notice"],
        [
            [row.organisation, safe(row.name), f"{row.assets:,}", f"{row.known_before:,}",
             row.notice]
            for row in rows
        ],
        "No operator runs what was proven to be affected, as far as was handed in.",
    )  # fmt: skip
    if rows:
        nothing(
            f"to tell them: tidegate changes release {case} --product TEXT --before INSTANT"
            " --severity WORD"
        )
