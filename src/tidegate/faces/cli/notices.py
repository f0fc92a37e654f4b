"""The commands of notices: what waits for a person, and where programs are told."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.notices.channels.digests import Rhythm
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import moment
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.notices.queries.notices import NoticeRow
    from tidegate.desks.notices.queries.webhooks import WebhookRow
    from tidegate.desks.notices.services.webhooks import WebhookMade

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Webhook = Annotated[str, typer.Argument(metavar="ID", help="Such as W-7K3M9-Q2X4D.")]

notices = typer.Typer(
    help="What waits for the person named by --as, and how they are told.", rich_markup_mode=None
)
webhooks = typer.Typer(
    help="Where an organisation's programs are told (Standard Webhooks).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of notices to the command line."""
    app.add_typer(notices, name="notices")
    app.add_typer(webhooks, name="webhooks")


@notices.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="Only those not read.")] = False,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="C", help="Go on where another page ended.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=200, help="Rows to show.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """List what waits, the newest first; everybody sees their own alone."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.notices.queries.notices import list_notices

    page = list_notices(_person(), unread=unread, cursor=cursor, limit=limit, at=timezone.now())
    if as_json:
        print_json({"rows": [asdict(row) for row in page.rows], "next": page.next})
        return
    if not page.rows:
        screens.OUT.print("Nothing waits.", highlight=False)
        return
    screens.show_table(
        "", ["notice", "what waits", "case", "by", "at", "read"], [_line(row) for row in page.rows]
    )
    if page.next:
        screens.ERRORS.print(f"more: --cursor {page.next}", highlight=False)


@notices.command()
def read(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="All of them if left out.")
    ] = None,
) -> None:
    """Mark notices as read."""
    open_instance()
    from tidegate.desks.notices.services.reading import mark_all_read, mark_read

    who, now = _person(), timezone.now()
    if keys:
        for key in keys:
            mark_read(who, key, at=now)
        marked = len(keys)
    else:
        marked = mark_all_read(who, at=now)
    screens.OUT.print(f"{marked} marked as read", highlight=False)


@notices.command()
def mail(
    rhythm: Annotated[Rhythm, typer.Argument(help="Each by itself, a digest, or none.")],
) -> None:
    """Choose how often there is mail."""
    open_instance()
    from tidegate.desks.notices.services.choosing import set_preference

    chosen = set_preference(_person(), rhythm)
    screens.OUT.print(f"mail from now on: {chosen.value}", highlight=False)


@notices.command()
def feed(
    end: Annotated[bool, typer.Option("--end", help="End it instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new address for the Atom feed; it is printed this once, and the one before ends."""
    open_instance()
    from tidegate.desks.notices.services.choosing import make_feed_token, revoke_feed_token

    if end:
        revoke_feed_token(_person(), at=timezone.now())
        screens.OUT.print("the feed is ended", highlight=False)
        return
    path = f"/feeds/{make_feed_token(_person(), at=timezone.now()).secret}/atom.xml"
    if as_json:
        print_json({"path": path})
    else:
        screens.OUT.print(path, highlight=False, markup=False, soft_wrap=True)


@notices.command("retry-mails")
def retry_mails() -> None:
    """Have mails that were set aside tried again; for whoever runs the instance."""
    open_instance()
    from tidegate.desks.notices.services import webhooks as services

    many = services.retry_mails(actor(), at=timezone.now())
    screens.OUT.print(f"{many} tried again", highlight=False)


@webhooks.command("list")
def list_them(
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="Of this one alone.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List webhooks of the organisations that one administers, with what came of the last try."""
    open_instance()
    from tidegate.desks.notices.queries.webhooks import list_webhooks

    rows = list_webhooks(actor(), organisation)
    if as_json:
        print_json({"rows": [asdict(row) for row in rows]})
        return
    if not rows:
        screens.OUT.print(
            "No webhooks. Add one: tidegate webhooks add ORGANISATION https://hooks.example.org/x",
            highlight=False,
            markup=False,
        )
        return
    screens.show_table(
        "",
        ["webhook", "organisation", "address", "told of", "waiting", "set aside", "last", ""],
        [_webhook_line(row) for row in rows],
    )


@webhooks.command()
def add(
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its key.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="With https.")],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only of these; may be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have an organisation's programs told at an address; its secret is printed this once."""
    open_instance()
    from tidegate.desks.notices.services import webhooks as services

    made = services.add_webhook(actor(), organisation, url, kinds=kind or (), at=timezone.now())
    _show_made(made, as_json=as_json)


@webhooks.command()
def disable(key: Webhook) -> None:
    """Send nothing more to a webhook."""
    open_instance()
    from tidegate.desks.notices.services import webhooks as services

    done = services.disable_webhook(actor(), key, at=timezone.now())
    screens.OUT.print(f"nothing more is sent to {done.key}", highlight=False)


@webhooks.command()
def rotate(key: Webhook, as_json: AsJson = False) -> None:
    """Give a webhook another secret, printed this once; for a day the one before signs, too."""
    open_instance()
    from tidegate.desks.notices.services import webhooks as services

    _show_made(services.rotate_secret(actor(), key, at=timezone.now()), as_json=as_json)


@webhooks.command()
def retry(key: Webhook) -> None:
    """Have the messages to a webhook that were set aside tried again."""
    open_instance()
    from tidegate.desks.notices.services import webhooks as services

    many = services.retry_webhook(actor(), key, at=timezone.now())
    screens.OUT.print(f"{many} tried again", highlight=False)


def _person() -> Actor:
    found = actor()
    if found.person is None:
        raise typer.BadParameter(
            "notices are a person's; say whose: tidegate --as name@example.org notices"
        )
    return found


def _line(row: NoticeRow) -> list[str]:
    return [
        row.key,
        screens.safe(row.waits),
        f"{row.case} {screens.safe(row.title)}".strip(),
        moment(row.by),
        moment(row.at),
        moment(row.read_at) or "no",
    ]


def _webhook_line(row: WebhookRow) -> list[str]:
    return [
        row.key,
        screens.safe(row.organisation_name),
        screens.safe(row.url),
        ", ".join(row.kinds) or "all",
        str(row.waiting),
        str(row.set_aside),
        f"{moment(row.last_at)} {screens.safe(row.last_result)}".strip(),
        f"disabled {screens.safe(row.disabled_reason)}" if row.disabled_at else "",
    ]


def _show_made(made: WebhookMade, *, as_json: bool) -> None:
    if as_json:
        print_json({"webhook": made.webhook.key, "secret": made.secret})
        return
    screens.OUT.print(f"{made.webhook.key}, with the secret", highlight=False)
    screens.OUT.print(made.secret, highlight=False, markup=False, soft_wrap=True)
