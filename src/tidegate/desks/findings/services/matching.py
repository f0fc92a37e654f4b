"""Findings that say exactly the same find each other, before anything is run.

The same proof about the same package and effect is one program, so it shows one bug; and the very
same record is the same record. Everything else is only suspected: what looks alike is nominated
(`nominating`), and what behaves alike, or is cut down to the same program, has to be told apart, or
not, by releases (`crossing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.findings.models import Finding, Link, LinkKind
from tidegate.desks.findings.services import cases, nominating
from tidegate.desks.findings.services.linking import Because, lock_packages

_SAME_PROOF = Because(Link.Basis.EXACT, "the same proof, about the same package and effect")
_SAME_RECORD = Because(Link.Basis.EXACT, "the same record, handed in by another finder")

BATCH: Final = 500
"""Findings of one transaction."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch came to."""

    links: int
    nominations: int
    after: list[Any]
    """The last finding that was looked at: its package's type and name, and its number."""
    more: bool
    """Whether there may be more of them."""


FIRST: Final[list[Any]] = ["", "", 0]
"""Where the first batch begins."""


def match_batch(delivery_key: str, after: Sequence[Any], *, at: datetime) -> Batch:
    """Link and nominate for the next findings of a delivery; safe to do again.

    They are taken package by package: duplicates are in one package, and so each of them is looked
    at once or twice, and not with every batch.
    """
    type_, package, number = after
    here = Q(package_type=type_, package=package, pk__gt=number)
    later = Q(package_type=type_, package__gt=package) | Q(package_type__gt=type_)
    # What linking asks of these rows never changes; what does change, it reads under the lock.
    findings = list(
        Finding.objects.filter(here | later, delivery__key=delivery_key).order_by(
            "package_type", "package", "pk"
        )[:BATCH]
    )
    with transaction.atomic():
        lock_packages(findings)
        linked = link_exact(findings, at)
    # Comparing takes long in a large package, and holds up nobody: how long intake has to wait
    # must not say how many findings there are.
    nominated = nominating.nominate(findings, at=at)
    last = findings[-1] if findings else None
    return Batch(
        links=linked,
        nominations=nominated,
        after=[last.package_type, last.package, last.pk] if last else list(after),
        more=len(findings) == BATCH,
    )


def link_exact(findings: Sequence[Finding], at: datetime) -> int:
    """Link findings to the earliest one that says exactly the same; return how many links.

    In bulk, because thousands of them may come in one document; inside the caller's transaction.
    """
    pairs: dict[tuple[int, int], tuple[Finding, Finding, Because]] = {}
    for because, found in (
        (_SAME_PROOF, _by_proof(findings)),
        (_SAME_RECORD, _by_record(findings)),
    ):
        for later, earlier in found:
            pairs.setdefault((later.pk, earlier.pk), (later, earlier, because))
    # Also those that somebody undid: what a person parted is not joined again.
    for known in Link.objects.filter(kind=LinkKind.DUPLICATE, source__in=findings).values_list(
        "source_id", "target_id"
    ):
        pairs.pop(known, None)
    Link.objects.bulk_create(
        Link(
            kind=LinkKind.DUPLICATE,
            source=later,
            target=earlier,
            basis=because.basis,
            reason=because.reason,
            made_by=because.actor.name,
            made_at=at,
        )
        for later, earlier, because in pairs.values()
    )
    cases.join((later for later, _, _ in pairs.values()), at=at, actor=HOUSE)
    return len(pairs)


def _by_proof(findings: Sequence[Finding]) -> Iterable[tuple[Finding, Finding]]:
    digests = [finding.proof_digest for finding in findings if finding.proof_digest]
    if not digests:
        return
    first: dict[tuple[str, str, str, str], Finding] = {}
    known = Finding.objects.filter(proof_digest__in=digests)
    for one in known.only("proof_digest", "package_type", "package", "effect").order_by("pk"):
        first.setdefault((one.proof_digest, one.package_type, one.package, one.effect), one)
    for finding in findings:
        place = (finding.proof_digest, finding.package_type, finding.package, finding.effect)
        earlier = first.get(place) if finding.proof_digest else None
        if earlier is not None and earlier.pk != finding.pk:
            yield finding, earlier


def _by_record(findings: Sequence[Finding]) -> Iterable[tuple[Finding, Finding]]:
    digests = [finding.digest for finding in findings]
    first: dict[str, Finding] = {}
    for one in Finding.objects.filter(digest__in=digests).only("digest").order_by("pk"):
        first.setdefault(one.digest, one)
    for finding in findings:
        earlier = first[finding.digest]
        if earlier.pk != finding.pk:
            yield finding, earlier
