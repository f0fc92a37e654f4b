"""Two findings that behave alike are told to be one bug, or two, by running each on the other's.

A worker asks for the `candidates` of a finding, runs what is `missing` for each pair, and has the
pair settled. A pair is suspected because the two proofs, cut down, are one program, for equal
signatures, for the same function at the effect, or because its texts were nominated. What links it
is never the suspicion alone:

- The proofs, cut down, are one program, and crossing says `same`: linked as duplicates.
- Crossing says `same`, and wherever both fire their signatures are equal: linked.
- Crossing says `same`, there are no signatures, but the texts were nominated, and both came with
  the same releases, too: linked.
- Crossing says `same`, and nothing but the mend is common: nominated, for a release may mend
  several bugs.
- `different` or `variant-or-incomplete`: nominated as a variant or as an incomplete fix.
- `undecided`: nominated.

Equal signatures alone link nothing: an interpreter does everything in the same few functions, and
an incomplete fix leaves the place where it was. A release that mends both is what counts (see the
engine's `crossing`, and docs/decisions/0006).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from tidegate.desks.findings.models import Finding, Link, LinkKind, Nomination, Reproduction
from tidegate.desks.findings.sealing import Part, seals_of
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.history import note
from tidegate.desks.findings.services.linking import Because, link, lock_packages
from tidegate.engines.reproduction.crossing import (
    Crossing,
    Likeness,
    Side,
    judge_crossing,
    releases_to_cross,
    still_to_run,
)
from tidegate.engines.reproduction.verdicts import Word

MOST_PAIRS: Final = 10
"""Findings that one finding is crossed with; each stands for its case."""

_LOOKED_AT: Final = 200
"""Proven findings of the package and effect that are looked at for a shared function."""


_LARGE_COLUMNS: Final = ("document", "releases", "receipt", "small_proof")


class _Ground(StrEnum):
    """Why a pair is suspected."""

    SMALL_PROOF = "small-proof"
    SIGNATURE = "signature"
    FUNCTION = "function"
    TEXT = "text"


_SCORES: Final = {
    _Ground.SMALL_PROOF: 0.97,
    _Ground.SIGNATURE: 0.95,
    _Ground.FUNCTION: 0.8,
    _Ground.TEXT: 0.7,
}

_BASES: Final = {
    _Ground.SMALL_PROOF: Link.Basis.EXACT,
    _Ground.SIGNATURE: Link.Basis.BEHAVIOUR,
    _Ground.FUNCTION: Link.Basis.CROSSING,
    _Ground.TEXT: Link.Basis.CROSSING,
}

_GROUNDS: Final = {
    _Ground.SMALL_PROOF: "cut down, the two proofs are the same",
    _Ground.SIGNATURE: "our runs show the same behaviour",
    _Ground.FUNCTION: "the same function of the package is at fault",
    _Ground.TEXT: "the texts are alike",
}


def candidates(finding: Finding) -> list[str]:
    """Return what to cross a proven finding with: the keys of findings, the likeliest first.

    At most one for each case, and none of its own.
    """
    chosen: dict[int, str] = {}
    for other in _suspects(finding):
        if other.case_id != finding.case_id:
            chosen.setdefault(other.case_id or -other.pk, other.key)
    return list(chosen.values())[:MOST_PAIRS]


def missing(finding: Finding, other_key: str) -> list[tuple[str, str]]:
    """Return whose proof still has to be run on which release, for a pair to be settled."""
    other = Finding.objects.get(key=other_key)
    one, two = _side(finding), _side(other)
    if one is None or two is None:
        return []
    wanted = releases_to_cross(one.range, two.range)
    return [
        *((finding.key, version) for version in still_to_run(one, wanted)),
        *((other.key, version) for version in still_to_run(two, wanted)),
    ]


def settle(finding: Finding, other_key: str, *, at: datetime) -> str:
    """Link or nominate a pair by what crossing showed; return the word for it."""
    with transaction.atomic():
        lock_packages([finding])
        finding = Finding.objects.select_related("case").get(pk=finding.pk)
        other = Finding.objects.select_related("case").get(key=other_key)
        if finding.case_id is not None and finding.case_id == other.case_id:
            return Likeness.SAME
        one, two = _side(finding), _side(other)
        if one is None or two is None:
            return Likeness.UNDECIDED
        crossed = judge_crossing(one, two)
        earlier, later = sorted((finding, other), key=lambda each: each.pk)
        pair = _Pair(earlier, later, _ground(finding, other))
        if _one_bug(pair, crossed):
            _link(pair, crossed, at)
        else:
            _nominate(pair, crossed, at)
        return crossed.word


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two findings in the order they came in, and why they are suspected."""

    earlier: Finding
    later: Finding
    ground: _Ground


def _suspects(finding: Finding) -> Iterator[Finding]:
    """Yield proven findings of the package that may be the same bug, the likeliest first."""
    proven = _proven(finding)
    if finding.small_proof_digest:
        same = proven.filter(small_proof_digest=finding.small_proof_digest)
        yield from same.order_by("pk")[:_LOOKED_AT]
    if finding.signature:
        yield from proven.filter(signature=finding.signature).order_by("pk")[:_LOOKED_AT]
    effect = _function_at_effect(finding)
    if effect is not None:
        for other in proven.order_by("pk")[:_LOOKED_AT]:
            if _function_at_effect(other) == effect:
                yield other
    for nomination in Nomination.objects.filter(
        later=finding, state=Nomination.State.OPEN
    ).order_by("-score")[:MOST_PAIRS]:
        yield from _proven(finding).filter(pk=nomination.earlier_id)
    for nomination in Nomination.objects.filter(
        earlier=finding, state=Nomination.State.OPEN
    ).order_by("-score")[:MOST_PAIRS]:
        yield from _proven(finding).filter(pk=nomination.later_id)


def _proven(finding: Finding) -> QuerySet[Finding]:
    return (
        Finding.objects.select_related("case", "reproduction")
        .defer(*(f"reproduction__{column}" for column in _LARGE_COLUMNS))
        .filter(
            package_type=finding.package_type,
            package=finding.package,
            effect=finding.effect,
            verdict=Word.REPRODUCED,
            reproduction__isnull=False,
        )
        .exclude(pk=finding.pk)
    )


def _function_at_effect(finding: Finding) -> tuple[str, str] | None:
    """Return file and function of the innermost frame of a signature; None if it is empty."""
    places = finding.reproduction.signature.get("places") or ()
    if not finding.signature or not places:
        return None
    return places[0]["path"], places[0]["function"]


def _ground(finding: Finding, other: Finding) -> _Ground:
    if finding.small_proof_digest and finding.small_proof_digest == other.small_proof_digest:
        return _Ground.SMALL_PROOF
    if finding.signature and finding.signature == other.signature:
        return _Ground.SIGNATURE
    function = _function_at_effect(finding)
    # A function without a name is any function of its file.
    if function and function[1] and function == _function_at_effect(other):
        return _Ground.FUNCTION
    return _Ground.TEXT


def _side(finding: Finding) -> Side | None:
    """Return what crossing needs of a finding; None if its range was never searched."""
    sealed = Reproduction.objects.filter(finding=finding).values_list("document", flat=True).first()
    if sealed is None:
        return None
    seals = seals_of(finding.delivery_id)
    found = seals.unseal_data(sealed, Part.REPRODUCTION.of(finding.key))
    return Side(found["range"], judging.kept(finding.key)) if "range" in found else None


def _one_bug(pair: _Pair, crossed: Crossing) -> bool:
    if crossed.word is not Likeness.SAME:
        return False
    if pair.ground is _Ground.SMALL_PROOF:
        return True  # one program, and no release tells what it was cut down from apart
    if crossed.other_place:
        return False
    came_and_went_together = pair.ground is _Ground.TEXT and bool(crossed.began)
    return bool(crossed.same_place) or came_and_went_together


def _link(pair: _Pair, crossed: Crossing, at: datetime) -> None:
    basis = _BASES[pair.ground]
    reason = f"{_GROUNDS[pair.ground]}, and {crossed.reason}"
    because = Because(basis, reason, evidence=_evidence(crossed))
    link(pair.later, pair.earlier, LinkKind.DUPLICATE, because, at=at)


def _nominate(pair: _Pair, crossed: Crossing, at: datetime) -> None:
    reasons = [_GROUNDS[pair.ground], f"crossed: {crossed.word}: {crossed.reason}"]
    nomination, made = Nomination.objects.get_or_create(
        earlier=pair.earlier,
        later=pair.later,
        defaults={
            "score": _SCORES[pair.ground],
            "reasons": reasons,
            "suggestion": _suggestion(crossed),
            "made_at": at,
        },
    )
    if not made and nomination.state == Nomination.State.OPEN:
        told = [text for text in nomination.reasons if not str(text).startswith("crossed: ")]
        nomination.reasons = [*told, *(text for text in reasons if text not in told)]
        nomination.suggestion = _suggestion(crossed)
        nomination.save()
    for finding in (pair.earlier, pair.later):
        note(
            "crossed",
            at=at,
            finding=finding,
            case=finding.case,
            word=crossed.word.value,
            reason=crossed.reason,
            other=(pair.later if finding is pair.earlier else pair.earlier).key,
            **_evidence(crossed),
        )


def _suggestion(crossed: Crossing) -> LinkKind:
    if crossed.word is Likeness.VARIANT and crossed.let_through:
        return LinkKind.INCOMPLETE_FIX
    if crossed.word in (Likeness.VARIANT, Likeness.DIFFERENT):
        return LinkKind.VARIANT
    return LinkKind.DUPLICATE


def _evidence(crossed: Crossing) -> dict[str, Any]:
    return {
        "alike": _first(crossed.alike),
        "apart": _first(crossed.apart),
        "open": _first(crossed.open),
        "began": _first(crossed.began),
        "same_place": _first(crossed.same_place),
        "other_place": _first(crossed.other_place),
    }


def _first(versions: Iterable[str]) -> list[str]:
    return list(versions)[:20]
