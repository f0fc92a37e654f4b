"""How a case came here, put together of how its findings came: what a relay carries on.

A report that a coordinator handed on has an origin, with its chain, its credit and its terms. What
a finder handed in here itself has none: then the finder is the first of the chain, with the credit
that it asked for. Of several origins the first one that came leads; of the others nothing is lost:
whom they credit is credited, what they were made from and the parties of their ways are named, and
of their terms the strictest hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination, EmbargoTerms, Origin
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.findings.models import Finding
from tidegate.engines.formats import provenance as relay
from tidegate.engines.formats.provenance import Credit, Hop, Involvement, Provenance

_STRICTEST_FIRST: Final = tuple(Label)


def provenance_of(row: Coordination) -> Provenance:
    """Return how a case came here, without us; under our own terms where nobody has set others."""
    findings = list(
        Finding.objects.filter(case=row.case).select_related("finder", "origin").order_by("pk")
    )
    carried = [carried_by(one.origin) for one in findings if hasattr(one, "origin")]
    direct = [one for one in findings if not hasattr(one, "origin")]
    credit = dict.fromkeys(Credit((one.finder.name,)) for one in direct)
    if carried:
        return together(carried, tuple(credit))
    chain = tuple(
        Hop(one.finder.name, _identifier(one.reference), one.received_at) for one in direct[:1]
    )
    return Provenance(tuple(credit), chain, (), _own_terms(row))


def carried_terms(row: Coordination) -> relay.EmbargoTerms | None:
    """Return the terms under which a case was handed on to us; None if nobody handed it on."""
    carried = [carried_by(origin) for origin in origins_of(row)]
    return together(carried).terms if carried else None


def source_label(row: Coordination) -> Label:
    """Return the strictest label under which somebody handed a finding of the case in."""
    labels = list(Finding.objects.filter(case=row.case).values_list("tlp", flat=True))
    terms = carried_terms(row)
    return _strictest([*labels, terms.tlp or "" if terms else ""]) or Label.CLEAR


def origins_of(row: Coordination) -> list[Origin]:
    """Return the origins of a case's findings, the first that came first."""
    rows = Origin.objects.filter(finding__case=row.case).select_related("finding")
    return list(rows.prefetch_related("hops").order_by("finding_id"))


def carried_by(origin: Origin) -> Provenance:
    """Return what was said when a finding was handed on to us, as it was said."""
    hops = sorted(origin.hops.all(), key=lambda hop: hop.number)
    return Provenance(
        credits=tuple(_credit(said) for said in origin.credits),
        chain=tuple(Hop(hop.party, hop.handling or None, hop.at) for hop in hops),
        origins=tuple(origin.references),
        terms=relay.EmbargoTerms(origin.embargo_ends_at, origin.tlp or None, origin.terms),
        involvements=tuple(_involvement(said) for said in origin.involvements),
        deduplicated=origin.deduplicated,
    )


def together(carried: Sequence[Provenance], also: tuple[Credit, ...] = ()) -> Provenance:
    """Return one provenance of several, the first of which leads; `also` are credited beside."""
    first, *others = dict.fromkeys(carried)
    ways = [hop for one in others for hop in one.chain if hop not in first.chain]
    names = [one.chain[-1].identifier for one in others if one.chain]
    told = [involvement for one in carried for involvement in one.involvements]
    told += [Involvement(hop.party, "reported", hop.at, hop.identifier or "") for hop in ways]
    origins = [origin for one in carried for origin in one.origins]
    return Provenance(
        credits=tuple(dict.fromkeys([*(c for one in carried for c in one.credits), *also])),
        chain=first.chain,
        origins=tuple(dict.fromkeys([*origins, *filter(None, names)])),
        terms=_strictest_terms([one.terms for one in carried]),
        involvements=tuple(dict.fromkeys(told))[: relay.MAX_INVOLVEMENTS],
        deduplicated=all(one.deduplicated for one in carried),
    )


def _strictest_terms(terms: Sequence[relay.EmbargoTerms]) -> relay.EmbargoTerms:
    first, *others = dict.fromkeys(terms)
    if not others:
        return first
    ends = [one.ends for one in terms if one.ends is not None]
    return relay.EmbargoTerms(
        ends=min(ends, default=None),
        tlp=_strictest([one.tlp or "" for one in terms]),
        text="\n\n".join(dict.fromkeys(one.text for one in terms if one.text)),
    )


def _strictest(labels: Sequence[str]) -> Label | None:
    known = [Label(label) for label in labels if label in _STRICTEST_FIRST]
    return min(known, key=_STRICTEST_FIRST.index, default=None)


def _own_terms(row: Coordination) -> relay.EmbargoTerms:
    if not EmbargoState(row.embargo).in_force:
        return relay.EmbargoTerms(None, row.tlp)
    agreed = row.terms.filter(outcome=EmbargoTerms.Outcome.ACCEPTED).order_by("-decided_at", "-pk")
    words = agreed.values_list("words", flat=True).first() or ""
    return relay.EmbargoTerms(row.ends_at, row.tlp, words)


def _identifier(reference: str) -> str | None:
    return reference if len(reference) <= relay.MAX_IDENTIFIER else None


def _credit(said: dict[str, Any]) -> Credit:
    return Credit(tuple(said["names"]), said["organization"], said["summary"], tuple(said["urls"]))


def _involvement(said: dict[str, Any]) -> Involvement:
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    return Involvement(said["party"], said["status"], at, said["summary"])
