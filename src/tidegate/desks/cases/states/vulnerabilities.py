"""What is known of a vulnerability and how far its fix is: the case state, as tables.

From: Vultron, case state (CS), and A. Householder and J. Spring, "A State-Based Model for
Multi-Party Coordinated Vulnerability Disclosure", CMU/SEI-2021-SR-021. Six events, written with
their letters: the vendor is aware (V), a fix is ready (F), the fix is deployed (D), the public is
aware (P), an exploit is public (X), attacks are seen (A). A small letter has not happened yet.

The first three are a vendor's, in this order: four states a vendor. The other three are facts
about the world, one state a case: eight. Together they are 32, and two rules tie them:

- `pX` forces P next: an exploit that is public makes the vulnerability public.
- `vP` forces V next: a vendor knows what the public knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final


class CaseEvent(StrEnum):
    """One of the six events; they stand in the order that one would wish for."""

    VENDOR_AWARE = "vendor-aware"
    FIX_READY = "fix-ready"
    FIX_DEPLOYED = "fix-deployed"
    PUBLIC = "public"
    EXPLOIT = "exploit-public"
    ATTACKS = "attacks-seen"

    @property
    def letter(self) -> str:
        """The letter that the model writes it with."""
        return _LETTERS[self]


_LETTERS: Final = dict(zip(CaseEvent, "VFDPXA", strict=True))

VENDOR_EVENTS: Final = (CaseEvent.VENDOR_AWARE, CaseEvent.FIX_READY, CaseEvent.FIX_DEPLOYED)
"""The events of one vendor."""

FACTS: Final = (CaseEvent.PUBLIC, CaseEvent.EXPLOIT, CaseEvent.ATTACKS)
"""The events of the whole case. They are recorded, never refused."""


class VendorState(StrEnum):
    """How far a vendor is."""

    UNAWARE = "vfd"
    AWARE = "Vfd"
    FIX_READY = "VFd"
    FIX_DEPLOYED = "VFD"


class Facts(StrEnum):
    """What of the three facts has happened."""

    NONE = "pxa"
    PUBLIC = "Pxa"
    EXPLOIT = "pXa"
    ATTACKS = "pxA"
    PUBLIC_EXPLOIT = "PXa"
    PUBLIC_ATTACKS = "PxA"
    EXPLOIT_ATTACKS = "pXA"
    ALL = "PXA"

    @classmethod
    def of(cls, *, public: bool = False, exploit: bool = False, attacks: bool = False) -> Facts:
        """Return the state in which exactly these have happened."""
        letters = ("pP"[public], "xX"[exploit], "aA"[attacks])
        return cls("".join(letters))

    def has(self, fact: CaseEvent) -> bool:
        """Say whether a fact has happened."""
        return fact.letter in self.value

    @property
    def known(self) -> bool:
        """Whether any of them has."""
        return self is not Facts.NONE

    @property
    def words(self) -> str:
        """The facts in words, such as `the vulnerability is public, attacks were seen`."""
        return ", ".join(said for fact, said in _SAID.items() if self.has(fact)) or "nothing known"


_SAID: Final = {
    CaseEvent.PUBLIC: "the vulnerability is public",
    CaseEvent.EXPLOIT: "an exploit is public",
    CaseEvent.ATTACKS: "attacks were seen",
}

VENDORS: Final[Mapping[tuple[VendorState, CaseEvent], VendorState]] = {
    (VendorState.UNAWARE, CaseEvent.VENDOR_AWARE): VendorState.AWARE,
    (VendorState.AWARE, CaseEvent.FIX_READY): VendorState.FIX_READY,
    (VendorState.FIX_READY, CaseEvent.FIX_DEPLOYED): VendorState.FIX_DEPLOYED,
}
"""A vendor by itself: a fix is ready where somebody knows, and deployed where it is ready."""

WORLD: Final[Mapping[tuple[Facts, CaseEvent], Facts]] = {
    (Facts.NONE, CaseEvent.PUBLIC): Facts.PUBLIC,
    (Facts.NONE, CaseEvent.EXPLOIT): Facts.EXPLOIT,
    (Facts.NONE, CaseEvent.ATTACKS): Facts.ATTACKS,
    (Facts.PUBLIC, CaseEvent.EXPLOIT): Facts.PUBLIC_EXPLOIT,
    (Facts.PUBLIC, CaseEvent.ATTACKS): Facts.PUBLIC_ATTACKS,
    (Facts.EXPLOIT, CaseEvent.PUBLIC): Facts.PUBLIC_EXPLOIT,
    (Facts.ATTACKS, CaseEvent.PUBLIC): Facts.PUBLIC_ATTACKS,
    (Facts.ATTACKS, CaseEvent.EXPLOIT): Facts.EXPLOIT_ATTACKS,
    (Facts.PUBLIC_EXPLOIT, CaseEvent.ATTACKS): Facts.ALL,
    (Facts.PUBLIC_ATTACKS, CaseEvent.EXPLOIT): Facts.ALL,
    (Facts.EXPLOIT_ATTACKS, CaseEvent.PUBLIC): Facts.ALL,
}
"""The facts by themselves; `pX` is left by P alone."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case as one vendor is in it: one of the 32 states."""

    vendor: VendorState = VendorState.UNAWARE
    facts: Facts = Facts.NONE

    def __str__(self) -> str:
        return f"{self.vendor}{self.facts}"

    @property
    def forced(self) -> CaseEvent | None:
        """The one event that has to come next, if any; a case never rests in such a state."""
        if self.facts.has(CaseEvent.EXPLOIT) and not self.facts.has(CaseEvent.PUBLIC):
            return CaseEvent.PUBLIC
        if self.facts.has(CaseEvent.PUBLIC) and self.vendor is VendorState.UNAWARE:
            return CaseEvent.VENDOR_AWARE
        return None


def _together() -> dict[tuple[CaseState, CaseEvent], CaseState]:
    table: dict[tuple[CaseState, CaseEvent], CaseState] = {}
    for vendor, facts, event in product(VendorState, Facts, CaseEvent):
        state = CaseState(vendor, facts)
        if state.forced not in (None, event):
            continue
        if (next_vendor := VENDORS.get((vendor, event))) is not None:
            table[state, event] = CaseState(next_vendor, facts)
        elif (next_facts := WORLD.get((facts, event))) is not None:
            table[state, event] = CaseState(vendor, next_facts)
    return table


CASES: Final[Mapping[tuple[CaseState, CaseEvent], CaseState]] = _together()
"""Vendor and facts together: the two tables, less what the forced events rule out."""
