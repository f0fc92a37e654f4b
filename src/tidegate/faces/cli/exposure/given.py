"""What the commands about exposure are given: operators, assets by name or key, instants, files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli.given import Organisation, moment
from tidegate.faces.cli.reviews.given import content, file_name, instant

if TYPE_CHECKING:
    from tidegate.desks.access.actors import Actor

__all__ = [
    "AsJson",
    "Because",
    "Cursor",
    "Exposure",
    "Limit",
    "OfOrganisation",
    "Organisation",
    "asset_key",
    "asset_keys",
    "content",
    "file_name",
    "instant",
    "is_asset_key",
    "operator",
    "past",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=200, help="Rows to show.")]
Cursor = Annotated[
    str | None, typer.Option("--cursor", metavar="C", help="Go on where another page ended.")
]
OfOrganisation = Annotated[
    str, typer.Option("--organisation", metavar="ID", help="Of this one alone.")
]
Exposure = Annotated[str, typer.Argument(metavar="EXPOSURE", help="Such as X-7K3M9-Q2X4D.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="In a sentence.")]

_ASSET_KEY: Final = re.compile(r"[Hh]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5}")
_PAGE: Final = 200


def operator(who: Actor, named: str) -> str:
    """Return the key of the organisation that somebody names, or of the only one that they mean.

    Raises:
        NotPossibleError: none is named, and there are none or several; it lists what to name.
    """
    from tidegate.desks.exposure.queries.operators import one_operator

    return named or one_operator(who, None, at=timezone.now()).key


def is_asset_key(text: str) -> bool:
    """Say whether a text is the key of an asset, and no name."""
    return _ASSET_KEY.fullmatch(text.strip()) is not None


def asset_key(who: Actor, named: str, organisation: str = "") -> str:
    """Return the key of an asset that is named by its key or by its name; empty for empty.

    Raises:
        NotFoundError: there is none of that name, or not for them.
        BadParameter: several operators have one of that name.
    """
    if not named or is_asset_key(named):
        return named
    from tidegate.desks.access.refusals import NotFoundError

    found = _assets_called(who, named, organisation)
    if not found:
        raise NotFoundError("asset", named)
    if len(found) > 1:
        keys = ", ".join(f"{key} is of {name}" for key, name in found.items())
        raise typer.BadParameter(f"there are several assets {named!r}; name one by its key: {keys}")
    return next(iter(found))


def asset_keys(who: Actor, named: Sequence[str], organisation: str = "") -> list[str]:
    """Return the keys of assets, each of which is named by its key or by its name.

    Raises:
        NotFoundError: there is none of that name, or not for them.
        BadParameter: several operators have one of that name.
    """
    return [asset_key(who, one, organisation) for one in named]


def past(text: str, option: str, *, at: datetime) -> datetime:
    """Return when something was done: now, if nothing is said.

    Raises:
        BadParameter: it is no instant, or has no zone.
    """
    return moment(text, option) or at


def _assets_called(who: Actor, name: str, organisation: str) -> dict[str, str]:
    """Return the assets of a name, by key, with the name of whose they are."""
    from tidegate.desks.exposure.queries.assets import list_assets

    wanted, cursor = " ".join(name.split()), None
    found: dict[str, str] = {}
    while True:
        page = list_assets(
            who,
            organisation=organisation,
            search=wanted,
            cursor=cursor,
            limit=_PAGE,
            at=timezone.now(),
        )
        found |= {row.key: row.organisation_name for row in page.rows if row.name == wanted}
        cursor = page.next
        if cursor is None:
            return found
