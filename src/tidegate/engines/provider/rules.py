"""The written rules for a CSAF provider, one by one: what each asks, and whether it holds.

The table follows the numbers of CSAF 2.0, section 7.1; 24 and 25 are of the draft of 2.1. Which
rules a role needs is in section 7.2. Each check is a function of what was seen (`visiting`), and
says every fault that it finds (`checks`); the first few of them are told in full.

What only a web server can show (TLS, redirects, listings, DNS) is `deployment` where a folder was
looked at, or a server on loopback: the one who runs the server has to give it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidegate.engines.provider import checks
from tidegate.engines.provider.metadata import METADATA
from tidegate.engines.provider.visiting import Visit

_SHOWN: Final = 5
"""Faults of a rule that are told in full."""


class Verdict(StrEnum):
    """What became of a rule."""

    HOLDS = "holds"
    FAILS = "fails"
    DEPLOYMENT = "deployment"
    """Given by the deployment: it cannot be seen here."""
    UNUSED = "unused"
    """What it is about is optional, and is not there."""


class Role(StrEnum):
    """From: CSAF 2.0, 7.2.1 to 7.2.3."""

    NONE = "none"
    PUBLISHER = "csaf_publisher"
    PROVIDER = "csaf_provider"
    TRUSTED = "csaf_trusted_provider"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one rule."""

    number: int
    title: str
    checked: str
    """What was looked at, in a sentence."""
    verdict: Verdict
    faults: tuple[str, ...] = ()
    """At most a few; the last one says how many more there are."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all of them."""

    address: str
    version: str
    claimed: str
    """The role that the metadata says."""
    documents: int
    left_out: int
    """Documents that were not looked at."""
    results: tuple[Result, ...]
    role: Role
    """The highest one whose rules hold, with those that the deployment gives taken as given."""

    @property
    def open(self) -> tuple[int, ...]:
        """The rules that the deployment has to give."""
        return tuple(one.number for one in self.results if one.verdict is Verdict.DEPLOYMENT)

    @property
    def is_good(self) -> bool:
        """Whether what is claimed holds, and no rule fails that was looked at."""
        return self.claimed == self.role and not any(
            one.verdict is Verdict.FAILS for one in self.results if one.number != _DNS
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    number: int
    title: str
    checked: str
    check: Callable[[Visit, datetime], Iterable[str]]
    needs_server: bool = False
    """Whether a folder, or a server on loopback, cannot show it."""
    is_used: Callable[[Visit], bool] = lambda _: True


def report_on(seen: Visit, at: datetime) -> Report:
    """Judge what was seen of a provider by every rule."""
    results = tuple(_judged(rule, seen, at) for rule in _RULES if _applies(rule, seen))
    claimed = seen.metadata.get("role", "")
    return Report(
        address=seen.address,
        version=seen.version,
        claimed=str(claimed),
        documents=len(seen.documents),
        left_out=seen.left_out,
        results=results,
        role=role_of(results, seen.version),
    )


def role_of(results: Iterable[Result], version: str) -> Role:
    """Return the highest role whose rules hold. From: CSAF 2.0 and 2.1, 7.2.1 to 7.2.3."""
    good = {one.number for one in results if one.verdict is not Verdict.FAILS}
    provider = {5, 6, 7} | ({24, 25} if version == "2.1" else set())
    if not {1, 2, 3, 4} <= good:
        return Role.NONE
    is_found = bool({8, 9, 10} & good)
    is_distributed = {11, 12, 13, 14} <= good or {15, 16, 17} <= good
    if not (provider <= good and is_found and is_distributed):
        return Role.PUBLISHER
    return Role.TRUSTED if {18, 19, 20} <= good else Role.PROVIDER


def _applies(rule: _Rule, seen: Visit) -> bool:
    return rule.number <= 20 or seen.version == "2.1"


def _judged(rule: _Rule, seen: Visit, at: datetime) -> Result:
    def result(verdict: Verdict, faults: tuple[str, ...] = ()) -> Result:
        return Result(rule.number, rule.title, rule.checked, verdict, faults)

    if not seen.found.is_good:
        return result(Verdict.FAILS, (checks.missing(seen.found),))
    if not rule.is_used(seen):
        return result(Verdict.UNUSED)
    faults = list(rule.check(seen, at))
    if faults:
        more = len(faults) - _SHOWN
        told = faults[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        return result(Verdict.FAILS, tuple(told))
    if rule.needs_server and not _shows(rule, seen):
        return result(Verdict.DEPLOYMENT)
    return result(Verdict.HOLDS)


def _shows(rule: _Rule, seen: Visit) -> bool:
    if not seen.is_server:
        return False
    # Plain HTTP on loopback is how it is tried out; TLS there is looked at like any other.
    if rule.number in (3, 9):
        return not seen.is_loopback or seen.found.is_encrypted
    return rule.number != _DNS or not seen.is_loopback


_DNS: Final = 10
_RULES: Final = (
    _Rule(
        1, "Valid CSAF documents", "each document, by the validator that was given", checks.valid
    ),
    _Rule(2, "File names", "each name, against /document/tracking/id", checks.named),
    _Rule(3, "TLS", "each address, and how the answer came", checks.encrypted, needs_server=True),
    _Rule(
        4, "TLP:CLEAR is free", "each document, without credentials", checks.free, needs_server=True
    ),
    _Rule(5, "TLP:AMBER and TLP:RED are closed", "the label of each document", checks.closed),
    _Rule(6, "Redirects", "how often each address is redirected", checks.direct, needs_server=True),
    _Rule(7, METADATA, "its schema, and its canonical address", checks.described),
    _Rule(8, "security.txt", "its fields CSAF and Expires", checks.announced),
    _Rule(9, "Well-known address", "the metadata there", checks.well_known, needs_server=True),
    _Rule(_DNS, "DNS path", "csaf.data.security. and the host", checks.by_dns, needs_server=True),
    _Rule(11, "A folder for each year", "each folder, against the first release", checks.by_year),
    _Rule(12, "index.txt", "that it lists every document, once", checks.indexed),
    _Rule(13, "changes.csv", "its documents, dates and order", checks.changes),
    _Rule(
        14,
        "Directory listings",
        "that links lead to each document",
        checks.listed,
        needs_server=True,
    ),
    _Rule(15, "ROLIE feeds", "how they are written, and that one lists all of a label", checks.fed),
    _Rule(
        16,
        "ROLIE service document",
        "that it lists the feeds",
        checks.served,
        is_used=lambda seen: bool(seen.services),
    ),
    _Rule(
        17,
        "ROLIE category document",
        "how it is written",
        checks.categorised,
        is_used=lambda seen: bool(seen.categories),
    ),
    _Rule(18, "Integrity", "a secure hash of each document", checks.hashed),
    _Rule(19, "Signatures", "an OpenPGP signature of each document", checks.signed),
    _Rule(20, "Public OpenPGP key", "that it is there, and its fingerprint", checks.keyed),
    _Rule(
        24, "User-Agent", "the metadata, as several programs", checks.any_agent, needs_server=True
    ),
    _Rule(
        25,
        "Access-Control-Allow-Origin",
        "each answer's header",
        checks.any_origin,
        needs_server=True,
    ),
)
