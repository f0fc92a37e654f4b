"""The parties of an engagement, and the people whom each has named."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tidegate.desks.reviews.models import NamedPerson as NamedPersonRow
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Key
from tidegate.faces.api.schemas.participants import OrganisationKey, PersonKey

# Words of `models.Party.Part`, whose name in the document another one has.
ReviewPart = Literal["developer", "reviewer", "determining", "partner"]


class Asking(Given):
    """Whom a developer asks to take part, and as what."""

    organisation: Key
    part: Literal["reviewer", "determining"]
    """`reviewer` looks at the model and signs the terms; the official of `determining` determines
    whether it is covered."""


class EndingPart(Given):
    """Which part of an organisation ends."""

    part: Literal["reviewer", "determining", "partner"]


class Naming(Given):
    """Whom a party names, and for what."""

    person: Key
    duty: NamedPersonRow.Duty
    """`lead` names people and signs, `evaluator` may hold grants, `official` determines, `observer`
    reads."""
    title: str = Field("", max_length=200, pattern=WITHOUT_NUL)
    """As the framework words it."""
    part: ReviewPart | Literal[""] = ""
    """Needed where the organisation has several parts."""


class Vetting(Given):
    """What a party attests of the vetting of somebody whom it has named."""

    words: str = Field(min_length=1, max_length=10_000)


class Recusing(Given):
    """Why somebody steps back, as far as it is to be said."""

    reason: str = Field("", max_length=2000)


class Receiving(Given):
    """To whom the content of calls is encrypted, where the terms keep it for a party."""

    recipient: str = Field(
        min_length=1,
        max_length=100,
        pattern=WITHOUT_NUL,
        examples=["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
    )
    """An age public key. This instance cannot read what is encrypted to it."""


class ReviewPerson(Form):
    """A person whom a party has named."""

    key: PersonKey
    name: str
    duty: NamedPersonRow.Duty
    title: str
    vetting: str
    """What their organisation attests; empty if it does not."""
    vetted_by: str
    vetted_at: datetime | None
    recused_at: datetime | None
    recused_why: str


class ReviewParty(Form):
    """An organisation's part in an engagement."""

    organisation: OrganisationKey
    name: str
    part: ReviewPart
    told_at: datetime | None
    """Null while the engagement is a draft, or a partner's record is not signed by both."""
    ended_at: datetime | None
    recipient: str
    """Its age public key; empty without one."""
    people: list[ReviewPerson]
    mine: bool
    """Whoever asks leads it: signs, names people, certifies."""


class ReviewParties(Listed):
    """A page of the parties of an engagement."""

    rows: list[ReviewParty]


class ReviewPartyState(Form):
    """An organisation's part in an engagement, after something was done."""

    organisation: OrganisationKey
    name: str
    part: ReviewPart
    invited_at: datetime | None
    """When it was told; null while the engagement is a draft."""
    recipient: str
    """Its age public key; empty without one."""
    ended_at: datetime | None


class NamedPersonState(Form):
    """A person whom a party has named, after something was done."""

    person: PersonKey
    name: str
    duty: NamedPersonRow.Duty
    title: str
    named_at: datetime
    vetted_at: datetime | None
    """When their organisation attested their vetting."""
    recused_at: datetime | None
    ended_at: datetime | None
