"""What is done at the instance, in its own process, while an operator's client talks to it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.desks.exposure.rooms import make_operator
from tests.desks.publications.adopting import make_publication
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.services.tokens import create_token
from tidegate.desks.publications.models import Adoption, AdoptionCount


def publish(identifier: str) -> None:
    """Let something have gone out an hour ago."""
    make_publication(identifier, cve="", at=timezone.now() - timedelta(hours=1))


def open_operator(*scopes: str) -> tuple[str, str]:
    """Make an operator; return its key, and a token of its administrator for these scopes."""
    operator = make_operator()
    wanted = [Scope(one) for one in scopes]
    made = create_token(operator.actor, "the client", wanted, at=timezone.now())
    return operator.key, made.secret


def adopted(organisation: str) -> set[tuple[str, str]]:
    """Return which stages an organisation's assets are at, and on what basis."""
    rows = Adoption.objects.filter(organisation__key=organisation)
    return {(one.stage, one.basis) for one in rows}


def counted(organisation: str) -> set[tuple[str, int]]:
    """Return how many assets of an organisation were said to have reached which stage."""
    rows = AdoptionCount.objects.filter(organisation__key=organisation, replaced_at=None)
    return {(one.stage, one.assets) for one in rows}
