"""One finding with everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Document, Finding, Reproduction
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.findings.queries.evidence import RangeShown, RunShown, range_of, runs_of
from tidegate.desks.findings.queries.filters import written_key
from tidegate.desks.findings.queries.relations import (
    EventRow,
    LinkRow,
    NominationRow,
    events_where,
    links_where,
    nominations_where,
)
from tidegate.desks.findings.queries.rows import FindingRow, cases_of, finding_row
from tidegate.desks.findings.sealing import Part, seals_of

MOST_OTHERS: Final = 100
"""Other findings of the case that are shown beside one."""

_LIST_COLUMNS: Final = ("finder", "delivery", "case")


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """Where in the target's sources the flaw is said to be."""

    path: str
    line: int | None
    symbol: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Who found it, and how early among those of its case."""

    finder: str
    number: int
    """1 for the first finder of the case, or where there is no case."""
    of: int
    """How many finders the case has."""


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """A finding, its document, what running it showed, and what it is related to."""

    row: FindingRow
    line: int | None
    """Where it began in the delivery's document, unpacked."""
    place: str
    digest: str
    """SHA-256 of its record's RFC 8785 form."""
    description: str
    weaknesses: tuple[str, ...]
    aliases: tuple[str, ...]
    vectors: tuple[str, ...]
    """CVSS."""
    references: tuple[str, ...]
    places: tuple[PlaceShown, ...]
    proven_by: str
    """SHA-256 of its proof; empty without one that can be run."""
    runs: tuple[RunShown, ...]
    frames: tuple[str, ...]
    """The stack of the first run in which the effect came, innermost first."""
    stdout: str
    """Of the same run, or of the first one where the effect never came."""
    stderr: str
    runtime: str
    range: RangeShown | None
    has_receipt: bool
    has_small_proof: bool
    may_read_proof: bool
    """Whoever asks may fetch its record, proof included."""
    credit: Credit
    links: tuple[LinkRow, ...]
    """Standing ones and undone ones, the newest first."""
    nominations: tuple[NominationRow, ...]
    events: tuple[EventRow, ...]
    """The newest first."""
    others: tuple[FindingRow, ...]
    """The other findings of its case, the first of them first."""
    others_more: bool
    """There are more than are shown."""


def get_finding(actor: Actor, key: str) -> FindingDetail:
    """Return the whole of a finding, as far as `actor` may read it.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    finding = readable(actor, key)
    cases = cases_of(actor, [finding])
    proof = may(actor, Act.READ_PROOF, finding)
    document = Document.objects.filter(finding=finding).defer("record", "native", "features")
    said = document.first() or Document()
    ran = Reproduction.objects.filter(finding=finding).defer("receipt").first()
    shown: dict[str, Any] = {}
    if ran:
        purpose = Part.REPRODUCTION.of(finding.key)
        shown = seals_of(finding.delivery_id).unseal_data(ran.document, purpose)
    runs = runs_of(shown)
    telling = next((run for run in runs if run.fired), runs[0] if runs else None)
    others = _others(actor, finding, cases)
    return FindingDetail(
        row=finding_row(finding, cases),
        line=finding.line,
        place=finding.place,
        digest=finding.digest,
        description=said.description,
        weaknesses=tuple(said.weaknesses),
        aliases=tuple(said.aliases),
        vectors=tuple(said.vectors),
        references=tuple(said.references),
        places=tuple(_place(place) for place in said.places),
        proven_by=finding.proof_digest,
        runs=runs,
        frames=telling.frames if telling else (),
        stdout=telling.stdout if telling else "",
        stderr=telling.stderr if telling else "",
        runtime=shown.get("runtime") or "",
        range=range_of(shown, finding.key, ran.releases if ran else ()),
        has_receipt=ran is not None,
        has_small_proof=bool(proof and ran and ran.small_proof),
        may_read_proof=proof,
        credit=_credit(finding, cases),
        links=links_where(actor, Q(source=finding) | Q(target=finding)),
        nominations=nominations_where(actor, Q(earlier=finding) | Q(later=finding)),
        events=events_where(actor, Q(finding=finding)),
        others=tuple(others[:MOST_OTHERS]),
        others_more=len(others) > MOST_OTHERS,
    )


def get_record(actor: Actor, key: str) -> bytes:
    """Return a finding's record: as it came, or its RFC 8785 form inside a larger document.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    finding = readable(actor, key, Act.READ_PROOF)
    record = Document.objects.filter(finding=finding).values_list("record", flat=True).first()
    if record is None:
        raise NotHereError(f"{finding.key} has no record")
    return seals_of(finding.delivery_id).unseal(record, Part.RECORD.of(finding.key))


def get_receipt(actor: Actor, key: str) -> bytes:
    """Return a finding's receipt, a DSSE envelope.

    Raises:
        NotFoundError: there is no such finding, or not for them.
        NotHereError: it has none yet.
    """
    finding = readable(actor, key)
    found = Reproduction.objects.filter(finding=finding).values_list("receipt", flat=True).first()
    if found is None:
        raise NotHereError(
            f"{finding.key} has no receipt; one is signed when its proof has been run"
        )
    return seals_of(finding.delivery_id).unseal(found, Part.RECEIPT.of(finding.key))


def readable(actor: Actor, key: str, act: Act = Act.READ) -> Finding:
    """Return a finding's row, for the queries of this folder.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    return find(actor, Finding.objects.select_related(*_LIST_COLUMNS), act, key=written_key(key))


def _place(place: Any) -> PlaceShown:
    path, line, symbol = (*place, None, None)[:3]
    return PlaceShown(path or "", line, symbol or "")


def _others(actor: Actor, finding: Finding, cases: frozenset[int]) -> list[FindingRow]:
    if finding.case is None or finding.case.pk not in cases:
        return []
    found = (
        narrowed(actor, Finding.objects.filter(case=finding.case))
        .exclude(pk=finding.pk)
        .select_related(*_LIST_COLUMNS)
        .order_by("id")[: MOST_OTHERS + 1]
    )
    return [finding_row(one, cases) for one in found]


def _credit(finding: Finding, cases: frozenset[int]) -> Credit:
    """Return the place of a finding's finder among those of its case, by whose came in first."""
    if finding.case is None or finding.case.pk not in cases:
        return Credit(finding.finder.name, 1, 1)
    earlier = (
        Finding.objects.filter(case=finding.case).order_by("id").values_list("finder_id", flat=True)
    )
    finders = list(dict.fromkeys(earlier))
    return Credit(finding.finder.name, finders.index(finding.finder_id) + 1, len(finders))
