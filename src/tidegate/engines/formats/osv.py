"""An OSV record, schema 1.7, as reports: one for each package that it names.

From: https://ossf.github.io/osv-schema/ . Read are `id`, `summary`, `details`, `aliases`,
`severity`, `affected`, `references`, `withdrawn` and a few members of the two kinds of
`..._specific`; the rest of a record may hold anything. `docs/intake-formats.md` has the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tidegate.engines.formats.documents import Fault, member_forms, object_form, parse, shown
from tidegate.engines.formats.proofs import Claim, Named, extension, named_by, report_of
from tidegate.engines.formats.records import (
    MAX_DESCRIPTION,
    MAX_PATH,
    MAX_PLACES,
    MAX_SEVERITY,
    MAX_SHARED,
    MAX_SYMBOL,
    MAX_TITLE,
    Members,
    MisfitError,
    aliases,
    cut,
    identifier,
    one_line,
    references,
    weaknesses,
)
from tidegate.engines.formats.reports import Bounds, Format, Place
from tidegate.engines.formats.severities import word_of, word_of_vectors
from tidegate.engines.formats.targets import Target, TargetError, parse_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.finding import Refusal
    from tidegate.engines.formats.records import Origin
    from tidegate.engines.formats.reports import Report

# From: https://ossf.github.io/osv-schema/#id-modified-fields, the databases whose identifiers
# other records use as aliases.
_PUBLIC_PREFIXES: Final = (
    "CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-", "OSV-", "MAL-", "GSD-", "DSA-", "DLA-", "USN-",
    "ALSA-", "RLSA-", "RHSA-", "SUSE-", "openSUSE-", "HSEC-", "PSF-", "RSEC-", "BIT-", "EEF-",
    "CGA-", "JLSEC-", "UVI-", "V8-", "ALPINE-", "DEBIAN-", "UBUNTU-", "ECHO-", "MINI-",
)  # fmt: skip

# From: https://github.com/package-url/purl-spec, the types, and the OSV schema, the ecosystems.
# For the distributions the purl's namespace is the vendor.
_PURL_TYPES: Final = {
    "AlmaLinux": "rpm/almalinux",
    "Alpine": "apk/alpine",
    "Bioconductor": "bioconductor",
    "Bitnami": "bitnami",
    "CRAN": "cran",
    "Chainguard": "apk/chainguard",
    "ConanCenter": "conan",
    "Debian": "deb/debian",
    "Go": "golang",
    "Hackage": "hackage",
    "Hex": "hex",
    "Julia": "julia",
    "Mageia": "rpm/mageia",
    "Maven": "maven",
    "NuGet": "nuget",
    "OSS-Fuzz": "generic",
    "Packagist": "composer",
    "Pub": "pub",
    "PyPI": "pypi",
    "Red Hat": "rpm/redhat",
    "Rocky Linux": "rpm/rocky-linux",
    "RubyGems": "gem",
    "SUSE": "rpm/suse",
    "SwiftURL": "swift",
    "Ubuntu": "deb/ubuntu",
    "Wolfi": "apk/wolfi",
    "crates.io": "cargo",
    "npm": "npm",
    "openEuler": "rpm/openeuler",
    "openSUSE": "rpm/opensuse",
}

_VECTOR = re.compile(r"CVSS:[0-9.]+/[!-~]{1,400}")
_VECTOR_V2 = re.compile(r"AV:[!-~]{1,400}")
# RustSec writes the beginning of time in the second way.
_FROM_THE_BEGINNING: Final = ("0", "0.0.0-0")


@dataclass(frozen=True, slots=True)
class _Package:
    """A package of a record, with its entries in `affected`."""

    index: int
    """Of the first entry."""
    entries: list[Members]


def osv_reports(
    raw: bytes, origin: Origin, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    """Read the reports of one OSV record, one for each package; never raises."""
    parsed = parse(
        raw,
        max_bytes=bounds.record_bytes,
        max_values=bounds.record_values,
    )
    if isinstance(parsed, Fault):
        yield origin.refusal(parsed.field, parsed.reason)
        return
    try:
        record = Members.of(parsed.value)
        _check_live(record)
        claim = _claim(record)
        packages = _packages(record, bounds.packages)
    except MisfitError as misfit:
        yield origin.refusal(misfit.fault.field, misfit.fault.reason)
        return
    alone = len(packages) == 1
    forms = member_forms(parsed.value)
    for package in packages:
        part = origin if alone else origin.within(f"affected[{package.index}]")
        # Otherwise a hundred packages would be a hundred copies of a hundred entries.
        form = object_form(forms, "affected", [entry.value for entry in package.entries])
        about = replace(claim, record=raw if alone else form, form=form)
        try:
            yield _report(record, about, package.entries[0], default, part)
        except MisfitError as misfit:
            yield origin.refusal(misfit.fault.field, misfit.fault.reason)


def _check_live(record: Members) -> None:
    withdrawn = record.text("withdrawn")
    if withdrawn is not None:
        raise MisfitError(("withdrawn",), f"says {shown(withdrawn)}: the record was taken back")


def _claim(record: Members) -> Claim:
    """Return what all packages of the record share."""
    name = identifier(record, "id")
    details = record.text("details") or ""
    title = record.text("summary") or details
    also = record.texts("aliases")
    if name.startswith(_PUBLIC_PREFIXES):
        also = [name, *also]
    return Claim(
        format=Format.OSV,
        id=name,
        title=one_line(title, MAX_TITLE) or name,
        description=cut(details, MAX_DESCRIPTION),
        weaknesses=(),
        aliases=aliases(also),
        severity=(),
        severity_word=None,
        places=(),
        references=references(r.text("url") or "" for r in record.each("references")),
        record=b"",
        form=b"",
    )


def _packages(record: Members, most: int) -> list[_Package]:
    """Return the packages of a record.

    A record may hold several entries for one package, each with ranges of its own; they are one
    report.
    """
    every = record.each("affected")
    if not every:
        raise MisfitError(("affected",), "names no package; add one entry for each package")
    found: dict[str, _Package] = {}
    for index, affected in enumerate(every):
        package = affected.members("package")
        key = repr(sorted((k, str(v)) for k, v in package.value.items())) if package else ""
        found.setdefault(key, _Package(index, [])).entries.append(affected)
    if len(found) > most:
        raise MisfitError(
            ("affected",),
            f"names {len(found):,} packages; at most {most:,}, so split it into several records",
        )
    return list(found.values())


def _report(
    record: Members,
    claim: Claim,
    affected: Members,
    default: Target | None,
    origin: Origin,
) -> Report | Refusal:
    specific, own = record.members("database_specific"), affected.members("database_specific")
    extended = extension(own) or extension(specific)
    vectors, word = _severity(
        affected.each("severity", MAX_SHARED) or record.each("severity", MAX_SHARED)
    )
    for holder in (own, specific):
        said = None if holder is None else holder.value.get("severity")
        if word is None and isinstance(said, str):
            word = word_of(said)
    full = replace(
        claim,
        weaknesses=weaknesses(chain.from_iterable(_cwes(h) for h in (specific, own) if h)),
        severity=vectors,
        severity_word=word_of_vectors(vectors) or word,
        places=_places(affected),
    )
    return report_of(full, _target(affected, extended, default), extended, origin)


def _severity(entries: list[Members]) -> tuple[tuple[str, ...], str | None]:
    """Return the CVSS vectors, and the first word where a score is one, as Ubuntu's are."""
    vectors: list[str] = []
    word = None
    for entry in entries:
        kind, score = entry.required_text("type"), entry.required_text("score")
        if kind == "CVSS_V2" and _VECTOR_V2.fullmatch(score):
            score = f"CVSS:2.0/{score}"
        if _VECTOR.fullmatch(score):
            vectors.append(score)
        elif kind.startswith("CVSS_"):
            raise MisfitError(
                entry.at("score"),
                f"{shown(score)} is not a CVSS vector;"
                " write it like CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            )
        else:
            word = word or word_of(score)
    return tuple(dict.fromkeys(vectors))[:MAX_SEVERITY], word


def _cwes(holder: Members) -> Iterator[str]:
    """Give what GitHub's (`cwe_ids`) and the malicious packages' database (`cwes`) say."""
    for key, inner in (("cwe_ids", None), ("cwes", "cweId")):
        values = holder.value.get(key)
        for value in values[:MAX_SHARED] if isinstance(values, list) else ():
            text = value.get(inner) if inner and isinstance(value, dict) else value
            if isinstance(text, str):
                yield text


def _places(affected: Members) -> tuple[Place, ...]:
    """Return the functions that an advisory names: Go's imports, RustSec's functions."""
    specific = affected.members("ecosystem_specific")
    if specific is None:
        return ()
    found: list[Place] = []
    for used in specific.each("imports"):
        path = cut(used.text("path") or "", MAX_PATH)
        symbols = used.texts("symbols")
        found += [Place(path, None, cut(symbol, MAX_SYMBOL)) for symbol in symbols]
        if path and not symbols:
            found.append(Place(path, None, None))
    affects = specific.members("affects")
    if affects is not None:
        found += [Place("", None, cut(name, MAX_SYMBOL)) for name in affects.texts("functions")]
    return tuple(dict.fromkeys(found))[:MAX_PLACES]


def _target(affected: Members, extended: Members | None, default: Target | None) -> Named:
    package = affected.members("package")
    named = named_by(extended) or named_by(package)
    if named is None and package is not None:
        named = _from_ecosystem(package)
    if named is None:
        if default is None:
            raise MisfitError(
                affected.at("package"),
                "is missing; add it with its ecosystem and name, or name one package URL"
                " for the whole file",
            )
        named = Named(default, affected.at("package"), alone=False)
    if named.target.version is not None:
        return named
    return replace(named, target=_with_version(named.target, affected))


def _from_ecosystem(package: Members) -> Named:
    # 'Debian:12' and 'Alpine:v3.18' say the release after the colon.
    ecosystem = package.required_text("ecosystem")
    kind = _PURL_TYPES.get(ecosystem.partition(":")[0])
    if kind is None:
        raise MisfitError(
            package.at("ecosystem"),
            f"{shown(ecosystem)} has no package URL that is known here; add package.purl",
        )
    name = package.required_text("name")
    if kind == "maven":
        name = name.replace(":", "/", 1)
    try:
        return Named(parse_target(f"pkg:{kind}/{quote(name, safe='/')}"), package.at("name"))
    except TargetError as error:
        raise MisfitError(package.at("name"), f"{shown(name)} makes a purl that {error}") from error


def _with_version(target: Target, affected: Members) -> Target:
    """Return the target at the first affected version that a release can have."""
    for version in _versions(affected):
        written = version
        if target.type == "golang" and "." in (target.namespace or "") and version[:1].isdigit():
            written = f"v{version}"  # OSV leaves out the letter that Go's own versions begin with.
        base, sign, rest = target.purl.partition("?")
        if not sign:
            base, sign, rest = target.purl.partition("#")
        try:
            return parse_target(f"{base}@{quote(written, safe='')}{sign}{rest}")
        except TargetError:
            continue
    return target


def _versions(affected: Members) -> Iterator[str]:
    yield from affected.texts("versions")[:10]
    events = [
        event
        for range_ in affected.each("ranges")
        if range_.text("type") in ("SEMVER", "ECOSYSTEM")
        for event in range_.each("events")
    ]
    for key in ("introduced", "last_affected"):
        for event in events:
            version = event.text(key)
            if version and version not in _FROM_THE_BEGINNING:
                yield version
