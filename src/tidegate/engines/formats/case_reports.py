"""What of a case goes on to another coordinator, whichever form it takes there.

One value for every writer: `csaf_report` makes a document of it, `vince_nt` texts for a form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tidegate.engines.formats.provenance import EmbargoTerms, Provenance

if TYPE_CHECKING:
    from tidegate.engines.formats.reports import Report
    from tidegate.engines.formats.targets import Target


@dataclass(frozen=True, slots=True)
class CaseReport:
    """A case as it is told to the next coordinator; the fields are those of `Report`."""

    title: str
    description: str
    targets: tuple[Target, ...]
    """Every affected package, at least one."""
    weaknesses: tuple[str, ...]
    aliases: tuple[str, ...]
    severity: tuple[str, ...]
    severity_word: str | None
    references: tuple[str, ...]
    provenance: Provenance


def case_report(report: Report, *others: Report) -> CaseReport:
    """Tell a report as a case; `others` are reports of the same flaw in other packages.

    What the first one says counts. A report that came from its finder directly has no provenance;
    then its own label and its own end are the terms, and the chain is empty.
    """
    return CaseReport(
        title=report.title,
        description=report.description,
        targets=tuple(dict.fromkeys(each.target for each in (report, *others))),
        weaknesses=report.weaknesses,
        aliases=report.aliases,
        severity=report.severity,
        severity_word=report.severity_word,
        references=report.references,
        provenance=report.provenance
        or Provenance((), (), (), EmbargoTerms(report.embargo_until, report.tlp)),
    )
