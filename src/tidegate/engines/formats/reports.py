"""One value for whatever a finder hands in, whichever format it came in.

A `Report` says what the finder says: about which package, where, how bad. It is a claim and no
more than that; only a report that carries a proof can be run (`finding`). Every text in it is
somebody else's word, bounded in length and otherwise as it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from tidegate.engines.formats.finding import Effect, Finding
    from tidegate.engines.formats.provenance import Provenance
    from tidegate.engines.formats.targets import Target

DEFAULT_TLP: Final = "TLP:AMBER"
"""The TLP 2.0 label of a record that bears none."""

TLP_LABELS: Final = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""From: https://www.first.org/tlp/, version 2.0."""


class Format(StrEnum):
    """The formats that are read."""

    FINDING = "finding-1"
    SARIF = "sarif-2.1.0"
    OSV = "osv-1.7"
    MANTIS = "mantis"
    CSAF_REPORT = "csaf-2.1-report"
    VINCE = "vince"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the target's sources the flaw is said to be."""

    path: str
    """As the finder wrote it; never a path of this machine. May be empty where only a symbol
    is named."""
    line: int | None
    """Counted from 1."""
    symbol: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """One suspected vulnerability in one package, as the finder reported it.

    The bounds are those of the native finding (`finding-1.schema.json`), in every format.
    """

    format: Format
    id: str
    """The finder's own name for it, 1 to 200 characters."""
    title: str
    """One line, 1 to 300 characters."""
    description: str
    """Markdown; up to 65,536 characters."""
    target: Target
    effect: Effect | None
    """What the attacker gains; most foreign formats cannot say it."""
    weaknesses: tuple[str, ...]
    """CWE identifiers, such as `CWE-79`."""
    aliases: tuple[str, ...]
    """Other identifiers: CVE, GHSA, PYSEC."""
    severity: tuple[str, ...]
    """CVSS vectors."""
    severity_word: str | None
    """`critical`, `high`, `medium`, `low`; None if the finder did not say."""
    places: tuple[Place, ...]
    references: tuple[str, ...]
    """URIs; in the foreign formats only `http` and `https`."""
    finding: Finding | None
    """What can be run; None for a foreign record without a proof or without an effect."""
    tlp: str
    """A TLP 2.0 label; `TLP:AMBER` if the record bears none."""
    embargo_until: datetime | None
    """In UTC."""
    digest: str
    """SHA-256, in hex, over the RFC 8785 form of the record; of the object `{package, record}`,
    with the package URL, where the record alone does not say which package this report is about."""
    record: bytes = field(repr=False)
    """The record as it came; for a SARIF result the RFC 8785 form of the result together with its
    rule and its tool, for one of several packages of an OSV record the RFC 8785 form of the record
    without the others."""
    source: str
    line: int | None
    """The line, in the unpacked stream, on which the record begins; None where the file is one
    document."""
    place: str
    """`line 14`, `[3]`, `runs[0].results[3]`; empty where the file is one document."""
    provenance: Provenance | None = None
    """How it came here, if it was handed on by a coordinator; None for the other formats."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read of one stream before it is refused."""

    unpacked_bytes: int = 8 << 30
    """Most bytes of the whole stream, after decompression."""
    ratio: int = 500
    """Most bytes that one compressed byte may become, once `ratio_floor` is passed."""
    ratio_floor: int = 64 << 20
    """Bytes that may come out at any ratio: a small file of equal lines shrinks a lot."""
    record_bytes: int = 64 << 20
    """Largest record: a line, a member of a list, a SARIF result, the tool of a SARIF run."""
    record_values: int = 200_000
    """Most values in one record of a foreign format; an advisory may list many versions."""
    records_ratio: int = 20
    """Most bytes of reports for one unpacked byte, once `records_bytes` is passed."""
    records_bytes: int = 64 << 20
    """Bytes of reports that may be made at any ratio: results share rules, packages advisories."""
    packages: int = 100
    """Most reports of one OSV record, CSAF document or VINCE case: each has a copy of what they
    share."""
    runs: int = 1_000
    """Most runs of one SARIF document; each is looked at twice."""
    extensions: int = 100
    """Most extensions of the tool of one SARIF run; a rule's name is looked up in each."""
    rules: int = 20_000
    """Most rules of one SARIF run."""
    artifacts: int = 100_000
    """Most artifacts of one SARIF run that results can point at."""
