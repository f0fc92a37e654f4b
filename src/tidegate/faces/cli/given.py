"""What commands about cases are given: keys, instants, and for which organisation one speaks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Collection

    from tidegate.desks.access.actors import Actor

Case = Annotated[str, typer.Argument(metavar="CASE", help="Such as C-7K3M9-Q2X4D.")]
Organisation = Annotated[
    str,
    typer.Option(
        "--organisation",
        metavar="ID",
        help="For which one; it may be left out where you speak for one only.",
    ),
]


def moment(text: str, option: str) -> datetime | None:
    """Return an instant; None for an empty text.

    Raises:
        BadParameter: it is none, or has no zone.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise typer.BadParameter(
            f"{option} {text[:60]!r} is not an instant; write it with its zone, as"
            " 2026-11-30T12:00:00Z"
        )
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise typer.BadParameter(f"{option} {text[:60]!r} is out of bounds") from error


def written(at: datetime) -> str:
    """Write an instant so that `moment` reads it back."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def speaks_for(who: Actor, case: str, named: str, *, as_one_of: Collection[str] = ()) -> str:
    """Return the key of the organisation for which somebody speaks in a case.

    Args:
        who: the one who speaks.
        case: key of the case.
        named: what they have named; empty, if they leave it out.
        as_one_of: parts in the case of which it has one; any part, without it.

    Raises:
        BadParameter: it is left out, and they speak for none or for several.
        NotFoundError: there is no such case, or not for them.
        NotHereError: it is not coordinated.
    """
    from tidegate.desks.cases.queries.case_page import get_terms

    if named:
        return named
    own = get_terms(who, case, at=timezone.now()).own
    fitting = [one for one in own if not as_one_of or one.role in as_one_of]
    if len(fitting) == 1:
        return fitting[0].organisation
    keys = ", ".join(f"{one.name} is {one.organisation}" for one in fitting)
    raise typer.BadParameter(
        f"say for which organisation: --organisation O-...; {keys}"
        if fitting
        else f"{who.name} speaks for nobody there; say for which organisation: --organisation"
        " O-..., or act as one of its people with `tidegate --as name@example.org`"
    )
