"""What is published about one vulnerability: the record that every format is made of.

A record holds no more than what somebody stands behind. A range that begins at `0` (all versions
before) is written only if the oldest release was run, or a person vouched for it by name; what
could not be told is said to be unknown, and never left out as if it were unaffected.

From: OSV 1.7 (events), OpenVEX 0.2.0 (statuses, justifications), CSAF 2.0 and 2.1 (remediations,
revision history), CVE record 5.2 (credits, references), TLP 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from tidegate.engines.formats.documents import shown

BEGINNING: Final = "0"
"""What a span begins with that holds every version before its end. From: OSV 1.7, events."""

IDENTIFIER: Final = re.compile(r"TG-[0-9]{4}-[a-z0-9]{8}")
"""Of a publication: a year, and characters that nobody can count by."""

FIX_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,179}")
"""Of a fix. Its files are served under it, and the one of its receipt adds to it."""


class RecordError(ValueError):
    """A record says what may not be published; the message names the place and the mend."""


class Status(StrEnum):
    """What is said of a product. From: OpenVEX 0.2.0, status labels."""

    AFFECTED = "affected"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"
    UNDER_INVESTIGATION = "under_investigation"


class Justification(StrEnum):
    """Why a product is not affected. From: OpenVEX 0.2.0, status justifications."""

    NO_COMPONENT = "component_not_present"
    NO_CODE = "vulnerable_code_not_present"
    NOT_EXECUTED = "vulnerable_code_not_in_execute_path"
    NOT_CONTROLLED = "vulnerable_code_cannot_be_controlled_by_adversary"
    MITIGATED = "inline_mitigations_already_exist"


class Basis(StrEnum):
    """What stands behind a statement about versions."""

    RUN = "run"
    """The proof was run on the versions on either side."""
    VOUCHED = "vouched"
    """A person says so, by name."""
    STATED = "stated"
    """The vendor says so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is said of versions, and who stands behind it."""

    basis: Basis
    by: str
    """The organisation or the person; for a run, the instance that ran it."""
    receipts: tuple[str, ...] = ()
    """SHA-256, in hex, of the signed receipts of the runs."""
    oldest_run: str = ""
    """The oldest release that there is, if the proof was run on it and fired; else empty."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of versions, in the order of the product's scheme."""

    introduced: str
    """The first version that is in it; `BEGINNING` for all before."""
    ended: str | None
    """The version that ends it; None where no end is known."""
    is_fixed: bool
    """Whether `ended` is fixed, and so outside; else it is the last one inside."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Product:
    """A package of a vendor, and what is said of its versions."""

    vendor: str
    name: str
    purl: str
    """A package URL without a version, such as `pkg:npm/minimist`."""
    affected: tuple[Span, ...] = ()
    """Sorted, without overlaps."""
    affected_versions: tuple[str, ...] = ()
    """Single versions that are affected, where no span says it."""
    unaffected_versions: tuple[str, ...] = ()
    """Versions that were run and on which no proof fired, while the control held."""
    unknown: tuple[Span, ...] = ()
    """Of these it could not be told; `evidence` says what was tried."""
    unknown_versions: tuple[str, ...] = ()

    @property
    def fixed_versions(self) -> tuple[str, ...]:
        """The versions with which a span of affected ones ends because it is fixed, in order."""
        ends = (span.ended for span in self.affected if span.is_fixed and span.ended)
        return tuple(dict.fromkeys(ends))


@dataclass(frozen=True, slots=True)
class VendorStatement:
    """What a vendor says of a product of its own."""

    vendor: str
    product: str
    """A package URL, with a version or without, or the vendor's own name for it."""
    status: Status
    justification: Justification | None
    words: str
    said_at: datetime
    versions: str = ""
    """A vers range where it speaks of some versions only, such as `vers:npm/<1.2.6`."""


class RemedyKind(StrEnum):
    """What can be done. From: CSAF 2.0, 3.2.3.12.1, remediation category."""

    VENDOR_FIX = "vendor_fix"
    MITIGATION = "mitigation"
    WORKAROUND = "workaround"
    NONE_AVAILABLE = "none_available"
    NO_FIX_PLANNED = "no_fix_planned"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What somebody who runs an affected version does."""

    kind: RemedyKind
    words: str
    purl: str = ""
    """The product that it is for; empty for every one."""
    version: str = ""
    """The fixed version to move to, for a vendor's fix."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class TriedFix:
    """A fix that climbed the ladder, and what it may be called for that."""

    name: str
    """Of the fix among this record's fixes, such as `minimist-1.2.6` or `minimist-1.2.5.diff`."""
    purl: str
    version: str
    """The released version, or the version that the diff is against."""
    is_patch: bool
    labels: tuple[str, ...]
    """`proof-silenced`, `variants-silenced`, `maintainer-accepted`; it is no more than it bears."""
    rungs: tuple[tuple[str, str], ...]
    """Each rung's name and its word."""
    sha256: str
    """Of the diff; empty for a release."""
    receipt_sha256: str


class CreditKind(StrEnum):
    """For what somebody is thanked. From: OSV 1.7 and CVE record 5.2, credit types."""

    FINDER = "finder"
    REPORTER = "reporter"
    ANALYST = "analyst"
    COORDINATOR = "coordinator"
    REMEDIATION_DEVELOPER = "remediation developer"
    REMEDIATION_REVIEWER = "remediation reviewer"
    REMEDIATION_VERIFIER = "remediation verifier"
    TOOL = "tool"
    SPONSOR = "sponsor"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Credit:
    """Who is thanked, verbatim as they asked to be named."""

    name: str
    kind: CreditKind
    organisation: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where more can be read."""

    url: str
    words: str
    kind: str = "external"
    """OSV's words: advisory, article, detection, discussion, report, fix, introduced, package,
    evidence, web; `external` for none of these."""


@dataclass(frozen=True, slots=True)
class Severity:
    """A CVSS vector, and who says so. Scores are computed from it wherever one is shown."""

    vector: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision by a table, such as SSVC's, with the values that it was made from."""

    table: str
    """Key of the decision table, such as `cisa:DT_CISA_COORDINATOR:2.0.3`."""
    values: tuple[tuple[str, str], ...]
    """Each decision point's name and the value that was chosen."""
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes."""

    name: str
    namespace: str
    """A URL that it controls."""
    contact: str
    """What to write to, such as an address or a page."""
    category: str = "coordinator"
    """From: CSAF 2.0, 3.2.1.8, publisher category."""


@dataclass(frozen=True, slots=True)
class RevisionNote:
    """One line of the history: what changed with a revision."""

    number: int
    """From 1."""
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Record:
    """One vulnerability, as it is published."""

    identifier: str
    """Of the publication, for good; see `IDENTIFIER`."""
    title: str
    summary: str
    """One sentence."""
    description: str
    """Plain text, paragraphs parted by an empty line."""
    label: str
    """TLP 2.0, such as `TLP:CLEAR`."""
    publisher: Publisher
    revisions: tuple[RevisionNote, ...]
    """The oldest first; the last one is this record."""
    products: tuple[Product, ...]
    impact: str = ""
    cve: str = ""
    aliases: tuple[str, ...] = ()
    """Other names for the same vulnerability, without `cve`."""
    weaknesses: tuple[str, ...] = ()
    """CWE identifiers."""
    severities: tuple[Severity, ...] = ()
    statements: tuple[VendorStatement, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    fixes: tuple[TriedFix, ...] = ()
    credits: tuple[Credit, ...] = ()
    references: tuple[Reference, ...] = ()
    decisions: tuple[Decision, ...] = ()
    exploited: str = ""
    """What is known of attacks, in words; empty where nothing is."""
    discovered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""

    @property
    def published_at(self) -> datetime:
        """When it was published first."""
        return self.revisions[0].at

    @property
    def modified_at(self) -> datetime:
        """When this revision was made."""
        return self.revisions[-1].at

    @property
    def revision(self) -> int:
        """The number of this revision."""
        return self.revisions[-1].number


def record_data(record: Record) -> dict[str, Any]:
    """Return a record as JSON data; `read_record` reads it back to an equal one."""
    data: dict[str, Any] = _ADAPTER.dump_python(record, mode="json")
    return data


def read_record(data: Any) -> Record:
    """Return the record that JSON data holds; members that are not known are passed over.

    Raises:
        RecordError: it is none, or `fault_of` finds one.
    """
    try:
        record = _ADAPTER.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{place or 'the record'}: {first['msg']}") from error
    if fault := fault_of(record):
        raise RecordError(fault)
    return record


def fault_of(record: Record) -> str | None:
    """Return what keeps a record from being published, place and mend; None if nothing does.

    It does not ask what a standard asks of its documents: that is the writers' and the checkers'.
    """
    return next(_faults(record), None)


def may_begin(evidence: Evidence) -> bool:
    """Say whether evidence is enough to hold all versions before to be affected."""
    if evidence.basis is Basis.RUN:
        return bool(evidence.oldest_run)
    return evidence.basis is Basis.VOUCHED and bool(evidence.by.strip())


def begins_in_vain(place: str) -> str:
    """Return the fault of a span that says all versions before without enough evidence."""
    return (
        f"{place}.introduced: says all versions before, and nobody stands behind it; run the oldest"
        " release, name the first version that was run, or vouch by name"
    )


def is_address(text: str) -> bool:
    """Say whether a text is an address of the web, and nothing that a reader would run."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = text.isprintable() and not any(sign in ' <>"\\' for sign in text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and is_plain


def _faults(record: Record) -> Iterator[str]:
    if not IDENTIFIER.fullmatch(record.identifier):
        yield f"identifier: {shown(record.identifier)} is none; it has the form TG-2026-abcd2345"
    for place in ("title", "summary", "description"):
        if not getattr(record, place).strip():
            yield f"{place}: is empty; write it"
    if not record.products:
        yield "products: there is none; name at least one affected package"
    yield from _faults_of_addresses(record)
    yield from _faults_of_fixes(record)
    numbers = [note.number for note in record.revisions]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        yield "revisions: are not numbered from 1 without a gap; a correction is a new revision"
    for number, product in enumerate(record.products):
        yield from _faults_of(product, f"products.{number}")
    if record.withdrawn_at is not None and not record.withdrawn_because.strip():
        yield "withdrawn_because: is empty; say why it was withdrawn"


def _faults_of_addresses(record: Record) -> Iterator[str]:
    for word in ("references", "credits", "remedies"):
        for number, one in enumerate(getattr(record, word)):
            if (one.url or word == "references") and not is_address(one.url):
                yield (
                    f"{word}.{number}.url: {shown(one.url)} is no address of the web; write one"
                    " that begins with https:// or http://, or take it out"
                )


def _faults_of_fixes(record: Record) -> Iterator[str]:
    names: set[str] = set()
    for number, fix in enumerate(record.fixes):
        if not FIX_NAME.fullmatch(fix.name):
            yield (
                f"fixes.{number}.name: {shown(fix.name)} is no name of a file; take over what the"
                " desks know"
            )
        if fix.name in names:
            yield f"fixes.{number}.name: {shown(fix.name)} names another fix, too; keep one of them"
        names.add(fix.name)


def _faults_of(product: Product, place: str) -> Iterator[str]:
    if not product.purl.startswith("pkg:") or "@" in product.purl.rpartition("/")[2]:
        yield f"{place}.purl: {shown(product.purl)} is not a package URL without a version"
    for number, span in enumerate(product.affected):
        where = f"{place}.affected.{number}"
        if not span.introduced:
            yield f"{where}.introduced: is empty; name the first affected version"
        if span.introduced == BEGINNING and not may_begin(span.evidence):
            yield begins_in_vain(where)
        if span.is_fixed and not span.ended:
            yield f"{where}.ended: is empty, and it is said to be fixed; name the fixed version"
    said: dict[str, str] = {}
    for word in ("affected_versions", "unaffected_versions", "unknown_versions"):
        for version in getattr(product, word):
            if said.setdefault(version, word) != word:
                yield f"{place}.{word}: {shown(version)} stands in {said[version]}, too; keep one"


_ADAPTER: Final[TypeAdapter[Record]] = TypeAdapter(Record)
