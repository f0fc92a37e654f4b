"""Publications that went out, and operators that run what they are about, past the services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from tests.desks.cases.rooms import make_coordination
from tests.desks.exposure.rooms import NOW, Room, make_asset, make_operator
from tests.desks.exposure.sources import published, running
from tidegate.desks.exposure.models import Asset, Operator
from tidegate.desks.publications.models import Adoption, Audience, Publication

CVE = "CVE-2026-77"
IDENTIFIER = "TG-2026-k7m2x9qd"
RECEIPT = "5c" * 32
"""Digest of a receipt that nobody here has."""


def make_publication(
    identifier: str = IDENTIFIER,
    *,
    cve: str = CVE,
    at: datetime | None = NOW,
    tlp: str = "TLP:CLEAR",
    audience: tuple[Room, ...] = (),
) -> Publication:
    """Make a publication; without an instant it has not gone out yet."""
    coordination = make_coordination()
    row = Publication.objects.create(
        identifier=identifier,
        case=coordination.case,
        coordination=coordination,
        tlp=tlp,
        cve=cve,
        began_by="somebody",
        began_at=NOW,
        published_at=at,
        modified_at=at,
    )
    for one in audience:
        Audience.objects.create(
            publication=row, organisation=one.organisation, added_by="somebody", added_at=NOW
        )
    return row


def exposed_asset(of: Room, *, at: datetime = NOW, cve: str = CVE) -> Asset:
    """Make an asset that runs `web` 1.5, and an advisory that holds it."""
    asset = make_asset(of)
    running(asset, ("web", "1.5"), at=at)
    published(cve, at=at)
    return asset


def an_operator(sector: str = "", scope: str = "other") -> Room:
    """Make an operator that has said its sector and its scope."""
    made = make_operator()
    Operator.objects.create(organisation=made.organisation, sector=sector, scope=scope)
    return made


def many(publication: Publication, number: int, stage: str, at: datetime, **of: str) -> list[Room]:
    """Let so many new operators have come to a stage."""
    made = [an_operator(**of) for _ in range(number)]
    for one in made:
        came(publication, one, stage, at)
    return made


def came(
    publication: Publication,
    of: Room,
    stage: str,
    at: datetime,
    *,
    reference: str = "0" * 32,
    basis: str = "",
) -> None:
    """Let an operator's asset, by the client's own name for it, have come to a stage."""
    Adoption.objects.create(
        publication=publication,
        organisation=of.organisation,
        stage=stage,
        reference=reference,
        basis=basis or ("run" if stage == "verified" else "said"),
        happened_at=at,
        recorded_at=at,
        said_by="somebody",
    )


def report(*stages: dict[str, Any], counts: list[dict[str, Any]] | None = None) -> bytes:
    """Return a report of stages, or of counts."""
    said: dict[str, Any] = {"schema": "urn:tidegate:adoption-report:1"}
    if counts is not None:
        return orjson.dumps({**said, "mode": "counts", "counts": counts})
    return orjson.dumps({**said, "mode": "full", "stages": list(stages)})


def line(
    stage: str,
    at: datetime,
    *,
    asset: str = "a" * 32,
    basis: str = "inventory",
    advisory: str = IDENTIFIER,
) -> dict[str, Any]:
    """Return one line of a report in full."""
    said = {
        "advisory": advisory,
        "stage": stage,
        "at": at.isoformat(),
        "basis": basis,
        "asset": asset,
    }
    return said | {"receipt_sha256": RECEIPT} if basis == "run" else said
