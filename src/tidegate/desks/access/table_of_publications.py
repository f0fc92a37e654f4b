"""The policy's rules about what is published, the fixes that are tried, and how far they come."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.apps import apps
from django.db.models import Q

from tidegate.desks.access import conditions as which
from tidegate.desks.access import operators as among
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.rules import (
    Rule,
    chief_coordinators,
    coordinators,
    owner,
    persons,
    readers_of_coordinators,
    working_persons,
)
from tidegate.desks.access.words import Act, Kind, Label, Role

_SEE: Final = (Act.SEE, Act.READ)
_LEADING: Final = Role.ADMINISTRATOR
_FREE: Final = (Label.GREEN, Label.CLEAR)


def _for_everybody(_: Actor, at: datetime) -> Q:
    """Publications that went out to everybody with a place in an organisation."""
    return Q(published_at__lte=at, tlp__in=_FREE)


def _for_their_organisation(actor: Actor, at: datetime) -> Q:
    """Publications that went out to named organisations, and theirs is one."""
    audience = apps.get_model("publications", "Audience").objects.filter(
        organisation__in=actor.organisations, removed_at=None
    )
    return Q(published_at__lte=at, pk__in=audience.values("publication"))


PUBLICATIONS: Final[tuple[Rule, ...]] = (
    # What is published.
    Rule(
        readers_of_coordinators,
        (*_SEE, Act.EXAMINE),
        Kind.PUBLICATION,
        which.everything,
        "Coordinators read every publication and its drafts.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE,),
        Kind.PUBLICATION,
        which.everything,
        "Coordinators who do more than read write, approve and withdraw what is published; nobody"
        " approves what they have written themselves.",
    ),
    Rule(
        persons,
        (*_SEE, Act.EXAMINE),
        Kind.PUBLICATION,
        which.where({"shared_at__isnull": False}, which.of_readable_cases("case")),
        "The parties of a case read the drafts of its publication once a coordinator has shared"
        " them.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PUBLICATION,
        _for_everybody,
        "Everybody reads what was published under TLP:GREEN or TLP:CLEAR; under TLP:CLEAR without"
        " signing in.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PUBLICATION,
        _for_their_organisation,
        "What was published for named organisations is read by their people.",
    ),
    Rule(
        readers_of_coordinators,
        _SEE,
        Kind.CVE_ID,
        which.everything,
        "Coordinators see which CVE identifiers were reserved.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE,),
        Kind.CVE_ID,
        which.everything,
        "Coordinators who do more than read reserve, publish and reject CVE identifiers.",
    ),
    # Fixes.
    Rule(
        readers_of_coordinators,
        _SEE,
        Kind.FIX,
        which.everything,
        "Coordinators see every fix and how it was tried.",
    ),
    Rule(
        coordinators,
        (Act.READ_PROOF, Act.COORDINATE),
        Kind.FIX,
        which.everything,
        "Coordinators who do more than read also read a fix and have it tried.",
    ),
    Rule(
        persons,
        (*_SEE, Act.READ_PROOF),
        Kind.FIX,
        which.of_readable_cases("case"),
        "The parties of a case read the fixes that are offered for it once they have consented; who"
        " writes in a case offers them.",
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.FIX,
        which.of_readable_cases("case"),
        "Members of a case's parties have a fix tried, and say what they think of it once they have"
        " looked.",
    ),
    # How far a fix has come.
    Rule(
        persons,
        _SEE,
        Kind.ADOPTION,
        among.of_operators("organisation"),
        "An operator's people read how far they have come with what was published, and nobody"
        " else's; coordinators are given counts of at least five organisations.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.ADOPTION,
        among.delegated("organisation"),
        "The people of a provider read how far an operator has come that has delegated to it.",
    ),
    Rule(
        owner,
        _SEE,
        Kind.ADOPTION,
        among.left_to_owner("organisation"),
        "Whoever holds the machine reads the same of an operator that has no administrator of its"
        " own.",
    ),
    # Keys that what is restricted is encrypted to.
    Rule(
        persons,
        _SEE,
        Kind.RECIPIENT,
        which.of_own_organisation("organisation"),
        "An organisation's people see its keys for restricted releases.",
    ),
    Rule(
        readers_of_coordinators,
        _SEE,
        Kind.RECIPIENT,
        which.everything,
        "Coordinators see to which keys restricted releases are encrypted.",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.RECIPIENT,
        which.of_own_organisation("organisation", _LEADING),
        "Administrators of an organisation revoke its keys; they register them as they administer"
        " it.",
    ),
    Rule(
        chief_coordinators,
        (Act.REVOKE,),
        Kind.RECIPIENT,
        which.everything,
        "Administrators of a coordinating organisation can revoke every such key.",
    ),
)
