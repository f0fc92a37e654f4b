"""The commands of messages: sent, read, and their attachments saved."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.desks.access.words import Label
from tidegate.engines.formats.files import write_atomically
from tidegate.faces.cli import coordination_shown as shown
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.given import Case
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.cases.services.attaching import File

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

_STDIN = "-"
_MOST_SHOWN = 200
_PRIVATE = 0o600


def add_to(app: typer.Typer) -> None:
    """Add the commands of messages to the command line."""
    for command in (message, messages, attachment):
        app.command()(command)


def message(
    case: Case,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="As written; - reads it from stdin.")
    ] = "",
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="FILE", help="To be attached; may be given again."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="ID", help="For this organisation or person; may be given again."
        ),
    ] = None,
    coordinators: Annotated[
        bool, typer.Option("--coordinators", help="For the coordinators alone.")
    ] = False,
    label: Annotated[
        Label | None, typer.Option("--label", help="The case's own if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a message in a case: to all, to some, or to the coordinators alone."""
    open_instance()
    from tidegate.desks.cases.models import Message
    from tidegate.desks.cases.services.messages import send

    persons, parties = _addressees(to or [])
    sent = send(
        actor(),
        case,
        sys.stdin.read() if text == _STDIN else text,
        tlp=label,
        audience=Message.Audience.COORDINATORS if coordinators else None,
        parties=parties,
        persons=persons,
        files=[_file(path) for path in file or []],
    )
    told = {
        "message": sent.key,
        "audience": sent.audience,
        "tlp": sent.tlp,
        "sent_at": sent.sent_at,
        "attachments": list(sent.attachments.order_by("pk").values_list("key", flat=True)),
    }
    shown.tell(told, f"{sent.key} is sent to {sent.audience} under {sent.tlp}", as_json=as_json)


def messages(
    case: Case,
    before: Annotated[
        str, typer.Option("--before", metavar="MESSAGE", help="Those before this one.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=_MOST_SHOWN, help="How many.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """Read the messages of a case, the oldest first; that one has them before one is kept."""
    open_instance()
    from tidegate.desks.cases.services.messages import read

    found = read(actor(), case, before=before, most=limit)
    if as_json:
        print_json({"rows": [asdict(one) for one in found.shown], "earlier": found.earlier})
        return
    shown.show_messages(found.shown)
    if found.earlier:
        screens.ERRORS.print(f"earlier ones: --before {found.earlier}", highlight=False)


def attachment(
    key: Annotated[str, typer.Argument(metavar="ATTACHMENT", help="Such as A-7K3M9-Q2X4D.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to; it must not be there yet.")
    ],
    as_json: AsJson = False,
) -> None:
    """Save an attachment; it is a stranger's file, and nobody has opened it here."""
    if out.exists():
        raise typer.BadParameter(f"{out} is there already; name a file that is not")
    open_instance()
    from tidegate.desks.cases.services.messages import read_attachment

    named, content = read_attachment(actor(), key)
    write_atomically(out, content, mode=_PRIVATE)
    told = {"name": named.name, "sha256": named.sha256, "size": len(content), "file": str(out)}
    shown.tell(told, f"{len(content)} bytes in {out}, sent as {named.name}", as_json=as_json)


def _addressees(keys: list[str]) -> tuple[list[str], list[str]]:
    """Return the persons and the organisations of some keys."""
    persons = [key for key in keys if key.strip().upper().startswith("P-")]
    parties = [key for key in keys if key.strip().upper().startswith("O-")]
    if strange := [key for key in keys if key not in persons and key not in parties]:
        raise typer.BadParameter(
            f"--to {strange[0][:40]!r} is neither an organisation (O-...) nor a person (P-...)"
        )
    return persons, parties


def _file(path: Path) -> File:
    from tidegate.desks.cases.services.attaching import LARGEST_FILE, File

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise typer.BadParameter(
                f"{path} has {path.stat().st_size} bytes; attach at most {LARGEST_FILE}"
            )
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error
