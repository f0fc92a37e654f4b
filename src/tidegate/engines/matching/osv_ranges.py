"""Reads a record of the OSV schema, 1.3 to 1.7, as an advisory.

From: https://ossf.github.io/osv-schema/ . GitHub's database, RustSec, Go's, PyPA's and those of the
distributions are in this format. How it is read where the words leave room:

- A version is affected if any range or any list of any entry of its package says so. Lists are
  older than their ranges at times, so neither is believed alone.
- Ranges of the type GIT are passed over: an inventory has versions, no commits. A package of which
  nothing else is said is not readable, so its versions are unknown, and never clean.
- Ranges of the type SEMVER are read in the ecosystem's own order, which is that of SemVer wherever
  databases write them.
- What stands in `database_specific`, such as GitHub's `last_known_affected_version_range`, has no
  effect: the schema says so. A range without an end has none.
- `upstream` and `related` are no aliases. `upstream` names what a distribution's record is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.records import (
    Members,
    MisfitError,
    aliases,
    identifier,
    one_line,
    references,
)
from tidegate.engines.matching.advisories import Advisory, Affected
from tidegate.engines.matching.distributions import ecosystems_of_advisory
from tidegate.engines.matching.ecosystems import Ecosystem, ecosystem_named
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.matching.identity import MAX_NAME
from tidegate.engines.matching.moments import moment_of
from tidegate.engines.matching.packages import Package
from tidegate.engines.matching.ranges import (
    Event,
    EventKind,
    Reading,
    merged,
    read_events,
    read_versions,
    united,
)
from tidegate.engines.matching.versions import has_key, version_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_ENTRIES: Final = 50_000
"""Most entries in `affected` of one record; the largest real ones, of Red Hat, have some 10,000."""

MAX_VERSIONS: Final = 500_000
"""Most versions and events in one record."""

MAX_UPSTREAM: Final = 2_000

_MAX_SUMMARY: Final = 300
_MAX_VECTORS: Final = 50
_MAX_VECTOR: Final = 400
_MAX_UNREADABLE: Final = 20
_SHOWN: Final = 100
_VERSIONED: Final = ("SEMVER", "ECOSYSTEM")
_KINDS: Final = tuple(EventKind)


def read_osv(document: Mapping[str, Any], source: str) -> Advisory:
    """Read a record that was parsed from JSON.

    Args:
        document: the record.
        source: the name of the feed that it came with, such as `osv-npm`.

    Raises `AdvisoryError`.
    """
    try:
        record = Members.of(document)
        affected, not_covered = _affected(record)
        return Advisory(
            source=source,
            identifier=identifier(record, "id"),
            aliases=aliases(record.texts("aliases")),
            summary=_summary(record),
            published_at=moment_of(record, "published"),
            modified_at=moment_of(record, "modified"),
            withdrawn_at=moment_of(record, "withdrawn"),
            vectors=_vectors(record),
            affected=affected,
            not_covered=not_covered,
            references=references(each.text("url") or "" for each in record.each("references")),
            upstream=_upstream(record),
        )
    except MisfitError as misfit:
        raise AdvisoryError(misfit.fault) from misfit


def key_of(ecosystem: Ecosystem) -> Callable[[str], bytes]:
    """Return what gives the versions of an ecosystem their place."""
    order = ecosystem.order
    return lambda version: version_key(order, version)


def _summary(record: Members) -> str:
    text = record.text("summary") or record.text("details") or ""
    return one_line(text, _MAX_SUMMARY)


def _upstream(record: Members) -> tuple[str, ...]:
    names = record.texts("upstream")[:MAX_UPSTREAM]
    return tuple(dict.fromkeys(name for name in names if name.strip() and len(name) <= _SHOWN))


def _vectors(record: Members) -> tuple[str, ...]:
    """Return the CVSS vectors of a record and of its packages, each once."""
    holders = (record, *record.each("affected", MAX_ENTRIES))
    found = (
        each.text("score") or ""
        for holder in holders
        for each in holder.each("severity")
        if (each.text("type") or "").startswith("CVSS_")
    )
    kept = dict.fromkeys(vector for vector in found if 0 < len(vector) <= _MAX_VECTOR)
    return tuple(kept)[:_MAX_VECTORS]


def _affected(record: Members) -> tuple[tuple[Affected, ...], tuple[str, ...]]:
    entries = record.each("affected")
    if len(entries) > MAX_ENTRIES:
        raise MisfitError(
            record.at("affected"), f"has {len(entries):,} entries; at most {MAX_ENTRIES:,}"
        )
    parts: list[Affected] = []
    not_covered: dict[str, None] = {}
    left = MAX_VERSIONS
    for entry in entries:
        left -= _size(entry)
        if left < 0:
            raise MisfitError(
                record.at("affected"), f"has more than {MAX_VERSIONS:,} versions and events"
            )
        package = entry.members("package")
        if package is None:
            # Of what is in no ecosystem, only commits are known (OSV schema, `versions`).
            not_covered["a package in no ecosystem"] = None
            continue
        ecosystem = package.required_text("ecosystem")
        name = package.required_text("name")
        for key, text in (("ecosystem", ecosystem), ("name", name)):
            if len(text) > MAX_NAME:
                raise MisfitError(
                    package.at(key), f"has {len(text):,} characters; at most {MAX_NAME}"
                )
        known = ecosystem_named(ecosystem)
        words = ecosystems_of_advisory(ecosystem)
        if known is None or not words or not has_key(known.order):
            not_covered[f"{ecosystem[:_SHOWN]}/{name}"] = None
            continue
        read = _read(entry, key_of(known))
        parts += (
            Affected(Package(word, known.normal(name)), read.slices, read.unreadable)
            for word in words
        )
    return united(parts), tuple(not_covered)


def _size(entry: Members) -> int:
    """Return how many versions and events an entry has, whatever they are."""
    lists = [entry.value.get("versions")]
    lists += [each.value.get("events") for each in entry.each("ranges")]
    return sum(len(each) for each in lists if isinstance(each, list))


def _read(entry: Members, key: Callable[[str], bytes]) -> Reading:
    """Return what an entry says of its package: ranges and list together."""
    ranges = [each for each in entry.each("ranges") if each.required_text("type") in _VERSIONED]
    versions = entry.texts("versions")
    listed = read_versions(versions, key)
    if ranges:
        # A list beside a range spells the range out. What has no place in the order is no version
        # that has one, so of these the range has told already.
        listed = listed._replace(unreadable=())
    readings = [listed]
    for each in ranges:
        events = list(_events(each))
        if not any(event.kind is EventKind.INTRODUCED for event in events):
            readings.append(Reading((), ("a range without an introduced version",)))
        readings.append(read_events(events, key))
    if not ranges and not versions:
        words = "commits only" if entry.each("ranges") else "neither ranges nor versions"
        readings.append(Reading((), (words,)))
    unreadable = dict.fromkeys(text[:_SHOWN] for each in readings for text in each.unreadable)
    return Reading(
        merged(one for each in readings for one in each.slices),
        tuple(unreadable)[:_MAX_UNREADABLE],
    )


def _events(each: Members) -> Iterator[Event]:
    """Return the events of a range.

    Each has one member by the schema. Older records had several in one; they are read one after
    another, in the order in which the schema names them.
    """
    for event in each.each("events"):
        found = [Event(kind, version) for kind in _KINDS if (version := event.text(kind))]
        if not found:
            raise MisfitError(
                event.path,
                f"{shown(dict(event.value))} is no event; write introduced, fixed, last_affected"
                " or limit",
            )
        yield from found
