"""Loading a framework beside those that are shipped: what a version says, it says for good."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.reviews.frameworks.framework import Framework
from tidegate.desks.reviews.frameworks.loading import read_framework
from tidegate.desks.reviews.models import LoadedFramework


def load_framework(actor: Actor, raw: bytes, source: str, *, at: datetime) -> LoadedFramework:
    """Load a framework; loading the same one again changes nothing.

    Args:
        actor: whoever administers the instance.
        raw: the file's bytes.
        source: its name, for errors.
        at: now.

    Raises:
        NotFoundError: that is not for them.
        FrameworkError: it is no framework, or goes by the name of a shipped one.
        NotPossibleError: this version is here already, and says something else.
    """
    require_with_instance(actor, Act.ADMINISTER)
    framework = read_framework(raw, source)
    known = _known(framework)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row = LoadedFramework.objects.create(
                name=framework.name,
                version=framework.version,
                sha256=framework.sha256,
                document=raw,
                loaded_by=actor.name,
                loaded_at=at,
            )
            append(
                "framework-loaded",
                at=at,
                actor=actor,
                name=framework.name,
                version=framework.version,
                sha256=framework.sha256,
            )
            return row
    except IntegrityError:
        # Somebody else has loaded it meanwhile.
        known = _known(framework)
        if known is None:
            raise
        return known


def _known(framework: Framework) -> LoadedFramework | None:
    """Return the row of this version, if there is one."""
    row = LoadedFramework.objects.filter(name=framework.name, version=framework.version).first()
    if row is not None and row.sha256 != framework.sha256:
        raise NotPossibleError(
            f"{framework.name} {framework.version} is here already and says something else, for"
            " good, since engagements may be held to it; give yours another version"
        )
    return row
