"""An engagement whose window is open, with one evaluator: where the tests of access begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    acknowledged,
    agree,
    day,
    endpoint,
    engagement,
    named,
    terms_of,
)
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Agreement, Endpoint, Grant, NamedPerson
from tidegate.desks.reviews.services import grants
from tidegate.desks.reviews.states.engagements import State

PURPOSE: Final = "testing safeguards"
WINDOW: Final = (NOW, day(20))

AS_USUAL: Final[dict[str, Any]] = {
    "purpose": PURPOSE,
    "endpoints": ["the-model"],
    "operations": ["chat"],
    "calls_a_minute": 60,
    "begins_at": NOW,
    "ends_at": day(5),
}
"""What is asked for where a test does not care."""


@dataclass(frozen=True)
class Access:
    """An engagement whose model can be reached."""

    made: Engaged
    agreement: Agreement
    evaluator: NamedPerson
    endpoint: Endpoint

    @property
    def key(self) -> str:
        """The engagement's key."""
        return self.made.key

    @property
    def developer(self) -> Actor:
        """Who runs the engagement."""
        return self.made.developer.actor

    @property
    def holder(self) -> Actor:
        """The evaluator, as they stand now."""
        return actor_of(self.evaluator.person)

    @property
    def lead(self) -> Actor:
        """The administrator of the reviewing organisation."""
        return self.made.government.actor

    @property
    def government(self) -> Side:
        """The reviewing side."""
        return self.made.government

    def another(self, duty: str = NamedPerson.Duty.EVALUATOR) -> Actor:
        """Name somebody else for the reviewing side."""
        return actor_of(named(self.made.row, self.government, duty).person)

    def asked(self, *, at: datetime = NOW, **scope: Any) -> Grant:
        """Ask for a grant for the evaluator."""
        return grants.ask_for_grant(self.holder, self.key, **{**AS_USUAL, **scope}, at=at)

    def issued(self, *, at: datetime = NOW, **scope: Any) -> Grant:
        """Ask for a grant, and issue it."""
        return grants.issue_grant(self.developer, self.asked(at=at, **scope).key, at=at)

    def taken_up(self, *, at: datetime = NOW, **scope: Any) -> Grant:
        """Ask for a grant, issue it, and take it up."""
        grant = self.issued(at=at, **scope)
        grants.take_up(self.holder, grant.key, at=at)
        return Grant.objects.get(pk=grant.pk)


def access(
    *, window: tuple[datetime, datetime] | None = WINDOW, read: bool = True, **settings: Any
) -> Access:
    """Make an engagement under terms, with an endpoint and an evaluator.

    Args:
        window: from when until when it is open; None for none.
        read: whether the evaluator has read the terms.
        settings: of the terms, in place of the framework's own.
    """
    made = engagement(state=State.WINDOW_OPEN if window else State.TERMS_AGREED, window=window)
    agreement = agree(made, terms_of(made, **settings))
    evaluator = named(made.row, made.government)
    if read:
        acknowledged(agreement, evaluator.person)
    return Access(made, agreement, evaluator, endpoint(made.row))


def may_use(grant: Grant, at: datetime) -> bool:
    """Say whether its person may call the model with a grant at an instant."""
    return may(actor_of(grant.named.person), Act.USE, grant, at=at)


def kinds(engagement_key: str) -> list[str]:
    """Return the kinds of an engagement's entries in the ledger, in order."""
    rows = Entry.objects.filter(engagement=engagement_key).order_by("index")
    return list(rows.values_list("kind", flat=True))


def said(engagement_key: str, kind: str) -> dict[str, Any]:
    """Return what the newest entry of a kind says."""
    rows = Entry.objects.filter(engagement=engagement_key, kind=kind).order_by("-index")
    return rows[0].said
