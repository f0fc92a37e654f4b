"""The groups of people that are told of something, and what a telling is made of.

An audience is a first choice: each person in it is then asked about by the policy, when they are
told and again when it is sent (`queries.telling`). Which kind of entry has which audience is said
in `kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Audience(StrEnum):
    """A group of people, by what they are to an entry."""

    TEAM = "team"
    """The people on the teams of the case's parties, who may read the case."""
    COORDINATORS = "coordinators"
    """Those who may coordinate the case."""
    ADDRESSED = "addressed"
    """Those who may read the message."""
    PARTY = "party"
    """Administrators, and the team, of the party that it is about: invited, it may know that there
    is a case, and the terms."""
    TABLE = "table"
    """The same of all invited parties: they answer to the terms of an embargo."""
    ASSIGNED = "assigned"
    """The person who is put on a team, or taken off it."""
    ADMINISTRATORS = "administrators"
    """Those who may administer the organisation that it is about."""
    INSTANCE = "instance"
    """Those who run the instance."""
    MEMBER = "member"
    """The person whose place or account it is about."""
    SELF = "self"
    """Whoever did it, with their own account: for it may have been somebody else, as them."""
    DEVELOPER = "developer"
    """Those who run the engagement for its developer."""
    NAMED = "named"
    """The government's named people, who may read the engagement."""
    PARTNERS = "partners"
    """The people whom the trusted partner that it is about has named to work."""
    OFFICIALS = "officials"
    """Those who may determine whether the model is covered."""
    LEADS = "leads"
    """Those who lead the party that it is about: they may know that there is an engagement. Where
    it is about none that was told, those of the government's parties."""
    TOLD = "told"
    """The people of all parties that were told of the engagement, its developer's apart."""
    HOLDER = "holder"
    """The person whose grant it is about."""
    APPOINTED = "appointed"
    """The person whom a party has named, or names no more."""
    PUBLISHERS = "publishers"
    """Those who write and approve the publication that it is about."""


_OF_ACCOUNTS: Final = frozenset({Audience.MEMBER, Audience.SELF})
_ENVELOPES: Final = frozenset({Audience.PARTY, Audience.TABLE, Audience.ASSIGNED})
_HEADINGS: Final = frozenset(
    {Audience.LEADS, Audience.TOLD, Audience.HOLDER, Audience.APPOINTED, Audience.PARTNERS}
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What people are told of one kind of entry."""

    audiences: tuple[Audience, ...] = ()
    waits: str = ""
    """What waits for them; shown to those who have signed in."""
    by: str = ""
    """The name in the entry's text under which it says by when."""
    only: tuple[str, tuple[str, ...]] | None = None
    """A name in the entry's text, and the values of it of which people are told."""
    for_programs: bool = True
    """Whether webhooks may be told."""
    mailed: bool = True
    """Whether it is mailed; what the sign-in mails of by itself is not mailed twice."""

    def is_told(self, said: Mapping[str, Any]) -> bool:
        """Say whether anybody is told of an entry that says this."""
        if self.only is None:
            return bool(self.audiences)
        name, values = self.only
        return bool(self.audiences) and said.get(name) in values

    @property
    def reaches_programs(self) -> bool:
        """Whether webhooks can be told; an account is its person's, and no organisation's."""
        return self.for_programs and not _OF_ACCOUNTS.issuperset(self.audiences)

    @property
    def is_envelope(self) -> bool:
        """Whether it says no more than an invited party may know before it consents."""
        return not _ENVELOPES.isdisjoint(self.audiences)

    @property
    def is_heading(self) -> bool:
        """Whether it says no more than who may only see that there is an engagement may know."""
        return not _HEADINGS.isdisjoint(self.audiences)


NOBODY: Final = Telling()
"""It is on record, and waits for nobody."""
