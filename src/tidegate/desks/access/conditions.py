# ruff: noqa: ARG001 - every condition is asked with the same two arguments.
"""The "which objects" of the policy's rules, as conditions on rows.

A condition is given who asks and when, and says which rows it means, in the words of the tables.
Where that needs other rows, they are asked for in a subquery, never by a join: a row that fits in
two ways must not be counted twice. Where access depends on a date, the date is compared here, and
does not wait for the clock that rings on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import LEFT_TO_ITSELF, WORKING, Label, Role

Condition = Callable[[Actor, datetime], Q]

_OPEN_TERMS: Final = ("none", "exited")
"""States of an embargo that ask for nobody's consent."""
_FREE: Final = (Label.GREEN, Label.CLEAR)


def everything(actor: Actor, at: datetime) -> Q:
    """Every row."""
    return Q()


def of_own_organisation(path: str, *roles: Role) -> Condition:
    """Rows whose `path` is an organisation that they stand in, with one of the roles if any."""

    def condition(actor: Actor, at: datetime) -> Q:
        own = actor.with_role(*roles) if roles else actor.organisations
        return Q(**{f"{path}__in": own})

    return condition


def left_to_coordinators(path: str) -> Condition:
    """Rows whose `path` is an organisation that those who run the instance administer, too.

    Not one that takes part in reviews or runs systems, and has an administrator of its own: they
    would let themselves in, and so read its engagements and inventories. A suspended administrator
    is one of its own, or suspending them would open that way.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        administrators = apps.get_model("parties", "Membership").objects.filter(
            role=Role.ADMINISTRATOR, left_at=None
        )
        # A list of words is no column that both databases search; as text they have quotes.
        words = apps.get_model("parties", "Organisation").objects.annotate(
            words=Cast("kinds", TextField())
        )
        is_such = reduce(or_, (Q(words__contains=f'"{kind.value}"') for kind in LEFT_TO_ITSELF))
        own = words.filter(is_such, pk__in=administrators.values("organisation"))
        return ~Q(**{f"{path}__in": own.values("pk")})

    return condition


def of_themselves(path: str) -> Condition:
    """Rows whose `path` is the person who asks."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{path: actor.person}) if actor.person else Q(pk__in=())

    return condition


def of_readable_cases(path: str, *, without_finders: bool = False) -> Condition:
    """Rows whose `path` is a case that they may read as one of its parties.

    They are on the team of a party that has joined, and its consent stands, or the case has no
    embargo that would ask for it. `without_finders` leaves out the parties that are finders.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        parties = _joined(actor, at)
        if without_finders:
            parties = parties.exclude(role="finder")
        return Q(**{f"{path}__in": parties.values("coordination__case")})

    return condition


def of_cases_invited_to(path: str) -> Condition:
    """Rows whose `path` is a case that their organisation was invited to."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _invited(actor).values("coordination__case")})

    return condition


def of_released_cases(path: str) -> Condition:
    """Rows whose `path` is a case under no embargo that is labelled for the community, or clear."""

    def condition(actor: Actor, at: datetime) -> Q:
        released = apps.get_model("cases", "Coordination").objects.filter(
            tlp__in=_FREE, embargo__in=_OPEN_TERMS
        )
        return Q(**{f"{path}__in": released.values("case")})

    return condition


def of_own_invitations(actor: Actor, at: datetime) -> Q:
    """Return the parts that they were invited to have in cases, also those that ended.

    One that waits in the line has been told nothing yet.
    """
    return Q(organisation__in=actor.organisations, invited_at__isnull=False)


def of_coordinators_of_cases_invited_to(actor: Actor, at: datetime) -> Q:
    """Return the parts of those who coordinate a case that their organisation was invited to."""
    return Q(
        role="coordinator",
        joined_at__isnull=False,
        removed_at=None,
        coordination__in=_invited(actor).values("coordination"),
    )


def of_own_parties(path: str) -> Condition:
    """Rows whose `path` is their own organisation's part in a case, where they may work."""

    def condition(actor: Actor, at: datetime) -> Q:
        own = _invited(actor).filter(organisation__in=actor.with_role(*WORKING))
        return Q(**{f"{path}__in": own.values("pk")})

    return condition


def for_coordinators(actor: Actor, at: datetime) -> Q:
    """Return the entries of the ledger that are about no engagement, and for no operator alone."""
    return Q(engagement="", only_for="")


def where(of: Mapping[str, Any], which: Condition) -> Condition:
    """Rows with these values among those that another condition means."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**of) & which(actor, at)

    return condition


def of_verbs(verbs: Sequence[str], which: Condition) -> Condition:
    """Events of these verbs among those that another condition means."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(verb__in=verbs) & which(actor, at)

    return condition


def addressed(path: str) -> Condition:
    """Messages that were written by them or sent to them, in cases that they may read.

    One to all reaches every party, one to some those that it names; under TLP:RED it reaches only
    the persons whom it names.
    """
    prefix = f"{path}__" if path else ""

    def condition(actor: Actor, at: datetime) -> Q:
        if actor.person is None:
            return Q(pk__in=())
        parties = _joined(actor, at)
        recipients = apps.get_model("cases", "Recipient").objects
        named = recipients.filter(person=actor.person)
        theirs = recipients.filter(participant__in=parties.values("pk"))
        reached = Q(**{f"{prefix}audience": "all"}) | Q(
            **{f"{prefix}pk__in": theirs.values("message")}
        )
        return Q(**{f"{prefix}coordination__in": parties.values("coordination")}) & (
            Q(**{f"{prefix}author": actor.person})
            | Q(**{f"{prefix}pk__in": named.values("message")})
            | (reached & ~Q(**{f"{prefix}tlp": Label.RED}))
        )

    return condition


def not_for_named_persons(path: str) -> Condition:
    """Messages that are not for named persons alone, or that name or were written by them."""
    prefix = f"{path}__" if path else ""

    def condition(actor: Actor, at: datetime) -> Q:
        open_to_all = ~Q(**{f"{prefix}tlp": Label.RED})
        if actor.person is None:
            return open_to_all
        named = apps.get_model("cases", "Recipient").objects.filter(person=actor.person)
        return (
            open_to_all
            | Q(**{f"{prefix}author": actor.person})
            | Q(**{f"{prefix}pk__in": named.values("message")})
        )

    return condition


def of_entries(actor: Actor, at: datetime) -> Q:
    """Entries of the ledger about a case, an organisation or a person that are theirs to read.

    An entry about a case may name findings, and a finder reads none but their own; so a party that
    is a finder reads what is about its own part. What is about an engagement is not read here, also
    by who did it: they may have recused themselves since.
    """
    joined = _joined(actor, at)
    cases = joined.exclude(role="finder").values("coordination__case__key")
    own_part = joined.filter(
        coordination__case__key=OuterRef("case"), organisation__key=OuterRef("organisation")
    )
    led = apps.get_model("parties", "Organisation").objects.filter(
        pk__in=actor.with_role(Role.ADMINISTRATOR)
    )
    of_organisations = Q(case="", organisation__in=led.values("key"))
    about = Q(case__in=cases) | Q(Exists(own_part)) | of_organisations
    kept_for = Q(only_for="") | Q(only_for__in=led.values("key"))
    by_themselves = Q(person=actor.key) if actor.key else Q(pk__in=())
    return Q(engagement="") & (about & kept_for | by_themselves)


def _invited(actor: Actor) -> QuerySet[Any]:
    """Return the parts that their organisations have in cases, whatever they have said to it.

    Not those that wait in the line: they have been told nothing yet.
    """
    parties = apps.get_model("cases", "Participant").objects
    return parties.filter(
        organisation__in=actor.organisations, invited_at__isnull=False, removed_at=None
    )


def _joined(actor: Actor, at: datetime) -> QuerySet[Any]:
    """Return the parts through which they may read a case."""
    members = apps.get_model("cases", "TeamMember").objects.filter(
        Q(until=None) | Q(until__gt=at), person=actor.person, left_at=None
    )
    no_embargo = Q(coordination__embargo__in=_OPEN_TERMS) | Q(coordination__ends_at__lte=at)
    consenting = Q(consent="signatory") & (Q(consent_until=None) | Q(consent_until__gt=at))
    return _invited(actor).filter(
        consenting | no_embargo,
        joined_at__isnull=False,
        pk__in=members.values("participant"),
    )
