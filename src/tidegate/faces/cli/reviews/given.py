"""What the commands about engagements are given: who asks, keys, instants, secrets, files."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.engines.formats.files import write_atomically
from tidegate.faces.cli import given
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.saying import is_terminal

if TYPE_CHECKING:
    from tidegate.desks.access.actors import Actor

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Engagement = Annotated[str, typer.Argument(metavar="ENGAGEMENT", help="Such as E-7K3M9-Q2X4D.")]
Grant = Annotated[str, typer.Argument(metavar="GRANT", help="Such as G-7K3M9-Q2X4D.")]
Endpoint = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Such as U-7K3M9-Q2X4D.")]
Whom = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Such as O-7K3M9-Q2X4D.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Such as P-7K3M9-Q2X4D.")]
Organisation = Annotated[
    str,
    typer.Option(
        "--organisation",
        metavar="ID",
        help="For which one; it may be left out where you lead for one only.",
    ),
]
Partner = Annotated[
    str,
    typer.Option("--partner", metavar="ID", help="Of this trusted partner, which has its own."),
]
MaybeReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, if it is said.")]
Out = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help="Where to; it must not be there yet."),
]

_STDIN: Final = "-"
_PRIVATE: Final = 0o600


def person() -> Actor:
    """Return the person whom `--as` names.

    Raises:
        BadParameter: nobody is named. Engagements are their parties' alone, and the owner of the
            machine is none of them.
    """
    found = actor()
    if found.person is None:
        raise typer.BadParameter(
            "an engagement is its parties' alone, and whoever runs this machine is none of them;"
            " say who you are: tidegate --as name@example.org reviews. Without it there are only"
            " `reviews figures` and `reviews frameworks`"
        )
    return found


def instant(text: str, option: str) -> datetime:
    """Return an instant.

    Raises:
        BadParameter: it is none, or has no zone.
    """
    at = given.moment(text, option)
    if at is None:
        raise typer.BadParameter(f"say {option}, as 2026-11-30T12:00:00Z")
    return at


def leads_for(who: Actor, engagement: str, named: str) -> str:
    """Return the key of the party for which somebody leads in an engagement.

    Args:
        who: the one who leads.
        engagement: its key.
        named: what they have named; empty, if they leave it out.

    Raises:
        BadParameter: it is left out, and they lead for none or for several.
        NotFoundError: there is no such engagement, or not for them.
    """
    from tidegate.desks.reviews.queries.engagements import engagement_page

    if named:
        return named
    parties = engagement_page(who, engagement, at=timezone.now()).parties
    return _the_one(who, {one.organisation: one.name for one in parties if one.mine})


def is_named_by(who: Actor, engagement: str, named: str) -> str:
    """Return the key of the party that has named somebody, or for which they lead.

    Raises:
        BadParameter: it is left out, and there is none or several.
        NotFoundError: there is no such engagement, or not for them.
    """
    from tidegate.desks.reviews.queries.engagements import engagement_page

    if named:
        return named
    parties = engagement_page(who, engagement, at=timezone.now()).parties
    own = [one for one in parties if any(them.key == who.key for them in one.people)]
    fitting = own or [one for one in parties if one.mine]
    return _the_one(who, {one.organisation: one.name for one in fitting})


def secret(what: str) -> str:
    """Return a secret: asked for at a terminal, else the first line of stdin; never an argument."""
    if is_terminal():
        found: str = typer.prompt(what, hide_input=True)
        return found
    return sys.stdin.readline().strip()


def content(path: Path) -> bytes:
    """Return what a file holds; `-` is stdin.

    Raises:
        BadParameter: it cannot be read.
    """
    if str(path) == _STDIN:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error


def text(path: Path) -> str:
    """Return the text of a file; `-` is stdin. What others must not read is no argument.

    Raises:
        BadParameter: it cannot be read, or is no text.
    """
    try:
        return content(path).decode()
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{path} is not text in UTF-8; write it so") from error


def file_name(path: Path, otherwise: str) -> str:
    """Return what a file is called; `otherwise` for stdin."""
    return otherwise if str(path) == _STDIN else path.name


def absent(out: Path) -> Path:
    """Return the name of a file that is to be written.

    Raises:
        BadParameter: it is there.
    """
    if out.exists():
        raise typer.BadParameter(f"{out} is there already; name a file that is not")
    return out


def save(out: Path, what: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    write_atomically(out, what, mode=_PRIVATE)


def agrees(question: str, *, yes: bool) -> None:
    """Ask once, at a terminal, whether something is meant; elsewhere `--yes` says so.

    Raises:
        BadParameter: nobody can be asked.
        Abort: they do not mean it.
    """
    if yes:
        return
    if not is_terminal():
        raise typer.BadParameter(f"{question} Say --yes where nobody can be asked")
    typer.confirm(question, abort=True, err=True)


def _the_one(who: Actor, names: dict[str, str]) -> str:
    if len(names) == 1:
        return next(iter(names))
    told = ", ".join(f"{name} is {key}" for key, name in names.items())
    raise typer.BadParameter(
        f"say for which organisation: --organisation O-...; {told}"
        if names
        else f"{who.name} leads for nobody there; say for which organisation: --organisation O-..."
    )
