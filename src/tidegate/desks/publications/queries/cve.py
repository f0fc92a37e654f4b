"""The CVE identifiers of this instance's cases, and what was promised about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.publications.models import CveId
from tidegate.instance.publisher import cve_account


@dataclass(frozen=True, slots=True)
class CveIdRow:
    """A CVE identifier."""

    number: str
    """Empty while it is being reserved."""
    case: str
    """Key of the case; empty for one that has none any more."""
    cna: str
    is_ours: bool
    state: str
    """`WANTED`, `RESERVED`, `PUBLISHED` or `REJECTED`."""
    revision: int
    """The revision of the publication that CVE Services has; 0 for none."""
    by: str
    at: datetime
    reject_because: str
    tries: int
    reason: str
    """Why the last try at CVE Services failed."""


@dataclass(frozen=True, slots=True)
class CveIds:
    """The identifiers, and whether this instance can reserve any."""

    rows: tuple[CveIdRow, ...]
    """The newest first."""
    cna: str
    """Short name of the CNA that this instance is; empty where the vendor's CNA has to assign."""


def list_cve_ids(actor: Actor, *, at: datetime) -> CveIds:
    """Return the identifiers that `actor` may see.

    Raises:
        HomeError: the account at CVE Services cannot be read.
    """
    rows = narrowed(actor, CveId.objects.select_related("case"), Act.SEE, at=at).order_by("-pk")
    account = cve_account()
    return CveIds(tuple(row_of(one) for one in rows), account.cna.short_name if account else "")


def row_of(row: CveId) -> CveIdRow:
    """Return an identifier with what was promised about it; that it may be seen was asked."""
    return CveIdRow(
        number=row.number or "",
        case=row.case.key if row.case else "",
        cna=row.cna,
        is_ours=row.is_ours,
        state=row.state,
        revision=row.revision,
        by=row.by,
        at=row.at,
        reject_because=row.reject_because,
        tries=row.tries,
        reason=row.reason,
    )
