"""The commands of parties in an engagement: asked, ended, and the people whom they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli.reviews import given
from tidegate.faces.cli.reviews.documents import tell_row
from tidegate.faces.cli.reviews.given import (
    AsJson,
    Engagement,
    MaybeReason,
    Organisation,
    Person,
    Whom,
)
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import NamedPerson, Party


_PARTY: Final = ("part", "invited_at", "recipient", "ended_at")
_PERSON: Final = ("duty", "title", "named_at", "vetted_at", "recused_at", "ended_at")


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    for command in (ask, end_part, name, unname, vet, recuse, recipient):
        app.command()(command)


def ask(
    engagement: Engagement,
    organisation: Whom,
    part: Annotated[
        str,
        typer.Option("--part", metavar="PART", help="reviewer, or determining: its official does."),
    ] = "reviewer",
    as_json: AsJson = False,
) -> None:
    """Ask an organisation to take part; it is told with the proposal, or at once after it."""
    open_instance()
    from tidegate.desks.reviews.services import opening

    party = opening.ask(given.person(), engagement, organisation, part, at=timezone.now())
    told = "is told now" if party.invited_at else "is told when it is proposed"
    _tell_party(party, f"{party.organisation.name} is asked, and {told}", as_json=as_json)


def end_part(
    engagement: Engagement,
    organisation: Whom,
    part: Annotated[
        str, typer.Option("--part", metavar="PART", help="reviewer, determining or partner.")
    ] = "reviewer",
    as_json: AsJson = False,
) -> None:
    """End an organisation's part, and all access of its people."""
    open_instance()
    from tidegate.desks.reviews.services import opening

    party = opening.end_part(given.person(), engagement, organisation, part, at=timezone.now())
    _tell_party(party, f"{party.organisation.name} takes no part any more", as_json=as_json)


def name(
    engagement: Engagement,
    person: Person,
    duty: Annotated[
        str,
        typer.Option("--duty", metavar="DUTY", help="lead, evaluator, official or observer."),
    ],
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="As the framework words it.")
    ] = "",
    part: Annotated[
        str,
        typer.Option("--part", metavar="PART", help="Where the organisation has several parts."),
    ] = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Name a person for a party, or give one who is named another duty."""
    open_instance()
    from tidegate.desks.reviews.services import naming

    who = given.person()
    row = naming.name_person(
        who,
        engagement,
        given.leads_for(who, engagement, organisation),
        person,
        duty,
        title=title,
        part=part,
        at=timezone.now(),
    )
    _tell_person(row, f"{row.person.name} is named: {row.duty}", as_json=as_json)


def unname(
    engagement: Engagement,
    person: Person,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Name a person no longer; they read nothing more, and their grants end."""
    open_instance()
    from tidegate.desks.reviews.services import naming

    who = given.person()
    party = given.leads_for(who, engagement, organisation)
    row = naming.unname(who, engagement, party, person, at=timezone.now())
    _tell_person(row, f"{row.person.name} is not named any more", as_json=as_json)


def vet(
    engagement: Engagement,
    person: Person,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What is attested, and by which check.")
    ],
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Attest for a party that somebody whom it has named was vetted; nobody attests their own."""
    open_instance()
    from tidegate.desks.reviews.services import naming

    who = given.person()
    party = given.leads_for(who, engagement, organisation)
    row = naming.attest_vetting(who, engagement, party, person, words, at=timezone.now())
    _tell_person(row, f"the vetting of {row.person.name} is attested", as_json=as_json)


def recuse(
    engagement: Engagement,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Yourself, if left out.")] = "",
    reason: MaybeReason = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Step back from an engagement, for good, or have somebody step back; access ends at once."""
    open_instance()
    from tidegate.desks.reviews.services import naming

    who = given.person()
    of = given.leads_for if person else given.is_named_by
    party = of(who, engagement, organisation)
    row = naming.recuse(who, engagement, party, person or who.key, reason, at=timezone.now())
    _tell_person(row, f"{row.person.name} has stepped back", as_json=as_json)


def recipient(
    engagement: Engagement,
    key: Annotated[str, typer.Argument(metavar="AGE-KEY", help="A public key, age1...")],
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Set to whom what is kept of calls is encrypted for a party; this instance cannot read it."""
    open_instance()
    from tidegate.desks.reviews.services import naming

    who = given.person()
    of = given.leads_for(who, engagement, organisation)
    party = naming.set_recipient(who, engagement, of, key, at=timezone.now())
    told = f"what is kept is encrypted to {party.recipient} for {party.organisation.name}"
    _tell_party(party, told, as_json=as_json)


def _tell_party(party: Party, sentence: str, *, as_json: bool) -> None:
    tell_row(party, _PARTY, sentence, as_json=as_json, organisation=party.organisation.key)


def _tell_person(row: NamedPerson, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _PERSON, sentence, as_json=as_json, person=row.person.key)
