# ruff: noqa: ARG001 - every condition is asked with the same two arguments.
"""The conditions of the policy's rules about engagements; `conditions` says how they are read.

Three circles: the developer, whose engagement it is; the parties that were told of it, through
those who lead their part; and the people whom these have named. Whoever is in none of them learns
nothing, a coordinator included. With a withdrawal the second and third circle read nothing more
but what they have signed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.conditions import Condition
from tidegate.desks.access.words import Role

_DEVELOPER: Final = "developer"
_PARTNER: Final = "partner"
_GOVERNMENT: Final = ("reviewer", "determining")
_WORKING: Final = (Role.ADMINISTRATOR, Role.MEMBER)


def of_developers(path: str, *, who_run_it: bool = False) -> Condition:
    """Rows whose `path` is an engagement of their own organisation.

    They administer the organisation, or were named by it. `who_run_it` leaves only those who
    administer it or lead its part.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        own = _led(actor) if who_run_it else _led(actor) | _named_in(actor)
        mine = own.filter(part=_DEVELOPER).values("engagement")
        return Q(**{f"{path}__in": mine})

    return condition


def of_told(path: str) -> Condition:
    """Rows whose `path` is an engagement that their organisation was told of.

    They lead its part, or were named; also once it was withdrawn.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        told = (_led(actor) | _named_in(actor)).exclude(part=_DEVELOPER)
        return Q(**{f"{path}__in": told.values("engagement")})

    return condition


def of_government(path: str, *duties: str) -> Condition:
    """Rows whose `path` is an engagement that they were named in for the government.

    Not before terms hold, unless it asks only whether a model would be covered; and not once it was
    withdrawn. `duties` leaves those who were named for one of them, and may do more than read.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _open_to(actor, _GOVERNMENT, *duties)})

    return condition


def of_determining(path: str) -> Condition:
    """Rows whose `path` is an engagement in which they are the determining official."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _open_to(actor, ("determining",), "official")})

    return condition


def of_led_parties(path: str) -> Condition:
    """Rows whose `path` is their own organisation's part, which they lead."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _led(actor).values("pk")})

    return condition


def of_open_led_parties(path: str) -> Condition:
    """Rows whose `path` is their own organisation's part, which they lead, while it may go on."""

    def condition(actor: Actor, at: datetime) -> Q:
        going_on = _led(actor).filter(engagement__withdrawn_at=None)
        return Q(**{f"{path}__in": going_on.values("pk")})

    return condition


def of_named_parties(path: str) -> Condition:
    """Rows whose `path` is their own organisation's part, which they lead or were named in."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": (_led(actor) | _named_in(actor)).values("pk")})

    return condition


def of_agreements_to_answer(actor: Actor, at: datetime) -> Q:
    """Return the agreements that are put to their organisation, or that it has signed.

    The engagement's own terms go to the developer and the government; a trusted partner's terms and
    record to them, and to that partner.
    """
    near = (_led(actor) | _named_in(actor)).exclude(part=_PARTNER)
    partner = (_led(actor) | _named_in(actor)).filter(part=_PARTNER)
    return Q(engagement__in=near.values("engagement")) | Q(party__in=partner.values("pk"))


def of_own_grants(path: str) -> Condition:
    """Rows whose `path` is a grant of theirs, while their engagement was not withdrawn."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _held(actor).values("pk")})

    return condition


def of_led_grants(path: str) -> Condition:
    """Rows whose `path` is a grant of somebody whom a part that they lead has named."""

    def condition(actor: Actor, at: datetime) -> Q:
        led = _led(actor).filter(engagement__withdrawn_at=None)
        grants = apps.get_model("reviews", "Grant").objects.filter(named__party__in=led)
        return Q(**{f"{path}__in": grants.values("pk")})

    return condition


def usable(actor: Actor, at: datetime) -> Q:
    """Return the grants that they may call a model with, at this instant.

    The grant was issued and taken up, and neither it nor what it stands on has ended: the window
    for the government, the dates of its record for a trusted partner.
    """
    in_window = Q(
        named__party__part__in=_GOVERNMENT,
        engagement__window_opens_at__lte=at,
        engagement__window_ends_at__gt=at,
    )
    in_record = Q(
        named__party__part=_PARTNER,
        named__party__partner__begins_at__lte=at,
        named__party__partner__ends_at__gt=at,
        named__party__partner__declined_at=None,
    )
    return (in_window | in_record) & Q(
        pk__in=_held(actor).values("pk"),
        issued_at__lte=at,
        taken_up_at__isnull=False,
        ended_at=None,
        begins_at__lte=at,
        ends_at__gt=at,
        engagement__access_off_at=None,
    )


def of_reported(path: str) -> Condition:
    """Rows whose `path` is a delivery of findings that were made with a model of theirs."""

    def condition(actor: Actor, at: datetime) -> Q:
        own = (_led(actor) | _named_in(actor)).filter(part=_DEVELOPER)
        reports = apps.get_model("reviews", "Report").objects.filter(
            engagement__in=own.values("engagement")
        )
        return Q(**{f"{path}__in": reports.values("delivery")})

    return condition


def of_entries_of_engagements(actor: Actor, at: datetime) -> Q:
    """Return the ledger's entries about engagements that are theirs to read.

    What is kept for one party is read by that party's people alone; and a trusted partner reads
    what is about itself.
    """
    near = (_led(actor) | _named_in(actor)).filter(
        Q(part=_DEVELOPER) | Q(part__in=_GOVERNMENT, engagement__withdrawn_at=None)
    )
    partner = (_led(actor) | _named_in(actor)).filter(part=_PARTNER)
    own = apps.get_model("parties", "Organisation").objects.filter(pk__in=actor.organisations)
    about = Q(engagement__in=near.values("engagement__key")) & (
        Q(only_for="") | Q(only_for__in=own.values("key"))
    )
    return about | (
        Q(engagement__in=partner.values("engagement__key"))
        & Q(organisation__in=partner.values("organisation__key"))
    )


def _alive(actor: Actor) -> QuerySet[Any]:
    """Return the parts of their organisations that have been told, and have not ended."""
    parties = apps.get_model("reviews", "Party").objects
    return parties.filter(
        Q(part=_DEVELOPER) | Q(invited_at__isnull=False),
        organisation__in=actor.organisations,
        ended_at=None,
    )


def _named(actor: Actor, *duties: str) -> QuerySet[Any]:
    """Return where they were named, and have not stepped back."""
    rows = apps.get_model("reviews", "NamedPerson").objects.filter(
        person=actor.person, ended_at=None, recused_at=None
    )
    return rows.filter(duty__in=duties) if duties else rows


def _named_in(actor: Actor) -> QuerySet[Any]:
    return _alive(actor).filter(pk__in=_named(actor).values("party"))


def _led(actor: Actor) -> QuerySet[Any]:
    """Return the parts that they lead, as administrators or because they were named for it.

    Whoever has recused themselves from an engagement does not lead in it as an administrator.
    """
    recused = apps.get_model("reviews", "NamedPerson").objects.filter(
        person=actor.person, ended_at=None, recused_at__isnull=False
    )
    lead = Q(
        organisation__in=actor.with_role(*_WORKING), pk__in=_named(actor, "lead").values("party")
    )
    leading = Q(organisation__in=actor.with_role(Role.ADMINISTRATOR)) | lead
    return _alive(actor).filter(leading).exclude(pk__in=recused.values("party"))


def _open_to(actor: Actor, parts: tuple[str, ...], *duties: str) -> QuerySet[Any]:
    """Return the engagements whose content is open to them, as people of these parts."""
    parties = _alive(actor).filter(part__in=parts, pk__in=_named(actor, *duties).values("party"))
    if duties:
        parties = parties.filter(organisation__in=actor.with_role(*_WORKING))
    engagements = apps.get_model("reviews", "Engagement").objects.filter(
        Q(agreed_at__isnull=False) | Q(asks="coverage"), withdrawn_at=None
    )
    return engagements.filter(pk__in=parties.values("engagement")).values("pk")


def _held(actor: Actor) -> QuerySet[Any]:
    """Return their own grants, where they still stand and were named."""
    return apps.get_model("reviews", "Grant").objects.filter(
        named__in=_named(actor).values("pk"),
        named__party__in=_alive(actor).values("pk"),
        named__party__organisation__in=actor.with_role(*_WORKING),
        engagement__withdrawn_at=None,
    )
