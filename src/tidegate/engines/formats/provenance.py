"""How a report came here, and under which terms: what a relay hands on without changing it.

A report may pass through several coordinators before it is here, and go on from here to more.
Whoever hands it on adds itself to the chain and changes nothing else: the finder's credit, the
references to where it came from and the terms of the embargo stay as the first sender wrote them.
So `relayed` takes a hop and no terms. Every text here is somebody else's word, carried verbatim,
never cut: a shortened chain would take somebody's part away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

MAX_HOPS: Final = 50
"""Most parties in a chain."""

MAX_INVOLVEMENTS: Final = 1_000
"""A case of VINCE had 121 vendors."""

MAX_PARTY: Final = 300
"""Characters of a party's name."""

MAX_IDENTIFIER: Final = 200
"""Characters of a handling identifier."""

MAX_SUMMARY: Final = 20_000
"""Characters of what is told about one involvement: as many as VINCE's form takes."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom to thank, in the words in which it was asked for.

    From: CSAF 2.1, 3.1.1, Acknowledgments Type.
    """

    names: tuple[str, ...]
    organization: str | None = None
    summary: str | None = None
    urls: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join((*self.names, *((self.organization,) if self.organization else ())))


@dataclass(frozen=True, slots=True)
class Hop:
    """One party that handed the report on."""

    party: str
    """Its name, as it writes it itself; 1 to 300 characters."""
    identifier: str | None
    """Its own name for the case, such as `VU#257161`; None if it gave none."""
    at: datetime | None
    """When, in UTC; None if it did not say."""


@dataclass(frozen=True, slots=True)
class Involvement:
    """What a sender says that a party did, or what was done to reach it; nobody's word but its."""

    party: str
    """A name, or a role: `vendor`, `discoverer`, `coordinator`."""
    status: str
    """The sender's own word, such as `contact_attempted`."""
    at: datetime | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class EmbargoTerms:
    """Under which terms the report was given; to be kept or to be declined, never to be changed."""

    ends: datetime | None
    """In UTC; None if the terms name no end."""
    tlp: str | None
    """A TLP 2.0 label such as `TLP:AMBER`; None if the sender gave none."""
    text: str = ""
    """The terms in the sender's words; empty if there are none."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that a relay carries beside the finding itself."""

    credits: tuple[Credit, ...]
    chain: tuple[Hop, ...]
    """From the first reporter to the one who handed it in here; append-only."""
    origins: tuple[str, ...]
    """What it was made from: identifiers first, then web addresses."""
    terms: EmbargoTerms
    involvements: tuple[Involvement, ...] = ()
    deduplicated: bool = False
    """The sender says that it has taken the duplicates out. A hint: it decides nothing here."""


def relayed(provenance: Provenance, hop: Hop) -> Provenance:
    """Return the provenance of the same report, handed on by one more party.

    Raises `ValueError` for a party without a name, for texts beyond their bounds, for a chain that
    is full, and for a party that the chain already ends with under the same identifier.
    """
    if not hop.party.strip():
        raise ValueError("the party that hands on has no name; give the name it goes by")
    if len(hop.party) > MAX_PARTY or len(hop.identifier or "") > MAX_IDENTIFIER:
        raise ValueError(
            f"the party's name has at most {MAX_PARTY} characters, its identifier"
            f" {MAX_IDENTIFIER}; shorten them"
        )
    if len(provenance.chain) >= MAX_HOPS:
        raise ValueError(f"the chain has {MAX_HOPS} parties already; ask the first one directly")
    if ends_with(provenance.chain, hop.party, hop.identifier):
        raise ValueError(f"{hop.party!r} is the last of the chain already; hand it on once")
    return replace(provenance, chain=(*provenance.chain, hop))


def ends_with(chain: tuple[Hop, ...], party: str, identifier: str | None) -> bool:
    """Say whether a party is the last of a chain, under this identifier."""
    return bool(chain) and (chain[-1].party, chain[-1].identifier) == (party, identifier)


def is_relay_of(later: Provenance, earlier: Provenance) -> bool:
    """Say whether one provenance is another one handed on: nothing lost, no term changed.

    For what comes back from elsewhere: a copy with other terms or a shorter chain is not the same
    agreement. The hint about duplicates and the account of who was reached may grow on the way.
    """
    return (
        later.chain[: len(earlier.chain)] == earlier.chain
        and later.credits == earlier.credits
        and later.origins[: len(earlier.origins)] == earlier.origins
        and later.terms == earlier.terms
    )
