"""The proof in a foreign record: an object named `tidegate`, and what is made of it.

No foreign format can carry a program that shows the effect, so all of them may carry this object
(`docs/intake-formats.md` says where): `effect` and `pov` as in the native finding, and `purl`,
`tlp` and `embargo_until` for formats that have no field for these. With an effect a native finding
is written from the whole record and goes through `parse_finding`, so that every check of the
native format holds here too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import canonical, field_path, shown
from tidegate.engines.formats.finding import Effect, Finding, Refusal, parse_finding
from tidegate.engines.formats.native import instant
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.formats.reports import DEFAULT_TLP, TLP_LABELS, Format, Place, Report
from tidegate.engines.formats.targets import Target, TargetError, parse_target

if TYPE_CHECKING:
    from datetime import datetime

    from tidegate.engines.formats.provenance import Provenance
    from tidegate.engines.formats.records import Origin

EXTENSION: Final = "tidegate"
"""The name of the object."""

_KNOWN: Final = ("effect", "pov", "purl", "tlp", "embargo_until")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a foreign record says in its own format; the fields are those of `Report`."""

    format: Format
    id: str
    title: str
    description: str
    weaknesses: tuple[str, ...]
    aliases: tuple[str, ...]
    severity: tuple[str, ...]
    severity_word: str | None
    places: tuple[Place, ...]
    references: tuple[str, ...]
    record: bytes
    form: bytes
    """The RFC 8785 form of the record."""
    tlp: str | None = None
    """What the record says in its own format; likewise the next two."""
    embargo_until: datetime | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A target, and the field of the record that names it."""

    target: Target
    path: tuple[str | int, ...]
    alone: bool = True
    """Whether the record, taken by itself, is about this package and no other."""


def extension(holder: Members | None) -> Members | None:
    """Return the object `tidegate` of an object that may hold one.

    Raises `MisfitError` if it has a member that is not known, so that a misspelt one is
    not overlooked.
    """
    found = None if holder is None else holder.members(EXTENSION)
    if found is not None:
        for key in found.value:
            if key not in _KNOWN:
                raise MisfitError(
                    found.at(key), f"is not a field here; known are {', '.join(_KNOWN)}"
                )
    return found


def named_by(holder: Members | None, key: str = "purl") -> Named | None:
    """Return the target that a member names by its package URL, or None.

    Raises `MisfitError` if it is not a package URL.
    """
    purl = None if holder is None else holder.text(key)
    if holder is None or purl is None:
        return None
    try:
        return Named(parse_target(purl), holder.at(key))
    except TargetError as error:
        raise MisfitError(holder.at(key), f"{shown(purl)} {error}") from error


def report_of(
    claim: Claim, named: Named, extended: Members | None, origin: Origin
) -> Report | Refusal:
    """Make the report of a foreign record.

    Raises `MisfitError` for what is wrong with the extension by itself; what the native reader
    refuses is a `Refusal` that names the field in the foreign document.
    """
    tlp, embargo, finding = claim.tlp, claim.embargo_until, None
    if extended is not None:
        tlp, embargo = _tlp(extended) or tlp, _embargo(extended) or embargo
        made = _finding(claim, named.target, extended, origin)
        if isinstance(made, Refusal):
            return origin.refusal(_foreign_field(made.field, named, extended), made.reason)
        finding = made
    return Report(
        format=claim.format,
        id=claim.id,
        title=claim.title,
        description=claim.description,
        target=named.target,
        effect=None if finding is None else finding.effect,
        weaknesses=claim.weaknesses,
        aliases=claim.aliases,
        severity=claim.severity,
        severity_word=claim.severity_word,
        places=claim.places,
        references=claim.references,
        finding=None if finding is None or finding.proof is None else finding,
        tlp=tlp or DEFAULT_TLP,
        embargo_until=embargo,
        digest=_digest(claim, named),
        record=claim.record,
        source=origin.source,
        line=origin.line,
        place=origin.place,
        provenance=claim.provenance,
    )


def _digest(claim: Claim, named: Named) -> str:
    """Return the record's digest; with the package if the record alone does not tell it.

    Otherwise the packages of one advisory, or the same result for two releases, would be one.
    """
    form = claim.form
    if not named.alone:
        form = b'{"package":%b,"record":%b}' % (canonical(named.target.purl), form)
    return hashlib.sha256(form).hexdigest()


def _tlp(extended: Members) -> str | None:
    label = extended.text("tlp")
    if label is not None and label not in TLP_LABELS:
        words = ", ".join(TLP_LABELS)
        raise MisfitError(
            extended.at("tlp"), f"{shown(label)} is not one of its words; write one of {words}"
        )
    return label


def _embargo(extended: Members) -> datetime | None:
    text = extended.text("embargo_until")
    if text is None:
        return None
    moment = instant(text)
    if isinstance(moment, str):
        raise MisfitError(extended.at("embargo_until"), moment)
    return moment


def _finding(
    claim: Claim, target: Target, extended: Members, origin: Origin
) -> Finding | Refusal | None:
    given = {key: value for key, value in extended.value.items() if value is not None}
    if "effect" not in given:
        if "pov" in given:
            words = ", ".join(Effect)
            raise MisfitError(
                extended.at("effect"),
                f"is missing, and a proof cannot be judged without it; write one of {words}",
            )
        return None
    document: dict[str, Any] = {
        "schema": "urn:tidegate:finding:1",
        "id": claim.id,
        "title": claim.title,
        "description": claim.description,
        "target": {"purl": target.purl},
        "weaknesses": claim.weaknesses,
        "aliases": claim.aliases,
        "locations": [_location(place) for place in claim.places],
        "severity": claim.severity,
        "references": claim.references,
    }
    document |= {
        key: given[key] for key in ("effect", "pov", "tlp", "embargo_until") if key in given
    }
    return parse_finding(json.dumps(document).encode(), origin.source, origin.line)


def _location(place: Place) -> dict[str, Any]:
    parts = {"path": place.path, "line": place.line, "symbol": place.symbol}
    return {key: value for key, value in parts.items() if value is not None}


def _foreign_field(field: str, named: Named, extended: Members) -> str:
    """Name a field of the native finding as the foreign document has it."""
    if field == "target.purl":
        return field_path(named.path)
    prefix = field_path(extended.path)
    return f"{prefix}.{field}" if field else prefix
