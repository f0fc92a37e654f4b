"""Reads a CVE record, JSON 5.x, as an advisory: what its own CNA says of packages.

From: CVE JSON record format 5.2, `containers.cna.affected[]`, and "Product and version encodings".
Most entries name products, vendors and CPEs, and no package: those are listed as not covered. Read
are entries with a `packageURL`, and with a `collectionURL` that is a registry of ours beside a
`packageName`. For Red Hat's packages the CPE tells the product stream, as in its OSV records.

- Versions are read in the ecosystem's own order, whatever `versionType` says, except for `git` and
  its like, whose versions are commits and unreadable here.
- What no version entry holds has `defaultStatus`; where that is `unknown`, or left out, everything
  that is not affected is unknown.
- A range begins at `version`; `0`, `*`, `unspecified` and `n/a` stand for the beginning there.
- Other containers (CISA's) add no ranges: sources are not blended.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from tidegate.engines.formats.records import Members, MisfitError, one_line, references
from tidegate.engines.matching.advisories import Advisory, Affected, Slice
from tidegate.engines.matching.distributions import ecosystems_of_advisory
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.matching.identity import MAX_NAME, package_of
from tidegate.engines.matching.moments import moment_of
from tidegate.engines.matching.osv_ranges import MAX_ENTRIES, MAX_VERSIONS, key_of
from tidegate.engines.matching.packages import HIGHEST, LOWEST, Package, Unplaced
from tidegate.engines.matching.ranges import after, merged, united, without
from tidegate.engines.matching.versions import UnparsableVersionError, has_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

_IDENTIFIER: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_EVERYTHING: Final = Slice(LOWEST, HIGHEST, "0", "", is_fixed=False)
_SAID_UNKNOWN: Final = "versions whose status is said to be unknown"
_BEGINNINGS: Final = frozenset({"", "0", "*", "unspecified", "n/a"})
_COMMITS: Final = frozenset({"git", "patch", "original_commit_for_fix"})
_STATUSES: Final = frozenset({"affected", "unaffected", "unknown"})
_VECTORS: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_MAX_SUMMARY: Final = 300
_MAX_VECTOR: Final = 400
_MAX_WORDS: Final = 200
_MAX_UNREADABLE: Final = 20
_SHOWN: Final = 100

# The registries by their hosts, as records name them.
_COLLECTIONS: Final = {
    "pypi.org": "PyPI",
    "pypi.python.org": "PyPI",
    "npmjs.com": "npm",
    "registry.npmjs.org": "npm",
    "npmjs.org": "npm",
    "repo.maven.apache.org": "Maven",
    "repo1.maven.org": "Maven",
    "search.maven.org": "Maven",
    "central.sonatype.com": "Maven",
    "mvnrepository.com": "Maven",
    "pkg.go.dev": "Go",
    "proxy.golang.org": "Go",
    "crates.io": "crates.io",
    "nuget.org": "NuGet",
    "rubygems.org": "RubyGems",
    "packagist.org": "Packagist",
    "hex.pm": "Hex",
}
_RED_HAT: Final = "access.redhat.com"
_RED_HAT_PACKAGES: Final = "/downloads/content/package-browser"
_CPE: Final = re.compile(r"cpe:/[oa]:redhat:(enterprise_linux:[0-9]+)(?:\.[0-9]+)?(?:::.*)?")

# From: records of the CNA of Go, whose packages are named by module in `vendor`.
_GO_VENDORS: Final = {"Go standard library": "stdlib", "Go toolchain": "toolchain"}


class _Status(NamedTuple):
    """Which keys have which status, before they are put together."""

    affected: list[Slice]
    unaffected: list[Slice]
    unknown: list[Slice]
    unreadable: dict[str, None]


def read_cve(record: Mapping[str, Any], source: str) -> Advisory:
    """Read a CVE record that was parsed from JSON. A rejected one counts as withdrawn.

    Raises `AdvisoryError`.
    """
    try:
        root = Members.of(record)
        about = root.members("cveMetadata") or Members({}, ("cveMetadata",))
        identifier = about.required_text("cveId")
        if not _IDENTIFIER.fullmatch(identifier):
            raise MisfitError(about.at("cveId"), "is no CVE id; write it as CVE-2026-1234")
        containers = root.members("containers") or Members({}, ("containers",))
        cna = containers.members("cna") or Members({}, ("containers", "cna"))
        affected, not_covered = _affected(cna)
        return Advisory(
            source=source,
            identifier=identifier,
            aliases=(),
            summary=_summary(cna),
            published_at=moment_of(about, "datePublished"),
            modified_at=moment_of(about, "dateUpdated"),
            withdrawn_at=_rejected_at(about),
            vectors=_vectors(cna),
            affected=affected,
            not_covered=not_covered,
            references=references(each.text("url") or "" for each in cna.each("references")),
        )
    except MisfitError as misfit:
        raise AdvisoryError(misfit.fault) from misfit


def _rejected_at(about: Members) -> datetime | None:
    if about.text("state") != "REJECTED":
        return None
    holders = ((about, "dateRejected"), (about, "dateUpdated"), (about, "datePublished"))
    for holder, key in holders:
        if moment := moment_of(holder, key):
            return moment
    raise MisfitError(about.at("dateRejected"), "is missing; a rejected record says since when")


def _summary(cna: Members) -> str:
    texts = [cna.text("title") or ""]
    for key in ("descriptions", "rejectedReasons"):
        english = [each for each in cna.each(key) if (each.text("lang") or "").startswith("en")]
        texts += [each.text("value") or "" for each in english]
    return one_line(next(filter(None, texts), ""), _MAX_SUMMARY)


def _vectors(cna: Members) -> tuple[str, ...]:
    found = (
        scored.text("vectorString") or ""
        for each in cna.each("metrics")
        for version in _VECTORS
        if (scored := each.members(version))
    )
    return tuple(dict.fromkeys(vector for vector in found if 0 < len(vector) <= _MAX_VECTOR))


def _affected(cna: Members) -> tuple[tuple[Affected, ...], tuple[str, ...]]:
    entries = cna.each("affected")
    if len(entries) > MAX_ENTRIES:
        raise MisfitError(
            cna.at("affected"), f"has {len(entries):,} entries; at most {MAX_ENTRIES:,}"
        )
    parts: list[Affected] = []
    not_covered: dict[str, None] = {}
    left = MAX_VERSIONS
    for entry in entries:
        packages = _packages(entry)
        if not packages:
            not_covered[_words(entry)] = None
            continue
        versions = entry.each("versions")
        left -= len(versions) + sum(_size(each) for each in versions)
        if left < 0:
            raise MisfitError(cna.at("affected"), f"has more than {MAX_VERSIONS:,} versions")
        for package in packages:
            known = ecosystem_named(package.ecosystem)
            assert known is not None
            parts.append(_read(package, entry, versions, key_of(known)))
    return united(parts), tuple(not_covered)[:_MAX_WORDS]


def _size(version: Members) -> int:
    changes = version.value.get("changes")
    return len(changes) if isinstance(changes, list) else 0


def _words(entry: Members) -> str:
    """Say what an entry is about, though it names no package of ours."""
    names = (entry.text("packageURL"), entry.text("packageName"), entry.text("product"))
    name = next(filter(None, names), "n/a")
    holder = entry.text("collectionURL") or entry.text("vendor") or ""
    return one_line(f"{holder} {name}".strip(), _SHOWN * 2)


def _packages(entry: Members) -> tuple[Package, ...]:
    """Return the packages that an entry names, and none where it names none of ours."""
    if purl := entry.text("packageURL"):
        found = package_of(purl)
        return () if isinstance(found, Unplaced) else _spoken(found.ecosystem, found.name)
    name, collection = entry.text("packageName"), entry.text("collectionURL")
    if not name or not collection or len(name) > MAX_NAME:
        return ()
    try:
        address = urlsplit(collection if "//" in collection else f"//{collection}")
        host = (address.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    if host == _RED_HAT and address.path.startswith(_RED_HAT_PACKAGES):
        streams = (_CPE.fullmatch(cpe) for cpe in entry.texts("cpes"))
        words = dict.fromkeys(f"Red Hat:{stream[1]}" for stream in streams if stream)
        return tuple(one for word in words for one in _spoken(word, name))
    ecosystem = _COLLECTIONS.get(host)
    if ecosystem is None:
        return ()
    return _spoken(ecosystem, _module(entry, name) if ecosystem == "Go" else name)


def _spoken(ecosystem: str, name: str) -> tuple[Package, ...]:
    known = ecosystem_named(ecosystem)
    if known is None or not has_key(known.order):
        return ()
    return tuple(Package(word, known.normal(name)) for word in ecosystems_of_advisory(ecosystem))


def _module(entry: Members, name: str) -> str:
    """Return the module of a Go package."""
    vendor = entry.text("vendor") or ""
    if vendor in _GO_VENDORS:
        return _GO_VENDORS[vendor]
    return vendor if vendor and f"{name}/".startswith(f"{vendor}/") else name


def _read(
    package: Package, entry: Members, versions: Sequence[Members], key: Callable[[str], bytes]
) -> Affected:
    status = _Status([], [], [], {})
    default = entry.text("defaultStatus") or "unknown"
    for version in versions:
        _add(status, version, default, key)
    affected = merged(status.affected)
    if default == "affected" and not status.unreadable:
        # Else, what cannot be read may be what is spared, and everything is unknown.
        rest = without((_EVERYTHING,), merged(status.unaffected))
        rest = without(rest, merged(status.unknown), is_fixed=False)
        affected = merged([*affected, *rest])
    elif default not in ("affected", "unaffected"):
        status.unreadable["versions of which nothing is said"] = None
    if status.unknown:
        status.unreadable[_SAID_UNKNOWN] = None
    return Affected(package, affected, tuple(status.unreadable)[:_MAX_UNREADABLE])


def _add(status: _Status, version: Members, default: str, key: Callable[[str], bytes]) -> None:
    """Add what one member of `versions` says."""
    said = _status(version)
    begins = (version.text("version") or "").strip()
    below, up_to = version.text("lessThan"), version.text("lessThanOrEqual")
    end = (below if below is not None else up_to or "").strip()
    try:
        if (version.text("versionType") or "").lower() in _COMMITS:
            raise UnparsableVersionError("a commit")
        if below is None and up_to is None:
            place = key(begins)
            whole = Slice(place, after(place), begins, begins, is_fixed=False)
        else:
            is_open = begins.lower() in _BEGINNINGS
            lower = LOWEST if is_open else key(begins)
            introduced = "0" if is_open else begins
            if end == "*":
                whole = Slice(lower, HIGHEST, introduced, "", is_fixed=False)
            elif below is not None:
                whole = Slice(lower, key(end), introduced, end, is_fixed=True)
            else:
                whole = Slice(lower, after(key(end)), introduced, end, is_fixed=False)
        pieces = list(_pieces(whole, said, version, key))
    except UnparsableVersionError:
        # What is spared as everything else is, need not be understood.
        if not (said == default == "unaffected"):
            words = " to ".join(filter(None, (begins, end))) or "an empty version"
            status.unreadable[_SAID_UNKNOWN if said == "unknown" else words[:_SHOWN]] = None
        return
    for state, piece in pieces:
        _of(status, state).append(piece)


def _status(holder: Members) -> str:
    said = holder.required_text("status")
    if said not in _STATUSES:
        raise MisfitError(
            holder.at("status"), f"is none of {', '.join(sorted(_STATUSES))}; write one of them"
        )
    return said


def _of(status: _Status, said: str) -> list[Slice]:
    if said == "affected":
        return status.affected
    return status.unaffected if said == "unaffected" else status.unknown


def _pieces(
    whole: Slice, said: str, version: Members, key: Callable[[str], bytes]
) -> Iterator[tuple[str, Slice]]:
    """Cut a range where its `changes` say that the status changes.

    Raises `UnparsableVersionError` for a change that has no place, before anything is given.
    """
    changes = sorted(
        (key(at), at, _status(change))
        for change in version.each("changes")
        if (at := change.required_text("at").strip())
    )
    cut = []
    rest = whole
    for place, at, following in changes:
        if place >= rest.upper:
            break
        if place > rest.lower:
            cut.append(
                (said, rest._replace(upper=place, ended=at, is_fixed=following == "unaffected"))
            )
            rest = rest._replace(lower=place, introduced=at)
        said = following
    yield from (*cut, (said, rest))
