"""What pages ask beside the other queries: the names of an audience, and what a case has so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written as key_as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.queries.siblings import revealed_by
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import CveId, Publication
from tidegate.desks.publications.queries.cve import CveIdRow, row_of
from tidegate.desks.publications.states.revisions import AT_WORK
from tidegate.instance.publisher import cve_account


@dataclass(frozen=True, slots=True)
class CveOfCase:
    """The CVE identifier of a case, and what can be done about it."""

    row: CveIdRow | None
    """None where it has none."""
    cna: str
    """Short name of the CNA that this instance is; empty where it is none."""


def cve_of_case(actor: Actor, case_key: str, *, at: datetime) -> CveOfCase:
    """Return the CVE identifier of a case, as far as `actor` may see it.

    Raises:
        HomeError: the account at CVE Services cannot be read.
    """
    rows = CveId.objects.select_related("case").filter(case__key=key_as_written(case_key))
    found = narrowed(actor, rows, Act.SEE, at=at).first()
    account = cve_account()
    return CveOfCase(row_of(found) if found else None, account.cna.short_name if account else "")


def names_of(actor: Actor, keys: Collection[str], *, at: datetime) -> Mapping[str, str]:
    """Return the names of organisations by their keys, of those that `actor` may see."""
    rows = narrowed(actor, Organisation.objects.filter(key__in=keys), Act.SEE, at=at)
    return dict(rows.values_list("key", "name"))


def revealed(actor: Actor, identifier: str, *, at: datetime) -> tuple[str, ...]:
    """Return the cases that are kept secret longer, and that publishing this one points at.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
    """
    rows = Publication.objects.select_related("coordination__case")
    publication = find(actor, rows, Act.COORDINATE, at=at, identifier=as_written(identifier))
    working = publication.revisions.filter(state__in=AT_WORK).first()
    goes_out = working.publish_at if working is not None and working.publish_at else at
    return revealed_by(publication.coordination, goes_out, at)
