"""Tellings joined to vulnerabilities by their aliases, and packages joined to families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.duplicates.records import Telling


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """All tellings that are one vulnerability by their aliases."""

    names: frozenset[str]
    related: frozenset[str]
    packages: frozenset[str]
    weaknesses: frozenset[str]
    tellings: tuple[Telling, ...]

    @property
    def is_one(self) -> bool:
        """Whether it has at most one CVE identifier; a record that sums up several is no pair."""
        return sum(name.startswith("CVE-") for name in self.names) <= 1


class _Union:
    """Disjoint sets of strings; the leader of a set is its smallest member."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def leader(self, name: str) -> str:
        while (above := self._above.setdefault(name, name)) != name:
            self._above[name] = self._above[above]
            name = above
        return name

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.leader(one), self.leader(other)))
        self._above[second] = first


def vulnerabilities(tellings: Iterable[Telling]) -> list[Vulnerability]:
    """Join tellings that share an identifier, directly or through others; in a fixed order."""
    union = _Union()
    told = sorted(tellings, key=lambda one: one.id)
    for one in told:
        for name in one.names:
            union.join(one.id, name)
    groups: dict[str, list[Telling]] = defaultdict(list)
    for one in told:
        groups[union.leader(one.id)].append(one)
    return [
        Vulnerability(
            names=frozenset(name for one in group for name in one.names),
            related=frozenset(name for one in group for name in one.related),
            packages=frozenset(package for one in group for package in one.packages),
            weaknesses=frozenset(kind for one in group for kind in one.weaknesses),
            tellings=tuple(group),
        )
        for group in groups.values()
    ]


def families(told: Iterable[Vulnerability]) -> Mapping[str, str]:
    """Return each package's family: packages that share a vulnerability are of one."""
    union = _Union()
    packages: set[str] = set()
    for one in told:
        packages |= one.packages
        for package in one.packages:
            union.join(min(one.packages), package)
    return {package: union.leader(package) for package in packages}
