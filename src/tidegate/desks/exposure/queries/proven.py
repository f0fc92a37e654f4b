"""What our own runs showed of a case's package: the range as slices, and the versions that are not.

It is read from the reproductions of the case's findings and says nothing beyond them: a version
counts as not affected only where it was run, and no proof of any finding fired on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination
from tidegate.desks.findings.models import Case, Document, Finding
from tidegate.desks.findings.queries.case_detail import get_case
from tidegate.desks.findings.queries.evidence import RangeShown
from tidegate.engines.matching.advisories import OWN_SOURCE, Advisory, Affected
from tidegate.engines.matching.ecosystems import ecosystem_of_purl
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.reproduction.verdicts import Word

_NO_SECRET: Final = ("none", "exited")
"""States of an embargo under which a case is none."""
_FREE: Final = (Label.GREEN, Label.CLEAR)


@dataclass(frozen=True, slots=True)
class Proven:
    """What was shown by running."""

    advisory: Advisory
    affected: Affected
    cleared: tuple[str, ...]
    """Versions that were run and on which no proof fired, in version order."""


def proven_of(case: Case) -> Proven | None:
    """Return what our runs showed of a case; None where there is no range, or none of a package.

    Not narrowed by the policy: whoever asks decides who is told.
    """
    ranges = get_case(HOUSE, case.key).ranges
    ecosystem = ecosystem_of_purl(case.package_type, None)
    if not ranges or ecosystem is None:
        return None
    advisory = read_osv(_as_osv(case, ecosystem.name, ranges), OWN_SOURCE)
    affected = next((one for one in advisory.affected if one.slices), None)
    return Proven(advisory, affected, _cleared(ranges)) if affected else None


def is_free(coordination: Coordination) -> bool:
    """Say whether a case is everybody's to know: under no embargo, and free to be passed on."""
    return coordination.embargo in _NO_SECRET and coordination.tlp in _FREE


def _as_osv(case: Case, ecosystem: str, ranges: tuple[RangeShown, ...]) -> dict[str, Any]:
    members = Finding.objects.filter(case=case).values_list("pk", flat=True)
    documents = Document.objects.filter(finding__in=[*members])
    aliases = {str(name) for said in documents.values_list("aliases", flat=True) for name in said}
    return {
        "id": case.key,
        "modified": case.opened_at.isoformat(),
        "aliases": sorted(aliases),
        "summary": case.title,
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": case.package},
                "ranges": [{"type": "ECOSYSTEM", "events": [dict(one) for one in shown.events]}],
                "versions": list(shown.affected),
            }
            for shown in ranges
        ],
    }


def _cleared(ranges: tuple[RangeShown, ...]) -> tuple[str, ...]:
    said: dict[str, list[str]] = {}
    for shown in ranges:
        for release in shown.releases:
            said.setdefault(release.version, []).append("" if release.inferred else release.verdict)
    every = len(ranges)
    return tuple(
        version
        for version, verdicts in said.items()
        if len(verdicts) == every and set(verdicts) == {Word.NOT_REPRODUCED.value}
    )
