"""Made-up findings and cases, as skewed as real ones: a few packages and finders have most of them.

The same numbers give the same rows, whatever the machine. Nothing here touches a database.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

T = TypeVar("T")

START: Final = datetime(2026, 5, 1, tzinfo=UTC)
SPAN: Final = timedelta(days=180)
"""Over which everything comes in."""

EFFECTS: Final = {
    "": 8,
    "code-execution": 22,
    "file-read": 18,
    "file-write": 6,
    "network-request": 12,
    "prototype-pollution": 9,
    "memory-safety": 5,
    "denial-of-service": 17,
    "assertion": 3,
}
SEVERITIES: Final = {0: 10, 1: 15, 2: 45, 3: 25, 4: 5}
STAGES: Final = {"unproven": 350, "waiting": 200, "working": 0.1, "judged": 445, "set-aside": 5}
VERDICTS: Final = {
    "reproduced": 45,
    "not-reproduced": 30,
    "inconclusive": 18,
    "unattributed": 5,
    "flaky": 2,
}
_PROVEN: Final = ("reproduced", "flaky")
FORMATS: Final = ("finding-1", "sarif-2.1.0", "osv-1.7", "mantis")
TYPES: Final = {"npm": 55, "pypi": 33, "maven": 7, "cargo": 4, "github": 1}

_PHRASES: Final = {
    "": "Possible weakness",
    "code-execution": "Code execution",
    "file-read": "Path traversal",
    "file-write": "Arbitrary file write",
    "network-request": "Server-side request forgery",
    "prototype-pollution": "Prototype pollution",
    "memory-safety": "Out-of-bounds read",
    "denial-of-service": "Regular expression denial of service",
    "assertion": "Authentication bypass",
}
_SYLLABLES: Final = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ha",
    "ja",
    "ka",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
]


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up finding: the numbers of its finder, package and delivery, and its words."""

    number: int
    finder: int
    package: int
    delivery: int
    received_at: datetime
    title: str
    reference: str
    alias: str
    effect: str
    severity: int
    stage: str
    verdict: str
    format: str


@dataclass(slots=True)
class MadeCase:
    """One made-up case, and what is counted of its findings."""

    number: int
    first: Made
    members: int = 0
    severity: int = 0
    finders: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class World:
    """How much there is of everything."""

    findings: int = 1_000_000
    cases: int = 200_000
    packages: int = 5_000
    finders: int = 300
    deliveries: int = 6_000
    seed: int = 7

    @staticmethod
    def package(number: int) -> tuple[str, str]:
        """Return type and name of a package."""
        kinds = [kind for kind, part in TYPES.items() for _ in range(part)]
        return kinds[number * 37 % len(kinds)], f"{_word(number * 31 + 7)}-{_word(number)}"

    def made(self) -> Iterator[Made]:
        """Return every finding, in the order they come in."""
        chance = random.Random(self.seed)
        names = [self.package(number)[1] for number in range(self.packages)]
        finders = _Skewed(chance, range(self.finders), 0.9)
        packages = _Skewed(chance, range(self.packages), 0.8)
        per_delivery = max(1, self.findings // self.deliveries)
        step = SPAN / self.findings
        for first in range(0, self.findings, per_delivery):
            # One document has one finder and one format.
            finder = finders.next()
            count = min(per_delivery, self.findings - first)
            picked = zip(
                _picked(chance, EFFECTS, count),
                _picked(chance, SEVERITIES, count),
                _picked(chance, STAGES, count),
                _picked(chance, VERDICTS, count),
                strict=True,
            )
            for number, (effect, severity, stage, verdict) in enumerate(picked, start=first):
                package = packages.next()
                symbol = _word(int(chance.random() * 20_000))
                yield Made(
                    number=number,
                    finder=finder,
                    package=package,
                    delivery=first // per_delivery,
                    received_at=START + step * number,
                    title=f"{_PHRASES[effect]} in {names[package]} through {symbol}()",
                    reference=f"{_word(finder)}-{number:07d}",
                    alias=f"CVE-2026-{10000 + number}" if number % 12 == 0 else "",
                    effect=effect,
                    severity=severity,
                    stage=stage,
                    verdict=verdict if stage == "judged" else "",
                    format=FORMATS[finder % len(FORMATS)],
                )

    def cases_of(self) -> tuple[list[MadeCase], dict[int, int]]:
        """Return every case, and for the number of each finding that has one the case's number.

        Every proven finding has one, until there are enough; some that are not proven join one of
        the same package.
        """
        chance = random.Random(self.seed + 1)
        found: list[MadeCase] = []
        of_package: dict[int, list[int]] = {}
        case_of: dict[int, int] = {}
        for one in self.made():
            known = of_package.setdefault(one.package, [])
            proven = one.verdict in _PROVEN
            if known and chance.random() < (0.05 if proven else 0.12):
                number = known[int(chance.random() ** 3 * len(known))]
            elif proven and len(found) < self.cases:
                number = len(found)
                known.append(number)
                found.append(MadeCase(number, one))
            else:
                continue
            case = found[number]
            case.members += 1
            case.severity = max(case.severity, one.severity)
            case.finders.add(one.finder)
            case_of[one.number] = number
        return found, case_of


class _Skewed(Generic[T]):
    """Picks of things of which the first ones come far more often (Zipf)."""

    def __init__(self, chance: random.Random, things: Sequence[T], exponent: float) -> None:
        self._chance = chance
        self._things = things
        self._bounds = list(
            itertools.accumulate(1 / (rank**exponent) for rank in range(1, len(things) + 1))
        )
        self._waiting: list[T] = []

    def next(self) -> T:
        if not self._waiting:
            self._waiting = self._chance.choices(self._things, cum_weights=self._bounds, k=10_000)
        return self._waiting.pop()


def _picked(chance: random.Random, weights: Mapping[T, float], count: int) -> list[T]:
    return chance.choices(list(weights), weights=list(weights.values()), k=count)


def _word(number: int) -> str:
    """Return a word that can be said, another one for each number."""
    signs = []
    for _ in range(4):
        number, place = divmod(number, len(_SYLLABLES))
        signs.append(_SYLLABLES[place])
    return "".join(signs)
