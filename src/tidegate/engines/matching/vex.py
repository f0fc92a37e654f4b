"""VEX statements: what somebody says of one vulnerability in one component of one product.

From: "Minimum Requirements for Vulnerability Exploitability eXchange" (CISA, 2023): a statement
binds a vulnerability, a product, and where it is finer than the product, a component of it. All of
what it names has to match, never the vulnerability alone, and a statement about one product is no
statement about another that holds the same component.

Statements annotate. They never take a finding away, whoever made them: what is exposed is told with
what was said of it. Where statements disagree, 'affected' wins; else the newer one counts. One that
somebody made of the very same thing before is replaced by the newer one of the same origin, also
where it said 'affected': else nobody could ever say that it is fixed now. Names within documents
are only text, so 'the same' means the feed or organisation that a document came from as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from packageurl import PackageURL

from tidegate.engines.matching.ecosystems import ecosystem_of_purl
from tidegate.engines.matching.identity import MAX_PURL


class Status(StrEnum):
    """What a statement says. The words are those of OpenVEX and of the minimum requirements."""

    AFFECTED = "affected"
    UNDER_INVESTIGATION = "under_investigation"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"


@dataclass(frozen=True, slots=True)
class Statement:
    """A VEX statement."""

    vulnerability: str
    """A CVE id if the document gives any, else what it calls it."""
    product: str
    """A package URL, or whatever else identifies it (CPE, BOM-Link, a name), as it is given."""
    component: str
    """The part of the product that it is about, in the same way; empty if it is about all of it."""
    status: Status
    justification: str
    """A word such as `vulnerable_code_not_present`, in the format's own; empty if none is given."""
    words: str
    """What is said for people: the impact, what to do."""
    said_by: str
    """Who made it, as the document says: only text."""
    said_at: datetime | None
    source: str
    """Where the document came from, as we know it: the feed, or who handed it in."""
    aliases: tuple[str, ...] = ()
    """What else the document calls the vulnerability."""

    @property
    def vulnerabilities(self) -> tuple[str, ...]:
        """All names of the vulnerability."""
        return (self.vulnerability, *self.aliases)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: the vulnerability, the product and the component."""
        return self.vulnerability, self.product, self.component


@dataclass(frozen=True, slots=True)
class Settled:
    """What some statements about one thing come to."""

    statement: Statement
    """The one that counts."""
    others: tuple[Statement, ...]
    """All other ones that were given, replaced ones too, the newest first."""
    is_disputed: bool
    """Whether one that still stands says something else."""

    @property
    def status(self) -> Status:
        """The status that counts."""
        return self.statement.status


def applies(
    statement: Statement,
    vulnerabilities: Collection[str],
    products: Collection[str],
    component: str,
) -> bool:
    """Say whether a statement is about a finding.

    Args:
        statement: the statement.
        vulnerabilities: all names of the vulnerability that was found.
        products: what the product goes by that holds the component: its package URL, the key of
            the asset, the serial number of its SBOM.
        component: the package URL of what is affected.

    A statement that names a component is about it in that product only. One that names none is
    about the whole product, or, where its product is the component itself, about that, wherever it
    is installed. A package URL without a version means every version, and one with qualifiers means
    what has them, too.
    """
    if not any(name in vulnerabilities for name in statement.vulnerabilities):
        return False
    is_of_product = any(_means(statement.product, product) for product in products)
    if statement.component:
        return is_of_product and _means(statement.component, component)
    return is_of_product or _means(statement.product, component)


def gist(identifier: str) -> tuple[str, ...]:
    """Return what two identifiers of one thing have in common, whatever else they say.

    Statements whose product has another one than all that is known of a finding are not about it.
    """
    read = _read(identifier)
    return (identifier,) if read is None else _name(read)


def settled(statements: Iterable[Statement]) -> Settled | None:
    """Return what statements come to that all apply to one finding; None if there are none."""
    given = sorted(statements, key=_newest_first)
    if not given:
        return None
    standing: dict[tuple[str, ...], Statement] = {}
    for one in given:
        thing = (*one.key, one.said_by, one.source)
        standing.setdefault(thing, one)
    stand = list(standing.values())
    counts = next((one for one in stand if one.status is Status.AFFECTED), stand[0])
    others = tuple(one for one in given if one is not counts)
    return Settled(counts, others, any(one.status is not counts.status for one in stand))


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_CAREFUL: Final = tuple(Status)


def _newest_first(one: Statement) -> tuple[float, int]:
    """Sort by age, and what was said at one moment by how careful it is."""
    at = one.said_at or _NEVER
    return -(at - _NEVER).total_seconds(), _CAREFUL.index(one.status)


def _means(said: str, known: str) -> bool:
    """Say whether an identifier in a statement means a thing that we know."""
    if not said or not known:
        return False
    if said == known:
        return True
    of_said, of_known = _read(said), _read(known)
    if of_said is None or of_known is None:
        return False
    return (
        _name(of_said) == _name(of_known)
        and (not of_said.version or of_said.version == of_known.version)
        and (not of_said.subpath or of_said.subpath == of_known.subpath)
        and of_said.qualifiers.items() <= of_known.qualifiers.items()
    )


@lru_cache(maxsize=1 << 15)
def _read(text: str) -> PackageURL | None:
    if not text.startswith("pkg:") or len(text) > MAX_PURL:
        return None
    try:
        return PackageURL.from_string(text)
    except ValueError:
        return None


def _name(purl: PackageURL) -> tuple[str, str, str]:
    kind = "apk" if purl.type == "alpine" else purl.type
    found = ecosystem_of_purl(purl.type, purl.namespace)
    if found is None:
        return kind, purl.namespace or "", purl.name
    namespace = found.name if found.is_distribution else ""
    return kind, namespace, found.name_of(purl.namespace, purl.name)
