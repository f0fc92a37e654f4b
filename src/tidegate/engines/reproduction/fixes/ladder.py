"""What follows from the rungs: their order, the labels, and whether a fix may be published.

Pure, and the only place where rungs are read together. A rung that failed is never outweighed by
another one, and nothing is published as fixed on a flaky verdict, ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tidegate.engines.formats.receipts import labels_of
from tidegate.engines.reproduction.fixes.values import Label, Rung, RungName, RungWord

ORDER: tuple[RungName, ...] = tuple(RungName)
"""From the lowest to the highest."""

_ESSENTIAL = (RungName.APPLIES, RungName.PROOFS_QUIET)
"""Without these there is no fix to speak of."""


class LadderError(Exception):
    """Rungs that cannot stand together; the message names the one and the mend."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """Whether a fix may be published as one, and why not, or what has to be said with it."""

    allowed: bool
    reasons: tuple[str, ...] = ()
    """Why it must not be; empty if it may."""
    caveats: tuple[str, ...] = ()
    """What was not seen, to be said with it."""

    def __bool__(self) -> bool:
        return self.allowed


def in_order(rungs: Iterable[Rung]) -> tuple[Rung, ...]:
    """Return rungs from the lowest to the highest.

    Raises:
        LadderError: one of them is there twice.
    """
    return tuple(_by_name(rungs).values())


def labels(rungs: Iterable[Rung]) -> tuple[Label, ...]:
    """Return what may be said in a word, the weakest first.

    `proof-silenced`: it applies, every proof is quiet, and no control says that the package was
    broken for it. `variants-silenced`: the variants are quiet as well, and the control, which must
    have been run, is unchanged. `maintainer-accepted`: a maintainer has looked and accepted it;
    that is a fact about a person, so it does not need the others.
    """
    rows = (
        {"name": name.value, "word": rung.word.value, "details": rung.details}
        for name, rung in _by_name(rungs).items()
    )
    return tuple(Label(word) for word in labels_of(rows))


def may_publish(rungs: Iterable[Rung]) -> Publishing:
    """Say whether a fix may be published as one; the reasons are sentences for people.

    It may if it applies and every proof is quiet, nothing above that failed, and nothing but the
    look of a person was left out. What was not possible does not forbid it, but has to be said.
    """
    known = _by_name(rungs)
    reasons: list[str] = []
    caveats: list[str] = []
    for name in ORDER:
        rung = known.get(name)
        if rung is None:
            if name is RungName.REVIEWED:
                caveats.append(f"{name}: nobody has looked")
            else:
                reasons.append(f"{name}: it was not tried")
        elif rung.word is RungWord.FLAKY:
            reasons.append(f"{name} is flaky, and nothing is published on that: {rung.reason}")
        elif rung.word is RungWord.FAILED:
            reasons.append(f"{name} failed: {rung.reason}")
        elif rung.word is RungWord.PASSED:
            continue
        elif name in _ESSENTIAL:
            reasons.append(f"{name} is {rung.word}: {rung.reason}")
        elif rung.word is RungWord.NOT_POSSIBLE or name is RungName.REVIEWED:
            caveats.append(f"{name} is {rung.word}: {rung.reason}")
        else:
            reasons.append(f"{name} was skipped: {rung.reason}")
    return Publishing(not reasons, tuple(reasons), tuple(caveats))


def _by_name(rungs: Iterable[Rung]) -> Mapping[RungName, Rung]:
    known: dict[RungName, Rung] = {}
    for rung in rungs:
        if rung.name in known:
            raise LadderError(f"the rung {rung.name} is there twice; keep the one that counts")
        known[rung.name] = rung
    return {name: known[name] for name in ORDER if name in known}
