# ruff: noqa: ARG001 - every condition is asked with the same two arguments.
"""The conditions of the policy's rules about engagements; `conditions` says how they are read.

They ask who stands in which of the `circles` around an engagement. Whoever stands in none of them
learns nothing, a coordinator included.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q

from tidegate.desks.access import circles
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.circles import DEVELOPER, GOVERNMENT, PARTNER
from tidegate.desks.access.conditions import Condition
from tidegate.desks.access.words import WORKING, Role

FOR_GOVERNMENT: Final = "government"
"""Of an entry of the ledger that is kept for the government's named people; no key is such."""

_AT_WORK: Final = ("lead", "evaluator", "official")
"""Duties of those who do more than observe."""


def of_developers(path: str) -> Condition:
    """Rows whose `path` is an engagement of their own organisation.

    They administer the organisation, or were named by it.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": circles.of(actor, DEVELOPER).values("engagement")})

    return condition


def run_by_them(path: str) -> Condition:
    """Rows whose `path` is an engagement that they run for its developer."""

    def condition(actor: Actor, at: datetime) -> Q:
        run = circles.led(actor).filter(part=DEVELOPER)
        return Q(**{f"{path}__in": run.values("engagement")})

    return condition


def decided_by_them(path: str) -> Condition:
    """Rows whose `path` is an engagement for whose developer they decide, come what may."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": circles.decided(actor).values("engagement")})

    return condition


def of_told(path: str) -> Condition:
    """Rows whose `path` is an engagement that their organisation was told of.

    They were named in its part, or lead it; also once the engagement was withdrawn, and whoever
    leads also once the part has ended.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        told = circles.of(actor, *GOVERNMENT, PARTNER).values("engagement")
        led = circles.led(actor, ended_too=True).values("engagement")
        return Q(**{f"{path}__in": told}) | Q(**{f"{path}__in": led})

    return condition


def of_government(path: str, *duties: str) -> Condition:
    """Rows whose `path` is an engagement that is open to them as people of the government.

    `duties` leaves those for whom they were named for one of them, and do more than read.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        there = circles.open_to_government(actor, *duties)
        return Q(**{f"{path}__in": there.values("engagement")})

    return condition


def of_determining(path: str) -> Condition:
    """Rows whose `path` is an engagement in which they are the determining official."""

    def condition(actor: Actor, at: datetime) -> Q:
        there = circles.open_to_government(actor, "official", parts=("determining",))
        return Q(**{f"{path}__in": there.values("engagement")})

    return condition


def of_led_parties(path: str, *, ended_too: bool = False) -> Condition:
    """Rows whose `path` is their own organisation's part, which they lead."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": circles.led(actor, ended_too=ended_too).values("pk")})

    return condition


def of_named_parties(path: str) -> Condition:
    """Rows whose `path` is their own organisation's part, which they lead or were named in."""

    def condition(actor: Actor, at: datetime) -> Q:
        own = circles.of(actor, DEVELOPER, *GOVERNMENT, PARTNER)
        return Q(**{f"{path}__in": own.values("pk")})

    return condition


def of_agreements_to_answer(actor: Actor, at: datetime) -> Q:
    """Return the agreements that are put to their organisation to sign.

    The engagement's own terms go to the developer and the government; a trusted partner's terms and
    record to them, and to that partner.
    """
    near = circles.of(actor, DEVELOPER, *GOVERNMENT).values("engagement")
    return Q(engagement__in=near) | Q(party__in=circles.of(actor, PARTNER).values("pk"))


def of_signed_agreements(actor: Actor, at: datetime) -> Q:
    """Return the agreements that an organisation that they administer has signed."""
    signatures = apps.get_model("reviews", "Signature").objects.filter(
        organisation__in=actor.with_role(Role.ADMINISTRATOR)
    )
    return Q(pk__in=signatures.values("agreement")) & ~Q(engagement__in=circles.recused(actor))


def of_own_grants(path: str) -> Condition:
    """Rows whose `path` is a grant of theirs, while their engagement was not withdrawn."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": circles.held(actor).values("pk")})

    return condition


def of_led_grants(path: str, *, by_name: bool = False) -> Condition:
    """Rows whose `path` is a grant of somebody whom a part that they lead has named.

    Not once the engagement was withdrawn. `by_name` leaves out who leads as an administrator alone.
    """

    def condition(actor: Actor, at: datetime) -> Q:
        led = circles.named_to_lead(actor) if by_name else circles.led(actor)
        grants = apps.get_model("reviews", "Grant").objects.filter(
            named__party__in=led.values("pk"), engagement__withdrawn_at=None
        )
        return Q(**{f"{path}__in": grants.values("pk")})

    return condition


def usable(actor: Actor, at: datetime) -> Q:
    """Return the grants that they may call a model with, at this instant.

    The grant was issued and taken up, and neither it nor what it stands on has ended: the window
    for the government, the dates of its record for a trusted partner, which does not begin before
    the window has ended unless the developer lets it. What is on record as over is over, whatever
    a clock says. Nobody calls the model of a developer who is suspended, as that one could not end
    it.
    """
    in_window = Q(
        named__party__part__in=GOVERNMENT,
        engagement__window_opens_at__lte=at,
        engagement__window_ends_at__gt=at,
        engagement__window_ended_at=None,
    )
    in_record = Q(
        named__party__part=PARTNER,
        named__party__partner__begins_at__lte=at,
        named__party__partner__ends_at__gt=at,
        named__party__partner__declined_at=None,
    )
    in_record &= (
        Q(named__party__partner__early=True)
        | Q(engagement__window_ends_at=None)
        | Q(engagement__window_ends_at__lte=at)
    )
    return (in_window | in_record) & Q(
        pk__in=circles.held(actor).values("pk"),
        named__party__organisation__in=actor.with_role(*WORKING),
        issued_at__lte=at,
        taken_up_at__isnull=False,
        ended_at=None,
        lapse_noted_at=None,
        begins_at__lte=at,
        ends_at__gt=at,
        engagement__access_off_at=None,
        engagement__closed_at=None,
        engagement__developer__suspended_at=None,
    )


def of_partner_at_work(path: str) -> Condition:
    """Rows whose `path` is a trusted partner's part, in which they were named to work."""

    def condition(actor: Actor, at: datetime) -> Q:
        there = circles.open_to_partner(actor, *_AT_WORK)
        return Q(**{f"{path}__in": there.values("pk")})

    return condition


def of_requests_of_partners(actor: Actor, at: datetime) -> Q:
    """Return what takes two persons of a trusted partner that has named them."""
    return Q(party__in=circles.open_to_partner(actor).values("pk"))


def of_requests_to_second(actor: Actor, at: datetime) -> Q:
    """Return what others of their side have asked for that takes two persons, where they work."""
    there = circles.open_to_government(actor, *_AT_WORK)
    partner = circles.open_to_partner(actor, *_AT_WORK)
    of_government = Q(party=None, engagement__in=there.values("engagement"))
    return (of_government | Q(party__in=partner.values("pk"))) & ~Q(asked_by=actor.person)


def of_reported(path: str) -> Condition:
    """Rows whose `path` is a delivery of findings that were made with a model of theirs."""

    def condition(actor: Actor, at: datetime) -> Q:
        reports = apps.get_model("reviews", "Report").objects.filter(
            engagement__in=circles.of(actor, DEVELOPER).values("engagement")
        )
        return Q(**{f"{path}__in": reports.values("delivery")})

    return condition


def of_own_reports(actor: Actor, at: datetime) -> Q:
    """Return the reports that their own organisation has made in its part."""
    own = circles.of(actor, *GOVERNMENT, PARTNER).filter(
        engagement=OuterRef("engagement"), organisation=OuterRef("delivery__finder__organisation")
    )
    return Q(Exists(own))


def of_own_certificates(actor: Actor, at: datetime) -> Q:
    """Return what was certified for a part that they lead, or led until it ended."""
    own = circles.led(actor, ended_too=True).filter(
        engagement=OuterRef("engagement"), organisation=OuterRef("organisation")
    )
    return Q(Exists(own))


def of_entries_of_engagements(actor: Actor, at: datetime) -> Q:
    """Return the ledger's entries about engagements that are theirs to read.

    What is kept for one party is read through that party's own part alone, by whoever reads the
    engagement through it, and what is kept for the government through a part of its; a trusted
    partner reads what is about itself.
    """
    government = circles.open_to_government(actor)
    near = circles.of(actor, DEVELOPER) | government
    near_for = near.filter(
        engagement__key=OuterRef("engagement"), organisation__key=OuterRef("only_for")
    )
    for_near = Q(only_for="") | Q(Exists(near_for))
    partner = circles.of(actor, PARTNER).filter(engagement__withdrawn_at=None)
    partner_about = partner.filter(
        engagement__key=OuterRef("engagement"), organisation__key=OuterRef("organisation")
    )
    for_partner = Q(only_for="") | Q(only_for=F("organisation"))
    for_government = Q(only_for=FOR_GOVERNMENT)
    return (
        (Q(engagement__in=near.values("engagement__key")) & for_near)
        | (Q(engagement__in=government.values("engagement__key")) & for_government)
        | (
            Q(engagement__in=partner.values("engagement__key"))
            & Q(Exists(partner_about))
            & for_partner
        )
    )
