"""Who asks for what is not theirs is refused as if it were not there, and put on record for that.

What they are told does not depend on it: it is done once they have been answered. Of many attempts
within an hour each is counted, and the first one is in the engagement's ledger. It is told to the
developer; what the government keeps to itself, to the government's people alone, for the developer
would learn from it that it is there.

The public log grows by an entry, as it does with everything; whoever could tell which one has been
told a key that nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Manager, QuerySet

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import (
    Attempt,
    Call,
    Endpoint,
    Engagement,
    Evidence,
    Grant,
    Party,
    Transcript,
    TwoPersonRequest,
)
from tidegate.desks.reviews.services.government import record_within
from tidegate.desks.reviews.services.recording import record

_KINDS: Final[Mapping[str, tuple[str, Manager[Any]]]] = {
    "E": ("engagement", Engagement.objects),
    "G": ("grant", Grant.objects),
    "U": ("endpoint", Endpoint.objects),
    "L": ("call", Call.objects),
    "V": ("evidence", Evidence.objects),
    "Q": ("request", TwoPersonRequest.objects),
}
"""What is named by keys, by the letter that they begin with."""
_DECISION: Final = "decision"
_WITHIN: Final = ("evidence", _DECISION)
"""Kinds of things that the government keeps to itself."""
_PARTIES: Final = ("party", "trusted partner")
_KEY: Final = re.compile(r"[EGULVQ]-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
_LONGEST: Final = 40
_MOST_WORDS: Final = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody who has signed in has asked for, and was refused."""

    person: int
    """Id."""
    thing: str
    """A word for the kind of thing, as the refusal has it."""
    named: str
    """How the refused thing was named."""
    words: tuple[str, ...]
    """What else they have said: the parts of an address, or of a command line."""
    face: str
    at: datetime

    @property
    def may_count(self) -> bool:
        """Whether anything in it could be a key of an engagement, or of something in one."""
        return any(_key(word) for word in (self.named, *self.words))


def asked_of(
    error: NotFoundError, person: int, words: tuple[str, ...], face: str, *, at: datetime
) -> Asked:
    """Return what was asked for, from what refused it; what is long is no key, and left out."""
    said = tuple(word for word in words if len(word) <= _LONGEST)[:_MOST_WORDS]
    return Asked(person, error.thing, error.named, said, face, at)


def put_on_record(asked: Asked) -> bool:
    """Put an attempt on record; say whether it was one.

    It is none, where there is no such thing, and where they may see it: an address was mistyped, or
    the token that they have shown may do less than they may.
    """
    person = Person.objects.filter(pk=asked.person).first()
    found = _refused(asked, actor_of(person)) if person else None
    if person is None or found is None:
        return False
    what, engagement_id = found
    hour = asked.at.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        held = Engagement.objects.select_for_update(of=("self",)).select_related("developer")
        engagement = held.get(pk=engagement_id)
        this_hour = Attempt.objects.filter(engagement=engagement, person=person, hour=hour)
        is_within = what in _WITHIN
        alike = this_hour.filter(what__in=_WITHIN) if is_within else this_hour
        is_first = not (alike if is_within else alike.exclude(what__in=_WITHIN)).exists()
        if not this_hour.filter(what=what).update(count=F("count") + 1):
            Attempt.objects.create(engagement=engagement, person=person, what=what, hour=hour)
        if is_first:
            said: dict[str, Any] = {
                "what": what,
                "who": person.key,
                "name": person.name,
                "face": asked.face,
            }
            if is_within:
                record_within("access-refused", engagement, at=asked.at, actor=HOUSE, **said)
            else:
                record(
                    "access-refused",
                    engagement,
                    at=asked.at,
                    actor=HOUSE,
                    only_for=engagement.developer,
                    **said,
                )
    return True


def _key(word: str) -> str:
    """Return the key that a word is; empty, if it is none of an engagement."""
    key = as_written(word)
    return key if _KEY.fullmatch(key) else ""


def _refused(asked: Asked, actor: Actor) -> tuple[str, int] | None:
    """Return the kind of thing that is there and not for them, and the engagement's id."""
    engagement: int | None = None
    for number, word in enumerate((asked.named, *asked.words)):
        if not (key := _key(word)):
            continue
        is_itself = number == 0
        if is_itself and asked.thing == "transcript":
            kept = Transcript.objects.filter(call__key=key)
            if _is_hidden(actor, kept, Act.READ, asked.at):
                return "transcript", kept.values_list("call__engagement", flat=True)[0]
        what, of_kind = _KINDS[key[0]]
        rows: QuerySet[Any] = of_kind.filter(key=key)
        is_engagement = key[0] == "E"
        act = Act.READ if is_engagement and is_itself else Act.SEE
        if _is_hidden(actor, rows, act, asked.at):
            return _told_of(what, rows[0])
        if is_engagement and engagement is None:
            engagement = rows.values_list("pk", flat=True).first()
    if engagement is not None and asked.thing in _PARTIES:
        parties = Party.objects.filter(
            engagement=engagement, organisation__key=as_written(asked.named)
        )
        if _is_hidden(actor, parties, Act.SEE, asked.at):
            return "party", engagement
    return None


def _is_hidden(actor: Actor, rows: QuerySet[Any], act: Act, at: datetime) -> bool:
    return rows.exists() and not narrowed(actor, rows, act, at=at).exists()


def _told_of(what: str, row: Any) -> tuple[str, int]:
    if isinstance(row, Engagement):
        return what, row.pk
    is_decision = isinstance(row, TwoPersonRequest) and row.action == Action.DETERMINE
    return _DECISION if is_decision else what, row.engagement_id
