"""As whom a command acts: the person that `--as` or TIDEGATE_AS names, or the instance's owner.

Nobody is asked for a password: whoever runs a command holds the keys and the database anyway. A
command that acts as a person does what that person may do, and the ledger says that it was they.
"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from tidegate.desks.access.actors import OWNER, Actor
from tidegate.instance.opening import open_instance

_VARIABLE: Final = "TIDEGATE_AS"

_named: list[str] = []
"""The address that was named for this command; empty for the owner."""


class UnknownActorError(Exception):
    """Nobody who may act has the address that was named; the message says what to do."""


def choose(
    address: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="EMAIL",
            envvar=_VARIABLE,
            help="Act as this person; as the owner if left out.",
        ),
    ] = "",
) -> None:
    """Take down as whom the command acts, before it begins."""
    _named[:] = [address.strip()] if address.strip() else []


def actor() -> Actor:
    """Return as whom this command acts.

    Raises:
        UnknownActorError: there is no person of that address, or they are suspended.
    """
    if not _named:
        return OWNER
    open_instance()
    from tidegate.desks.parties.models import Person
    from tidegate.desks.parties.queries.actors import actor_of

    (address,) = _named
    person = Person.objects.filter(email=address.lower(), is_active=True).first()
    if person is None:
        raise UnknownActorError(
            f"nobody who may act has the address {address}; `tidegate people` lists them, and"
            f" without --as and {_VARIABLE} a command acts as the owner"
        )
    return actor_of(person)
