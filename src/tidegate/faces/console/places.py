"""Where in the console somebody may go: what the policy gives them something to do or to see in.

It decides what the navigation shows. Whether a page opens is decided anew by whatever it asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import OPERATING, REVIEWING, Act, Kind, OrganisationKind
from tidegate.desks.exposure.queries.operators import my_operators
from tidegate.desks.publications.models import Publication
from tidegate.desks.reviews.models import Engagement

_NO_ROW: Final = Q(pk__in=())
_ASKED: Final = (*OPERATING, OrganisationKind.VENDOR)
"""Of whom directives ask something: those who run systems, and manufacturers."""


@dataclass(frozen=True, slots=True)
class Going:
    """What the navigation shows."""

    inbox: bool = False
    board: bool = False
    duplicates: bool = False
    deliveries: bool = False
    intake: bool = False
    organisations: bool = False
    reviews: bool = False
    exposure: str = ""
    """Address of what is exposed: an operator's home, or coordinators' counts; empty for none."""
    assets: bool = False
    compliance: bool = False
    directives: bool = False
    docket: bool = False
    changes: bool = False
    delegations: bool = False
    publications: bool = False
    """The desk: what is written, approved and out."""
    published: bool = False
    """What is out that concerns an operator of theirs."""
    advisories: bool = False
    funnel: bool = False


NOWHERE: Final = Going()
"""For whoever has not signed in."""


def going(actor: Actor) -> Going:
    """Return where somebody may go; it asks the policy, and tables for reviews and operators."""
    if actor.person is None:
        return NOWHERE
    hands_in = visible(actor, Act.HAND_IN, Kind.ORGANISATION) != _NO_ROW
    reads_all = reads_every_case(actor)
    operates = bool(my_operators(actor, at=timezone.now()))
    is_asked = operates or bool(actor.of_kind(_ASKED))
    return Going(
        inbox=True,
        board=reads_all,
        duplicates=visible(actor, Act.READ, Kind.NOMINATION) != _NO_ROW,
        deliveries=hands_in or reads_all,
        intake=hands_in,
        organisations=visible(actor, Act.SEE, Kind.ORGANISATION) != _NO_ROW,
        reviews=takes_part_in_reviews(actor),
        exposure="/exposure" if operates else "/exposure/counts" if reads_all else "",
        assets=operates,
        compliance=is_asked,
        directives=is_asked or reads_all,
        docket=True,
        changes=operates or reads_all,
        delegations=is_asked,
        publications=reads_all or reads_drafts(actor),
        published=operates,
        advisories=True,
        funnel=reads_all,
    )


def takes_part_in_reviews(actor: Actor) -> bool:
    """Say whether somebody has a part in an engagement, or is of those who are asked for one."""
    if actor.of_kind(REVIEWING):
        return True
    return narrowed(actor, Engagement.objects.all(), Act.SEE).exists()


def reads_drafts(actor: Actor) -> bool:
    """Say whether drafts of a publication were shown to somebody, for a party of its case."""
    return narrowed(actor, Publication.objects.all(), Act.EXAMINE).exists()


def reads_every_case(actor: Actor) -> bool:
    """Say whether somebody may read all cases, as those do who coordinate."""
    return visible(actor, Act.READ, Kind.CASE) == Q()
