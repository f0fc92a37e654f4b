"""How far operators say that they have come with what was published; and that they have seen it.

A report comes from an operator's own client, in the form of `adoption-report-1.schema.json`. It is
taken line by line: what cannot be taken is left out and answered, the rest counts, and the same
report again changes nothing. A publication that there is not, and one that is not for them, are
answered in the same words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import OPERATING, Act
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Adoption, Audience, Publication
from tidegate.desks.publications.services.adoption_lines import LeftOut, keep_counts, keep_stages
from tidegate.desks.publications.states.adoption import Basis, Stage
from tidegate.desks.publications.states.labels import FREE
from tidegate.engines.formats.documents import Fault, parse
from tidegate.engines.formats.refusals import schema_fault

LONGEST_REPORT: Final = 8 << 20
"""Bytes of a report; ten thousand lines take a quarter of that."""
_VALUES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report."""

    organisation: str
    """Key of whose it is."""
    new: int
    """Lines that told something new."""
    repeated: int
    """Lines that were known."""
    left_out: tuple[LeftOut, ...]


def take(actor: Actor, document: bytes, *, organisation: str = "", at: datetime) -> Taken:
    """Take an operator's report on how far it has come.

    Args:
        actor: who may operate what the organisation runs; their token names it.
        document: the report, as it came.
        organisation: its key, for somebody who speaks for several.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: it is no report, or it is not said for which organisation it is.
    """
    own = find_operator(
        actor, Act.OPERATE, one_operator(actor, organisation, act=Act.OPERATE, at=at).key, at=at
    )
    said = _read(document)
    with transaction.atomic():
        # Two reports of one organisation are taken one after the other.
        Organisation.objects.select_for_update(no_key=True).get(pk=own.pk)
        lines: Sequence[Mapping[str, Any]] = said.get("stages") or said.get("counts") or ()
        open_to_it = _open_to(actor, own, {line["advisory"] for line in lines}, at)
        if said["mode"] == "full":
            new, repeated, left_out = keep_stages(actor, own, lines, open_to_it, at)
        else:
            new, repeated, left_out = keep_counts(own, lines, open_to_it, at)
        if new:
            record(
                "adoption-reported",
                own,
                at=at,
                actor=actor,
                mode=said["mode"],
                lines=new,
                sha256=hashlib.sha256(document).hexdigest(),
            )
    return Taken(own.key, new, repeated, tuple(sorted(left_out, key=lambda one: one.line)))


def seen(actor: Actor, identifier: str, *, at: datetime) -> int:
    """Keep that somebody has opened a publication's page, for the operators that they work for.

    It says nothing about what these run. Where there is no such publication, or not for them,
    nothing is kept.

    Returns:
        for how many organisations it is new.
    """
    working_for = actor.of_kind(OPERATING)
    if not working_for:
        return 0
    made, name = 0, as_written(identifier)
    with transaction.atomic():
        for organisation in Organisation.objects.filter(pk__in=working_for).order_by("pk"):
            row = _open_to(actor, organisation, {name}, at).get(name)
            if row is None:
                continue
            _, is_new = Adoption.objects.get_or_create(
                publication=row,
                organisation=organisation,
                stage=Stage.SEEN,
                asset=None,
                reference="",
                defaults={
                    "basis": Basis.SENT,
                    "happened_at": at,
                    "recorded_at": at,
                    "said_by": actor.name,
                },
            )
            made += is_new
    return made


def open_to(organisation: Organisation) -> Q:
    """Return the condition on publications that went out to everybody, or to an organisation.

    Not by the policy: who asks may be let in as something else than an operator.
    """
    named = Audience.objects.filter(organisation=organisation, removed_at=None)
    return Q(tlp__in=FREE) | Q(pk__in=named.values("publication"))


def _open_to(
    actor: Actor, organisation: Organisation, identifiers: Iterable[str], at: datetime
) -> dict[str, Publication]:
    found: dict[str, Publication] = {}
    for chunk in in_chunks(sorted(identifiers)):
        rows = Publication.objects.filter(
            open_to(organisation), published_at__lte=at, identifier__in=chunk
        )
        found |= {row.identifier: row for row in narrowed(actor, rows, at=at)}
    return found


def _read(document: bytes) -> dict[str, Any]:
    parsed = parse(document, max_bytes=LONGEST_REPORT, max_values=_VALUES)
    fault = parsed if isinstance(parsed, Fault) else schema_fault(parsed.value, "adoption-report-1")
    if fault is not None:
        place = f"{fault.field} " if fault.field else "it is "
        raise NotPossibleError(f"this is no adoption report: {place}{fault.reason}")
    assert not isinstance(parsed, Fault)
    said: dict[str, Any] = parsed.value
    return said
