"""Whether what a record says follows from what stands behind it: runs, a person, or a vendor.

One rule for each, and none of them asks how it came into the record:

- What our runs say is said as they say it now: a span has the bounds that `composed` gives it, with
  receipts of this case; a version on which no proof fired was run without one firing. It can be
  left out, and is never reworded; who wants to say less vouches for it.
- A person vouches for themselves: by name stands whoever hands the revision in, or it stands so
  in the revision that is out.
- What a vendor says is what it has said in the case, to the letter.

A record that was withdrawn says nothing any more, and has nothing that stands behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.models import Coordination
from tidegate.desks.findings.queries.case_detail import get_case
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.composing import purl_of
from tidegate.desks.publications.queries.known import not_fixed_of, receipts_of, statements_of
from tidegate.desks.publications.queries.ranges import Spans, spans_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.queries.versions import Tried
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.record import (
    Basis,
    Product,
    Record,
    Span,
    Status,
    VendorStatement,
)
from tidegate.engines.formats.advisories.standings import SaidSpan
from tidegate.engines.formats.advisories.version_ranges import located, span_of
from tidegate.engines.formats.documents import shown
from tidegate.engines.matching.ecosystems import ecosystem_of_purl


@dataclass(frozen=True, slots=True)
class Grounds:
    """What may stand behind a record."""

    purl: str
    """Of the package that was run."""
    ran: Spans
    """What the case's runs say together."""
    receipts: frozenset[str]
    listed: frozenset[str]
    """The releases of the package, as its registry writes them."""
    not_fixed: tuple[str, ...]
    statements: tuple[VendorStatement, ...]
    """What vendors say in the case."""
    vouched: frozenset[tuple[str, Span]]
    """What is out already, with the package that it is of."""

    @property
    def tried(self) -> Tried:
        """Return what of it is about versions."""
        return Tried(self.purl, self.listed, self.not_fixed)


def grounds_of(publication: Publication, record: Record) -> Grounds:
    """Return what stands behind a record of a publication.

    It raises what `queries.records.record_of` raises.
    """
    coordination: Coordination = publication.coordination
    case = coordination.case
    ranges = get_case(HOUSE, case.key).ranges
    receipts = receipts_of(list(case.findings.order_by("pk")))
    not_fixed = not_fixed_of(case)
    ran = spans_of(
        ranges,
        by=record.publisher.name,
        receipts=receipts,
        ecosystem=ecosystem_of_purl(case.package_type, None),
        not_fixed=not_fixed,
    )
    return Grounds(
        purl=purl_of(case.package_type, case.package),
        ran=ran,
        receipts=frozenset(receipts),
        listed=frozenset(release.version for one in ranges for release in one.releases),
        not_fixed=not_fixed,
        statements=statements_of(coordination),
        vouched=_vouched(publication) if _basis_in(record, Basis.VOUCHED) else frozenset(),
    )


def ground_faults(record: Record, grounds: Grounds, hands_in: str) -> Iterator[str]:
    """Yield what a record says without anything behind it, place and mend.

    Args:
        record: as it would go out.
        grounds: what may stand behind it.
        hands_in: the name of the person who hands it in; empty where nobody does by name.
    """
    if record.withdrawn_at is not None:
        return
    for number, product in enumerate(record.products):
        place = f"products.{number}"
        for word in ("affected", "unknown"):
            for at, span in enumerate(getattr(product, word)):
                if fault := _of_span(product, span, word, grounds, hands_in):
                    yield f"{place}.{word}.{at}.{fault}"
        quiet = grounds.ran.unaffected if product.purl == grounds.purl else ()
        for version in product.unaffected_versions:
            if version not in quiet:
                yield (
                    f"{place}.unaffected_versions: {shown(version)} was not run here without the"
                    " proof firing; take it out, and say where the affected versions end"
                )
    for number, statement in enumerate(record.statements):
        if statement not in grounds.statements:
            yield (
                f"statements.{number}: {shown(statement.vendor)} does not say this of"
                f" {shown(statement.product)} in the case; take over what the desks know, or take"
                " it out"
            )


def _of_span(
    product: Product, span: Span, word: str, grounds: Grounds, hands_in: str
) -> str | None:
    evidence = span.evidence
    if evidence.basis is Basis.RUN:
        ran = grounds.ran.affected if product.purl == grounds.purl and word == "affected" else ()
        return _of_run(span, ran, grounds.receipts)
    if evidence.receipts or evidence.oldest_run:
        return "evidence: names a run, and is not from one; leave receipts and oldest run empty"
    if evidence.basis is Basis.STATED:
        return _of_stated(product, span, word, grounds.statements)
    if (hands_in and evidence.by == hands_in) or (product.purl, span) in grounds.vouched:
        return None
    who = shown(evidence.by)
    if not hands_in:
        return f"evidence.by: {who} vouches for it, so {who} hands it in, signed in"
    return (
        f"evidence.by: {who} vouches for it, and {shown(hands_in)} hands it in; let {who} hand it"
        " in, or vouch for it yourself"
    )


def _of_run(span: Span, ran: Collection[Span], receipts: frozenset[str]) -> str | None:
    named = span.evidence.receipts
    if not named or not receipts.issuperset(named):
        return (
            "evidence.receipts: are not of this case's runs of this package; take over what the"
            " desks know"
        )
    # A finding that came later adds its receipt, and need not change what the runs say.
    said = replace(span, evidence=replace(span.evidence, receipts=()))
    if said in (replace(one, evidence=replace(one.evidence, receipts=())) for one in ran):
        return None
    return (
        "evidence: the case's runs do not say this; take over what the desks know, or take it out"
        " and vouch for it by name"
    )


def _of_stated(
    product: Product, span: Span, word: str, statements: Collection[VendorStatement]
) -> str | None:
    """Look for a vendor's statement of exactly this run of versions."""
    wanted = (
        (Status.AFFECTED, Status.FIXED) if word == "affected" else (Status.UNDER_INVESTIGATION,)
    )
    bounds = SaidSpan(span.introduced, span.ended or "", span.is_fixed)
    is_said = any(
        one.vendor == span.evidence.by
        and one.status in wanted
        and located(one.product).purl == product.purl
        and span_of(one.versions) == bounds
        for one in statements
    )
    if is_said:
        return None
    return (
        f"evidence.by: {shown(span.evidence.by)} has not said this range of this package in the"
        " case; let them say it there, or vouch for it by name"
    )


def _vouched(publication: Publication) -> frozenset[tuple[str, Span]]:
    rows = Revision.objects.filter(publication=publication, state=RevisionState.PUBLISHED)
    out = rows.select_related("record__key", "publication").order_by("number").last()
    if out is None:
        return frozenset()
    return frozenset(
        (product.purl, span)
        for product in record_of(out).products
        for span in chain(product.affected, product.unknown)
        if span.evidence.basis is Basis.VOUCHED
    )


def _basis_in(record: Record, basis: Basis) -> bool:
    return any(
        span.evidence.basis is basis
        for product in record.products
        for span in chain(product.affected, product.unknown)
    )
